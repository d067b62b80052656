package storetest

import (
	"context"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// entity is a kind of row with a Rev, for the subtests that are the same for all.
type entity struct {
	name     string
	conflict error
	// put creates id, or changes it if rev is above 0, as if it had been read at
	// rev with that many events.
	put func(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (newRev int64, err error)
}

func entities() []entity {
	return []entity{
		{"ChangeRequest", changereq.ErrConflict, putRequestAt},
		{"Bundle", bundle.ErrConflict, putBundleAt},
		{"Record", archive.ErrConflict, putRecordAt},
		{"Obligation", notice.ErrConflict, putObligationAt},
		{"Sheet", register.ErrConflict, putSheetAt},
	}
}

func putRequestAt(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (int64, error) {
	r, ev := evolved(changereq.Request{}, changereq.ID(id), life(events+1)...)
	r.Rev = rev
	r, err := tx.PutChangeRequest(ctx, r, ev[events:]...)
	return r.Rev, err
}

func putRecordAt(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (int64, error) {
	r, ev := recordAfter(archive.Record{}, archive.RecordID(id), filing(events+1)...)
	r.Rev = rev
	r, err := tx.PutRecord(ctx, r, ev[events:]...)
	return r.Rev, err
}

func putObligationAt(ctx context.Context, tx coordination.Tx, id string, rev, events int64) (int64, error) {
	o, ev := obligationAfter(notice.Obligation{}, id, owing(events+1)...)
	o.Rev = rev
	o, err := tx.PutObligation(ctx, o, ev[events:]...)
	return o.Rev, err
}

// compareAndSet: a write says which revision it was made from, and another one
// stored is a conflict.
func compareAndSet(h *harness) {
	for _, e := range entities() {
		h.run(e.name, func(h *harness) { revisionsAreCompared(h, e) })
		h.run(e.name+"TwiceInOneUnit", func(h *harness) { revisionsRiseWithinAUnit(h, e) })
	}
	h.run("TwoBooks", booksAreApart)
	h.run("ConflictData", conflictsSayWhatIsStored)
	h.run("NothingOfAConflict", nothingOfAConflictIsStored)
}

func revisionsAreCompared(h *harness, e entity) {
	put := func(id string, rev, events int64) (got int64, err error) {
		err = h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			got, err = e.put(ctx, tx, id, rev, events)
			return err
		})
		return got, err
	}
	got, err := put("a", 0, 0)
	require.NoError(h, err)
	require.EqualValues(h, 1, got, "a creation")
	for want := int64(2); want < 5; want++ {
		got, err = put("a", want-1, want-1)
		require.NoError(h, err)
		require.Equal(h, want, got, "a change raises the revision by one")
	}
	before := h.dump(acme)
	for name, at := range map[string]struct {
		id          string
		rev, events int64
	}{
		"created twice": {"a", 0, 0}, "stale": {"a", 3, 3}, "older still": {"a", 1, 1},
		"ahead": {"a", 5, 5}, "absent": {"b", 1, 1}, "below zero": {"b", -1, 0},
	} {
		_, err := put(at.id, at.rev, at.events)
		require.ErrorIs(h, err, e.conflict, name)
	}
	require.Empty(h, cmp.Diff(before, h.dump(acme)))
}

func revisionsRiseWithinAUnit(h *harness, e entity) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for want := range int64(3) {
			got, err := e.put(ctx, tx, "a", want, want)
			require.NoError(h, err)
			require.Equal(h, want+1, got)
		}
		return nil
	})
	err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		got, err := e.put(ctx, tx, "a", 3, 3)
		require.NoError(h, err)
		require.EqualValues(h, 4, got)
		_, err = e.put(ctx, tx, "a", 3, 3)
		return err
	})
	require.ErrorIs(h, err, e.conflict, "its own write made it stale")
}

// conflictsSayWhatIsStored: whoever shows a conflict can say what there is.
func conflictsSayWhatIsStored(h *harness) {
	h.do(everyRoom(""))
	conflict := func(fn work) error { return h.store.Update(h.Context(), acme, fn) }
	var request *changereq.ConflictError
	require.ErrorAs(h, conflict(func(ctx context.Context, tx coordination.Tx) error {
		_, err := putRequestAt(ctx, tx, "request", 7, 2)
		return err
	}), &request)
	require.Equal(h, changereq.ConflictError{ID: "request", Have: 1, Want: 7}, *request)
	require.ErrorAs(h, conflict(func(ctx context.Context, tx coordination.Tx) error {
		_, err := putRequestAt(ctx, tx, "absent", 7, 2)
		return err
	}), &request)
	require.Equal(h, changereq.ConflictError{ID: "absent", Have: 0, Want: 7}, *request)
	var record *archive.ConflictError
	require.ErrorAs(h, conflict(func(ctx context.Context, tx coordination.Tx) error {
		_, err := putRecordAt(ctx, tx, "record", 7, 2)
		return err
	}), &record)
	require.Equal(h, archive.ConflictError{ID: "record", Have: 1, Want: 7}, *record)
}

// nothingOfAConflictIsStored: a unit that goes on after a conflict keeps the
// rest, but neither the row nor its events.
func nothingOfAConflictIsStored(h *harness) {
	h.do(everyRoom(""))
	before := h.dump(acme, "key")
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := putRequestAt(ctx, tx, "request", 9, 2)
		require.ErrorIs(h, err, changereq.ErrConflict)
		r, events := evolved(changereq.Request{}, "request", opened("again"), moved("open", lifecycle.Assess))
		_, err = tx.PutChangeRequest(ctx, r, events...)
		require.ErrorIs(h, err, changereq.ErrConflict)
		return nil
	})
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key")))
}
