package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// errorIdentity: each sentence of the ports about an error, and what can still
// be done after it.
func errorIdentity(h *harness) {
	h.run("NotFound", absentIsNotFound)
	h.run("NoHistory", absentHasNoEvents)
	h.run("OwnError", ownErrorComesOut)
	h.run("EmptyTenant", emptyTenantIsRefused)
	h.run("EndedContext", endedContextStoresNothing)
	h.run("Gaps", gapsAreRefused)
	h.run("SwallowedConflict", swallowedConflictDoesNotPoison)
	h.run("SwallowedNotFound", swallowedNotFoundDoesNotPoison)
	h.run("SwallowedInvalid", swallowedInvalidDoesNotPoison)
	h.run("SameAgain", sameAgainChangesNothing)
	h.run("Replies", repliesAreKeptOnce)
	h.run("ExpiredReplies", expiredRepliesAreDropped)
	h.run("Numbers", numbersCountWithoutGaps)
}

func absentIsNotFound(h *harness) {
	absent := func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.ChangeRequest(ctx, "a")
		require.ErrorIs(h, err, changereq.ErrNotFound)
		_, err = tx.Record(ctx, "a")
		require.ErrorIs(h, err, archive.ErrNotFound)
		_, err = tx.Content(ctx, archive.DigestOf(nil))
		require.ErrorIs(h, err, archive.ErrNotFound)
		_, err = tx.Reference(ctx, archive.ToRecord("a"), "a")
		require.ErrorIs(h, err, archive.ErrNotFound)
		_, err = tx.OpenReference(ctx, "a")
		require.ErrorIs(h, err, archive.ErrNotFound)
		_, err = tx.Obligation(ctx, "a")
		require.ErrorIs(h, err, notice.ErrNotFound)
		for _, book := range []string{issues, "", "No book", string(coordination.RoomArchive)} {
			_, err = tx.Sheet(ctx, book, "a")
			require.ErrorIs(h, err, register.ErrNotFound, "book %q", book)
		}
		_, err = tx.IdempotentReply(ctx, "ann", "a")
		require.ErrorIs(h, err, coordination.ErrNotFound)
		return nil
	}
	h.look(absent)
	h.do(absent)
}

func absentHasNoEvents(h *harness) {
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		requests, next, err := tx.ChangeRequestEvents(ctx, "a", 0, 0)
		require.NoError(h, err)
		require.Nil(h, requests, "no elements is nil")
		require.Zero(h, next)
		records, next, err := tx.RecordEvents(ctx, "a", 0, 0)
		require.NoError(h, err)
		require.Nil(h, records, "no elements is nil")
		require.Zero(h, next)
		obligations, next, err := tx.ObligationEvents(ctx, "a", 0, 0)
		require.NoError(h, err)
		require.Nil(h, obligations, "no elements is nil")
		require.Zero(h, next)
		notes, next, err := tx.SheetEvents(ctx, issues, "a", 0, 0)
		require.NoError(h, err)
		require.Nil(h, notes, "no elements is nil")
		require.Zero(h, next)
		return nil
	})
}

func ownErrorComesOut(h *harness) {
	fail := func(context.Context, coordination.Tx) error { return errBoom }
	require.ErrorIs(h, h.store.View(h.Context(), acme, fail), errBoom)
	require.ErrorIs(h, h.store.Update(h.Context(), acme, fail), errBoom)
	refused := &changereq.RefusedError{Command: "decide"}
	err := h.store.Update(h.Context(), acme, func(context.Context, coordination.Tx) error { return refused })
	var got *changereq.RefusedError
	require.ErrorAs(h, err, &got)
	require.Same(h, refused, got)
}

func emptyTenantIsRefused(h *harness) {
	ran := false
	fn := func(context.Context, coordination.Tx) error {
		ran = true
		return nil
	}
	for _, err := range []error{h.store.View(h.Context(), "", fn), h.store.Update(h.Context(), "", fn)} {
		for _, class := range []error{coordination.ErrInvalid, changereq.ErrInvalid, archive.ErrInvalid, notice.ErrInvalid, register.ErrInvalid} {
			require.ErrorIs(h, err, class)
		}
	}
	require.False(h, ran)
}

func endedContextStoresNothing(h *harness) {
	before := h.dump(acme)
	cancelled, cancel := context.WithCancel(h.Context())
	cancel()
	require.ErrorIs(h, h.store.Update(cancelled, acme, everyRoom("a")), context.Canceled)
	require.ErrorIs(h, h.store.View(cancelled, acme, func(context.Context, coordination.Tx) error { return nil }), context.Canceled)

	late, stop := context.WithDeadline(h.Context(), time.Now().Add(-time.Second))
	defer stop()
	require.ErrorIs(h, h.store.Update(late, acme, everyRoom("a")), context.DeadlineExceeded)

	midway, cut := context.WithCancel(h.Context())
	err := h.store.Update(midway, acme, func(ctx context.Context, tx coordination.Tx) error {
		if err := everyRoom("a")(ctx, tx); err != nil {
			return err
		}
		cut()
		return nil
	})
	require.ErrorIs(h, err, context.Canceled)
	require.Empty(h, cmp.Diff(before, h.dump(acme, "akey")))
}

