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
			bound = max(bound, workBound(low, head, r))
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
// after the last of them.
func workBound(pr *project, head []int32, r int) int {
	tail := make([]int32, pr.n)
	pr.tails(tail)
	work, first, after := 0, int(never), int(never)
	for j := range pr.n {
		least := leastWork(&pr.p.Activities[j], r)
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
	return finishOf(&pr.p.Resources[r], first, work) + after
}

// leastWork returns the least duration x units any mode of an activity asks
// of a resource.
func leastWork(a *Activity, r int) int {
	least := -1
	for k := range a.Modes {
		if w := a.Modes[k].Duration * at(a.Modes[k].Uses, r); least < 0 || w < least {
			least = w
		}
	}
	return least
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
