package schedule

import (
	"fmt"
	"time"
)

// Check reports whether dates, in the order of the plan's activities, keep the
// plan's rules: work fits the calendars, relations hold with their lags, bounds
// and the status date are kept, manual and actual dates stand. It works by
// measuring between the dates given, not by dating, and so finds what the
// dating gets wrong. Wanted limits (NotAfter) are findings and are not checked.
// Relations into activities that are pinned, under way or done are facts
// somebody set, and are findings too. The error is a *ViolationError.
func Check(n *Network, asOf time.Time, dates []Dates) error {
	if len(dates) != len(n.plan.Activities) {
		return &ViolationError{Rule: "shape", Detail: fmt.Sprintf("and others: %d dates for %d activities", len(dates), len(n.plan.Activities))}
	}
	start, finish := make([]int64, len(dates)), make([]int64, len(dates))
	for i, d := range dates {
		start[i], finish[i] = instantOf(d.Start), instantOf(d.Finish)
	}
	for i := range n.plan.Activities {
		if err := n.checkOne(instantOf(asOf), int32(i), start, finish); err != nil {
			return err
		}
	}
	return nil
}

func (n *Network) checkOne(asOf int64, i int32, start, finish []int64) error {
	a := &n.plan.Activities[i]
	broken := func(rule, format string, args ...any) error {
		return &ViolationError{Rule: rule, Activity: a.ID, Detail: fmt.Sprintf(format, args...)}
	}
	s, f := start[i], finish[i]
	switch {
	case a.Actual.Cancelled:
		return nil
	case !a.Actual.Finish.IsZero():
		if s != instantOf(a.Actual.Start) || f != instantOf(a.Actual.Finish) {
			return broken("actual", "is done and has its dates: %s to %s", stamp(instantOf(a.Actual.Start)), stamp(instantOf(a.Actual.Finish)))
		}
		return nil
	case !a.Actual.Start.IsZero():
		if s != instantOf(a.Actual.Start) {
			return broken("actual", "began %s", stamp(instantOf(a.Actual.Start)))
		}
		if left := n.hours[i].between(asOf, f); left < a.Actual.Remaining.Microseconds() {
			return broken("work", "has %v of %v remaining work before %s", time.Duration(left)*time.Microsecond, a.Actual.Remaining, stamp(f))
		}
		return nil
	case a.Manual:
		if s != instantOf(a.Planned.Start) || f != instantOf(a.Planned.Finish) {
			return broken("manual", "is manual and stays at %s", stamp(instantOf(a.Planned.Start)))
		}
		return nil
	}
	if s < asOf || s < instantOr(n.plan.Start) || s < instantOr(a.StartBy.NotBefore) || f < instantOr(a.FinishBy.NotBefore) {
		return broken("bound", "is dated %s to %s, before its bounds", stamp(s), stamp(f))
	}
	switch w := n.work[i]; {
	case w == 0 && s != f:
		return broken("work", "takes no time and lasts from %s to %s", stamp(s), stamp(f))
	case n.hours[i].between(s, f) != w:
		return broken("work", "has %v of open time from %s to %s, wanted %v",
			time.Duration(n.hours[i].between(s, f))*time.Microsecond, stamp(s), stamp(f), time.Duration(w)*time.Microsecond)
	case w > 0 && !n.hours[i].Open(timeAt(s)):
		return broken("closed", "starts %s, when %q is closed", stamp(s), n.hours[i].name)
	case w > 0 && a.Solid && f-s != w:
		return broken("work", "may not pause and lasts from %s to %s", stamp(s), stamp(f))
	}
	for _, r := range n.in.of(i) {
		c := &n.arcs[r]
		if n.plan.Activities[c.from].Actual.Cancelled || c.ok(start, finish) {
			continue
		}
		from, to := c.ends(start, finish)
		return broken("relation", "is at %s, %s of %q at %s, lag %v", stamp(to), c.kind,
			n.plan.Activities[c.from].ID, stamp(from), time.Duration(c.lag)*time.Microsecond)
	}
	return nil
}
