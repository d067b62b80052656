package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// longLife is the number of events of a request that nobody could end.
const longLife = 10_000

// longHistory is such a life: amended again and again, held and released, moved
// to and fro, with a notice for every other move.
func longHistory() []changereq.Data {
	data := []changereq.Data{opened("Raise the hinge torque of the left door")}
	content := everyContent()
	for i := 1; len(data) < longLife; i++ {
		content = content.Clone()
		content.Title = fmt.Sprint("Raise the hinge torque of the left door, draft ", i)
		id := fmt.Sprint("long.", i, ".1")
		data = append(data,
			changereq.AmendedData{Content: content, Changed: []changereq.Class{changereq.ClassEditorial}},
			changereq.HeldData{Reason: "wait for parts"}, changereq.ReleasedData{}, moved("open", lifecycle.Assess),
			changereq.AmendedData{Content: content, Changed: []changereq.Class{changereq.ClassEditorial}},
			moved("briefed", lifecycle.Decide),
			changereq.ObligationOwedData{Obligation: changereq.Obligation{
				ID: id, Recipient: "ann", About: int64(i), Subject: "returned", OwedBy: "carl", OwedAt: minute(int64(i)), State: changereq.ObligationOwed,
			}},
			changereq.ObligationChangedData{Obligation: id, State: changereq.ObligationSent, Evidence: "mail"},
		)
	}
	return data[:longLife]
}

// BenchmarkLongHistory loads a request with 10,000 events, and builds it again
// from them.
func BenchmarkLongHistory(b *testing.B, open func(testing.TB) coordination.Store) {
	b.Helper()
	s := open(b)
	require.NoError(b, s.Update(b.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRequest(ctx, tx, "long", longHistory()...)
		return err
	}))
	b.Run("Load", func(b *testing.B) {
		measure(b, "loads/s", s.View, func() work {
			return func(ctx context.Context, tx coordination.Tx) error {
				_, err := tx.ChangeRequest(ctx, "long")
				return err
			}
		})
	})
	b.Run("Refold", func(b *testing.B) {
		measure(b, "folds/s", s.View, func() work {
			return func(ctx context.Context, tx coordination.Tx) error {
				events, err := history(func(after int64) ([]changereq.Event, int64, error) {
					return tx.ChangeRequestEvents(ctx, "long", after, changereq.MaxLimit)
				})
				if err == nil && changereq.Fold(events).Events != longLife {
					err = errBoom
				}
				return err
			}
		})
	})
}
