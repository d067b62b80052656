package level_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule/level"
)

// focus is the part of the model that a drawn problem surely uses.
type focus string

// parts returns every focus.
func parts() []focus { return []focus{"dates", "people", "crews", "ends", "stocks", "totals"} }

// least is 1 if the focus is the given part, so that it is present.
func (f focus) least(part focus) int {
	if f == part {
		return 1
	}
	return 0
}

// drawProblem draws a small problem that may use every part of the model. Its
// horizon is short enough for bruteForce.
func drawProblem(t *rapid.T, f focus) *level.Problem {
	p := &level.Problem{Horizon: rapid.IntRange(4, 8).Draw(t, "horizon")}
	p.Objective = rapid.SampledFrom([]level.Objective{level.Makespan, level.Makespan, level.WeightedTardiness, level.Stability}).Draw(t, "objective")
	for range rapid.IntRange(0, 2).Draw(t, "resources") {
		r := level.Resource{Capacity: rapid.IntRange(1, 3).Draw(t, "capacity")}
		if rapid.IntRange(0, 2).Draw(t, "calendar") == 0 {
			from := rapid.IntRange(0, 5).Draw(t, "closed")
			r.Steps = []level.Step{{Slot: from, Quantity: rapid.IntRange(0, 1).Draw(t, "left")}, {Slot: from + rapid.IntRange(1, 2).Draw(t, "for"), Quantity: r.Capacity}}
		}
		p.Resources = append(p.Resources, r)
	}
	for range rapid.IntRange(f.least("totals"), 1+f.least("totals")).Draw(t, "totals") {
		p.Totals = append(p.Totals, level.Total{Capacity: rapid.IntRange(0, 5).Draw(t, "total")})
	}
	for range rapid.IntRange(f.least("stocks"), 1).Draw(t, "stocks") {
		p.Stocks = append(p.Stocks, level.Stock{
			Initial:  rapid.IntRange(0, 2).Draw(t, "initial"),
			Receipts: []level.Step{{Slot: rapid.IntRange(0, 5).Draw(t, "receipt"), Quantity: rapid.IntRange(0, 2).Draw(t, "received")}},
		})
	}
	if f == "crews" {
		p.People = drawCrews(t)
	}
	for range rapid.IntRange(f.least("people"), 3*(1-f.least("crews"))).Draw(t, "people") {
		who := level.Person{Skills: rapid.SliceOfNDistinct(rapid.IntRange(0, 1), 0, 2, rapid.ID[int]).Draw(t, "skills")}
		for range rapid.IntRange(0, 2).Draw(t, "terms") {
			from := rapid.IntRange(0, 6).Draw(t, "held")
			who.Terms = append(who.Terms, level.Term{Skill: rapid.IntRange(0, 1).Draw(t, "of"), From: from, To: from + rapid.IntRange(0, 5).Draw(t, "for")})
		}
		if rapid.Bool().Draw(t, "leave") {
			from := rapid.IntRange(0, 4).Draw(t, "from")
			who.Away = []level.Window{{From: from, To: from + 1}}
		}
		p.People = append(p.People, who)
	}
	n := rapid.IntRange(1+f.least("people"), 4-f.least("crews")-f.least("ends")).Draw(t, "activities")
	for range n {
		p.Activities = append(p.Activities, drawActivity(t, p, f))
	}
	for j := range n {
		for i := range j {
			if rapid.IntRange(0, 3-3*f.least("ends")).Draw(t, "related") == 0 {
				p.Relations = append(p.Relations, level.Relation{
					From: i, To: j, Kind: level.Kind(rapid.IntRange(2*f.least("ends"), 3).Draw(t, "kind")), Lag: rapid.IntRange(-1, 1).Draw(t, "lag"),
				})
			}
		}
	}
	return p
}

