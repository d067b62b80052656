package lifecycle_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// office is a small lifecycle with roles, an argument, two edges of one event and automatic edges.
func office() lifecycle.Definition {
	def := draw(
		[]string{"Draft intake", "Deciding decide", "Ending void", "Rejected void!", "Withdrawn void!"},
		"Draft submit Deciding complete @applicant",
		"Draft withdraw Ending ->withdrawn",
		"Deciding reject Ending briefed @manager @deputy ->rejected",
		"Deciding lapse Draft lapsed auto",
		"Ending file Rejected outcome=rejected told",
		"Ending file Withdrawn outcome=withdrawn told",
		"Ending close Rejected outcome=rejected told overdue auto",
		"Ending close Withdrawn outcome=withdrawn told overdue auto",
		"Rejected reopen Draft reopen",
	)
	def.Aliases = map[string]string{"draft": "Draft", "Entwurf": "Draft"}
	def.Edges[2].ReasonRequired = true

	return def
}

func TestFire(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())
	def := office()

	for name, c := range map[string]struct {
		state, event string
		roles        []string
		world        world
		edge         int // index of the edge fired, if texts is empty
		conditions   []string
		texts        []string
	}{
		"role and guard held": {"Draft", "submit", []string{"applicant"}, world{"complete": true}, 0, nil, nil},
		"second role held":    {"Deciding", "reject", []string{"x", "deputy"}, world{"briefed": true}, 2, nil, nil},
		"open to everybody":   {"Draft", "withdraw", nil, nil, 1, nil, nil},
		"first of two":        {"Ending", "file", nil, world{"outcome=rejected": true, "told": true}, 4, nil, nil},
		"second of two":       {"Ending", "file", nil, world{"outcome=withdrawn": true, "told": true}, 5, nil, nil},
		"reopen":              {"Rejected", "reopen", nil, nil, 8, nil, nil},
		"guard not met": {
			"Draft", "submit",
			[]string{"applicant"},
			nil, 0,
			[]string{"complete"},
			[]string{"complete does not hold"},
		},
		"neither role nor guard": {
			"Deciding", "reject",
			[]string{"applicant"},
			nil, 0,
			[]string{"role", "briefed"},
			[]string{"only manager or deputy may reject", "briefed does not hold"},
		},
		"only the edge that is meant": {
			"Ending", "file", nil,
			world{"outcome=withdrawn": true},
			0,
			[]string{"told"},
			[]string{"told does not hold"},
		},
		"neither edge is meant": {
			"Ending", "file", nil,
			world{"told": true},
			0,
			[]string{"outcome=rejected", "outcome=withdrawn"},
			[]string{"outcome=rejected does not hold", "outcome=withdrawn does not hold"},
		},
		"event of another state": {
			"Draft", "reject", nil, nil, 0,
			[]string{"event"},
			[]string{`no "reject" can be asked for in Draft; possible: submit or withdraw`},
		},
		"event unknown": {
			"Ending", "explode", nil, nil, 0,
			[]string{"event"},
			[]string{`no "explode" can be asked for in Ending; possible: file; close happens by itself`},
		},
		"automatic event": {
			"Deciding", "lapse", nil,
			world{"lapsed": true},
			0,
			[]string{"event"},
			[]string{`no "lapse" can be asked for in Deciding; possible: reject; lapse happens by itself`},
		},
		"nothing leaves": {
			"Withdrawn", "reopen", nil, nil, 0,
			[]string{"event"},
			[]string{`no "reopen" can be asked for in Withdrawn: nothing leaves it`},
		},
		"state unknown": {
			"Limbo", "submit", nil, nil, 0,
			[]string{"state"},
			[]string{`"Limbo" is no state of drawn`},
		},
		"alias is no state": {
			"Entwurf", "submit", nil, nil, 0,
			[]string{"state"},
			[]string{`"Entwurf" is no state of drawn`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			edge, unmet := compiled.Fire(c.state, c.event, c.roles, c.world)

			var conditions, texts []string
			for _, missing := range unmet {
				conditions = append(conditions, missing.Condition)
				texts = append(texts, missing.Text)

				require.Equal(t, lifecycle.Unsatisfied, missing.Status)
			}

			require.Equal(t, c.conditions, conditions)
			require.Equal(t, c.texts, texts)

			if len(unmet) == 0 {
				require.Equal(t, def.Edges[c.edge], edge)
			} else {
				require.Equal(t, lifecycle.Edge{}, edge)
			}
		})
	}
}

func TestPermitted(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())

	require.Equal(t, []lifecycle.Permission{
		{
			Event: "submit", To: "Deciding", Unmet: []lifecycle.Unmet{
				{Condition: "role", Text: "only applicant may submit"},
				{Condition: "complete", Text: "complete does not hold"},
			},
		},
		{Event: "withdraw", To: "Ending", Outcome: "withdrawn"},
	}, compiled.Permitted("Draft", []string{"manager"}, nil))

	require.Equal(t, []lifecycle.Permission{
		{Event: "reject", To: "Ending", Outcome: "rejected", ReasonRequired: true},
	}, compiled.Permitted("Deciding", []string{"manager"}, world{"briefed": true, "lapsed": true}))

	require.Equal(t, []lifecycle.Permission{{Event: "reopen", To: "Draft", Reopen: true}},
		compiled.Permitted("Rejected", nil, nil))

	require.Empty(t, compiled.Permitted("Withdrawn", nil, nil))
	require.Empty(t, compiled.Permitted("Limbo", nil, nil))
}

