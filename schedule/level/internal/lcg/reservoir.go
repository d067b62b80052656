package lcg

// Reservoir is the constraint that a stock is never below zero (Laborie 2003):
// draws take from it from a time on, supplies add to it from a time on, both
// may depend on a condition.
//
// At any time the stock is at most what is given, plus every supply that can
// have come, minus every draw that must have happened. A draw that would leave
// too little at t happens after t; a supply without which there is too little
// at t comes by t.
type Reservoir struct {
	given []Level
	moves []move
	times []int32
	lits  []Lit
}

// Level is a given change of a stock from a slot on.
type Level struct {
	Slot     int32
	Quantity int64
}

// move is a draw (negative quantity) or a supply at a variable time.
type move struct {
	at       Var
	offset   int32
	quantity int64
	only     Lit
}

// NewReservoir makes a constraint over given supplies, the first of which is
// the initial stock.
func NewReservoir(given []Level) *Reservoir { return &Reservoir{given: given} }

// AddDraw takes a quantity from time at+offset on, where only holds.
func (c *Reservoir) AddDraw(at Var, offset int32, quantity int64, only Lit) {
	c.moves = append(c.moves, move{at, offset, -quantity, only})
}

// AddSupply adds a quantity from time at+offset on, where only holds.
func (c *Reservoir) AddSupply(at Var, offset int32, quantity int64, only Lit) {
	c.moves = append(c.moves, move{at, offset, quantity, only})
}

// Post adds the constraint to a solver.
func (c *Reservoir) Post(s *Solver) {
	self := s.AddPropagator(c)
	for _, m := range c.moves {
		s.Watch(self, m.at.Lower(), 0)
		s.Watch(self, m.at.Upper(), 0)
		if m.only.Side >= 0 {
			s.Watch(self, m.only.Side, 0)
			s.Watch(self, m.only.Side^1, 0)
		}
	}
}

// Touch implements Propagator.
func (*Reservoir) Touch(int32) {}

// counts reports whether a move enters the greatest stock at a time: a draw
// that must have happened, a supply that can have come.
func (m *move) counts(s *Solver, t int32) bool {
	if m.quantity < 0 {
		return s.True(m.only) && s.Hi(m.at)+m.offset <= t
	}
	return !s.False(m.only) && s.Lo(m.at)+m.offset <= t
}

// greatest returns the most there can be at a time.
func (c *Reservoir) greatest(s *Solver, t int32) int64 {
	sum := int64(0)
	for _, g := range c.given {
		if g.Slot <= t {
			sum += g.Quantity
		}
	}
	for i := range c.moves {
		if m := &c.moves[i]; m.counts(s, t) {
			sum += m.quantity
		}
	}
	return sum
}

// Propagate implements Propagator.
func (c *Reservoir) Propagate(s *Solver, self int32) bool {
	c.times = c.times[:0]
	for i := range c.moves {
		m := &c.moves[i]
		if m.quantity < 0 {
			c.times = append(c.times, s.Hi(m.at)+m.offset, s.Lo(m.at)+m.offset)
		} else {
			c.times = append(c.times, s.Lo(m.at)+m.offset-1)
		}
	}
	last := int32(0) // later on nothing moves any more
	for i := range c.moves {
		last = max(last, s.Hi(c.moves[i].at)+c.moves[i].offset)
	}
	for _, g := range c.given {
		if g.Slot <= last {
			c.times = append(c.times, g.Slot-1)
		}
	}
	for _, t := range c.times {
		if t < 0 {
			continue
		}
		level := c.greatest(s, t)
		if level < 0 {
			c.lits = c.because(s, -1, t, c.lits[:0])
			return s.Fail(c.lits)
		}
		for i := range c.moves {
			if !c.move(s, self, int32(i), t, level) {
				return false
			}
		}
	}
	return true
}

// move draws the consequences of the level at a time for one move.
func (c *Reservoir) move(s *Solver, self, i, t int32, level int64) bool {
	m := &c.moves[i]
	counts := m.counts(s, t)
	data := t*int32(len(c.moves)) + i
	switch {
	case m.quantity < 0 && !counts && level+m.quantity < 0:
		if s.Lo(m.at)+m.offset > t || s.False(m.only) {
			return true
		}
		if s.True(m.only) {
			return s.Push(m.at.GE(t+1-m.offset), self, data)
		}
		if s.Hi(m.at)+m.offset <= t {
			return s.Push(m.only.Not(), self, data)
		}
	case m.quantity > 0 && counts && level-m.quantity < 0:
		if !s.True(m.only) && !s.Push(m.only, self, data) {
			return false
		}
		return s.Push(m.at.LE(t-m.offset), self, data)
	}
	return true
}

// because appends why the stock at a time, but for one move, is no greater.
func (c *Reservoir) because(s *Solver, but, t int32, out []Lit) []Lit {
	for i := range c.moves {
		m := &c.moves[i]
		switch {
		case int32(i) == but:
		case m.quantity < 0 && m.counts(s, t):
			out = append(out, m.at.LE(t-m.offset))
			if m.only.Side >= 0 {
				out = append(out, m.only)
			}
		case m.quantity > 0 && !m.counts(s, t):
			if s.False(m.only) {
				out = append(out, m.only.Not())
			} else {
				out = append(out, m.at.GE(t+1-m.offset))
			}
		}
	}
	return out
}

// Explain implements Propagator.
func (c *Reservoir) Explain(s *Solver, l Lit, data int32, out []Lit) []Lit {
	n := int32(len(c.moves))
	i, t := data%n, data/n
	m := &c.moves[i]
	out = c.because(s, i, t, out)
	if m.quantity < 0 && m.only.Side >= 0 {
		if l == m.only.Not() {
			return append(out, m.at.LE(t-m.offset))
		}
		return append(out, m.only)
	}
	return out
}
