package lifecycle_test

import (
	"testing"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/stretchr/testify/require"
)

// stand is where a request of the exploration is, with what happened to it on the way.
type stand struct {
	state   string
	outcome string
	settled bool // the last move passed the settled gate
	told    bool // the last move passed the told gate
	agreed  bool // the last move passed the approval gate
}

// explorer walks every sequence of moves up to a depth. Each move is made twice, in a world where only the gates
// hold that the promise allows, and in one where everything holds.
type explorer struct {
	t        *testing.T
	compiled *lifecycle.Lifecycle[world]
	roles    []string
	visited  map[stand]bool
	moves    int
}

func TestNormalExploredToDepth12(t *testing.T) {
	t.Parallel()

	def := lifecycle.Normal()
	e := explorer{
		t: t, compiled: compile(t, def), visited: map[stand]bool{},
		roles: []string{"applicant", "coordinator", "product-manager", "implementer", "verifier"},
	}

	layer := []stand{{state: "Draft"}}
	for range 12 {
		var next []stand
		for _, at := range layer {
			next = append(next, e.leave(at)...)
		}

		layer = next
	}

	reached := map[string]bool{"Draft": true}
	for at := range e.visited {
		reached[at.state] = true
	}

	require.Len(t, reached, len(def.States), "every state is reached within 12 moves")
	require.Greater(t, e.moves, len(def.Edges))
}

// leave makes every move from the stand and returns the new stands.
func (e *explorer) leave(at stand) []stand {
	var next []stand

	for _, subset := range e.worlds(at) {
		for _, permission := range e.compiled.Permitted(at.state, e.roles, subset) {
			edge, unmet := e.compiled.Fire(at.state, permission.Event, e.roles, subset)
			require.Equal(e.t, permission.Unmet, unmet)

			if len(unmet) == 0 {
				require.Equal(e.t, permission.To, edge.To)
				next = e.arrive(at, edge, subset, next)
			}
		}

		if edge, due := e.compiled.Auto(at.state, subset); due {
			next = e.arrive(at, edge, subset, next)
		}
	}

	return next
}

// worlds are all combinations of the conditions that the promises hang on; everything else holds, or nothing does.
func (e *explorer) worlds(at stand) []world {
	var list []world

	for bits := range 16 {
		w := world{"outcome=" + at.outcome: true}

		for i, gate := range []string{"approved", "told", "settled"} {
			w[gate] = bits&(1<<i) != 0
		}

		if bits&8 != 0 {
			for _, edge := range e.compiled.Definition().Edges {
				for _, name := range edge.Guards {
					if _, gate := w[name]; !gate && name[:min(len(name), 8)] != "outcome=" {
						w[name] = true
					}
				}
			}
		}

		list = append(list, w)
	}

	return list
}

// arrive checks the promises for one move and keeps the new stand if it was not seen before.
func (e *explorer) arrive(from stand, edge lifecycle.Edge, w world, next []stand) []stand {
	e.moves++

	state, ok := e.compiled.State(edge.To)
	require.True(e.t, ok)

	old, _ := e.compiled.State(edge.From)
	require.Equal(e.t, old.Terminal, edge.Reopen, "only reopening leaves %s", edge.From)

	if state.Category == lifecycle.Build {
		require.True(e.t, w["approved"], "%v enters the build unapproved", edge)
	}

	if state.Terminal {
		require.True(e.t, w["told"], "%v ends untold", edge)
		require.True(e.t, w["settled"], "%v ends unsettled", edge)
	}

	to := stand{state: edge.To, outcome: from.outcome, agreed: w["approved"], told: w["told"], settled: w["settled"]}
	if edge.Outcome != "" {
		to.outcome = edge.Outcome
	}

	switch edge.To {
	case "Rejected", "Withdrawn", "Cancelled", "Superseded":
		require.Equal(e.t, edge.To, map[string]string{
			"rejected": "Rejected", "withdrawn": "Withdrawn", "cancelled": "Cancelled", "superseded": "Superseded",
		}[to.outcome])
	case "Closed":
		require.Contains(e.t, []string{"implemented", "backed-out"}, to.outcome)
	}

	if e.visited[to] {
		return next
	}

	e.visited[to] = true

	return append(next, to)
}
