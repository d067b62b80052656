package supply_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// TestWithDemandsIsTheirBook: demands of others that are added give the answers of
// a book that has them, and whoever is asked about, the answers are the same.
func TestWithDemandsIsTheirBook(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, own := anyBook(t)
		others := b.Demands
		whole, err := supply.Compile(&b)
		require.NoError(t, err)
		want, err := whole.Cover(first.Midnight(), own)
		require.NoError(t, err)

		b.Demands = nil
		bare, err := supply.Compile(&b)
		require.NoError(t, err)
		p, err := bare.WithDemands(append(slices.Clone(others), schedule.Demand{ID: "glue", Item: "glue", Quantity: 1, Need: first.Midnight()}))
		require.NoError(t, err)
		got, err := p.Cover(first.Midnight(), own)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got))

		turned, err := bare.WithDemands(own)
		require.NoError(t, err)
		theirs, err := turned.Cover(first.Midnight(), others)
		require.NoError(t, err)
		all, err := bare.Cover(first.Midnight(), slices.Concat(own, others))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(all, slices.Concat(got, theirs)))

		p, err = bare.WithDemands(nil)
		require.NoError(t, err)
		require.Same(t, bare, p)
		_, err = bare.WithDemands([]schedule.Demand{{ID: "d", Item: "x", Quantity: 0, Need: first.Midnight()}})
		require.ErrorIs(t, err, schedule.ErrInvalid)
	})
}
