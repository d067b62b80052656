package schedule_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/level"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

func TestLevelTakesTurnsAndSaysWhy(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{
		ID: "p", Calendar: "office", Calendars: []schedule.Calendar{office()},
		Activities: []schedule.Activity{
			{ID: "a", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
			{ID: "b", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
			{ID: "c", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("wire", 1)}},
			{ID: "odd", Duration: 8 * time.Hour, Needs: []schedule.Requirement{people("fly", 1)}},
			{ID: "end", Kind: schedule.Gate},
		},
		Relations: []schedule.Relation{{From: "a", To: "end"}, {From: "b", To: "end"}, {From: "c", To: "end"}},
	}
	b := &supply.Book{Items: []supply.Item{{ID: "wire"}}, Orders: []supply.Order{{ID: "PO-1", Item: "wire", Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)}}}
	r := &staff.Roster{Calendars: []schedule.Calendar{office()}, People: []staff.Person{{ID: "ann", Calendar: "office", Skills: []staff.Skill{{Name: "weld", Level: 1}}}}}
	f := facts(t, b, r)
	base := assess(t, p, monday, f)
	out, err := base.Level(context.Background(), f.Staff.(*staff.Team).Crew(), schedule.LevelOptions{Relax: 5})
	require.NoError(t, err)
	require.Equal(t, level.Optimal, out.Status)
	end := out.Finish
	require.Equal(t, at("2026-03-06 16:00"), end) // 40 hours, one after the other
	require.Equal(t, []string{"p/odd/0"}, out.Left)
	require.NoError(t, schedule.Check(base.Network(), monday, out.Dates))
	kinds := make(map[string]schedule.BoundKind)
	for _, x := range out.Bounds {
		kinds[x.Activity] = x.Kind
	}
	require.Equal(t, schedule.BoundReceipt, kinds["c"])
	require.Equal(t, schedule.BoundRelation, kinds["end"])
	require.Equal(t, schedule.BoundPerson, kinds[out.Links[0].To])
	require.Equal(t, "ann", out.Links[0].Person)
	require.Equal(t, "one more weld of level 0", out.Relaxed[0].Text)
	require.Equal(t, 48*time.Hour, out.Relaxed[0].Gain)
	_, err = base.Level(context.Background(), nil, schedule.LevelOptions{Slot: time.Second})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// line is a plan of activities in the office, one after the other in the list but
// not related.
func line(activities ...schedule.Activity) *schedule.Plan {
	return &schedule.Plan{ID: "p", Calendar: "office", Calendars: []schedule.Calendar{office()}, Activities: activities}
}

func worker(id string, skills ...staff.Skill) staff.Person {
	return staff.Person{ID: id, Calendar: "office", Skills: skills}
}

func levelled(t *testing.T, p *schedule.Plan, b *supply.Book, r *staff.Roster, o schedule.LevelOptions) (*schedule.Readiness, []schedule.CrewMember, *schedule.Levelled) {
	t.Helper()
	r.Calendars = p.Calendars
	f := facts(t, b, r)
	base := assess(t, p, monday, f)
	crew := f.Staff.(*staff.Team).Crew()
	out, err := base.Level(context.Background(), crew, o)
	require.NoError(t, err)
	return base, crew, out
}

// TestQualificationsCountByTheDay: one who qualifies on Thursday is waited for,
// one whose certificate expires on Tuesday does what fits before.
func TestQualificationsCountByTheDay(t *testing.T) {
	t.Parallel()
	p := line(
		schedule.Activity{ID: "long", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
		schedule.Activity{ID: "short", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
	)
	r := &staff.Roster{People: []staff.Person{
		worker("old", staff.Skill{Name: "weld", To: schedule.DateOf(2026, 3, 3)}),
		worker("new", staff.Skill{Name: "weld", From: schedule.DateOf(2026, 3, 5)}),
	}}
	_, _, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{})
	require.Equal(t, level.Optimal, out.Status)
	require.Empty(t, out.Left)
	require.Equal(t, schedule.Dates{Start: at("2026-03-02 08:00"), Finish: at("2026-03-03 16:00")}, out.Dates[1])
	require.Equal(t, schedule.Dates{Start: at("2026-03-05 08:00"), Finish: at("2026-03-09 16:00")}, out.Dates[0])
	require.Len(t, out.Bounds, 1)
	require.Equal(t, schedule.BoundPerson, out.Bounds[0].Kind)
	require.Equal(t, "long is short of 1 with weld 0 from 2026-03-02 08:00 to 2026-03-04 16:00: "+
		"old is at work on short until 2026-03-03 16:00, new is not qualified then", out.Bounds[0].Text)
}

// TestStockIsTakenByWhoeverBegins: the activity that has its material pegged waits
// for a person, so the other one takes the stock and the first gets the receipt.
func TestStockIsTakenByWhoeverBegins(t *testing.T) {
	t.Parallel()
	p := line(
		schedule.Activity{ID: "first", Duration: 8 * time.Hour, Priority: 9, Needs: []schedule.Requirement{material("wire", 5), people("weld", 1)}},
		schedule.Activity{ID: "second", Duration: 40 * time.Hour, Needs: []schedule.Requirement{material("wire", 5)}},
	)
	b := &supply.Book{
		Items: []supply.Item{{ID: "wire"}}, Lots: []supply.Lot{{ID: "lot", Item: "wire", Quantity: 5}},
		Orders: []supply.Order{{ID: "PO", Item: "wire", Quantity: 5, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)}},
	}
	r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld", From: schedule.DateOf(2026, 3, 5)})}}
	base, _, out := levelled(t, p, b, r, schedule.LevelOptions{})
	before, _ := base.Of("second")
	require.Equal(t, schedule.Late, before.Verdict, "the stock is pegged to the first")
	require.Equal(t, level.Optimal, out.Status)
	require.Equal(t, at("2026-03-02 08:00"), out.Dates[1].Start)
	require.Equal(t, at("2026-03-05 08:00"), out.Dates[0].Start)

	// Reserved stock stays with its owner.
	b.Reservations = []supply.Reservation{{Demand: schedule.RequirementID("p", "first", 0), Item: "wire", Quantity: 5}}
	_, _, out = levelled(t, p, b, r, schedule.LevelOptions{Relax: 3})
	require.Equal(t, at("2026-03-04 08:00"), out.Dates[1].Start)
	k := slices.IndexFunc(out.Bounds, func(x schedule.Bound) bool { return x.Activity == "second" })
	require.Equal(t, schedule.BoundReceipt, out.Bounds[k].Kind)
	require.Equal(t, "PO", out.Bounds[k].Ref)

	// What a relaxation says is what comes of it when it is so in fact.
	require.Equal(t, schedule.RelaxReceipt, out.Relaxed[0].Kind)
	require.Equal(t, "PO 2 days earlier", out.Relaxed[0].Text)
	require.Equal(t, 96*time.Hour, out.Relaxed[0].Gain) // with a weekend
	b.Orders[0].Due = b.Orders[0].Due.Add(-2)
	_, _, again := levelled(t, p, b, r, schedule.LevelOptions{})
	require.Equal(t, out.Relaxed[0].Finish, again.Finish)
}

// TestOneMoreInFact: the person who is assumed is as good as one on the roster.
func TestOneMoreInFact(t *testing.T) {
	t.Parallel()
	p := line(
		schedule.Activity{ID: "a", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
		schedule.Activity{ID: "b", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
	)
	r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld"})}}
	base, crew, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{Relax: 1})
	require.Len(t, out.Relaxed, 1)
	crew = append(crew, schedule.CrewMember{ID: "bob", Skills: []schedule.CrewSkill{{Name: "weld"}}})
	again, err := base.Level(context.Background(), crew, schedule.LevelOptions{})
	require.NoError(t, err)
	require.Equal(t, out.Relaxed[0].Finish, again.Finish)
	require.Equal(t, at("2026-03-04 16:00"), again.Finish)
	_, err = base.Level(context.Background(), crew, schedule.LevelOptions{Assume: []schedule.Relaxation{{Kind: "luck"}}})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// TestShiftsHandOver: around the clock no single person lasts, two shifts do.
func TestShiftsHandOver(t *testing.T) {
	t.Parallel()
	shift := func(id string, from, to int) schedule.Calendar {
		return schedule.WorkWeek(id, "", schedule.Shift{From: schedule.At(from, 0), To: schedule.At(to, 0)})
	}
	both := schedule.WorkWeek("office", "", schedule.Shift{From: schedule.At(6, 0), To: schedule.At(14, 0)}, schedule.Shift{From: schedule.At(15, 0), To: schedule.At(22, 0)})
	p := line(schedule.Activity{ID: "a", Duration: 30 * time.Hour, Needs: []schedule.Requirement{{Staff: &schedule.Staff{Skill: "run", Count: 1, Handover: true}}}})
	p.Calendars = []schedule.Calendar{both, shift("early", 6, 14), shift("late", 15, 22)}
	r := &staff.Roster{People: []staff.Person{
		{ID: "e", Calendar: "early", Skills: []staff.Skill{{Name: "run"}}}, {ID: "l", Calendar: "late", Skills: []staff.Skill{{Name: "run"}}},
	}}
	_, _, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{})
	require.Empty(t, out.Left)
	require.Len(t, out.Assigned, 5) // from the status hour on
	require.Equal(t, "l", out.Assigned[1].Person)
	p.Activities[0].Needs[0].Staff.Handover = false
	base, crew, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{})
	require.Equal(t, []string{"p/a/0"}, out.Left, "nobody is there throughout")
	require.NoError(t, schedule.CheckLevelled(base, crew, schedule.LevelOptions{}, out))
}

// TestCheckLevelledFinds: every way to break a levelled plan is found.
func TestCheckLevelledFinds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule  string
		spoil func(*schedule.Levelled, []schedule.CrewMember)
	}{
		"too early":  {"bound", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Dates[0] = shifted(x.Dates[0], -7*24*time.Hour) }},
		"nobody":     {"people", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Assigned = x.Assigned[1:] }},
		"a stranger": {"people", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Assigned[0].Person = "eve" }},
		"twice":      {"people", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Assigned = append(x.Assigned, x.Assigned[0]) }},
		"unskilled":  {"people", func(_ *schedule.Levelled, c []schedule.CrewMember) { c[0].Skills[0].Level = -1 }},
		"expired":    {"people", func(_ *schedule.Levelled, c []schedule.CrewMember) { c[0].Skills[0].To = schedule.DateOf(2026, 3, 2) }},
		"away": {"people", func(_ *schedule.Levelled, c []schedule.CrewMember) {
			c[0].Hours = c[0].Hours.Without([]schedule.Interval{{Start: at("2026-03-03 09:00"), Finish: at("2026-03-03 10:00")}})
		}},
		"at two places": {"people", func(x *schedule.Levelled, _ []schedule.CrewMember) {
			x.Dates[1] = x.Dates[0]
			x.Assigned[1].Interval = x.Assigned[0].Interval
		}},
		"before receipt": {"material", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Dates[2] = shifted(x.Dates[2], -24*time.Hour) }},
		"reserved":       {"material", func(x *schedule.Levelled, _ []schedule.CrewMember) { x.Dates[3] = shifted(x.Dates[3], -24*time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := line(
				schedule.Activity{ID: "a", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
				schedule.Activity{ID: "b", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
				schedule.Activity{ID: "c", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("wire", 1)}},
				schedule.Activity{ID: "d", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("tin", 1)}},
			)
			b := &supply.Book{
				Items: []supply.Item{{ID: "wire"}, {ID: "tin"}},
				Lots:  []supply.Lot{{ID: "lot", Item: "tin", Quantity: 1, UsableFrom: schedule.DateOf(2026, 3, 5)}},
				Orders: []supply.Order{
					{ID: "PO", Item: "wire", Quantity: 1, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)},
				},
				Reservations: []supply.Reservation{{Demand: schedule.RequirementID("p", "d", 0), Item: "tin", Quantity: 1}},
			}
			r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld"})}}
			base, crew, out := levelled(t, p, b, r, schedule.LevelOptions{})
			require.NoError(t, schedule.CheckLevelled(base, crew, schedule.LevelOptions{}, out))
			c.spoil(out, crew)
			err := schedule.CheckLevelled(base, crew, schedule.LevelOptions{}, out)
			var v *schedule.ViolationError
			require.ErrorAs(t, err, &v)
			require.ErrorIs(t, err, schedule.ErrViolated)
			require.Equal(t, c.rule, v.Rule, v.Detail)
		})
	}
}

