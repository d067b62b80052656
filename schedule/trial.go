package schedule

import (
	"slices"
	"time"
)

// Trial dates a network again and again with other durations and earliest
// starts, without allocating: what a simulation needs. A trial is used by one
// goroutine at a time.
type Trial struct {
	// Work is the open time of each activity, in the order of the plan. What
	// has begun keeps to what remains of it.
	Work []time.Duration
	// Earliest are starts that are not to be gone below; zero sets none.
	Earliest []time.Time

	d *dating
}

// NewTrial returns a trial with the durations of the plan. Accepted dates do not
// bind it: give them as Earliest if they should. Frozen activities may move.
func (n *Network) NewTrial(asOf time.Time) (*Trial, error) {
	if !known(asOf) {
		return nil, &ValidationError{Fields: []Field{{"/as_of", "out_of_range", "lies outside the years 1900 to 2200"}}}
	}
	d := n.newDating(asOf)
	d.work, d.need, d.loose = slices.Clone(n.work), make([]int64, len(n.work)), true
	t := &Trial{Work: make([]time.Duration, len(n.work)), Earliest: make([]time.Time, len(n.work)), d: d}
	for i, w := range n.work {
		t.Work[i] = time.Duration(w) * time.Microsecond
	}
	return t, nil
}

// Run dates the network. The error is a *NoTimeError.
func (t *Trial) Run() error {
	for i, w := range t.Work {
		t.d.work[i] = max(0, w.Microseconds())
		t.d.need[i] = instantOr(t.Earliest[i])
	}
	t.d.forward()
	return t.d.fits()
}

// Dates returns the dates of the activity with an index in the plan. Those of a
// cancelled one are zero.
func (t *Trial) Dates(activity int) Dates {
	return Dates{timeAt(t.d.start[activity]), timeAt(t.d.finish[activity])}
}

// Finish returns the end of the plan and the index of the activity that has it;
// -1 if there is none.
func (t *Trial) Finish() (end time.Time, activity int) {
	finish, who := t.d.last()
	return timeAt(finish), int(who)
}

// Held reports whether the start of an activity was set by its Earliest.
func (t *Trial) Held(activity int) bool { return t.d.driver[activity] == drivenByRequirement }

// Before returns the index of the activity whose relation set the start of
// another one, or -1.
func (t *Trial) Before(activity int) int {
	if r := t.d.driver[activity]; r >= 0 {
		return int(t.d.net.arcs[r].from)
	}
	return -1
}
