package lifecycle

import "slices"

// search is the result of a breadth-first search: the states it got to, and how.
type search struct {
	shape *Shape
	seen  []bool
	via   []int  // state -> arc it was first reached over, none where the search began at an opening
	began []bool // the search began in this state
}

// none stands for "over no arc".
const none = -1

// start is a place where a search begins: at an opening, or with a reopening arc behind it.
type start struct{ state, via int }

// openings are the initial states.
func (s *Shape) openings() []start {
	starts := make([]start, len(s.initial))
	for i, state := range s.initial {
		starts[i] = start{state: state, via: none}
	}

	return starts
}

// search goes forward from the starts over the arcs that are open. The way to a state is a shortest one; of several,
// the first in definition order.
func (s *Shape) search(starts []start, open func(arc int) bool) search {
	found := search{
		shape: s,
		seen:  make([]bool, len(s.states.list)),
		via:   make([]int, len(s.states.list)),
		began: make([]bool, len(s.states.list)),
	}

	var queue []int

	for _, begin := range starts {
		if !found.seen[begin.state] {
			found.seen[begin.state], found.began[begin.state], found.via[begin.state] = true, true, begin.via
			queue = append(queue, begin.state)
		}
	}

	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]

		for _, i := range s.out[state] {
			if to := s.arcs[i].to; !found.seen[to] && open(i) {
				found.seen[to], found.via[to] = true, i
				queue = append(queue, to)
			}
		}
	}

	return found
}

// path is the way the search took to the state; empty where it began at an opening.
func (f search) path(state int) []Move {
	var path []Move

	for f.via[state] != none {
		step := f.shape.arcs[f.via[state]]
		path = append(path, f.shape.move(step))

		if f.began[state] {
			break
		}

		state = step.from
	}

	slices.Reverse(path)

	return path
}

// leadingTo marks the states from which a target can be reached, the targets among them.
func (s *Shape) leadingTo(target func(State) bool) []bool {
	seen := make([]bool, len(s.states.list))

	var queue []int

	for id, state := range s.def.States {
		if target(state) {
			seen[id] = true
			queue = append(queue, id)
		}
	}

	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]

		for _, i := range s.in[state] {
			if from := s.arcs[i].from; !seen[from] {
				seen[from] = true
				queue = append(queue, from)
			}
		}
	}

	return seen
}

// move names the arc's edge.
func (s *Shape) move(a arc) Move { return s.def.Edges[a.edge].move() }

// edge gives the edge of the arc with that index.
func (s *Shape) edge(arc int) Edge { return s.def.Edges[s.arcs[arc].edge] }

// anyArc leaves every arc open.
func anyArc(int) bool { return true }
