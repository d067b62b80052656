package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// stand is where a request of the exploration is: all that its further life depends on besides the conditions.
type stand struct{ state, outcome string }

// explorer makes every move that any conditions allow and checks the promises of the process on each.
type explorer struct {
	t          *testing.T
	compiled   *lifecycle.Lifecycle[world]
	roles      []string
	conditions []string // the ordinary ones
	visited    map[stand]bool
	moved      map[lifecycle.Move]bool
}

// Twelve moves exhaust the shorter built-ins; the two decisions of an engineering change take sixteen.
func TestBuiltInsExplored(t *testing.T) {
	t.Parallel()

	for _, def := range lifecycle.BuiltIn() {
		t.Run(def.ID, func(t *testing.T) {
			t.Parallel()

			depth := 12
			if def.ID == "engineering-change" {
				depth = 16
			}

			explore(t, def, depth)
		})
	}
}

// gates are the guards that the promises of the process hang on, whoever of the built-ins names them.
var gates = []string{"approved", "template", "told", "settled"}

func explore(t *testing.T, def lifecycle.Definition, depth int) {
	t.Helper()

	e := explorer{
		t: t, compiled: compile(t, def), visited: map[stand]bool{}, moved: map[lifecycle.Move]bool{},
		roles: []string{"applicant", "coordinator", "product-manager", "implementer", "verifier"},
	}

	for _, edge := range def.Edges {
		for _, name := range edge.Guards {
			if !slices.Contains(gates, name) && !strings.HasPrefix(name, "outcome=") {
				e.conditions = append(e.conditions, name)
			}
		}
	}

	layer := []stand{{state: "Draft"}}
	for range depth {
		var next []stand
		for _, at := range layer {
			next = append(next, e.leave(at)...)
		}

		layer = next
	}

	require.Empty(t, layer, "nothing new is left to explore")
	require.Len(t, e.moved, len(def.Edges), "every edge was taken")
}

// leave makes every move from the stand and returns the new stands.
func (e *explorer) leave(at stand) []stand {
	var next []stand

	for _, w := range e.worlds(at) {
		for _, permission := range e.compiled.Permitted(at.state, e.roles, w) {
			edge, unmet := e.compiled.Fire(at.state, permission.Event, e.roles, w)
			require.Equal(e.t, permission.Unmet, unmet)

			if len(unmet) == 0 {
				require.Equal(e.t, permission.To, edge.To)
				next = e.arrive(at, edge, w, next)
			}
		}

		if edge, due := e.compiled.Auto(at.state, w); due {
			next = e.arrive(at, edge, w, next)
		}
	}

	return next
}

// worlds are all combinations of the gates, each with all other conditions and with none.
func (e *explorer) worlds(at stand) []world {
	var list []world

	for bits := range 2 << len(gates) {
		w := world{"outcome=" + at.outcome: true}

		for i, gate := range gates {
			w[gate] = bits&(1<<i) != 0
		}

		for _, condition := range e.conditions {
			w[condition] = bits&(1<<len(gates)) != 0
		}

		list = append(list, w)
	}

	return list
}

// arrive checks the promises for one move and keeps the new stand if it was not seen before.
func (e *explorer) arrive(from stand, edge lifecycle.Edge, w world, next []stand) []stand {
	e.moved[lifecycle.Move{From: edge.From, Event: edge.Event, To: edge.To}] = true

	state, ok := e.compiled.State(edge.To)
	require.True(e.t, ok)

	old, _ := e.compiled.State(edge.From)
	require.Equal(e.t, old.Terminal, edge.Reopen, "only reopening leaves %s", edge.From)

	if state.Category == lifecycle.Build {
		require.True(e.t, w["approved"] || w["template"], "%v enters the build unapproved", edge)
	}

	if state.Terminal {
		require.True(e.t, w["told"], "%v ends untold", edge)
		require.True(e.t, w["settled"], "%v ends unsettled", edge)
	}

	to := stand{state: edge.To, outcome: from.outcome}
	if edge.Outcome != "" {
		to.outcome = edge.Outcome
	}

	switch edge.To {
	case "Closed":
		require.Contains(e.t, []string{"implemented", "backed-out"}, to.outcome)
	case "Rejected", "Withdrawn", "Cancelled", "Superseded":
		require.Equal(e.t, strings.ToLower(edge.To), to.outcome)
	}

	if e.visited[to] {
		return next
	}

	e.visited[to] = true

	return append(next, to)
}
