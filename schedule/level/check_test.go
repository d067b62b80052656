package level_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule/level"
)

// rich is a problem with every kind of rule and a schedule that keeps them.
func rich() (*level.Problem, level.Schedule) {
	p := &level.Problem{
		Horizon:   12,
		Resources: []level.Resource{{Capacity: 2, Steps: []level.Step{{Slot: 4, Quantity: 1}}}},
		Totals:    []level.Total{{Capacity: 3}},
		Stocks:    []level.Stock{{Initial: 1, Receipts: []level.Step{{Slot: 3, Quantity: 1}}}},
		People:    []level.Person{{Skills: []int{0}, Away: []level.Window{{From: 5, To: 6}}}, {Skills: []int{0, 1}}},
		Activities: []level.Activity{
			{ID: "a", Modes: []level.Mode{{Duration: 2, Uses: []int{2}, Spends: []int{1}, Takes: []level.Amount{{Quantity: 1}}, Staff: []level.Assignee{{Skill: 0, People: 1}}}}},
			{ID: "b", Release: 3, Modes: []level.Mode{{Duration: 2, Uses: []int{1}, Spends: []int{2}, Takes: []level.Amount{{Quantity: 1}}, Makes: []level.Amount{{Quantity: 1}}}}},
			{ID: "c", Deadline: 9, Modes: []level.Mode{{Duration: 3, Uses: []int{1}, Takes: []level.Amount{{Quantity: 1}}, Staff: []level.Assignee{{Skill: 1, People: 1}}}, {Duration: 1, Spends: []int{1}}}},
			{ID: "d", Planned: 9, Fixed: true, Modes: []level.Mode{{}}},
		},
		Relations: []level.Relation{{From: 0, To: 1, Lag: 1}, {From: 1, To: 2}, {From: 2, To: 3, Kind: level.StartStart, Lag: 2}},
	}
	return p, level.Schedule{Start: []int{0, 3, 5, 9}, Mode: []int{0, 0, 0, 0}, Staff: [][]int{{0}, nil, {1}, nil}}
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	p, s := rich()
	require.NoError(t, p.Validate())
	require.NoError(t, level.Check(p, s))
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule   string
		change func(*level.Problem, *level.Schedule)
	}{
		"starts missing":      {"shape", func(_ *level.Problem, s *level.Schedule) { s.Start = s.Start[:3] }},
		"staff lists missing": {"shape", func(_ *level.Problem, s *level.Schedule) { s.Staff = s.Staff[:1] }},
		"unknown mode":        {"mode", func(_ *level.Problem, s *level.Schedule) { s.Mode[1] = 1 }},
		"before release":      {"release", func(p *level.Problem, _ *level.Schedule) { p.Activities[1].Release = 4 }},
		"before slot 0":       {"release", func(_ *level.Problem, s *level.Schedule) { s.Start[0] = -1 }},
		"after deadline":      {"deadline", func(p *level.Problem, _ *level.Schedule) { p.Activities[2].Deadline = 7 }},
		"after horizon":       {"deadline", func(p *level.Problem, _ *level.Schedule) { p.Horizon = 8 }},
		"pin moved":           {"fixed", func(_ *level.Problem, s *level.Schedule) { s.Start[3] = 10 }},
		"lag too short":       {"relation", func(p *level.Problem, _ *level.Schedule) { p.Relations[0].Lag = 2 }},
		"start-start":         {"relation", func(p *level.Problem, _ *level.Schedule) { p.Relations[2].Lag = 5 }},
		"finish-finish":       {"relation", func(p *level.Problem, _ *level.Schedule) { p.Relations[2].Kind = level.FinishFinish }},
		"start-finish": {"relation", func(p *level.Problem, _ *level.Schedule) {
			p.Relations[2] = level.Relation{From: 1, To: 2, Kind: level.StartFinish, Lag: 6}
		}},
		"capacity":        {"capacity", func(p *level.Problem, _ *level.Schedule) { p.Resources[0].Capacity = 1 }},
		"capacity later":  {"capacity", func(p *level.Problem, _ *level.Schedule) { p.Resources[0].Steps[0] = level.Step{Slot: 7, Quantity: 0} }},
		"total":           {"total", func(p *level.Problem, _ *level.Schedule) { p.Totals[0].Capacity = 2 }},
		"receipt late":    {"stock", func(p *level.Problem, _ *level.Schedule) { p.Stocks[0].Receipts[0].Slot = 4 }},
		"made too little": {"stock", func(p *level.Problem, _ *level.Schedule) { p.Activities[1].Modes[0].Makes = nil }},
		"nobody":          {"staff", func(_ *level.Problem, s *level.Schedule) { s.Staff = nil }},
		"too many people": {"staff", func(_ *level.Problem, s *level.Schedule) { s.Staff[1] = []int{0} }},
		"unknown person":  {"staff", func(_ *level.Problem, s *level.Schedule) { s.Staff[2] = []int{2} }},
		"lacks the skill": {"staff", func(_ *level.Problem, s *level.Schedule) { s.Staff[2] = []int{0} }},
		"away":            {"staff", func(p *level.Problem, _ *level.Schedule) { p.People[0].Away[0] = level.Window{From: 1, To: 2} }},
		"two jobs at once": {"staff", func(p *level.Problem, s *level.Schedule) {
			p.Activities[1].Modes[0].Staff = []level.Assignee{{Skill: 0, People: 1}}
			p.Activities[1].Modes[0].Duration = 2
			s.Staff[1] = []int{1}
			p.Relations = nil
			p.Activities[2].Modes[0].Takes = nil
			s.Start[2] = 4
			p.Resources = nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s := rich()
			c.change(p, &s)
			err := level.Check(p, s)
			var v *level.ViolationError
			require.ErrorAs(t, err, &v)
			require.ErrorIs(t, err, level.ErrViolated)
			require.Equal(t, c.rule, v.Rule, v.Detail)
		})
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	p, s := rich()
	p.Activities[1].Due, p.Activities[1].Weight = 4, 3
	p.Activities[2].Planned, p.Activities[2].Weight = 7, 2
	require.Equal(t, 9, p.Cost(s))
	p.Objective = level.WeightedTardiness
	require.Equal(t, 3*1+2*8, p.Cost(s))
	p.Objective = level.Stability
	require.Equal(t, 3*3+2*2, p.Cost(s))
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*level.Problem){
		"Horizon":                               func(p *level.Problem) { p.Horizon = -1 },
		"Objective":                             func(p *level.Problem) { p.Objective = 9 },
		"Activities[1].Modes":                   func(p *level.Problem) { p.Activities[1].Modes = nil },
		"Activities[0].Release":                 func(p *level.Problem) { p.Activities[0].Release = level.MaxSlot + 1 },
		"Activities[0].Modes[0].Duration":       func(p *level.Problem) { p.Activities[0].Modes[0].Duration = -2 },
		"Activities[0].Modes[0].Uses":           func(p *level.Problem) { p.Activities[0].Modes[0].Uses = []int{1, 1} },
		"Activities[0].Modes[0].Spends[0]":      func(p *level.Problem) { p.Activities[0].Modes[0].Spends[0] = -1 },
		"Activities[0].Modes[0].Staff[0].Skill": func(p *level.Problem) { p.Activities[0].Modes[0].Staff[0].Skill = -1 },
		"Resources[0].Capacity":                 func(p *level.Problem) { p.Resources[0].Capacity = -1 },
		"Resources[0].Steps[1].Slot": func(p *level.Problem) {
			p.Resources[0].Steps = append(p.Resources[0].Steps, level.Step{Slot: 4})
		},
		"Totals[0].Capacity":             func(p *level.Problem) { p.Totals[0].Capacity = -1 },
		"Stocks[0].Initial":              func(p *level.Problem) { p.Stocks[0].Initial = -1 },
		"Stocks[0].Receipts[0].Quantity": func(p *level.Problem) { p.Stocks[0].Receipts[0].Quantity = -1 },
		"People[0].Away[0]":              func(p *level.Problem) { p.People[0].Away[0].To = 4 },
		"People[1].Skills[0]":            func(p *level.Problem) { p.People[1].Skills[0] = -1 },
		"Relations[0].From":              func(p *level.Problem) { p.Relations[0].To = 4 },
		"Relations[1].Kind":              func(p *level.Problem) { p.Relations[1].Kind = 4 },
		"Relations[1].Lag":               func(p *level.Problem) { p.Relations[1].Lag = -level.MaxSlot - 1 },
	} {
		p, _ := rich()
		change(p)
		var e *level.InvalidError
		require.ErrorAs(t, p.Validate(), &e, field)
		require.ErrorIs(t, e, level.ErrInvalid)
		require.Equal(t, field, e.Field)
		require.NotEmpty(t, e.Rule)
	}
	p, _ := rich()
	p.Relations = append(p.Relations, level.Relation{From: 2, To: 0, Lag: -9})
	var cycle *level.CycleError
	require.ErrorAs(t, p.Validate(), &cycle)
	require.ElementsMatch(t, []string{"a", "b", "c"}, cycle.Names)
	require.ErrorIs(t, cycle, level.ErrInvalid)
}
