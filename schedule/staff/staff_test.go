package staff_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

func date(s string) schedule.Date {
	d, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

var (
	monday = at("2026-03-02 08:00")
	office = schedule.WorkWeek("office", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(12, 0)}, schedule.Shift{From: schedule.At(13, 0), To: schedule.At(17, 0)})
	parts  = []staff.DayPart{{Name: "morning", From: 0, To: schedule.At(12, 30)}, {Name: "afternoon", From: schedule.At(12, 30), To: schedule.At(24, 0)}}
)

func hours(tb testing.TB) *schedule.Hours {
	tb.Helper()
	h, err := office.Compile()
	require.NoError(tb, err)
	return h
}

func person(id string, skills ...staff.Skill) staff.Person {
	return staff.Person{ID: id, Calendar: "office", Skills: skills}
}

func can(name string, level int) staff.Skill { return staff.Skill{Name: name, Level: level} }

func roster(people ...staff.Person) staff.Roster {
	return staff.Roster{Calendars: []schedule.Calendar{office}, Parts: parts, People: people}
}

func call(tb testing.TB, id, skill string, level, count int, from, to string) schedule.Call {
	tb.Helper()
	return schedule.Call{ID: id, Activity: id, Skill: skill, Level: level, Count: count, Start: at(from), Finish: at(to), Hours: hours(tb)}
}

func team(tb testing.TB, r staff.Roster) *staff.Team {
	tb.Helper()
	t, err := staff.Compile(&r)
	require.NoError(tb, err)
	return t
}

func assign(tb testing.TB, r staff.Roster, calls ...schedule.Call) []schedule.Coverage {
	tb.Helper()
	out, err := team(tb, r).Assign(monday, calls)
	require.NoError(tb, err)
	return out
}

func who(c schedule.Coverage) string {
	names := make([]string, len(c.Pegs))
	for i, p := range c.Pegs {
		names[i] = p.Ref
	}
	return strings.Join(names, " ")
}

func TestNarrowSkillsAreTakenFirstAndExchanged(t *testing.T) {
	t.Parallel()
	r := roster(person("both", can("weld", 2), can("lift", 1)), person("welder", can("weld", 2)))
	out := assign(t, r, call(t, "a", "weld", 1, 1, "2026-03-02 08:00", "2026-03-03 17:00"), call(t, "b", "lift", 1, 1, "2026-03-02 08:00", "2026-03-02 17:00"))
	require.Equal(t, "welder", who(out[0]))
	require.Equal(t, "both", who(out[1]))
	// b asks first and takes the narrow one; c then needs an exchange.
	r = roster(person("p1", can("weld", 1)), person("p2", can("weld", 2)))
	out = assign(t, r, call(t, "a", "weld", 0, 1, "2026-03-02 08:00", "2026-03-06 17:00"), call(t, "b", "weld", 1, 1, "2026-03-03 08:00", "2026-03-06 17:00"))
	require.Equal(t, "p1", who(out[0]))
	require.Equal(t, "p2", who(out[1]))
	r = roster(person("p1", can("weld", 1), can("x", 1)), person("p2", can("weld", 2), can("y", 1), can("z", 1)))
	out = assign(t, r, call(t, "a", "weld", 0, 1, "2026-03-02 08:00", "2026-03-06 17:00"), call(t, "b", "x", 1, 1, "2026-03-03 08:00", "2026-03-06 17:00"))
	require.Equal(t, "p2", who(out[0]), "moved over for b")
	require.Equal(t, "p1", who(out[1]))
}

func TestAllOrNothingWithProof(t *testing.T) { // TaskJuggler PR #321, #315, #169: part of a requirement was booked
	t.Parallel()
	r := roster(person("p1", can("weld", 2)), person("p2", can("weld", 3)), person("p3", can("weld", 2)), person("p4", can("weld", 1)))
	r.Attendance = []staff.Record{{ID: "1", Person: "p3", Kind: staff.Leave, State: staff.Approved, Date: date("2026-03-03"), Part: "morning"}}
	out := assign(t, r,
		call(t, "frame", "weld", 2, 2, "2026-03-02 08:00", "2026-03-04 17:00"),
		call(t, "door", "weld", 2, 2, "2026-03-03 08:00", "2026-03-03 17:00"),
		call(t, "trim", "weld", 1, 1, "2026-03-03 08:00", "2026-03-03 17:00"))
	require.Equal(t, schedule.Ready, out[0].Verdict)
	require.Equal(t, schedule.Late, out[1].Verdict)
	require.Empty(t, out[1].Pegs)
	require.Equal(t, "2 short of weld of level 2 or more: door, frame ask for 4 at 2026-03-03 08:00, only p1, p2 qualify and are there; not available: p3", out[1].Cause)
	require.Equal(t, at("2026-03-05 08:00"), out[1].Earliest)
	require.Equal(t, "p4", who(out[2]), "nobody is held for what failed")
}

