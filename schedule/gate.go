package schedule

import (
	"slices"
	"time"
)

// gateScope is what a gate sums up.
type gateScope struct {
	activities []int32 // the gate, and what leads to it but to no gate before it
	before     []int32 // the nearest gates before
}

// scope returns what leads to a gate and not already to a gate before it, the
// gate first, and the gates met on the way; both in the order of the plan. It is
// worked out when first asked for.
func (n *Network) scope(gate int32) (activities, before []int32) {
	n.scopeOnce.Do(func() {
		n.scopes = make(map[int32]gateScope)
		for _, g := range n.gates() {
			n.scopes[g] = n.scopeOf(g)
		}
	})
	s := n.scopes[gate]
	return s.activities, s.before
}

func (n *Network) scopeOf(gate int32) gateScope {
	var out gateScope
	isGate := func(i int32) bool { return n.plan.Activities[i].Kind == Gate }
	near := n.back([]int32{gate}, isGate)
	for _, i := range near {
		if isGate(i) {
			out.before = append(out.before, i)
		}
	}
	earlier := make(map[int32]bool)
	for _, i := range n.back(out.before, func(int32) bool { return false }) {
		earlier[i] = true
	}
	for _, i := range near {
		if !isGate(i) && !earlier[i] {
			out.activities = append(out.activities, i)
		}
	}
	slices.Sort(out.activities)
	slices.Sort(out.before)
	out.activities = append([]int32{gate}, out.activities...)
	return out
}

// back walks relations back and returns what it meets, without the first ones;
// it does not pass what stops it.
func (n *Network) back(from []int32, stops func(int32) bool) []int32 {
	seen := make(map[int32]bool, len(from))
	for _, i := range from {
		seen[i] = true
	}
	queue := slices.Clone(from)
	for k := 0; k < len(queue); k++ {
		if k >= len(from) && stops(queue[k]) {
			continue
		}
		for _, r := range n.in.of(queue[k]) {
			if i := n.arcs[r].from; !seen[i] {
				seen[i] = true
				queue = append(queue, i)
			}
		}
	}
	return queue[len(from):]
}

// gates returns the gates in an order in which earlier ones come first.
func (n *Network) gates() []int32 {
	var out []int32
	for _, i := range n.order {
		if n.plan.Activities[i].Kind == Gate && !n.plan.Activities[i].Actual.Cancelled {
			out = append(out, i)
		}
	}
	return out
}

// GateReview is what a review of a gate looks at.
type GateReview struct {
	Gate       string
	Date       time.Time
	WantedBy   time.Time     // the gate's deadline; zero if none
	TotalFloat time.Duration // open time; negative if a deadline is broken
	Baseline   time.Time     // date in the last baseline; zero if none
	Done       bool
	Activities int // that lead to it since the gates before
	Finished   int
	Before     []string  // gates before it
	Findings   []Finding // of the gate and what leads to it
	Driving    []string  // chain of drivers back from the gate, last first, to the gate before or the root
}

// Review gives the findings of a plan tied to its gates, first gate first.
// Findings of activities that lead to no gate are those of Timetable.Findings
// that no review holds.
func (t *Timetable) Review() []GateReview {
	gates := t.net.gates()
	out := make([]GateReview, 0, len(gates))
	for _, g := range gates {
		out = append(out, t.review(g))
	}
	return out
}

func (t *Timetable) review(g int32) GateReview {
	p := t.net.plan
	scope, before := t.net.scope(g)
	r := GateReview{
		Gate: p.Activities[g].ID, Date: timeAt(t.finish[g]), WantedBy: p.Activities[g].FinishBy.NotAfter,
		TotalFloat: time.Duration(t.totalFloat[g]) * time.Microsecond,
		Done:       p.Activities[g].Actual.Done(), Activities: len(scope) - 1,
	}
	if k := len(p.Baselines); k > 0 {
		r.Baseline = p.Baselines[k-1].Dates[r.Gate].Finish
	}
	for _, i := range scope {
		if i != g && p.Activities[i].Actual.Done() {
			r.Finished++
		}
		r.Findings = t.findings(r.Findings, i)
	}
	for _, i := range before {
		r.Before = append(r.Before, p.Activities[i].ID)
	}
	for at := g; t.driver[at] >= 0; {
		at = t.net.arcs[t.driver[at]].from
		r.Driving = append(r.Driving, p.Activities[at].ID)
		if p.Activities[at].Kind == Gate {
			break
		}
	}
	return r
}
