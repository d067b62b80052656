package coordination_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

// What a reader may not see he finds by no id, neither alone nor among several, and no hold
// of his names it.
func TestNamedRecordsAreThoseSeen(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		desk, err := coordination.NewDesk(coordination.Config{Store: store, Sight: func(context.Context, string, string) (func(archive.RecordID) bool, error) {
			return func(id archive.RecordID) bool { return id != "secret" }, nil
		}})
		require.NoError(t, err)
		for _, id := range []string{"open", "secret"} {
			_, err := desk.File(t.Context(), "acme", "carol", note(id, "hinge", day(1)))
			require.NoError(t, err)
		}
		reading, err := desk.Reading(t.Context(), "acme", "ann")
		require.NoError(t, err)
		hold := func(id, record archive.RecordID) error {
			return store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				_, err := desk.IssueHoldTx(ctx, reading.Named(tx), "ann", day(2), retention.Hold{
					ID: string(id), Matter: "M1", Reason: "asked for", Scope: retention.Scope{Records: []archive.RecordID{"open", record}},
				})
				return err
			})
		}
		require.NoError(t, hold("H1", "open"))
		require.ErrorIs(t, hold("H2", "none"), archive.ErrInvalid)
		require.ErrorIs(t, hold("H2", "secret"), archive.ErrInvalid)
		require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			records, err := reading.Named(tx).RecordsOf(ctx, []archive.RecordID{"secret", "open"})
			require.NoError(t, err)
			require.Len(t, records, 1)
			require.Equal(t, archive.RecordID("open"), records[0].ID)
			_, err = reading.Named(tx).Record(ctx, "secret")
			require.ErrorIs(t, err, archive.ErrNotFound)
			return nil
		}))
	})
}