// gapsAreRefused: events continue the stored history and end where the entity
// says it ends.
func gapsAreRefused(h *harness) {
	h.do(everyRoom(""))
	before := h.dump(acme, "key")
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		r, err := tx.ChangeRequest(ctx, "request")
		require.NoError(h, err)
		record, err := tx.Record(ctx, "record")
		require.NoError(h, err)
		o, err := tx.Obligation(ctx, "owed")
		require.NoError(h, err)
		sheet, err := tx.Sheet(ctx, issues, "sheet")
		require.NoError(h, err)
		for name, shift := range map[string]struct{ seq, end int64 }{
			"starts too late": {1, 1}, "starts too early": {-1, -1}, "ends too late": {0, 1}, "ends too early": {0, -1},
		} {
			next, events := evolved(r, "request", moved("open", lifecycle.Assess))
			events[0].Seq += shift.seq
			next.Events += shift.end
			_, err := tx.PutChangeRequest(ctx, next, events...)
			require.ErrorIs(h, err, changereq.ErrInvalid, name)

			nextRecord, filings := recordAfter(record, "record", archive.ReferredData{})
			filings[0].Seq += shift.seq
			nextRecord.Events += shift.end
			_, err = tx.PutRecord(ctx, nextRecord, filings...)
			require.ErrorIs(h, err, archive.ErrInvalid, name)

			nextOwed, settling := obligationAfter(o, "owed", notice.SettledData{State: notice.Sent})
			settling[0].Seq += shift.seq
			nextOwed.Events += shift.end
			_, err = tx.PutObligation(ctx, nextOwed, settling...)
			require.ErrorIs(h, err, notice.ErrInvalid, name)

			nextSheet, notes := sheetAfter(sheet, issues, "sheet", "more")
			notes[0].Seq += shift.seq
			nextSheet.Events += shift.end
			_, err = tx.PutSheet(ctx, nextSheet, notes...)
			require.ErrorIs(h, err, register.ErrInvalid, name)
		}
		nextSheet, notes := sheetAfter(sheet, issues, "sheet", "more")
		notes[0].Book = meetings
		_, err = tx.PutSheet(ctx, nextSheet, notes...)
		require.ErrorIs(h, err, register.ErrInvalid, "an event of another book")
		next, events := evolved(r, "request", moved("open", lifecycle.Assess), moved("held", lifecycle.Assess))
		events[0], events[1] = events[1], events[0]
		_, err = tx.PutChangeRequest(ctx, next, events...)
		require.ErrorIs(h, err, changereq.ErrInvalid, "out of order")
		next, events = evolved(r, "request", moved("open", lifecycle.Assess))
		events[0].Request = "other"
		_, err = tx.PutChangeRequest(ctx, next, events...)
		require.ErrorIs(h, err, changereq.ErrInvalid, "an event of another request")
		return nil
	})
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key")))
}

func swallowedConflictDoesNotPoison(h *harness) {
	h.do(everyRoom("a"))
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		r, events := evolved(changereq.Request{}, "arequest", opened("again"))
		_, err := tx.PutChangeRequest(ctx, r, events...)
		require.ErrorIs(h, err, changereq.ErrConflict)
		r, err = tx.ChangeRequest(ctx, "arequest")
		require.NoError(h, err)
		r.Rev--
		stale, events := evolved(r, "arequest", moved("open", lifecycle.Assess))
		_, err = tx.PutChangeRequest(ctx, stale, events...)
		require.ErrorIs(h, err, changereq.ErrConflict)
		require.ErrorIs(h, tx.PutIdempotentReply(ctx, reply("akey")), coordination.ErrConflict)
		_, err = putSheetAt(ctx, tx, "asheet", 0, 0)
		require.ErrorIs(h, err, register.ErrConflict)
		return everyRoom("b")(ctx, tx)
	})
	h.requireRequests("brequest", "arequest")
}

func swallowedNotFoundDoesNotPoison(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.ChangeRequest(ctx, "brequest")
		require.ErrorIs(h, err, changereq.ErrNotFound)
		_, err = tx.Content(ctx, "none")
		require.ErrorIs(h, err, archive.ErrNotFound)
		_, err = tx.Sheet(ctx, issues, "bsheet")
		require.ErrorIs(h, err, register.ErrNotFound)
		return everyRoom("b")(ctx, tx)
	})
	h.requireRequests("brequest")
}

func swallowedInvalidDoesNotPoison(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToRequest(ctx, tx, "a", opened("\x00"))
		require.ErrorIs(h, err, changereq.ErrInvalid)
		_, _, err = tx.ChangeRequests(ctx, changereq.Query{After: "?"})
		require.ErrorIs(h, err, changereq.ErrInvalid)
		_, err = tx.PutSheet(ctx, register.Sheet{Book: string(coordination.RoomArchive), ID: "a", Body: []byte("{}")})
		require.ErrorIs(h, err, register.ErrInvalid)
		return everyRoom("b")(ctx, tx)
	})
	h.requireRequests("brequest")
}

