package coordination_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/everystore"
)

var errCut = errors.New("the line went dead")

// letters are n documents that answer one another; every third has the same content.
// After cut of them they break off, unless it is 0.
func letters(n, cut int) iter.Seq2[archive.File, error] {
	return func(yield func(archive.File, error) bool) {
		for i := range n {
			if cut > 0 && i == cut {
				yield(archive.File{}, errCut)
				return
			}
			f := archive.File{
				ID: archive.RecordID(fmt.Sprintf("L%05d", i)), Kind: "letter", Title: "Letter", MediaType: "text/plain",
				Dated: time.Unix(int64(i), 0).UTC(), Content: fmt.Appendf(nil, "letter %d", i),
			}
			if i%3 == 0 {
				f.Content = []byte("the usual")
			}
			if i%5 > 0 {
				f.References = []archive.Link{{Type: archive.Answers, Target: archive.ToRecord(archive.RecordID(fmt.Sprintf("L%05d", i-1)))}}
			}
			if !yield(f, nil) {
				return
			}
		}
	}
}

// everything is what is kept of the archive of a store.
func everything(t *testing.T, store coordination.Store) (records []archive.Record, edges []archive.Reference, journal []coordination.Entry) {
	t.Helper()
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		for after := ""; ; {
			page, next, err := tx.Records(ctx, archive.Query{After: after, Limit: archive.MaxLimit})
			require.NoError(t, err)
			for _, r := range page {
				content, err := tx.Content(ctx, r.Digest)
				require.NoError(t, err)
				require.Equal(t, r.Digest, archive.DigestOf(content))
				at, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(r.ID), Direction: archive.Outward})
				require.NoError(t, err)
				edges = append(edges, at...)
			}
			records = append(records, page...)
			if after = next; after == "" {
				break
			}
		}
		for after := int64(0); ; {
			page, next, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: after, Limit: coordination.MaxLimit})
			require.NoError(t, err)
			for i := range page {
				page[i].Recorded = time.Time{}
			}
			journal = append(journal, page...)
			if next == after {
				return nil
			}
			after = next
		}
	}))
	return records, edges, journal
}

// An intake that breaks off keeps what it has, goes on when it is begun again with
// the same documents, and leaves what filing one by one leaves.
func TestFileAllGoesOn(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		const n, cut = 2300, 2100
		now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		store, single := open(t), open(t)
		desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: func() time.Time { return now }})
		require.NoError(t, err)
		var told []int
		progress := func(in coordination.Intake) { told = append(told, in.Read) }
		done, err := desk.FileAll(t.Context(), "acme", "carol", letters(n, cut), progress)
		require.ErrorIs(t, err, errCut)
		require.Equal(t, coordination.Intake{Read: cut, Filed: cut}, done)
		require.Equal(t, []int{2000, cut}, told)

		told = nil
		done, err = desk.FileAll(t.Context(), "acme", "carol", letters(n, 0), progress)
		require.NoError(t, err)
		require.Equal(t, coordination.Intake{Read: n, Filed: n - cut, Known: cut}, done)
		require.Equal(t, []int{2000, n}, told)
		done, err = desk.FileAll(t.Context(), "acme", "carol", letters(n, 0), nil)
		require.NoError(t, err)
		require.Equal(t, coordination.Intake{Read: n, Known: n}, done)

		other, err := coordination.NewDesk(coordination.Config{Store: single, Now: func() time.Time { return now }})
		require.NoError(t, err)
		require.NoError(t, single.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			for f, err := range letters(n, 0) {
				require.NoError(t, err)
				if _, err := other.FileTx(ctx, tx, "carol", now, f); err != nil {
					return err
				}
			}
			return nil
		}))
		for _, s := range []coordination.Store{store, single} {
			for more := 1; more > 0; {
				more, err = s.Sequence(t.Context(), 1000)
				require.NoError(t, err)
			}
		}
		records, edges, journal := everything(t, store)
		wantRecords, wantEdges, wantJournal := everything(t, single)
		require.Len(t, journal, n+n*4/5)
		require.Empty(t, cmp.Diff(wantRecords, records))
		require.Empty(t, cmp.Diff(wantEdges, edges))
		require.Empty(t, cmp.Diff(wantJournal, journal))
	})
}

// What cannot be filed is named and left out, and all others are filed.
func TestFileAllLeavesOut(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		desk, err := coordination.NewDesk(coordination.Config{Store: store})
		require.NoError(t, err)
		doc := func(id archive.RecordID, title string, refs ...archive.Link) archive.File {
			return archive.File{ID: id, Kind: "note", Title: title, MediaType: "text/plain", Content: []byte(title), References: refs}
		}
		to := func(id archive.RecordID) archive.Link {
			return archive.Link{Type: archive.Supersedes, Target: archive.ToRecord(id)}
		}
		files := []archive.File{
			doc("A", "a", to("C")), doc("B", "b", to("A")), doc("A", "another under its id"), doc("E", ""), doc("C", "closes a circle", to("B")),
			doc("A", "a", to("C")), doc("A", "a", to("D")), doc("", "without an id"), doc("F", "f"),
		}
		for range 2 {
			done, err := desk.FileAll(t.Context(), "acme", "carol", func(yield func(archive.File, error) bool) {
				for _, f := range files {
					if !yield(f, nil) {
						return
					}
				}
			}, nil)
			require.NoError(t, err)
			require.Equal(t, len(files), done.Read)
			require.Equal(t, len(files), done.Filed+done.Known+len(done.Findings))
			var numbers []int
			for i, f := range done.Findings {
				numbers = append(numbers, f.Number)
				want := []error{archive.ErrConflict, archive.ErrInvalid, archive.ErrRefused, archive.ErrConflict}[i]
				require.ErrorIs(t, f.Err, want)
				require.Equal(t, files[f.Number-1].ID, f.Record)
			}
			require.Equal(t, []int{3, 4, 5, 7}, numbers)
		}
		_, err = desk.Record(t.Context(), "acme", "C")
		require.ErrorIs(t, err, archive.ErrNotFound, "nothing of a document that is left out is kept")
		records, _, _ := everything(t, store)
		require.Len(t, records, 5, "A, B, F and two without an id")

		_, err = desk.FileAll(t.Context(), "acme", "carol", func(yield func(archive.File, error) bool) {
			for yield(doc("E", ""), nil) {
			}
		}, nil)
		require.ErrorIs(t, err, coordination.ErrInvalid, "it does not go on for ever")
	})
}