// drawCrews draws two kinds of people, some of each kind: pools of several, of
// which one holds its skill at two times apart.
func drawCrews(t *rapid.T) []level.Person {
	var out []level.Person
	for kind := range 2 {
		who := level.Person{Skills: []int{kind}}
		if rapid.Bool().Draw(t, "terms") {
			until, from := rapid.IntRange(1, 3).Draw(t, "until"), rapid.IntRange(3, 5).Draw(t, "again")
			who.Terms = []level.Term{{Skill: 1 - kind, To: until}, {Skill: 1 - kind, From: from, To: from + 4}}
		} else if rapid.Bool().Draw(t, "both") {
			who.Skills = []int{0, 1}
		}
		for range rapid.IntRange(1, 2).Draw(t, "heads") {
			out = append(out, who)
		}
	}
	return out
}

func drawActivity(t *rapid.T, p *level.Problem, f focus) level.Activity {
	a := level.Activity{
		Weight:  rapid.IntRange(0, 3).Draw(t, "weight"),
		Due:     rapid.IntRange(0, 4).Draw(t, "due"),
		Planned: rapid.IntRange(0, 4).Draw(t, "planned"),
		Fixed:   rapid.IntRange(0, 9).Draw(t, "fixed") == 0,
	}
	if rapid.IntRange(0, 4-3*f.least("dates")).Draw(t, "dated") == 0 {
		a.Release = rapid.IntRange(0, 3).Draw(t, "release")
		a.Deadline = rapid.IntRange(3, 8).Draw(t, "deadline")
	}
	for range rapid.IntRange(1+f.least("totals")+f.least("ends"), 2).Draw(t, "modes") {
		m := level.Mode{Duration: rapid.IntRange(0, 3).Draw(t, "duration")}
		for range p.Resources {
			m.Uses = append(m.Uses, rapid.IntRange(0, 2).Draw(t, "use"))
		}
		for range p.Totals {
			m.Spends = append(m.Spends, rapid.IntRange(0, 3).Draw(t, "spend"))
		}
		for k := range p.Stocks {
			m.Takes = append(m.Takes, level.Amount{Stock: k, Quantity: rapid.IntRange(0, 1).Draw(t, "take")})
			m.Makes = append(m.Makes, level.Amount{Stock: k, Quantity: rapid.IntRange(0, 1).Draw(t, "make")})
		}
		if len(p.People) > 0 && rapid.IntRange(0, 2-2*f.least("people")-2*f.least("crews")).Draw(t, "staffed") == 0 {
			m.Staff = []level.Assignee{{Skill: rapid.IntRange(0, 1).Draw(t, "skill"), People: rapid.IntRange(1, 2).Draw(t, "heads")}}
		}
		a.Modes = append(a.Modes, m)
	}
	return a
}

// bruteForce tries every start, mode and choice of people, and judges by Check
// alone.
func bruteForce(p *level.Problem) (best int, found bool) {
	n := len(p.Activities)
	s := level.Schedule{Start: make([]int, n), Mode: make([]int, n), Staff: make([][]int, n)}
	var place func(i int)
	var people func(i, k int, rest []level.Assignee)
	place = func(i int) {
		if i == n {
			if level.Check(p, s) == nil {
				if c := p.Cost(s); !found || c < best {
					best, found = c, true
				}
			}
			return
		}
		for m := range p.Activities[i].Modes {
			s.Mode[i] = m
			for s.Start[i] = 0; s.Start[i]+p.Activities[i].Modes[m].Duration <= p.Horizon; s.Start[i]++ {
				if partly(p, s, i) {
					s.Staff[i] = nil
					people(i, 0, p.Activities[i].Modes[m].Staff)
				}
			}
		}
	}
	people = func(i, k int, rest []level.Assignee) {
		switch {
		case len(rest) == 0:
			place(i + 1)
			return
		case k == rest[0].People:
			people(i, 0, rest[1:])
			return
		}
		for who := range p.People {
			if slices.Contains(s.Staff[i], who) {
				continue
			}
			s.Staff[i] = append(s.Staff[i], who)
			people(i, k+1, rest)
			s.Staff[i] = s.Staff[i][:len(s.Staff[i])-1]
		}
	}
	place(0)
	return best, found
}

