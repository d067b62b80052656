package mspdi_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/mspdi"
	"github.com/coordkit/coordkit/schedule"
)

func berlin(tb testing.TB) *time.Location {
	tb.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	require.NoError(tb, err)
	return loc
}

const sample = `<?xml version="1.0" encoding="UTF-8"?>
<Project xmlns="http://schemas.microsoft.com/project"><Name>launch</Name><StartDate>2026-03-02T08:00:00</StartDate><CalendarUID>1</CalendarUID>
<Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID><WeekDays>
<WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay>
<WeekDay><DayType>6</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>
<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod><FromDate>2026-04-03T00:00:00</FromDate><ToDate>2026-04-06T23:59:00</ToDate></TimePeriod></WeekDay>
</WeekDays></Calendar><Calendar><UID>2</UID><Name>Ann</Name><BaseCalendarUID>1</BaseCalendarUID></Calendar></Calendars>
<Tasks>
<Task><UID>0</UID><Name>launch</Name><Summary>1</Summary></Task>
<Task><UID>1</UID><Name>Phase</Name><Summary>1</Summary></Task>
<Task><UID>2</UID><Name>Build</Name><Start>2026-03-02T08:00:00</Start><Finish>2026-03-03T17:00:00</Finish><Duration>PT16H0M0S</Duration><DurationFormat>7</DurationFormat><ConstraintType>4</ConstraintType><ConstraintDate>2026-03-02T08:00:00</ConstraintDate></Task>
<Task><UID>3</UID><Name>Cure</Name><Duration>PT24H0M0S</Duration><DurationFormat>8</DurationFormat><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type><LinkLag>4800</LinkLag><LagFormat>8</LagFormat></PredecessorLink>
<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink></Task>
<Task><UID>4</UID><Name>Done</Name><Milestone>1</Milestone><Duration>PT0H0M0S</Duration><Deadline>2026-03-10T17:00:00</Deadline><PredecessorLink><PredecessorUID>3</PredecessorUID><Type>0</Type><LinkLag>50</LinkLag><LagFormat>19</LagFormat></PredecessorLink></Task>
</Tasks>
<Resources><Resource><UID>1</UID><Name>welder</Name><Type>1</Type></Resource><Resource><UID>2</UID><Name>steel</Name><Type>0</Type></Resource></Resources>
<Assignments><Assignment><UID>1</UID><TaskUID>2</TaskUID><ResourceUID>1</ResourceUID><Units>1.5</Units></Assignment><Assignment><UID>2</UID><TaskUID>2</TaskUID><ResourceUID>2</ResourceUID><Units>40</Units></Assignment></Assignments>
</Project>`

