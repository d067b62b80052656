package approval

import (
	"math/bits"
	"slices"
)

// matching gives people to requirements, at most one requirement to each, and
// never takes a requirement beyond its need: a bipartite matching with
// capacities, grown by augmenting paths (Kuhn 1955). Requirements are bits of a
// set, so a stage has at most MaxRequirements of them.
type matching struct {
	need  [MaxRequirements]int
	given [MaxRequirements][]int32 // people
	spare uint64                   // requirements that need more
	sets  []uint64                 // by person: the requirements they approve
	leads [MaxRequirements]uint64  // where those given to a requirement could go instead
}

// add sets what a requirement needs.
func (m *matching) add(r, need int) {
	m.need[r] = need
	if need > 0 {
		m.spare |= 1 << r
	}
}

// place gives the person to a requirement of their set if that makes the
// matching larger, moving others if it must.
func (m *matching) place(person int32) bool {
	set := m.sets[person]
	if m.spare == 0 || m.reach(set)&m.spare == 0 {
		return false
	}
	var visited uint64
	return m.augment(person, &visited)
}

// reach is every requirement that an augmenting path from the set can come to.
func (m *matching) reach(set uint64) uint64 {
	for todo := set; todo != 0; {
		r := bits.TrailingZeros64(todo)
		todo &^= 1 << r
		fresh := m.leads[r] &^ set
		set |= fresh
		todo |= fresh
	}
	return set
}

func (m *matching) augment(person int32, visited *uint64) bool {
	if direct := m.sets[person] & m.spare; direct != 0 {
		m.give(bits.TrailingZeros64(direct), person)
		return true
	}
	for todo := m.sets[person] &^ *visited; todo != 0; todo &^= *visited {
		r := bits.TrailingZeros64(todo)
		*visited |= 1 << r
		for i, other := range m.given[r] {
			if m.augment(other, visited) {
				m.given[r][i] = person
				m.lead(r)
				return true
			}
		}
	}
	return false
}

func (m *matching) give(r int, person int32) {
	if m.given[r] == nil {
		m.given[r] = make([]int32, 0, min(m.need[r], len(m.sets)))
	}
	m.given[r] = append(m.given[r], person)
	m.leads[r] |= m.sets[person]
	if len(m.given[r]) == m.need[r] {
		m.spare &^= 1 << r
	}
}

// lead recomputes where the people of a requirement could go instead.
func (m *matching) lead(r int) {
	m.leads[r] = 0
	for _, person := range m.given[r] {
		m.leads[r] |= m.sets[person]
	}
}

// relead recomputes it for every requirement.
func (m *matching) relead() {
	for r := range m.given {
		if len(m.given[r]) > 0 {
			m.lead(r)
		}
	}
}

// helpful is the requirements, of the first n, of which one more approval by
// somebody new would make the matching larger.
func (m *matching) helpful(n int) uint64 {
	var out uint64
	for r := range n {
		if m.spare != 0 && m.reach(1<<r)&m.spare != 0 {
			out |= 1 << r
		}
	}
	return out
}

// clone returns a matching that shares nothing with m but the sets.
func (m *matching) clone() *matching {
	x := *m
	for r := range x.given {
		x.given[r] = slices.Clone(x.given[r])
	}
	return &x
}
