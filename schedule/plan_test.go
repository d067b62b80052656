package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const hour = time.Hour

func compiled(tb testing.TB, p *Plan) *Network {
	tb.Helper()
	n, err := Compile(p)
	require.NoError(tb, err)
	return n
}

func dated(tb testing.TB, p *Plan, asOf time.Time) *Timetable {
	tb.Helper()
	tt, err := compiled(tb, p).CriticalPath(asOf)
	require.NoError(tb, err)
	require.NoError(tb, Check(tt.net, asOf, tt.Dates()))
	return tt
}

func of(tb testing.TB, tt *Timetable, id string) Dated {
	tb.Helper()
	d, ok := tt.Of(id)
	require.True(tb, ok, id)
	return d
}

var monday = utc("2026-03-02 08:00")

// officePlan has the calendar "office", UTC, of eight hours a day.
func officePlan(activities []Activity, relations ...Relation) *Plan {
	return &Plan{ID: "p", Calendar: "office", Calendars: []Calendar{office("UTC")}, Activities: activities, Relations: relations}
}

func TestRelationsWithLags(t *testing.T) {
	t.Parallel()
	working := func(d time.Duration) Lag { return Lag{Time: d, In: Working} }
	elapsed := func(d time.Duration) Lag { return Lag{Time: d, In: Elapsed} }
	for _, x := range []struct {
		name          string
		kind          Kind
		lag           Lag
		start, finish string
	}{
		{"FS", FinishStart, Lag{}, "2026-03-04 08:00", "2026-03-05 17:00"},
		{"FS, a working day", FinishStart, working(8 * hour), "2026-03-05 08:00", "2026-03-06 17:00"},
		{"FS, an elapsed day", FinishStart, elapsed(24 * hour), "2026-03-05 08:00", "2026-03-06 17:00"}, // mpxj #164, #827: Wednesday 17:00 is meant, work goes on Thursday
		{"FS, three elapsed days to a Friday evening", FinishStart, elapsed(72 * hour), "2026-03-09 08:00", "2026-03-10 17:00"},
		{"FS, three working days", FinishStart, working(24 * hour), "2026-03-09 08:00", "2026-03-10 17:00"},
		{"FS, lead of a day", FinishStart, working(-8 * hour), "2026-03-03 08:00", "2026-03-04 17:00"},
		{"SS", StartStart, Lag{}, "2026-03-02 08:00", "2026-03-03 17:00"},
		{"SS, half a day", StartStart, working(4 * hour), "2026-03-02 13:00", "2026-03-04 12:00"},
		{"FF", FinishFinish, working(4 * hour), "2026-03-02 13:00", "2026-03-04 12:00"},
		{"SF", StartFinish, working(24 * hour), "2026-03-03 08:00", "2026-03-04 17:00"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			p := officePlan([]Activity{{ID: "a", Duration: 16 * hour}, {ID: "b", Duration: 16 * hour}}, Relation{From: "a", To: "b", Kind: x.kind, Lag: x.lag})
			b := of(t, dated(t, p, monday), "b")
			require.Equal(t, utc(x.start), b.Start)
			require.Equal(t, utc(x.finish), b.Finish)
		})
	}
}

func TestLagInNamedCalendar(t *testing.T) { // mpxj PR #576, #701
	t.Parallel()
	p := officePlan([]Activity{{ID: "pour", Duration: 8 * hour, StartBy: Bounds{NotBefore: utc("2026-03-06 08:00")}}, {ID: "strip", Duration: hour}},
		Relation{From: "pour", To: "strip", Lag: Lag{Time: 24 * hour, In: Working, Calendar: "site"}})
	site := Calendar{ID: "site"}
	for d := range site.Week {
		site.Week[d] = []Shift{{At(7, 0), At(15, 0)}}
	}
	p.Calendars = append(p.Calendars, site)
	require.Equal(t, utc("2026-03-09 15:00"), of(t, dated(t, p, monday), "strip").Start) // Saturday to Monday are three site days
}

