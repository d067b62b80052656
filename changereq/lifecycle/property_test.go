package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// evenly picks one of the items, each about as often: rapid's own choice prefers the first ones, which would leave
// most random graphs too small to have ways of any length.
func evenly[T any](t *rapid.T, label string, items ...T) T {
	pick := 0
	for range 5 {
		pick *= 2
		if rapid.Bool().Draw(t, label) {
			pick++
		}
	}

	return items[pick%len(items)]
}

// definitions makes definitions of one to eight states whose names are all declared.
func definitions() *rapid.Generator[lifecycle.Definition] {
	return rapid.Custom(func(t *rapid.T) lifecycle.Definition {
		def := lifecycle.Definition{
			ID: "random", Version: 1,
			Mode:      evenly(t, "mode", lifecycle.Govern, lifecycle.Observe),
			Emergency: evenly(t, "emergency", false, false, false, true),
		}

		names := []string{"S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"}
		names = names[:evenly(t, "states", 1, 2, 3, 4, 5, 6, 7, 8)]

		for _, name := range names {
			def.States = append(def.States, lifecycle.State{
				Name: name,
				Category: evenly(t, "category", lifecycle.Build, lifecycle.Done, lifecycle.Intake, lifecycle.Assess,
					lifecycle.Decide, lifecycle.Build, lifecycle.Verify, lifecycle.Void),
				Terminal: evenly(t, "terminal", false, false, false, true),
			})
		}

		def.Initial = []string{evenly(t, "initial", names...)}
		if other := evenly(t, "initial", names...); other < def.Initial[0] {
			def.Initial = append(def.Initial, other)
		}

		count := len(names) + evenly(t, "edges", -1, 0, 1, 2, 4, 6, 8, 10)
		for range count {
			def.Edges = append(def.Edges, edges(names).Draw(t, "edge"))
		}

		return def
	})
}

// edges makes edges between the states.
func edges(states []string) *rapid.Generator[lifecycle.Edge] {
	return rapid.Custom(func(t *rapid.T) lifecycle.Edge {
		edge := lifecycle.Edge{
			From:    evenly(t, "from", states...),
			Event:   evenly(t, "event", "go", "run", "walk", "fly"),
			To:      evenly(t, "to", states...),
			Auto:    evenly(t, "auto", false, true, false, false),
			Reopen:  evenly(t, "reopen", false, false, false, true),
			Outcome: evenly(t, "outcome", "", "", "x", "y"),
			Roles:   rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 2, rapid.ID).Draw(t, "roles"),
		}

		for _, guard := range []string{"plain", "approved", "told", "settled"} {
			if rapid.Bool().Draw(t, guard) {
				edge.Guards = append(edge.Guards, guard)
			}
		}

		if awaited := evenly(t, "awaited", "", "", "", "", "", "outcome=x", "outcome=y", "outcome=z"); awaited != "" {
			edge.Guards = append(edge.Guards, awaited)
		}

		return edge
	})
}

// worlds make every condition hold or not.
func worlds() *rapid.Generator[world] {
	return rapid.Custom(func(t *rapid.T) world {
		w := world{"outcome=" + rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(t, "outcome"): true}
		for _, guard := range []string{"plain", "approved", "told", "settled"} {
			w[guard] = rapid.Bool().Draw(t, guard)
		}

		return w
	})
}

// Some 4,000 random definitions: the compiler and the brute-force oracle find the same, and every witness is a
// shortest path that exists.
func TestFindingsAgreeWithOracle(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		for _, def := range rapid.SliceOfN(definitions(), 40, 40).Draw(t, "definitions") {
			compiled, findings := lifecycle.Compile(def, worldGuards("plain", "approved", "told", "settled", "outcome"))

			if diff := cmp.Diff(oracle{def}.expect(), tally(t, def, findings), cmp.AllowUnexported(expectation{})); diff != "" {
				t.Fatalf("findings of %s (-want +got):\n%s", mustJSON(t, def), diff)
			}

			errs := slices.ContainsFunc(findings, func(f lifecycle.Finding) bool {
				return f.Severity == lifecycle.SeverityError
			})
			if errs != (compiled == nil) {
				t.Fatalf("errors: %v, compiled: %v", errs, compiled != nil)
			}
		}
	})
}