func shifted(d schedule.Dates, by time.Duration) schedule.Dates {
	return schedule.Dates{Start: d.Start.Add(by), Finish: d.Finish.Add(by)}
}

// TestImprovedPlansAreChecked: each plan shown on the way holds, and none is
// worse than the one before.
func TestImprovedPlansAreChecked(t *testing.T) {
	t.Parallel()
	p, book, roster := bigOffice(400, 40, 25)
	f := facts(t, book, roster)
	base := assess(t, p, benchStart, f)
	crew := f.Staff.(*staff.Team).Crew()
	var last time.Time
	shown := 0
	o := schedule.LevelOptions{Search: level.Options{Schedules: 300}, Slot: 4 * time.Hour}
	o.Improved = func(x *schedule.Levelled) {
		require.NoError(t, schedule.CheckLevelled(base, crew, o, x))
		require.True(t, last.IsZero() || x.Finish.Before(last))
		last = x.Finish
		shown++
	}
	out, err := base.Level(context.Background(), crew, o)
	require.NoError(t, err)
	require.Positive(t, shown)
	require.Equal(t, last, out.Finish)
	o.Search.Workers = 4
	shown, last = 0, time.Time{}
	again, err := base.Level(context.Background(), crew, o)
	require.NoError(t, err)
	require.Equal(t, out, again)
}

