package sqltest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/cputime"
)

// sheets is how many sheets a store holds while it is measured.
const sheets = 10_000

// Sheets measures a register of 10,000 values with three keys each and
// bodies of 0.6 KB: Get is a value read in a View of its own; Put is a value read,
// changed with one of its keys, and put with an event in an Update of its own;
// List is a page of 50 by a key, cut to one value of a hundred; and Sheet and
// PutSheet are Get and Put without JSON, which is the store's part. Processor time
// is that of this program, which is not all of it where the engine is another.
func Sheets(b *testing.B, s coordination.Store) {
	b.Helper()
	require.NoError(b, fillSheets(b.Context(), s))
	i := 0
	next := func() string {
		i++
		return sheetID(i * 7919 % sheets)
	}
	b.Run("Get", func(b *testing.B) {
		measure(b, s.View, func() work {
			id := next()
			return func(ctx context.Context, tx coordination.Tx) error {
				_, err := tickets().Get(ctx, tx, id)
				return err
			}
		})
	})
	b.Run("Sheet", func(b *testing.B) {
		measure(b, s.View, func() work {
			id := next()
			return func(ctx context.Context, tx coordination.Tx) error {
				_, err := tx.Sheet(ctx, "issue", id)
				return err
			}
		})
	})
	b.Run("List", func(b *testing.B) {
		q := register.Query{Key: "owner"}.Only("owner7")
		measure(b, s.View, func() work {
			return func(ctx context.Context, tx coordination.Tx) error {
				_, _, err := tickets().List(ctx, tx, q)
				return err
			}
		})
	})
	b.Run("Put", func(b *testing.B) {
		measure(b, s.Update, func() work { return putTicket(next()) })
	})
	b.Run("PutSheet", func(b *testing.B) {
		measure(b, s.Update, func() work { return putTicketSheet(next()) })
	})
}

// work is a unit of work.
type work = func(context.Context, coordination.Tx) error

// measure runs units of work one after another.
func measure(b *testing.B, run func(context.Context, string, work) error, next func() work) {
	b.Helper()
	b.ReportAllocs()
	used := cputime.Used()
	for b.Loop() {
		if err := run(b.Context(), Tenant, next()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cputime.Used()-used)/float64(b.N), "cpu-ns/op")
}

// ticket is the value that is measured.
type ticket struct {
	Title string    `json:"title"`
	Owner string    `json:"owner"`
	State string    `json:"state"`
	Due   time.Time `json:"due"`
	Notes []string  `json:"notes"`
}

func tickets() register.Register[ticket] {
	return register.Register[ticket]{Book: "issue", Keys: func(t ticket) []register.Key {
		return []register.Key{{Name: "owner", Value: t.Owner}, {Name: "state", Value: t.State}, {Name: "due", Value: register.Sortable(t.Due)}}
	}}
}

func sheetID(i int) string { return fmt.Sprintf("I%06d", i) }

func fillSheets(ctx context.Context, s coordination.Store) error {
	const batch = 500
	for from := 0; from < sheets; from += batch {
		err := s.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < from+batch; i++ {
				t := ticket{
					Title: "The hinge lets the door fall shut", Owner: fmt.Sprint("owner", i%100), State: "open", Due: At(i),
					Notes: strings.Split(strings.Repeat("Seen on slopes of more than five percent. ", 11), ". "),
				}
				if _, err := tickets().Put(ctx, tx, register.Row[ticket]{ID: sheetID(i), Value: t}, ticked()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func ticked() register.Event {
	return register.Event{Kind: "changed", At: At(1), Actor: "ann", Data: json.RawMessage(`{"state":"held"}`)}
}

func putTicket(id string) work {
	return func(ctx context.Context, tx coordination.Tx) error {
		row, err := tickets().Get(ctx, tx, id)
		if err != nil {
			return err
		}
		row.Value.State = turned(row.Value.State)
		_, err = tickets().Put(ctx, tx, row, ticked())
		return err
	}
}

func putTicketSheet(id string) work {
	return func(ctx context.Context, tx coordination.Tx) error {
		s, err := tx.Sheet(ctx, "issue", id)
		if err != nil {
			return err
		}
		ev := ticked()
		s.Events++
		ev.Book, ev.Sheet, ev.Seq = s.Book, s.ID, s.Events
		s.Keys[len(s.Keys)-1].Value = turned(s.Keys[len(s.Keys)-1].Value)
		_, err = tx.PutSheet(ctx, s, ev)
		return err
	}
}

func turned(state string) string {
	if state == "open" {
		return "held"
	}
	return "open"
}
