package mspdi

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// MaxBytes is the longest file that is read.
const MaxBytes = 256 << 20

// reader is one file on its way to a plan.
type reader struct {
	clock

	file      project
	plan      *schedule.Plan
	dropped   []Dropped
	calendars map[string]string // ids by unique id
	ids       map[string]string // activities by unique id of the task
	index     map[string]int
	elapsed   bool
}

// Read reads a plan. loc is the zone of its dates and calendars. What has no
// place in a plan is reported. The plan is as the file says: schedule.Compile
// tells whether it holds. Errors wrap ErrFormat, or are those of in.
func Read(in io.Reader, loc *time.Location) (*schedule.Plan, []Dropped, error) {
	limited := &io.LimitedReader{R: in, N: MaxBytes + 1}
	r := reader{clock: clock{loc}, calendars: make(map[string]string), ids: make(map[string]string), index: make(map[string]int)}
	if err := xml.NewDecoder(limited).Decode(&r.file); err != nil {
		if limited.N <= 0 {
			return nil, nil, fmt.Errorf("%w: the file is longer than %d bytes", ErrFormat, MaxBytes)
		}
		return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(r.file.Tasks) > schedule.MaxActivities {
		return nil, nil, fmt.Errorf("%w: more than %d tasks", ErrFormat, schedule.MaxActivities)
	}
	r.plan = &schedule.Plan{ID: r.file.Name}
	for _, step := range []func() error{r.head, r.readCalendars, r.names, r.tasks, r.relations, r.needs} {
		if err := step(); err != nil {
			return nil, nil, err
		}
	}
	return r.plan, r.dropped, nil
}

func (r *reader) dropf(where, format string, args ...any) {
	r.dropped = append(r.dropped, Dropped{where, fmt.Sprintf(format, args...)})
}

func (r *reader) head() error {
	var err error
	r.plan.Start, err = r.time("project", "StartDate", r.file.StartDate)
	return err
}

// standard are the hours of a day for which a calendar says that it is worked
// and not when, and of a base calendar's weekdays that it does not list.
func standard() []schedule.Shift {
	return []schedule.Shift{{From: schedule.At(8, 0), To: schedule.At(12, 0)}, {From: schedule.At(13, 0), To: schedule.At(17, 0)}}
}

func (r *reader) readCalendars() error {
	taken := make(map[string]bool)
	for _, c := range r.file.Calendars {
		where := "calendar " + c.UID
		if c.BaseCalendarUID != "" && c.BaseCalendarUID != "-1" && c.BaseCalendarUID != "0" {
			r.dropf(where, "calendar %q is derived from another one: resources keep theirs in a roster", c.Name)
			continue
		}
		id := c.Name
		if id == "" || taken[id] {
			id = "C" + c.UID
		}
		taken[id] = true
		out := schedule.Calendar{ID: id, Zone: r.loc.String()}
		for d := time.Monday; d <= time.Friday; d++ {
			out.Week[d] = standard()
		}
		worked := false
		for _, d := range c.WeekDays {
			shifts, err := r.shifts(where, d.Working, d.Times)
			if err != nil {
				return err
			}
			switch {
			case d.DayType == 0:
				if err := r.except(&out, where, "", d.Period, shifts); err != nil {
					return err
				}
			case d.DayType >= 1 && d.DayType <= 7:
				out.Week[d.DayType-1] = shifts
			default:
				return &FieldError{where, "DayType", "must be from 0 to 7"}
			}
		}
		for _, x := range c.Exceptions {
			if x.Type != "" && x.Type != "1" {
				r.dropf(where, "exception %q recurs", x.Name)
				continue
			}
			shifts, err := r.shifts(where, x.Working, x.Times)
			if err != nil {
				return err
			}
			if err := r.except(&out, where, x.Name, x.Period, shifts); err != nil {
				return err
			}
		}
		for d := range out.Week {
			worked = worked || len(out.Week[d]) > 0
		}
		out.OnlyExceptions = !worked
		r.calendars[c.UID] = id
		r.plan.Calendars = append(r.plan.Calendars, out)
	}
	if uid := r.file.CalendarUID; uid != "" && uid != "-1" {
		id, ok := r.calendars[uid]
		if !ok {
			return &FieldError{"project", "CalendarUID", "names no base calendar of the file"}
		}
		r.plan.Calendar = id
	}
	return nil
}

func (r *reader) shifts(where, worked string, times []working) ([]schedule.Shift, error) {
	if !isTrue(worked) {
		return nil, nil
	}
	var out []schedule.Shift
	for _, w := range times {
		if w.From == "" && w.To == "" {
			continue
		}
		from, err := clockTime(where, w.From, false)
		if err != nil {
			return nil, err
		}
		to, err := clockTime(where, w.To, true)
		if err != nil {
			return nil, err
		}
		if to <= from {
			return nil, &FieldError{where, "WorkingTime", "must end after it begins"}
		}
		out = append(out, schedule.Shift{From: from, To: to})
	}
	if len(out) == 0 {
		out = standard()
	}
	return out, nil
}

func (r *reader) except(c *schedule.Calendar, where, name string, p *timePeriod, shifts []schedule.Shift) error {
	if p == nil {
		return &FieldError{where, "TimePeriod", "is needed by an exception"}
	}
	from, err := r.time(where, "FromDate", p.From)
	if err != nil {
		return err
	}
	to, err := r.time(where, "ToDate", p.To)
	if err != nil {
		return err
	}
	c.Exceptions = append(c.Exceptions, schedule.Exception{From: schedule.DateIn(from, r.loc), To: schedule.DateIn(to, r.loc), Shifts: shifts, Reason: name})
	return nil
}

// names gives tasks their ids: the WBS codes if all have one of their own.
func (r *reader) names() error {
	seen := make(map[string]bool)
	own := true
	for i := range r.file.Tasks {
		t := &r.file.Tasks[i]
		if r.skipped(t) {
			continue
		}
		own = own && t.WBS != "" && !seen[t.WBS]
		seen[t.WBS] = true
	}
	for i := range r.file.Tasks {
		t := &r.file.Tasks[i]
		if r.skipped(t) {
			if isTrue(t.Summary) && t.UID != "0" {
				r.dropf("task "+t.UID, "summary %q", t.Name)
			}
			continue
		}
		if _, ok := r.ids[t.UID]; ok || t.UID == "" {
			return &FieldError{"task " + t.UID, "UID", "must be there, and no other task's"}
		}
		r.ids[t.UID] = "T" + t.UID
		if own {
			r.ids[t.UID] = t.WBS
		}
	}
	return nil
}

func (r *reader) skipped(t *task) bool { return isTrue(t.Summary) || isTrue(t.IsNull) }

func (r *reader) tasks() error {
	for i := range r.file.Tasks {
		t := &r.file.Tasks[i]
		if r.skipped(t) {
			continue
		}
		a, err := r.activity(t)
		if err != nil {
			return err
		}
		r.index[a.ID] = len(r.plan.Activities)
		r.plan.Activities = append(r.plan.Activities, a)
	}
	return nil
}

// number reads a whole number, 0 where there is none.
func number(where, field, s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, &FieldError{where, field, "must be a whole number"}
	}
	return n, nil
}

