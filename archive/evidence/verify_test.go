package evidence_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive/evidence"
)

func journal(rows []evidence.Row) iter.Seq2[evidence.Row, error] {
	return func(yield func(evidence.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func checkpoints(tb testing.TB, l *evidence.Log, sizes ...int64) []evidence.Checkpoint {
	tb.Helper()
	var out []evidence.Checkpoint
	for _, n := range sizes {
		root, err := l.Root(n)
		require.NoError(tb, err)
		out = append(out, evidence.Checkpoint{Origin: "example.org/journal", Size: n, Root: root})
	}
	return out
}

func rows(size int64) []evidence.Row {
	var out []evidence.Row
	for p := int64(1); p <= size; p++ {
		out = append(out, row(p))
	}
	return out
}

func TestAuditInOrder(t *testing.T) {
	t.Parallel()
	l := newLog(t, 20)
	all := rows(20)
	all[3].Actor, all[3].Data = nil, nil
	got, err := evidence.Verify(journal(all), l, checkpoints(t, l, 16, 0, 7)...)
	require.NoError(t, err)
	root, err := l.Root(20)
	require.NoError(t, err)
	require.Equal(t, evidence.Audit{Entries: 20, Root: root, Signed: 16, Erased: 2}, got)

	fault := errors.New("disk")
	_, err = evidence.Verify(func(yield func(evidence.Row, error) bool) { yield(evidence.Row{}, fault) }, nil)
	require.ErrorIs(t, err, fault)
}

// Each way to tamper, and the place that is named for it.
func TestFirstPlaceThatDoesNotFit(t *testing.T) {
	t.Parallel()
	const size = 20
	mismatch := func(place evidence.Place, position int64) evidence.MismatchError {
		return evidence.MismatchError{Place: place, Position: position}
	}
	for name, tc := range map[string]struct {
		tamper  func(rows *[]evidence.Row, stored []evidence.Hash, signed *[]evidence.Checkpoint)
		withLog bool
		want    evidence.MismatchError
	}{
		"entry, log kept":   {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[8].Entry.Kind = "x" }, true, mismatch(evidence.PlaceEntry, 9)},
		"entry, no log":     {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[8].Entry.Kind = "x" }, false, evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: 15}},
		"entry, not signed": {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[18].Entry.Seq = 99 }, true, mismatch(evidence.PlaceEntry, 19)},
		"value":             {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[2].Data.Value[0] ^= 1 }, true, mismatch(evidence.PlaceOpening, 3)},
		"dropped":           {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { *r = slices.Delete(*r, 4, 5) }, true, mismatch(evidence.PlaceOrder, 5)},
		"inserted": {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) {
			*r = slices.Insert(*r, 4, row(5))
		}, true, mismatch(evidence.PlaceOrder, 6)},
		"moved": {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) {
			(*r)[4], (*r)[9] = (*r)[9], (*r)[4]
		}, true, mismatch(evidence.PlaceOrder, 5)},
		"time":              {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[6].Entry.Recorded = now }, true, mismatch(evidence.PlaceTime, 7)},
		"cut, log kept":     {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { *r = (*r)[:17] }, true, mismatch(evidence.PlaceEnd, 18)},
		"cut, no log":       {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { *r = (*r)[:12] }, false, mismatch(evidence.PlaceEnd, 13)},
		"more than the log": {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { *r = append(*r, row(21)) }, true, mismatch(evidence.PlaceEnd, 21)},
		"unwritable":        {func(r *[]evidence.Row, _ []evidence.Hash, _ *[]evidence.Checkpoint) { (*r)[1].Entry.Room = "\xff" }, true, mismatch(evidence.PlaceEntry, 2)},
		"stored leaf": {func(_ *[]evidence.Row, h []evidence.Hash, _ *[]evidence.Checkpoint) {
			h[tlog.StoredHashIndex(0, 10)][0] ^= 1
		}, true, evidence.MismatchError{Place: evidence.PlaceLog, Position: 11, Index: tlog.StoredHashIndex(0, 10)}},
		"stored node": {func(_ *[]evidence.Row, h []evidence.Hash, _ *[]evidence.Checkpoint) {
			h[tlog.StoredHashIndex(2, 1)][0] ^= 1
		}, true, evidence.MismatchError{Place: evidence.PlaceLog, Position: 8, Index: tlog.StoredHashIndex(2, 1)}},
		"checkpoint":           {func(_ *[]evidence.Row, _ []evidence.Hash, c *[]evidence.Checkpoint) { (*c)[1].Root[0] ^= 1 }, true, evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: 15}},
		"checkpoint of nobody": {func(_ *[]evidence.Row, _ []evidence.Hash, c *[]evidence.Checkpoint) { (*c)[0] = evidence.Checkpoint{} }, true, evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: 0}},
		"entry and log": {func(r *[]evidence.Row, h []evidence.Hash, _ *[]evidence.Checkpoint) {
			(*r)[8].Entry.Kind = "x"
			h[tlog.StoredHashIndex(0, 12)][0] ^= 1
		}, true, mismatch(evidence.PlaceEntry, 9)},
	} {
		all := rows(size)
		for i := range all {
			d := *all[i].Data
			all[i].Data = &d
		}
		whole := newLog(t, size)
		signed := checkpoints(t, whole, 8, 15)
		stored := slices.Clone(whole.Stored(0))
		tc.tamper(&all, stored, &signed)
		var l *evidence.Log
		if tc.withLog {
			var err error
			l, err = evidence.Load(stored)
			require.NoError(t, err)
		}
		_, err := evidence.Verify(journal(all), l, signed...)
		require.ErrorIs(t, err, evidence.ErrMismatch, name)
		var got *evidence.MismatchError
		require.ErrorAs(t, err, &got, name)
		require.NotEmpty(t, got.Reason, name)
		require.Contains(t, err.Error(), got.Reason)
		place := *got
		place.Reason = ""
		require.Equal(t, tc.want, place, "%s: %v", name, err)
	}
}

