package mspdi

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// writer is one plan on its way to a file.
type writer struct {
	clock

	plan      *schedule.Plan
	file      project
	dropped   []Dropped
	calendars map[string]string
	uids      map[string]string
	resources map[[2]string]string
}

// Write writes a plan, with dates in the zone loc, and reports what the format
// has no place for. The same plan gives the same bytes. The plan must be valid;
// see schedule.Plan.Validate.
func Write(out io.Writer, p *schedule.Plan, loc *time.Location) ([]Dropped, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("mspdi: %w", err)
	}
	w := writer{clock: clock{loc}, plan: p, calendars: make(map[string]string), uids: make(map[string]string), resources: make(map[[2]string]string)}
	w.file = project{Name: p.ID, StartDate: w.text(p.Start), MinutesPerDay: 480}
	for i := range p.Calendars {
		w.writeCalendar(i)
	}
	w.file.CalendarUID = w.calendars[p.Calendar]
	for i := range p.Activities {
		w.uids[p.Activities[i].ID] = strconv.Itoa(i + 1)
	}
	for i := range p.Activities {
		w.writeTask(i)
	}
	w.writeLinks()
	if len(p.Baselines) > 0 {
		w.dropf("plan", "%d baselines", len(p.Baselines))
	}
	if p.Frozen > 0 {
		w.dropf("plan", "the frozen horizon of %v", p.Frozen)
	}
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	e := xml.NewEncoder(out)
	e.Indent("", " ")
	if err := e.Encode(w.file); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	return w.dropped, nil
}

func (w *writer) dropf(where, format string, args ...any) {
	w.dropped = append(w.dropped, Dropped{where, fmt.Sprintf(format, args...)})
}

func (w *writer) writeCalendar(i int) {
	c := &w.plan.Calendars[i]
	uid := strconv.Itoa(i + 1)
	w.calendars[c.ID] = uid
	if zone := c.Zone; zone != w.loc.String() && (zone != "" || w.loc != time.UTC) {
		w.dropf("calendar "+c.ID, "its zone %q: hours are written as they are on its clock", zone)
	}
	out := calendar{UID: uid, Name: c.ID, IsBase: "1", BaseCalendarUID: "-1"}
	always := !c.OnlyExceptions
	for _, s := range c.Week {
		always = always && len(s) == 0
	}
	for d := range c.Week {
		shifts := days(c.Week[d], c.Week[(d+6)%7])
		switch {
		case always:
			shifts = []schedule.Shift{{From: 0, To: schedule.At(24, 0)}}
		case c.OnlyExceptions:
			shifts = nil
		}
		out.WeekDays = append(out.WeekDays, weekDay{DayType: d + 1, Working: flag(len(shifts) > 0), Times: times(shifts)})
	}
	for _, x := range c.Exceptions {
		shifts := days(x.Shifts, nil)
		for _, s := range x.Shifts {
			if s.To > schedule.At(24, 0) {
				w.dropf("calendar "+c.ID, "the part of a shift on %s that is after midnight", x.To)
			}
		}
		out.Exceptions = append(out.Exceptions, exception{
			Period: &timePeriod{x.From.String() + "T00:00:00", x.To.String() + "T23:59:00"}, Name: x.Reason, Type: "1", Working: flag(len(shifts) > 0), Times: times(shifts),
		})
	}
	w.file.Calendars = append(w.file.Calendars, out)
}

// days cuts shifts at midnight: what is left of the day before comes first.
func days(today, before []schedule.Shift) []schedule.Shift {
	const midnight = schedule.Clock(24 * 60)
	var out []schedule.Shift
	for _, s := range before {
		if s.To > midnight {
			out = append(out, schedule.Shift{From: max(0, s.From-midnight), To: s.To - midnight})
		}
	}
	for _, s := range today {
		if s.From < midnight {
			out = append(out, schedule.Shift{From: s.From, To: min(s.To, midnight)})
		}
	}
	return out
}

