package storetest

import (
	"context"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// visibility: a unit reads its own writes, a view stands still, and nobody sees
// what is not committed.
func visibility(h *harness) {
	h.run("OwnWritesByID", ownWritesByID)
	h.run("OwnWritesInLists", ownWritesInLists)
	h.run("OwnChangesInLists", ownChangesInLists)
	h.run("OwnWritesInPages", ownWritesInPages)
	h.run("Uncommitted", uncommittedIsUnseen)
	h.run("ViewStandsStill", viewStandsStill)
	h.run("ViewInView", viewInViewSeesTheNew)
	h.run("ReadOnly", viewRefusesToWrite)
}

func ownWritesByID(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, everyRoom("")(ctx, tx))
		for name, op := range operations() {
			if op.writes || name == "JournalEntries" {
				continue
			}
			got, err := op.call(ctx, tx)
			require.NoError(h, err, name)
			require.NotEmpty(h, got, name)
		}
		r, err := addToRequest(ctx, tx, "request", moved("open", lifecycle.Assess))
		require.NoError(h, err)
		again, err := tx.ChangeRequest(ctx, "request")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(r, again))
		require.Equal(h, "open", again.State)
		history, err := requestHistory(ctx, tx, "request")
		require.NoError(h, err)
		require.Len(h, history, 4)
		return nil
	})
}

func ownWritesInLists(h *harness) {
	h.do(everyRoom("a"))
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, everyRoom("b")(ctx, tx))
		requests, _, err := tx.ChangeRequests(ctx, changereq.Query{State: "submitted"})
		require.NoError(h, err)
		require.Len(h, requests, 2)
		records, _, err := tx.Records(ctx, archive.Query{Subject: "changereq:a"})
		require.NoError(h, err)
		require.Len(h, records, 2)
		refs, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRef("changereq:a"), Direction: archive.Inward})
		require.NoError(h, err)
		require.Len(h, refs, 2)
		obligations, _, err := tx.Obligations(ctx, notice.Query{Recipient: "ann"})
		require.NoError(h, err)
		require.Len(h, obligations, 2)
		for _, key := range []string{"", "latest", "said"} {
			sheets, _, err := tx.Sheets(ctx, register.Query{Book: issues, Key: key})
			require.NoError(h, err)
			require.Len(h, sheets, map[string]int{"": 2, "latest": 2, "said": 4}[key], "key %q", key)
		}
		claimed, err := tx.ClaimObligations(ctx, minute(0), minute(9), 10)
		require.NoError(h, err)
		require.Len(h, claimed, 2)
		claimed, err = tx.ClaimObligations(ctx, minute(0), minute(9), 10)
		require.NoError(h, err)
		require.Empty(h, claimed, "it has claimed them itself")
		n, err := tx.DropIdempotentReplies(ctx, minute(100), 10)
		require.NoError(h, err)
		require.Equal(h, 2, n)
		_, err = tx.IdempotentReply(ctx, "ann", "bkey")
		require.ErrorIs(h, err, coordination.ErrNotFound, "it has dropped it itself")
		return nil
	})
}

// ownChangesInLists: a stored row that the unit has changed stands where it
// belongs now, and nowhere else.
func ownChangesInLists(h *harness) {
	h.do(everyRoom(""))
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRequest(ctx, tx, "request", moved("open", lifecycle.Assess))
		require.NoError(h, err)
		_, err = addToObligation(ctx, tx, "owed", notice.SettledData{State: notice.Sent, Evidence: "mail"})
		require.NoError(h, err)
		for state, want := range map[string]int{"submitted": 0, "open": 1, "": 1} {
			page, _, err := tx.ChangeRequests(ctx, changereq.Query{State: state})
			require.NoError(h, err)
			require.Len(h, page, want, "state %q", state)
		}
		for state, want := range map[notice.State]int{notice.Owed: 0, notice.Sent: 1, "": 1} {
			page, _, err := tx.Obligations(ctx, notice.Query{State: state})
			require.NoError(h, err)
			require.Len(h, page, want, "state %q", state)
		}
		_, err = addToSheet(ctx, tx, issues, "sheet", "bolt")
		require.NoError(h, err)
		for value, want := range map[string]int{"hinge": 0, "bolt": 1} {
			page, _, err := tx.Sheets(ctx, register.Query{Book: issues, Key: "latest"}.Only(value))
			require.NoError(h, err)
			require.Len(h, page, want, "latest %q", value)
		}
		claimed, err := tx.ClaimObligations(ctx, minute(0), minute(9), 10)
		require.NoError(h, err)
		require.Empty(h, claimed, "it is not owed any more")
		return nil
	})
}

