package level

// Limits of the exact core; beyond them a problem is left to the heuristics.
const (
	coreMostTasks = 1500    // activities
	coreMostCells = 1 << 22 // slots x words of a profile
	coreMostPairs = 1 << 16 // pairs that cannot overlap
	coreMostCost  = 1 << 30

	// A propagator packs a slot and one of its tasks into 32 bits.
	coreMostEvents = 1<<31 - 1
)

// coreHolds reports whether a problem stays within the limits of the core.
func coreHolds(p *Problem, span int32) bool {
	words := (len(p.Resources)+len(p.People)+3)/4 + 1 // a pool is one person at least
	return len(p.Activities) <= coreMostTasks && len(p.People) <= laneMax && int(span)*words <= coreMostCells &&
		int(span)*p.mostTasks() <= coreMostEvents && packable(p, span) && costLimit(p, int(span)) <= coreMostCost
}

// mostTasks returns a number that no propagator has more tasks than: each mode
// is one for the resources, a few for a stock, and one for every head that could
// take a place in it.
func (p *Problem) mostTasks() int {
	modes, moves, places := 0, 0, 0
	for i := range p.Activities {
		modes += len(p.Activities[i].Modes)
		for k := range p.Activities[i].Modes {
			m := &p.Activities[i].Modes[k]
			moves += len(m.Takes) + len(m.Makes)
			places += len(m.Staff) * len(p.People)
		}
	}
	return max(modes, moves, places)
}

// costLimit returns a number no schedule within a span costs more than.
func costLimit(p *Problem, span int) int {
	if p.Objective == Makespan {
		return span
	}
	sum := 0
	for i := range p.Activities {
		if w := p.Activities[i].Weight; w > coreMostCost || sum > coreMostCost {
			return coreMostCost + 1
		}
		sum += p.Activities[i].Weight * span
	}
	return sum
}
