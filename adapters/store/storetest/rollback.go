package storetest

import (
	"context"
	"runtime"
	"sync"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// rollback: a unit of work that does not end well leaves nothing in any room.
func rollback(h *harness) {
	h.run("Error", func(h *harness) {
		h.leavesNothing(func() {
			require.ErrorIs(h, h.store.Update(h.Context(), acme, failing(func() error { return errBoom })), errBoom)
		})
	})
	h.run("Panic", func(h *harness) {
		h.leavesNothing(func() {
			require.PanicsWithValue(h, "boom", func() {
				_ = h.store.Update(h.Context(), acme, failing(func() error { panic("boom") }))
			})
		})
	})
	h.run("PanicInView", panicInViewReleases)
	h.run("Goexit", goexitLeavesNothing)
	h.run("Cancel", func(h *harness) {
		h.leavesNothing(func() {
			ctx, cancel := context.WithCancel(h.Context())
			err := h.store.Update(ctx, acme, failing(func() error {
				cancel()
				return nil
			}))
			require.ErrorIs(h, err, context.Canceled)
		})
	})
	h.run("Conflict", conflictLeavesNothing)
	h.run("Joined", joinedFollowsItsOwner)
}

// failing changes what is there and adds to every room, and then ends.
func failing(end func() error) work {
	return func(ctx context.Context, tx coordination.Tx) error {
		if _, err := addToRequest(ctx, tx, "request", moved("open", lifecycle.Assess)); err != nil {
			return err
		}
		if _, err := addToRecord(ctx, tx, "record", filing(2)[1]); err != nil {
			return err
		}
		if _, err := tx.ClaimObligations(ctx, minute(0), minute(90), 1); err != nil {
			return err
		}
		if _, err := tx.DropIdempotentReplies(ctx, minute(61), 10); err != nil {
			return err
		}
		if _, err := addToObligation(ctx, tx, "owed", notice.SettledData{State: notice.Sent}); err != nil {
			return err
		}
		if _, err := addToSheet(ctx, tx, issues, "sheet", "bolt"); err != nil {
			return err
		}
		if err := everyRoom("new")(ctx, tx); err != nil {
			return err
		}
		return end()
	}
}

// leavesNothing checks that what fail does changes nothing, and that the store
// works afterwards.
func (h *harness) leavesNothing(fail func()) {
	h.Helper()
	h.do(everyRoom(""))
	before := h.dump(acme, "key", "newkey")
	fail()
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key", "newkey")))
	h.do(everyRoom("new"))
	require.Len(h, h.dump(acme).Requests, 2)
}

func panicInViewReleases(h *harness) {
	require.PanicsWithValue(h, "boom", func() {
		_ = h.store.View(h.Context(), acme, func(context.Context, coordination.Tx) error { panic("boom") })
	})
	h.do(everyRoom(""))
}

// goexitLeavesNothing: a test that fails inside fn ends its goroutine, and the
// store must not hang for the others.
func goexitLeavesNothing(h *harness) {
	h.leavesNothing(func() {
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = h.store.Update(h.Context(), acme, failing(func() error {
				runtime.Goexit()
				return nil
			}))
		})
		wg.Wait()
	})
}

// conflictLeavesNothing: a conflict that fn returns takes the whole unit with it.
func conflictLeavesNothing(h *harness) {
	for _, e := range entities() {
		h.run(e.name, func(h *harness) {
			h.leavesNothing(func() {
				err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
					if _, err := e.put(ctx, tx, "twice", 0, 0); err != nil {
						return err
					}
					return failing(func() error {
						_, err := e.put(ctx, tx, "twice", 0, 0)
						return err
					})(ctx, tx)
				})
				require.ErrorIs(h, err, e.conflict)
			})
		})
	}
}

// joinedFollowsItsOwner: in a transaction of the caller, the caller's rows and
// the office's live or die together.
func joinedFollowsItsOwner(h *harness) {
	if h.cfg.Join == nil {
		h.Skip("the backend joins no transaction of the caller's own")
	}
	h.do(everyRoom(""))
	before := h.dump(acme, "key", "newkey")
	rows := func(j Joined) int {
		n, err := j.Rows(h.Context())
		require.NoError(h, err)
		return n
	}
	write := func(j Joined) {
		require.NoError(h, j.WriteRow(h.Context()))
		require.NoError(h, failing(func() error { return nil })(h.Context(), j.Tx))
	}
	j := h.cfg.Join(h, h.store, acme)
	write(j)
	require.NoError(h, j.Rollback())
	require.Zero(h, rows(j))
	require.Empty(h, cmp.Diff(before, h.dump(acme, "key", "newkey")))

	j = h.cfg.Join(h, h.store, acme)
	write(j)
	require.NoError(h, j.Commit())
	require.Equal(h, 1, rows(j))
	after := h.dump(acme, "key", "newkey")
	require.Len(h, after.Requests, 2)
	require.Len(h, after.Records, 2)
	require.Len(h, after.Obligations, 2)
	require.Contains(h, after.Replies, "newkey")
	require.Equal(h, []string{"newsheet", "sheet"}, ids(after.Sheets, func(s register.Sheet) string { return s.ID }))
}
