package lcg

// arc is the rule that a side is at least another side's bound plus a weight,
// as long as its condition holds.
type arc struct {
	from, to Side
	weight   int32
	only     Lit
}

// arcStore finds the arcs that a moved side concerns.
type arcStore struct {
	all  []arc
	out  [][]int32 // by from
	when [][]int32 // by the side of the condition
}

func (a *arcStore) grow() {
	a.out = append(a.out, nil, nil)
	a.when = append(a.when, nil, nil)
}

// AddArc requires to >= from + weight wherever the condition holds. If the
// bounds exclude that, the condition is made false.
func (s *Solver) AddArc(from, to Var, weight int32, only Lit) {
	s.addArc(arc{from.Lower(), to.Lower(), weight, only})
	s.addArc(arc{to.Upper(), from.Upper(), weight, only})
}

// AddMirroredArc requires to >= weight - from.
func (s *Solver) AddMirroredArc(from, to Var, weight int32) {
	s.addArc(arc{from.Upper(), to.Lower(), weight, Always})
	s.addArc(arc{to.Upper(), from.Lower(), weight, Always})
}

func (s *Solver) addArc(a arc) {
	k := int32(len(s.arcs.all))
	s.arcs.all = append(s.arcs.all, a)
	s.arcs.out[a.from] = append(s.arcs.out[a.from], k)
	if a.only.Side >= 0 {
		s.arcs.when[a.only.Side] = append(s.arcs.when[a.only.Side], k)
	}
	if !s.followArc(k) {
		s.failed = true
	}
}

// followArc applies one arc to the bounds as they are.
func (s *Solver) followArc(k int32) bool {
	a := &s.arcs.all[k]
	reach := s.lo[a.from] + a.weight
	if reach <= s.lo[a.to] {
		return true
	}
	if s.True(a.only) {
		return s.enqueue(Lit{a.to, reach}, reason{byArc, k})
	}
	if reach > -s.lo[a.to^1] && !s.False(a.only) {
		return s.enqueue(a.only.Not(), reason{byArc, k})
	}
	return true
}

func (s *Solver) explainArc(l Lit, k int32, out []Lit) []Lit {
	a := &s.arcs.all[k]
	if l.Side == a.to {
		out = append(out, Lit{a.from, l.Bound - a.weight})
		if a.only.Side >= 0 {
			out = append(out, a.only)
		}
		return out
	}
	// The condition is false because the side would overrun its other bound.
	from := s.lo[a.from]
	return append(out, Lit{a.from, from}, Lit{a.to ^ 1, 1 - from - a.weight})
}
