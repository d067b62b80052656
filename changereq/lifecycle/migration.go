package lifecycle

import (
	"maps"
	"slices"
)

const (
	// UnmappedState is a state in which requests can be and that has no place in the new definition.
	UnmappedState Code = "unmapped-state"
	// EndedByMigration is a live state whose place in the new definition is terminal.
	EndedByMigration Code = "ended-by-migration"
	// GateBypassed is a promise that a migrated request could escape.
	GateBypassed Code = "gate-bypassed"
)

// CheckMigration finds what keeps requests from moving from the old definition to the new one. Both must compile with
// the guards; their own findings are not repeated here. states says where the requests of an old state go; a state
// that it does not name keeps its name, or goes where the new definition's aliases say.
//
// Every live state, one that can be reached and is not terminal, needs a place, and that place must be live too:
// what ended stays under the definition it ended under. And no promise may be lost on the way. The new definition
// keeps its promises for requests that begin in it; a migrated one begins in the middle. If it can have come to the
// old state without passing a gate, and can go on from the new state to where that gate must have been passed
// without passing it either, that is a GateBypassed, with the way before and the way after as its path.
func CheckMigration[V any](old, updated Definition, guards []Guard[V], states map[string]string) []Finding {
	known, _ := register(guards)
	before, broken := newShape(old)
	after, alsoBroken := newShape(updated)

	if blocking(broken) || blocking(alsoBroken) {
		return append(broken, alsoBroken...)
	}

	m := migration{before: before, after: after, known: known, states: states}
	findings := m.misnamed()
	targets := make([]int, len(before.def.States))
	forward := before.search(before.openings(), anyArc)

	for id, state := range before.def.States {
		targets[id] = none

		if forward.seen[id] && !state.Terminal {
			var missing []Finding

			targets[id], missing = m.place(state)
			findings = append(findings, missing...)
		}
	}

	return append(findings, m.bypasses(targets)...)
}

// migration is what the check works on.
type migration struct {
	before, after *Shape
	known         map[string]traits
	states        map[string]string
}

// misnamed finds states that the mapping names and that are not there.
func (m *migration) misnamed() []Finding {
	var findings []Finding

	for _, from := range slices.Sorted(maps.Keys(m.states)) {
		if _, ok := m.before.State(from); !ok {
			findings = append(findings, undeclared("the mapping names "+quote(from)+", which the old definition does not have",
				"correct the name or leave it out"))
		}

		if to := m.states[from]; !m.knows(to) {
			findings = append(findings, undeclared(
				"the mapping sends "+quote(from)+" to "+quote(to)+", which the new definition does not have", "name one of its states"))
		}
	}

	return findings
}

func (m *migration) knows(state string) bool {
	_, ok := m.after.State(state)

	return ok
}

// place finds where the requests of a live state go, none if the mapping has said something wrong or nothing.
func (m *migration) place(state State) (int, []Finding) {
	name, said := m.states[state.Name]
	if !said {
		name, _ = m.after.Fold(state.Name)
	}

	target, ok := m.after.State(name)

	switch {
	case !ok && said: // found as misnamed
		return none, nil
	case !ok:
		return none, []Finding{{
			Code: UnmappedState, Severity: SeverityError, State: state.Name,
			Text:   "requests in " + state.Name + " have no place in the new definition",
			Advice: "say in the mapping to which of its states they go",
		}}
	case target.Terminal:
		return none, []Finding{{
			Code: EndedByMigration, Severity: SeverityError, State: state.Name,
			Text:   "requests in " + state.Name + " would end, for " + name + " is terminal in the new definition",
			Advice: "send them to a state that is not, and let them end by its edges",
		}}
	}

	return m.after.states.index[name], nil
}

// bypasses finds the gates that a request could escape by migrating.
func (m *migration) bypasses(targets []int) []Finding {
	if m.after.def.Mode == Observe {
		return nil
	}

	var findings []Finding

	for _, promise := range []struct {
		gate  Gate
		wants func(State) bool
	}{
		{GateApproval, m.after.needsApproval},
		{GateTold, func(state State) bool { return state.Terminal }},
		{GateSettled, func(state State) bool { return state.Category == Done }},
	} {
		unpassed := m.before.search(m.before.beginnings(), func(i int) bool {
			return !m.before.carries(i, promise.gate, m.known)
		})

		for id, target := range targets {
			if target != none && unpassed.seen[id] {
				findings = append(findings, m.bypass(id, target, promise.gate, unpassed, promise.wants)...)
			}
		}
	}

	return findings
}

// bypass follows a request on from its new state without passing the gate. The nearest place where the gate must have
// been passed is enough to act on.
func (m *migration) bypass(from, target int, gate Gate, unpassed search, wants func(State) bool) []Finding {
	onward := m.after.search([]start{{state: target, via: none}}, func(i int) bool {
		return !m.after.carries(i, gate, m.known) && !m.after.edge(i).Reopen
	})

	nearest := none

	for id, state := range m.after.def.States {
		if onward.seen[id] && wants(state) && (nearest == none || len(onward.path(id)) < len(onward.path(nearest))) {
			nearest = id
		}
	}

	if nearest == none {
		return nil
	}

	old, place := m.before.states.list[from], m.after.states.list[target]
	reached := m.after.states.list[nearest]

	return []Finding{{
		Code: GateBypassed, Severity: SeverityError, State: old,
		Path: append(unpassed.path(from), onward.path(nearest)...),
		Text: "a request that goes from " + old + " to " + place + " can come to " + reached +
			" without the " + gate.String() + " gate ever having been passed",
		Advice: "send requests in " + old + " to a state before that gate",
	}}
}