// TestLevelledDatesHold: the dates keep the plan, and no person is wanted twice.
func TestLevelledDatesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, b, r := anyOffice(t)
		for i := range p.Activities {
			p.Activities[i].Manual, p.Activities[i].AsLate, p.Activities[i].Actual = false, false, schedule.Actual{}
			p.Activities[i].Planned = schedule.Dates{}
		}
		asOf := schedule.AnyTime(t, "as of")
		someday := func() schedule.Date {
			return schedule.DateIn(asOf, time.UTC).Add(rapid.IntRange(-3, 30).Draw(t, "day"))
		}
		for i := range r.People {
			s := &r.People[i].Skills[0]
			if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
				s.From = someday()
				s.To = s.From.Add(rapid.IntRange(0, 20).Draw(t, "valid"))
			}
			if rapid.Bool().Draw(t, "leave") {
				r.Attendance = append(r.Attendance, staff.Record{ID: r.People[i].ID, Person: r.People[i].ID, Kind: staff.Leave, State: staff.Approved, Date: someday()})
			}
		}
		for i := range p.Activities {
			for k := range p.Activities[i].Needs {
				if s := p.Activities[i].Needs[k].Staff; s != nil {
					s.Handover = rapid.IntRange(0, 3).Draw(t, "handover") == 0
				}
			}
		}
		f := facts(t, b, r)
		base := assess(t, p, asOf, f)
		crew := f.Staff.(*staff.Team).Crew()
		options := schedule.LevelOptions{Search: level.Options{Schedules: 50}}
		out, err := base.Level(context.Background(), crew, options)
		require.NoError(t, err)
		again, err := base.Level(context.Background(), crew, options)
		require.NoError(t, err)
		require.Equal(t, out, again)
		if out.Dates == nil {
			return
		}
		require.NoError(t, schedule.CheckLevelled(base, crew, options, out))
		requireAccepted(t, p, f, base, out)
		index := make(map[string]int)
		for i := range p.Activities {
			index[p.Activities[i].ID] = i
		}
		for _, l := range out.Links {
			require.False(t, out.Dates[index[l.To]].Start.Before(out.Dates[index[l.From]].Finish), "%s twice", l.Person)
		}
	})
}