func TestExpiredQualificationCountsFromItsDay(t *testing.T) {
	t.Parallel()
	r := roster(person("p1", staff.Skill{Name: "weld", Level: 2, To: date("2026-03-04")}))
	out := assign(t, r, call(t, "a", "weld", 1, 1, "2026-03-04 08:00", "2026-03-04 17:00"), call(t, "b", "weld", 1, 1, "2026-03-05 08:00", "2026-03-05 17:00"))
	require.Equal(t, schedule.Ready, out[0].Verdict)
	require.Equal(t, schedule.Short, out[1].Verdict)
	require.Contains(t, out[1].Cause, "nobody qualifies")
	out = assign(t, r, call(t, "over the day", "weld", 1, 1, "2026-03-04 08:00", "2026-03-05 12:00"))
	require.Equal(t, schedule.Short, out[0].Verdict)
}

func TestRemediesGiveTheLastDay(t *testing.T) {
	t.Parallel()
	r := roster(person("p1", can("weld", 2)))
	r.Calendar = "office"
	r.Remedies = []staff.Remedy{
		{Kind: schedule.ActHire, Skill: "weld", Level: 2, LeadDays: 40, Cost: 900},
		{Kind: schedule.ActBorrow, Skill: "weld", Level: 2, LeadDays: 3, Cost: 100, From: "hall 2", People: 1},
		{Kind: schedule.ActTrain, Skill: "weld", Level: 1, LeadDays: 1, Cost: 1},
	}
	c := assign(t, r, call(t, "a", "weld", 2, 2, "2026-03-16 08:00", "2026-03-17 17:00"))[0]
	require.Equal(t, schedule.ReadyIf, c.Verdict)
	require.Equal(t, date("2026-03-11"), c.ActBy)
	require.Len(t, c.Actions, 2)
	require.Equal(t, "borrow 1 weld of level 2 or more from hall 2 by 2026-03-11 for a, needed 2026-03-16", c.Actions[0].Text)
	c = assign(t, r, call(t, "a", "weld", 2, 3, "2026-03-16 08:00", "2026-03-17 17:00"))[0]
	require.Equal(t, schedule.Late, c.Verdict, "two are more than hall 2 lends")
	require.Equal(t, date("2026-04-27").Midnight(), c.Earliest)
}

func TestPartTimeAndHandover(t *testing.T) {
	t.Parallel()
	r := roster(staff.Person{ID: "am", Calendar: "mornings", Skills: []staff.Skill{can("weld", 1)}}, staff.Person{ID: "pm", Calendar: "afternoons", Skills: []staff.Skill{can("weld", 1)}})
	r.Calendars = append(r.Calendars, schedule.WorkWeek("mornings", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(12, 0)}),
		schedule.WorkWeek("afternoons", "", schedule.Shift{From: schedule.At(13, 0), To: schedule.At(17, 0)}))
	c := call(t, "a", "weld", 1, 1, "2026-03-02 08:00", "2026-03-03 17:00")
	whole := assign(t, r, c)[0]
	require.Equal(t, schedule.Short, whole.Verdict)
	require.Contains(t, whole.Cause, "throughout")
	c.Handover = true
	require.Equal(t, "am pm am pm", who(assign(t, r, c)[0]))
}

func TestLeaveThatIsAskedForIsAtRisk(t *testing.T) { // kimai/Paid-plugins#260
	t.Parallel()
	r := roster(person("p1", can("weld", 1)))
	r.Attendance = []staff.Record{{ID: "1", Person: "p1", Kind: staff.Leave, State: staff.Requested, Date: date("2026-03-03")}}
	c := assign(t, r, call(t, "a", "weld", 1, 1, "2026-03-02 08:00", "2026-03-04 17:00"))[0]
	require.Equal(t, schedule.ReadyIf, c.Verdict)
	require.Equal(t, schedule.ActConfirm, c.Actions[0].Kind)
	require.NotContains(t, c.Cause, "leave")
	r.People = append(r.People, person("p2", can("weld", 1), can("x", 1)))
	require.Equal(t, "p2", who(assign(t, r, call(t, "a", "weld", 1, 1, "2026-03-02 08:00", "2026-03-04 17:00"))[0]), "somebody certain is taken first")
}

