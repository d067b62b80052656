package archive_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
)

// Invariants 1 and 3: what the rows, contents and references say is what the
// history says, and where they do not the record is named.
func TestInvariants1And3RecordsAreAudited(t *testing.T) {
	t.Parallel()
	s, store := newService(t)
	f := minutes()
	f.References = []archive.Link{{Type: archive.DecidedIn, Target: archive.ToRecord("MIN-0"), Terms: archive.Terms{Anchor: "4"}}}
	_, err := s.File(t.Context(), "acme", "carol", f)
	require.NoError(t, err)
	none := func(archive.Flaw) error { return errors.New("a flaw") }
	n, err := s.Audit(t.Context(), "acme", none)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	put := func(id archive.RecordID, content string, spoil func(*archive.Record, *archive.Reference)) {
		f := f
		f.ID, f.Content = id, []byte(string(id))
		events, err := archive.DecideFile(f, "carol", now)
		require.NoError(t, err)
		r := archive.Fold(events)
		d, _ := events[1].Data.(archive.ReferredData)
		ref := d.Reference
		spoil(&r, &ref)
		require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx archive.Tx) error {
			if content != "" {
				if _, err := tx.PutContent(ctx, r.Digest, []byte(content)); err != nil {
					return err
				}
			}
			if ref.ID != "" {
				if err := tx.PutReference(ctx, ref); err != nil {
					return err
				}
			}
			_, err := tx.PutRecord(ctx, r, events...)
			return err
		}))
	}
	put("good", "good", func(*archive.Record, *archive.Reference) {})
	put("row", "row", func(r *archive.Record, _ *archive.Reference) { r.Title = "Other minutes" })
	put("content", "Content", func(*archive.Record, *archive.Reference) {})
	put("no content", "", func(*archive.Record, *archive.Reference) {})
	put("reference", "reference", func(_ *archive.Record, ref *archive.Reference) { ref.Anchor = "5" })
	put("no reference", "no reference", func(_ *archive.Record, ref *archive.Reference) { ref.ID = "" })

	found := make(map[archive.RecordID]error)
	n, err = s.Audit(t.Context(), "acme", func(f archive.Flaw) error {
		require.NotContains(t, found, f.Record, "one flaw each")
		found[f.Record] = f.Err
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 7, n)
	require.Len(t, found, 5)
	for id, want := range map[archive.RecordID]error{
		"row": archive.ErrAltered, "content": archive.ErrAltered, "no content": archive.ErrNotFound, "reference": archive.ErrAltered, "no reference": archive.ErrNotFound,
	} {
		require.ErrorIs(t, found[id], want, id)
	}
	stop := errors.New("enough")
	_, err = s.Audit(t.Context(), "acme", func(archive.Flaw) error { return stop })
	require.ErrorIs(t, err, stop)
	_, err = s.Audit(t.Context(), "", none)
	require.ErrorIs(t, err, archive.ErrInvalid)
}
