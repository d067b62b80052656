package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// oracle finds by brute force what the compiler finds by graph algorithms: it walks every path without repeated
// states, tries every truth value of the guards and every order of recording outcomes. It is for small definitions.
type oracle struct{ def lifecycle.Definition }

// expectation is how often a finding is expected at a place, how severe, and how long its shortest witness is.
type expectation struct {
	count    int
	severity lifecycle.Severity
	length   int
}

// expect returns every expected finding, by code and place.
func (o oracle) expect() map[string]expectation {
	want := map[string]expectation{}

	o.expectReach(want)
	o.expectGates(want)
	o.expectCycles(want)
	o.expectClashes(want)
	o.expectOutcomes(want)

	return want
}

// note counts one more finding.
func note(want map[string]expectation, code lifecycle.Code, place string, severity lifecycle.Severity, length int) {
	key := string(code) + " at " + place
	want[key] = expectation{count: want[key].count + 1, severity: severity, length: length}
}

func (o oracle) expectReach(want map[string]expectation) {
	reach := o.lengths(o.def.Initial, nil, everyEdge)

	for _, state := range o.def.States {
		length, reached := reach[state.Name]
		onward := o.lengths([]string{state.Name}, nil, everyEdge)
		leaving := o.edges(func(e lifecycle.Edge) bool { return e.From == state.Name })
		ends := o.some(onward, func(s lifecycle.State) bool { return s.Terminal })
		voids := o.some(onward, func(s lifecycle.State) bool { return s.Category == lifecycle.Void })
		before := slices.Contains([]lifecycle.Category{lifecycle.Intake, lifecycle.Assess, lifecycle.Decide}, state.Category)

		if !reached {
			note(want, lifecycle.UnreachableState, state.Name, lifecycle.SeverityError, 0)
		} else if !state.Terminal {
			if len(leaving) == 0 {
				note(want, lifecycle.DeadEnd, state.Name, lifecycle.SeverityError, length)
			} else if !ends {
				note(want, lifecycle.NoWayOut, state.Name, lifecycle.SeverityError, length)
			}

			if !voids && (before || slices.Contains(o.def.Initial, state.Name)) {
				note(want, lifecycle.NoCancel, state.Name, lifecycle.SeverityWarning, length)
			}
		}

		for _, edge := range leaving {
			if state.Terminal && !edge.Reopen {
				note(want, lifecycle.TerminalExit, place(edge), lifecycle.SeverityError, 0)
			}
		}
	}
}

func (o oracle) expectGates(want map[string]expectation) {
	severity := lifecycle.SeverityError
	if o.def.Mode == lifecycle.Observe {
		severity = lifecycle.SeverityWarning
	}

	reach := o.lengths(o.def.Initial, nil, everyEdge)
	reopening := o.edges(func(e lifecycle.Edge) bool { _, reached := reach[e.From]; return e.Reopen && reached })
	without := func(guard string) map[string]int {
		return o.lengths(o.def.Initial, reopening, func(e lifecycle.Edge) bool { return !slices.Contains(e.Guards, guard) })
	}
	unapproved, untold, unsettled := without("approved"), without("told"), without("settled")

	approvedFirst := lifecycle.Build
	if o.def.Emergency {
		approvedFirst = lifecycle.Done
	}

	for _, state := range o.def.States {
		if length, open := unapproved[state.Name]; open && state.Category == approvedFirst {
			note(want, lifecycle.UngatedBuild, state.Name, severity, length)
		}

		if length, open := untold[state.Name]; open && state.Terminal {
			note(want, lifecycle.UntoldTerminal, state.Name, severity, length)
		}

		if length, open := unsettled[state.Name]; open && state.Category == lifecycle.Done {
			note(want, lifecycle.UnsettledDone, state.Name, severity, length)
		}
	}

	for _, edge := range o.def.Edges {
		length, reached := reach[edge.From]
		_, open := unapproved[edge.To]
		enters := o.state(edge.To).Category == lifecycle.Build && o.state(edge.From).Category != lifecycle.Build

		if reached && enters && !open && !slices.Contains(edge.Guards, "approved") {
			note(want, lifecycle.StaleGate, place(edge), lifecycle.SeverityWarning, length+1)
		}
	}
}

func (o oracle) expectCycles(want map[string]expectation) {
	automatic := func(e lifecycle.Edge) bool { return e.Auto }
	taken := map[string]bool{}

	for _, state := range o.def.States {
		if taken[state.Name] {
			continue
		}

		onward := o.lengths([]string{state.Name}, nil, automatic)
		shortest := 0

		for _, edge := range o.edges(automatic) {
			if length, ok := onward[edge.From]; ok && edge.To == state.Name && (shortest == 0 || length+1 < shortest) {
				shortest = length + 1
			}
		}

		if shortest == 0 {
			continue
		}

		note(want, lifecycle.AutoCycle, state.Name, lifecycle.SeverityError, shortest)

		for other := range onward {
			if _, back := o.lengths([]string{other}, nil, automatic)[state.Name]; back {
				taken[other] = true
			}
		}
	}
}

