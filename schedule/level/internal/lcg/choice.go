package lcg

// Choice is a group of alternatives, exactly one of which holds, each with a
// weight.
type Choice struct {
	Lits    []Lit
	Weights []int64
}

// lightest returns the least weight among the alternatives that are open.
func (g *Choice) lightest(s *Solver) int64 {
	least := int64(-1)
	for k, l := range g.Lits {
		if !s.False(l) && (least < 0 || g.Weights[k] < least) {
			least = g.Weights[k]
		}
	}
	return max(0, least)
}

// why appends why no alternative lighter than weight is open.
func (g *Choice) why(weight int64, out []Lit) []Lit {
	for k, l := range g.Lits {
		if g.Weights[k] < weight {
			out = append(out, l.Not())
		}
	}
	return out
}

// Budget is the constraint that the chosen weights of all groups add up to at
// most a limit: the nonrenewable resource of multi-mode scheduling.
type Budget struct {
	groups []Choice
	limit  int64
	first  []int32 // number of the first alternative of each group
	lits   []Lit
}

// AddBudget adds a Budget constraint.
func (s *Solver) AddBudget(groups []Choice, limit int64) {
	c := &Budget{groups: groups, limit: limit}
	self := s.AddPropagator(c)
	next := int32(0)
	for _, g := range groups {
		c.first = append(c.first, next)
		next += int32(len(g.Lits))
		for _, l := range g.Lits {
			if l.Side >= 0 {
				s.Watch(self, l.Side^1, 0)
			}
		}
	}
}

// Touch implements Propagator.
func (*Budget) Touch(int32) {}

// Propagate implements Propagator.
func (c *Budget) Propagate(s *Solver, self int32) bool {
	room := c.limit
	for i := range c.groups {
		room -= c.groups[i].lightest(s)
	}
	if room < 0 {
		c.lits = c.others(s, -1, c.lits[:0])
		return s.Fail(c.lits)
	}
	for i := range c.groups {
		g := &c.groups[i]
		least := g.lightest(s)
		for k, l := range g.Lits {
			if g.Weights[k] > least+room && !s.False(l) && !s.Push(l.Not(), self, int32(i)) {
				return false
			}
		}
	}
	return true
}

func (c *Budget) others(s *Solver, but int, out []Lit) []Lit {
	for i := range c.groups {
		if i != but {
			out = c.groups[i].why(c.groups[i].lightest(s), out)
		}
	}
	return out
}

// Explain implements Propagator.
func (c *Budget) Explain(s *Solver, _ Lit, data int32, out []Lit) []Lit {
	return c.others(s, int(data), out)
}

// Shortest is the constraint to >= from + the least weight that is open in a
// group: an activity lasts at least as long as its shortest mode.
type Shortest struct {
	from, to Side
	group    Choice
}

// AddShortest adds a Shortest constraint between two variables.
func (s *Solver) AddShortest(from, to Var, group Choice) {
	for _, c := range []*Shortest{{from.Lower(), to.Lower(), group}, {to.Upper(), from.Upper(), group}} {
		self := s.AddPropagator(c)
		s.Watch(self, c.from, 0)
		for _, l := range group.Lits {
			s.Watch(self, l.Side^1, 0)
		}
	}
}

// Touch implements Propagator.
func (*Shortest) Touch(int32) {}

// Propagate implements Propagator.
func (c *Shortest) Propagate(s *Solver, self int32) bool {
	return s.Push(Lit{c.to, s.Bound(c.from) + int32(c.group.lightest(s))}, self, 0)
}

// Explain implements Propagator.
func (c *Shortest) Explain(s *Solver, l Lit, _ int32, out []Lit) []Lit {
	length := c.group.lightest(s)
	return c.group.why(length, append(out, Lit{c.from, l.Bound - int32(length)}))
}

// AtLeast is the constraint that count of the literals hold if a condition
// does.
type AtLeast struct {
	lits  []Lit
	count int
	only  Lit
	why   []Lit
}

// AddAtLeast adds an AtLeast constraint.
func (s *Solver) AddAtLeast(lits []Lit, count int, only Lit) {
	c := &AtLeast{lits: lits, count: count, only: only}
	self := s.AddPropagator(c)
	for _, l := range lits {
		s.Watch(self, l.Side^1, 0)
	}
	if only.Side >= 0 {
		s.Watch(self, only.Side, 0)
	}
}

// Touch implements Propagator.
func (*AtLeast) Touch(int32) {}

// Propagate implements Propagator.
func (c *AtLeast) Propagate(s *Solver, self int32) bool {
	open := 0
	for _, l := range c.lits {
		if !s.False(l) {
			open++
		}
	}
	switch {
	case open > c.count || s.False(c.only):
		return true
	case open < c.count && c.only.Side < 0:
		c.why = c.Explain(s, Always, 0, c.why[:0])
		return s.Fail(c.why)
	case open < c.count:
		return s.Push(c.only.Not(), self, 0)
	case !s.True(c.only):
		return true
	}
	for _, l := range c.lits {
		if !s.False(l) && !s.Push(l, self, 0) {
			return false
		}
	}
	return true
}

// Explain implements Propagator.
func (c *AtLeast) Explain(s *Solver, l Lit, _ int32, out []Lit) []Lit {
	for _, o := range c.lits {
		if o != l && s.False(o) {
			out = append(out, o.Not())
		}
	}
	if c.only.Side >= 0 && l != c.only.Not() {
		out = append(out, c.only)
	}
	return out
}
