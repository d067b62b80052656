package coordination_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/planning"
	planner "github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// launch stores a plan of a launch: tooling, then assembly by ida with hinges.
func (b *bench) launch() {
	b.t.Helper()
	ctx := b.t.Context()
	hours := func(id string, n int, needs ...planner.Requirement) planner.Activity {
		return planner.Activity{ID: id, Duration: time.Duration(n) * time.Hour, Needs: needs}
	}
	_, err := b.Planning().Do(ctx, tenant, "ann", "L", 0, plans.Create{Plan: planner.Plan{
		ID: "L", Start: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Activities: []planner.Activity{
			hours("tooling", 48),
			hours("assembly", 24, planner.Requirement{Material: &planner.Material{Item: "HNG-1", Quantity: 10}}, planner.Requirement{Staff: &planner.Staff{Skill: "fitting", Count: 1}}),
			{ID: "G3", Kind: planner.Gate},
		},
		Relations: []planner.Relation{{From: "tooling", To: "assembly"}, {From: "assembly", To: "G3"}},
	}})
	require.NoError(b.t, err)
	require.NoError(b.t, b.Planning().PutItems(ctx, tenant, "ann", []planning.Item{{
		Item: supply.Item{ID: "HNG-1"}, Sources: []supply.Source{{Item: "HNG-1", Supplier: "acme", LeadDays: 60, UnitCost: 250}},
	}}))
	require.NoError(b.t, b.Planning().CountLots(ctx, tenant, "ann", []supply.Lot{{ID: "L1", Item: "HNG-1", Quantity: 12}}, ""))
	require.NoError(b.t, b.Planning().PutPeople(ctx, tenant, "ann", []planning.Person{{Person: staff.Person{ID: "ida", Skills: []staff.Skill{{Name: "fitting"}}}}}))
}

func (b *bench) asks(id changereq.ID, change *changereq.PlanChange) (changereq.Request, error) {
	b.t.Helper()
	b.do(ann, "", changereq.Open{ID: id, Content: changereq.Content{Title: "Wider hinge", Description: "Widen it.", Justification: "Returns.", Plan: change}})
	b.do(ann, id, changereq.Move{Event: "submit"})
	b.do(carol, id, changereq.Move{Event: "receive"})
	return b.Do(b.t.Context(), tenant, carol, id, 0, changereq.AskPlan{})
}

// TestAskPlanAsksTheStoredPlan: what a change would do to dates, stock, people and
// cost stands in the assessment before anybody decides.
func TestAskPlanAsksTheStoredPlan(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *coordination.Config) { c.Currency = "EUR" })
	b.launch()
	r, err := b.asks("CR1", &changereq.PlanChange{Plan: "L", Work: []changereq.PlannedWork{
		{Activity: "retool", Duration: (24 * time.Hour).Microseconds(), After: []string{"tooling"}},
		{Activity: "assembly", After: []string{"retool"}, Materials: []changereq.PlannedMaterial{{Item: "HNG-1", Quantity: 20}}},
	}})
	require.NoError(t, err)
	e := r.Assessment.Plan
	require.Equal(t, "plan L, revision 1", e.Source)
	require.Equal(t, []string{"ida"}, e.People)
	require.Equal(t, []changereq.Amount{{What: "orders and staff", Low: 2000, Likely: 2000, High: 2000, Currency: "EUR"}}, e.Cost)
	require.Equal(t, []changereq.Shortage{{Item: "HNG-1", Short: 8, NeedBy: time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC)}}, e.Shortages)
	require.Equal(t, "end", e.Delays[0].What)
	require.Equal(t, "G3", e.Delays[1].What)
	require.Equal(t, time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), e.Delays[1].Before)
	require.True(t, e.Delays[1].After.After(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)), "it waits for the order: %v", e.Delays)
	require.Contains(t, e.Summary, "the end moves from 2026-04-04")

	// Another unit less is needed: nothing is ordered, nothing moves.
	r, err = b.asks("CR2", &changereq.PlanChange{Plan: "L", Work: []changereq.PlannedWork{{Activity: "assembly", Materials: []changereq.PlannedMaterial{{Item: "HNG-1", Quantity: 0}}}}})
	require.NoError(t, err)
	require.Empty(t, r.Assessment.Plan.Delays)
	require.Equal(t, "Nothing moves, nothing is missing and nobody's work changes.", r.Assessment.Plan.Summary)

	for _, x := range []struct {
		id     changereq.ID
		change *changereq.PlanChange
		says   string
	}{
		{"CR3", nil, "does not say what it changes in a plan"},
		{"CR4", &changereq.PlanChange{Plan: "M", Cancel: []string{"x"}}, `there is no plan "M"`},
		{"CR5", &changereq.PlanChange{Plan: "L", Cancel: []string{"x"}, Work: []changereq.PlannedWork{{Activity: "y", After: []string{"z"}}}}, `has no activity z, x`},
		{"CR6", &changereq.PlanChange{Plan: "L", Work: []changereq.PlannedWork{{Activity: "tooling", After: []string{"assembly"}}}}, "would not hold together"},
	} {
		_, err := b.asks(x.id, x.change)
		require.ErrorIs(t, err, changereq.ErrRefused)
		require.ErrorContains(t, err, x.says)
	}
}