// requireRequests checks which requests are stored, in their order.
func (h *harness) requireRequests(want ...changereq.ID) {
	h.Helper()
	var got []changereq.ID
	for _, r := range h.dump(acme).Requests {
		got = append(got, r.ID)
	}
	require.Equal(h, want, got)
}

func sameAgainChangesNothing(h *harness) {
	h.do(everyRoom(""))
	before := h.dump(acme, "key")
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		ref := before.References["edge"]
		require.NoError(h, tx.PutReference(ctx, ref))
		ref.Reason = "another reason for the same edge"
		require.NoError(h, tx.PutReference(ctx, ref))
		for digest, content := range before.Contents {
			fresh, err := tx.PutContent(ctx, digest, []byte(content))
			require.NoError(h, err)
			require.False(h, fresh, "the same content again is none that is new")
		}
		return nil
	})
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key")))
}

func repliesAreKeptOnce(h *harness) {
	first := reply("k")
	h.do(func(ctx context.Context, tx coordination.Tx) error { return tx.PutIdempotentReply(ctx, first) })
	second := reply("k")
	second.Digest, second.Created, second.Expires = "d2", first.Expires.Add(-time.Microsecond), minute(200)
	put := func(r coordination.Reply) error {
		return h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			return tx.PutIdempotentReply(ctx, r)
		})
	}
	require.ErrorIs(h, put(second), coordination.ErrConflict, "it has not expired")
	other := second
	other.Principal = "bob"
	require.NoError(h, put(other), "the key of another principal")
	second.Created = first.Expires
	require.NoError(h, put(second), "it has expired")
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		got, err := tx.IdempotentReply(ctx, "ann", "k")
		require.NoError(h, err)
		require.Empty(h, cmp.Diff(second, got))
		_, err = tx.IdempotentReply(ctx, "carl", "k")
		require.ErrorIs(h, err, coordination.ErrNotFound)
		return nil
	})
}

func expiredRepliesAreDropped(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		var err error
		for i, key := range []string{"a", "b", "c", "d"} {
			r := reply(key)
			r.Expires = minute(int64(i))
			err = errors.Join(err, tx.PutIdempotentReply(ctx, r))
		}
		return err
	})
	drop := func(before time.Time, limit int) (n int) {
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			var err error
			n, err = tx.DropIdempotentReplies(ctx, before, limit)
			return err
		})
		return n
	}
	require.Equal(h, 0, drop(minute(0), 10), "expired before, not at")
	require.Equal(h, 2, drop(minute(3), 2), "up to the limit")
	require.Equal(h, 1, drop(minute(3), 10))
	require.Equal(h, 0, drop(minute(3), 10))
	kept := h.dump(acme, "a", "b", "c", "d").Replies
	require.Len(h, kept, 1)
	require.Contains(h, kept, "d")
	repliesOfOneTimeAreDroppedByName(h, drop)
}

// repliesOfOneTimeAreDroppedByName: what expired at the same time goes by
// principal and key, whenever it was put.
func repliesOfOneTimeAreDroppedByName(h *harness, drop func(before time.Time, limit int) int) {
	want := []struct{ principal, key string }{{"ann", "z"}, {"anna", "B"}, {"anna", "a"}, {"b", "a"}, {"ä", ""}}
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		var err error
		for _, i := range []int{3, 1, 4, 0, 2} {
			r := reply(want[i].key)
			r.Principal, r.Expires = want[i].principal, minute(2)
			err = errors.Join(err, tx.PutIdempotentReply(ctx, r))
		}
		return err
	})
	for i := range want {
		require.Equal(h, 1, drop(minute(3), 1))
		h.look(func(ctx context.Context, tx coordination.Tx) error {
			for j, w := range want {
				_, err := tx.IdempotentReply(ctx, w.principal, w.key)
				if j <= i {
					require.ErrorIs(h, err, coordination.ErrNotFound, "%+v after %d", w, i+1)
				} else {
					require.NoError(h, err, "%+v after %d", w, i+1)
				}
			}
			return nil
		})
	}
}

func numbersCountWithoutGaps(h *harness) {
	take := func(tb testing.TB, series string, fail error) (n int64) {
		tb.Helper()
		err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			n, err = tx.NextChangeNumber(ctx, series)
			return errors.Join(err, fail)
		})
		require.ErrorIs(tb, err, fail)
		return n
	}
	require.EqualValues(h, 1, take(h, "A", nil))
	require.EqualValues(h, 2, take(h, "A", errBoom))
	require.EqualValues(h, 2, take(h, "A", nil), "the number that was not used is given again")
	require.EqualValues(h, 1, take(h, "B", nil), "each series counts for itself")
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for want := range int64(3) {
			n, err := tx.NextChangeNumber(ctx, "A")
			require.NoError(h, err)
			require.Equal(h, want+3, n)
		}
		return nil
	})
}