func TestRead(t *testing.T) {
	t.Parallel()
	p, dropped, err := mspdi.Read(strings.NewReader(sample), berlin(t))
	require.NoError(t, err)
	require.Equal(t, []mspdi.Dropped{
		{Where: "calendar 2", What: `calendar "Ann" is derived from another one: resources keep theirs in a roster`},
		{Where: "task 1", What: `summary "Phase"`},
		{Where: "task 3", What: "the link from task 1: one of them is a summary or not in the file"},
		{Where: "task 4", What: "a lag of 50 % of task 3 became 12h0m0s"},
		{Where: "assignment 1", What: "1.5 units of welder became 2"},
	}, dropped)
	n, err := schedule.Compile(p)
	require.NoError(t, err)
	table, err := n.CriticalPath(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	cure, _ := table.Of("T3")
	// Build ends Tuesday 17:00 in Berlin; eight hours elapse to 01:00, and a day.
	require.Equal(t, time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), cure.Start)
	require.Equal(t, time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC), cure.Finish)
	require.Equal(t, 2, p.Activities[0].Needs[0].Staff.Count)
	require.Equal(t, int64(40), p.Activities[0].Needs[1].Material.Quantity)
	friday := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	require.Equal(t, 4*time.Hour, n.Hours("T2").Between(friday, friday.AddDate(0, 0, 1)))
	require.Equal(t, time.Duration(0), n.Hours("T2").Between(friday.AddDate(0, 0, 28), friday.AddDate(0, 0, 31)))
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ change, to, where string }{
		{"2026-03-02T08:00:00</StartDate>", "monday</StartDate>", "project: StartDate"},
		{"PT16H0M0S", "16h", "task 2: Duration"},
		{"PT16H0M0S", "PT-1H", "task 2: Duration"},
		{"PT16H0M0S", "PT99999999999H", "task 2: Duration"},
		{"<ConstraintType>4", "<ConstraintType>9", "task 2: ConstraintType"},
		{"<ConstraintDate>2026-03-02T08:00:00</ConstraintDate>", "", "task 2: ConstraintDate"},
		{"<Type>1</Type><LinkLag>4800", "<Type>7</Type><LinkLag>4800", "task 3: Type"},
		{"<LinkLag>4800", "<LinkLag>99999999999999", "task 3: LinkLag"},
		{"<UID>3</UID>", "<UID>2</UID>", "task 2: UID"},
		{"<CalendarUID>1<", "<CalendarUID>7<", "project: CalendarUID"},
		{"<DayType>6", "<DayType>9", "calendar 1: DayType"},
		{"<ToTime>12:00:00", "<ToTime>07:00:00", "calendar 1: WorkingTime"},
		{"<Units>1.5", "<Units>-1", "assignment 1: Units"},
		{"</Project>", "", ""},
	} {
		require.Contains(t, sample, x.change)
		_, _, err := mspdi.Read(strings.NewReader(strings.Replace(sample, x.change, x.to, 1)), time.UTC)
		require.ErrorIs(t, err, mspdi.ErrFormat, x.to)
		require.ErrorContains(t, err, x.where)
	}
	broken := errors.New("the disk is gone")
	_, _, err := mspdi.Read(iotest.ErrReader(broken), time.UTC)
	require.ErrorIs(t, err, broken)
}

// known draws plans that hold only what both sides know.
func known(t *rapid.T) *schedule.Plan {
	loc := "Europe/Berlin"
	at := func(label string) time.Time {
		return time.Date(2026, 3, 2+rapid.IntRange(0, 20).Draw(t, label), 8+rapid.IntRange(0, 8).Draw(t, label), 0, 0, 0, time.UTC)
	}
	shift := schedule.Shift{From: schedule.At(rapid.IntRange(0, 9).Draw(t, "from"), 30), To: schedule.At(rapid.IntRange(12, 24).Draw(t, "to"), 0)}
	c := schedule.WorkWeek("plant", loc, shift)
	c.Exceptions = []schedule.Exception{{From: schedule.DateOf(2026, 4, 3), To: schedule.DateOf(2026, 4, 6), Reason: "Easter & co <x>"}}
	p := &schedule.Plan{ID: rapid.StringMatching(`[ -~äß]{0,12}`).Draw(t, "id"), Start: at("start"), Calendar: "plant", Calendars: []schedule.Calendar{c}}
	for i := range rapid.IntRange(1, 6).Draw(t, "activities") {
		a := schedule.Activity{ID: fmt.Sprint("A.", i), Name: rapid.StringMatching(`[a-z<&"]{1,9}`).Draw(t, "name"), Priority: rapid.IntRange(-500, 500).Draw(t, "priority")}
		if rapid.Bool().Draw(t, "milestone") {
			a.Kind = schedule.Milestone
		} else {
			a.Duration = time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute
			a.Calendar = "plant"
		}
		when := at("date")
		switch rapid.IntRange(0, 7).Draw(t, "constraint") {
		case 1:
			a.AsLate = true
		case 2:
			a.StartBy = schedule.Bounds{NotBefore: when, NotAfter: when}
		case 4:
			a.StartBy.NotBefore = when
		case 5:
			a.StartBy.NotAfter = when
		case 6:
			a.FinishBy.NotBefore = when
		case 7:
			a.FinishBy.NotAfter = when
		}
		if rapid.Bool().Draw(t, "planned") {
			a.Planned = schedule.Dates{Start: when, Finish: when.Add(a.Duration)}
			a.Manual = rapid.Bool().Draw(t, "manual")
		}
		switch rapid.IntRange(0, 3).Draw(t, "progress") {
		case 1:
			a.Actual = schedule.Actual{Start: when, Remaining: time.Hour}
		case 2:
			a.Actual = schedule.Actual{Start: when, Finish: when.Add(time.Hour)}
		case 3:
			a.Actual.Cancelled = true
		}
		if rapid.Bool().Draw(t, "needs") {
			a.Needs = []schedule.Requirement{{Staff: &schedule.Staff{Skill: "weld", Count: 2}}, {Material: &schedule.Material{Item: "steel", Quantity: 7}}}
		}
		p.Activities = append(p.Activities, a)
		if i > 0 {
			r := schedule.Relation{From: fmt.Sprint("A.", i-1), To: a.ID, Kind: schedule.Kind(rapid.IntRange(0, 3).Draw(t, "kind"))}
			if lag := rapid.IntRange(-50, 50).Draw(t, "lag"); lag != 0 {
				r.Lag = schedule.Lag{Time: time.Duration(lag) * time.Minute, In: rapid.SampledFrom([]schedule.LagTime{schedule.Working, schedule.Elapsed}).Draw(t, "in")}
			}
			p.Relations = append(p.Relations, r)
		}
	}
	return p
}