func TestFinishOfOthersInClosedTime(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{
		{ID: "burn in", Calendar: "always", Duration: 24 * hour, StartBy: Bounds{NotBefore: utc("2026-03-06 12:00")}},
		{ID: "watch", Duration: 4 * hour},
	}, Relation{From: "burn in", To: "watch", Kind: FinishFinish})
	p.Calendars = append(p.Calendars, Calendar{ID: "always"})
	watch := of(t, dated(t, p, monday), "watch")
	require.Equal(t, utc("2026-03-06 13:00"), watch.Start)
	require.Equal(t, utc("2026-03-07 12:00"), watch.Finish, "is over when what it watches is")
}

func TestEffortIsSharedByPeople(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{{ID: "a", Effort: 20 * hour, Needs: []Requirement{{Staff: &Staff{Skill: "weld", Count: 2}}, {Staff: &Staff{Skill: "lift", Count: 1}}}}})
	n := compiled(t, p)
	require.Equal(t, 400*time.Minute, n.Work("a"))
}

func TestProgressIsAFact(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{
		{ID: "a", Duration: 8 * hour, Actual: Actual{Start: utc("2026-02-27 08:00"), Finish: utc("2026-03-02 12:00")}},
		{ID: "b", Duration: 40 * hour, Actual: Actual{Start: utc("2026-03-02 09:00"), Remaining: 12 * hour}},
		{ID: "c", Duration: 8 * hour},
		{ID: "gone", Duration: 800 * hour, Actual: Actual{Cancelled: true}},
	}, Relation{From: "a", To: "b"}, Relation{From: "b", To: "c"}, Relation{From: "gone", To: "c"})
	asOf := utc("2026-03-04 08:00")
	tt := dated(t, p, asOf)
	require.Equal(t, utc("2026-03-02 12:00"), of(t, tt, "a").Finish)
	require.Equal(t, utc("2026-03-05 12:00"), of(t, tt, "b").Finish)
	require.Equal(t, utc("2026-03-05 13:00"), of(t, tt, "c").Start)
	findings := tt.Findings()
	require.Len(t, findings, 1)
	require.Equal(t, OutOfSequence, findings[0].Kind)
	require.Equal(t, "b", findings[0].Activity)
}

func TestDeadlineGivesNegativeFloatAndAFinding(t *testing.T) { // mpxj #206: the driving path stays apart
	t.Parallel()
	p := officePlan([]Activity{
		{ID: "a", Duration: 16 * hour},
		{ID: "side", Duration: 8 * hour},
		{ID: "gate", Kind: Gate, FinishBy: Bounds{NotAfter: utc("2026-03-02 17:00")}},
		{ID: "after", Duration: 8 * hour},
	}, Relation{From: "a", To: "gate"}, Relation{From: "side", To: "gate"}, Relation{From: "gate", To: "after"})
	tt := dated(t, p, monday)
	require.Equal(t, -8*hour, of(t, tt, "gate").TotalFloat)
	require.Equal(t, -8*hour, of(t, tt, "a").TotalFloat)
	require.Equal(t, time.Duration(0), of(t, tt, "side").TotalFloat)
	require.True(t, of(t, tt, "side").Critical)
	require.False(t, of(t, tt, "side").Driving)
	require.Equal(t, 8*hour, of(t, tt, "side").FreeFloat)
	path := tt.DrivingPath()
	require.Len(t, path, 3)
	require.Equal(t, "a", path[0].Activity)
	require.Equal(t, ByStatusDate, path[0].Driver.Kind)
	review := tt.Review()
	require.Len(t, review, 1)
	require.Equal(t, []string{"a"}, review[0].Driving)
	require.Equal(t, 2, review[0].Activities)
	require.Len(t, review[0].Findings, 1)
	require.Equal(t, DeadlineMissed, review[0].Findings[0].Kind)
}

