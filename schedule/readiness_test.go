package schedule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

var monday = at("2026-03-02 08:00")

func office() schedule.Calendar {
	return schedule.WorkWeek("office", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})
}

func material(item string, quantity int64) schedule.Requirement {
	return schedule.Requirement{Material: &schedule.Material{Item: item, Quantity: quantity}}
}

func people(skill string, count int) schedule.Requirement {
	return schedule.Requirement{Staff: &schedule.Staff{Skill: skill, Count: count}}
}

// shop is a plan of four activities before two gates, with its book and roster.
func shop() (*schedule.Plan, *supply.Book, *staff.Roster) {
	p := &schedule.Plan{
		ID: "p", Calendar: "office", Calendars: []schedule.Calendar{office()},
		Activities: []schedule.Activity{
			{ID: "cut", Duration: 16 * time.Hour, Needs: []schedule.Requirement{material("steel", 10), people("saw", 1)}},
			{ID: "weld", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 2), material("wire", 5), {Prerequisite: &schedule.Prerequisite{Kind: schedule.Approval, Ref: "hot work", Met: true}}}},
			{ID: "g1", Kind: schedule.Gate},
			{ID: "paint", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("paint", 3), {Prerequisite: &schedule.Prerequisite{Kind: schedule.Document, Ref: "D-7", ExpectedBy: at("2026-03-05 12:00")}}}},
			{ID: "g2", Kind: schedule.Gate},
		},
		Relations: []schedule.Relation{{From: "cut", To: "weld"}, {From: "weld", To: "g1"}, {From: "g1", To: "paint"}, {From: "paint", To: "g2"}},
	}
	b := &supply.Book{
		Items:   []supply.Item{{ID: "steel"}, {ID: "wire"}, {ID: "paint"}},
		Lots:    []supply.Lot{{ID: "L1", Item: "steel", Quantity: 50}},
		Orders:  []supply.Order{{ID: "PO-1", Item: "wire", Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 6)}},
		Sources: []supply.Source{{Item: "paint", Supplier: "acme", LeadDays: 3}},
	}
	r := &staff.Roster{
		Calendars: []schedule.Calendar{office()},
		People: []staff.Person{
			{ID: "ann", Calendar: "office", Skills: []staff.Skill{{Name: "saw", Level: 1}, {Name: "weld", Level: 1}}},
			{ID: "bob", Calendar: "office", Skills: []staff.Skill{{Name: "weld", Level: 1}}},
		},
	}
	return p, b, r
}

func facts(t require.TestingT, b *supply.Book, r *staff.Roster) schedule.Facts {
	position, err := supply.Compile(b)
	require.NoError(t, err)
	team, err := staff.Compile(r)
	require.NoError(t, err)
	return schedule.Facts{Supply: position, Staff: team}
}

func assess(t require.TestingT, p *schedule.Plan, asOf time.Time, f schedule.Facts) *schedule.Readiness {
	n, err := schedule.Compile(p)
	require.NoError(t, err)
	r, err := schedule.Assess(n, asOf, f)
	require.NoError(t, err)
	return r
}

