package schedule

import (
	"iter"
	"slices"
	"time"
)

// Timetable is a dated plan: when each activity starts and finishes, how much
// later it could, and what drives it. It does not change.
type Timetable struct {
	dating

	lateStart, lateFinish []int64
	totalFloat, freeFloat []int64
	driving               []bool
}

// Dated is what a timetable says of one activity. Floats are open time of the
// activity's own calendars: TotalFloat is how much later it may start without
// moving the end of the plan past its finish or breaking a deadline, negative
// if one is broken; FreeFloat how much without moving any other. Driving marks
// the chain that sets the end of the plan, which is not the same as Critical:
// a deadline in the past makes everything before it critical.
type Dated struct {
	Activity              string
	Start, Finish         time.Time
	LateStart, LateFinish time.Time
	TotalFloat, FreeFloat time.Duration
	Critical              bool // no float is left
	Driving               bool
	Driver                Driver
}

// Driver is what set the start of an activity: one thing, the first found if
// several ask for the same instant.
type Driver struct {
	Kind     DriverKind
	Relation int    // index into the relations of the plan; -1 if it is none
	From     string // the other activity of the relation
}

// CriticalPath dates the activities as early as relations, bounds and actuals
// allow, with late dates and floats. Nothing that has not started begins before
// asOf. Errors: *NoTimeError where an activity does not fit into the known years.
func (n *Network) CriticalPath(asOf time.Time) (*Timetable, error) {
	if !known(asOf) {
		return nil, &ValidationError{Fields: []Field{{"/as_of", "out_of_range", "lies outside the years 1900 to 2200"}}}
	}
	return n.newDating(asOf).timetable()
}

// timetable dates everything anew.
func (d *dating) timetable() (*Timetable, error) {
	d.forward()
	if err := d.fits(); err != nil {
		return nil, err
	}
	d.late()
	t := &Timetable{dating: *d}
	t.floats()
	t.follow()
	return t, nil
}

// floats works out late dates from the last activity to the first.
func (t *Timetable) floats() {
	count := len(t.start)
	t.lateStart, t.lateFinish = make([]int64, count), make([]int64, count)
	t.totalFloat, t.freeFloat = make([]int64, count), make([]int64, count)
	horizon, _ := t.last()
	for _, i := range slices.Backward(t.net.order) {
		a := &t.net.plan.Activities[i]
		h := t.net.hours[i]
		if !a.Actual.Finish.IsZero() || t.start[i] == -never {
			t.lateStart[i], t.lateFinish[i] = t.start[i], t.finish[i]
			continue
		}
		start, finish := t.room(i, horizon, t.lateStart, t.lateFinish)
		freeStart, freeFinish := t.room(i, horizon, t.start, t.finish)
		switch {
		case t.free(i) || a.Actual.Cancelled:
			t.lateStart[i], t.lateFinish[i] = t.latest(i, start, finish)
			t.totalFloat[i] = h.between(t.start[i], t.lateStart[i])
			s, _ := t.latest(i, freeStart, freeFinish)
			t.freeFloat[i] = max(0, h.between(t.start[i], s))
		case a.Actual.Start.IsZero(): // pinned
			t.lateStart[i], t.lateFinish[i] = t.start[i], t.finish[i]
			t.totalFloat[i] = min(h.between(t.start[i], min(start, never-1)), h.between(t.finish[i], finish))
			t.freeFloat[i] = max(0, min(h.between(t.start[i], min(freeStart, never-1)), h.between(t.finish[i], freeFinish)))
		default: // under way: only the finish can still move
			t.lateStart[i], t.lateFinish[i] = t.start[i], finish
			t.totalFloat[i] = h.between(t.finish[i], finish)
			t.freeFloat[i] = max(0, h.between(t.finish[i], freeFinish))
		}
	}
}

// follow marks the chain of drivers back from the last finish.
func (t *Timetable) follow() {
	t.driving = make([]bool, len(t.start))
	_, at := t.last()
	for at >= 0 && !t.driving[at] {
		t.driving[at] = true
		if t.driver[at] < 0 {
			return
		}
		at = t.net.arcs[t.driver[at]].from
	}
}

// Network returns what the timetable was made of.
func (t *Timetable) Network() *Network { return t.net }

// AsOf returns the status date.
func (t *Timetable) AsOf() time.Time { return timeAt(t.asOf) }

// Finish returns the latest finish of any activity; of a plan without any, the
// first time work could begin.
func (t *Timetable) Finish() time.Time {
	finish, _ := t.last()
	return timeAt(finish)
}

// Of returns the dates of an activity; false if the plan has no such activity.
func (t *Timetable) Of(activity string) (Dated, bool) {
	i, ok := t.net.index[activity]
	if !ok {
		return Dated{}, false
	}
	return t.dated(i), true
}

// All yields the activities in the order of the plan.
func (t *Timetable) All() iter.Seq[Dated] {
	return func(yield func(Dated) bool) {
		for i := range t.start {
			if !yield(t.dated(int32(i))) {
				return
			}
		}
	}
}

// Dates returns the dates of the activities in the order of the plan.
func (t *Timetable) Dates() []Dates {
	out := make([]Dates, len(t.start))
	for i := range out {
		out[i] = Dates{timeAt(t.start[i]), timeAt(t.finish[i])}
	}
	return out
}

func (t *Timetable) dated(i int32) Dated {
	done := t.net.plan.Activities[i].Actual.Done()
	lateFinish := t.lateFinish[i]
	if t.net.work[i] > 0 && t.free(i) {
		lateFinish = max(t.net.hours[i].prev(lateFinish), t.finish[i])
	}
	return Dated{
		Activity: t.net.plan.Activities[i].ID,
		Start:    timeAt(t.start[i]), Finish: timeAt(t.finish[i]),
		LateStart: timeAt(t.lateStart[i]), LateFinish: timeAt(lateFinish),
		TotalFloat: time.Duration(t.totalFloat[i]) * time.Microsecond,
		FreeFloat:  time.Duration(t.freeFloat[i]) * time.Microsecond,
		Critical:   !done && t.totalFloat[i] <= 0,
		Driving:    t.driving[i],
		Driver:     t.driverOf(i),
	}
}

func (d *dating) driverOf(i int32) Driver {
	out := Driver{Kind: driverKind(d.driver[i]), Relation: -1}
	if r := d.driver[i]; r >= 0 {
		out.Relation, out.From = int(r), d.net.plan.Activities[d.net.arcs[r].from].ID
	}
	return out
}

// DrivingPath returns the chain that sets the end of the plan, first to last.
func (t *Timetable) DrivingPath() []Dated {
	var out []Dated
	_, at := t.last()
	for at >= 0 {
		out = append(out, t.dated(at))
		if t.driver[at] < 0 {
			break
		}
		at = t.net.arcs[t.driver[at]].from
	}
	slices.Reverse(out)
	return out
}