// large is a desk with a stored plan of so many activities in chains of fifty,
// each with a material and a person.
func large(tb testing.TB, activities int) *coordination.Desk {
	tb.Helper()
	now := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	d, err := coordination.NewDesk(coordination.Config{Store: memory.New(), Now: func() time.Time { return now }})
	require.NoError(tb, err)
	p := planner.Plan{ID: "L", Start: now}
	var items []planning.Item
	var lots []supply.Lot
	var people []planning.Person
	for k := range activities / 50 {
		item, skill := fmt.Sprint("i", k), fmt.Sprint("s", k)
		items = append(items, planning.Item{Item: supply.Item{ID: item}, Sources: []supply.Source{{Item: item, Supplier: "acme", LeadDays: 20}}})
		lots = append(lots, supply.Lot{ID: "l" + item, Item: item, Quantity: 30})
		people = append(people, planning.Person{Person: staff.Person{ID: fmt.Sprint("p", k), Skills: []staff.Skill{{Name: skill}}}})
		for n := range 50 {
			a := planner.Activity{ID: fmt.Sprintf("a%d-%d", k, n), Duration: 8 * time.Hour, Needs: []planner.Requirement{
				{Material: &planner.Material{Item: item, Quantity: 1}}, {Staff: &planner.Staff{Skill: skill, Count: 1}},
			}}
			if n > 0 {
				p.Relations = append(p.Relations, planner.Relation{From: p.Activities[len(p.Activities)-1].ID, To: a.ID})
			}
			p.Activities = append(p.Activities, a)
		}
	}
	ctx := tb.Context()
	_, err = d.Planning().Do(ctx, tenant, "ann", "L", 0, plans.Create{Plan: p})
	require.NoError(tb, err)
	require.NoError(tb, d.Planning().PutItems(ctx, tenant, "ann", items))
	require.NoError(tb, d.Planning().CountLots(ctx, tenant, "ann", lots, ""))
	require.NoError(tb, d.Planning().PutPeople(ctx, tenant, "ann", people))
	return d
}

// BenchmarkPlanEffect is the effect of a change on a stored plan, asked again and
// again about a plan that stands.
func BenchmarkPlanEffect(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint("activities=", n), func(b *testing.B) {
			d := large(b, n)
			work := planner.Revision{Activities: []planner.Activity{{ID: "a3-7", Duration: 24 * time.Hour, Needs: []planner.Requirement{{Material: &planner.Material{Item: "i3", Quantity: 40}}}}}}
			asOf := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			for b.Loop() {
				if _, err := d.Planning().EffectOf(b.Context(), tenant, "L", asOf, work); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStoredReadiness is the first readiness after a promise was stored: what
// has changed is read and everything is worked out anew.
func BenchmarkStoredReadiness(b *testing.B) {
	d := large(b, 10_000)
	asOf := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		if err := d.Planning().CountLots(b.Context(), tenant, "ann", []supply.Lot{{ID: "li3", Item: "i3", Quantity: 30}}, ""); err != nil {
			b.Fatal(err)
		}
		if _, err := d.Planning().Readiness(b.Context(), tenant, "L", asOf); err != nil {
			b.Fatal(err)
		}
	}
}
