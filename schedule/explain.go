package schedule

import (
	"cmp"
	"slices"
	"time"
)

// Explanation is why an activity has its verdict and its expected dates: down to
// the facts of each requirement, and up to the root of its delay.
type Explanation struct {
	ActivityReadiness

	Requirements []RequirementReadiness
	// Root is where the delay of the activity comes from; nil if it has none.
	Root *Root
}

// RequirementReadiness is the answer for one requirement.
type RequirementReadiness struct {
	Index       int // into Activity.Needs
	Requirement Requirement
	Coverage
}

// Root is the fact at the end of a chain of delays.
type Root struct {
	Activity    string
	Requirement int      // index into the needs of that activity; -1 if none is the reason
	Chain       []string // activities from the root to the one explained, both included
	Unknown     bool     // the root is Short: nobody can say how long the delay is
	Cause       string
}

// Explain tells why an activity is as it is; false if the plan has none of the id.
func (r *Readiness) Explain(activity string) (Explanation, bool) {
	i, ok := r.net.index[activity]
	if !ok {
		return Explanation{}, false
	}
	out := Explanation{ActivityReadiness: r.activity(i)}
	for k := r.first[i]; k < r.first[i+1]; k++ {
		out.Requirements = append(out.Requirements, RequirementReadiness{int(k - r.first[i]), *r.requirement(k), r.coverage[k]})
	}
	switch {
	case r.unknown[i]:
		out.Root = r.missing(i)
	case r.expected.start[i] > r.wanted.start[i] || r.expected.finish[i] > r.wanted.finish[i]:
		out.Root = r.delaying(i)
	}
	return out, true
}

// missing follows relations back to the first that is Short.
func (r *Readiness) missing(i int32) *Root {
	chain := []int32{i}
	for back := true; back; {
		back = false
		for _, a := range r.net.in.of(i) {
			if from := r.net.arcs[a].from; r.unknown[from] {
				i, back = from, true
				chain = append(chain, i)
				break
			}
		}
	}
	return r.root(chain, func(c *Coverage) bool { return c.Verdict == Short })
}

// delaying follows the drivers of the expected dates back to what is late.
func (r *Readiness) delaying(i int32) *Root {
	chain := []int32{i}
	for r.expected.driver[i] >= 0 {
		i = r.net.arcs[r.expected.driver[i]].from
		chain = append(chain, i)
		if r.expected.start[i] == r.wanted.start[i] && r.expected.finish[i] == r.wanted.finish[i] {
			break
		}
	}
	return r.root(chain, func(c *Coverage) bool { return c.Verdict == Late && instantOf(c.Earliest) == r.expected.need[i] })
}

func (r *Readiness) root(chain []int32, binding func(*Coverage) bool) *Root {
	i := chain[len(chain)-1]
	out := &Root{Activity: r.net.plan.Activities[i].ID, Requirement: -1, Unknown: r.unknown[i]}
	for _, at := range slices.Backward(chain) {
		out.Chain = append(out.Chain, r.net.plan.Activities[at].ID)
	}
	for k := r.first[i]; k < r.first[i+1]; k++ {
		if binding(&r.coverage[k]) {
			out.Requirement, out.Cause = int(k-r.first[i]), r.coverage[k].Cause
			return out
		}
	}
	return out
}

// Floors are the earliest starts of activities with something late, for Propose.
func (r *Readiness) Floors() []Floor {
	var out []Floor
	for i := range r.activities {
		for k := r.first[i]; k < r.first[i+1]; k++ {
			if c := &r.coverage[k]; c.Verdict == Late {
				out = append(out, Floor{r.net.plan.Activities[i].ID, c.Earliest, c.Cause})
			}
		}
	}
	return out
}

// OpenAction is an action with what waits for it.
type OpenAction struct {
	Action

	Part       Part
	Verdict    Verdict   // the worst of what waits: Late if it comes too late
	Activities []string  // that wait for it, in the order of the plan
	Wanted     time.Time // the earliest start among them
}

// Overdue reports whether no day is left to act in time.
func (t OpenAction) Overdue() bool { return t.By == 0 }

// OpenActions lists what is to be done for the parts given, all if none is: first what
// is overdue, by the start it delays, then by the last day to act. Each action is
// listed once, with everything that waits for it.
func (r *Readiness) OpenActions(of ...Part) []OpenAction {
	index := make(map[string]int)
	var out []OpenAction
	for i := range r.activities {
		for k := r.first[i]; k < r.first[i+1]; k++ {
			part := r.requirement(k).Part()
			if len(of) > 0 && !slices.Contains(of, part) {
				continue
			}
			for _, a := range r.coverage[k].Actions {
				out = r.collect(out, index, int32(i), part, r.coverage[k].Verdict, a)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b OpenAction) int {
		if a.Overdue() && b.Overdue() {
			return cmp.Or(a.Wanted.Compare(b.Wanted), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(cmp.Compare(a.By, b.By), a.Wanted.Compare(b.Wanted), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (r *Readiness) collect(out []OpenAction, index map[string]int, i int32, part Part, v Verdict, a Action) []OpenAction {
	at, ok := index[a.ID]
	if !ok {
		at = len(out)
		index[a.ID] = at
		out = append(out, OpenAction{Action: a, Part: part, Wanted: timeAt(r.wanted.start[i])})
	}
	t := &out[at]
	if a.By != 0 && (t.By == 0 || a.By < t.By) {
		t.Action = a
	}
	t.Verdict = max(t.Verdict, v)
	if w := timeAt(r.wanted.start[i]); w.Before(t.Wanted) {
		t.Wanted = w
	}
	id := r.net.plan.Activities[i].ID
	if n := len(t.Activities); n == 0 || t.Activities[n-1] != id {
		t.Activities = append(t.Activities, id)
	}
	return out
}

// Fact is something that keeps activities from being ready.
type Fact struct {
	Verdict  Verdict
	Part     Part
	Activity string
	By       Date // last day to act; the status date if it is too late already
	Wanted   time.Time
	Text     string
}

// Urgent returns the facts that need somebody first, at most so many: by the
// last day to act, where what is late or short counts as today's; then by the
// wanted start; of one cause only the first activity.
func (r *Readiness) Urgent(most int) []Fact {
	var out []Fact
	for i := range r.activities {
		for k := r.first[i]; k < r.first[i+1]; k++ {
			c := &r.coverage[k]
			if c.Verdict == Ready {
				continue
			}
			f := Fact{c.Verdict, r.requirement(k).Part(), r.net.plan.Activities[i].ID, c.ActBy, timeAt(r.wanted.start[i]), c.Cause}
			if f.By == 0 || c.Verdict > ReadyIf {
				f.By = r.net.hours[i].DateOf(r.asOf)
			}
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.By, b.By), a.Wanted.Compare(b.Wanted), -cmp.Compare(a.Verdict, b.Verdict))
	})
	seen := make(map[string]bool)
	out = slices.DeleteFunc(out, func(f Fact) bool {
		double := seen[f.Text]
		seen[f.Text] = true
		return double
	})
	return out[:min(len(out), most)]
}
