package level_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule/level"
)

// drawPlan draws a plan of some ten activities with constant capacities.
func drawPlan(t *rapid.T) *level.Problem {
	p := &level.Problem{}
	for range rapid.IntRange(1, 3).Draw(t, "resources") {
		p.Resources = append(p.Resources, level.Resource{Capacity: rapid.IntRange(2, 4).Draw(t, "capacity")})
	}
	n := rapid.IntRange(4, 11).Draw(t, "activities")
	for j := range n {
		m := level.Mode{Duration: rapid.IntRange(0, 5).Draw(t, "duration")}
		for range p.Resources {
			m.Uses = append(m.Uses, rapid.IntRange(0, 2).Draw(t, "use"))
		}
		p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{m}})
		for i := range j {
			if rapid.IntRange(0, n/2).Draw(t, "related") == 0 {
				p.Relations = append(p.Relations, level.Relation{From: i, To: j, Lag: rapid.IntRange(0, 1).Draw(t, "lag")})
			}
		}
	}
	return p
}

func optimum(t require.TestingT, p *level.Problem) int {
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, r.Status)
	require.NoError(t, level.Check(p, r.Schedule))
	return r.Cost
}

// copyOf returns a copy whose slices may be changed.
func copyOf(p *level.Problem) *level.Problem {
	c := &level.Problem{Objective: p.Objective, Horizon: p.Horizon}
	c.Resources = append(c.Resources, p.Resources...)
	c.Relations = append(c.Relations, p.Relations...)
	for _, a := range p.Activities {
		a.Modes = append([]level.Mode(nil), a.Modes...)
		c.Activities = append(c.Activities, a)
	}
	return c
}

func TestChangesOfTheOptimum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		best := optimum(t, p)

		more := copyOf(p)
		more.Resources[rapid.IntRange(0, len(p.Resources)-1).Draw(t, "which")].Capacity++
		require.LessOrEqual(t, optimum(t, more), best, "more capacity")

		if len(p.Relations) > 0 {
			fewer := copyOf(p)
			k := rapid.IntRange(0, len(p.Relations)-1).Draw(t, "relation")
			fewer.Relations = append(fewer.Relations[:k:k], fewer.Relations[k+1:]...)
			require.LessOrEqual(t, optimum(t, fewer), best, "one relation fewer")
		}

		slower := copyOf(p)
		for i := range slower.Activities {
			slower.Activities[i].Modes[0].Duration *= 3
		}
		for k := range slower.Relations {
			slower.Relations[k].Lag *= 3
		}
		require.Equal(t, 3*best, optimum(t, slower), "three times as slow")

		back := copyOf(p)
		for k, r := range back.Relations {
			back.Relations[k].From, back.Relations[k].To = r.To, r.From
		}
		require.Equal(t, best, optimum(t, back), "backward")
	})
}

// TestHeuristicNeverBeatsTheCore compares the population method with the
// proven optimum.
func TestHeuristicNeverBeatsTheCore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		require.GreaterOrEqual(t, level.Breed(p, 100, 10), optimum(t, p))
	})
}

func TestProfilesAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		for r := range p.Resources {
			at := rapid.IntRange(0, 9).Draw(t, "closed")
			p.Resources[r].Steps = []level.Step{{Slot: at, Quantity: 1}, {Slot: at + 2, Quantity: p.Resources[r].Capacity}}
		}
		require.True(t, level.SameProfiles(p, 6))
	})
}

func TestImprovedIsMonotone(t *testing.T) {
	t.Parallel()
	p := generated(60, 3, 5)
	last := level.Result{}
	_, err := level.Solve(context.Background(), p, level.Options{Schedules: 1500, Improved: func(r level.Result) {
		if last.Status == level.Feasible {
			require.LessOrEqual(t, r.Cost, last.Cost)
			require.GreaterOrEqual(t, r.LowerBound, last.LowerBound)
		}
		require.NoError(t, level.Check(p, r.Schedule))
		last = r
	}})
	require.NoError(t, err)
	require.NotEqual(t, level.Unknown, last.Status)
}

func TestStartIsKept(t *testing.T) {
	t.Parallel()
	p := generated(40, 2, 3)
	r, err := level.Solve(context.Background(), p, level.Options{Schedules: 3000})
	require.NoError(t, err)
	again, err := level.Solve(context.Background(), p, level.Options{Schedules: 1, Start: &r.Schedule})
	require.NoError(t, err)
	require.LessOrEqual(t, again.Cost, r.Cost)
	wrong := r.Schedule.Clone()
	wrong.Start[0] = -1
	_, err = level.Solve(context.Background(), p, level.Options{Schedules: 1, Start: &wrong})
	require.NoError(t, err)
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := level.Solve(ctx, generated(40, 2, 3), level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Unknown, r.Status)
	require.Positive(t, r.LowerBound)
}

