package schedule

import (
	"fmt"
	"time"
)

// Finding is something about a dated plan that a person should know: nothing
// was bent to make it go away.
type Finding struct {
	Kind     FindingKind
	Activity string
	Relation int           // index into the relations of the plan; -1 if it is none
	By       time.Duration // by how much, elapsed
	Text     string
}

// FindingKind is a class of finding.
type FindingKind string

// The kinds of finding.
const (
	DeadlineMissed   FindingKind = "deadline-missed"   // finishes after FinishBy.NotAfter
	StartMissed      FindingKind = "start-missed"      // starts after StartBy.NotAfter
	PinBreaksLogic   FindingKind = "pin-breaks-logic"  // a manual or frozen activity does not keep a relation
	PinTooEarly      FindingKind = "pin-too-early"     // a manual or frozen activity was to begin before its bounds
	PinTooShort      FindingKind = "pin-too-short"     // a manual or frozen activity is held for less time than its work takes
	OutOfSequence    FindingKind = "out-of-sequence"   // work has begun against a relation
	ActualInFuture   FindingKind = "actual-in-future"  // an actual date lies after the status date
	NothingRemaining FindingKind = "nothing-remaining" // under way with no work left, and not finished
)

// Findings lists what stands out, in the order of the plan's activities and,
// for each, of its relations.
func (t *Timetable) Findings() []Finding {
	var out []Finding
	for i := range t.net.plan.Activities {
		out = t.findings(out, int32(i))
	}
	return out
}

func (t *Timetable) findings(out []Finding, i int32) []Finding {
	a := &t.net.plan.Activities[i]
	if a.Actual.Cancelled {
		return out
	}
	note := func(kind FindingKind, relation int32, by int64, text string) {
		out = append(out, Finding{kind, a.ID, int(relation), time.Duration(by) * time.Microsecond, text})
	}
	done := !a.Actual.Finish.IsZero()
	if x := a.FinishBy.NotAfter; !x.IsZero() && t.finish[i] > instantOf(x) {
		note(DeadlineMissed, -1, t.finish[i]-instantOf(x), fmt.Sprintf("%s finishes %s, wanted by %s", a.ID, stamp(t.finish[i]), stamp(instantOf(x))))
	}
	if x := a.StartBy.NotAfter; !x.IsZero() && t.start[i] > instantOf(x) {
		note(StartMissed, -1, t.start[i]-instantOf(x), fmt.Sprintf("%s starts %s, wanted by %s", a.ID, stamp(t.start[i]), stamp(instantOf(x))))
	}
	begun := !a.Actual.Start.IsZero()
	if begun {
		if x := max(instantOf(a.Actual.Start), t.finish[i]*b2i(done)); x > t.asOf {
			note(ActualInFuture, -1, x-t.asOf, fmt.Sprintf("%s has an actual date of %s, after the status date %s", a.ID, stamp(x), stamp(t.asOf)))
		}
		if !done && a.Actual.Remaining == 0 && t.net.work[i] > 0 {
			note(NothingRemaining, -1, 0, a.ID+" is under way with no work remaining: say that it is finished, or what remains")
		}
	}
	if !begun && t.free(i) {
		return out
	}
	kind, verb := PinBreaksLogic, "is held at"
	if begun {
		kind, verb = OutOfSequence, "began"
	} else if x := max(t.first, instantOr(a.StartBy.NotBefore)); t.start[i] < x {
		note(PinTooEarly, -1, x-t.start[i], fmt.Sprintf("%s is held at %s, and cannot begin before %s", a.ID, stamp(t.start[i]), stamp(x)))
	}
	if has := t.net.hours[i].between(t.start[i], t.finish[i]); !begun && has < t.net.work[i] {
		note(PinTooShort, -1, t.net.work[i]-has, fmt.Sprintf("%s is held from %s to %s, and takes %v more", a.ID, stamp(t.start[i]), stamp(t.finish[i]),
			time.Duration(t.net.work[i]-has)*time.Microsecond))
	}
	for _, r := range t.net.in.of(i) {
		c := &t.net.arcs[r]
		if t.finish[c.from] != -never && !c.ok(t.start, t.finish) {
			from := t.net.plan.Activities[c.from].ID
			note(kind, r, 0, fmt.Sprintf("%s %s %s although %s from %s does not allow it yet", a.ID, verb, stamp(t.start[i]), c.kind, from))
		}
	}
	return out
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func instantOr(t time.Time) int64 {
	if t.IsZero() {
		return -never
	}
	return instantOf(t)
}

func stamp(t int64) string { return timeAt(t).Format("2006-01-02 15:04") }

// ends gives the two times a relation joins.
func (c *arc) ends(start, finish []int64) (from, to int64) {
	from, to = finish[c.from], start[c.to]
	if c.kind == StartStart || c.kind == StartFinish {
		from = start[c.from]
	}
	if c.kind == FinishFinish || c.kind == StartFinish {
		to = finish[c.to]
	}
	return from, to
}

// ok reports whether dates keep a relation: enough open time of the lag lies
// between its ends, or for a lead not too much.
func (c *arc) ok(start, finish []int64) bool {
	from, to := c.ends(start, finish)
	if c.lag < 0 && to < from {
		return c.hours.between(to, from) <= -c.lag
	}
	return to >= from && (c.lag <= 0 || c.hours.between(from, to) >= c.lag)
}
