package level

import "slices"

// The population method: a genetic algorithm on activity lists (Hartmann 1998)
// with a left-justified and a right-justified population that feed each other
// (Debels & Vanhoucke 2007). A child of two left-justified parents is
// generated backward and enters the right-justified population, and the other
// way round, so that every schedule is half of a double justification. Parents
// mix by a window: the first gives the list, the second the order inside the
// window. A child whose schedule is in the population already is refused.
//
// A problem that is not the same backward in time has one population, of
// left-justified schedules; children are improved by justify instead where it
// applies.

// individual is one schedule of a population.
type individual struct {
	list  []int32 // the order in which its children are to be placed
	start []int32 // counted from the end if mirrored
	cost  int
	hash  uint64

	mirrored bool // right-justified
}

// population is a resumable run of the method.
type population struct {
	pr      *project
	g       *generator
	sampler *sampler
	random  *random
	size    int
	sides   [2][]*individual // left-justified, right-justified
	from    int              // side whose turn it is to have children
	next    int              // its member whose turn it is
	idle    int              // children in a row that were refused
	spare   *individual      // memory for the next child
	inside  []bool
	best    []int32 // starts of the best schedule
	people  [][]int // who does it, if people are needed
	cost    int     // of the best schedule
}

func newPopulation(pr *project, size int, r *random) *population {
	p := &population{
		pr: pr, g: newGenerator(pr), sampler: newSampler(pr), random: r, size: size,
		inside: make([]bool, pr.n), best: make([]int32, pr.n), cost: pr.cost(nil, never),
	}
	p.spare = p.blank()
	return p
}

func (p *population) blank() *individual {
	return &individual{list: make([]int32, p.pr.n), start: make([]int32, p.pr.n)}
}

// restart empties the populations for a new run of another size; the best
// schedule stays known.
func (p *population) restart(size int) {
	p.size, p.sides, p.from, p.next, p.idle = size, [2][]*individual{}, 0, 0, 0
}

// stale reports whether nothing new has come for long.
func (p *population) stale() bool { return p.idle > 60*p.size }

// run breeds until the generator has made limit schedules, a schedule costs no
// more than enough, or stop says so. A run that brings nothing new begins again
// with more members.
func (p *population) run(limit, enough int, stop func() bool) {
	const most = 400
	p.g.stop = stop
	for p.g.passes < limit && p.cost > enough && !stop() {
		switch {
		case p.stale():
			p.restart(min(p.size*3/2, most))
		case len(p.sides[0]) < p.size || p.pr.symmetric && len(p.sides[1]) < p.size:
			p.settle()
		default:
			p.breed()
		}
	}
}

// settle adds a sampled member, or the right-justified twin of the last one.
func (p *population) settle() {
	child := p.spare
	side := 0
	switch {
	case p.pr.symmetric && len(p.sides[1]) < len(p.sides[0]):
		side = 1
		copy(child.list, p.sides[0][len(p.sides[1])].list)
	case p.g.passes == 0:
		p.sampler.draw(child.list, nil)
	default:
		p.sampler.draw(child.list, p.random)
	}
	p.build(child, side)
	p.sides[side] = append(p.sides[side], child)
	p.spare = p.blank()
}

// breed makes one child of the member whose turn it is.
func (p *population) breed() {
	parents := p.sides[p.from]
	to := p.from
	if p.pr.symmetric {
		to = 1 - p.from
	}
	child := p.spare
	p.mix(child.list, p.pick(parents), parents[p.next])
	p.mutate(child.list)
	p.build(child, to)
	p.admit(child, to)
	if p.next++; p.next == p.size {
		p.next = 0
		if p.pr.symmetric {
			p.from = to
		}
	}
}

// pick returns the better of two random members.
func (p *population) pick(members []*individual) *individual {
	a, b := members[p.random.below(len(members))], members[p.random.below(len(members))]
	if b.cost < a.cost {
		return b
	}
	return a
}

