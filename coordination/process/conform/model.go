package conform

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrLimit is returned where an answer would take too long or too much memory.
var ErrLimit = errors.New("conform: larger than the limit")

// maxStates is how many states a model may turn out to have, and maxMarkings
// how many markings may be possible at once.
const (
	maxStates   = 50_000
	maxMarkings = 4096
)

// Model says which sequences of activities are in order. It finds its states as
// it is used and keeps them, so it is not safe for concurrent use; Clone it for
// that.
type Model struct {
	net    *net
	final  []marking
	start  int
	states []state
	index  map[string]int  // by the bytes of the markings
	single map[marking]int // state that one marking leads to
	// shortest is the fewest activities from the start to an end.
	shortest int
}

// state is a set of markings that the same events lead to: which one holds, if
// there are silent steps or two ways to do an activity, nobody can tell.
type state struct {
	markings []marking
	ends     bool        // one of them is final
	next     map[int]int // by activity; only those allowed
	allowed  []int       // activities in order of names
	ready    bool        // next is complete
}

func newModel(n *net, first marking, final []marking, shortest int) (*Model, error) {
	m := &Model{net: n, final: final, shortest: shortest, index: make(map[string]int), single: make(map[marking]int)}
	var err error
	m.start, err = m.state([]marking{first})
	return m, err
}

// Clone gives a model that may be used beside this one.
func (m *Model) Clone() *Model {
	first := m.states[m.start]
	return &Model{
		net: m.net, final: m.final, shortest: m.shortest, states: []state{{markings: first.markings, ends: first.ends}},
		index: map[string]int{key(first.markings): 0}, single: make(map[marking]int),
	}
}

// Activities lists the activities of the model in order of names.
func (m *Model) Activities() []string {
	out := slices.Clone(m.net.activities)
	slices.Sort(out)
	return out
}

// Shortest is the fewest activities that a case in order has.
func (m *Model) Shortest() int { return m.shortest }

// key names a set of markings, which are sorted.
func key(markings []marking) string {
	out := make([]byte, 0, len(markings)*MaxPlaces/8)
	for _, m := range markings {
		for _, word := range m {
			for shift := 0; shift < 64; shift += 8 {
				out = append(out, byte(word>>shift))
			}
		}
	}
	return string(out)
}

func compareMarkings(a, b marking) int { return slices.Compare(a[:], b[:]) }

// state finds or makes the state of the markings and all that silent steps lead
// to from them.
func (m *Model) state(markings []marking) (int, error) {
	if len(markings) > 1 {
		return m.closure(markings)
	}
	if id, ok := m.single[markings[0]]; ok {
		return id, nil
	}
	id, err := m.closure(markings)
	if err == nil {
		m.single[markings[0]] = id
	}
	return id, err
}

func (m *Model) closure(markings []marking) (int, error) {
	seen := make(map[marking]bool, len(markings))
	list := slices.Clone(markings)
	for _, x := range markings {
		seen[x] = true
	}
	for i := 0; i < len(list); i++ {
		for t := range m.net.transitions {
			step := &m.net.transitions[t]
			if step.activity != silent || !list[i].has(step.from) {
				continue
			}
			if after := list[i].fire(step); !seen[after] {
				seen[after] = true
				list = append(list, after)
			}
		}
		if len(list) > maxMarkings {
			return 0, fmt.Errorf("%w: more than %d markings are possible at once", ErrLimit, maxMarkings)
		}
	}
	slices.SortFunc(list, compareMarkings)
	list = slices.Compact(list)
	name := key(list)
	if id, ok := m.index[name]; ok {
		return id, nil
	}
	if len(m.states) == maxStates {
		return 0, fmt.Errorf("%w: the model has more than %d states", ErrLimit, maxStates)
	}
	s := state{markings: list}
	for _, final := range m.final {
		_, found := slices.BinarySearchFunc(list, final, compareMarkings)
		s.ends = s.ends || found
	}
	id := len(m.states)
	m.states = append(m.states, s)
	m.index[name] = id
	return id, nil
}

// expand finds what a state allows.
func (m *Model) expand(id int) error {
	if m.states[id].ready {
		return nil
	}
	after := make(map[int][]marking)
	for _, x := range m.states[id].markings {
		for t := range m.net.transitions {
			step := &m.net.transitions[t]
			if step.activity != silent && x.has(step.from) {
				after[step.activity] = append(after[step.activity], x.fire(step))
			}
		}
	}
	next := make(map[int]int, len(after))
	allowed := make([]int, 0, len(after))
	for activity := range after {
		allowed = append(allowed, activity)
	}
	slices.SortFunc(allowed, func(a, b int) int { return cmp.Compare(m.net.activities[a], m.net.activities[b]) })
	for _, activity := range allowed {
		to, err := m.state(after[activity])
		if err != nil {
			return err
		}
		next[activity] = to
	}
	s := &m.states[id]
	s.next, s.allowed, s.ready = next, allowed, true
	return nil
}

// Run follows one case as it happens.
type Run struct {
	model *Model
	at    int
	steps int
	Cost  int // events that were not allowed
}

// Start begins to follow a case.
func (m *Model) Start() *Run { return &Run{model: m, at: m.start} }

// Deviation is an event that was not allowed.
type Deviation struct {
	Position int // of the event in its case, from 0
	Activity string
	Allowed  []string // what was allowed instead, in order of names
	Ends     bool     // the case might have ended instead
}

// String says what happened and what was allowed.
func (d Deviation) String() string {
	end := ""
	if d.Ends {
		end = " or the end"
	}
	return fmt.Sprintf("event %d is %q; allowed is one of %q%s", d.Position+1, d.Activity, d.Allowed, end)
}

// Step takes the next event. It returns nil if the event is allowed; otherwise
// the run stays where it was and goes on from there.
func (r *Run) Step(activity string) (*Deviation, error) {
	if err := r.model.expand(r.at); err != nil {
		return nil, err
	}
	s := &r.model.states[r.at]
	r.steps++
	if id, known := r.model.net.names[activity]; known {
		if to, ok := s.next[id]; ok {
			r.at = to
			return nil, nil //nolint:nilnil // no deviation is the usual answer
		}
	}
	r.Cost++
	return &Deviation{Position: r.steps - 1, Activity: activity, Allowed: r.model.spell(s.allowed), Ends: s.ends}, nil
}

func (m *Model) spell(ids []int) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, m.net.activities[id])
	}
	return out
}

// Ended says whether the case may end here.
func (r *Run) Ended() bool { return r.model.states[r.at].ends }

// Allowed lists what may come next, in order of names.
func (r *Run) Allowed() ([]string, error) {
	if err := r.model.expand(r.at); err != nil {
		return nil, err
	}
	return r.model.spell(r.model.states[r.at].allowed), nil
}
