package approval

import (
	"math/bits"
	"slices"
	"time"
)

// conclude gives every requirement and the stage their states.
func (s *session) conclude(isOpen bool, opened time.Time) StageVerdict {
	out := StageVerdict{Name: s.stage.Name, Requirements: make([]RequirementVerdict, len(s.items))}
	short := s.short()
	for k := range s.items {
		it := &s.items[k]
		s.serve(k, it)
		it.v.State = s.state(k, it, short)
		if !isOpen && (it.v.State == Satisfied || !it.v.State.Done() && it.v.State != Vetoed && it.v.State != Blocked) {
			it.v.State = NotOpen
		}
		s.due(it, isOpen, opened)
		if it.waited() {
			s.latest(it.lifted)
		}
		out.Requirements[k] = it.v
	}
	out.State = stageState(out.Requirements)
	if isOpen && !opened.IsZero() {
		out.Opened = &opened
	}
	return out
}

// stageState is the worst of the requirements that are waited for, and of the
// objections.
func stageState(list []RequirementVerdict) State {
	worst, rank := NotApplicable, 0
	order := []State{NotApplicable, Satisfied, Waiting, Expired, Outdated, Unreachable, NotOpen, Blocked, Vetoed}
	for i := range list {
		state := list[i].State
		if state == Overridden {
			state = Satisfied
		}
		if list[i].Optional && state != Vetoed && state != Blocked {
			continue
		}
		if n := slices.Index(order, state); n > rank {
			worst, rank = state, n
		}
	}
	return worst
}

func (s *session) state(k int, it *item, short uint64) State {
	bit := uint64(1) << k
	switch {
	case !it.applies:
		return NotApplicable
	case it.aside:
		return Overridden
	case it.vetoed:
		return Vetoed
	case it.blocked:
		return Blocked
	case it.r.Optional && it.v.Have >= it.v.Need, !it.r.Optional && s.helpful&bit == 0:
		return Satisfied
	case short&bit != 0:
		return Unreachable
	case it.v.Have+it.outdated+it.expired < it.v.Need, it.outdated+it.expired == 0:
		return Waiting
	case it.v.Have+it.expired >= it.v.Need:
		return Expired
	}
	return Outdated
}

// serve counts the approvals that serve a requirement and marks the others as
// spare.
func (s *session) serve(k int, it *item) {
	bit := uint64(1) << k
	if it.r.Optional || it.aside || s.stage.Matching == Shared {
		for _, id := range it.voters {
			s.people[id].serves |= bit & s.people[id].set
		}
	}
	for _, id := range s.pairs.given[k] {
		s.people[id].serves |= bit
	}
	for i := range it.v.Voices {
		voice := &it.v.Voices[i]
		if voice.Kind != Approve || voice.Status != Counts {
			continue
		}
		if p := &s.people[it.voters[i]]; p.serves&bit != 0 {
			p.serves &^= bit // one person, one voice
			it.v.Have++
		} else {
			voice.Status = Spare
		}
	}
}

// short is the requirements that stay short even if everybody who is still to
// be heard approves.
func (s *session) short() uint64 {
	if s.pairs.spare == 0 {
		return 0
	}
	m := s.pairs.clone()
	m.sets = append(slices.Clone(m.sets), make([]uint64, len(s.people)-len(m.sets))...)
	fresh := make([]uint64, len(s.people))
	var open uint64
	for k := range s.items {
		it := &s.items[k]
		if !it.waited() {
			continue
		}
		if it.openEnded {
			open |= 1 << k
		}
		for _, id := range it.askable {
			fresh[id] |= 1 << k &^ m.sets[id]
			m.sets[id] |= 1 << k
		}
	}
	m.relead()
	for id, set := range fresh {
		s.tryPlace(m, int32(id), set)
	}
	return m.spare &^ open
}

// tryPlace lets a person approve more in a matching that is only tried out.
func (s *session) tryPlace(m *matching, id int32, fresh uint64) {
	if s.stage.Matching != Shared {
		if m.sets[id] != 0 && !s.people[id].placed {
			m.place(id)
		}
		return
	}
	for todo := fresh & m.spare; todo != 0; todo &= todo - 1 {
		m.give(bits.TrailingZeros64(todo), id)
	}
}

// due says by when the requirement should be met. Being late changes nothing
// else.
func (s *session) due(it *item, isOpen bool, opened time.Time) {
	if it.r.Due <= 0 || !isOpen || opened.IsZero() || !it.applies {
		return
	}
	due := it.r.Due.after(opened)
	it.v.Due = &due
	it.v.Overdue = !it.v.State.Done() && !s.c.Now.Before(due)
	s.lapses(due)
}

// asks lists who could now help: everybody without a word that stands whom a
// requirement in need lists, and whoever may speak for them.
func (s *session) asks() []Ask {
	var out []Ask
	for k := range s.items {
		it := &s.items[k]
		if it.v.State.Done() || !it.applies {
			continue
		}
		for _, id := range it.askable {
			if p := &s.people[id]; !p.asked && p.set&(1<<k) == 0 {
				p.asked = true
				out = append(out, Ask{Person: p.name, Requirement: it.r.ID})
			}
			out = s.askDelegates(out, it, 1<<k, s.people[id].name)
		}
	}
	return out
}

func (s *session) askDelegates(out []Ask, it *item, bit uint64, principal string) []Ask {
	for i := range len(s.c.Delegations) + len(s.c.Deputies) {
		d := s.c.delegation(i)
		if d.From != principal || !d.Covers(it.r.ID, s.c.Now) || s.bars(d.To, it.r) != "" || s.people[s.id(d.To)].set&bit != 0 {
			continue
		}
		if !slices.ContainsFunc(out, func(a Ask) bool { return a.Person == d.To && a.For == principal }) {
			out = append(out, Ask{Person: d.To, For: principal, Requirement: it.r.ID})
		}
	}
	return out
}

// Unreachable lists the requirements that apply and could not be satisfied even
// if everybody who may approve did so: a policy that asks for them should not
// be attached to the request.
func (j *Judge) Unreachable(c *Case) []Shortage {
	return j.unreachable(c, false, c.applies)
}

// unreachable tries the requirements that count. When loose, people of whom
// nothing is known are taken to be enough.
func (j *Judge) unreachable(c *Case, loose bool, counts func(*Requirement) bool) []Shortage {
	bare := *c
	bare.Votes, bare.Overrides = nil, nil
	l := newLedger(&bare)
	var out []Shortage
	var stamp int32
	for i := range j.policy.Stages {
		st := &j.policy.Stages[i]
		s := &session{ledger: l, policy: &j.policy, stage: st, items: make([]item, len(st.Requirements))}
		for k := range s.items {
			it := &s.items[k]
			it.r = &st.Requirements[k]
			stamp++
			if it.applies = counts(it.r); it.applies {
				l.hear(it, stamp, 1<<k, nil)
				it.applies = !loose || !bare.Directory.unknown(it.r.From)
			}
		}
		s.match()
		short := s.short()
		for k := range s.items {
			if it := &s.items[k]; short&(1<<k) != 0 {
				out = append(out, Shortage{Stage: st.Name, Requirement: it.r.ID, Need: it.v.Need, Could: len(it.askable)})
			}
		}
	}
	return out
}

// unknown reports whether nobody knows how many people f names.
func (d Directory) unknown(f From) bool {
	return f.Owners || d.Roles == nil && len(f.Roles) > 0 || d.Groups == nil && len(f.Groups) > 0
}
