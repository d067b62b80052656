package lcg

// Outcome is what a call of Solve found.
type Outcome uint8

// The outcomes of Solve.
const (
	Solved   Outcome = iota // the values are in Options.Values
	Refuted                 // no solution keeps the assumptions
	Excluded                // no solution at all
	GaveUp                  // the limit was reached first
)

// Options steers one call of Solve.
type Options struct {
	// Assume must hold in the solution; a refutation excludes it for good.
	Assume []Lit
	// Conflicts is the limit, counted from the call.
	Conflicts int
	// Stop is asked at each conflict and decision and in long propagations; once
	// it has said so it keeps to it. Nil never stops.
	Stop func() bool
	// Inputs are the variables to decide, the others follow. The one with the
	// smallest minimum is set to it first, an earlier one before a later one.
	Inputs []Var
	// Wish gives each variable of the solver a value to try first, as far as
	// it reaches; nil tries small values.
	Wish []int32
	// Activity branches on what conflicts needed, else by Inputs alone.
	Activity bool
	// Restart is the number of conflicts in the first run; zero means 128.
	Restart int
	// Values receives the solution.
	Values []int32
}

// Solve searches for a solution, restarting now and then (Luby, Sinclair &
// Zuckerman 1993), until the limit. Learnt clauses stay for later calls.
func (s *Solver) Solve(o *Options) Outcome {
	if s.failed {
		return Excluded
	}
	s.stop, s.halted = o.Stop, false
	if !s.root() {
		return Excluded
	}
	if s.halted {
		return GaveUp
	}
	end := s.Conflicts + o.Conflicts
	if o.Restart == 0 {
		o.Restart = 128
	}
	for run := 1; ; run++ {
		limit := min(end, s.Conflicts+luby(run)*o.Restart)
		switch out := s.dive(o, limit); {
		case out != GaveUp:
			return out
		case s.Conflicts >= end || o.Stop != nil && o.Stop():
			return GaveUp
		}
		if s.clauses.learnt > 4000+s.Conflicts/8 {
			s.reduce()
		}
	}
}

// root propagates without any decision.
func (s *Solver) root() bool {
	s.backtrack(0)
	if !s.propagate() {
		s.failed = true
		return false
	}
	if s.halted {
		return true
	}
	s.settle()
	if s.order.step == 0 {
		s.order.open(s)
	}
	return true
}

// dive searches from the root until a solution, a refutation or the limit of
// conflicts, and leaves the solver at the root.
func (s *Solver) dive(o *Options, limit int) Outcome {
	for {
		if !s.propagate() {
			if !s.learn() {
				s.backtrack(0)
				s.failed = true
				return Excluded
			}
			if s.level() == 0 && !s.root() {
				return Excluded
			}
			continue
		}
		if s.halted || s.Conflicts >= limit || o.Stop != nil && o.Stop() {
			s.backtrack(0)
			return GaveUp
		}
		l, out := s.choose(o)
		if out != GaveUp {
			s.backtrack(0)
			return out
		}
		s.marks = append(s.marks, int32(len(s.trail)))
		s.enqueue(l, reason{byDecision, 0})
	}
}

// choose returns the next decision, or Solved or Refuted if none is left.
func (s *Solver) choose(o *Options) (Lit, Outcome) {
	for _, l := range o.Assume {
		if s.False(l) {
			return Lit{}, Refuted
		}
		if !s.True(l) {
			return l, GaveUp
		}
	}
	if o.Activity {
		if v, value, ok := s.order.pick(s); ok {
			if int(v) < len(o.Wish) && o.Wish[v] >= value {
				return v.GE(value), GaveUp
			}
			return v.LE(value - 1), GaveUp
		}
	}
	best, found := Var(0), false
	for _, v := range o.Inputs {
		if s.Lo(v) < s.Hi(v) && (!found || s.Lo(v) < s.Lo(best)) {
			best, found = v, true
		}
	}
	if found {
		if int(best) < len(o.Wish) && o.Wish[best] > s.Lo(best) {
			return best.GE(min(o.Wish[best], s.Hi(best))), GaveUp
		}
		return best.LE(s.Lo(best)), GaveUp
	}
	o.Values = o.Values[:0]
	for v := range len(s.lo) / 2 {
		o.Values = append(o.Values, s.lo[2*v])
	}
	return Lit{}, Solved
}

// luby returns term i of 1 1 2 1 1 2 4 …, counted from 1.
func luby(i int) int {
	for {
		size := 1
		for 2*size-1 < i {
			size *= 2
		}
		if 2*size-1 == i {
			return size
		}
		i -= size - 1
	}
}

// Force makes a literal true for good. It is called between calls of Solve.
func (s *Solver) Force(l Lit) {
	s.backtrack(0)
	if !s.failed && !s.enqueue(l, reason{byDecision, 0}) {
		s.failed = true
	}
}