func TestCoverageListsTheWholeTeam(t *testing.T) { // kimai/Paid-plugins#360
	t.Parallel()
	r := roster(person("p1", can("weld", 1)), person("p2", can("weld", 1)), person("p3", can("paint", 1)))
	r.Attendance = []staff.Record{
		{ID: "1", Person: "p1", Kind: staff.Sick, State: staff.Recorded, Date: date("2026-03-02"), Part: "morning"},
		{ID: "2", Person: "p1", Kind: staff.Work, State: staff.Recorded, Date: date("2026-03-02"), Part: "afternoon"}, // frappe/hrms#14
		{ID: "3", Person: "p2", Kind: staff.Leave, State: staff.Requested, Date: date("2026-03-02"), Part: "afternoon"},
	}
	rows, err := team(t, r).Coverage("weld", 1, date("2026-03-01"), date("2026-03-02"), func(schedule.Date, string) int { return 2 })
	require.NoError(t, err)
	require.Equal(t, []staff.Row{
		{Date: date("2026-03-02"), Part: "morning", Needed: 2, Present: 1, Short: 1, Presence: []staff.Presence{{"p1", staff.NotAvailable}, {"p2", staff.Present}}},
		{Date: date("2026-03-02"), Part: "afternoon", Needed: 2, Present: 1, AtRisk: 1, Short: 1, Presence: []staff.Presence{{"p1", staff.Present}, {"p2", staff.AtRisk}}},
	}, rows)
	_, err = team(t, r).Coverage("weld", 1, date("2026-03-02"), date("2026-03-01"), nil)
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

func TestOnePersonDeep(t *testing.T) {
	t.Parallel()
	r := roster(person("ann", can("weld", 2), can("lift", 1)), person("bob", can("weld", 1)))
	soles, err := team(t, r).Soles(monday, []schedule.Call{
		call(t, "a", "weld", 2, 1, "2026-03-02 08:00", "2026-03-02 17:00"), call(t, "b", "weld", 1, 1, "2026-03-03 08:00", "2026-03-03 17:00"),
		call(t, "c", "lift", 1, 1, "2026-03-04 08:00", "2026-03-04 17:00"),
	})
	require.NoError(t, err)
	require.Equal(t, []staff.Sole{{"ann", "lift", []string{"c"}}, {"ann", "weld", []string{"a"}}}, soles)
}

func TestAttendanceOnlyGrows(t *testing.T) {
	t.Parallel()
	sick := staff.Record{ID: "1", Person: "p", Kind: staff.Sick, State: staff.Recorded, Date: date("2026-03-02")}
	book, err := staff.Append(nil, sick, parts)
	require.NoError(t, err)
	half := sick
	half.ID, half.Part, half.Corrects = "2", "morning", "1"
	_, err = staff.Append(book, half, parts)
	require.ErrorIs(t, err, schedule.ErrRefused, "a reason is missing")
	half.Reason = "came at noon"
	book, err = staff.Append(book, half, parts)
	require.NoError(t, err)
	require.Len(t, book, 2)
	again := half
	again.ID = "3"
	_, err = staff.Append(book, again, parts)
	require.ErrorIs(t, err, schedule.ErrConflict)
	other := again
	other.Corrects, other.Person = "2", "q"
	_, err = staff.Append(book, other, parts)
	require.ErrorIs(t, err, schedule.ErrRefused)
	_, err = staff.Append(book, half, parts)
	require.ErrorIs(t, err, schedule.ErrConflict)
	for _, bad := range []staff.Record{{}, {ID: "x", Person: "p", Kind: "nap", State: staff.Recorded, Date: 5}, {ID: "x", Person: "p", Kind: staff.Sick, State: staff.Recorded, Part: "night", Date: 5}} {
		_, err = staff.Append(book, bad, parts)
		require.ErrorIs(t, err, schedule.ErrInvalid)
	}
	r := roster(person("p", can("weld", 1)))
	r.Attendance = book
	rows, err := team(t, r).Coverage("weld", 1, date("2026-03-02"), date("2026-03-02"), nil)
	require.NoError(t, err)
	require.Equal(t, 0, rows[0].Present)
	require.Equal(t, 1, rows[1].Present)
}

func TestMalformedRosterAndCalls(t *testing.T) {
	t.Parallel()
	for pointer, change := range map[string]func(*staff.Roster){
		"/people/1/id":       func(r *staff.Roster) { r.People = append(r.People, r.People[0]) },
		"/people/0/calendar": func(r *staff.Roster) { r.People[0].Calendar = "x" },
		"/people/0/skills/0": func(r *staff.Roster) { r.People[0].Skills = []staff.Skill{{}} },
		"/bookings/0/person": func(r *staff.Roster) {
			r.Bookings = []staff.Booking{{Person: "x", Interval: schedule.Interval{Start: monday, Finish: monday.Add(1)}}}
		},
		"/bookings/0": func(r *staff.Roster) { r.Bookings = []staff.Booking{{Person: "p"}} },
		"/attendance/0/person": func(r *staff.Roster) {
			r.Attendance = []staff.Record{{ID: "1", Kind: staff.Sick, State: staff.Recorded, Date: 9}}
		},
		"/attendance/0/kind": func(r *staff.Roster) {
			r.Attendance = []staff.Record{{ID: "1", Person: "p", State: staff.Recorded, Date: 9}}
		},
		"/remedies/0": func(r *staff.Roster) { r.Remedies = []staff.Remedy{{Skill: "weld", LeadDays: -1}} },
		"/parts/0":    func(r *staff.Roster) { r.Parts = []staff.DayPart{{Name: "x"}} },
		"/calendar":   func(r *staff.Roster) { r.Calendar = "x" },
	} {
		r := staff.Roster{People: []staff.Person{{ID: "p"}}}
		change(&r)
		_, err := staff.Compile(&r)
		var v *schedule.ValidationError
		require.ErrorAs(t, err, &v, pointer)
		require.Equal(t, pointer, v.Fields[0].Pointer)
	}
	good := call(t, "a", "weld", 1, 1, "2026-03-02 08:00", "2026-03-02 17:00")
	for _, change := range []func(*schedule.Call){
		func(c *schedule.Call) { c.ID = "" }, func(c *schedule.Call) { c.Count = 0 }, func(c *schedule.Call) { c.Hours = nil },
		func(c *schedule.Call) { c.Finish = c.Start.Add(-1) }, func(c *schedule.Call) { c.Start = time.Time{} },
	} {
		bad := good
		change(&bad)
		_, err := team(t, roster()).Assign(monday, []schedule.Call{bad})
		require.ErrorIs(t, err, schedule.ErrInvalid)
	}
}

// anyTeam draws people with up to three of three skills and some absences.
func anyTeam(t *rapid.T) staff.Roster {
	r := roster()
	for k := range rapid.IntRange(1, 5).Draw(t, "people") {
		p := person(fmt.Sprint("p", k))
		for _, s := range []string{"x", "y", "z"} {
			if level := rapid.IntRange(0, 3).Draw(t, s); level > 0 {
				p.Skills = append(p.Skills, can(s, level))
			}
		}
		r.People = append(r.People, p)
		if rapid.IntRange(0, 3).Draw(t, "away") == 0 {
			r.Attendance = append(r.Attendance, staff.Record{
				ID: fmt.Sprint("r", k), Person: p.ID, Kind: staff.Leave, State: staff.Approved,
				Date: date("2026-03-02").Add(rapid.IntRange(0, 4).Draw(t, "day")), Part: rapid.SampledFrom([]string{"", "morning", "afternoon"}).Draw(t, "part"),
			})
		}
	}
	return r
}

func anyCalls(t *rapid.T, h *schedule.Hours) []schedule.Call {
	var calls []schedule.Call
	for k := range rapid.IntRange(1, 7).Draw(t, "calls") {
		start, err := h.Next(monday.Add(time.Duration(rapid.IntRange(0, 96).Draw(t, "start")) * time.Hour))
		require.NoError(t, err)
		finish, err := h.Add(start, time.Duration(rapid.IntRange(1, 16).Draw(t, "hours"))*time.Hour)
		require.NoError(t, err)
		calls = append(calls, schedule.Call{
			ID: fmt.Sprint("c", k), Skill: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "skill"), Level: rapid.IntRange(0, 2).Draw(t, "level"),
			Count: rapid.IntRange(1, 2).Draw(t, "count"), Start: start, Finish: finish, Hours: h, Handover: rapid.IntRange(0, 4).Draw(t, "handover") == 0,
		})
	}
	return calls
}

