package lcg

// Linear is the constraint sum of weight x term <= total, for positive
// weights. Every term is pushed down by what the others take at least.
type Linear struct {
	terms   []Var
	weights []int64
	total   Var
	lits    []Lit
}

// AddLinear adds a Linear constraint.
func (s *Solver) AddLinear(terms []Var, weights []int64, total Var) {
	c := &Linear{terms: terms, weights: weights, total: total}
	self := s.AddPropagator(c)
	for _, v := range terms {
		s.Watch(self, v.Lower(), 0)
	}
	s.Watch(self, total.Upper(), 0)
}

// Touch implements Propagator.
func (*Linear) Touch(int32) {}

// Propagate implements Propagator.
func (c *Linear) Propagate(s *Solver, self int32) bool {
	least := int64(0)
	for k, v := range c.terms {
		least += c.weights[k] * int64(s.Lo(v))
	}
	room := int64(s.Hi(c.total)) - least
	if room < 0 {
		c.lits = append(c.others(s, -1, c.lits[:0]), c.total.LE(s.Hi(c.total)))
		return s.Fail(c.lits)
	}
	if !s.Push(c.total.GE(int32(least)), self, -1) {
		return false
	}
	for k, v := range c.terms {
		if high := int64(s.Lo(v)) + room/c.weights[k]; high < int64(s.Hi(v)) && !s.Push(v.LE(int32(high)), self, int32(k)) {
			return false
		}
	}
	return true
}

// others appends the minima of all terms but one.
func (c *Linear) others(s *Solver, but int32, out []Lit) []Lit {
	for k, v := range c.terms {
		if int32(k) != but {
			out = append(out, v.GE(s.Lo(v)))
		}
	}
	return out
}

// Explain implements Propagator.
func (c *Linear) Explain(s *Solver, _ Lit, data int32, out []Lit) []Lit {
	out = c.others(s, data, out)
	if data >= 0 {
		out = append(out, c.total.LE(s.Hi(c.total)))
	}
	return out
}
