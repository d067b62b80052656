package faultstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/faultstore"
)

// TestWithoutAPlanItIsAStore: the wrapper adds nothing of its own.
func TestWithoutAPlanItIsAStore(t *testing.T) {
	t.Parallel()
	storetest.RunWith(t, storetest.Config{
		Open: func(testing.TB) coordination.Store { return faultstore.New(memory.New(), faultstore.Plan{}) },
		Skip: map[string]string{"Durability": "memory keeps nothing when the process ends"},
	})
}

func TestItFailsOnceAsPlanned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		plan   faultstore.Plan
		stored bool // although it failed
		told   bool // fn itself saw the fault
	}{
		{"before the first call", faultstore.Plan{Moment: faultstore.BeforeCall, Call: 1}, false, true},
		{"after the second call", faultstore.Plan{Moment: faultstore.AfterCall, Call: 2}, false, true},
		{"before the commit", faultstore.Plan{Moment: faultstore.BeforeCommit}, false, false},
		{"after the commit", faultstore.Plan{Moment: faultstore.AfterCommit}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inner := memory.New()
			store := faultstore.New(inner, c.plan)
			var told error
			count := func() error {
				return store.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
					for range 2 {
						if _, told = tx.NextChangeNumber(ctx, "CR"); told != nil {
							return told
						}
					}
					return nil
				})
			}
			require.ErrorIs(t, count(), faultstore.ErrFault)
			require.Equal(t, c.told, told != nil)
			require.NoError(t, count(), "it fails once")
			var next int64
			require.NoError(t, inner.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
				var err error
				next, err = tx.NextChangeNumber(ctx, "CR")
				return err
			}))
			want := int64(3)
			if c.stored {
				want = 5
			}
			require.Equal(t, want, next)
		})
	}
	store := faultstore.New(memory.New(), faultstore.Plan{})
	require.NoError(t, store.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		_, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{})
		return err
	}))
	require.Equal(t, 1, store.Calls())
}
