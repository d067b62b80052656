package level

// Lower bounds that need no search. The exact core raises them further by
// destructive improvement (Klein & Scholl 1999): it assumes a cost and refutes
// it.

import "slices"

// lowerBound returns a cost that no schedule goes below, from relations and
// the work of each resource. It uses the shortest mode of each activity. It is
// not possible at all if some activity cannot begin between what goes before it
// and what it must leave time for or asks for more than there ever is, or if the
// work does not fit the horizon.
func lowerBound(pr *project) (bound int, possible bool) {
	low := pr.clone()
	mode := make([]int32, pr.n)
	for i := range mode {
		a := &pr.p.Activities[i]
		mode[i] = int32(shortestMode(a))
		if !slices.ContainsFunc(a.Modes, func(m Mode) bool { return pr.p.possible(&m) }) {
			return 0, false
		}
	}
	if pr.p.multiMode() && !pr.steadyInAnyMode() {
		return 0, true
	}
	low.choose(mode)
	head := make([]int32, pr.n)
	end := low.earliest(head)
	for j, t := range head {
		if t > low.latest[j] {
			return 0, false
		}
	}
	makespan := max(int(end), low.workBound(head))
	if pr.p.Horizon > 0 && makespan > pr.p.Horizon {
		return 0, false
	}
	switch pr.p.Objective {
	case Makespan:
		return makespan, true
	case WeightedTardiness:
		sum := 0
		for j, s := range head {
			a := &pr.p.Activities[j]
			sum += a.Weight * max(0, int(s+low.duration[j])-a.Due)
		}
		return sum, true
	case Stability:
		sum := 0
		for j, s := range head {
			a := &pr.p.Activities[j]
			sum += a.Weight * max(0, int(s)-a.Planned)
		}
		return sum, true
	}
	return 0, true
}

func shortestMode(a *Activity) int {
	best := 0
	for k := range a.Modes {
		if a.Modes[k].Duration < a.Modes[best].Duration {
			best = k
		}
	}
	return best
}

// steadyInAnyMode reports whether a shorter mode never ties another activity
// further away; only then do the shortest modes give the critical path.
func (pr *project) steadyInAnyMode() bool {
	for _, r := range pr.p.Relations {
		if r.Kind == FinishFinish || r.Kind == StartFinish {
			return false
		}
	}
	return true
}

// afterFinish returns the least time from the finish of each activity to the end
// of the plan, whatever its mode: what follows its start need not wait for a
// longer mode.
func (pr *project) afterFinish() []int32 {
	tail, out := make([]int32, pr.n), make([]int32, pr.n)
	pr.tails(tail)
	for j := range out {
		if len(pr.p.Activities[j].Modes) == 1 {
			out[j] = tail[j] - pr.duration[j]
			continue
		}
		for k := pr.out.first[j]; k < pr.out.first[j+1]; k++ {
			if r := &pr.p.Relations[pr.out.relation[k]]; r.Kind == FinishStart {
				out[j] = max(out[j], int32(r.Lag)+tail[r.To])
			}
		}
	}
	return out
}

// mostWork is the most units x slots that are counted.
const mostWork = 1 << 61

// product multiplies what is not negative, up to mostWork.
func product(a, b int) int {
	if a > 0 && b > mostWork/a {
		return mostWork
	}
	return a * b
}

// work is what a resource, or those who hold a skill, have to do at least.
type work struct {
	units int // slots x units
	first int // slot at which the first of it can begin
	rest  int // slots that follow the last of it at least
}

func (w *work) add(units int, head, after int32) {
	switch {
	case units == 0:
		return
	case w.units == 0:
		w.first, w.rest = int(head), int(after)
	}
	w.units = min(w.units+units, mostWork)
	w.first, w.rest = min(w.first, int(head)), min(w.rest, int(after))
}

