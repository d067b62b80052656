package schedule

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Effect is what a change would do to plan, stock and people, to be known before
// it is decided.
type Effect struct {
	AsOf      time.Time
	Source    string // the plan and its revision
	Summary   string
	Delays    []Delay    // dates that move, of the end, the gates and the activities, in this order; also those that come earlier
	Shortages []Shortage // materials that would be late or short and were not
	People    []string   // whose work changes, sorted
	Cost      int64      // of what would have to be ordered or got besides, in minor units of the house's currency
	Verdict   Verdict    // of the plan afterwards
	Before    Verdict
}

// Delay is a date that moves. Unknown says that nobody can tell the new date:
// something it waits for is Short.
type Delay struct {
	What          string
	Before, After time.Time
	Unknown       bool
}

// Shortage is a material that would be missing.
type Shortage struct {
	Item     string
	Activity string
	Short    int64
	NeedBy   time.Time
	Verdict  Verdict
	Cause    string
}

// EffectOf works out what a revision of the plan would do. Errors: those of
// Compile and Assess for the revised plan.
func (r *Readiness) EffectOf(x Revision) (Effect, error) {
	p := x.Apply(r.net.plan)
	n, err := Compile(&p)
	if err != nil {
		return Effect{}, err
	}
	after, err := r.Revise(n)
	if err != nil {
		return Effect{}, err
	}
	e := Effect{
		AsOf: r.asOf, Source: fmt.Sprintf("plan %s, revision %d", r.net.plan.ID, r.net.plan.Rev),
		Before: r.Plan().Verdict, Verdict: after.Plan().Verdict, Cost: after.cost() - r.cost(),
	}
	e.Delays = r.delays(after)
	e.Shortages = r.shortages(after)
	e.People = r.people(after)
	e.Summary = e.summary()
	return e, nil
}

func (e *Effect) summary() string {
	if len(e.Delays)+len(e.Shortages)+len(e.People) == 0 && e.Cost == 0 {
		return "Nothing moves, nothing is missing and nobody's work changes."
	}
	end := "the end stays"
	if len(e.Delays) > 0 && e.Delays[0].What == "end" {
		if d := e.Delays[0]; d.Unknown {
			end = "the end cannot be told any more"
		} else {
			end = fmt.Sprintf("the end moves from %s to %s", d.Before.Format(time.DateOnly), d.After.Format(time.DateOnly))
		}
	}
	return fmt.Sprintf("%s; %d dates move, %d materials would be missing, the work of %d people changes; the plan is %v, before %v.",
		end, len(e.Delays), len(e.Shortages), len(e.People), e.Verdict, e.Before)
}

// cost sums up what is to be ordered and got; of options nothing is chosen yet.
func (r *Readiness) cost() int64 {
	seen := make(map[string]bool)
	sum := int64(0)
	for k := range r.coverage {
		for i := range r.coverage[k].Actions {
			if a := &r.coverage[k].Actions[i]; !a.Option && a.Cost != 0 && !seen[a.ID] {
				seen[a.ID] = true
				sum += a.Cost
			}
		}
	}
	return sum
}

func (r *Readiness) delays(after *Readiness) []Delay {
	var ends, gates, others []Delay
	note := func(list []Delay, what string, before, now int64, was, is bool) []Delay {
		if was == is && (is || before == now) {
			return list
		}
		d := Delay{What: what, Before: timeAt(before), Unknown: is}
		if !is {
			d.After = timeAt(now)
		}
		return append(list, d)
	}
	before, _ := r.expected.last()
	now, _ := after.expected.last()
	ends = note(ends, "end", before, now, slices.Contains(r.unknown, true), slices.Contains(after.unknown, true))
	for i := range r.activities {
		a := &after.net.plan.Activities[i]
		if a.Actual.Cancelled {
			continue
		}
		list := &others
		if a.Kind == Gate {
			list = &gates
		}
		*list = note(*list, a.ID, r.expected.finish[i], after.expected.finish[i], r.unknown[i], after.unknown[i])
	}
	return slices.Concat(ends, gates, others)
}

func (r *Readiness) shortages(after *Readiness) []Shortage {
	var out []Shortage
	for k := range after.coverage {
		q, c := after.requirement(int32(k)), &after.coverage[k]
		if q.Material == nil || c.Verdict < Late {
			continue
		}
		i := after.owner[k]
		n := int32(k) - after.first[i]
		if int(i) < len(r.activities) && r.first[i]+n < r.first[i+1] {
			old := r.requirement(r.first[i] + n)
			if same(old.Material, q.Material) && r.coverage[r.first[i]+n].Verdict >= c.Verdict {
				continue
			}
		}
		out = append(out, Shortage{q.Material.Item, after.net.plan.Activities[i].ID, c.Wanted - c.Covered, timeAt(after.wanted.start[i]), c.Verdict, c.Cause})
	}
	return out
}

// people compares who works on what and when.
func (r *Readiness) people(after *Readiness) []string {
	type turn struct {
		who           string
		activity      int32
		start, finish int64
	}
	turns := func(x *Readiness) map[turn]bool {
		out := make(map[turn]bool)
		for k := range x.coverage {
			for _, g := range x.coverage[k].Pegs {
				if i := x.owner[k]; g.Source == PegPerson {
					out[turn{g.Ref, i, x.wanted.start[i], x.wanted.finish[i]}] = true
				}
			}
		}
		return out
	}
	was, is := turns(r), turns(after)
	changed := make(map[string]bool)
	for t := range was {
		if !is[t] {
			changed[t.who] = true
		}
	}
	for t := range is {
		if !was[t] {
			changed[t.who] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}
