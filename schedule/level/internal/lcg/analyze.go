package lcg

// analysis is the state of one conflict analysis: for each side, the bound
// that the conflict needs.
type analysis struct {
	need    []int32
	active  []bool
	current []bool // the needed bound was reached on the conflict's own level
	touched []Side
	pending int // active sides that are current
	scratch []Lit
	learnt  []Lit
	levels  []int32 // stamps by level, for counting distinct ones
	stamp   int32
}

func (a *analysis) grow() {
	a.need = append(a.need, 0, 0)
	a.active = append(a.active, false, false)
	a.current = append(a.current, false, false)
}

// reachedAt returns the trail entry that first made a literal true, or -1 if
// it holds without any decision.
func (s *Solver) reachedAt(l Lit) int32 {
	if s.base[l.Side] >= l.Bound {
		return -1
	}
	k := s.last[l.Side]
	for s.trail[k].old >= l.Bound {
		k = s.trail[k].prev
	}
	return k
}

// require adds a literal to what the conflict needs.
func (s *Solver) require(l Lit) {
	a := &s.analysis
	if s.base[l.Side] >= l.Bound || a.active[l.Side] && a.need[l.Side] >= l.Bound {
		return
	}
	s.order.bump(l)
	if !a.active[l.Side] {
		a.active[l.Side] = true
		a.current[l.Side] = false
		a.touched = append(a.touched, l.Side)
	}
	a.need[l.Side] = l.Bound
	if !a.current[l.Side] && s.trail[s.reachedAt(l)].level == s.level() {
		a.current[l.Side] = true
		a.pending++
	}
}

// conflictLevel returns the level on which the conflict's last literal became
// true.
func (s *Solver) conflictLevel() int32 {
	level := int32(0)
	for _, l := range s.conflict {
		if k := s.reachedAt(l); k >= 0 {
			level = max(level, s.trail[k].level)
		}
	}
	return level
}

// learn turns the conflict into a clause that its first unique implication
// point makes assert, jumps back to the level where it does, and asserts it.
// It returns false if the conflict needs no decision: there is no solution.
//
// The trail is undone while it is read, so that each propagator explains
// itself at the very bounds it saw.
func (s *Solver) learn() bool {
	s.Conflicts++
	level := s.conflictLevel()
	if level == 0 {
		return false
	}
	s.backtrack(level)
	a := &s.analysis
	a.pending = 0
	a.touched = a.touched[:0]
	for _, l := range s.conflict {
		s.require(l)
	}
	point := s.firstUniquePoint()
	s.marks = s.marks[:level-1]
	s.head = min(s.head, len(s.trail))
	s.clearQueue()

	a.learnt = append(a.learnt[:0], point.Not())
	s.minimise()
	for _, side := range a.touched {
		if a.active[side] {
			a.active[side] = false
			a.learnt = append(a.learnt, Lit{side, a.need[side]}.Not())
		}
	}
	s.order.decay()
	s.clauses.step *= 1.001
	return s.assert()
}

// firstUniquePoint undoes the conflict's level down to the one literal of it
// that alone, with earlier levels, leads to the conflict.
func (s *Solver) firstUniquePoint() Lit {
	a := &s.analysis
	var point Lit
	found := false
	for !found {
		e := s.trail[len(s.trail)-1]
		s.undo()
		if !a.active[e.side] || a.need[e.side] <= e.old {
			continue
		}
		l := Lit{e.side, a.need[e.side]}
		a.active[e.side] = false
		a.pending--
		if a.pending == 0 {
			point, found = l, true
			continue
		}
		if e.why.source == byClause {
			s.clauses.bump(e.why.data)
		}
		a.scratch = s.explain(l, e.why, a.scratch[:0])
		for _, o := range a.scratch {
			s.require(o)
		}
	}
	// What is left of the level was not needed.
	for len(s.trail) > int(s.marks[len(s.marks)-1]) {
		s.undo()
	}
	return point
}

// minimise drops needed literals that the other ones imply (Sörensson & Biere
// 2009), following clauses and unconditional arcs, which explain themselves at
// any bounds.
func (s *Solver) minimise() {
	a := &s.analysis
	for _, side := range a.touched {
		if !a.active[side] {
			continue
		}
		a.active[side] = false
		if !s.implied(Lit{side, a.need[side]}, 0) {
			a.active[side] = true
		}
	}
}

// implied reports whether the active literals imply l.
func (s *Solver) implied(l Lit, depth int) bool {
	const deepest = 6
	a := &s.analysis
	if s.base[l.Side] >= l.Bound || a.active[l.Side] && a.need[l.Side] >= l.Bound {
		return true
	}
	if depth == deepest {
		return false
	}
	why := s.trail[s.reachedAt(l)].why
	switch why.source {
	case byArc:
		c := &s.arcs.all[why.data]
		if l.Side != c.to || c.only.Side >= 0 && !s.implied(c.only, depth+1) {
			return false
		}
		return s.implied(Lit{c.from, l.Bound - c.weight}, depth+1)
	case byClause:
		for _, o := range s.clauses.of(why.data) {
			if (o.Side != l.Side || o.Bound < l.Bound) && !s.implied(o.Not(), depth+1) {
				return false
			}
		}
		return true
	}
	return false
}

// assert stores the learnt clause, jumps back and makes its first literal true.
func (s *Solver) assert() bool {
	a := &s.analysis
	if len(a.learnt) == 1 {
		s.backtrack(0)
		return s.enqueue(a.learnt[0], reason{byDecision, 0})
	}
	back, glue := int32(0), int32(1)
	a.stamp++
	for k := 1; k < len(a.learnt); k++ {
		level := s.trail[s.reachedAt(a.learnt[k].Not())].level
		for int(level) >= len(a.levels) {
			a.levels = append(a.levels, 0)
		}
		if a.levels[level] != a.stamp {
			a.levels[level] = a.stamp
			glue++
		}
		if level > back {
			back = level
			a.learnt[1], a.learnt[k] = a.learnt[k], a.learnt[1]
		}
	}
	s.backtrack(back)
	k := s.clauses.add(a.learnt, true, glue)
	return s.enqueue(a.learnt[0], reason{byClause, k})
}
