package audit_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// bent is a store whose journal was tampered with.
type bent struct {
	coordination.Store

	bend func(*coordination.Entry)
}

type bentTx struct {
	coordination.Tx

	bend func(*coordination.Entry)
}

func (b bent) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return b.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error { return fn(ctx, bentTx{tx, b.bend}) })
}

func (b bentTx) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	page, next, err := b.Tx.JournalEntries(ctx, q)
	for i := range page {
		b.bend(&page[i])
	}
	return page, next, err
}

func proved(t *testing.T) (coordination.Store, *coordination.Desk, archive.Store) {
	t.Helper()
	store := memory.New()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: func() time.Time { return now }})
	require.NoError(t, err)
	return store, desk, coordination.Archive(store)
}

func fileSome(t tester, store archive.Store, from, to int) {
	t.Helper()
	s, err := archive.New(archive.Config{Store: store, Now: time.Now, NewID: func() string { return "" }})
	require.NoError(t, err)
	for i := from; i < to; i++ {
		_, err := s.File(context.Background(), "acme", "carol", archive.File{
			ID: archive.RecordID("R" + strconv.Itoa(i)), Kind: "note", Title: "Note", MediaType: "text/plain", Content: []byte("x"),
			References: []archive.Link{{Type: archive.SeeAlso, Target: archive.ToRef("changereq:CR7")}},
		})
		require.NoError(t, err)
	}
}

// Invariants 1 to 3 over a real journal: a rebuilt log is the log, every state
// continues the earlier ones, and a change of any field is found where it is.
func TestInvariants1To3TheJournalIsProved(t *testing.T) {
	t.Parallel()
	store, desk, rooms := proved(t)
	salts := func(_ context.Context, tenant string, position int64) (a, d evidence.Salt, err error) {
		require.Equal(t, "acme", tenant)
		return evidence.Salt{1, byte(position)}, evidence.Salt{2, byte(position)}, nil
	}
	var log evidence.Log
	var signed []evidence.Checkpoint
	for i := range 3 {
		fileSome(t, rooms, i*5, i*5+5)
		n, err := audit.Take(t.Context(), desk, "acme", &log, salts)
		require.NoError(t, err)
		require.Equal(t, 10, n, "an entry for each filing and each reference")
		root, err := log.Root(log.Size())
		require.NoError(t, err)
		signed = append(signed, evidence.Checkpoint{Origin: "acme", Size: log.Size(), Root: root})
	}
	again, err := audit.Take(t.Context(), desk, "acme", &log, salts)
	require.NoError(t, err)
	require.Zero(t, again)
	for i, later := range signed {
		for _, earlier := range signed[:i+1] {
			proof, err := log.ProveGrowth(earlier.Size, later.Size)
			require.NoError(t, err)
			require.NoError(t, evidence.CheckGrowth(earlier.Size, later.Size, earlier.Root[:], later.Root[:], proof))
		}
	}
	got, err := audit.Check(t.Context(), desk, "acme", &log, salts, signed...)
	require.NoError(t, err)
	require.Equal(t, evidence.Audit{Entries: 30, Root: signed[2].Root, Signed: 30}, got)

	var rebuilt evidence.Log
	_, err = audit.Take(t.Context(), desk, "acme", &rebuilt, salts)
	require.NoError(t, err)
	require.Equal(t, log.Stored(0), rebuilt.Stored(0))
	var unsalted evidence.Log
	_, err = audit.Take(t.Context(), desk, "acme", &unsalted, nil)
	require.NoError(t, err)
	require.NotEqual(t, log.Stored(0), unsalted.Stored(0))

	for name, bend := range map[string]func(*coordination.Entry){
		"actor":    func(e *coordination.Entry) { e.Actor = "mallory" },
		"data":     func(e *coordination.Entry) { e.Data[0] = ' ' },
		"kind":     func(e *coordination.Entry) { e.Kind += "x" },
		"entity":   func(e *coordination.Entry) { e.Entity = "R0" },
		"number":   func(e *coordination.Entry) { e.Seq++ },
		"time":     func(e *coordination.Entry) { e.At = e.At.Add(time.Microsecond) },
		"recorded": func(e *coordination.Entry) { e.Recorded = e.Recorded.Add(time.Microsecond) },
		"room":     func(e *coordination.Entry) { e.Room = coordination.RoomNotice },
	} {
		tampered, err := coordination.NewDesk(coordination.Config{Store: bent{store, func(e *coordination.Entry) {
			if e.Position == 17 {
				bend(e)
			}
		}}})
		require.NoError(t, err)
		_, err = audit.Check(t.Context(), tampered, "acme", &log, salts, signed...)
		var at *evidence.MismatchError
		require.ErrorAs(t, err, &at, name)
		require.Equal(t, evidence.PlaceEntry, at.Place, name)
		require.Equal(t, int64(17), at.Position, name)
	}
	fault := errors.New("no salts")
	_, err = audit.Take(t.Context(), desk, "acme", new(evidence.Log), func(context.Context, string, int64) (a, d evidence.Salt, err error) {
		return a, d, fault
	})
	require.ErrorIs(t, err, fault)
	_, err = audit.Check(t.Context(), desk, "", &log, nil)
	require.ErrorIs(t, err, coordination.ErrInvalid)
}
