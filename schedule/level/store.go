package level

// store is the profile of one stock: what will be left of it in each slot if
// nothing more is placed. Taking lowers it from the start on for good, so that
// an activity fits from the slot on after which there is always enough.
type store struct {
	k        int
	initial  []int // level by slot
	level    []int
	takes    []int
	makes    []int
	duration []int32
}

func newStore(pr *project, k int) *store {
	slots := min(int(pr.horizon)+1, storeMostSlots)
	s := &store{
		k: k, initial: make([]int, slots), level: make([]int, slots),
		takes: make([]int, pr.n), makes: make([]int, pr.n), duration: make([]int32, pr.n),
	}
	stock := &pr.p.Stocks[k]
	sum, next := stock.Initial, 0
	for t := range s.initial {
		for ; next < len(stock.Receipts) && stock.Receipts[next].Slot <= t; next++ {
			sum += stock.Receipts[next].Quantity
		}
		s.initial[t] = sum
	}
	s.choose(pr)
	return s
}

func (s *store) choose(pr *project) {
	copy(s.duration, pr.duration)
	for j := range s.takes {
		m := &pr.p.Activities[j].Modes[pr.mode[j]]
		s.takes[j], s.makes[j] = at(m.Takes, s.k), at(m.Makes, s.k)
	}
}

func (s *store) reset(bool, int32) { copy(s.level, s.initial) }

func (s *store) earliest(j, t int32) int32 {
	q := s.takes[j]
	if q == 0 {
		return t
	}
	for u := len(s.level) - 1; u >= int(t); u-- {
		if s.level[u] < q {
			t = int32(u + 1)
			break
		}
	}
	if int(t) >= len(s.level) {
		return never
	}
	return t
}

func (s *store) take(j, t int32) {
	if q := s.takes[j]; q > 0 {
		for u := int(t); u < len(s.level); u++ {
			s.level[u] -= q
		}
	}
	if q := s.makes[j]; q > 0 {
		for u := int(t + s.duration[j]); u < len(s.level); u++ {
			s.level[u] += q
		}
	}
}

// storeMostSlots bounds the memory of a store; nothing is taken after it.
const storeMostSlots = 1 << 24