// partly reports whether activity i breaks no date or relation among the
// first ones; it only saves bruteForce time.
func partly(p *level.Problem, s level.Schedule, i int) bool {
	a := &p.Activities[i]
	if s.Start[i] < a.Release || a.Fixed && s.Start[i] != a.Planned {
		return false
	}
	if a.Deadline > 0 && s.Start[i]+a.Modes[s.Mode[i]].Duration > a.Deadline {
		return false
	}
	for _, r := range p.Relations {
		if r.To == i && r.Kind == level.FinishStart && s.Start[i] < s.Start[r.From]+p.Activities[r.From].Modes[s.Mode[r.From]].Duration+r.Lag {
			return false
		}
	}
	return true
}

// checkParts runs a property for problems with each focus.
func checkParts(t *testing.T, property func(*rapid.T, *level.Problem)) {
	t.Helper()
	for _, f := range parts() {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { property(t, drawProblem(t, f)) })
		})
	}
}

func TestAgainstBruteForce(t *testing.T) {
	t.Parallel()
	checkParts(t, func(t *rapid.T, p *level.Problem) {
		require.NoError(t, p.Validate())
		best, found := bruteForce(p)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		r, err := level.Solve(ctx, p, level.Options{Seed: rapid.Int64().Draw(t, "seed")})
		require.NoError(t, err)
		if !found {
			require.Equal(t, level.Infeasible, r.Status)
			requireConflict(t, p, r.Causes)
			return
		}
		require.Equal(t, level.Optimal, r.Status)
		require.NoError(t, level.Check(p, r.Schedule))
		require.Equal(t, best, r.Cost)
		require.Equal(t, best, p.Cost(r.Schedule))
		require.Equal(t, best, r.LowerBound)
	})
}

// requireConflict checks that causes are rules of a problem that cannot hold
// together, and that without any one of them the others can.
func requireConflict(t *rapid.T, p *level.Problem, causes []level.Cause) {
	require.NotEmpty(t, causes)
	together := level.Only(p, causes)
	if together.Horizon > 0 {
		_, found := bruteForce(together)
		require.False(t, found, "the causes can hold together")
	}
	requireStatus(t, together, level.Infeasible)
	for i, c := range causes {
		require.NotEmpty(t, c.Describe(p))
		requireStatus(t, level.Only(p, slices.Delete(slices.Clone(causes), i, i+1)), level.Feasible)
	}
}

// requireStatus checks what one schedule of a small problem is enough to know.
func requireStatus(t *rapid.T, p *level.Problem, want level.Status) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := level.Solve(ctx, p, level.Options{})
	require.NoError(t, err)
	if r.Status == level.Optimal {
		require.NoError(t, level.Check(p, r.Schedule))
		r.Status = level.Feasible
	}
	require.Equal(t, want, r.Status, "%+v", p)
}

func TestHeuristicsAgainstBruteForce(t *testing.T) {
	t.Parallel()
	checkParts(t, func(t *rapid.T, p *level.Problem) {
		best, found := bruteForce(p)
		r, err := level.Solve(context.Background(), p, level.Options{Schedules: rapid.IntRange(1, 40).Draw(t, "schedules")})
		require.NoError(t, err)
		if r.Status == level.Feasible || r.Status == level.Optimal {
			require.True(t, found)
			require.NoError(t, level.Check(p, r.Schedule))
			require.GreaterOrEqual(t, r.Cost, best)
		}
		if found {
			require.NotEqual(t, level.Infeasible, r.Status)
			require.LessOrEqual(t, r.LowerBound, best)
		}
	})
}

// TestHeuristicsKeepEveryRule looks at the methods without the check that
// Solve makes before it shows a schedule.
func TestHeuristicsKeepEveryRule(t *testing.T) {
	t.Parallel()
	checkParts(t, func(t *rapid.T, p *level.Problem) {
		if s, ok := level.BreedAny(p, 40); ok {
			require.NoError(t, level.Check(p, s))
		}
	})
}