func (o oracle) expectClashes(want map[string]expectation) {
	for i, later := range o.def.Edges {
		sameEvent, bothAuto := false, false

		for _, earlier := range o.def.Edges[:i] {
			if earlier.From == later.From && bothCanHold(earlier, later) {
				sameEvent = sameEvent || earlier.Event == later.Event
				bothAuto = bothAuto || earlier.Auto && later.Auto
			}
		}

		if sameEvent {
			note(want, lifecycle.AmbiguousEdge, place(later), lifecycle.SeverityError, 0)
		} else if bothAuto {
			note(want, lifecycle.AmbiguousEdge, place(later), lifecycle.SeverityWarning, 0)
		}
	}
}

// bothCanHold tries every truth value of the plain guards and every value of the outcome.
func bothCanHold(first, second lifecycle.Edge) bool {
	plain := []string{"plain", "approved", "told", "settled"}

	for bits := range 1 << len(plain) {
		for _, outcome := range []string{"", "x", "y", "z"} {
			w := world{"outcome=" + outcome: true}
			for i, name := range plain {
				w[name] = bits&(1<<i) != 0
			}

			holds := func(e lifecycle.Edge) bool {
				return !slices.ContainsFunc(e.Guards, func(name string) bool { return !w[name] })
			}
			if holds(first) && holds(second) {
				return true
			}
		}
	}

	return false
}

func (o oracle) expectOutcomes(want map[string]expectation) {
	reported := map[string]bool{}

	for _, edge := range o.def.Edges {
		for _, name := range edge.Guards {
			outcome, awaits := strings.CutPrefix(name, "outcome=")
			if !awaits || reported[outcome] || o.recordable(outcome, nil) {
				continue
			}

			reported[outcome] = true

			code := lifecycle.UndeclaredName
			if len(o.edges(func(e lifecycle.Edge) bool { return e.Outcome == outcome })) > 0 {
				code = lifecycle.SelfReference
			}

			note(want, code, place(edge), lifecycle.SeverityError, 0)
		}
	}
}

// recordable reports whether the outcome can be recorded, after those recorded before, in some order.
func (o oracle) recordable(outcome string, before []string) bool {
	for _, edge := range o.def.Edges {
		if edge.Outcome == "" || slices.Contains(before, edge.Outcome) {
			continue
		}

		waits := slices.ContainsFunc(edge.Guards, func(name string) bool {
			awaited, awaits := strings.CutPrefix(name, "outcome=")

			return awaits && !slices.Contains(before, awaited)
		})
		if waits {
			continue
		}

		if edge.Outcome == outcome || o.recordable(outcome, append(slices.Clone(before), edge.Outcome)) {
			return true
		}
	}

	return false
}

// lengths walks every path without repeated states, from the states and from behind the reopening edges, and returns
// the length of a shortest one to each state.
func (o oracle) lengths(from []string, reopening []lifecycle.Edge, open func(lifecycle.Edge) bool) map[string]int {
	lengths := map[string]int{}

	for _, state := range from {
		o.walk([]string{state}, 0, open, lengths)
	}

	for _, edge := range reopening {
		o.walk([]string{edge.To}, 1, open, lengths)
	}

	return lengths
}

// walk goes on from the end of the path in every possible way.
func (o oracle) walk(path []string, length int, open func(lifecycle.Edge) bool, lengths map[string]int) {
	at := path[len(path)-1]
	if old, reached := lengths[at]; !reached || length < old {
		lengths[at] = length
	}

	for _, edge := range o.def.Edges {
		if edge.From == at && open(edge) && !slices.Contains(path, edge.To) {
			o.walk(append(slices.Clone(path), edge.To), length+1, open, lengths)
		}
	}
}

func (o oracle) edges(wanted func(lifecycle.Edge) bool) []lifecycle.Edge {
	var list []lifecycle.Edge

	for _, edge := range o.def.Edges {
		if wanted(edge) {
			list = append(list, edge)
		}
	}

	return list
}

func (o oracle) state(name string) lifecycle.State {
	at := slices.IndexFunc(o.def.States, func(s lifecycle.State) bool { return s.Name == name })

	return o.def.States[at]
}

func (o oracle) some(reached map[string]int, wanted func(lifecycle.State) bool) bool {
	for name := range reached {
		if wanted(o.state(name)) {
			return true
		}
	}

	return false
}

func everyEdge(lifecycle.Edge) bool { return true }

func place(edge lifecycle.Edge) string {
	return fmt.Sprintf("%s %s %s", edge.From, edge.Event, edge.To)
}
