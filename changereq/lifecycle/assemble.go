package lifecycle

// assemble builds the tables of a definition without errors.
func assemble[V any](shape *Shape, guards []Guard[V]) *Lifecycle[V] {
	byName := make(map[string]Guard[V], len(guards))
	for _, guard := range guards {
		byName[guard.Name] = guard
	}

	l := &Lifecycle[V]{
		Shape:    shape,
		edges:    make([]link[V], len(shape.def.Edges)),
		manual:   make([][]int, len(shape.states.list)),
		auto:     make([][]int, len(shape.states.list)),
		possible: make([]string, len(shape.states.list)),
	}

	for i, edge := range shape.def.Edges {
		l.edges[i] = resolve(edge, byName)
		l.events.add(edge.Event)

		from := shape.states.index[edge.From]
		if edge.Auto {
			l.auto[from] = append(l.auto[from], i)
		} else {
			l.manual[from] = append(l.manual[from], i)
		}
	}

	l.tabulate()

	for state := range l.possible {
		l.possible[state] = l.sayPossible(state)
	}

	return l
}

// resolve finds the guards of an edge.
func resolve[V any](edge Edge, byName map[string]Guard[V]) link[V] {
	resolved := link[V]{
		edge:    edge,
		notHeld: Unmet{Condition: "role", Text: "only " + oneOf(edge.Roles) + " may " + edge.Event},
	}

	for _, written := range edge.Guards {
		name, arg := splitGuard(written)
		guard := byName[name]
		resolved.checks = append(resolved.checks, check[V]{run: guard.Check, arg: arg, exclusive: guard.Exclusive})
	}

	return resolved
}

// tabulate fills the dense table from state and event to the edges that may fire.
func (l *Lifecycle[V]) tabulate() {
	l.table = make([]span, len(l.states.list)*len(l.events.list))

	for state, edges := range l.manual {
		row := make([][]int, len(l.events.list))
		for _, at := range edges {
			event := l.events.index[l.edges[at].edge.Event]
			row[event] = append(row[event], at)
		}

		for event, candidates := range row {
			first := len(l.choice)
			l.choice = append(l.choice, candidates...)
			l.table[state*len(l.events.list)+event] = span{first: first, end: len(l.choice)}
		}
	}
}

// sayPossible tells what can be asked for in a state and what happens there by itself.
func (l *Lifecycle[V]) sayPossible(state int) string {
	var asked, alone names
	for _, at := range l.manual[state] {
		asked.add(l.edges[at].edge.Event)
	}

	for _, at := range l.auto[state] {
		alone.add(l.edges[at].edge.Event)
	}

	text := " can be asked for in " + l.states.list[state]

	switch {
	case len(asked.list) > 0:
		text += "; possible: " + oneOf(asked.list)
	case len(alone.list) == 0:
		text += ": nothing leaves it"
	}

	if len(alone.list) > 0 {
		text += "; " + oneOf(alone.list) + " happens by itself"
	}

	return text
}