func TestReadinessOfAShop(t *testing.T) {
	t.Parallel()
	p, b, r := shop()
	out := assess(t, p, monday, facts(t, b, r))
	verdict := func(id string) schedule.ActivityReadiness {
		x, ok := out.Of(id)
		require.True(t, ok)
		return x
	}
	require.Equal(t, schedule.Ready, verdict("cut").Verdict)
	weld := verdict("weld")
	require.Equal(t, schedule.Late, weld.Verdict)
	require.Equal(t, schedule.Count{Met: 2, Total: 3}, weld.Count)
	require.Equal(t, 66, weld.Percent())
	require.Equal(t, 16*time.Hour, weld.Slip) // wire comes on Friday, wanted Wednesday
	require.Equal(t, at("2026-03-06 08:00"), weld.Expected.Start)
	paint := verdict("paint")
	require.Equal(t, schedule.ReadyIf, paint.Verdict)
	require.Equal(t, schedule.DateOf(2026, 3, 5), paint.ActBy) // the document, a day before the order of paint

	why, ok := out.Explain("paint")
	require.True(t, ok)
	require.Equal(t, &schedule.Root{Activity: "weld", Requirement: 1, Chain: []string{"weld", "g1", "paint"}, Cause: "5 of wire come 2026-03-06 (PO-1), needed 2026-03-04"}, why.Root)
	require.Len(t, why.Requirements, 2)
	why, _ = out.Explain("cut")
	require.Nil(t, why.Root)
	_, ok = out.Explain("none")
	require.False(t, ok)

	gates := out.Gates()
	require.Len(t, gates, 2)
	require.Equal(t, schedule.Late, gates[0].Verdict)
	require.Equal(t, "weld", gates[0].Worst)
	require.Equal(t, schedule.Late, gates[1].Verdict, "through the gate before")
	require.Equal(t, schedule.ReadyIf, gates[1].Own)
	require.Equal(t, []string{"g1"}, gates[1].Before)
	require.Equal(t, schedule.Count{Met: 0, Total: 2}, gates[1].Count)

	sum := out.Plan()
	require.Equal(t, schedule.Late, sum.Verdict)
	require.Equal(t, [4]int{3, 1, 1, 0}, sum.Activities)
	end := sum.Expected
	require.Equal(t, at("2026-03-11 16:00"), end)

	orders := out.OpenActions(schedule.Materials)
	require.Len(t, orders, 2)
	require.True(t, orders[0].Overdue())
	require.Equal(t, schedule.ActExpedite, orders[0].Kind)
	require.Equal(t, []string{"paint"}, orders[1].Activities)
	urgent := out.Urgent(2)
	require.Len(t, urgent, 2)
	require.Equal(t, "weld", urgent[0].Activity)

	floors := out.Floors()
	x, err := schedule.Propose(out.Network(), monday, schedule.ProposeOptions{Floors: floors})
	require.NoError(t, err)
	require.Equal(t, floors[0].Text, x.Moves[3].Cause.Text)
}

func TestAnActivityCountsAtItsFirstGate(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{
		ID: "p", Activities: []schedule.Activity{{ID: "a"}, {ID: "g1", Kind: schedule.Gate}, {ID: "b"}, {ID: "g2", Kind: schedule.Gate}},
		Relations: []schedule.Relation{{From: "a", To: "g1"}, {From: "g1", To: "g2"}, {From: "a", To: "b"}, {From: "b", To: "g2"}},
	}
	gates := assess(t, p, monday, schedule.Facts{}).Gates()
	require.Equal(t, []string{"a"}, gates[0].Activities)
	require.Equal(t, []string{"b"}, gates[1].Activities)
	require.Equal(t, []string{"g1"}, gates[1].Before)
}

func TestNothingIsKnown(t *testing.T) {
	t.Parallel()
	p, _, _ := shop()
	out := assess(t, p, monday, schedule.Facts{})
	require.Equal(t, schedule.Short, out.Plan().Verdict)
	require.True(t, out.Plan().Expected.IsZero())
	why, _ := out.Explain("g2")
	require.Equal(t, "cut", why.Root.Activity)
	require.True(t, why.Root.Unknown)
	require.Contains(t, why.Root.Cause, "nobody knows")
}

func TestProgressNeedsLess(t *testing.T) {
	t.Parallel()
	p, b, r := shop()
	b.Lots, b.Orders = nil, nil
	p.Activities[0].Actual = schedule.Actual{Start: at("2026-02-26 08:00"), Finish: at("2026-02-27 16:00")}
	p.Activities[1].Actual = schedule.Actual{Start: at("2026-03-02 08:00"), Remaining: 8 * time.Hour}
	out := assess(t, p, at("2026-03-03 08:00"), facts(t, b, r))
	for _, id := range []string{"cut", "weld"} {
		x, _ := out.Of(id)
		require.Equal(t, schedule.Ready, x.Verdict, id)
	}
}