func TestManualStaysAndIsAFinding(t *testing.T) {
	t.Parallel()
	held := Dates{utc("2026-03-02 08:00"), utc("2026-03-02 12:00")}
	p := officePlan([]Activity{{ID: "a", Duration: 8 * hour}, {ID: "b", Manual: true, Planned: held, Duration: 4 * hour}, {ID: "c", Duration: hour}},
		Relation{From: "a", To: "b"}, Relation{From: "b", To: "c"})
	tt := dated(t, p, monday)
	require.Equal(t, held.Start, of(t, tt, "b").Start)
	require.Equal(t, utc("2026-03-02 13:00"), of(t, tt, "c").Start)
	require.Equal(t, PinBreaksLogic, tt.Findings()[0].Kind)
	require.Negative(t, of(t, tt, "a").TotalFloat)
}

func TestAsLateAsPossible(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{{ID: "long", Duration: 40 * hour}, {ID: "first", Duration: 8 * hour, AsLate: true}, {ID: "brief", Duration: 8 * hour, AsLate: true}, {ID: "end", Kind: Milestone}},
		Relation{From: "long", To: "end"}, Relation{From: "first", To: "brief"}, Relation{From: "brief", To: "end"})
	tt := dated(t, p, monday)
	require.Equal(t, utc("2026-03-06 08:00"), of(t, tt, "brief").Start)
	require.Equal(t, utc("2026-03-05 08:00"), of(t, tt, "first").Start)
	require.Equal(t, ByAsLate, of(t, tt, "first").Driver.Kind)
}

func TestMilestonesOnly(t *testing.T) { // LibrePlan #1710 crashed, #1729 showed no path
	t.Parallel()
	p := officePlan([]Activity{{ID: "a", Kind: Milestone}, {ID: "b", Kind: Milestone}}, Relation{From: "a", To: "b"})
	tt := dated(t, p, monday)
	require.Len(t, tt.DrivingPath(), 2)
	require.True(t, of(t, tt, "a").Critical)
	empty := dated(t, &Plan{ID: "none"}, monday)
	require.Equal(t, monday, empty.Finish())
	require.Empty(t, empty.DrivingPath())
}

func TestCycleIsNamedInFull(t *testing.T) {
	t.Parallel()
	p := officePlan([]Activity{{ID: "x"}, {ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "tail"}},
		Relation{From: "x", To: "a"}, Relation{From: "c", To: "a"}, Relation{From: "a", To: "b", Kind: StartStart, Lag: Lag{Time: -9 * hour, In: Elapsed}},
		Relation{From: "b", To: "c"}, Relation{From: "c", To: "tail"})
	_, err := Compile(p)
	var cycle *CycleError
	require.ErrorAs(t, err, &cycle)
	require.ErrorIs(t, err, ErrInvalid)
	require.Equal(t, []string{"a", "b", "c"}, cycle.Activities)
	require.ErrorContains(t, err, "a -> b -> c -> a")
	p = officePlan([]Activity{{ID: "self"}}, Relation{From: "self", To: "self"})
	_, err = Compile(p)
	require.ErrorAs(t, err, &cycle)
	require.Equal(t, []string{"self"}, cycle.Activities)
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		pointer string
		change  func(*Plan)
	}{
		{"/activities/0/duration", func(p *Plan) { p.Activities[0].Duration = -hour }},
		{"/activities/0/duration", func(p *Plan) { p.Activities[0].Duration = 200 * 365 * 24 * hour }},
		{"/activities/0/calendar", func(p *Plan) { p.Activities[0].Calendar = "nowhere" }},
		{"/activities/0/kind", func(p *Plan) { p.Activities[0].Kind = "phase" }},
		{"/activities/1", func(p *Plan) { p.Activities[1].ID = "a" }},
		{"/activities/1", func(p *Plan) { p.Activities[1].ID = "" }},
		{"/activities/0/start_by/not_before", func(p *Plan) { p.Activities[0].StartBy.NotBefore = utc("2300-01-01 00:00") }},
		{"/activities/0/planned", func(p *Plan) { p.Activities[0].Manual = true }},
		{"/activities/0/planned", func(p *Plan) { p.Activities[0].Planned = Dates{monday, monday.Add(-hour)} }},
		{"/activities/0/needs/0", func(p *Plan) { p.Activities[0].Needs = []Requirement{{}} }},
		{"/activities/0/needs/0/material/quantity", func(p *Plan) { p.Activities[0].Needs = []Requirement{{Material: &Material{Item: "i", Quantity: -1}}} }},
		{"/activities/0/needs/0/staff/count", func(p *Plan) { p.Activities[0].Needs = []Requirement{{Staff: &Staff{Skill: "i", Count: 1 << 30}}} }},
		{"/activities/0/needs/0/prerequisite/kind", func(p *Plan) { p.Activities[0].Needs = []Requirement{{Prerequisite: &Prerequisite{Kind: "wish"}}} }},
		{"/relations/0/to", func(p *Plan) { p.Relations[0].To = "z" }},
		{"/relations/0/lag/in", func(p *Plan) { p.Relations[0].Lag.Time = hour }},
		{"/relations/0/lag/calendar", func(p *Plan) { p.Relations[0].Lag = Lag{Time: hour, In: Elapsed, Calendar: "office"} }},
		{"/relations/0/kind", func(p *Plan) { p.Relations[0].Kind = 9 }},
		{"/frozen", func(p *Plan) { p.Frozen = -1 }},
		{"/calendar", func(p *Plan) { p.Calendar = "x" }},
	} {
		t.Run(x.pointer, func(t *testing.T) {
			t.Parallel()
			p := officePlan([]Activity{{ID: "a", Duration: hour}, {ID: "b"}}, Relation{From: "a", To: "b"})
			x.change(p)
			_, err := Compile(p)
			var v *ValidationError
			require.ErrorAs(t, err, &v)
			require.Equal(t, x.pointer, v.Fields[0].Pointer)
		})
	}
	tt := compiled(t, officePlan([]Activity{{ID: "a", Duration: MaxDuration}}))
	_, err := tt.CriticalPath(utc("2199-01-01 00:00"))
	var none *NoTimeError
	require.ErrorAs(t, err, &none)
	require.Equal(t, "a", none.Activity)
	_, err = tt.CriticalPath(utc("1800-01-01 00:00"))
	require.ErrorIs(t, err, ErrInvalid)
}