func (r *reader) activity(t *task) (schedule.Activity, error) {
	where := "task " + t.UID
	a := schedule.Activity{ID: r.ids[t.UID], Name: t.Name, Manual: isTrue(t.Manual)}
	var constraintDate, deadline time.Time
	for _, x := range [...]struct {
		field, text string
		to          *time.Time
	}{
		{"Start", t.Start, &a.Planned.Start},
		{"Finish", t.Finish, &a.Planned.Finish},
		{"ActualStart", t.ActualStart, &a.Actual.Start},
		{"ActualFinish", t.ActualFinish, &a.Actual.Finish},
		{"ConstraintDate", t.ConstraintDate, &constraintDate},
		{"Deadline", t.Deadline, &deadline},
	} {
		var err error
		if *x.to, err = r.time(where, x.field, x.text); err != nil {
			return a, err
		}
	}
	var err error
	if a.Duration, err = duration(where, "Duration", t.Duration); err != nil {
		return a, err
	}
	if isTrue(t.Milestone) && a.Duration == 0 {
		a.Kind = schedule.Milestone
	}
	if !a.Actual.Start.IsZero() && a.Actual.Finish.IsZero() {
		if a.Actual.Remaining, err = duration(where, "RemainingDuration", t.Remaining); err != nil {
			return a, err
		}
	}
	a.Actual.Cancelled = t.Active != "" && !isTrue(t.Active)
	if priority, err := number(where, "Priority", t.Priority); err != nil {
		return a, err
	} else if t.Priority != "" {
		a.Priority = priority - 500 // 500 is the format's middle
	}
	if err := r.calendarOf(&a, t, where); err != nil {
		return a, err
	}
	kind, err := number(where, "ConstraintType", t.ConstraintType)
	if err != nil {
		return a, err
	}
	a.FinishBy.NotAfter = deadline
	return a, r.constrain(&a, where, kind, constraintDate)
}

func (r *reader) calendarOf(a *schedule.Activity, t *task, where string) error {
	format, err := number(where, "DurationFormat", t.DurationFormat)
	if err != nil {
		return err
	}
	if a.Duration > 0 && elapsedFormat(format) {
		a.Calendar = "elapsed"
		if !r.elapsed {
			r.elapsed = true
			r.plan.Calendars = append(r.plan.Calendars, schedule.Calendar{ID: "elapsed", Zone: r.loc.String()})
		}
		return nil
	}
	if t.CalendarUID != "" && t.CalendarUID != "-1" {
		id, ok := r.calendars[t.CalendarUID]
		if !ok {
			return &FieldError{where, "CalendarUID", "names no base calendar of the file"}
		}
		a.Calendar = id
	}
	return nil
}

// elapsedFormat reports whether a format counts around the clock: elapsed
// minutes, hours, days, weeks, months and percent, and the same as estimates.
func elapsedFormat(format int) bool {
	return slices.Contains([]int{4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52}, format)
}

