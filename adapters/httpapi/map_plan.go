package httpapi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

// planReader reads plans, terms and tables out of bodies and notes what the
// contract cannot check: dates that no calendar has, times that no clock shows.
type planReader struct{ faults schedule.Faults }

// date reads a day; none is the zero date.
func (r *planReader) date(at string, s *string) schedule.Date {
	if s == nil {
		return 0
	}
	d, err := schedule.ParseDate(*s)
	if err != nil {
		r.faults.Addf(at, codeInvalid, "is no date of the years 1900 to 2200: %q", *s)
	}
	return d
}

// clock reads a time of the wall clock, up to 48:00.
func (r *planReader) clock(at, s string) schedule.Clock {
	hour, minute, _ := strings.Cut(s, ":")
	h, err := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(minute)
	if err != nil || err2 != nil || m > 59 || schedule.At(h, m) > schedule.At(48, 0) {
		r.faults.Addf(at, codeInvalid, "is no time up to 48:00: %q", s)
	}
	return schedule.At(h, m)
}

// moment is an instant as the office keeps it; none is the zero time.
func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return changereq.Instant(*t)
}

func micros(us *int64) time.Duration {
	const most = int64(schedule.MaxDuration/time.Microsecond) + 1
	return time.Duration(min(max(value(us), -most), most)) * time.Microsecond // what is too long stays too long
}

func (r *planReader) plan(in PlanInput) schedule.Plan {
	return schedule.Plan{
		ID: in.ID, Start: moment(in.Start), Calendar: value(in.Calendar), Frozen: micros(in.FrozenUs), Calendars: r.calendars(in.Calendars),
		Activities: eachOf(in.Activities, activityFrom), Relations: eachOf(in.Relations, relationFrom),
	}
}

func (r *planReader) revision(in PlanRevisionInput) plans.Revise {
	out := plans.Revise{
		Activities: eachOf(in.Activities, activityFrom), Relations: eachOf(in.Relations, relationFrom), Cancel: in.Cancel, Calendars: r.calendars(in.Calendars),
		Unrelate: eachOf(in.Unrelate, func(x RelationEndsInput) schedule.Relation {
			return schedule.Relation{From: x.From, To: x.To, Kind: kindFrom(x.Kind)}
		}),
	}
	if h := in.Head; h != nil {
		out.Head = &plans.Head{Start: moment(h.Start), Calendar: value(h.Calendar), Frozen: micros(h.FrozenUs)}
	}
	return out
}

func activityFrom(in ActivityInput) schedule.Activity {
	a := schedule.Activity{
		ID: in.ID, Name: value(in.Name), Kind: word[schedule.ActivityKind](in.Kind), Duration: micros(in.DurationUs), Effort: micros(in.EffortUs),
		Calendar: value(in.Calendar), Place: value(in.Place), Solid: value(in.Solid), AsLate: value(in.AsLate), Manual: value(in.Manual),
		StartBy:  schedule.Bounds{NotBefore: moment(in.StartNotBefore), NotAfter: moment(in.StartNotAfter)},
		FinishBy: schedule.Bounds{NotBefore: moment(in.FinishNotBefore), NotAfter: moment(in.FinishNotAfter)},
		Priority: int(value(in.Priority)), Needs: eachOf(in.Needs, needFrom),
	}
	if a.Kind == "task" {
		a.Kind = schedule.Task
	}
	if d := in.Planned; d != nil {
		a.Planned = schedule.Dates{Start: changereq.Instant(d.Start), Finish: changereq.Instant(d.Finish)}
	}
	if in.Actual != nil {
		a.Actual = actualFrom(*in.Actual)
	}
	return a
}

func actualFrom(in ActualInput) schedule.Actual {
	return schedule.Actual{Start: moment(in.Start), Finish: moment(in.Finish), Remaining: micros(in.RemainingUs), Cancelled: value(in.Cancelled)}
}

