package lifecycle

import (
	"fmt"
	"maps"
	"slices"
)

// newShape interns the names of a copy of the definition. What is not declared is reported and left out, so that
// the shape can be searched whatever is wrong with the definition.
func newShape(def Definition) (*Shape, []Finding) {
	s := &Shape{def: def.clone()}

	if finding, large := tooLarge(def); large {
		s.def.States, s.def.Edges, s.def.Initial, s.def.Aliases = nil, nil, nil, nil

		return s, []Finding{finding}
	}

	findings := s.declareStates()
	findings = append(findings, s.connect()...)
	findings = append(findings, s.declareInitial()...)
	findings = append(findings, s.declareAliases()...)

	return s, findings
}

// tooLarge finds a definition beyond the limits.
func tooLarge(def Definition) (Finding, bool) {
	finding := Finding{Code: TooLarge, Severity: SeverityError, Advice: "split the lifecycle"}

	if len(def.States) > MaxStates || len(def.Edges) > MaxEdges {
		finding.Text = fmt.Sprintf("%d states and %d edges are more than the %d and %d allowed",
			len(def.States), len(def.Edges), MaxStates, MaxEdges)

		return finding, true
	}

	for _, edge := range def.Edges {
		if len(edge.Guards) > MaxNames || len(edge.Roles) > MaxNames {
			at := edge.move()
			finding.Edge = &at
			finding.Text = fmt.Sprintf("edge %s asks for more than %d guards or roles", at, MaxNames)
			finding.Advice = "let one guard check what belongs together"

			return finding, true
		}
	}

	return Finding{}, false
}

// declareStates interns the states.
func (s *Shape) declareStates() []Finding {
	var findings []Finding

	declared := s.def.States[:0:0]

	for _, state := range s.def.States {
		if state.Name == "" {
			findings = append(findings, undeclared("a state has no name", "name it"))

			continue
		}

		if !state.Category.known() {
			finding := undeclared(fmt.Sprintf("category %q of %s is not known", state.Category, state.Name),
				"use intake, assess, decide, build, verify, done or void")
			finding.State = state.Name
			findings = append(findings, finding)
		}

		if !s.states.add(state.Name) {
			findings = append(findings, duplicate("state "+state.Name+" is declared twice", state.Name))

			continue
		}

		declared = append(declared, state)
	}

	s.def.States = declared
	s.out = make([][]int, len(declared))
	s.in = make([][]int, len(declared))

	return findings
}

// connect turns the edges between declared states into arcs.
func (s *Shape) connect() []Finding {
	var findings []Finding

	for i, edge := range s.def.Edges {
		at := edge.move()
		from, known := s.states.index[edge.From]
		to, reaches := s.states.index[edge.To]

		for _, end := range []struct {
			name  string
			known bool
		}{{edge.From, known}, {edge.To, reaches}} {
			if !end.known {
				finding := undeclared("state "+quote(end.name)+" of edge "+at.String()+" is not declared",
					"declare the state or correct the name")
				finding.Edge = &at
				findings = append(findings, finding)
			}
		}

		findings = append(findings, edge.listedTwice()...)

		if edge.Event == "" {
			finding := undeclared("an edge from "+edge.From+" to "+edge.To+" has no event", "name the event")
			finding.Edge = &at
			findings = append(findings, finding)
		}

		if known && reaches {
			s.out[from] = append(s.out[from], len(s.arcs))
			s.in[to] = append(s.in[to], len(s.arcs))
			s.arcs = append(s.arcs, arc{edge: i, from: from, to: to})
		}
	}

	return findings
}

// listedTwice finds guards and roles that stand twice on one edge.
func (e Edge) listedTwice() []Finding {
	return append(e.repeated("guard", e.Guards), e.repeated("role", e.Roles)...)
}

// repeated finds the names that a list of the edge holds twice.
func (e Edge) repeated(kind string, list []string) []Finding {
	var (
		findings []Finding
		listed   names
	)

	at := e.move()

	for _, name := range list {
		if !listed.add(name) {
			finding := duplicate(kind+" "+name+" stands twice on edge "+at.String(), "")
			finding.Edge = &at
			findings = append(findings, finding)
		}
	}

	return findings
}

// declareInitial resolves the states a request may open in.
func (s *Shape) declareInitial() []Finding {
	var findings []Finding

	for i, name := range s.def.Initial {
		id, known := s.states.index[name]

		switch {
		case !known:
			findings = append(findings, undeclared("initial state "+quote(name)+" is not declared",
				"declare the state or correct the name"))
		case slices.Contains(s.def.Initial[:i], name):
			findings = append(findings, duplicate("initial state "+name+" is listed twice", name))
		default:
			s.initial = append(s.initial, id)
		}
	}

	if len(s.initial) == 0 {
		findings = append(findings, Finding{
			Code: NoInitial, Severity: SeverityError,
			Text: "no request can open: there is no declared initial state", Advice: "name a declared state in initial",
		})
	}

	return findings
}

// declareAliases checks that every alias means a state and hides none.
func (s *Shape) declareAliases() []Finding {
	var findings []Finding

	for _, alias := range slices.Sorted(maps.Keys(s.def.Aliases)) {
		target := s.def.Aliases[alias]

		if _, known := s.states.index[target]; !known {
			findings = append(findings, undeclared("alias "+quote(alias)+" means "+quote(target)+", which is not declared",
				"let it mean a declared state"))
		}

		if _, hidden := s.states.index[alias]; hidden {
			findings = append(findings, duplicate("alias "+alias+" has the name of a state", alias))
		}
	}

	return findings
}

// undeclared is a finding about something that is used and not there.
func undeclared(text, advice string) Finding {
	return Finding{Code: UndeclaredName, Severity: SeverityError, Text: text, Advice: advice}
}

// duplicate is a finding about something that is there twice.
func duplicate(text, state string) Finding {
	return Finding{
		Code: DuplicateName, Severity: SeverityError, State: state, Text: text, Advice: "remove or rename one of the two",
	}
}

// move gives the edge without its conditions.
func (e Edge) move() Move { return Move{From: e.From, Event: e.Event, To: e.To} }
