package lifecycle

import "slices"

// Lifecycle is a compiled definition: guards resolved, names interned, every edge found by two look-ups.
// It keeps nothing of any request, so one Lifecycle serves all of them. It is immutable and safe for concurrent use,
// as far as the guards are.
type Lifecycle[V any] struct {
	*Shape

	events names
	edges  []link[V] // parallel to the definition's edges
	// table holds, for state and event, where in choice the edges that may fire begin and end.
	table  []span
	choice []int
	// manual and auto list the edges of each state in definition order.
	manual [][]int
	auto   [][]int
	// possible says for each state what can be asked for there.
	possible []string
}

// span is a half-open range.
type span struct{ first, end int }

// link is an edge with its guards resolved.
type link[V any] struct {
	edge    Edge
	checks  []check[V]
	notHeld Unmet // what to say when none of the edge's roles is held
}

// check is a guard with the argument the edge gave it.
type check[V any] struct {
	run       func(v V, arg string) []Unmet
	arg       string
	exclusive bool
}

// Permission is what one edge needs at this moment. An edge without Unmet can be fired now.
type Permission struct {
	Event          string  `json:"event"`
	To             string  `json:"to"`
	Outcome        string  `json:"outcome,omitempty"`
	ReasonRequired bool    `json:"reason_required,omitempty"`
	Reopen         bool    `json:"reopen,omitempty"`
	Unmet          []Unmet `json:"unmet,omitempty"`
}

// Permitted lists every edge that can be asked for in the state, in definition order, with what still stands in
// the way for somebody who holds the roles. Nothing for a state without such an edge, or an unknown one.
func (l *Lifecycle[V]) Permitted(state string, roles []string, v V) []Permission {
	id, ok := l.states.index[state]
	if !ok || len(l.manual[id]) == 0 {
		return nil
	}

	list := make([]Permission, len(l.manual[id]))

	for i, at := range l.manual[id] {
		edge := &l.edges[at].edge
		list[i] = Permission{
			Event: edge.Event, To: edge.To, Outcome: edge.Outcome,
			ReasonRequired: edge.ReasonRequired, Reopen: edge.Reopen,
			Unmet: l.edges[at].evaluate(roles, v),
		}
	}

	return list
}

// Fire returns the edge that the event takes from the state, or what stands in the way. It changes nothing:
// the caller records the move. Of several edges of one event the one whose guards hold is taken; if none does and
// one of them is the only one meant by the exclusive guards, only its conditions are returned.
// The slices of the returned edge are shared and must not be changed.
func (l *Lifecycle[V]) Fire(state, event string, roles []string, v V) (Edge, []Unmet) {
	at, ok := l.states.index[state]
	if !ok {
		return Edge{}, []Unmet{{Condition: "state", Text: l.unknown(state)}}
	}

	id, ok := l.events.index[event]
	if !ok {
		return Edge{}, l.noEdge(at, event)
	}

	cell := l.table[at*len(l.events.list)+id]
	if cell.first == cell.end {
		return Edge{}, l.noEdge(at, event)
	}

	if cell.end-cell.first == 1 {
		edge := &l.edges[l.choice[cell.first]]
		if unmet := edge.evaluate(roles, v); len(unmet) > 0 {
			return Edge{}, unmet
		}

		return edge.edge, nil
	}

	return l.choose(l.choice[cell.first:cell.end], roles, v)
}

// Auto returns the automatic edge of the state whose guards hold now: the first in definition order.
// No role is asked. The slices of the returned edge are shared and must not be changed.
func (l *Lifecycle[V]) Auto(state string, v V) (Edge, bool) {
	id, ok := l.states.index[state]
	if !ok {
		return Edge{}, false
	}

	for _, at := range l.auto[id] {
		if len(l.edges[at].guarded(v, nil)) == 0 {
			return l.edges[at].edge, true
		}
	}

	return Edge{}, false
}

// choose takes one of several edges of the same event.
func (l *Lifecycle[V]) choose(candidates []int, roles []string, v V) (Edge, []Unmet) {
	var all, meant []Unmet

	for _, at := range candidates {
		edge := &l.edges[at]

		unmet := edge.evaluate(roles, v)
		if len(unmet) == 0 {
			return edge.edge, nil
		}

		if edge.meant(v) {
			meant = append(meant, unmet...)
		}

		all = append(all, unmet...)
	}

	if len(meant) > 0 {
		return Edge{}, meant
	}

	return Edge{}, all
}

// noEdge says that the event does not happen in the state, and what does.
func (l *Lifecycle[V]) noEdge(state int, event string) []Unmet {
	return []Unmet{{Condition: "event", Text: "no " + quote(event) + l.possible[state]}}
}

// evaluate returns everything that stands in the way of the edge. Listing and firing both go through here.
func (e *link[V]) evaluate(roles []string, v V) []Unmet {
	if e.held(roles) {
		return e.guarded(v, nil)
	}

	return e.guarded(v, []Unmet{e.notHeld})
}

// guarded appends what the guards miss.
func (e *link[V]) guarded(v V, unmet []Unmet) []Unmet {
	for i := range e.checks {
		missing := e.checks[i].run(v, e.checks[i].arg)
		if len(missing) == 0 {
			continue
		}

		if unmet == nil {
			unmet = slices.Clip(missing) // a later append must not write into the guard's own slice
		} else {
			unmet = append(unmet, missing...)
		}
	}

	return unmet
}

// held reports whether one of the roles may fire the edge.
func (e *link[V]) held(roles []string) bool {
	if len(e.edge.Roles) == 0 {
		return true
	}

	for _, role := range roles {
		if slices.Contains(e.edge.Roles, role) {
			return true
		}
	}

	return false
}

// meant reports whether the edge has exclusive guards and they hold: then no other edge of the event can.
func (e *link[V]) meant(v V) bool {
	found := false

	for i := range e.checks {
		if !e.checks[i].exclusive {
			continue
		}

		if len(e.checks[i].run(v, e.checks[i].arg)) > 0 {
			return false
		}

		found = true
	}

	return found
}
