package lcg

// reason says why a side moved. A negative source is one of the constants
// below, any other the index of a propagator; data is the source's own.
type reason struct {
	source int32
	data   int32
}

const (
	byDecision = -1
	byClause   = -2 // data: clause
	byArc      = -3 // data: arc
)

// entry is one move of one side.
type entry struct {
	side  Side
	old   int32 // bound before
	prev  int32 // the side's entry before this one, or -1
	level int32
	why   reason
}

// Solver holds the variables, constraints and learnt clauses of one problem.
type Solver struct {
	lo    []int32 // bound of each side now
	base  []int32 // bound of each side without any decision
	last  []int32 // newest trail entry of each side, or -1
	trail []entry
	head  int     // trail entries before it have been propagated
	marks []int32 // trail length at the start of each decision level

	arcs     arcStore
	clauses  clauseStore
	watchers [][]watcher // of propagators, by side
	props    []Propagator
	queued   []bool
	queue    []int32
	next     int // first of queue that has not run

	analysis analysis
	order    activity

	conflict []Lit // true literals that cannot hold together
	failed   bool  // contradiction without any decision
	stop     func() bool
	halted   bool // propagation was told to stop before it was done

	// Conflicts counts the conflicts met since the solver was made.
	Conflicts int
}

type watcher struct {
	prop int32
	item int32
}

// New returns a solver without variables.
func New() *Solver { return &Solver{} }

// NewVar adds a variable with an initial domain.
func (s *Solver) NewVar(low, high int32) Var {
	v := Var(len(s.lo) / 2)
	s.lo = append(s.lo, low, -high)
	s.base = append(s.base, low, -high)
	s.last = append(s.last, -1, -1)
	s.watchers = append(s.watchers, nil, nil)
	s.arcs.grow()
	s.clauses.grow()
	s.analysis.grow()
	if low > high {
		s.failed = true
	}
	return v
}

// Vars returns the number of variables.
func (s *Solver) Vars() int { return len(s.lo) / 2 }

// Lo returns the least value a variable can take now.
func (s *Solver) Lo(v Var) int32 { return s.lo[2*v] }

// Hi returns the greatest value a variable can take now.
func (s *Solver) Hi(v Var) int32 { return -s.lo[2*v+1] }

// Bound returns the bound of a side now.
func (s *Solver) Bound(side Side) int32 { return s.lo[side] }

// True reports whether a literal holds now.
func (s *Solver) True(l Lit) bool { return l.Side < 0 || s.lo[l.Side] >= l.Bound }

// False reports whether the contrary of a literal holds now.
func (s *Solver) False(l Lit) bool { return l.Side >= 0 && -s.lo[l.Side^1] < l.Bound }

func (s *Solver) level() int32 { return int32(len(s.marks)) }

// enqueue makes a literal true. It returns false, with the conflict set, if
// its contrary holds.
func (s *Solver) enqueue(l Lit, why reason) bool {
	old := s.lo[l.Side]
	if l.Bound <= old {
		return true
	}
	if -s.lo[l.Side^1] < l.Bound {
		s.conflict = s.explain(l, why, s.conflict[:0])
		s.conflict = append(s.conflict, l.Not())
		return false
	}
	s.trail = append(s.trail, entry{l.Side, old, s.last[l.Side], s.level(), why})
	s.last[l.Side] = int32(len(s.trail) - 1)
	s.lo[l.Side] = l.Bound
	return true
}

// explain appends literals, true before the entry in question, that together
// imply l.
func (s *Solver) explain(l Lit, why reason, out []Lit) []Lit {
	switch why.source {
	case byDecision:
		return out
	case byClause:
		for _, o := range s.clauses.of(why.data) {
			if o.Side != l.Side || o.Bound < l.Bound {
				out = append(out, o.Not())
			}
		}
		return out
	case byArc:
		return s.explainArc(l, why.data, out)
	}
	return s.props[why.source].Explain(s, l, why.data, out)
}

// undo takes back the newest entry of the trail.
func (s *Solver) undo() {
	k := len(s.trail) - 1
	e := &s.trail[k]
	if k < s.head { // propagators heard of it
		for _, w := range s.watchers[e.side] {
			s.props[w.prop].Touch(w.item)
		}
	}
	s.order.restore(e.side, e.old, s.lo[e.side])
	s.lo[e.side] = e.old
	s.last[e.side] = e.prev
	s.trail = s.trail[:k]
}

// backtrack undoes every level above the given one.
func (s *Solver) backtrack(level int32) {
	if s.level() <= level {
		return
	}
	for len(s.trail) > int(s.marks[level]) {
		s.undo()
	}
	s.marks = s.marks[:level]
	s.head = min(s.head, len(s.trail))
	s.clearQueue()
}

// settle makes the present bounds those without any decision.
func (s *Solver) settle() {
	copy(s.base, s.lo)
	for _, e := range s.trail {
		s.last[e.side] = -1
	}
	s.trail = s.trail[:0]
	s.head = 0
}
