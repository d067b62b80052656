package conform

import (
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// MoveKind is what a step of an alignment explains.
type MoveKind uint8

// Both means that event and model agree; Log that the model does not have the
// event; ModelOnly that the activity of the model did not happen.
const (
	Both MoveKind = iota
	Log
	ModelOnly
)

// String gives the kind as words.
func (k MoveKind) String() string {
	switch k {
	case Both:
		return "in order"
	case Log:
		return "not in the model"
	case ModelOnly:
		return "did not happen"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Move is a step of an alignment. Position is that of the event, from 0; for
// ModelOnly that of the event before which the activity is missing.
type Move struct {
	Kind     MoveKind
	Activity string
	Position int
}

// Alignment explains a case by a sequence that the model allows.
type Alignment struct {
	Moves   []Move
	Cost    int     // moves that are not Both: the fewest possible
	Fitness float64 // 1 − Cost/(events + Model.Shortest), 1 for a case in order
}

// DefaultLimit is how many states of a search Align looks at before it gives up.
const DefaultLimit = 2_000_000

var errNoWay = errors.New("conform: the model has no end")

// Align explains a sequence of activities at the least cost. limit is how many
// states it may look at, 0 means DefaultLimit; beyond it the error is ErrLimit.
func (m *Model) Align(trace []string, limit int) (Alignment, error) {
	ids := make([]int, len(trace))
	for i, name := range trace {
		id, ok := m.net.names[name]
		if !ok {
			id = silent // no activity of the model
		}
		ids[i] = id
	}
	if limit <= 0 {
		limit = DefaultLimit
	}
	a, err := m.align(ids, limit)
	if err != nil {
		return a, err
	}
	for i, move := range a.Moves {
		if move.Kind != ModelOnly {
			a.Moves[i].Activity = trace[move.Position]
		}
	}
	a.Fitness = 1
	if worst := len(trace) + m.shortest; worst > 0 {
		a.Fitness = 1 - float64(a.Cost)/float64(worst)
	}
	return a, nil
}

// node is a place in the search: so many events explained, the model in a state.
type node struct{ position, state int }

// step is how a node was reached, at which cost.
type step struct {
	from node
	move Move
	cost int
	done bool
}

// align searches for the cheapest way, in order of cost plus what the events
// still to come cost at least: one for each that no part of the model has. All
// steps cost 0 or 1, so a list for each cost takes the place of a heap. Within a
// list the last found is the first looked at, and events that agree are found
// last, so that a case in order is explained without detours.
func (m *Model) align(trace []int, limit int) (Alignment, error) {
	strange := make([]int, len(trace)+1) // events from here on that the model does not know
	for i := len(trace) - 1; i >= 0; i-- {
		strange[i] = strange[i+1]
		if trace[i] == silent {
			strange[i]++
		}
	}
	best := map[node]step{{0, m.start}: {}}
	lists := [][]node{0: {{0, m.start}}}
	least := 0
	reach := func(from node, cost int, to node, move Move) {
		if old, ok := best[to]; ok && (old.done || old.cost <= cost) {
			return
		}
		best[to] = step{from: from, move: move, cost: cost}
		at := cost + strange[to.position] - strange[0]
		for len(lists) <= at {
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], to)
	}
	for least < len(lists) {
		last := len(lists[least]) - 1
		if last < 0 {
			least++
			continue
		}
		at := lists[least][last]
		lists[least] = lists[least][:last]
		s := best[at]
		if s.done || s.cost+strange[at.position]-strange[0] < least {
			continue
		}
		s.done = true
		best[at] = s
		if at.position == len(trace) && m.states[at.state].ends {
			return m.explain(best, at), nil
		}
		if len(best) > limit {
			return Alignment{}, fmt.Errorf("%w: an alignment needs more than %d states", ErrLimit, limit)
		}
		if err := m.expand(at.state); err != nil {
			return Alignment{}, err
		}
		m.steps(trace, at, s.cost, reach)
	}
	return Alignment{}, errNoWay
}

// steps finds what can be done at a node.
func (m *Model) steps(trace []int, at node, cost int, reach func(node, int, node, Move)) {
	here := &m.states[at.state]
	for _, activity := range slices.Backward(here.allowed) {
		reach(at, cost+1, node{at.position, here.next[activity]}, Move{ModelOnly, m.net.activities[activity], at.position})
	}
	if at.position == len(trace) {
		return
	}
	reach(at, cost+1, node{at.position + 1, at.state}, Move{Log, "", at.position})
	if to, ok := here.next[trace[at.position]]; ok {
		reach(at, cost, node{at.position + 1, to}, Move{Both, "", at.position})
	}
}

// explain walks back from the end.
func (m *Model) explain(best map[node]step, at node) Alignment {
	a := Alignment{Cost: best[at].cost}
	for begin := (node{0, m.start}); at != begin; at = best[at].from {
		a.Moves = append(a.Moves, best[at].move)
	}
	slices.Reverse(a.Moves)
	return a
}

// Checked is how a variant of a log compares.
type Checked struct {
	Activities []string
	Cases      []uint32 // of the log, in its order
	Alignment
}

// Located is a deviation with where it was found.
type Located struct {
	Kind     MoveKind
	Activity string
	After    string // the activity of the case before it, "" at the begin
	Times    int
	Cases    []uint32 // of the log
}

// Conformance is how a log compares with a model.
type Conformance struct {
	Cases, Fitting int     // cases; those of cost 0
	Cost           int     // of all cases
	Fitness        float64 // 1 − Cost/Σ(events + Model.Shortest)
	Variants       []Checked
	Deviations     []Located // most first, then by kind and names
}

// Check aligns every case of a log; a variant is aligned once. limit is that of
// Align.
func Check(m *Model, log *process.Log, limit int) (*Conformance, error) {
	out := &Conformance{}
	variants := make(map[string]int)
	var way []byte
	for id, events := range log.ByCase().All() {
		way = way[:0]
		for _, e := range events {
			way = append(way, byte(e.Activity), byte(e.Activity>>8), byte(e.Activity>>16), byte(e.Activity>>24))
		}
		at, known := variants[string(way)]
		if !known {
			at = len(out.Variants)
			variants[string(way)] = at
			c := Checked{}
			for _, e := range events {
				c.Activities = append(c.Activities, log.Activity(e))
			}
			var err error
			if c.Alignment, err = m.Align(c.Activities, limit); err != nil {
				return nil, fmt.Errorf("case %q: %w", log.Cases.Of(id), err)
			}
			out.Variants = append(out.Variants, c)
		}
		out.Variants[at].Cases = append(out.Variants[at].Cases, id)
	}
	out.sum(m)
	return out, nil
}