func TestWhatIfOrderPullPersonMove(t *testing.T) {
	t.Parallel()
	p, b, r := shop()
	f := facts(t, b, r)
	out := assess(t, p, monday, f)
	earlier, items, err := f.Supply.(*supply.Position).With(supply.Order{ID: "PO-1", Item: "wire", Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)})
	require.NoError(t, err)
	after, err := out.WhatIf(schedule.Change{Supply: earlier, Items: items})
	require.NoError(t, err)
	weld, _ := after.Of("weld")
	require.Equal(t, schedule.Ready, weld.Verdict)
	end := after.Plan().Expected
	require.Equal(t, at("2026-03-09 16:00"), end)
	weld, _ = out.Of("weld")
	require.Equal(t, schedule.Late, weld.Verdict, "the first answer stays")

	after, err = out.WhatIf(schedule.Change{Moves: []schedule.Floor{{Activity: "weld", At: at("2026-03-06 08:00")}}})
	require.NoError(t, err)
	weld, _ = after.Of("weld")
	require.Equal(t, schedule.Ready, weld.Verdict)
	require.Zero(t, weld.Slip)

	r.People = r.People[:1]
	f = facts(t, b, r)
	out = assess(t, p, monday, f)
	weld, _ = out.Of("weld")
	require.Equal(t, schedule.Short, weld.Verdict)
	more, skills, err := f.Staff.(*staff.Team).With(staff.Person{ID: "cid", Calendar: "office", Skills: []staff.Skill{{Name: "weld", Level: 1}}})
	require.NoError(t, err)
	after, err = out.WhatIf(schedule.Change{Staff: more, Skills: skills})
	require.NoError(t, err)
	weld, _ = after.Of("weld")
	require.Equal(t, schedule.Late, weld.Verdict, "wire is still late")
	_, err = out.WhatIf(schedule.Change{Moves: []schedule.Floor{{Activity: "none", At: monday}}})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// anyOffice draws a plan with requirements, and a book and a roster for it.
func anyOffice(t *rapid.T) (*schedule.Plan, *supply.Book, *staff.Roster) {
	p := schedule.AnyPlan(t)
	items := []string{"i", "j", "k"}
	skills := []string{"x", "y"}
	for i := range p.Activities {
		for range rapid.IntRange(0, 3).Draw(t, "needs") {
			switch rapid.IntRange(0, 4).Draw(t, "need") {
			case 0, 1:
				p.Activities[i].Needs = append(p.Activities[i].Needs, material(rapid.SampledFrom(append(items, "ghost")).Draw(t, "item"), int64(rapid.IntRange(1, 9).Draw(t, "q"))))
			case 2, 3:
				p.Activities[i].Needs = append(p.Activities[i].Needs, people(rapid.SampledFrom(skills).Draw(t, "skill"), rapid.IntRange(1, 2).Draw(t, "count")))
			case 4:
				d := schedule.Prerequisite{Kind: schedule.Document, Ref: "d", Met: rapid.Bool().Draw(t, "met")}
				if rapid.Bool().Draw(t, "expected") {
					d.ExpectedBy = schedule.AnyTime(t, "expected by")
				}
				p.Activities[i].Needs = append(p.Activities[i].Needs, schedule.Requirement{Prerequisite: &d})
			}
		}
	}
	b := &supply.Book{Items: []supply.Item{{ID: "i", Kit: []supply.Line{{Item: "j", Quantity: 1}}}, {ID: "j"}, {ID: "k"}}}
	for k := range rapid.IntRange(0, 5).Draw(t, "orders") {
		b.Orders = append(b.Orders, supply.Order{
			ID: fmt.Sprint("o", k), Item: rapid.SampledFrom(items).Draw(t, "item"), Quantity: int64(rapid.IntRange(1, 12).Draw(t, "q")),
			State: supply.Confirmed, Due: schedule.DateOf(2026, 3, rapid.IntRange(1, 40).Draw(t, "due")),
		})
	}
	if rapid.Bool().Draw(t, "source") {
		b.Sources = []supply.Source{{Item: "j", LeadDays: rapid.IntRange(0, 20).Draw(t, "lead")}}
	}
	r := &staff.Roster{Calendars: p.Calendars}
	for k := range rapid.IntRange(0, 4).Draw(t, "people") {
		r.People = append(r.People, staff.Person{
			ID: fmt.Sprint("p", k), Calendar: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "calendar"),
			Skills: []staff.Skill{{Name: rapid.SampledFrom(skills).Draw(t, "skill"), Level: 1}},
		})
	}
	return p, b, r
}

// same compares everything two answers say.
func same(t require.TestingT, want, got *schedule.Readiness) {
	require.Empty(t, cmp.Diff(want.Activities(), got.Activities()))
	require.Empty(t, cmp.Diff(want.Gates(), got.Gates()))
	require.Empty(t, cmp.Diff(want.Plan(), got.Plan()))
	require.Empty(t, cmp.Diff(want.OpenActions(), got.OpenActions()))
	require.Empty(t, cmp.Diff(want.Urgent(100), got.Urgent(100)))
	for _, a := range want.Activities() {
		x, _ := want.Explain(a.Activity)
		y, _ := got.Explain(a.Activity)
		require.Empty(t, cmp.Diff(x, y))
	}
}