// TestReasonsAreTrue looks at every hour of a failed call by brute force: people
// are said to be short if and only if at some hour the calls that are served and
// this one cannot all have distinct people who are there.
func TestReasonsAreTrue(t *testing.T) {
	t.Parallel()
	h := hours(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := anyTeam(rt)
		r.Calendars = append(r.Calendars, schedule.WorkWeek("mornings", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(12, 0)}))
		for k := range r.People {
			p := &r.People[k]
			p.Calendar = rapid.SampledFrom([]string{"office", "office", "mornings"}).Draw(rt, "calendar")
			for s := range p.Skills {
				if n := rapid.IntRange(0, 8).Draw(rt, "until"); n < 4 {
					p.Skills[s].To = date("2026-03-02").Add(n)
				}
			}
		}
		calls := anyCalls(rt, h)
		tm, err := staff.Compile(&r)
		require.NoError(rt, err)
		out, err := tm.Assign(monday, calls)
		require.NoError(rt, err)
		for i, c := range out {
			if c.Verdict == schedule.Ready {
				continue
			}
			short := false
			for at := calls[i].Start; at.Before(calls[i].Finish); at = at.Add(time.Hour) {
				if h.Open(at) {
					short = short || !enough(r, at, demand(calls, out, i, at))
				}
			}
			require.Equal(rt, short, strings.Contains(c.Cause, "short of"), "call %d: %s", i, c.Cause)
			require.Equal(rt, !short, strings.Contains(c.Cause, "at every hour"), "call %d: %s", i, c.Cause)
		}
	})
}

