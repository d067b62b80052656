package lcg

import "slices"

// clause is a slice of the literal store with its standing.
type clause struct {
	first, size int32
	learnt      bool
	glue        int32 // distinct decision levels when learnt (Audemard & Simon 2009)
	activity    float32
}

// watch asks to be told when a side reaches a bound, which makes a literal of
// the clause false.
type watch struct {
	bound  int32
	clause int32
}

// clauseStore keeps clauses by two watched literals (Moskewicz et al. 2001);
// the watched ones stand first.
type clauseStore struct {
	lits    []Lit
	all     []clause
	watches [][]watch // by the side whose move makes the literal false
	learnt  int
	step    float32 // what a use adds to the activity of a clause
}

func (c *clauseStore) grow() { c.watches = append(c.watches, nil, nil) }

func (c *clauseStore) of(k int32) []Lit {
	cl := &c.all[k]
	return c.lits[cl.first : cl.first+cl.size]
}

// add stores a clause of at least two literals.
func (c *clauseStore) add(lits []Lit, learnt bool, glue int32) int32 {
	if c.step == 0 {
		c.step = 1
	}
	k := int32(len(c.all))
	c.all = append(c.all, clause{first: int32(len(c.lits)), size: int32(len(lits)), learnt: learnt, glue: glue, activity: c.step})
	c.lits = append(c.lits, lits...)
	c.watch(lits[0], k)
	c.watch(lits[1], k)
	if learnt {
		c.learnt++
	}
	return k
}

func (c *clauseStore) watch(l Lit, k int32) {
	c.watches[l.Side^1] = append(c.watches[l.Side^1], watch{1 - l.Bound, k})
}

func (c *clauseStore) bump(k int32) {
	c.all[k].activity += c.step
	if c.all[k].activity > 1e20 {
		for i := range c.all {
			c.all[i].activity *= 1e-20
		}
		c.step *= 1e-20
	}
}

// AddClause requires one of the literals to hold. It is called before any
// decision.
func (s *Solver) AddClause(lits ...Lit) {
	var open []Lit
	for _, l := range lits {
		if s.True(l) {
			return
		}
		if !s.False(l) {
			open = append(open, l)
		}
	}
	switch len(open) {
	case 0:
		s.failed = true
	case 1:
		if !s.enqueue(open[0], reason{byDecision, 0}) {
			s.failed = true
		}
	default:
		s.clauses.add(open, false, 0)
	}
}

// visit goes through the clauses with a literal that the move of a side from
// old to its present bound has made false.
func (s *Solver) visit(side Side, old int32) bool {
	c := &s.clauses
	now := s.lo[side]
	kept := 0
	for k := 0; k < len(c.watches[side]); k++ {
		w := c.watches[side][k]
		c.watches[side][kept] = w
		kept++
		if w.bound > now || w.bound <= old {
			continue
		}
		lits := c.of(w.clause)
		gone := Lit{side ^ 1, 1 - w.bound}
		if lits[0] == gone {
			lits[0], lits[1] = lits[1], lits[0]
		}
		if s.True(lits[0]) {
			continue
		}
		if s.rewatch(lits, w.clause) {
			kept--
			continue
		}
		if !s.enqueue(lits[0], reason{byClause, w.clause}) {
			kept += copy(c.watches[side][kept:], c.watches[side][k+1:])
			c.watches[side] = c.watches[side][:kept]
			return false
		}
	}
	c.watches[side] = c.watches[side][:kept]
	return true
}

// rewatch replaces the second watched literal by one that is not false.
func (s *Solver) rewatch(lits []Lit, k int32) bool {
	for i := 2; i < len(lits); i++ {
		if !s.False(lits[i]) {
			lits[1], lits[i] = lits[i], lits[1]
			s.clauses.watch(lits[1], k)
			return true
		}
	}
	return false
}

// reduce forgets the less useful half of the learnt clauses. It is called
// without any decision, when no entry of the trail rests on a clause.
func (s *Solver) reduce() {
	c := &s.clauses
	var doubtful []int32
	for k := range c.all {
		if cl := &c.all[k]; cl.learnt && cl.glue > 2 && cl.size > 2 {
			doubtful = append(doubtful, int32(k))
		}
	}
	slices.SortFunc(doubtful, func(a, b int32) int {
		switch x, y := &c.all[a], &c.all[b]; {
		case x.activity < y.activity:
			return -1
		case x.activity > y.activity:
			return 1
		}
		return int(b - a)
	})
	drop := make([]bool, len(c.all))
	for _, k := range doubtful[:len(doubtful)/2] {
		drop[k] = true
	}
	s.compact(drop)
}

// compact rebuilds the store without dropped clauses, clauses that always
// hold, and literals that never do.
func (s *Solver) compact(drop []bool) {
	c := &s.clauses
	old, lits := c.all, c.lits
	c.all, c.lits, c.learnt = nil, make([]Lit, 0, len(lits)), 0
	for i := range c.watches {
		c.watches[i] = c.watches[i][:0]
	}
	for k := range old {
		cl := old[k]
		if drop[k] {
			continue
		}
		body := lits[cl.first : cl.first+cl.size]
		if slices.ContainsFunc(body, s.True) {
			continue
		}
		body = slices.DeleteFunc(body, s.False)
		if len(body) == 1 {
			s.enqueue(body[0], reason{byDecision, 0})
			continue
		}
		n := c.add(body, cl.learnt, cl.glue)
		c.all[n].activity = cl.activity
	}
}
