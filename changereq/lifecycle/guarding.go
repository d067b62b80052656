package lifecycle

import "strings"

// traits are what the compiler knows of a guard.
type traits struct {
	gate      Gate
	exclusive bool
	onOutcome bool
}

// register learns the guards and finds those that cannot be used.
func register[V any](guards []Guard[V]) (map[string]traits, []Finding) {
	var findings []Finding

	known := make(map[string]traits, len(guards))

	for _, guard := range guards {
		switch _, twice := known[guard.Name]; {
		case guard.Name == "" || strings.Contains(guard.Name, "="):
			findings = append(findings, undeclared("guard "+quote(guard.Name)+" cannot be named by an edge",
				`give it a name without "="`))
		case guard.Check == nil:
			findings = append(findings, undeclared("guard "+guard.Name+" has no check", "give it a Check function"))
		case twice:
			findings = append(findings, duplicate("guard "+guard.Name+" is registered twice", ""))
		}

		known[guard.Name] = traits{gate: guard.Gate, exclusive: guard.Exclusive, onOutcome: guard.OnOutcome}
	}

	return known, findings
}

// guarding finds what is wrong with the guards on the edges.
func (s *Shape) guarding(known map[string]traits) []Finding {
	findings := s.unknownGuards(known)
	findings = append(findings, s.ambiguous(known)...)
	findings = append(findings, s.outcomes(known)...)

	return append(findings, s.gates(known)...)
}

// unknownGuards finds guards that an edge asks for and nobody registered.
func (s *Shape) unknownGuards(known map[string]traits) []Finding {
	var findings []Finding

	for _, edge := range s.def.Edges {
		for _, written := range edge.Guards {
			name, _ := splitGuard(written)
			if _, ok := known[name]; ok {
				continue
			}

			at := edge.move()
			finding := undeclared("guard "+quote(name)+" of edge "+at.String()+" is not known",
				"register the guard or correct the name")
			finding.Edge = &at
			findings = append(findings, finding)
		}
	}

	return findings
}
