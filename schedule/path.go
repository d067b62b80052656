package schedule

import (
	"slices"
	"time"
)

// DriverKind says what set the start of an activity.
type DriverKind string

// The kinds of driver.
const (
	ByRelation    DriverKind = "relation"
	ByPlanStart   DriverKind = "plan-start"
	ByStatusDate  DriverKind = "status-date"
	ByStartBound  DriverKind = "start-bound"
	ByFinishBound DriverKind = "finish-bound"
	ByManual      DriverKind = "manual"
	ByActual      DriverKind = "actual"
	ByFrozen      DriverKind = "frozen"
	ByRequirement DriverKind = "requirement"
	ByPlanned     DriverKind = "planned" // accepted dates, which nothing moves
	ByResource    DriverKind = "resource"
	ByAsLate      DriverKind = "as-late"
	ByNothing     DriverKind = "nothing"
)

// Drivers inside: an arc's index, or one of these.
const (
	drivenByNothing = -1 - iota
	drivenByPlanStart
	drivenByStatusDate
	drivenByStartBound
	drivenByFinishBound
	drivenByManual
	drivenByActual
	drivenByFrozen
	drivenByRequirement
	drivenByPlanned
	drivenByResource
	drivenByAsLate
)

func driverKind(code int32) DriverKind {
	if code >= 0 {
		return ByRelation
	}
	return [...]DriverKind{
		ByNothing, ByPlanStart, ByStatusDate, ByStartBound, ByFinishBound, ByManual,
		ByActual, ByFrozen, ByRequirement, ByPlanned, ByResource, ByAsLate,
	}[-1-code]
}

// dating is the work of dating activities: the dates found so far and what
// bounds them besides the plan itself.
type dating struct {
	net     *Network
	asOf    int64
	first   int64 // bound of everything that has not started
	firstBy int32
	start   []int64
	finish  []int64
	driver  []int32
	work    []int64 // open time of each activity
	need    []int64 // earliest starts by what the activity needs, or nil
	floor   []int64 // earliest starts by what is planned, or nil
	pinned  []bool  // stays at its planned dates, or nil
	loose   bool    // manual activities may come later than they are held
}

func (n *Network) newDating(asOf time.Time) *dating {
	count := len(n.plan.Activities)
	d := &dating{net: n, asOf: instantOf(asOf), start: make([]int64, count), finish: make([]int64, count), driver: make([]int32, count), work: n.work}
	d.first, d.firstBy = d.asOf, drivenByStatusDate
	if s := n.plan.Start; !s.IsZero() && instantOf(s) > d.asOf {
		d.first, d.firstBy = instantOf(s), drivenByPlanStart
	}
	return d
}

// forward dates every activity as early as its bounds allow.
func (d *dating) forward() {
	for _, i := range d.net.order {
		d.place(i)
	}
}

// place dates one activity whose predecessors are dated.
func (d *dating) place(i int32) {
	a := &d.net.plan.Activities[i]
	switch {
	case a.Actual.Cancelled:
		// It takes no time, but what comes after still waits for what came before.
		l := d.relations(i)
		d.start[i], d.driver[i] = l.start, l.startBy
		if l.finish > l.start {
			d.start[i], d.driver[i] = l.finish, l.finishBy
		}
		d.finish[i] = d.start[i]
	case !a.Actual.Finish.IsZero():
		d.start[i], d.finish[i], d.driver[i] = instantOf(a.Actual.Start), instantOf(a.Actual.Finish), drivenByActual
	case !a.Actual.Start.IsZero():
		b := d.bounds(i, a)
		d.start[i], d.driver[i] = instantOf(a.Actual.Start), drivenByActual
		d.finish[i] = max(d.net.hours[i].add(d.asOf, a.Actual.Remaining.Microseconds()), b.finish, d.start[i])
	case a.Manual && !d.loose:
		d.start[i], d.finish[i], d.driver[i] = instantOf(a.Planned.Start), instantOf(a.Planned.Finish), drivenByManual
	case d.pinned != nil && d.pinned[i]:
		d.start[i], d.finish[i], d.driver[i] = instantOf(a.Planned.Start), instantOf(a.Planned.Finish), drivenByFrozen
	default:
		d.placeFree(i, a)
	}
}

