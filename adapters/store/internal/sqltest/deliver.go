package sqltest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// Sequencing measures how many entries get their positions in a second.
func Sequencing(b *testing.B, s coordination.Store) {
	b.Helper()
	require.NoError(b, owe(b.Context(), s, b.N))
	b.ResetTimer()
	total := 0
	for n := 1; n > 0; total += n {
		var err error
		n, err = s.Sequence(b.Context(), coordination.MaxLimit)
		require.NoError(b, err)
	}
	require.Equal(b, b.N, total)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// Delivery measures how many notices relays claim and mark as sent in a second.
// Each is claimed once.
func Delivery(b *testing.B, s coordination.Store, relays int) {
	b.Helper()
	require.NoError(b, owe(b.Context(), s, b.N))
	errs, sent := make([]error, relays), make([]int, relays)
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range relays {
		all.Go(func() {
			for n := 1; n > 0 && errs[i] == nil; sent[i] += n {
				n, errs[i] = deliver(b.Context(), s)
			}
		})
	}
	all.Wait()
	total := 0
	for i := range relays {
		require.NoError(b, errs[i])
		total += sent[i]
	}
	require.Equal(b, b.N, total, "each notice is sent once")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "notices/s")
}

// deliver claims a batch and marks it as sent; the sending itself would be in
// between.
func deliver(ctx context.Context, s coordination.Store) (int, error) {
	var claimed []notice.Obligation
	err := s.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		claimed, err = tx.ClaimObligations(ctx, At(10), At(100), 200)
		return err
	})
	if err != nil {
		return 0, err
	}
	return len(claimed), s.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
		for _, o := range claimed {
			events, err := notice.DecideSettle(o, notice.Settle{State: notice.Sent, Evidence: "mail 1"}, "relay", At(11))
			if err != nil {
				return err
			}
			for _, ev := range events {
				o = notice.Evolve(o, ev)
			}
			if _, err := tx.PutObligation(ctx, o, events...); err != nil {
				return err
			}
		}
		return nil
	})
}

func owe(ctx context.Context, s coordination.Store, n int) error {
	const batch = 1000
	for from := 0; from < n; from += batch {
		err := s.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				o, events := Owed(fmt.Sprintf("owed%08d", i), "bob")
				if _, err := tx.PutObligation(ctx, o, events...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