// demand is what the served calls and call i ask for at a time, one by one.
func demand(calls []schedule.Call, out []schedule.Coverage, i int, at time.Time) []schedule.Call {
	var one []schedule.Call
	for k, c := range calls {
		if (k == i || out[k].Verdict == schedule.Ready) && !at.Before(c.Start) && at.Before(c.Finish) {
			for range c.Count {
				one = append(one, c)
			}
		}
	}
	return one
}

// enough reports whether calls for one person each can all be served at a time.
func enough(r staff.Roster, at time.Time, calls []schedule.Call) bool {
	there := roster()
	for _, p := range r.People {
		away := p.Calendar == "mornings" && at.Hour() >= 12
		p.Skills = slices.DeleteFunc(slices.Clone(p.Skills), func(s staff.Skill) bool { return s.To != 0 && s.To < date(at.Format(time.DateOnly)) })
		for _, a := range r.Attendance {
			part := a.Part == "" || (a.Part == "morning") == (at.Hour() < 12)
			away = away || (a.Person == p.ID && a.Date == date(at.Format(time.DateOnly)) && part)
		}
		if !away {
			there.People = append(there.People, p)
		}
	}
	return match(there, calls, 0, map[string]bool{})
}

// TestAssignmentsHold checks assignments from outside: qualified, there, once at
// a time, all or none, the same on a second run.
func TestAssignmentsHold(t *testing.T) {
	t.Parallel()
	h := hours(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := anyTeam(rt)
		calls := anyCalls(rt, h)
		tm, err := staff.Compile(&r)
		require.NoError(rt, err)
		out, err := tm.Assign(monday, calls)
		require.NoError(rt, err)
		again, err := tm.Assign(monday, calls)
		require.NoError(rt, err)
		require.Equal(rt, out, again)
		busy := make(map[string]map[int64]bool) // minutes of each person
		for i, c := range out {
			if c.Verdict != schedule.Ready {
				require.Empty(rt, c.Pegs)
				require.NotEmpty(rt, c.Cause)
				require.Less(rt, c.Covered, c.Wanted)
				continue
			}
			heads := make(map[int64]int)
			for _, g := range c.Pegs {
				k := int(g.Ref[1] - '0')
				qualified := false
				for _, s := range r.People[k].Skills {
					qualified = qualified || (s.Name == calls[i].Skill && s.Level >= calls[i].Level)
				}
				require.True(rt, qualified)
				for w := range h.Windows(g.At, calls[i].Finish) {
					for m := w.Start; m.Before(w.Finish); m = m.Add(30 * time.Minute) {
						if busy[g.Ref] == nil {
							busy[g.Ref] = make(map[int64]bool)
						}
						require.False(rt, busy[g.Ref][m.Unix()], "%s twice at %v", g.Ref, m)
						busy[g.Ref][m.Unix()] = true
						heads[m.Unix()]++
						for _, x := range r.Attendance {
							if x.Person == g.Ref && x.Date == h.DateOf(m) {
								require.True(rt, (x.Part == "morning" && m.Hour() >= 13) || (x.Part == "afternoon" && m.Hour() < 12))
							}
						}
					}
					if calls[i].Handover {
						break
					}
				}
			}
			for w := range h.Windows(calls[i].Start, calls[i].Finish) {
				for m := w.Start; m.Before(w.Finish); m = m.Add(30 * time.Minute) {
					require.Equal(rt, calls[i].Count, heads[m.Unix()])
				}
			}
		}
	})
}