func TestRoundTripOfWhatBothKnow(t *testing.T) {
	t.Parallel()
	loc := berlin(t)
	rapid.Check(t, func(t *rapid.T) {
		p := known(t)
		var file, again bytes.Buffer
		dropped, err := mspdi.Write(&file, p, loc)
		require.NoError(t, err)
		require.Empty(t, dropped)
		_, err = mspdi.Write(&again, p, loc)
		require.NoError(t, err)
		require.Equal(t, file.String(), again.String())
		back, dropped, err := mspdi.Read(&file, loc)
		require.NoError(t, err)
		require.Empty(t, dropped)
		require.Empty(t, cmp.Diff(p, back, cmpopts.EquateEmpty()))
	})
}

func TestWriteReportsWhatItDrops(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	p := &schedule.Plan{
		ID: "p", Frozen: time.Hour, Baselines: []schedule.Baseline{{}},
		Calendars: []schedule.Calendar{{ID: "night", Zone: "Asia/Kolkata"}},
		Activities: []schedule.Activity{
			{ID: "g", Kind: schedule.Gate},
			{ID: "a", Effort: time.Hour, Solid: true, Place: "night", AsLate: true, StartBy: schedule.Bounds{NotBefore: day}, Needs: []schedule.Requirement{
				{Prerequisite: &schedule.Prerequisite{Kind: schedule.Document, Ref: "D"}}, {Staff: &schedule.Staff{Skill: "weld", Level: 2, Count: 1}}, {Material: &schedule.Material{Item: "i", Quantity: 1, Place: "x"}},
			}},
		},
		Relations: []schedule.Relation{{From: "g", To: "a", Lag: schedule.Lag{Time: time.Second, In: schedule.Working, Calendar: "night"}}},
	}
	var file bytes.Buffer
	dropped, err := mspdi.Write(&file, p, time.UTC)
	require.NoError(t, err)
	require.Len(t, dropped, 13)
	_, err = mspdi.Write(&file, &schedule.Plan{Calendar: "none"}, time.UTC)
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte(`<Project xmlns="http://schemas.microsoft.com/project"><Tasks><Task><UID>1</UID></Task></Tasks></Project>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, _, err := mspdi.Read(bytes.NewReader(data), time.UTC)
		if err != nil {
			require.ErrorIs(t, err, mspdi.ErrFormat)
			return
		}
		if p.Validate() != nil {
			return
		}
		var out bytes.Buffer
		if _, err := mspdi.Write(&out, p, time.UTC); err != nil {
			return // characters XML cannot hold
		}
		_, _, err = mspdi.Read(&out, time.UTC)
		require.NoError(t, err)
	})
}