// requireAccepted proposes a levelled plan, accepts it, and finds nothing left to
// propose.
func requireAccepted(t *rapid.T, p *schedule.Plan, f schedule.Facts, base *schedule.Readiness, x *schedule.Levelled) {
	proposal, err := base.ProposeLevelled(x)
	require.NoError(t, err)
	known := make(map[string]bool)
	for _, m := range proposal.Moves {
		known[m.Activity] = true
		require.NotEmpty(t, m.Cause.Kind)
		require.NotEmpty(t, m.Cause.Text)
		require.NotEqual(t, m.Activity, m.Via)
	}
	events, err := schedule.Accept(p, proposal, "me", proposal.AsOf)
	require.NoError(t, err)
	accepted := *p
	for _, e := range events {
		accepted = schedule.Evolve(accepted, e)
	}
	for i := range accepted.Activities {
		require.Equal(t, known[p.Activities[i].ID] || p.Activities[i].Planned == x.Dates[i], accepted.Activities[i].Planned == x.Dates[i])
	}
	again, err := assess(t, &accepted, proposal.AsOf, f).ProposeLevelled(x)
	require.NoError(t, err)
	require.True(t, again.Keep())
}

func TestProposeLevelledNamesRoots(t *testing.T) {
	t.Parallel()
	p := line(
		schedule.Activity{ID: "a", Duration: 16 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
		schedule.Activity{ID: "b", Duration: 24 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}},
		schedule.Activity{ID: "c", Duration: 8 * time.Hour},
		schedule.Activity{ID: "d", Duration: 8 * time.Hour, Needs: []schedule.Requirement{material("wire", 1)}},
	)
	p.Relations = []schedule.Relation{{From: "b", To: "c"}}
	b := &supply.Book{Items: []supply.Item{{ID: "wire"}}, Orders: []supply.Order{{ID: "PO", Item: "wire", Quantity: 1, State: supply.Confirmed, Due: schedule.DateOf(2026, 3, 4)}}}
	r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld"})}}
	base, _, out := levelled(t, p, b, r, schedule.LevelOptions{Relax: 1, Search: level.Options{Seed: 1}})
	proposal, err := base.ProposeLevelled(out)
	require.NoError(t, err)
	require.Len(t, proposal.Moves, 4)
	require.Equal(t, out.Relaxed, proposal.Relaxed)
	require.Equal(t, schedule.CauseNew, proposal.Moves[1].Cause.Kind, "b comes first: c waits for it")
	require.Equal(t, schedule.CauseStaff, proposal.Moves[0].Cause.Kind)
	require.Equal(t, schedule.CauseRequirement, proposal.Moves[3].Cause.Kind)
	out.Dates[0] = shifted(out.Dates[0], -100*time.Hour)
	_, err = base.ProposeLevelled(out)
	require.ErrorIs(t, err, schedule.ErrViolated)
}