func needFrom(in PlanNeedInput) schedule.Requirement {
	var out schedule.Requirement
	if x := in.Material; x != nil {
		out.Material = &schedule.Material{Item: x.Item, Quantity: x.Quantity, Place: value(x.Place)}
	}
	if x := in.Staff; x != nil {
		out.Staff = &schedule.Staff{Skill: x.Skill, Level: int(value(x.Level)), Count: int(x.Count), Handover: value(x.Handover)}
	}
	if x := in.Prerequisite; x != nil {
		out.Prerequisite = &schedule.Prerequisite{
			Kind: schedule.PrerequisiteKind(x.Kind), Ref: x.Ref, Met: value(x.Met), ExpectedBy: moment(x.ExpectedBy), ActBy: moment(x.ActBy),
		}
	}
	return out
}

func relationFrom(in RelationInput) schedule.Relation {
	return schedule.Relation{From: in.From, To: in.To, Kind: kindFrom(in.Kind), Lag: schedule.Lag{
		Time: micros(in.LagUs), In: word[schedule.LagTime]((*string)(in.LagIn)), Calendar: value(in.LagCalendar),
	}}
}

func kindFrom[T ~string](in *T) schedule.Kind {
	var k schedule.Kind
	if in != nil {
		_ = k.UnmarshalText([]byte(*in)) // the contract knows the four
	}
	return k
}

func (r *planReader) calendars(in []PlanCalendarInput) []schedule.Calendar {
	var out []schedule.Calendar
	for i, x := range in {
		at := fmt.Sprintf("/calendars/%d", i)
		c := schedule.Calendar{ID: x.ID, Zone: value(x.Zone), OnlyExceptions: value(x.OnlyExceptions)}
		for k, s := range x.Week {
			p := fmt.Sprintf("%s/week/%d", at, k)
			day := slices.Index(weekdays(), string(s.Day))
			c.Week[day] = append(c.Week[day], schedule.Shift{From: r.clock(p+"/from", s.From), To: r.clock(p+"/to", s.To)})
		}
		for k, e := range x.Exceptions {
			p := fmt.Sprintf("%s/exceptions/%d", at, k)
			y := schedule.Exception{From: r.date(p+"/from", &e.From), To: r.date(p+"/to", &e.To), Reason: value(e.Reason)}
			for _, s := range e.Shifts {
				y.Shifts = append(y.Shifts, schedule.Shift{From: r.clock(p+"/shifts", s.From), To: r.clock(p+"/shifts", s.To)})
			}
			c.Exceptions = append(c.Exceptions, y)
		}
		out = append(out, c)
	}
	return out
}

// weekdays are the names of days in the order of time.Weekday.
func weekdays() []string {
	return []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
}

