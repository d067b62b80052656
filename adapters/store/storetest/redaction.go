package storetest

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// redactionReplacesWords: of an entry of every room actor and data can be replaced;
// the history says the same as the journal, within the unit as after it, and nothing
// else has changed. A unit that is rolled back replaces nothing.
func redactionReplacesWords(h *harness) {
	h.do(everyRoom(""))
	h.do(everyRoom("more"))
	h.sequence()
	before := h.dump(acme).Journal
	want := make([]coordination.Entry, len(before))
	for i, e := range before {
		if want[i] = e; i%2 == 0 {
			want[i].Actor, want[i].Data = "nobody", bytes.ReplaceAll(e.Data, []byte("door"), []byte("gate"))
		}
	}
	redact := func(ctx context.Context, tx coordination.Tx) {
		for i := range want {
			if i%2 == 0 {
				require.NoError(h, tx.RedactEntry(ctx, want[i].Position, want[i].Actor, want[i].Data))
			}
		}
	}
	err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		redact(ctx, tx)
		got, err := journal(ctx, tx, coordination.JournalQuery{})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(want, got), "in the unit itself")
		events, _, err := tx.RecordEvents(ctx, "record", 0, 10)
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(wantedEvents(h, want, "record"), events))
		return errBoom
	})
	require.ErrorIs(h, err, errBoom)
	require.Empty(h, cmp.Diff(before, h.dump(acme).Journal), "rolled back")
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		redact(ctx, tx)
		return nil
	})
	h.do(everyRoom("most"))
	h.sequence()
	got := h.dump(acme)
	require.Empty(h, cmp.Diff(want, got.Journal[:len(want)]))
	require.Empty(h, cmp.Diff(wantedEvents(h, want, "morerecord"), got.RecordEvents["morerecord"]))
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		require.ErrorIs(h, tx.RedactEntry(ctx, 1, "x", want[0].Data), coordination.ErrReadOnly)
		return nil
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		redactionsThatAreNone(ctx, h, tx, int64(len(got.Journal)))
		return nil
	})
	require.Empty(h, cmp.Diff(got.Journal, h.dump(acme).Journal[:len(got.Journal)]), "what is refused changes nothing")
}

func redactionsThatAreNone(ctx context.Context, h *harness, tx coordination.Tx, last int64) {
	h.Helper()
	_, err := addToRecord(ctx, tx, "fresh", filed("x"))
	require.NoError(h, err)
	for _, position := range []int64{-1, 0, last + 1, last + 2} {
		require.ErrorIs(h, tx.RedactEntry(ctx, position, "x", json.RawMessage(`{}`)), coordination.ErrNotFound, position)
	}
	for _, bad := range []string{``, `{`, `{"a":1} x`, "\"\x00\"", "\"\xff\""} {
		require.ErrorIs(h, tx.RedactEntry(ctx, 1, "x", json.RawMessage(bad)), coordination.ErrInvalid, bad)
	}
	require.ErrorIs(h, tx.RedactEntry(ctx, 1, "\x00", json.RawMessage(`{}`)), coordination.ErrInvalid)
	require.ErrorIs(h, tx.RedactReference(ctx, archive.ToRecord("record"), "none", "", "x"), archive.ErrNotFound)
	require.ErrorIs(h, tx.RedactReference(ctx, archive.ToRecord("other"), "edge", "", "x"), archive.ErrNotFound)
	require.ErrorIs(h, tx.RedactReference(ctx, archive.ToRecord("record"), "edge", "", "\x00"), archive.ErrInvalid)
}

// wantedEvents are the events of a record that the entries say.
func wantedEvents(h *harness, journal []coordination.Entry, id string) (out []archive.Event) {
	h.Helper()
	for _, e := range journal {
		if e.Room == coordination.RoomArchive && e.Entity == id {
			ev, err := e.RecordEvent()
			require.NoError(h, err)
			out = append(out, ev)
		}
	}
	return out
}

// redactedReference: author and reason go, the edge stays where it was.
func redactedReference(h *harness) {
	one, other := edge("edge", archive.ToRecord("record"), archive.ToRef("x")), edge("other", archive.ToRecord("record"), archive.ToRef("y"))
	one.Reason, one.Terms = "asked for by ann", archive.Terms{Anchor: "4"}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, tx.PutReference(ctx, one))
		require.NoError(h, tx.PutReference(ctx, other))
		require.NoError(h, tx.RedactReference(ctx, archive.ToRecord("record"), "edge", "gone", "nobody"))
		return nil
	})
	one.Reason, one.Author = "gone", "nobody"
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.Reference(ctx, one.Source, "edge")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(one, got))
		page, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord("record"), Direction: archive.Outward})
		require.NoError(h, err)
		require.Empty(h, cmp.Diff([]archive.Reference{one, other}, page))
		require.ErrorIs(h, tx.RedactReference(ctx, archive.ToRecord("record"), "edge", "", "x"), coordination.ErrReadOnly)
		return nil
	})
}