// Invariant 3: whatever single thing is changed in entries or log, the audit fails, and
// not behind the place of the change.
func TestInvariant3AnyChangeIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Int64Range(1, 40).Draw(rt, "size")
		all := rows(size)
		whole := newLog(t, size)
		signed := checkpoints(t, whole, rapid.Int64Range(0, size).Draw(rt, "signed"), size)
		stored := slices.Clone(whole.Stored(0))
		i := rapid.Int64Range(0, size-1).Draw(rt, "entry")
		last := i + 1
		switch rapid.IntRange(0, 6).Draw(rt, "change") {
		case 0:
			all[i].Entry.Entity += "x"
		case 1:
			all[i].Entry.At = all[i].Entry.At.Add(time.Microsecond)
		case 2:
			all[i].Data = &evidence.Opening{Salt: all[i].Data.Salt, Value: []byte("other")}
		case 3:
			all = slices.Delete(all, int(i), int(i)+1)
		case 4:
			all = slices.Insert(all, int(i), all[i])
			last++
		case 5:
			k := rapid.IntRange(0, len(stored)-1).Draw(rt, "hash")
			stored[k][rapid.IntRange(0, 31).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
			last = size
		case 6: // taken out and the rest renumbered
			all = slices.Delete(all, int(i), int(i)+1)
			for k := i; k < int64(len(all)); k++ {
				all[k].Entry.Position--
			}
		}
		l, err := evidence.Load(stored)
		require.NoError(t, err)
		for _, l := range []*evidence.Log{l, nil} {
			if l == nil && slices.Equal(stored, whole.Stored(0)) == false {
				continue
			}
			_, err := evidence.Verify(journal(all), l, signed...)
			var got *evidence.MismatchError
			if !errors.As(err, &got) {
				rt.Fatalf("not found: %v", err)
			}
			if l != nil && (got.Position < 1 || got.Position > last) {
				rt.Fatalf("change at %d, named is %v", last, got)
			}
		}
	})
}