// TestOneTimeIsAMatching compares calls of one time with brute force: the same
// number is served first to last, and the reason given is a true set.
func TestOneTimeIsAMatching(t *testing.T) {
	t.Parallel()
	h := hours(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := anyTeam(rt)
		for k := range r.Attendance { // whole days: who is there is there throughout
			r.Attendance[k].Part = ""
		}
		var calls []schedule.Call
		for k := range rapid.IntRange(1, 5).Draw(rt, "calls") {
			calls = append(calls, schedule.Call{
				ID: fmt.Sprint("c", k), Skill: rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "skill"), Level: rapid.IntRange(0, 2).Draw(rt, "level"),
				Count: 1, Start: monday, Finish: monday.Add(9 * time.Hour), Hours: h,
			})
		}
		tm, err := staff.Compile(&r)
		require.NoError(rt, err)
		out, err := tm.Assign(monday, calls)
		require.NoError(rt, err)
		var served []schedule.Call
		for i, c := range out {
			possible := match(r, append(served, calls[i]), 0, map[string]bool{})
			require.Equal(rt, possible, c.Verdict == schedule.Ready, "call %d: %s", i, c.Cause)
			if possible {
				served = append(served, calls[i])
			} else {
				require.Contains(rt, c.Cause, "short of")
			}
		}
	})
}

// match tries all ways to give the calls distinct people.
func match(r staff.Roster, calls []schedule.Call, k int, taken map[string]bool) bool {
	if k == len(calls) {
		return true
	}
	for _, p := range r.People {
		if taken[p.ID] {
			continue
		}
		ok := false
		for _, s := range p.Skills {
			ok = ok || (s.Name == calls[k].Skill && s.Level >= calls[k].Level)
		}
		for _, a := range r.Attendance {
			ok = ok && (a.Person != p.ID || a.Date != date("2026-03-02"))
		}
		if !ok {
			continue
		}
		taken[p.ID] = true
		if match(r, calls, k+1, taken) {
			return true
		}
		delete(taken, p.ID)
	}
	return false
}

// TestOrderOfRecordsDoesNotMatter: presence is the union of what stands.
func TestOrderOfRecordsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := roster(person("p", can("weld", 1)))
		for k := range rapid.IntRange(0, 6).Draw(rt, "records") {
			r.Attendance = append(r.Attendance, staff.Record{
				ID: strconv.Itoa(k), Person: "p", Kind: staff.Leave, State: staff.Approved, Date: date("2026-03-02").Add(rapid.IntRange(0, 3).Draw(rt, "day")),
				Part: rapid.SampledFrom([]string{"", "morning", "afternoon"}).Draw(rt, "part"),
			})
		}
		rows := func(r staff.Roster) []staff.Row {
			tm, err := staff.Compile(&r)
			require.NoError(rt, err)
			out, err := tm.Coverage("weld", 1, date("2026-03-02"), date("2026-03-06"), nil)
			require.NoError(rt, err)
			return out
		}
		before := rows(r)
		r.Attendance = rapid.Permutation(r.Attendance).Draw(rt, "order")
		require.Equal(rt, before, rows(r))
	})
}
