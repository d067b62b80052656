package archive_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

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

	want := spoil(t, store)
	found := make(map[archive.RecordID]error)
	n, err = s.Audit(t.Context(), "acme", func(f archive.Flaw) error {
		require.NotContains(t, found, f.Record, "one flaw each")
		found[f.Record] = f.Err
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 7, n)
	require.Len(t, found, len(want))
	for id, class := range want {
		require.ErrorIs(t, found[id], class, id)
	}
	stop := errors.New("enough")
	_, err = s.Audit(t.Context(), "acme", func(archive.Flaw) error { return stop })
	require.ErrorIs(t, err, stop)
	_, err = s.Audit(t.Context(), "", none)
	require.ErrorIs(t, err, archive.ErrInvalid)
}

// spoil puts a sound record and some that are not, and says what is wrong with those.
func spoil(t *testing.T, store archive.Store) map[archive.RecordID]error {
	t.Helper()
	put := func(id archive.RecordID, content string, spoil func(*archive.Record, *archive.Reference)) {
		f := minutes()
		f.References = []archive.Link{{Type: archive.DecidedIn, Target: archive.ToRecord("MIN-0"), Terms: archive.Terms{Anchor: "4"}}}
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
	return map[archive.RecordID]error{
		"row": archive.ErrAltered, "content": archive.ErrAltered, "no content": archive.ErrNotFound, "reference": archive.ErrAltered, "no reference": archive.ErrNotFound,
	}
}

// refusing is a store that refuses some of what is asked for at once.
type refusing struct {
	archive.Store

	histories func(ids []archive.RecordID) error
	edges     error
}

func (s *refusing) View(ctx context.Context, tenant string, fn func(context.Context, archive.Tx) error) error {
	return s.Store.View(ctx, tenant, func(ctx context.Context, tx archive.Tx) error { return fn(ctx, refusingTx{tx, s}) })
}

type refusingTx struct {
	archive.Tx

	of *refusing
}

func (x refusingTx) RecordHistories(ctx context.Context, ids []archive.RecordID) ([]archive.Event, error) {
	if err := x.of.histories(ids); err != nil {
		return nil, err
	}
	return x.Tx.RecordHistories(ctx, ids)
}

func (x refusingTx) Edges(ctx context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	if x.of.edges != nil {
		return nil, x.of.edges
	}
	return x.Tx.Edges(ctx, q)
}

// What is too much to be read at once is read one by one, and what cannot be read at
// all hides nothing that comes before it.
func TestAuditOfWhatCannotBeReadAtOnce(t *testing.T) {
	t.Parallel()
	_, store := newService(t)
	want := spoil(t, store)
	broken := errors.New("unreadable")
	for name, c := range map[string]struct {
		store *refusing
		err   error
		found int
	}{
		"too many events": {&refusing{histories: func([]archive.RecordID) error { return archive.ErrInvalid }}, nil, len(want)},
		"too many edges":  {&refusing{histories: func([]archive.RecordID) error { return nil }, edges: archive.ErrInvalid}, nil, len(want)},
		"edges unread":    {&refusing{histories: func([]archive.RecordID) error { return nil }, edges: broken}, broken, 0},
		"one unreadable": {&refusing{histories: func(ids []archive.RecordID) error {
			if slices.Contains(ids, "good") {
				return broken
			}
			return nil
		}}, broken, 4}, // by id, descending: those before it
	} {
		c.store.Store = store
		s, err := archive.New(archive.Config{Store: c.store, Now: time.Now, NewID: func() string { return "" }})
		require.NoError(t, err)
		found := 0
		n, err := s.Audit(t.Context(), "acme", func(f archive.Flaw) error {
			require.ErrorIs(t, f.Err, want[f.Record], name)
			found++
			return nil
		})
		require.ErrorIs(t, err, c.err, name)
		require.Equal(t, c.found, found, name)
		if err == nil {
			require.Equal(t, 6, n, name)
		}
	}
}

// An audit goes on from page to page, and takes contents in by the megabyte.
func TestAuditOfManyRecords(t *testing.T) {
	t.Parallel()
	s, store := newService(t)
	const records, large = 1100, 40
	for i := range records {
		f := minutes()
		f.ID = archive.RecordID(fmt.Sprintf("MIN-%04d", i))
		if f.Content = []byte(f.ID); i < large {
			f.Content = append(f.Content, make([]byte, archive.MaxContent-len(f.Content))...)
		}
		_, err := s.File(t.Context(), "acme", "carol", f)
		require.NoError(t, err)
	}
	lost := archive.DigestOf([]byte("MIN-0777"))
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx archive.Tx) error { return tx.DropContent(ctx, lost) }))
	var found []archive.RecordID
	n, err := s.Audit(t.Context(), "acme", func(f archive.Flaw) error {
		found = append(found, f.Record)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, records, n)
	require.Equal(t, []archive.RecordID{"MIN-0777"}, found)
}