// tally counts findings as the oracle does and checks every witness.
func tally(t *rapid.T, def lifecycle.Definition, findings []lifecycle.Finding) map[string]expectation {
	got := map[string]expectation{}

	for _, finding := range findings {
		where := finding.State
		if finding.Edge != nil {
			where = finding.Edge.From + " " + finding.Edge.Event + " " + finding.Edge.To
		}

		if finding.Text == "" || finding.Advice == "" || finding.String() == "" {
			t.Fatalf("finding without words: %+v", finding)
		}

		note(got, finding.Code, where, finding.Severity, len(finding.Path))
		checkWitness(t, def, finding)
	}

	return got
}

// checkWitness demands that the path exists, hangs together, begins where a request begins, ends where the finding
// points, and avoids the gate it claims to avoid.
func checkWitness(t *rapid.T, def lifecycle.Definition, finding lifecycle.Finding) {
	if len(finding.Path) == 0 {
		return
	}

	avoided := map[lifecycle.Code]string{
		lifecycle.UngatedBuild: "approved", lifecycle.UntoldTerminal: "told", lifecycle.UnsettledDone: "settled",
	}[finding.Code]

	end := finding.State
	if finding.Edge != nil {
		end = finding.Edge.To
	}

	if last := finding.Path[len(finding.Path)-1].To; last != end {
		t.Fatalf("the witness ends in %s: %v", last, finding)
	}

	for i, move := range finding.Path {
		if i > 0 && finding.Path[i-1].To != move.From {
			t.Fatalf("the witness is torn: %v", finding)
		}

		known := slices.ContainsFunc(def.Edges, func(e lifecycle.Edge) bool {
			same := e.From == move.From && e.Event == move.Event && e.To == move.To
			automatic := finding.Code != lifecycle.AutoCycle || e.Auto
			around := avoided == "" || !slices.Contains(e.Guards, avoided) || i == 0 && e.Reopen

			return same && automatic && around
		})
		if !known {
			t.Fatalf("the witness takes %v, which it may not: %v", move, finding)
		}
	}

	opens := slices.Contains(def.Initial, finding.Path[0].From)
	reopens := avoided != "" && slices.ContainsFunc(def.Edges, func(e lifecycle.Edge) bool {
		return e.Reopen && e.From == finding.Path[0].From && e.Event == finding.Path[0].Event
	})

	if !opens && !reopens && finding.Code != lifecycle.AutoCycle {
		t.Fatalf("the witness begins nowhere: %v", finding)
	}
}

// Property P7: what Permitted lists as free fires, what it lists as barred is refused for the same reasons, and an
// event it does not list is refused.
func TestPermittedIsFiring(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		def := soundDefinitions().Draw(t, "definition")

		compiled, findings := lifecycle.Compile(def, worldGuards("plain", "approved", "told", "settled", "outcome"))
		if compiled == nil {
			t.Fatalf("%v", findings)
		}

		roles := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 2).Draw(t, "roles")
		w := worlds().Draw(t, "world")

		for _, state := range def.States {
			listed := compiled.Permitted(state.Name, roles, w)
			for _, event := range []string{"go", "run", "walk", "fly", "swim"} {
				checkFiring(t, compiled, state.Name, event, roles, w, listed)
			}
		}
	})
}