func ownWritesInPages(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for _, id := range []string{"a", "c", "e"} {
			_, err := addToObligation(ctx, tx, id, owed("ann"))
			require.NoError(h, err)
		}
		return nil
	})
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for _, id := range []string{"b", "d", "f"} {
			_, err := addToObligation(ctx, tx, id, owed("ann"))
			require.NoError(h, err)
		}
		for size := 1; size < 8; size++ {
			var got []string
			rows, err := follow(func(after string) ([]notice.Obligation, string, error) {
				return tx.Obligations(ctx, notice.Query{After: after, Limit: size})
			})
			require.NoError(h, err)
			for _, o := range rows {
				got = append(got, o.ID)
			}
			require.Equal(h, []string{"a", "b", "c", "d", "e", "f"}, got, "pages of %d", size)
		}
		return nil
	})
}

func uncommittedIsUnseen(h *harness) {
	h.do(everyRoom(""))
	before := h.seen()
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		require.NoError(h, failing(func() error { return nil })(ctx, tx))
		require.Empty(h, cmp.Diff(before, h.seen()), "a view inside the update")
		return nil
	})
	require.NotEmpty(h, cmp.Diff(before, h.seen()), "once it has committed")
}

// seen is what a new view sees.
func (h *harness) seen() map[string]any {
	h.Helper()
	var out map[string]any
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		out = h.reads(ctx, tx)
		return nil
	})
	return out
}

// reads is what every reading method says.
func (h *harness) reads(ctx context.Context, tx coordination.Tx) map[string]any {
	h.Helper()
	out := make(map[string]any)
	for name, op := range operations() {
		if !op.writes {
			got, err := op.call(ctx, tx)
			out[name] = answer(got, err)
		}
	}
	return out
}

// viewStandsStill: whatever is committed while a view is open, the view does
// not move, and neither waits for the other.
func viewStandsStill(h *harness) {
	h.do(everyRoom(""))
	h.sequence()
	var before map[string]any
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		before = h.reads(ctx, tx)
		h.do(failing(func() error { return nil }))
		h.sequence()
		require.Empty(h, cmp.Diff(before, h.reads(ctx, tx)))
		return nil
	})
	require.NotEmpty(h, cmp.Diff(before, h.seen()), "the next view sees what was committed")
}

func viewInViewSeesTheNew(h *harness) {
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.ChangeRequest(ctx, "request")
		require.ErrorIs(h, err, changereq.ErrNotFound)
		h.do(everyRoom(""))
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			_, err := tx.ChangeRequest(ctx, "request")
			return err
		})
		_, err = tx.ChangeRequest(ctx, "request")
		require.ErrorIs(h, err, changereq.ErrNotFound)
		return nil
	})
}

func viewRefusesToWrite(h *harness) {
	h.do(everyRoom(""))
	before := h.dump(acme, "key")
	for name, op := range operations() {
		if !op.writes {
			continue
		}
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			_, err := op.call(ctx, tx)
			require.ErrorIs(h, err, coordination.ErrReadOnly, name)
			_, err = tx.ChangeRequest(ctx, "request")
			require.NoError(h, err, "the view goes on after %s", name)
			return nil
		})
	}
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key")))
}
