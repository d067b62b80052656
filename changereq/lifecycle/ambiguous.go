package lifecycle

// ambiguous finds edges that could both be taken. Two edges of one state and event are told apart only by an
// exclusive guard that stands on both with different arguments; anything else is an error. Two automatic edges with
// different events are only worth a warning: the first in the definition wins.
func (s *Shape) ambiguous(known map[string]traits) []Finding {
	var findings []Finding

	for _, leaving := range s.out {
		for i, later := range leaving {
			if finding, clash := s.firstClash(leaving[:i], s.edge(later), known); clash {
				findings = append(findings, finding)
			}
		}
	}

	return findings
}

// firstClash reports the first edge that could be taken as well as the later one, errors before warnings: one finding
// for each edge is enough to act on.
func (s *Shape) firstClash(earlier []int, later Edge, known map[string]traits) (Finding, bool) {
	var warning Finding

	for _, arc := range earlier {
		finding, clash := clash(s.edge(arc), later, known)

		switch {
		case clash && finding.Severity == SeverityError:
			return finding, true
		case clash && warning.Code == "":
			warning = finding
		}
	}

	return warning, warning.Code != ""
}

// clash reports whether two edges of one state could both be taken.
func clash(first, second Edge, known map[string]traits) (Finding, bool) {
	same := first.Event == second.Event
	alone := first.Auto && second.Auto

	if !same && !alone || excluded(first, second, known) {
		return Finding{}, false
	}

	at := second.move()
	finding := Finding{
		Code: AmbiguousEdge, Severity: SeverityError, Edge: &at,
		Text:   first.move().String() + " and " + at.String() + " could both be taken",
		Advice: "put one exclusive guard on both, with different arguments, or rename an event",
	}

	if !same {
		finding.Severity = SeverityWarning
		finding.Text += " by themselves; the first one wins"
		finding.Advice = "put one exclusive guard on both, or make sure that the order is meant"
	}

	return finding, true
}

// excluded reports whether an exclusive guard keeps the two edges apart.
func excluded(first, second Edge, known map[string]traits) bool {
	for _, one := range first.Guards {
		name, arg := splitGuard(one)
		if !known[name].exclusive {
			continue
		}

		for _, other := range second.Guards {
			if otherName, otherArg := splitGuard(other); otherName == name && otherArg != arg {
				return true
			}
		}
	}

	return false
}
