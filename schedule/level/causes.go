package level

import (
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// CauseKind is the kind of rule a Cause names.
type CauseKind uint8

// The kinds of rule that can be part of a conflict.
const (
	CauseResource CauseKind = iota // capacity of Problem.Resources[Index]
	CauseTotal                     // capacity of Problem.Totals[Index]
	CauseStock                     // supply of Problem.Stocks[Index]
	CausePeople                    // people with the skills asked for; Index is 0
	CauseDeadline                  // deadline of Problem.Activities[Index]
	CauseFixed                     // pin of Problem.Activities[Index]
	CauseRelease                   // release of Problem.Activities[Index]
	CauseHorizon                   // Problem.Horizon; Index is 0
	CauseRelation                  // Problem.Relations[Index]
)

// Cause is one rule of an infeasible problem. The causes of a Result cannot
// hold together; where there was time to find out, each of them is needed for
// that, and giving way in any one makes this conflict go away.
type Cause struct {
	Kind  CauseKind
	Index int
}

// Describe names the rule with the ids and numbers of the problem.
func (c Cause) Describe(p *Problem) string {
	switch c.Kind {
	case CauseResource:
		return fmt.Sprintf("resource %s has %d units at most", label(p.Resources[c.Index].ID, c.Index), p.Resources[c.Index].most())
	case CauseTotal:
		return fmt.Sprintf("total %s is %d", label(p.Totals[c.Index].ID, c.Index), p.Totals[c.Index].Capacity)
	case CauseStock:
		return fmt.Sprintf("stock %s runs out", label(p.Stocks[c.Index].ID, c.Index))
	case CausePeople:
		return "too few people have the skills asked for at the time"
	case CauseDeadline:
		return fmt.Sprintf("activity %s must finish by %d", p.name(c.Index), p.Activities[c.Index].Deadline)
	case CauseFixed:
		return fmt.Sprintf("activity %s is fixed at %d", p.name(c.Index), p.Activities[c.Index].Planned)
	case CauseRelease:
		return fmt.Sprintf("activity %s cannot start before %d", p.name(c.Index), p.Activities[c.Index].Release)
	case CauseHorizon:
		return fmt.Sprintf("everything must finish by %d", p.Horizon)
	case CauseRelation:
		r := p.Relations[c.Index]
		return fmt.Sprintf("activity %s waits for %s", p.name(r.To), p.name(r.From))
	}
	return ""
}

// causes returns a conflict of an infeasible problem by deletion (Chinneck &
// Dravnieks 1991): each rule is left out in turn, and stays out if the rest is
// still refuted. Resources and dates go before relations, whole classes before
// their members.
func causes(p *Problem, stop func() bool) []Cause {
	conflict := allCauses(p)
	for size := len(conflict); size >= 1; size /= 2 {
		for from := 0; from < len(conflict) && !stop(); {
			upTo := min(from+size, len(conflict))
			rest := slices.Concat(conflict[:from], conflict[upTo:])
			if refuted(p.only(rest), stop) {
				conflict = rest
			} else {
				from = upTo
			}
		}
	}
	return conflict
}

// allCauses lists every rule that can be left out, relations first so that a
// conflict is told in dates and resources where it can be.
func allCauses(p *Problem) []Cause {
	var all []Cause
	add := func(kind CauseKind, count int, is func(int) bool) {
		for i := range count {
			if is(i) {
				all = append(all, Cause{kind, i})
			}
		}
	}
	always := func(int) bool { return true }
	n := len(p.Activities)
	add(CauseRelation, len(p.Relations), always)
	add(CauseRelease, n, func(i int) bool { return p.Activities[i].Release > 0 })
	add(CauseResource, len(p.Resources), always)
	add(CauseStock, len(p.Stocks), always)
	add(CauseTotal, len(p.Totals), always)
	if p.needsStaff() {
		all = append(all, Cause{CausePeople, 0})
	}
	add(CauseDeadline, n, func(i int) bool { return p.Activities[i].Deadline > 0 })
	add(CauseFixed, n, func(i int) bool { return p.Activities[i].Fixed })
	if p.Horizon > 0 {
		all = append(all, Cause{CauseHorizon, 0})
	}
	return all
}

// only returns the problem with no rule but the given ones, within the same
// span of time.
func (p *Problem) only(rules []Cause) *Problem {
	q := &Problem{Activities: make([]Activity, len(p.Activities))}
	keep := map[Cause]bool{}
	for _, r := range rules {
		keep[r] = true
	}
	for i := range p.Resources {
		if keep[Cause{CauseResource, i}] {
			q.Resources = append(q.Resources, p.Resources[i])
		}
	}
	for i := range p.Totals {
		if keep[Cause{CauseTotal, i}] {
			q.Totals = append(q.Totals, p.Totals[i])
		}
	}
	for i := range p.Stocks {
		if keep[Cause{CauseStock, i}] {
			q.Stocks = append(q.Stocks, p.Stocks[i])
		}
	}
	if keep[Cause{CausePeople, 0}] {
		q.People = p.People
	}
	if keep[Cause{CauseHorizon, 0}] {
		q.Horizon = p.Horizon
	}
	for i, r := range p.Relations {
		if keep[Cause{CauseRelation, i}] {
			q.Relations = append(q.Relations, r)
		}
	}
	for i := range p.Activities {
		q.Activities[i] = p.onlyActivity(i, keep)
	}
	return q
}

func (p *Problem) onlyActivity(i int, keep map[Cause]bool) Activity {
	a := p.Activities[i]
	if !keep[Cause{CauseRelease, i}] {
		a.Release = 0
	}
	if !keep[Cause{CauseDeadline, i}] {
		a.Deadline = 0
	}
	if !keep[Cause{CauseFixed, i}] {
		a.Fixed = false
	}
	a.Modes = make([]Mode, len(p.Activities[i].Modes))
	for k, m := range p.Activities[i].Modes {
		a.Modes[k] = Mode{
			Duration: m.Duration,
			Uses:     pickKept(m.Uses, CauseResource, keep),
			Spends:   pickKept(m.Spends, CauseTotal, keep),
			Takes:    p.keptAmounts(m.Takes, keep),
			Makes:    p.keptAmounts(m.Makes, keep),
		}
		if keep[Cause{CausePeople, 0}] {
			a.Modes[k].Staff = m.Staff
		}
	}
	return a
}

// pickKept returns the values of the rules that are kept.
func pickKept(values []int, kind CauseKind, keep map[Cause]bool) []int {
	var out []int
	for i, v := range values {
		if keep[Cause{kind, i}] {
			out = append(out, v)
		}
	}
	return out
}

// refuted reports whether the core excludes every schedule of a problem within
// a modest number of conflicts.
func refuted(p *Problem, stop func() bool) bool {
	const conflicts = 2000
	pr := newProject(p)
	if _, possible := lowerBound(pr); !possible {
		return true
	}
	c := newCore(pr, pr.horizon, pr.horizon, stop)
	if c == nil {
		return false
	}
	o := lcg.Options{Conflicts: conflicts, Stop: stop, Inputs: c.inputs(), Activity: true}
	return c.s.Solve(&o) == lcg.Excluded
}

// keptAmounts returns the amounts of the stocks that are kept, numbered as they
// are then.
func (p *Problem) keptAmounts(list []Amount, keep map[Cause]bool) []Amount {
	var out []Amount
	for _, a := range list {
		if !keep[Cause{CauseStock, a.Stock}] {
			continue
		}
		before := 0
		for k := range a.Stock {
			if keep[Cause{CauseStock, k}] {
				before++
			}
		}
		out = append(out, Amount{before, a.Quantity})
	}
	return out
}