// limits are the least start and finish an activity may have, and who says so.
type limits struct {
	start, finish     int64
	startBy, finishBy int32
}

func (l *limits) starts(t int64, by int32) {
	if t > l.start {
		l.start, l.startBy = t, by
	}
}

func (l *limits) finishes(t int64, by int32) {
	if t > l.finish {
		l.finish, l.finishBy = t, by
	}
}

// relations collects the limits of an activity that others set.
func (d *dating) relations(i int32) limits {
	l := limits{start: -never, finish: -never, startBy: drivenByNothing, finishBy: drivenByNothing}
	for _, r := range d.net.in.of(i) {
		c := &d.net.arcs[r]
		if d.finish[c.from] == -never {
			continue // cancelled, with nothing before it
		}
		switch c.kind {
		case FinishStart:
			l.starts(c.shift(d.finish[c.from]), r)
		case StartStart:
			l.starts(c.shift(d.start[c.from]), r)
		case FinishFinish:
			l.finishes(c.shift(d.finish[c.from]), r)
		case StartFinish:
			l.finishes(c.shift(d.start[c.from]), r)
		}
	}
	return l
}

// bounds collects all limits of an activity. Relations come first: where others
// ask for the same instant, a relation is the driver shown.
func (d *dating) bounds(i int32, a *Activity) limits {
	l := d.relations(i)
	if t := a.FinishBy.NotBefore; !t.IsZero() {
		l.finishes(instantOf(t), drivenByFinishBound)
	}
	if t := a.StartBy.NotBefore; !t.IsZero() {
		l.starts(instantOf(t), drivenByStartBound)
	}
	if d.need != nil {
		l.starts(d.need[i], drivenByRequirement)
	}
	if d.floor != nil {
		l.starts(d.floor[i], drivenByPlanned)
	}
	l.starts(d.first, d.firstBy)
	return l
}

// shift is the least time of the To end for a time of the From end: as much of
// the lag's hours has passed by then, or for a lead no more is left until it.
func (c *arc) shift(t int64) int64 {
	switch {
	case c.lag > 0:
		return c.hours.add(t, c.lag)
	case c.lag < 0:
		return c.hours.prev(c.hours.sub(t, -c.lag))
	}
	return t
}

// unshift is the last time of the From end whose shift is not after t.
func (c *arc) unshift(t int64) int64 {
	switch {
	case t >= never:
		return t
	case c.lag > 0:
		return c.hours.sub(t, c.lag)
	case c.lag < 0:
		return c.hours.next(c.hours.add(t, -c.lag))
	}
	return t
}

func (d *dating) placeFree(i int32, a *Activity) {
	l := d.bounds(i, a)
	h, w := d.net.hours[i], d.work[i]
	start, by := l.start, l.startBy
	if l.finish > -never {
		back := h.sub(l.finish, w)
		if a.Solid {
			back = l.finish - w
		}
		if back > start {
			start, by = back, l.finishBy
		}
	}
	d.driver[i] = by
	switch {
	case w == 0:
		d.start[i], d.finish[i] = start, start
	case a.Solid:
		d.start[i] = h.fit(start, w)
		d.finish[i] = min(d.start[i]+w, never)
	default:
		// The work may be over before a finish it has to wait for in closed time.
		d.start[i] = h.next(start)
		d.finish[i] = max(h.add(d.start[i], w), l.finish)
	}
}

// fits reports that every activity has come to lie within the known years.
func (d *dating) fits() error {
	for _, i := range d.net.order {
		if d.start[i] >= never || d.finish[i] >= never || (d.start[i] <= -never && !d.net.plan.Activities[i].Actual.Cancelled) {
			return &NoTimeError{Calendar: d.net.hours[i].name, Activity: d.net.plan.Activities[i].ID, From: timeAt(d.first)}
		}
	}
	return nil
}