func times(shifts []schedule.Shift) []working {
	var out []working
	for _, s := range shifts {
		out = append(out, working{clockText(s.From), clockText(s.To)})
	}
	return out
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func (w *writer) writeTask(i int) {
	a := &w.plan.Activities[i]
	where := "activity " + a.ID
	t := task{
		UID: w.uids[a.ID], ID: w.uids[a.ID], Name: a.Name, Active: flag(!a.Actual.Cancelled), Manual: flag(a.Manual), WBS: a.ID, OutlineLevel: "1",
		Priority: strconv.Itoa(min(max(a.Priority+500, 0), 1000)), Start: w.text(a.Planned.Start), Finish: w.text(a.Planned.Finish),
		Duration: durationText(a.Duration), DurationFormat: "7", Milestone: flag(a.Kind != schedule.Task), Summary: "0",
		ActualStart: w.text(a.Actual.Start), ActualFinish: w.text(a.Actual.Finish), CalendarUID: w.calendars[a.Calendar],
	}
	if !a.Actual.Start.IsZero() && a.Actual.Finish.IsZero() {
		t.Remaining = durationText(a.Actual.Remaining)
	}
	w.bounds(&t, a, where)
	for _, x := range [...]struct {
		dropped bool
		what    string
	}{
		{a.Kind == schedule.Gate, "it is a gate; written as a milestone"},
		{a.Effort > 0, "its effort of " + a.Effort.String()},
		{a.Place != "", "the calendar of its place"},
		{a.Solid, "that it may not pause"},
		{a.Priority < -500 || a.Priority > 500, "a priority beyond 500"},
	} {
		if x.dropped {
			w.dropf(where, "%s", x.what)
		}
	}
	w.file.Tasks = append(w.file.Tasks, t)
	for n := range a.Needs {
		w.need(t.UID, where, &a.Needs[n])
	}
}

// bounds writes the one constraint the format has room for, and the deadline.
func (w *writer) bounds(t *task, a *schedule.Activity, where string) {
	s, f := a.StartBy, a.FinishBy
	kind, at, left := 0, time.Time{}, 0
	choose := func(k int, when time.Time) {
		if kind == 0 {
			kind, at = k, when
			return
		}
		left++
	}
	switch {
	case !s.NotBefore.IsZero() && s.NotBefore.Equal(s.NotAfter):
		choose(2, s.NotBefore)
	default:
		if !s.NotBefore.IsZero() {
			choose(4, s.NotBefore)
		}
		if !s.NotAfter.IsZero() {
			choose(5, s.NotAfter)
		}
	}
	if !f.NotBefore.IsZero() {
		choose(6, f.NotBefore)
	}
	if a.AsLate {
		choose(1, time.Time{})
	}
	t.ConstraintType, t.ConstraintDate, t.Deadline = strconv.Itoa(kind), w.text(at), w.text(f.NotAfter)
	if left > 0 {
		w.dropf(where, "%d of its bounds: the format has room for one and a deadline", left)
	}
}

func (w *writer) writeLinks() {
	kinds := [...]string{schedule.FinishStart: "1", schedule.StartStart: "3", schedule.FinishFinish: "0", schedule.StartFinish: "2"}
	index := make(map[string]int)
	for i := range w.plan.Activities {
		index[w.plan.Activities[i].ID] = i
	}
	for _, r := range w.plan.Relations {
		l := link{UID: w.uids[r.From], Type: kinds[r.Kind], Cross: "0", Lag: strconv.FormatInt(int64(r.Lag.Time/(6*time.Second)), 10), LagFormat: "7"}
		if r.Lag.In == schedule.Elapsed {
			l.LagFormat = "8"
		}
		where := "relation " + r.From + " to " + r.To
		if r.Lag.Calendar != "" {
			w.dropf(where, "the calendar %q of its lag", r.Lag.Calendar)
		}
		if r.Lag.Time%(6*time.Second) != 0 {
			w.dropf(where, "less than a tenth of a minute of its lag")
		}
		t := &w.file.Tasks[index[r.To]]
		t.Links = append(t.Links, l)
	}
}

func (w *writer) need(task, where string, q *schedule.Requirement) {
	var name string
	var units int64
	kind := "1"
	switch {
	case q.Material != nil:
		name, kind, units = q.Material.Item, "0", q.Material.Quantity
		if q.Material.Place != "" {
			w.dropf(where, "the place of %s", name)
		}
	case q.Staff != nil:
		name, units = q.Staff.Skill, int64(q.Staff.Count)
		if q.Staff.Level != 0 || q.Staff.Handover {
			w.dropf(where, "level and handing over of %s", name)
		}
	default:
		w.dropf(where, "%s %s", q.Prerequisite.Kind, q.Prerequisite.Ref)
		return
	}
	key := [2]string{kind, name}
	uid, ok := w.resources[key]
	if !ok {
		uid = strconv.Itoa(len(w.file.Resources) + 1)
		w.resources[key] = uid
		w.file.Resources = append(w.file.Resources, resource{UID: uid, ID: uid, Name: name, Type: kind})
	}
	w.file.Assignments = append(w.file.Assignments, assignment{UID: strconv.Itoa(len(w.file.Assignments) + 1), TaskUID: task, ResourceUID: uid, Units: strconv.FormatInt(units, 10)})
}
