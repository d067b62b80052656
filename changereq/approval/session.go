package approval

import (
	"math/bits"
	"slices"
	"time"
)

// session judges one stage.
type session struct {
	*ledger

	policy *Policy
	stage  *Stage
	items  []item
	edges  []uint64 // by vote: the requirements it approves, at the time from which it does
	pairs  matching
	since  time.Time // when the stage was satisfied

	helpful uint64 // requirements of which one more approval would help the stage
}

// hear takes down every requirement.
func (s *session) hear(stamp *int32) {
	for i := range s.people {
		s.people[i].set, s.people[i].serves, s.people[i].placed = 0, 0, false
	}
	s.items = make([]item, len(s.stage.Requirements))
	for k := range s.items {
		it := &s.items[k]
		it.r = &s.stage.Requirements[k]
		it.v = RequirementVerdict{ID: it.r.ID, Optional: it.r.Optional}
		if it.applies = s.c.applies(it.r); !it.applies {
			continue
		}
		*stamp++
		s.ledger.hear(it, *stamp, 1<<k, s.edges)
		if o := s.c.overridden(s.policy, it.r); o != nil {
			it.aside, it.v.Override = true, o.ID
			it.vetoed, it.blocked = false, false
			s.latest(o.Second.At)
		}
	}
}

func (s *session) latest(t time.Time) {
	if t.After(s.since) {
		s.since = t
	}
}

// waited reports whether the stage waits for a requirement.
func (it *item) waited() bool { return it.applies && !it.r.Optional && !it.aside }

// match gives the approvals, in the order in which they were cast, to the
// requirements.
func (s *session) match() {
	m := &s.pairs
	m.sets = make([]uint64, len(s.people))
	var waited uint64
	for k := range s.items {
		if it := &s.items[k]; it.waited() {
			m.add(k, it.v.Need)
			waited |= 1 << k
		}
	}
	if s.stage.Matching == Shared {
		s.share(waited)
		return
	}
	var free []int32
	for i, set := range s.edges {
		if set == 0 {
			continue
		}
		id := s.human(i, set)
		fresh := set & waited &^ m.sets[id]
		m.sets[id] |= fresh
		p := &s.people[id]
		switch {
		case fresh == 0:
			continue
		case p.placed: // somebody may take the place that the person can now leave
			m.relead()
			kept := free[:0]
			for _, other := range free {
				if s.people[other].placed = m.place(other); s.people[other].placed {
					s.latest(s.c.Votes[i].At)
				} else {
					kept = append(kept, other)
				}
			}
			free = kept
		case m.place(id):
			p.placed = true
			s.latest(s.c.Votes[i].At)
		case !slices.Contains(free, id):
			free = append(free, id)
		}
	}
	s.helpful = m.helpful(len(s.items))
}

// human notes that the caster of a vote approves, and returns who it is.
func (s *session) human(vote int, set uint64) int32 {
	id := s.voter[vote]
	s.people[id].set |= set
	s.people[id].approves = true
	return id
}

// share lets every approval serve each requirement that lists its caster.
func (s *session) share(waited uint64) {
	m := &s.pairs
	for i, set := range s.edges {
		if set == 0 {
			continue
		}
		id := s.human(i, set)
		fresh := set & waited &^ m.sets[id]
		m.sets[id] |= fresh
		for todo := fresh & m.spare; todo != 0; todo &= todo - 1 {
			m.give(bits.TrailingZeros64(todo), id)
			s.latest(s.c.Votes[i].At)
		}
	}
	s.helpful = m.spare
}
