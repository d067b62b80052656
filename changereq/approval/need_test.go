package approval_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/approval"
)

func percent(points int, rounding approval.Rounding) approval.Need {
	return approval.Need{Kind: approval.Percent, BasisPoints: points, Rounding: rounding}
}

func TestShares(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, points, ceil, halfUp int }{
		{3, 8300, 3, 2},
		{5, 5000, 3, 3},
		{4, 5100, 3, 2},
		{3, 1000, 1, 1}, // 0.30 rounds to none and is kept at one
		{7, 10000, 7, 7},
		{1, 1, 1, 1},
		{0, 5000, 1, 1}, // of nobody it is never reached
	} {
		require.Equal(t, c.ceil, percent(c.points, approval.Ceil).Of(c.n), "%d × %d up", c.n, c.points)
		require.Equal(t, c.halfUp, percent(c.points, approval.HalfUp).Of(c.n), "%d × %d half up", c.n, c.points)
	}
	require.Equal(t, 4, percent(12000, approval.HalfUp).Of(4), "more than all is all")
	require.Equal(t, 9, approval.Need{Kind: approval.Count, Count: 9}.Of(4), "a count is not cut down to who is there")
	require.Equal(t, 1, approval.Need{Kind: approval.Any}.Of(4))
	require.Equal(t, 4, approval.Need{Kind: approval.All}.Of(4))
	require.Equal(t, 1, approval.Need{Kind: approval.All}.Of(0))
}

// The share is the least whole number that is at least, or nearest to, b·n.
func TestSharesAgainstTheirDefinition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		b := rapid.IntRange(1, 10000).Draw(t, "b")
		up, half := percent(b, approval.Ceil).Of(n), percent(b, approval.HalfUp).Of(n)
		if up*10000 < b*n || (up-1)*10000 >= b*n {
			t.Fatalf("%d of %d at %d is not the least that reaches the share", up, n, b)
		}
		if d := half*10000 - b*n; half > 1 && (d > 5000 || d <= -5000) {
			t.Fatalf("%d of %d at %d is not the nearest", half, n, b)
		}
		if half < 1 || half > up || up > n {
			t.Fatalf("%d and %d of %d", half, up, n)
		}
	})
}