// checkFiring compares firing one event with the list.
func checkFiring(t *rapid.T, compiled *lifecycle.Lifecycle[world], state, event string, roles []string, w world,
	listed []lifecycle.Permission,
) {
	edge, unmet := compiled.Fire(state, event, roles, w)

	var free, barred []lifecycle.Permission

	for _, permission := range listed {
		if permission.Event == event {
			if len(permission.Unmet) == 0 {
				free = append(free, permission)
			} else {
				barred = append(barred, permission)
			}
		}
	}

	switch {
	case len(free) == 1:
		if len(unmet) > 0 || edge.From != state || edge.Event != event || edge.To != free[0].To {
			t.Fatalf("%s in %s is free, yet firing gives %v %v", event, state, edge, unmet)
		}
	case len(free) > 1:
		t.Fatalf("%s in %s could take two edges: %v", event, state, free)
	case len(barred) == 0:
		if len(unmet) != 1 || unmet[0].Condition != "event" {
			t.Fatalf("%s in %s is not listed, yet firing gives %v %v", event, state, edge, unmet)
		}
	default:
		for _, missing := range unmet {
			if !slices.ContainsFunc(barred, func(p lifecycle.Permission) bool { return slices.Contains(p.Unmet, missing) }) {
				t.Fatalf("firing misses %v, the list does not", missing)
			}
		}

		if len(unmet) == 0 || len(barred) == 1 && !slices.Equal(unmet, barred[0].Unmet) {
			t.Fatalf("%s in %s lists %v, firing gives %v", event, state, barred, unmet)
		}
	}
}

// soundDefinitions make definitions that compile: an observed ring of states, each edge with an event of its own or
// told apart by the outcome.
func soundDefinitions() *rapid.Generator[lifecycle.Definition] {
	return rapid.Custom(func(t *rapid.T) lifecycle.Definition {
		def := lifecycle.Definition{ID: "sound", Version: 1, Mode: lifecycle.Observe, Initial: []string{"S0"}}
		count := rapid.IntRange(2, 6).Draw(t, "states")

		for i := range count {
			def.States = append(def.States, lifecycle.State{Name: fmt.Sprint("S", i), Category: lifecycle.Assess})
		}

		def.States[count-1].Terminal = true

		for i := range count - 1 {
			state := def.States[i].Name
			forward := edges([]string{state}).Draw(t, "forward")
			forward.Event, forward.To, forward.Auto = "go", def.States[i+1].Name, false
			forward.Outcome = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "outcome")
			forward.Guards = slices.DeleteFunc(forward.Guards, func(name string) bool { return name[0] == 'o' })
			def.Edges = append(def.Edges, forward)

			for _, outcome := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), rapid.ID).Draw(t, "apart") {
				edge := edges([]string{state}).Draw(t, "edge")
				edge.Event, edge.Outcome = "run", ""
				edge.Auto = edge.Auto && edge.To > state
				edge.Guards = append(slices.DeleteFunc(edge.Guards, func(name string) bool { return name[0] == 'o' }),
					"outcome="+outcome)
				def.Edges = append(def.Edges, edge)
			}
		}

		// every outcome can be recorded somewhere
		for i, outcome := range []string{"x", "y", "z"} {
			def.Edges = append(def.Edges, lifecycle.Edge{
				From: "S0", Event: []string{"walk", "fly", "end"}[i], To: def.States[count-1].Name, Outcome: outcome,
			})
		}

		return def
	})
}

// A definition survives JSON, and its JSON is always the same.
func TestDefinitionRoundTrip(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		def := definitions().Draw(t, "definition")
		def.Title = rapid.String().Draw(t, "title")
		def.Aliases = rapid.MapOf(rapid.String(), rapid.SampledFrom(def.Initial)).Draw(t, "aliases")

		first := mustJSON(t, def)

		parsed, err := lifecycle.Parse(first)
		if err != nil {
			t.Fatalf("%v in %s", err, first)
		}

		if second := mustJSON(t, parsed); string(first) != string(second) {
			t.Fatalf("first %s\nthen  %s", first, second)
		}
	})
}

// mustJSON writes the definition.
func mustJSON(t failing, def lifecycle.Definition) []byte {
	t.Helper()

	text, err := json.Marshal(def)
	if err != nil {
		t.Fatalf("%v", err)
	}

	return text
}

// failing is a test, a benchmark or a property check.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}
