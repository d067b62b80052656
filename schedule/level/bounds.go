package level

// Lower bounds that need no search. The exact core raises them further by
// destructive improvement (Klein & Scholl 1999): it assumes a cost and refutes
// it.

import "slices"

// lowerBound returns a cost that no schedule goes below, from relations and
// the work of each resource. It uses the shortest mode of each activity.
func lowerBound(pr *project) int {
	low := pr.clone()
	mode := make([]int32, pr.n)
	for i := range mode {
		mode[i] = int32(shortestMode(&pr.p.Activities[i]))
	}
	if pr.p.multiMode() && !pr.steadyInAnyMode() {
		return 0
	}
	low.choose(mode)
	head := make([]int32, pr.n)
	end := low.earliest(head)
	switch pr.p.Objective {
	case Makespan:
		bound := int(end)
		for r := range pr.p.Resources {
			bound = max(bound, workBound(low, head, &pr.p.Resources[r], func(m *Mode) int { return m.Duration * at(m.Uses, r) }))
		}
		for skill, heads := range pr.p.headsBySkill() {
			bound = max(bound, workBound(low, head, heads, func(m *Mode) int { return m.Duration * m.heads(skill) }))
		}
		return bound
	case WeightedTardiness:
		sum := 0
		for j, s := range head {
			a := &pr.p.Activities[j]
			sum += a.Weight * max(0, int(s+low.duration[j])-a.Due)
		}
		return sum
	case Stability:
		sum := 0
		for j, s := range head {
			a := &pr.p.Activities[j]
			sum += a.Weight * max(0, int(s)-a.Planned)
		}
		return sum
	}
	return 0
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

// workBound returns the first slot by which a resource can have done all its
// work, begun with the earliest of its activities, plus the least that comes
// after the last of them. An activity counts with its mode of least work.
func workBound(pr *project, head []int32, r *Resource, workOf func(*Mode) int) int {
	tail := make([]int32, pr.n)
	pr.tails(tail)
	work, first, after := 0, int(never), int(never)
	for j := range pr.n {
		modes := pr.p.Activities[j].Modes
		least := workOf(&modes[0])
		for k := range modes[1:] {
			least = min(least, workOf(&modes[k+1]))
		}
		if least == 0 {
			continue
		}
		work += least
		first = min(first, int(head[j]))
		after = min(after, int(tail[j]-pr.duration[j]))
	}
	if work == 0 {
		return 0
	}
	return finishOf(r, first, work) + after
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
		begin := max(t, from)
		if done := (s.Slot - begin) * level; s.Slot > begin && done >= work {
			return begin + (work+level-1)/level
		} else if s.Slot > begin {
			work -= done
		}
		t, level = s.Slot, s.Quantity
	}
	return 0
}