func TestInvalidProblem(t *testing.T) {
	t.Parallel()
	_, err := level.Solve(context.Background(), &level.Problem{Activities: []level.Activity{{}}}, level.Options{})
	require.ErrorIs(t, err, level.ErrInvalid)
}

func TestEmptyPlan(t *testing.T) {
	t.Parallel()
	r, err := level.Solve(context.Background(), &level.Problem{}, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, r.Status)
	require.Zero(t, r.Cost)
}

// TestWideCapacities uses capacities and times beyond the packed profile and
// the core: a schedule is found all the same.
func TestWideCapacities(t *testing.T) {
	t.Parallel()
	p := generated(30, 2, 9)
	for i := range p.Resources {
		p.Resources[i].Capacity *= 1_000_000
	}
	for i := range p.Activities {
		for r := range p.Activities[i].Modes[0].Uses {
			p.Activities[i].Modes[0].Uses[r] *= 1_000_000
		}
	}
	wide, err := level.Solve(context.Background(), p, level.Options{Schedules: 500})
	require.NoError(t, err)
	require.NoError(t, level.Check(p, wide.Schedule))
	require.GreaterOrEqual(t, wide.Cost, wide.LowerBound)
}

func TestStatusNames(t *testing.T) {
	t.Parallel()
	for s, name := range map[level.Status]string{
		level.Unknown: "unknown", level.Feasible: "feasible", level.Optimal: "optimal", level.Infeasible: "infeasible",
	} {
		require.Equal(t, name, s.String())
	}
}

// TestLongSpansAreLeftToTheHeuristics: slots times tasks must fit the core's
// 32 bits, however many modes there are.
func TestLongSpansAreLeftToTheHeuristics(t *testing.T) {
	t.Parallel()
	p := &level.Problem{Activities: make([]level.Activity, 100)}
	p.Activities[0].Release = 4_000_000
	few, many := []level.Mode{{Duration: 1}}, make([]level.Mode, 6)
	for i := range p.Activities {
		p.Activities[i].Modes = few
	}
	require.True(t, level.HasCore(p))
	for i := range p.Activities {
		p.Activities[i].Modes = many
	}
	require.False(t, level.HasCore(p))
}

// TestBoundCountsNoFixedTail: five jobs that take one slot of all units or five
// slots of a fifth; what follows their starts does not wait for the longer mode.
func TestBoundCountsNoFixedTail(t *testing.T) {
	t.Parallel()
	p := &level.Problem{Resources: []level.Resource{{Capacity: 10}}}
	for i := range 5 {
		p.Activities = append(p.Activities,
			level.Activity{Modes: []level.Mode{{Duration: 1, Uses: []int{10}}, {Duration: 5, Uses: []int{2}}}},
			level.Activity{Modes: []level.Mode{{Duration: 3}}},
		)
		p.Relations = append(p.Relations, level.Relation{From: 2 * i, To: 2*i + 1, Kind: level.StartStart, Lag: 5})
	}
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, r.Status)
	require.Equal(t, 8, r.Cost)
}

// TestWindowsThatAreEmpty: a plan that is beyond the core, and too long for its
// horizon by its relations alone, is refused at once with the relations that
// make it so.
func TestWindowsThatAreEmpty(t *testing.T) {
	t.Parallel()
	p := generated(2000, 2, 3)
	for i := 1; i < 4; i++ {
		p.Relations = append(p.Relations, level.Relation{From: i - 1, To: i, Lag: 30})
	}
	p.Activities[3].Deadline = 80
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Infeasible, r.Status)
	require.Len(t, r.Causes, 3)
	require.Contains(t, r.Causes, level.Cause{Kind: level.CauseDeadline, Index: 3})
}