// anyPlan draws a plan of up to nine activities with all kinds of relation,
// lags that cross, bounds, progress and several calendars.
func anyPlan(t *rapid.T) *Plan {
	p := &Plan{ID: "p", Calendar: "a", Calendars: []Calendar{anyCalendar(t, "a"), anyCalendar(t, "b"), {ID: "always"}}}
	count := rapid.IntRange(1, 9).Draw(t, "activities")
	for i := range count {
		a := Activity{ID: fmt.Sprintf("t%d", i), Calendar: rapid.SampledFrom([]string{"", "b", "always"}).Draw(t, "calendar")}
		if rapid.IntRange(0, 5).Draw(t, "milestone") == 0 {
			a.Kind = Milestone
		} else {
			a.Duration = time.Duration(rapid.IntRange(0, 80).Draw(t, "duration")) * 15 * time.Minute
			a.Solid = a.Duration <= 30*time.Minute && rapid.IntRange(0, 3).Draw(t, "solid") == 0
		}
		switch rapid.IntRange(0, 9).Draw(t, "special") {
		case 0:
			a.StartBy.NotBefore = anyTime(t, "not before")
		case 1:
			a.FinishBy.NotBefore = anyTime(t, "finish not before")
		case 2:
			a.FinishBy.NotAfter = anyTime(t, "deadline")
		case 3:
			a.Actual.Start, a.Actual.Remaining = anyTime(t, "began"), hour
		case 4:
			s := anyTime(t, "held")
			a.Manual, a.Planned = true, Dates{s, s.Add(hour)}
		case 5:
			a.AsLate = true
		}
		p.Activities = append(p.Activities, a)
	}
	for to := 1; to < count; to++ {
		for range rapid.IntRange(0, 2).Draw(t, "relations") {
			r := Relation{From: p.Activities[rapid.IntRange(0, to-1).Draw(t, "from")].ID, To: p.Activities[to].ID, Kind: Kind(rapid.IntRange(0, 3).Draw(t, "kind"))}
			if rapid.Bool().Draw(t, "lagged") {
				r.Lag = Lag{Time: time.Duration(rapid.IntRange(-40, 40).Draw(t, "lag")) * 15 * time.Minute, In: Elapsed}
				if rapid.Bool().Draw(t, "working") {
					r.Lag.In, r.Lag.Calendar = Working, rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "lag calendar")
				}
			}
			p.Relations = append(p.Relations, r)
		}
	}
	return p
}