// TestDatesAreFinerThanSlots: what the slots hide is dated exactly, and no bound
// is claimed that only the slots ask for.
func TestDatesAreFinerThanSlots(t *testing.T) {
	t.Parallel()
	need := []schedule.Requirement{people("weld", 1)}
	p := line(schedule.Activity{ID: "a", Duration: 4 * time.Hour, Needs: need})
	r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld"})}}
	r.Bookings = []staff.Booking{{Person: "ann", Interval: schedule.Interval{Start: at("2026-03-02 08:00"), Finish: at("2026-03-02 10:00")}}}
	_, _, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{Slot: 8 * time.Hour})
	require.Equal(t, at("2026-03-02 10:00"), out.Dates[0].Start, "not the next day")
	require.Equal(t, schedule.BoundAbsence, out.Bounds[0].Kind)
	require.LessOrEqual(t, out.LowerBound, 6*time.Hour)

	p = line(schedule.Activity{ID: "a", Duration: 5 * time.Hour, Needs: need}, schedule.Activity{ID: "b", Duration: 5 * time.Hour, Needs: need})
	r.Bookings = nil
	_, _, out = levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{Slot: 8 * time.Hour})
	require.Equal(t, at("2026-03-03 10:00"), out.Finish)
	require.LessOrEqual(t, out.LowerBound, 10*time.Hour)
	require.Equal(t, level.Feasible, out.Status, "ten hours are not proven on a grid of eight")

	p = line(schedule.Activity{ID: "a", Duration: 8 * time.Hour}, schedule.Activity{ID: "b", Duration: 8 * time.Hour, Needs: need})
	p.Relations = []schedule.Relation{{From: "a", To: "b", Lag: schedule.Lag{Time: time.Hour, In: schedule.Working}}}
	_, _, out = levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{Slot: 8 * time.Hour})
	require.Equal(t, 17*time.Hour, out.LowerBound)
	require.Equal(t, level.Optimal, out.Status, "as long as its relations ask for")
}

// TestSomebodyElseIsFreeEarlier: the slots take Ann, who is back on the second
// day; Bob, whom they do not see before, can begin at ten on the first.
func TestSomebodyElseIsFreeEarlier(t *testing.T) {
	t.Parallel()
	p := line(schedule.Activity{ID: "a", Duration: 4 * time.Hour, Needs: []schedule.Requirement{people("weld", 1)}})
	r := &staff.Roster{People: []staff.Person{worker("ann", staff.Skill{Name: "weld"}), worker("bob", staff.Skill{Name: "weld"})}}
	r.Bookings = []staff.Booking{
		{Person: "ann", Interval: schedule.Interval{Start: at("2026-03-02 08:00"), Finish: at("2026-03-02 16:00")}},
		{Person: "bob", Interval: schedule.Interval{Start: at("2026-03-02 08:00"), Finish: at("2026-03-02 10:00")}},
	}
	_, _, out := levelled(t, p, &supply.Book{}, r, schedule.LevelOptions{Slot: 8 * time.Hour})
	require.Equal(t, at("2026-03-02 10:00"), out.Dates[0].Start)
	require.Equal(t, "bob", out.Assigned[0].Person)
}
