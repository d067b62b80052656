package level

// Breed runs the population method alone for a number of passes and returns
// the best cost. It lets benchmarks measure schedules a second.
func Breed(p *Problem, passes, size int) int {
	q := newPopulation(newProject(p), size, newRandom(1, 0))
	q.run(passes, -1, func() bool { return false })
	return q.cost
}

// Pass returns a function that builds one schedule of the list by rule LFT.
func Pass(p *Problem) func() int32 {
	pr := newProject(p)
	g := newGenerator(pr)
	list, start := make([]int32, pr.n), make([]int32, pr.n)
	newSampler(pr).draw(list, nil)
	return func() int32 { return g.forward(list, start) }
}

// SameProfiles places the activities in the drawn order on the packed profile
// and on the stepwise one, forward and mirrored, and reports whether they
// agree everywhere.
func SameProfiles(p *Problem, draws int) bool {
	pr := newProject(p)
	list := make([]int32, pr.n)
	r := newRandom(1, 0)
	a, b := newPacked(pr), newStepwise(pr)
	for k := range draws {
		newSampler(pr).draw(list, r)
		a.reset(k%2 == 1, pr.horizon-int32(k))
		b.reset(k%2 == 1, pr.horizon-int32(k))
		for _, j := range list {
			t := int32(r.below(int(pr.horizon)/2 + 1))
			u, v := a.earliest(j, t), b.earliest(j, t)
			if u != v && (u < never && v < never) || u >= never && v < pr.horizon-pr.duration[j] {
				return false
			}
			if u < never && v < never {
				a.take(j, u)
				b.take(j, u)
			}
		}
	}
	return true
}

// BreedAny runs the breeding method for a problem of any kind and returns what
// it takes for its best schedule.
func BreedAny(p *Problem, passes int) (Schedule, bool) {
	pr := newProject(p)
	b := newBreeder(pr, 5, newRandom(1, 0))
	b.run(passes, -1, func() bool { return false })
	s, _, ok := b.found()
	return s, ok
}

// Elite breeds and returns the schedules that a race of k cores begins from.
func Elite(p *Problem, passes, size, k int) []Schedule {
	q := newPopulation(newProject(p), size, newRandom(1, 0))
	q.run(passes, -1, func() bool { return false })
	return q.elite(k)
}

// Only returns the problem with no rule but the given ones.
func Only(p *Problem, rules []Cause) *Problem { return p.only(rules) }

// HasCore reports whether a problem is within the limits of the exact core.
func HasCore(p *Problem) bool {
	pr := newProject(p)
	return coreHolds(p, pr.horizon)
}

// EliteOfRight is Elite of the right-justified members alone.
func EliteOfRight(p *Problem, passes, size, k int) []Schedule {
	q := newPopulation(newProject(p), size, newRandom(1, 0))
	q.run(passes, -1, func() bool { return false })
	q.sides[0] = nil
	return q.elite(k)
}

// Allowed returns the conflicts of a window after some schedules without a gain.
func Allowed(patience, idle float64) int {
	w := neighbourhood{tries: windowTries, patience: patience}
	return w.allowed(idle)
}
