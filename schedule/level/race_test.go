package level_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule/level"
)

// TestRaceBeginsFromDifferentSchedules: the best first, all of them schedules that
// keep the rules, no two alike and none of the worse part of the population.
func TestRaceBeginsFromDifferentSchedules(t *testing.T) {
	t.Parallel()
	p := generated(60, 3, 5)
	elite := level.Elite(p, 2000, 40, 8)
	require.Len(t, elite, 8)
	best, worst := p.Cost(elite[0]), 0
	for i, s := range elite {
		require.NoError(t, level.Check(p, s))
		worst = max(worst, p.Cost(s))
		for _, o := range elite[:i] {
			require.NotEqual(t, o.Start, s.Start)
		}
	}
	require.Equal(t, level.Breed(p, 2000, 40), best)
	require.LessOrEqual(t, worst, best+best/20, "of the better quarter")
	require.Len(t, level.Elite(p, 200, 8, 8), 4, "there are no more in the better quarter of twice eight")
	require.Empty(t, level.Elite(p, 0, 8, 8), "nothing is known")
}

// TestRaceTellsInForwardTime: right-justified members as well.
func TestRaceTellsInForwardTime(t *testing.T) {
	t.Parallel()
	elite := level.EliteOfRight(scarce(), 1000, 40, 8)
	require.Len(t, elite, 8)
	for _, s := range elite {
		require.NoError(t, level.Check(scarce(), s))
	}
}

// scarce is a plan whose resources are so short that nothing is proven soon.
func scarce() *level.Problem {
	p := generated(45, 3, 1)
	for i := range p.Resources {
		p.Resources[i].Capacity = 6
	}
	return p
}

// TestRaceKeepsToItsLimit: cores that race take no more schedules than one would,
// and workers change nothing.
func TestRaceKeepsToItsLimit(t *testing.T) {
	t.Parallel()
	const limit = 9_000 // for 45 activities worth four cores
	p := scarce()
	var first level.Result
	for _, workers := range []int{1, 8} {
		r, err := level.Solve(context.Background(), p, level.Options{Schedules: limit, Seed: 7, Workers: workers})
		require.NoError(t, err)
		require.LessOrEqual(t, r.Schedules, limit)
		require.NoError(t, level.Check(p, r.Schedule))
		if workers == 1 {
			first = r
		}
		require.Equal(t, first, r)
	}
	require.NotEqual(t, level.Optimal, first.Status, "a problem that is solved at once shows nothing")
}

// TestPatienceDoublesTheConflictsOfAWindow: up to a bound, and never without it.
func TestPatienceDoublesTheConflictsOfAWindow(t *testing.T) {
	t.Parallel()
	require.Equal(t, level.Allowed(0, 0), level.Allowed(0, 1e9))
	first := level.Allowed(100, 0)
	require.Equal(t, first, level.Allowed(100, 100))
	require.Equal(t, 2*first, level.Allowed(100, 101))
	require.Equal(t, 4*first, level.Allowed(100, 201))
	require.Equal(t, 16*first, level.Allowed(100, 1e9))
}
