package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

func deliveryCases(h *harness) {
	h.run("ClaimOldestFirst", oldestAreClaimedFirst)
	h.run("ClaimOnlyOwed", onlyOwedAreClaimed)
	h.run("LeaseEnds", leaseEnds)
	h.run("SettlingEndsTheClaim", settlingEndsTheClaim)
	h.run("ClaimIsNoEvent", claimIsNoEvent)
	h.run("ClaimRollsBack", claimRollsBack)
	h.run("ManyRelays", noDoubleClaim)
}

func oldestAreClaimedFirst(h *harness) {
	h.oweAll("d", "c", "b", "a")
	require.Equal(h, []string{"d"}, h.claim(0, 9, 1))
	require.Equal(h, []string{"c", "b"}, h.claim(0, 9, 2))
	require.Equal(h, []string{"a"}, h.claim(0, 9, 10))
	require.Nil(h, h.claim(0, 9, 10))
}

func onlyOwedAreClaimed(h *harness) {
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		for _, state := range []notice.State{notice.Sent, notice.Acknowledged, notice.Disputed, notice.Waived} {
			_, err := addToObligation(ctx, tx, string(state), owed("ann"), notice.SettledData{State: state})
			require.NoError(h, err)
		}
		return nil
	})
	h.oweAll("a")
	require.Equal(h, []string{"a"}, h.claim(0, 9, 10))
}

func leaseEnds(h *harness) {
	h.oweAll("a", "b")
	require.Equal(h, []string{"a"}, h.claim(10, 20, 1))
	require.Equal(h, []string{"b"}, h.claim(10, 30, 1))
	require.Nil(h, h.claim(19, 40, 10), "both leases run")
	require.Equal(h, []string{"a"}, h.claim(20, 40, 10), "a lease ends at its time")
	require.Nil(h, h.claim(29, 40, 10), "taken over, and the other lease runs")
	require.Equal(h, []string{"b"}, h.claim(30, 50, 10))
}

func settlingEndsTheClaim(h *harness) {
	h.oweAll("a", "b")
	require.Equal(h, []string{"a", "b"}, h.claim(0, 10, 10))
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		_, err := addToObligation(ctx, tx, "a", notice.SettledData{State: notice.Sent, Evidence: "mail"})
		return err
	})
	require.Equal(h, []string{"b"}, h.claim(10, 20, 10))
}

func claimIsNoEvent(h *harness) {
	h.oweAll("a", "b")
	before := h.dump(acme)
	var claimed []notice.Obligation
	h.do(func(ctx context.Context, tx coordination.Tx) error {
		var err error
		claimed, err = tx.ClaimObligations(ctx, minute(0), minute(9), 10)
		return err
	})
	require.Empty(h, cmp.Diff(before.Obligations, claimed), "what is handed out is what is stored")
	after := h.dump(acme)
	require.Equal(h, []string{"a", "b"}, before.Claimable)
	require.Nil(h, after.Claimable)
	after.Claimable = before.Claimable
	require.Empty(h, cmp.Diff(before, after))
}

func claimRollsBack(h *harness) {
	h.oweAll("a")
	err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		rows, err := tx.ClaimObligations(ctx, minute(0), minute(9), 10)
		require.NoError(h, err)
		require.Len(h, rows, 1)
		return errBoom
	})
	require.ErrorIs(h, err, errBoom)
	require.Equal(h, []string{"a"}, h.claim(0, 9, 10))
}

// noDoubleClaim: eight relays claim and settle until nothing is owed.
func noDoubleClaim(h *harness) {
	const relays, notices = 8, 200
	var names []string
	for i := range notices {
		names = append(names, fmt.Sprintf("%03d", i))
	}
	h.oweAll(names...)
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		claimed = make(map[string]int)
		failed  error
	)
	for range relays {
		wg.Go(func() {
			for {
				mine, err := h.relay(5)
				mu.Lock()
				for _, id := range mine {
					claimed[id]++
				}
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil || len(mine) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	require.NoError(h, failed)
	require.Len(h, claimed, notices, "every notice is claimed")
	for id, n := range claimed {
		require.Equal(h, 1, n, "claims of %s", id)
	}
	for _, o := range h.dump(acme).Obligations {
		require.Equal(h, notice.Sent, o.State)
	}
}

// relay claims in one unit of work and settles in others, as relays do.
func (h *harness) relay(limit int) ([]string, error) {
	var mine []notice.Obligation
	err := h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		mine, err = tx.ClaimObligations(ctx, minute(0), minute(9), limit)
		return err
	})
	var out []string
	for _, o := range mine {
		out = append(out, o.ID)
		err = errors.Join(err, h.store.Update(h.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			_, err := addToObligation(ctx, tx, o.ID, notice.SettledData{State: notice.Sent, Evidence: "mail"})
			return err
		}))
	}
	return out, err
}
