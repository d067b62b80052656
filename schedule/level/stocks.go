package level

import "slices"

// stocks is the profile of the materials: for each stock what will be left of
// it, as steps, if nothing more is placed. Taking lowers a stock from the start
// on for good, so an activity fits from the slot on after which there is always
// enough.
type stocks struct {
	initial  [][]Step // levels, the first at slot 0
	left     [][]Step
	changed  []int // stocks that differ from initial
	takes    [][]Amount
	makes    [][]Amount
	duration []int32
}

func newStocks(pr *project) *stocks {
	count := len(pr.p.Stocks)
	s := &stocks{
		initial: make([][]Step, count), left: make([][]Step, count),
		takes: make([][]Amount, pr.n), makes: make([][]Amount, pr.n), duration: make([]int32, pr.n),
	}
	for k := range pr.p.Stocks {
		stock := &pr.p.Stocks[k]
		steps := []Step{{0, stock.Initial}}
		for _, r := range stock.Receipts {
			last := &steps[len(steps)-1]
			if r.Slot > last.Slot {
				steps = append(steps, Step{r.Slot, last.Quantity + r.Quantity})
			} else {
				last.Quantity += r.Quantity
			}
		}
		s.initial[k] = steps
		s.left[k] = slices.Clone(steps)
	}
	s.choose(pr)
	return s
}

func (s *stocks) choose(pr *project) {
	copy(s.duration, pr.duration)
	for j := range s.takes {
		m := &pr.p.Activities[j].Modes[pr.mode[j]]
		s.takes[j], s.makes[j] = joined(m.Takes), joined(m.Makes)
	}
}

// joined adds up amounts of the same stock; a list without any is not copied.
func joined(list []Amount) []Amount {
	for k := range list {
		if slices.ContainsFunc(list[:k], func(a Amount) bool { return a.Stock == list[k].Stock }) {
			sums := slices.Clone(list[:k])
			for _, a := range list[k:] {
				if at := slices.IndexFunc(sums, func(b Amount) bool { return b.Stock == a.Stock }); at >= 0 {
					sums[at].Quantity += a.Quantity
				} else {
					sums = append(sums, a)
				}
			}
			return sums
		}
	}
	return list
}

func (s *stocks) reset(bool, int32) {
	for _, k := range s.changed {
		s.left[k] = append(s.left[k][:0], s.initial[k]...)
	}
	s.changed = s.changed[:0]
}

func (s *stocks) earliest(j, t int32) int32 {
	for _, a := range s.takes[j] {
		steps := s.left[a.Stock]
		for k := len(steps) - 1; a.Quantity > 0 && k >= 0; k-- {
			if k+1 < len(steps) && steps[k+1].Slot <= int(t) {
				break // all that counts from t on is enough
			}
			if steps[k].Quantity < a.Quantity {
				if k+1 == len(steps) {
					return never
				}
				t = int32(steps[k+1].Slot)
				break
			}
		}
	}
	return t
}

func (s *stocks) take(j, t int32) {
	for _, a := range s.takes[j] {
		s.change(a.Stock, int(t), -a.Quantity)
	}
	for _, a := range s.makes[j] {
		s.change(a.Stock, int(t+s.duration[j]), a.Quantity)
	}
}

// change moves the level of a stock from a slot on.
func (s *stocks) change(k, slot, by int) {
	if by == 0 {
		return
	}
	s.changed = append(s.changed, k)
	s.left[k] = split(s.left[k], slot)
	steps := s.left[k]
	for at := index(steps, slot); at < len(steps); at++ {
		steps[at].Quantity += by
	}
}