// TestSumsAreCounted: what adds up to more than 32 bits of slots, or 50 bits of
// cost, is refused; wide work below that is counted right.
func TestSumsAreCounted(t *testing.T) {
	t.Parallel()
	p := &level.Problem{}
	for i := range 40 {
		p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{{Duration: level.MaxSlot}}})
		if i > 0 {
			p.Relations = append(p.Relations, level.Relation{From: i - 1, To: i})
		}
	}
	require.ErrorIs(t, p.Validate(), level.ErrInvalid)
	p.Activities, p.Relations = p.Activities[:7], p.Relations[:6]
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, 7*level.MaxSlot, r.Cost)
	require.Equal(t, level.Optimal, r.Status)

	p = &level.Problem{Objective: level.WeightedTardiness, Activities: []level.Activity{{Weight: level.MaxSlot, Due: level.MaxSlot, Modes: []level.Mode{{}}}}}
	require.ErrorIs(t, p.Validate(), level.ErrInvalid)

	p = &level.Problem{Resources: []level.Resource{{Capacity: level.MaxQuantity}}}
	for range 3 {
		p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{{Duration: level.MaxSlot, Uses: []int{level.MaxQuantity}}}})
	}
	r, err = level.Solve(context.Background(), p, level.Options{Schedules: 20})
	require.NoError(t, err)
	require.Equal(t, 3*level.MaxSlot, r.Cost)
	require.LessOrEqual(t, r.LowerBound, r.Cost)
}

// TestReceiptsBeyondThePlan: far receipts neither confuse the core nor keep it
// from the optimum.
func TestReceiptsBeyondThePlan(t *testing.T) {
	t.Parallel()
	p := &level.Problem{Resources: []level.Resource{{Capacity: 1}}}
	for range 8 {
		p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{{Duration: 1, Uses: []int{1}, Takes: []level.Amount{{Quantity: 1}}}}})
	}
	p.Stocks = []level.Stock{{Initial: 4, Receipts: []level.Step{{Slot: 6, Quantity: 4}, {Slot: level.MaxSlot, Quantity: 5}}}}
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, r.Status)
	require.Equal(t, 10, r.Cost)
}

// TestPoolsAreExact: many alike are as good as named ones, and nobody has two
// places in an activity, even in one that takes no time.
func TestPoolsAreExact(t *testing.T) {
	t.Parallel()
	p := &level.Problem{}
	for range 40 {
		p.People = append(p.People, level.Person{Skills: []int{0}})
	}
	p.People = append(p.People, level.Person{Skills: []int{0, 1}, Terms: []level.Term{{Skill: 1, To: 3}}, Away: []level.Window{{From: 5, To: 6}}})
	for range 9 {
		p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{{Duration: 2, Staff: []level.Assignee{{Skill: 0, People: 10}}}}})
	}
	p.Activities = append(p.Activities, level.Activity{Modes: []level.Mode{{Staff: []level.Assignee{{Skill: 1, People: 1}, {Skill: 0, People: 40}}}}})
	r, err := level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, r.Status)
	require.Equal(t, 6, r.Cost)
	p.Activities[9].Modes[0].Staff[1].People = 41
	r, err = level.Solve(context.Background(), p, level.Options{})
	require.NoError(t, err)
	require.Equal(t, level.Infeasible, r.Status)
}

// TestMoreThanThereIs: a request above any capacity is refused in a plan of any
// size, also at the edge of what a packed profile can count.
func TestMoreThanThereIs(t *testing.T) {
	t.Parallel()
	for _, capacity := range []int{0, 1<<15 - 1, 1 << 20} {
		p := generated(2000, 1, 3)
		p.Resources = append(p.Resources, level.Resource{ID: "none", Capacity: capacity})
		p.Activities[77].Modes[0].Uses = []int{0, capacity + 1}
		r, err := level.Solve(context.Background(), p, level.Options{})
		require.NoError(t, err)
		require.Equal(t, level.Infeasible, r.Status)
		require.Equal(t, []level.Cause{{Kind: level.CauseResource, Index: 1}}, r.Causes)
		p.Activities[77].Modes = append(p.Activities[77].Modes, level.Mode{Duration: 1, Uses: []int{0, capacity}})
		r, err = level.Solve(context.Background(), p, level.Options{Schedules: 200})
		require.NoError(t, err)
		require.Equal(t, level.Feasible, r.Status)
		require.Equal(t, 1, r.Schedule.Mode[77])
	}
}

// TestWorkersChangeNothingForCrews: people, terms, leave, stocks and calendars
// too give the same with any number of workers.
func TestWorkersChangeNothingForCrews(t *testing.T) {
	t.Parallel()
	p := staffed(60, 3, 25, 4)
	p.Resources[0].Steps = []level.Step{{Slot: 10, Quantity: 0}, {Slot: 14, Quantity: p.Resources[0].Capacity}}
	var first level.Result
	for _, workers := range []int{1, 2, 8} {
		r, err := level.Solve(context.Background(), p, level.Options{Schedules: 600, Seed: 3, Workers: workers})
		require.NoError(t, err)
		require.NoError(t, level.Check(p, r.Schedule))
		if workers == 1 {
			first = r
		}
		require.Equal(t, first, r)
	}
}
