package schedule

import (
	"time"
)

// Count is how many requirements are met, of how many.
type Count struct {
	Met, Total int
}

// Percent is the share that is met, rounded down; of nothing it is 100.
func (c Count) Percent() int {
	if c.Total == 0 {
		return 100
	}
	return 100 * c.Met / c.Total
}

func (c Count) plus(x Count) Count { return Count{c.Met + x.Met, c.Total + x.Total} }

// PartReadiness is one part of a sum: materials, staff, documents or approvals.
type PartReadiness struct {
	Part    Part
	Verdict Verdict
	Count
}

// ActivityReadiness is the verdict on one activity.
type ActivityReadiness struct {
	Activity string
	Verdict  Verdict // the worst of its requirements
	Count            // of its requirements
	Parts    []PartReadiness
	Wanted   Dates
	// Expected is when the activity can be, given what is late in it and before
	// it; zero where something it waits for is Short.
	Expected Dates
	Slip     time.Duration // open time that it starts later than wanted
	ActBy    Date          // earliest last day to act, among its requirements
	Cause    string        // of the worst requirement, the first in order
}

// Of returns the readiness of an activity; false if the plan has none of the id.
func (r *Readiness) Of(activity string) (ActivityReadiness, bool) {
	i, ok := r.net.index[activity]
	if !ok {
		return ActivityReadiness{}, false
	}
	return r.activity(i), true
}

// Activities returns the readiness of all activities, in the order of the plan.
func (r *Readiness) Activities() []ActivityReadiness {
	out := make([]ActivityReadiness, len(r.activities))
	for i := range out {
		out[i] = r.activity(int32(i))
	}
	return out
}

// AsOf returns the status date.
func (r *Readiness) AsOf() time.Time { return r.asOf }

// Network returns what the readiness is about.
func (r *Readiness) Network() *Network { return r.net }

func (r *Readiness) activity(i int32) ActivityReadiness {
	t := &r.activities[i]
	out := ActivityReadiness{
		Activity: r.net.plan.Activities[i].ID, Verdict: t.verdict, Count: t.count(),
		Parts:  t.parts(),
		Wanted: Dates{timeAt(r.wanted.start[i]), timeAt(r.wanted.finish[i])},
	}
	if !r.unknown[i] {
		out.Expected = Dates{timeAt(r.expected.start[i]), timeAt(r.expected.finish[i])}
		out.Slip = time.Duration(r.slip(i)) * time.Microsecond
	}
	for k := r.first[i]; k < r.first[i+1]; k++ {
		c := &r.coverage[k]
		if out.Cause == "" && c.Verdict == t.verdict {
			out.Cause = c.Cause
		}
		if c.ActBy != 0 && (out.ActBy == 0 || c.ActBy < out.ActBy) {
			out.ActBy = c.ActBy
		}
	}
	return out
}

func (r *Readiness) slip(i int32) int64 {
	if r.wanted.start[i] == -never {
		return 0
	}
	return r.net.hours[i].between(r.wanted.start[i], r.expected.start[i])
}

func (t *tally) count() Count {
	var c Count
	for p := range parts {
		c = c.plus(Count{int(t.met[p]), int(t.total[p])})
	}
	return c
}

func (t *tally) parts() []PartReadiness {
	var out []PartReadiness
	for p := range parts {
		if t.total[p] > 0 {
			out = append(out, PartReadiness{p, t.part[p], Count{int(t.met[p]), int(t.total[p])}})
		}
	}
	return out
}

// add sums another tally up.
func (t *tally) add(x *tally) {
	t.verdict = max(t.verdict, x.verdict)
	for p := range parts {
		t.part[p] = max(t.part[p], x.part[p])
		t.met[p] += x.met[p]
		t.total[p] += x.total[p]
	}
}

// GateReadiness is the verdict on a gate: of itself and all that leads to it
// since the gates before. The verdict is at least as bad as theirs; the count
// leaves them out, so that each requirement is counted at one gate of a chain.
type GateReadiness struct {
	Gate    string
	Verdict Verdict
	Own     Verdict // without the gates before
	Count
	Parts      []PartReadiness
	Activities []string // that lead to it, in the order of the plan
	Before     []string // gates
	Wanted     time.Time
	Expected   time.Time // zero where something it waits for is Short
	Worst      string    // an activity that decides the verdict; empty if a gate before does, or all is ready
}

// Gates returns the readiness of the gates, earlier ones first.
func (r *Readiness) Gates() []GateReadiness {
	gates := r.net.gates()
	out := make([]GateReadiness, 0, len(gates))
	verdicts := make(map[int32]Verdict, len(gates))
	for _, g := range gates {
		scope, before := r.net.scope(g)
		var sum tally
		x := GateReadiness{Gate: r.net.plan.Activities[g].ID, Wanted: timeAt(r.wanted.finish[g])}
		for _, i := range scope {
			if r.activities[i].verdict > sum.verdict {
				x.Worst = r.net.plan.Activities[i].ID
			}
			sum.add(&r.activities[i])
			if i != g {
				x.Activities = append(x.Activities, r.net.plan.Activities[i].ID)
			}
		}
		x.Own, x.Verdict, x.Count, x.Parts = sum.verdict, sum.verdict, sum.count(), sum.parts()
		for _, b := range before {
			x.Before = append(x.Before, r.net.plan.Activities[b].ID)
			if verdicts[b] > x.Verdict {
				x.Verdict, x.Worst = verdicts[b], ""
			}
		}
		verdicts[g] = x.Verdict
		if !r.unknown[g] {
			x.Expected = timeAt(r.expected.finish[g])
		}
		out = append(out, x)
	}
	return out
}

// PlanReadiness is the verdict on a plan.
type PlanReadiness struct {
	Verdict Verdict
	Count   // of requirements
	Parts   []PartReadiness
	// Activities counts activities by verdict: Ready, ReadyIf, Late, Short.
	Activities [4]int
	Wanted     time.Time // end of the plan as wanted
	Expected   time.Time // as it can be; zero where something is Short
	Slip       time.Duration
}

// Plan sums the readiness of all activities up.
func (r *Readiness) Plan() PlanReadiness {
	var sum tally
	var out PlanReadiness
	known := true
	for i := range r.activities {
		sum.add(&r.activities[i])
		out.Activities[r.activities[i].verdict]++
		known = known && !r.unknown[i]
	}
	out.Verdict, out.Count, out.Parts = sum.verdict, sum.count(), sum.parts()
	wanted, _ := r.wanted.last()
	out.Wanted = timeAt(wanted)
	if known {
		expected, _ := r.expected.last()
		out.Expected, out.Slip = timeAt(expected), time.Duration(expected-wanted)*time.Microsecond
	}
	return out
}