// last is the latest finish, and who has it, of several the one that comes last
// in order; the plan's bound if nobody does.
func (d *dating) last() (finish int64, who int32) {
	finish, who = -never, -1
	for _, i := range d.net.order {
		if d.finish[i] >= finish && d.finish[i] > -never {
			finish, who = d.finish[i], i
		}
	}
	if who < 0 {
		finish = d.first
	}
	return finish, who
}

// free reports whether an activity's start is still to be chosen.
func (d *dating) free(i int32) bool {
	a := &d.net.plan.Activities[i]
	return !a.Actual.Done() && a.Actual.Start.IsZero() && (!a.Manual || d.loose) && (d.pinned == nil || !d.pinned[i])
}

// late moves activities that are wanted as late as possible to where they just
// move no other.
func (d *dating) late() {
	horizon, _ := d.last()
	for _, i := range slices.Backward(d.net.order) {
		a := &d.net.plan.Activities[i]
		if !a.AsLate || !d.free(i) {
			continue
		}
		start, finish := d.room(i, horizon, d.start, d.finish)
		start, finish = d.latest(i, start, finish)
		h, w := d.net.hours[i], d.work[i]
		switch {
		case start <= d.start[i] || h.next(start) != start:
			continue
		case w > 0 && a.Solid:
			finish = start + w
		case w > 0:
			finish = max(h.add(start, w), d.bounds(i, a).finish)
		}
		d.start[i], d.finish[i], d.driver[i] = start, finish, drivenByAsLate
	}
}

// room is the latest start and finish of an activity for which no successor
// comes later than given, nor the plan later than the horizon.
func (d *dating) room(i int32, horizon int64, starts, finishes []int64) (start, finish int64) {
	start, finish = never, horizon
	for _, r := range d.net.out.of(i) {
		c := &d.net.arcs[r]
		to := &d.net.plan.Activities[c.to]
		if !to.Actual.Finish.IsZero() || starts[c.to] == -never {
			continue
		}
		begun := !to.Actual.Start.IsZero()
		switch {
		case c.kind == FinishStart && !begun:
			finish = min(finish, c.unshift(starts[c.to]))
		case c.kind == StartStart && !begun:
			start = min(start, c.unshift(starts[c.to]))
		case c.kind == FinishFinish:
			finish = min(finish, c.unshift(finishes[c.to]))
		case c.kind == StartFinish:
			start = min(start, c.unshift(finishes[c.to]))
		}
	}
	a := &d.net.plan.Activities[i]
	if t := a.FinishBy.NotAfter; !t.IsZero() {
		finish = min(finish, instantOf(t))
	}
	if t := a.StartBy.NotAfter; !t.IsZero() {
		start = min(start, instantOf(t))
	}
	return start, finish
}

// latest turns the latest start and finish allowed into a pair that holds the
// work of the activity.
func (d *dating) latest(i int32, start, finish int64) (latestStart, latestFinish int64) {
	h, w := d.net.hours[i], d.work[i]
	if w == 0 {
		t := min(start, finish)
		return t, t
	}
	if d.net.plan.Activities[i].Solid {
		s := h.fitBack(min(finish, start+w), w)
		return s, s + w
	}
	s := h.sub(finish, w)
	if start >= s {
		return s, finish
	}
	if h.next(start) != start {
		// Closed there. Nothing is begun in the last minute before a closing,
		// unless it is dated there already.
		if open := h.prev(start) - 60*second; d.start[i] <= open || d.start[i] > start {
			start = open
		} else {
			start = d.start[i]
		}
	}
	// The work ends at a closing, perhaps, but a finish may wait until the next
	// opening without moving the start.
	return start, min(finish, h.next(h.add(start, w)))
}
