package lifecycle

// gates finds ways around the promises of the process. A gate stands before a state if the state can no longer be
// reached once every edge with the gate is deleted; otherwise the shortest surviving way is the witness.
// A reopened request begins anew: gates it passed before count no longer.
func (s *Shape) gates(known map[string]traits) []Finding {
	if len(s.initial) == 0 {
		return nil
	}

	starts := s.beginnings()
	avoiding := func(gate Gate) search {
		return s.search(starts, func(i int) bool { return !s.carries(i, gate, known) })
	}

	unapproved := avoiding(GateApproval)

	findings := s.bypassed(unapproved, UngatedBuild, s.needsApproval,
		" can be reached without approval of what is built",
		"put a guard with the approval gate on the way")
	findings = append(findings, s.bypassed(avoiding(GateTold), UntoldTerminal,
		func(state State) bool { return state.Terminal },
		" ends the request though the applicant may not have been told",
		"put a guard with the told gate on every edge into it")...)
	findings = append(findings, s.bypassed(avoiding(GateSettled), UnsettledDone,
		func(state State) bool { return state.Category == Done },
		" can be reached though the specifications may not carry the change",
		"put a guard with the settled gate on every edge into it")...)

	return append(findings, s.staleGates(unapproved, known)...)
}

// needsApproval picks the states that approval must stand before.
func (s *Shape) needsApproval(state State) bool {
	if s.def.Emergency {
		return state.Category == Done
	}

	return state.Category == Build
}

// beginnings are the openings and the places where a request begins anew.
func (s *Shape) beginnings() []start {
	starts := s.openings()
	forward := s.search(starts, anyArc)

	for i, a := range s.arcs {
		if s.edge(i).Reopen && forward.seen[a.from] {
			starts = append(starts, start{state: a.to, via: i})
		}
	}

	return starts
}

// carries reports whether a guard with the gate stands on the arc.
func (s *Shape) carries(arc int, gate Gate, known map[string]traits) bool {
	for _, written := range s.edge(arc).Guards {
		if name, _ := splitGuard(written); known[name].gate == gate {
			return true
		}
	}

	return false
}

// bypassed reports the wanted states that the search got to without passing the gate.
func (s *Shape) bypassed(without search, code Code, wanted func(State) bool, text, advice string) []Finding {
	severity := SeverityError
	if s.def.Mode == Observe {
		severity = SeverityWarning
	}

	var findings []Finding

	for id, state := range s.def.States {
		if wanted(state) && without.seen[id] {
			findings = append(findings, Finding{
				Code: code, Severity: severity, State: state.Name, Path: without.path(id),
				Text: state.Name + text, Advice: advice,
			})
		}
	}

	return findings
}

// staleGates finds edges into the build that ask for no approval although every way there passed one: what was
// approved may have changed since.
func (s *Shape) staleGates(unapproved search, known map[string]traits) []Finding {
	var findings []Finding

	forward := s.search(s.openings(), anyArc)

	for i, a := range s.arcs {
		enters := s.def.States[a.to].Category == Build && s.def.States[a.from].Category != Build
		if !enters || !forward.seen[a.from] || unapproved.seen[a.to] || s.carries(i, GateApproval, known) {
			continue
		}

		at := s.move(a)
		findings = append(findings, Finding{
			Code: StaleGate, Severity: SeverityWarning, Edge: &at, Path: append(forward.path(a.from), at),
			Text:   at.Event + " enters " + at.To + " on an approval given earlier, which may hold no longer",
			Advice: "put a guard with the approval gate on this edge too",
		})
	}

	return findings
}