func (r *reader) constrain(a *schedule.Activity, where string, kind int, at time.Time) error {
	if kind >= 2 && kind <= 7 && at.IsZero() {
		return &FieldError{where, "ConstraintDate", "is needed by the constraint"}
	}
	switch kind {
	case 0:
	case 1:
		a.AsLate = true
	case 2:
		a.StartBy = schedule.Bounds{NotBefore: at, NotAfter: at}
	case 3:
		a.FinishBy = schedule.Bounds{NotBefore: at, NotAfter: at}
	case 4:
		a.StartBy.NotBefore = at
	case 5:
		a.StartBy.NotAfter = at
	case 6:
		a.FinishBy.NotBefore = at
	case 7:
		if a.FinishBy.NotAfter.IsZero() || at.Before(a.FinishBy.NotAfter) {
			a.FinishBy.NotAfter = at
		}
	default:
		return &FieldError{where, "ConstraintType", "must be from 0 to 7"}
	}
	return nil
}

func (r *reader) relations() error {
	for i := range r.file.Tasks {
		t := &r.file.Tasks[i]
		to, ok := r.ids[t.UID]
		for _, l := range t.Links {
			where := "task " + t.UID
			from, there := r.ids[l.UID]
			switch {
			case isTrue(l.Cross):
				r.dropf(where, "a link from another project")
				continue
			case !ok || !there:
				r.dropf(where, "the link from task %s: one of them is a summary or not in the file", l.UID)
				continue
			}
			rel, err := r.relation(where, from, to, l)
			if err != nil {
				return err
			}
			r.plan.Relations = append(r.plan.Relations, rel)
		}
	}
	return nil
}

func (r *reader) relation(where, from, to string, l link) (schedule.Relation, error) {
	rel := schedule.Relation{From: from, To: to}
	kind, err := number(where, "Type", l.Type)
	if err != nil {
		return rel, err
	}
	switch {
	case l.Type == "" || kind == 1:
		rel.Kind = schedule.FinishStart
	case kind == 0:
		rel.Kind = schedule.FinishFinish
	case kind == 2:
		rel.Kind = schedule.StartFinish
	case kind == 3:
		rel.Kind = schedule.StartStart
	default:
		return rel, &FieldError{where, "Type", "of a link must be from 0 to 3"}
	}
	lag, err := number(where, "LinkLag", l.Lag)
	if err != nil {
		return rel, err
	}
	format, err := number(where, "LagFormat", l.LagFormat)
	if err != nil || lag == 0 {
		return rel, err
	}
	if lag > 1<<33 || lag < -1<<33 {
		return rel, &FieldError{where, "LinkLag", "is longer than 100 years"}
	}
	rel.Lag = schedule.Lag{Time: time.Duration(lag) * 6 * time.Second, In: schedule.Working}
	if elapsedFormat(format) {
		rel.Lag.In = schedule.Elapsed
	}
	if format == 19 || format == 20 || format == 51 || format == 52 {
		work := r.plan.Activities[r.index[from]].Duration
		if percent := float64(lag) / 100 * work.Minutes(); math.Abs(percent) < 1e8 {
			rel.Lag.Time = time.Duration(math.Round(percent)) * time.Minute
		}
		r.dropf(where, "a lag of %d %% of task %s became %v", lag, l.UID, rel.Lag.Time)
		if rel.Lag.Time == 0 {
			rel.Lag = schedule.Lag{}
		}
	}
	return rel, nil
}

// needs turns assignments into requirements.
func (r *reader) needs() error {
	kinds := make(map[string]*resource)
	for i := range r.file.Resources {
		kinds[r.file.Resources[i].UID] = &r.file.Resources[i]
	}
	for _, x := range r.file.Assignments {
		where := "assignment " + x.UID
		id, ok := r.ids[x.TaskUID]
		res := kinds[x.ResourceUID]
		if !ok || res == nil || res.Name == "" {
			r.dropf(where, "it joins task %s and resource %s, of which one is not in the plan", x.TaskUID, x.ResourceUID)
			continue
		}
		units := 1.0
		if x.Units != "" {
			var err error
			if units, err = strconv.ParseFloat(x.Units, 64); err != nil || !(units >= 0 && units < 1e12) {
				return &FieldError{where, "Units", "must be a number that is not negative"}
			}
		}
		whole := math.Ceil(units)
		if whole != units {
			r.dropf(where, "%v units of %s became %v", units, res.Name, whole)
		}
		a := &r.plan.Activities[r.index[id]]
		switch {
		case whole == 0:
		case res.Type == "0":
			a.Needs = append(a.Needs, schedule.Requirement{Material: &schedule.Material{Item: res.Name, Quantity: int64(whole)}})
		case res.Type == "2":
			r.dropf(where, "cost resource %q", res.Name)
		default:
			a.Needs = append(a.Needs, schedule.Requirement{Staff: &schedule.Staff{Skill: res.Name, Count: int(min(whole, 10_000))}})
		}
	}
	return nil
}