func keptPlanTo(p schedule.Plan) Plan {
	return Plan{
		ID: p.ID, Rev: p.Rev, Start: optionalTime(p.Start), Calendar: text(p.Calendar), FrozenUs: optional(p.Frozen.Microseconds()),
		Calendars: eachOf(p.Calendars, calendarTo), Activities: listed(p.Activities, activityTo), Relations: eachOf(p.Relations, relationTo),
		Baselines: eachOf(p.Baselines, func(b schedule.Baseline) Baseline { return Baseline{Name: b.Name, Taken: b.Taken} }),
	}
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// day is a date as text; none is left out.
func day(d schedule.Date) *string {
	if d == 0 {
		return nil
	}
	return new(d.String())
}

func datesTo(d schedule.Dates) *PlanDates {
	if d.IsZero() {
		return nil
	}
	return &PlanDates{Start: d.Start, Finish: d.Finish}
}

func activityTo(a schedule.Activity) Activity {
	return Activity{
		ID: a.ID, Name: text(a.Name), Kind: text(a.Kind), DurationUs: optional(a.Duration.Microseconds()), EffortUs: optional(a.Effort.Microseconds()),
		Calendar: text(a.Calendar), Place: text(a.Place), Solid: optional(a.Solid), AsLate: optional(a.AsLate), Manual: optional(a.Manual),
		StartNotBefore: optionalTime(a.StartBy.NotBefore), StartNotAfter: optionalTime(a.StartBy.NotAfter),
		FinishNotBefore: optionalTime(a.FinishBy.NotBefore), FinishNotAfter: optionalTime(a.FinishBy.NotAfter),
		Planned: datesTo(a.Planned), Actual: actualTo(a.Actual), Priority: optional(narrow(a.Priority)), Needs: eachOf(a.Needs, needTo),
	}
}

func actualTo(x schedule.Actual) *Actual {
	if x == (schedule.Actual{}) {
		return nil
	}
	return &Actual{
		Start: optionalTime(x.Start), Finish: optionalTime(x.Finish), RemainingUs: optional(x.Remaining.Microseconds()), Cancelled: optional(x.Cancelled),
	}
}

func needTo(q schedule.Requirement) PlanNeed {
	var out PlanNeed
	if x := q.Material; x != nil {
		out.Material = &MaterialNeed{Item: x.Item, Quantity: x.Quantity, Place: text(x.Place)}
	}
	if x := q.Staff; x != nil {
		out.Staff = &StaffNeed{Skill: x.Skill, Level: optional(narrow(x.Level)), Count: narrow(x.Count), Handover: optional(x.Handover)}
	}
	if x := q.Prerequisite; x != nil {
		out.Prerequisite = &Prerequisite{
			Kind: PrerequisiteKind(x.Kind), Ref: x.Ref, Met: optional(x.Met), ExpectedBy: optionalTime(x.ExpectedBy), ActBy: optionalTime(x.ActBy),
		}
	}
	return out
}

func relationTo(x schedule.Relation) Relation {
	return Relation{
		From: x.From, To: x.To, Kind: new(RelationKind(x.Kind.String())), LagUs: optional(x.Lag.Time.Microseconds()), LagIn: optional(RelationLagIn(x.Lag.In)),
		LagCalendar: text(x.Lag.Calendar),
	}
}

func calendarTo(c schedule.Calendar) PlanCalendar {
	out := PlanCalendar{ID: c.ID, Zone: text(c.Zone), OnlyExceptions: optional(c.OnlyExceptions)}
	for k, name := range weekdays() {
		for _, s := range c.Week[k] {
			out.Week = append(out.Week, WeekShift{Day: WeekShiftDay(name), From: s.From.String(), To: s.To.String()})
		}
	}
	for _, e := range c.Exceptions {
		out.Exceptions = append(out.Exceptions, CalendarException{
			From: e.From.String(), To: e.To.String(), Reason: text(e.Reason),
			Shifts: eachOf(e.Shifts, func(s schedule.Shift) ClockSpan { return ClockSpan{From: s.From.String(), To: s.To.String()} }),
		})
	}
	return out
}

func planSummaryTo(x planning.Summary) PlanSummary {
	return PlanSummary{ID: x.ID, Rev: x.Rev, Activities: narrow(x.Activities), Finish: optionalTime(x.Finish), Baselines: x.Baselines}
}

// inShort is a plan as lists show it.
func inShort(p schedule.Plan) PlanSummary {
	x := planning.Summary{ID: p.ID, Rev: p.Rev, Activities: len(p.Activities)}
	for i := range p.Activities {
		if f := p.Activities[i].Planned.Finish; f.After(x.Finish) {
			x.Finish = f
		}
	}
	for _, b := range p.Baselines {
		x.Baselines = append(x.Baselines, b.Name)
	}
	return planSummaryTo(x)
}

func floorFrom(x PlanFloorInput) schedule.Floor {
	return schedule.Floor{Activity: x.Activity, At: changereq.Instant(x.At), Text: value(x.Text)}
}

func planProposalTo(p planning.Proposal) PlanProposal {
	return PlanProposal{
		ID: p.ID, Rev: p.Rev, Plan: p.Plan, BaseRev: p.Base, AsOf: p.Terms.AsOf, State: string(p.State), Stale: p.Stale, By: p.By, At: p.At,
		Count: narrow(p.Count), Moves: eachOf(p.Moves.Moves, planMoveTo), Before: optionalTime(p.Moves.Before), After: optionalTime(p.Moves.After),
	}
}

func planMoveTo(m schedule.Move) PlanMove {
	return PlanMove{
		Activity: m.Activity, Old: datesTo(m.Old), New: PlanDates{Start: m.New.Start, Finish: m.New.Finish}, Zone: string(m.Zone), NoticeUs: m.Notice.Microseconds(),
		Via: text(m.Via), Cause: MoveCause{Kind: string(m.Cause.Kind), Activity: m.Cause.Activity, Text: m.Cause.Text},
	}
}