// TestWhatIfIsAssess: the incremental answer is the one that working everything
// out again gives, however changes follow one another.
func TestWhatIfIsAssess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, b, r := anyOffice(t)
		asOf := schedule.AnyTime(t, "as of")
		f := facts(t, b, r)
		out := assess(t, p, asOf, f)
		for step := range rapid.IntRange(1, 3).Draw(t, "changes") {
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				o := supply.Order{ID: fmt.Sprint("o", rapid.IntRange(0, 6).Draw(t, "order")), Item: rapid.SampledFrom([]string{"i", "j", "k"}).Draw(t, "item"), Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, rapid.IntRange(1, 40).Draw(t, "due"))}
				position, items, err := f.Supply.(*supply.Position).With(o)
				require.NoError(t, err)
				f.Supply = position
				out, err = out.WhatIf(schedule.Change{Supply: position, Items: items})
				require.NoError(t, err)
			case 1:
				team, skills, err := f.Staff.(*staff.Team).With(staff.Person{
					ID:     fmt.Sprint("new", step),
					Skills: []staff.Skill{{Name: "x", Level: 1}, {Name: rapid.SampledFrom([]string{"x2", "y"}).Draw(t, "second"), Level: 1}},
				})
				require.NoError(t, err)
				f.Staff = team
				out, err = out.WhatIf(schedule.Change{Staff: team, Skills: skills})
				require.NoError(t, err)
			case 2:
				i := rapid.IntRange(0, len(p.Activities)-1).Draw(t, "moved")
				to := schedule.AnyTime(t, "to")
				p2 := *p
				p2.Activities = append([]schedule.Activity{}, p.Activities...)
				p = &p2
				if !p.Activities[i].Manual {
					p.Activities[i].Planned = schedule.Dates{Start: to, Finish: to}
				}
				var err error
				out, err = out.WhatIf(schedule.Change{Moves: []schedule.Floor{{Activity: p.Activities[i].ID, At: to}}})
				require.NoError(t, err)
			}
			same(t, assess(t, p, asOf, f), out)
		}
	})
}

// TestSumsReconcile: what gates and plan say is what their requirements add up to.
func TestSumsReconcile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, b, r := anyOffice(t)
		for i := range p.Activities {
			if p.Activities[i].Kind == schedule.Milestone {
				p.Activities[i].Kind = schedule.Gate
			}
		}
		out := assess(t, p, schedule.AnyTime(t, "as of"), facts(t, b, r))
		var all schedule.Count
		worst, byVerdict := schedule.Ready, [4]int{}
		count := make(map[string]schedule.Count)
		verdict := make(map[string]schedule.Verdict)
		for _, a := range out.Activities() {
			why, _ := out.Explain(a.Activity)
			met, v := 0, schedule.Ready
			for _, q := range why.Requirements {
				require.LessOrEqual(t, q.Covered, q.Wanted)
				if q.Verdict == schedule.Ready {
					met++
				} else {
					require.NotEmpty(t, q.Cause)
				}
				v = max(v, q.Verdict)
			}
			require.Equal(t, schedule.Count{Met: met, Total: len(why.Requirements)}, a.Count)
			require.Equal(t, v, a.Verdict)
			if !a.Expected.IsZero() {
				require.False(t, a.Expected.Start.Before(a.Wanted.Start))
			}
			count[a.Activity], verdict[a.Activity] = a.Count, a.Verdict
			all.Met, all.Total = all.Met+a.Met, all.Total+a.Total
			worst = max(worst, a.Verdict)
			byVerdict[a.Verdict]++
		}
		plan := out.Plan()
		require.Equal(t, all, plan.Count)
		require.Equal(t, worst, plan.Verdict)
		require.Equal(t, byVerdict, plan.Activities)
		gates := make(map[string]schedule.Verdict)
		for _, g := range out.Gates() {
			sum, v := count[g.Gate], verdict[g.Gate]
			for _, a := range g.Activities {
				sum.Met, sum.Total = sum.Met+count[a].Met, sum.Total+count[a].Total
				v = max(v, verdict[a])
			}
			require.Equal(t, sum, g.Count)
			require.Equal(t, v, g.Own)
			for _, before := range g.Before {
				v = max(v, gates[before])
			}
			require.Equal(t, v, g.Verdict)
			gates[g.Gate] = g.Verdict
		}
	})
}
