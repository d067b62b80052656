package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

func noteOf(i int) (archive.Record, []archive.Event) {
	events, err := archive.DecideFile(archive.File{
		ID: archive.RecordID(fmt.Sprintf("R%03d", i)), Kind: "note", Title: "A note", MediaType: "text/plain", Content: []byte{byte(i)},
	}, "carol", time.Unix(int64(i), 0).UTC())
	if err != nil {
		panic(err)
	}
	return archive.Fold(events), events
}

// Of many rows that go together one that is there already is named, whatever its
// place among them, and nothing of the unit is stored.
func TestGatheredRowsNameTheOneThatIsThere(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "office.db"))
	put := func(from, to int) error {
		return db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < to; i++ {
				r, events := noteOf(i)
				if _, err := tx.PutRecord(ctx, r, events...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, put(100, 101))
	for _, c := range []struct{ from, to int }{{100, 101}, {100, 200}, {69, 101}, {68, 101}, {50, 102}, {1, 250}} {
		err := put(c.from, c.to)
		var conflict *archive.ConflictError
		require.ErrorAs(t, err, &conflict, "%v", c)
		require.EqualValues(t, "R100", conflict.ID)
	}
	require.NoError(t, put(0, 100))
	require.NoError(t, put(101, 300))
	require.NoError(t, db.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		entries, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{Limit: coordination.MaxLimit})
		require.Len(t, entries, 300)
		for i := range entries {
			require.EqualValues(t, i+1, entries[i].Position)
		}
		return err
	}))
}

// What a unit has kept back is there for whatever it reads.
func TestGatheredRowsAreRead(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "office.db"))
	require.NoError(t, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		for i := range 40 {
			r, events := noteOf(i)
			stored, err := tx.PutRecord(ctx, r, events...)
			require.NoError(t, err)
			got, err := tx.Record(ctx, r.ID)
			require.NoError(t, err)
			require.Equal(t, stored, got)
			page, _, err := tx.Records(ctx, archive.Query{Limit: 1})
			require.NoError(t, err)
			require.Equal(t, stored, page[0])
			history, _, err := tx.RecordEvents(ctx, r.ID, 0, 10)
			require.NoError(t, err)
			require.Len(t, history, 1)
		}
		return nil
	}))
}

// Rows that go together come back each as it was put, whatever they have in common,
// also with those of earlier units on the same connection.
func TestGatheredRowsKeepWhatTheySay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		db := openFile(t, filepath.Join(t.TempDir(), "office.db"))
		want := make(map[archive.RecordID]archive.Record)
		for unit := range rapid.IntRange(1, 4).Draw(rt, "units") {
			few := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "1", "2"}), 1, 3)
			titles, kinds, actors := few.Draw(rt, "titles"), few.Draw(rt, "kinds"), few.Draw(rt, "actors")
			var records []archive.Record
			var events [][]archive.Event
			for i := range rapid.IntRange(1, 70).Draw(rt, "records") {
				of := func(texts []string) string { return texts[i%len(texts)] }
				ev, err := archive.DecideFile(archive.File{
					ID: archive.RecordID(fmt.Sprintf("R%d-%02d", unit, i)), Kind: archive.Kind(of(kinds)), Title: of(titles), MediaType: "text/plain",
					Dated: time.Unix(int64(i%len(kinds)), 0),
				}, of(actors), time.Unix(int64(unit), 0).UTC())
				require.NoError(rt, err)
				records, events = append(records, archive.Fold(ev)), append(events, ev)
			}
			require.NoError(rt, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				for i, r := range records {
					stored, err := tx.PutRecord(ctx, r, events[i]...)
					if err != nil {
						return err
					}
					want[r.ID] = stored
				}
				return nil
			}))
		}
		require.NoError(rt, db.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			for id, r := range want {
				got, err := tx.Record(ctx, id)
				require.NoError(rt, err)
				require.Equal(rt, r, got)
				history, _, err := tx.RecordEvents(ctx, id, 0, 10)
				require.NoError(rt, err)
				require.Equal(rt, r.FiledBy, history[0].Actor)
			}
			return nil
		}))
		require.NoError(rt, db.Close())
	})
}