// mix fills list: a window of one parent is put in the other parent's order,
// the rest stays. The relations hold inside the window because they hold in
// the other parent, and across its borders because they do in the one.
func (p *population) mix(list []int32, one, other *individual) {
	n := p.pr.n
	length := n*3/10 + p.random.below(n*4/10+1)
	from := p.random.below(n - length + 1)
	copy(list, one.list)
	clear(p.inside)
	for _, j := range one.list[from : from+length] {
		p.inside[j] = true
	}
	for _, j := range other.list {
		if p.inside[j] {
			list[from] = j
			from++
		}
	}
}

// mutate swaps a few neighbours that no relation joins.
func (p *population) mutate(list []int32) {
	const chance = 20 // of 1024
	for k := 0; k+1 < len(list); k++ {
		if p.random.chance(chance) && !p.pr.related(list[k], list[k+1]) {
			list[k], list[k+1] = list[k+1], list[k]
		}
	}
}

// build generates the schedule of a child's list for a side, and turns the
// list into the one its own children need.
func (p *population) build(child *individual, side int) {
	var end int32
	if side == 1 {
		end = p.g.backward(child.list, child.start, 0)
	} else {
		end = p.g.forward(child.list, child.start)
		if p.pr.plain && !p.pr.symmetric && end < never {
			end = p.g.justify(child.list, child.start, end, p.g.passes+4)
		}
	}
	child.cost = p.pr.cost(child.start, end)
	child.hash = hash(child.start)
	child.mirrored = side == 1
	if child.cost < p.cost {
		p.remember(child, end)
	}
	if p.pr.symmetric && end < never {
		p.turn(child, end)
	}
}

// turn orders a child's list for the other direction: what finishes last in
// this one is placed first in that one.
func (p *population) turn(child *individual, end int32) {
	slices.Reverse(child.list)
	for j, s := range child.start {
		p.g.key[j] = end - s - p.pr.duration[j]
	}
	p.g.sortBy(child.list, p.g.key, end)
	ties := &p.pr.out
	if child.mirrored {
		ties = &p.pr.in
	}
	p.g.legalise(child.list, ties)
}

// remember keeps the best schedule in forward time.
func (p *population) remember(child *individual, end int32) {
	p.cost = child.cost
	copy(p.best, child.start)
	if child.mirrored {
		for j, s := range child.start {
			p.best[j] = end - s - p.pr.duration[j]
		}
	}
	if p.g.crew != nil {
		p.people = p.g.crew.staff(child.start)
	}
}

// admit puts a child in the place of the worst of four random members, unless
// it is worse still or known.
func (p *population) admit(child *individual, side int) {
	members := p.sides[side]
	p.idle++
	for _, m := range members {
		if m.hash == child.hash && m.cost == child.cost {
			return
		}
	}
	worst := p.random.below(len(members))
	for range 3 {
		if k := p.random.below(len(members)); members[k].cost > members[worst].cost {
			worst = k
		}
	}
	if child.cost > members[worst].cost {
		return
	}
	if child.cost < members[worst].cost {
		p.idle = 0
	}
	members[worst], p.spare = child, members[worst]
}

// spent implements breeder.
func (p *population) spent() int { return p.g.passes }

// found implements breeder.
func (p *population) found() (Schedule, int, bool) {
	if p.cost >= tooLate {
		return Schedule{}, 0, false
	}
	s := Schedule{Start: make([]int, p.pr.n), Mode: make([]int, p.pr.n), Staff: p.people}
	for j, t := range p.best {
		s.Start[j] = int(t)
		s.Mode[j] = int(p.pr.mode[j])
	}
	return s.Clone(), p.cost, true
}

// hash is FNV-1a over starts.
func hash(start []int32) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range start {
		h = (h ^ uint64(uint32(s))) * 1099511628211
	}
	return h
}