func TestAuto(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())
	def := office()

	edge, due := compiled.Auto("Deciding", world{"lapsed": true})
	require.True(t, due)
	require.Equal(t, def.Edges[3], edge)

	edge, due = compiled.Auto("Ending", world{"outcome=withdrawn": true, "told": true, "overdue": true})
	require.True(t, due)
	require.Equal(t, def.Edges[7], edge)

	for state, w := range map[string]world{
		"Deciding": {}, "Ending": {"outcome=withdrawn": true, "told": true}, "Draft": {"complete": true}, "Limbo": {},
	} {
		edge, due = compiled.Auto(state, w)
		require.False(t, due, state)
		require.Equal(t, lifecycle.Edge{}, edge)
	}
}

// Two automatic edges with different events may both be due: the first in the definition is taken.
func TestAutoTakesTheFirst(t *testing.T) {
	t.Parallel()

	def := office()
	def.Edges = append(def.Edges, drawEdge("Deciding expire Draft auto"))
	compiled := compile(t, def)

	edge, _ := compiled.Auto("Deciding", world{"lapsed": true})
	require.Equal(t, "lapse", edge.Event)

	edge, _ = compiled.Auto("Deciding", nil)
	require.Equal(t, "expire", edge.Event)
}

func TestStateAndFold(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())

	state, ok := compiled.State("Rejected")
	require.True(t, ok)
	require.Equal(t, lifecycle.State{Name: "Rejected", Category: lifecycle.Void, Terminal: true}, state)

	_, ok = compiled.State("rejected")
	require.False(t, ok)

	for raw, want := range map[string]string{"Draft": "Draft", "draft": "Draft", "Entwurf": "Draft"} {
		folded, ok := compiled.Fold(raw)
		require.True(t, ok)
		require.Equal(t, want, folded)
	}

	folded, ok := compiled.Fold("DRAFT")
	require.False(t, ok)
	require.Equal(t, "DRAFT", folded)
}

// Neither what was handed in nor what was handed out reaches the compiled lifecycle.
func TestCompiledIsACopy(t *testing.T) {
	t.Parallel()

	def := office()
	compiled := compile(t, def)
	def.Edges[0].To, def.Edges[0].Roles[0], def.Aliases["draft"] = "Ending", "nobody", "Ending"

	out := compiled.Definition()
	out.Edges[0].To, out.Edges[0].Roles[0], out.Initial[0], out.States[0].Name = "Ending", "nobody", "Ending", "Limbo"

	require.Equal(t, office(), compiled.Definition())

	edge, unmet := compiled.Fire("Draft", "submit", []string{"applicant"}, world{"complete": true})
	require.Empty(t, unmet)
	require.Equal(t, "Deciding", edge.To)
}

// A guard may hand out the same slice again and again: the lifecycle never writes into it.
func TestGuardsKeepTheirSlices(t *testing.T) {
	t.Parallel()

	kept := make([]lifecycle.Unmet, 1, 8)
	kept[0] = lifecycle.Unmet{Condition: "first", Text: "first"}

	def := draw([]string{"Open intake", "Dropped void!"}, "Open drop Dropped first second told")
	guards := append(worldGuards("second", "told"),
		lifecycle.Guard[world]{Name: "first", Check: func(world, string) []lifecycle.Unmet { return kept }})

	compiled, findings := lifecycle.Compile(def, guards)
	require.NotNil(t, compiled, "%v", findings)

	_, unmet := compiled.Fire("Open", "drop", nil, nil)
	require.Len(t, unmet, 3)
	require.Equal(t, lifecycle.Unmet{}, kept[:2][1], "the guard's slice was written to")
}

func TestSharedByGoroutines(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())
	want := compiled.Permitted("Draft", nil, nil)

	var (
		group sync.WaitGroup
		got   [8][]lifecycle.Permission
		fired [8]lifecycle.Edge
	)

	for i := range got {
		group.Go(func() {
			for range 100 {
				got[i] = compiled.Permitted("Draft", nil, nil)
				fired[i], _ = compiled.Fire("Draft", "submit", []string{"applicant"}, world{"complete": true})
				compiled.Auto("Deciding", world{"lapsed": true})
				compiled.Judge([]lifecycle.Step{{State: "draft"}, {State: "Ending"}})
			}
		})
	}

	group.Wait()

	for i := range got {
		require.Equal(t, want, got[i])
		require.Equal(t, "Deciding", fired[i].To)
	}
}

//nolint:paralleltest // the allocations of the whole program are counted
func TestFiringAllocatesNothing(t *testing.T) {
	compiled := compile(t, office())
	roles, w := []string{"applicant"}, world{"complete": true, "outcome=withdrawn": true, "told": true}

	require.Zero(t, testing.AllocsPerRun(100, func() { compiled.Fire("Draft", "submit", roles, w) }))
	require.Zero(t, testing.AllocsPerRun(100, func() { compiled.Fire("Draft", "withdraw", roles, w) }))
}
