package lifecycle

// ambiguous finds edges that could both be taken. Two edges of one state and event are told apart only by an
// exclusive guard that stands on both with different arguments; anything else is an error. Two automatic edges with
// different events are only worth a warning: the first in the definition wins. One finding for each edge is enough to
// act on.
func (s *Shape) ambiguous(known map[string]traits) []Finding {
	var findings []Finding

	apart := s.exclusives(known)

	for _, leaving := range s.out {
		for i, later := range leaving {
			sameEvent, bothAuto := s.clashes(leaving[:i], later, apart)

			switch {
			case sameEvent != none:
				findings = append(findings, ambiguousEvent(s.edge(sameEvent), s.edge(later)))
			case bothAuto != none:
				findings = append(findings, ambiguousAuto(s.edge(bothAuto), s.edge(later)))
			}
		}
	}

	return findings
}

// clashes returns the first earlier arc of the same event, and the first automatic one beside an automatic later
// arc, that could be taken as well; none if there is none.
func (s *Shape) clashes(earlier []int, later int, apart []map[string]string) (sameEvent, bothAuto int) {
	sameEvent, bothAuto = none, none

	for _, arc := range earlier {
		if excluded(apart[arc], apart[later]) {
			continue
		}

		if s.edge(arc).Event == s.edge(later).Event {
			return arc, bothAuto
		}

		if bothAuto == none && s.auto(arc) && s.auto(later) {
			bothAuto = arc
		}
	}

	return sameEvent, bothAuto
}

// exclusives are the exclusive guards of each arc with their arguments.
func (s *Shape) exclusives(known map[string]traits) []map[string]string {
	list := make([]map[string]string, len(s.arcs))

	for i := range s.arcs {
		for _, written := range s.edge(i).Guards {
			name, arg := splitGuard(written)
			if !known[name].exclusive {
				continue
			}

			if list[i] == nil {
				list[i] = make(map[string]string)
			}

			list[i][name] = arg
		}
	}

	return list
}

// excluded reports whether an exclusive guard keeps two arcs apart.
func excluded(first, second map[string]string) bool {
	for name, arg := range first {
		if other, both := second[name]; both && other != arg {
			return true
		}
	}

	return false
}

// ambiguousEvent is the finding about two edges of one event.
func ambiguousEvent(first, second Edge) Finding {
	at := second.move()

	return Finding{
		Code: AmbiguousEdge, Severity: SeverityError, Edge: &at,
		Text:   first.move().String() + " and " + at.String() + " could both be taken",
		Advice: "put one exclusive guard on both, with different arguments, or rename an event",
	}
}

// ambiguousAuto is the finding about two automatic edges of different events.
func ambiguousAuto(first, second Edge) Finding {
	finding := ambiguousEvent(first, second)
	finding.Severity = SeverityWarning
	finding.Text += " by themselves; the first one wins"
	finding.Advice = "put one exclusive guard on both, or make sure that the order is meant"

	return finding
}
