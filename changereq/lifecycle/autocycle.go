package lifecycle

import "slices"

// autoCycles finds cycles of automatic edges: a request could go round for ever by itself. Each strongly connected
// component of the automatic edges is reported once, with a shortest cycle through its first state.
func (s *Shape) autoCycles() []Finding {
	var findings []Finding

	for _, component := range s.components(s.auto) {
		path := s.cycle(component)
		if len(path) == 0 {
			continue
		}

		findings = append(findings, Finding{
			Code: AutoCycle, Severity: SeverityError, State: path[0].From, Path: path,
			Text:   "automatic edges lead from " + path[0].From + " back to it",
			Advice: "make one edge of the cycle a decision of somebody",
		})
	}

	return findings
}

// auto reports whether the arc is taken by itself.
func (s *Shape) auto(arc int) bool { return s.edge(arc).Auto }

// cycle returns a shortest way of automatic edges from the first state of the component back to it, or nothing.
func (s *Shape) cycle(component []int) []Move {
	first := slices.Min(component)
	forward := s.search([]start{{state: first, via: none}}, s.auto)

	var shortest []Move

	for _, i := range s.in[first] {
		if !s.auto(i) || !forward.seen[s.arcs[i].from] {
			continue
		}

		path := append(forward.path(s.arcs[i].from), s.move(s.arcs[i]))
		if shortest == nil || len(path) < len(shortest) {
			shortest = path
		}
	}

	return shortest
}

// components are the strongly connected components of the open arcs, by Tarjan's algorithm, ordered by their
// first state.
func (s *Shape) components(open func(arc int) bool) [][]int {
	t := tarjan{
		shape: s, open: open,
		order: make([]int, len(s.states.list)),
		low:   make([]int, len(s.states.list)),
		on:    make([]bool, len(s.states.list)),
	}

	for state := range s.states.list {
		if t.order[state] == 0 {
			t.visit(state)
		}
	}

	slices.SortFunc(t.found, func(a, b []int) int { return slices.Min(a) - slices.Min(b) })

	return t.found
}

// tarjan is the working state of the algorithm. Its recursion is as deep as there are states, MaxStates at most.
type tarjan struct {
	shape *Shape
	open  func(arc int) bool
	count int
	order []int // when a state was visited, from 1; 0 is not yet
	low   []int // the earliest visited state on the stack that it leads to
	on    []bool
	stack []int
	found [][]int
}

// visit explores the state and closes its component if the state is the component's root.
func (t *tarjan) visit(state int) {
	t.count++
	t.order[state], t.low[state] = t.count, t.count
	t.stack = append(t.stack, state)
	t.on[state] = true

	for _, i := range t.shape.out[state] {
		if !t.open(i) {
			continue
		}

		to := t.shape.arcs[i].to
		if t.order[to] == 0 {
			t.visit(to)
			t.low[state] = min(t.low[state], t.low[to])
		} else if t.on[to] {
			t.low[state] = min(t.low[state], t.order[to])
		}
	}

	if t.low[state] != t.order[state] {
		return
	}

	root := slices.Index(t.stack, state)
	component := slices.Clone(t.stack[root:])
	t.stack = t.stack[:root]

	for _, member := range component {
		t.on[member] = false
	}

	t.found = append(t.found, component)
}
