package schedule

import (
	"slices"
	"time"
)

// scope returns what leads to a gate without passing another gate, the gate
// first, and the gates it meets on the way; both in the order of the plan.
func (n *Network) scope(gate int32) (activities, before []int32) {
	seen := map[int32]bool{gate: true}
	activities = []int32{gate}
	for k := 0; k < len(activities); k++ {
		for _, r := range n.in.of(activities[k]) {
			from := n.arcs[r].from
			if seen[from] {
				continue
			}
			seen[from] = true
			if n.plan.Activities[from].Kind == Gate {
				before = append(before, from)
			} else {
				activities = append(activities, from)
			}
		}
	}
	slices.Sort(activities[1:])
	slices.Sort(before)
	return activities, before
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
