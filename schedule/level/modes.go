package level

// Mode choice by local search, after the genotype of a list and a mode vector
// (Kolisch & Drexl 1997; Hartmann 2001): change some modes and swap some
// neighbours of the best so far, bring the totals back into their limits, and
// build the schedule. Where two totals are tight even finding a mode vector is
// hard; that is left to the exact core.

// modeSearch is a resumable run of the method.
type modeSearch struct {
	pr      *project
	g       *generator
	sampler *sampler
	random  *random
	tries   int

	mode, list []int32 // of the present point of the search
	cost       int
	child      individual
	childMode  []int32
	over       []int // by how much each total is exceeded

	best     Schedule
	bestCost int
}

func newModeSearch(pr *project, r *random) *modeSearch {
	own := pr.clone()
	m := &modeSearch{
		pr: own, g: newGenerator(own), sampler: newSampler(own), random: r, cost: failed, bestCost: failed,
		mode: make([]int32, pr.n), list: make([]int32, pr.n), childMode: make([]int32, pr.n),
		over: make([]int, len(pr.p.Totals)),
	}
	m.child = individual{list: make([]int32, pr.n), start: make([]int32, pr.n)}
	for j := range m.mode {
		m.mode[j] = int32(shortestMode(&pr.p.Activities[j]))
	}
	m.sampler.draw(m.list, nil)
	return m
}

// run implements breeder. A try whose modes exceed a total for good counts as
// a schedule too, so that the run ends.
func (m *modeSearch) run(limit, enough int, stop func() bool) {
	m.g.stop = stop
	for m.spent() < limit && m.bestCost > enough && !stop() {
		m.tries++
		m.vary()
		if !m.repair() {
			continue
		}
		m.tries--
		m.build()
	}
}

// spent implements breeder.
func (m *modeSearch) spent() int { return m.g.passes + m.tries }

// found implements breeder.
func (m *modeSearch) found() (Schedule, int, bool) {
	return m.best, m.bestCost, m.bestCost < tooLate
}

// vary sets the child to the present point with a few changes; now and then it
// begins anew.
func (m *modeSearch) vary() {
	const anew, swaps = 10, 60 // of 1024
	copy(m.childMode, m.mode)
	copy(m.child.list, m.list)
	if m.random.chance(anew) {
		m.cost = failed
		m.sampler.draw(m.child.list, m.random)
		for j := range m.childMode {
			m.childMode[j] = int32(m.random.below(len(m.pr.p.Activities[j].Modes)))
		}
		return
	}
	for range 1 + m.random.below(3) {
		j := m.random.below(m.pr.n)
		m.childMode[j] = int32(m.random.below(len(m.pr.p.Activities[j].Modes)))
	}
	list := m.child.list
	for k := 0; k+1 < len(list); k++ {
		if m.random.chance(swaps) && !m.pr.related(list[k], list[k+1]) {
			list[k], list[k+1] = list[k+1], list[k]
		}
	}
}

// repair changes modes until no total is exceeded, each time the mode that
// brings the excess down most of a few random ones.
func (m *modeSearch) repair() bool {
	p := m.pr.p
	for t := range m.over {
		m.over[t] = -p.Totals[t].Capacity
		for j := range p.Activities {
			m.over[t] += at(p.Activities[j].Modes[m.childMode[j]].Spends, t)
		}
	}
	const attempts = 8
	for k := range 4 * m.pr.n {
		if excess(m.over) == 0 || m.g.stopped(k) {
			break
		}
		bestJob, bestMode, bestGain := 0, int32(0), 0
		for range attempts {
			j := m.random.below(m.pr.n)
			k := int32(m.random.below(len(p.Activities[j].Modes)))
			if gain := excess(m.over) - m.excessWith(j, k); gain > bestGain {
				bestJob, bestMode, bestGain = j, k, gain
			}
		}
		if bestGain > 0 {
			m.shift(bestJob, bestMode)
		}
	}
	return excess(m.over) == 0
}

// excess adds up what is over.
func excess(over []int) int {
	sum := 0
	for _, v := range over {
		sum += max(0, v)
	}
	return sum
}

// excessWith returns the excess if activity j took mode k.
func (m *modeSearch) excessWith(j int, k int32) int {
	modes := m.pr.p.Activities[j].Modes
	sum := 0
	for t, v := range m.over {
		sum += max(0, v-at(modes[m.childMode[j]].Spends, t)+at(modes[k].Spends, t))
	}
	return sum
}

// shift gives activity j mode k.
func (m *modeSearch) shift(j int, k int32) {
	modes := m.pr.p.Activities[j].Modes
	for t := range m.over {
		m.over[t] += at(modes[k].Spends, t) - at(modes[m.childMode[j]].Spends, t)
	}
	m.childMode[j] = k
}

// build generates the child's schedule and keeps it if it is no worse.
func (m *modeSearch) build() {
	m.pr.choose(m.childMode)
	m.g.choose()
	end := m.g.forward(m.child.list, m.child.start)
	if m.pr.plain && end < never {
		end = m.g.justify(m.child.list, m.child.start, end, m.g.passes+2)
	}
	cost := m.pr.cost(m.child.start, end)
	if cost > m.cost {
		return
	}
	m.cost = cost
	copy(m.mode, m.childMode)
	copy(m.list, m.child.list)
	if cost < m.bestCost {
		m.remember(cost)
	}
}

func (m *modeSearch) remember(cost int) {
	m.bestCost = cost
	m.best = Schedule{Start: make([]int, m.pr.n), Mode: make([]int, m.pr.n)}
	for j, s := range m.child.start {
		m.best.Start[j], m.best.Mode[j] = int(s), int(m.childMode[j])
	}
	if m.g.crew != nil {
		m.best.Staff = m.g.crew.staff(m.child.start)
	}
}