func TestDatesKeepThePlanAndAreTheEarliest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		n, err := Compile(p)
		require.NoError(t, err)
		asOf := anyTime(t, "as of")
		tt, err := n.CriticalPath(asOf)
		require.NoError(t, err)
		dates := tt.Dates()
		require.NoError(t, Check(n, asOf, dates))
		// No quarter of an hour of the two weeks before its start lets an
		// activity begin where its predecessors are.
		for i := range p.Activities {
			if !tt.free(int32(i)) || p.Activities[i].AsLate {
				continue
			}
			was := dates[i]
			h := n.hours[i]
			for k := 1; k < 14*96; k++ {
				s := was.Start.Add(time.Duration(-k) * 15 * time.Minute)
				if s.Before(asOf) {
					break
				}
				f := s
				if n.work[i] > 0 {
					f = timeAt(h.add(instantOf(s), n.work[i]))
				}
				dates[i] = Dates{s, f}
				require.Error(t, n.checkOne(instantOf(asOf), int32(i), starts(dates), finishes(dates)), "%s could begin %v", p.Activities[i].ID, s)
			}
			dates[i] = was
		}
	})
}

func starts(d []Dates) []int64   { return instants(d, func(x Dates) time.Time { return x.Start }) }
func finishes(d []Dates) []int64 { return instants(d, func(x Dates) time.Time { return x.Finish }) }

func instants(d []Dates, end func(Dates) time.Time) []int64 {
	out := make([]int64, len(d))
	for i := range d {
		out[i] = instantOf(end(d[i]))
	}
	return out
}

// TestTotalFloatIsWhatADelayCosts delays each activity to its late start and a
// quarter of an hour of open time beyond, and dates the plan again.
func TestTotalFloatIsWhatADelayCosts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		for i := range p.Activities { // deadlines and pins bound floats otherwise; they have their own tests
			p.Activities[i].FinishBy.NotAfter = time.Time{}
			p.Activities[i].Manual, p.Activities[i].AsLate, p.Activities[i].Actual = false, false, Actual{}
		}
		n, err := Compile(p)
		require.NoError(t, err)
		asOf := anyTime(t, "as of")
		tt, err := n.CriticalPath(asOf)
		require.NoError(t, err)
		delayed := func(i int, to int64) *dating {
			d := n.newDating(asOf)
			d.need = make([]int64, len(p.Activities))
			for k := range d.need {
				d.need[k] = -never
			}
			d.need[i] = to
			d.forward()
			return d
		}
		for i := range p.Activities {
			x := tt.dated(int32(i))
			require.GreaterOrEqual(t, x.TotalFloat, time.Duration(0))
			require.LessOrEqual(t, x.FreeFloat, x.TotalFloat)
			d := delayed(i, tt.lateStart[i])
			finish, _ := d.last()
			require.Equal(t, tt.Finish(), timeAt(finish), "%s may be as late as %v", x.Activity, x.LateStart)
			h := n.hours[i]
			beyond := h.next(h.add(h.next(tt.lateStart[i]), 900*second))
			if n.work[i] == 0 {
				beyond = tt.lateStart[i] + 900*second
			}
			finish, _ = delayed(i, beyond).last()
			require.Greater(t, finish, instantOf(tt.Finish()), "%s may not be later than %v", x.Activity, x.LateStart)
			free := delayed(i, h.add(tt.start[i], tt.freeFloat[i]))
			for k := range p.Activities {
				if k != i {
					require.Equal(t, tt.start[k], free.start[k], "%s moved by the free float of %s", p.Activities[k].ID, x.Activity)
				}
			}
		}
	})
}
