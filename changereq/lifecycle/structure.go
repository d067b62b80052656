package lifecycle

import "slices"

// structure finds what is wrong with the states and edges, whatever the guards say.
func (s *Shape) structure(given settings) []Finding {
	var findings []Finding

	if len(s.initial) > 0 { // without an opening everything would be unreachable: NoInitial has said so
		findings = s.reach()
	}

	findings = append(findings, s.terminalExits()...)
	findings = append(findings, s.autoCycles()...)

	return append(findings, s.neverGranted(given)...)
}

// reach finds the states that cannot be reached and those that cannot be left as they should.
func (s *Shape) reach() []Finding {
	var findings []Finding

	forward := s.search(s.openings(), anyArc)
	toTerminal := s.leadingTo(func(state State) bool { return state.Terminal })
	toVoid := s.leadingTo(func(state State) bool { return state.Category == Void })

	for id, state := range s.def.States {
		if !forward.seen[id] {
			findings = append(findings, Finding{
				Code: UnreachableState, Severity: SeverityError, State: state.Name,
				Text:   "no request can get to " + state.Name,
				Advice: "add an edge into it, make it initial, or remove it",
			})

			continue
		}

		if !toTerminal[id] {
			findings = append(findings, s.stuck(id, forward))
		}

		if s.cancellable(id) && !toVoid[id] {
			findings = append(findings, Finding{
				Code: NoCancel, Severity: SeverityWarning, State: state.Name, Path: forward.path(id),
				Text:   "a request in " + state.Name + " can never be given up: no state of category void can be reached",
				Advice: "add an edge, such as withdraw or cancel, towards a state of category void",
			})
		}
	}

	return findings
}

// stuck describes a state that leads to no terminal state: nothing leaves it, or only ways that end in nothing.
func (s *Shape) stuck(id int, forward search) Finding {
	name := s.states.list[id]

	if len(s.out[id]) == 0 {
		return Finding{
			Code: DeadEnd, Severity: SeverityError, State: name, Path: forward.path(id),
			Text:   "nothing leaves " + name + ", and it is not terminal",
			Advice: "add an edge out of it or mark it terminal",
		}
	}

	return Finding{
		Code: NoWayOut, Severity: SeverityError, State: name, Path: forward.path(id),
		Text:   "no terminal state can be reached from " + name,
		Advice: "add an edge towards a terminal state, or mark the end terminal",
	}
}

// cancellable reports whether a request must be able to end unbuilt from the state: it opens there, or the work has
// not begun.
func (s *Shape) cancellable(id int) bool {
	state := s.def.States[id]
	if state.Terminal {
		return false
	}

	return slices.Contains(s.initial, id) ||
		state.Category == Intake || state.Category == Assess || state.Category == Decide
}

// terminalExits finds edges that leave a terminal state without reopening the request.
func (s *Shape) terminalExits() []Finding {
	var findings []Finding

	for _, a := range s.arcs {
		if s.def.States[a.from].Terminal && !s.def.Edges[a.edge].Reopen {
			at := s.move(a)
			findings = append(findings, Finding{
				Code: TerminalExit, Severity: SeverityError, Edge: &at,
				Text:   at.From + " is terminal, yet " + at.Event + " leaves it",
				Advice: "mark the edge as reopen, or the state as not terminal",
			})
		}
	}

	return findings
}

// neverGranted finds roles that nobody can hold, each once, at the first edge that asks for it.
func (s *Shape) neverGranted(given settings) []Finding {
	if given.grantable == nil {
		return nil
	}

	var (
		findings []Finding
		reported names
	)

	for _, edge := range s.def.Edges {
		if edge.Auto {
			continue
		}

		for _, role := range edge.Roles {
			if given.grantable[role] {
				continue
			}

			if reported.add(role) {
				at := edge.move()
				findings = append(findings, Finding{
					Code: RoleNeverGranted, Severity: SeverityError, Edge: &at,
					Text:   "nobody can hold the role " + quote(role) + " that " + at.String() + " asks for",
					Advice: "let the role be granted or ask for another one",
				})
			}
		}
	}

	return findings
}
