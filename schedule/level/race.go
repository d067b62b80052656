package level

import "slices"

// Racing. What windows make of a schedule is soon decided, and depends more on
// the schedule than on the windows. So an ample limit begins with several cores,
// each from another good member of the population, and after every round the
// worse half is dropped (successive halving, Jamieson & Talwalkar 2016) until one
// is left for the rest.

const (
	raceMost  = 8               // cores at first
	raceWorth = 50              // schedules of the limit, for each activity, that a core is worth
	raceTries = 2 * windowTries // conflicts of a window: a race has schedules to spend
)

// addRace builds the cores of a race and reports whether there is one: it takes
// a population that breeds from both ends, a limit ample enough and a plan that
// is not soon proven.
func (s *search) addRace() bool {
	k := min(raceMost, s.options.Schedules/(raceWorth*s.pr.n))
	if k < 2 || s.pr.n <= smallPlan || !s.pr.symmetric || len(s.bred) == 0 {
		return false
	}
	p, ok := s.bred[0].(*population)
	if !ok {
		return false
	}
	for i, start := range p.elite(k) {
		x := newExact(s.pr, start, true, s.p.Cost(start), s.result.LowerBound, newRandom(s.options.Seed, uint64(2*i+1)), s.stop)
		if x == nil {
			s.exacts = nil
			return false
		}
		x.plan(s.options.Schedules, i)
		x.window.tries = raceTries
		s.exacts = append(s.exacts, x)
	}
	s.racing = len(s.exacts) > 1
	return len(s.exacts) > 0
}

// halve drops the worse half of the cores that race.
func (s *search) halve() {
	if !s.racing {
		return
	}
	slices.SortStableFunc(s.exacts, func(a, b *exact) int { return a.cost - b.cost })
	keep := (len(s.exacts) + 1) / 2
	for _, x := range s.exacts[keep:] {
		s.dropped += x.spent
	}
	s.exacts = s.exacts[:keep]
	s.racing = keep > 1
}

// elite returns up to k schedules of the better quarter of the population: the
// best one, then each time the one that differs most in its starts from those
// before.
func (p *population) elite(k int) []Schedule {
	best, _, ok := p.found()
	if !ok {
		return nil
	}
	pool := p.better()
	far := make([]int, len(pool))
	for i := range far {
		far[i] = p.pr.n * int(never)
	}
	out, last := []Schedule{best}, starts(best)
	for len(out) < min(k, len(pool)) {
		next := 0
		for i, start := range pool {
			far[i] = min(far[i], distance(start, last))
			if far[i] > far[next] {
				next = i
			}
		}
		last = pool[next]
		s := Schedule{Start: make([]int, p.pr.n), Mode: make([]int, p.pr.n)}
		for j, t := range last {
			s.Start[j], s.Mode[j] = int(t), int(p.pr.mode[j])
		}
		out = append(out, s)
	}
	return out
}

// better returns the starts, in forward time, of the quarter of all members that
// costs least, in order of cost.
func (p *population) better() [][]int32 {
	members := slices.Concat(p.sides[0], p.sides[1])
	slices.SortStableFunc(members, func(a, b *individual) int { return a.cost - b.cost })
	out := make([][]int32, 0, len(members)/4)
	for _, m := range members[:len(members)/4] {
		start := slices.Clone(m.start)
		if m.mirrored {
			for j, s := range start {
				start[j] = int32(m.cost) - s - p.pr.duration[j]
			}
		}
		out = append(out, start)
	}
	return out
}

// distance is by how many slots the starts of two schedules differ in all.
func distance(a, b []int32) int {
	d := 0
	for j := range a {
		d += int(max(a[j]-b[j], b[j]-a[j]))
	}
	return d
}