// workBound returns the first slot by which each resource, and those who hold
// each skill, can have done all their work, begun with the earliest activity,
// plus the least that comes after the last. An activity counts with its mode of
// least work.
func (pr *project) workBound(head []int32) int {
	p := pr.p
	after := pr.afterFinish()
	resources := make([]work, len(p.Resources))
	skills := make(map[int]*work)
	for j := range p.Activities {
		modes := p.Activities[j].Modes
		for r := range modes[0].Uses {
			resources[r].add(leastOf(modes, func(m *Mode) int { return at(m.Uses, r) }), head[j], after[j])
		}
		for n, need := range modes[0].Staff { // what the first mode does without is no work at least
			same := func(x Assignee) bool { return x.Skill == need.Skill }
			if slices.ContainsFunc(modes[0].Staff[:n], same) {
				continue
			}
			w := skills[need.Skill]
			if w == nil {
				w = &work{}
				skills[need.Skill] = w
			}
			w.add(leastOf(modes, func(m *Mode) int { return m.heads(need.Skill) }), head[j], after[j])
		}
	}
	bound := 0
	for r := range resources {
		bound = max(bound, resources[r].finish(&p.Resources[r]))
	}
	heads := p.headsBySkill()
	for skill, w := range skills {
		bound = max(bound, w.finish(heads[skill]))
	}
	return bound
}

// leastOf returns the least duration x units of any mode.
func leastOf(modes []Mode, units func(*Mode) int) int {
	least := product(modes[0].Duration, units(&modes[0]))
	for k := 1; k < len(modes) && least > 0; k++ {
		least = min(least, product(modes[k].Duration, units(&modes[k])))
	}
	return least
}

// finish returns when a resource has done its work and what must follow, or 0
// if that cannot be told.
func (w *work) finish(r *Resource) int {
	if w.units == 0 || w.units == mostWork {
		return 0
	}
	return finishOf(r, w.first, w.units) + w.rest
}

// headsBySkill returns, for each skill that is asked for, those who hold it as a
// resource. People with several skills count for each of them.
func (p *Problem) headsBySkill() map[int]*Resource {
	if !p.needsStaff() {
		return nil
	}
	changes := make(map[int][]event)
	pools := p.pools()
	for skill := range p.askedSkills() {
		changes[skill] = nil
	}
	for k := range pools {
		for _, x := range pools[k].held {
			for _, w := range x.times {
				changes[x.skill] = append(changes[x.skill], pools[k].headsIn(w)...)
			}
		}
	}
	out := make(map[int]*Resource)
	for skill, list := range changes {
		r, level := &Resource{}, 0
		slices.SortFunc(list, func(a, b event) int { return a.slot - b.slot })
		for n, e := range list {
			level += e.change
			if n+1 == len(list) || list[n+1].slot > e.slot {
				r.Steps = append(r.Steps, Step{e.slot, level})
			}
		}
		out[skill] = r
	}
	return out
}

// headsIn returns the heads of a pool that come and go in a window.
func (x *pool) headsIn(w Window) []event {
	var out []event
	for n, step := range x.steps {
		until := w.To
		if n+1 < len(x.steps) {
			until = min(until, x.steps[n+1].Slot)
		}
		if from := max(step.Slot, w.From); step.Quantity > 0 && from < until {
			out = append(out, event{from, step.Quantity}, event{until, -step.Quantity})
		}
	}
	return out
}

// heads returns how many people with a skill a mode asks for.
func (m *Mode) heads(skill int) int {
	sum := 0
	for _, need := range m.Staff {
		if need.Skill == skill {
			sum += need.People
		}
	}
	return sum
}

// finishOf returns when a resource has done work begun at a slot, or 0 if it
// never will.
func finishOf(r *Resource, from, work int) int {
	level, t := r.Capacity, 0
	for _, s := range append(slices.Clip(r.Steps), Step{Slot: int(never)}) {
		if begin := max(t, from); level > 0 && s.Slot > begin {
			if slots := (work + level - 1) / level; slots <= s.Slot-begin {
				return begin + slots
			}
			work -= (s.Slot - begin) * level
		}
		t, level = s.Slot, s.Quantity
	}
	return 0
}
