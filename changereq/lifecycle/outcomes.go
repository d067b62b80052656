package lifecycle

// outcomes finds guards that wait for an outcome nobody can record: no edge records it at all, or every edge that
// does waits, by itself or in a circle, for that same outcome.
func (s *Shape) outcomes(known map[string]traits) []Finding {
	awaited := make([][]string, len(s.def.Edges))
	recorded := make(map[string]bool) // by any edge

	for i, edge := range s.def.Edges {
		awaited[i] = edge.awaited(known)

		if edge.Outcome != "" {
			recorded[edge.Outcome] = true
		}
	}

	possible := s.possibleOutcomes(awaited)

	var (
		findings []Finding
		reported names
	)

	for i, edge := range s.def.Edges {
		for _, outcome := range awaited[i] {
			if !possible[outcome] && reported.add(outcome) {
				findings = append(findings, neverRecorded(edge, outcome, recorded[outcome]))
			}
		}
	}

	return findings
}

// possibleOutcomes grows the set of outcomes from the edges that await none, until it grows no more.
func (s *Shape) possibleOutcomes(awaited [][]string) map[string]bool {
	possible := make(map[string]bool)

	for grown := true; grown; {
		grown = false

		for i, edge := range s.def.Edges {
			if edge.Outcome != "" && !possible[edge.Outcome] && all(awaited[i], possible) {
				possible[edge.Outcome] = true
				grown = true
			}
		}
	}

	return possible
}

// awaited lists the outcomes that the edge waits for.
func (e Edge) awaited(known map[string]traits) []string {
	var list []string

	for _, written := range e.Guards {
		if name, arg := splitGuard(written); known[name].onOutcome {
			list = append(list, arg)
		}
	}

	return list
}

// neverRecorded is the finding about an outcome that is waited for in vain.
func neverRecorded(edge Edge, outcome string, recorded bool) Finding {
	at := edge.move()

	if !recorded {
		finding := undeclared(at.String()+" waits for the outcome "+quote(outcome)+", which no edge records",
			"let an edge record the outcome or correct the argument")
		finding.Edge = &at

		return finding
	}

	return Finding{
		Code: SelfReference, Severity: SeverityError, Edge: &at,
		Text:   at.String() + " waits for the outcome " + quote(outcome) + ", which is only recorded after it is there",
		Advice: "record the outcome on an edge that does not wait for it",
	}
}

// all reports whether every name is in the set.
func all(wanted []string, set map[string]bool) bool {
	for _, name := range wanted {
		if !set[name] {
			return false
		}
	}

	return true
}
