package lcg

// Propagator is a constraint that moves bounds and can say why.
type Propagator interface {
	// Touch tells that a side watched as item has moved, either way.
	Touch(item int32)
	// Propagate moves bounds with Solver.Push and returns false after a Push
	// that failed or after Solver.Fail.
	Propagate(s *Solver, self int32) bool
	// Explain appends literals that imply l by this constraint. All of them
	// hold at the bounds the solver shows, which are those before l was pushed
	// with data.
	Explain(s *Solver, l Lit, data int32, out []Lit) []Lit
}

// AddPropagator adds a constraint; it is called with the items it watches by
// Watch.
func (s *Solver) AddPropagator(p Propagator) int32 {
	k := int32(len(s.props))
	s.props = append(s.props, p)
	s.queued = append(s.queued, true)
	s.queue = append(s.queue, k)
	return k
}

// Watch tells propagator p under the given item when side moves.
func (s *Solver) Watch(p int32, side Side, item int32) {
	s.watchers[side] = append(s.watchers[side], watcher{p, item})
}

// Push makes a literal true for a propagator that can explain it from data. It
// returns false on conflict.
func (s *Solver) Push(l Lit, self, data int32) bool {
	return s.enqueue(l, reason{self, data})
}

// Fail states a conflict: literals that hold and cannot hold together.
func (s *Solver) Fail(lits []Lit) bool {
	s.conflict = append(s.conflict[:0], lits...)
	return false
}

func (s *Solver) clearQueue() {
	// Propagators keep what they were told; each runs again when one of its
	// sides moves next.
	for _, k := range s.queue[s.next:] {
		s.queued[k] = false
	}
	s.queue, s.next = s.queue[:0], 0
}

// propagate runs every constraint until nothing moves. It returns false with
// the conflict set. Now and then it asks whether to stop; it then returns early
// with halted set, and goes on from there when it is called again.
func (s *Solver) propagate() bool {
	for steps := 1; ; steps++ {
		if steps&63 == 0 && s.stop != nil && s.stop() {
			s.halted = true
			return true
		}
		for s.head < len(s.trail) {
			k := s.head
			s.head++
			if !s.follow(k) {
				return false
			}
		}
		if s.next == len(s.queue) {
			s.queue, s.next = s.queue[:0], 0
			return true
		}
		k := s.queue[s.next]
		s.next++
		s.queued[k] = false
		if !s.props[k].Propagate(s, k) {
			return false
		}
	}
}

// follow draws the consequences of one entry of the trail.
func (s *Solver) follow(k int) bool {
	side, old := s.trail[k].side, s.trail[k].old
	for _, w := range s.watchers[side] {
		s.props[w.prop].Touch(w.item)
		if !s.queued[w.prop] {
			s.queued[w.prop] = true
			s.queue = append(s.queue, w.prop)
		}
	}
	if s.last[side] == int32(k) {
		for _, a := range s.arcs.out[side] {
			if !s.followArc(a) {
				return false
			}
		}
		for _, a := range s.arcs.when[side] {
			if !s.followArc(a) {
				return false
			}
		}
	}
	return s.visit(side, old)
}
