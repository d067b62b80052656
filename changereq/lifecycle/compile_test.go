package lifecycle_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// sound is a small definition without any finding, to be spoilt by the cases.
func sound() lifecycle.Definition {
	return draw(
		[]string{"Draft intake", "Ready decide", "Building build", "Closed done!", "Dropped void!"},
		"Draft approve Ready approved @manager",
		"Ready start Building approved @builder",
		"Building close Closed told settled ->implemented",
		"Draft drop Dropped told",
		"Ready drop Dropped told",
		"Dropped reopen Draft reopen",
	)
}

func TestSoundDefinitionHasNoFindings(t *testing.T) {
	t.Parallel()

	compiled, findings := lifecycle.Compile(sound(), guardsOf(sound()), lifecycle.Grantable("manager", "builder"))
	require.NotNil(t, compiled)
	require.Empty(t, findings)

	shape, findings := lifecycle.CompileShape(sound())
	require.NotNil(t, shape)
	require.Empty(t, findings)
}

// spoilt is one way to spoil the sound definition and the first finding that it gives.
type spoilt struct {
	name  string
	spoil func(*lifecycle.Definition)
	code  lifecycle.Code
	place string // state, or edge as "From -event-> To"
	path  string // as route writes it
	text  string // part of the text
}

func addEdge(line string) func(*lifecycle.Definition) {
	return func(def *lifecycle.Definition) { def.Edges = append(def.Edges, drawEdge(line)) }
}

func addState(state lifecycle.State, lines ...string) func(*lifecycle.Definition) {
	return func(def *lifecycle.Definition) {
		def.States = append(def.States, state)

		for _, line := range lines {
			addEdge(line)(def)
		}
	}
}

func nameCases() []spoilt {
	return []spoilt{
		{
			"edge from nowhere", addEdge("Nowhere go Draft"), lifecycle.UndeclaredName,
			"Nowhere -go-> Draft", "", `state "Nowhere"`,
		},
		{
			"edge to nowhere", addEdge("Draft go Nowhere"), lifecycle.UndeclaredName,
			"Draft -go-> Nowhere", "", `state "Nowhere"`,
		},
		{
			"guard unknown", addEdge("Draft go Ready magic=7"), lifecycle.UndeclaredName,
			"Draft -go-> Ready", "", `guard "magic"`,
		},
		{
			"event without name", func(def *lifecycle.Definition) {
				def.Edges = append(def.Edges, lifecycle.Edge{From: "Draft", To: "Ready"})
			},
			lifecycle.UndeclaredName, "Draft --> Ready", "", "has no event",
		},
		{
			"state without name", addState(lifecycle.State{Category: lifecycle.Void}), lifecycle.UndeclaredName,
			"", "", "a state has no name",
		},
		{
			"category unknown", func(def *lifecycle.Definition) { def.States[0].Category = "limbo" },
			lifecycle.UndeclaredName, "Draft", "", `category "limbo"`,
		},
		{
			"initial unknown", func(def *lifecycle.Definition) { def.Initial = append(def.Initial, "Nowhere") },
			lifecycle.UndeclaredName, "", "", `initial state "Nowhere"`,
		},
		{
			"alias to nowhere", func(def *lifecycle.Definition) { def.Aliases = map[string]string{"Drft": "Nowhere"} },
			lifecycle.UndeclaredName, "", "", `alias "Drft"`,
		},
		{
			"outcome never recorded", addEdge("Building end Closed told settled outcome=lost"), lifecycle.UndeclaredName,
			"Building -end-> Closed", "", `outcome "lost", which no edge records`,
		},
		{
			"state twice", addState(lifecycle.State{Name: "Draft", Category: lifecycle.Void}), lifecycle.DuplicateName,
			"Draft", "", "declared twice",
		},
		{
			"initial twice", func(def *lifecycle.Definition) { def.Initial = []string{"Draft", "Draft"} },
			lifecycle.DuplicateName, "Draft", "", "listed twice",
		},
		{
			"alias hides a state", func(def *lifecycle.Definition) { def.Aliases = map[string]string{"Ready": "Draft"} },
			lifecycle.DuplicateName, "Ready", "", "name of a state",
		},
		{
			"guard twice", addEdge("Draft go Ready told told"), lifecycle.DuplicateName,
			"Draft -go-> Ready", "", "guard told stands twice",
		},
		{
			"role twice", addEdge("Draft go Ready @manager @manager"), lifecycle.DuplicateName,
			"Draft -go-> Ready", "", "role manager stands twice",
		},
		{
			"nothing opens", func(def *lifecycle.Definition) { def.Initial = nil },
			lifecycle.NoInitial, "", "", "no request can open",
		},
	}
}

func graphCases() []spoilt {
	return []spoilt{
		{
			"same event twice", addEdge("Draft approve Dropped told"), lifecycle.AmbiguousEdge,
			"Draft -approve-> Dropped", "", "could both be taken",
		},
		{
			"exclusive guard on one edge only", func(def *lifecycle.Definition) {
				def.Edges[2].Guards = append(def.Edges[2].Guards, "outcome=implemented")
				def.Edges[1].Outcome = "implemented"
				addEdge("Building close Dropped told")(def)
			},
			lifecycle.AmbiguousEdge, "Building -close-> Dropped", "", "could both be taken",
		},
		{
			"nothing leads there", addState(lifecycle.State{Name: "Island", Category: lifecycle.Void, Terminal: true}),
			lifecycle.UnreachableState, "Island", "", "no request can get to Island",
		},
		{
			"nothing leaves it", addState(lifecycle.State{Name: "Limbo", Category: lifecycle.Void}, "Ready park Limbo"),
			lifecycle.DeadEnd, "Limbo", "Draft approve Ready park Limbo", "nothing leaves Limbo",
		},
		{
			"round and round", addState(lifecycle.State{Name: "Limbo", Category: lifecycle.Void}, "Draft park Limbo", "Limbo wait Limbo"),
			lifecycle.NoWayOut, "Limbo", "Draft park Limbo", "no terminal state",
		},
		{
			"out of a terminal state", addEdge("Closed again Draft"), lifecycle.TerminalExit,
			"Closed -again-> Draft", "", "Closed is terminal, yet again leaves it",
		},
		{
			"outcome waits for itself", addEdge("Building end Closed told settled outcome=lost ->lost"), lifecycle.SelfReference,
			"Building -end-> Closed", "", "only recorded after it is there",
		},
		{
			"nobody can", func(def *lifecycle.Definition) {
				addEdge("Draft go Ready @wizard @manager")(def)
				addEdge("Draft fly Ready @wizard")(def)
			},
			lifecycle.RoleNeverGranted,
			"Draft -go-> Ready", "", `the role "wizard"`,
		},
		{
			"by itself for ever", func(def *lifecycle.Definition) {
				addEdge("Draft promote Ready plain auto")(def)
				addEdge("Ready demote Draft plain auto")(def)
			},
			lifecycle.AutoCycle, "Draft", "Draft promote Ready demote Draft", "from Draft back to it",
		},
		{
			"by itself on the spot", addEdge("Ready tick Ready auto"), lifecycle.AutoCycle,
			"Ready", "Ready tick Ready", "from Ready back to it",
		},
	}
}

func gateCases() []spoilt {
	return []spoilt{
		{
			"a way round approval", addEdge("Draft hurry Building"), lifecycle.UngatedBuild,
			"Building", "Draft hurry Building", "without approval",
		},
		{
			"opens in the build", func(def *lifecycle.Definition) { def.Initial = append(def.Initial, "Building") },
			lifecycle.UngatedBuild, "Building", "", "without approval",
		},
		{
			"approval from before the reopening", func(def *lifecycle.Definition) {
				addState(lifecycle.State{Name: "Again", Category: lifecycle.Decide}, "Closed reopen Again reopen",
					"Again start Building", "Again drop Dropped told")(def)
			},
			lifecycle.UngatedBuild, "Building", "Closed reopen Again start Building", "without approval",
		},
		{
			"approval comes too late even in an emergency", func(def *lifecycle.Definition) {
				def.Emergency = true
				def.Edges[0].Guards, def.Edges[1].Guards = nil, nil
			},
			lifecycle.UngatedBuild, "Closed", "Draft approve Ready start Building close Closed", "without approval",
		},
		{
			"ends in silence", addEdge("Ready forget Dropped"), lifecycle.UntoldTerminal,
			"Dropped", "Draft approve Ready forget Dropped", "may not have been told",
		},
		{
			"specifications left behind", addEdge("Building shelve Closed told"), lifecycle.UnsettledDone,
			"Closed", "Draft approve Ready start Building shelve Closed", "may not carry the change",
		},
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()

	cases := append(nameCases(), graphCases()...)
	for _, c := range append(cases, gateCases()...) {
		t.Run(string(c.code)+"/"+c.name, func(t *testing.T) {
			t.Parallel()

			def := sound()
			c.spoil(&def)

			compiled, findings := lifecycle.Compile(def, worldGuards("approved", "told", "settled", "outcome", "plain"),
				lifecycle.Grantable("manager", "builder"))
			require.Nil(t, compiled)

			found := find(findings, c.code)
			require.Len(t, found, 1, "all findings: %v", findings)
			require.Equal(t, lifecycle.SeverityError, found[0].Severity)

			place := found[0].State
			if found[0].Edge != nil {
				place = found[0].Edge.String()
			}

			require.Equal(t, c.place, place)
			require.Equal(t, c.path, route(found[0].Path))
			require.Contains(t, found[0].Text, c.text)
			require.NotEmpty(t, found[0].Advice)
		})
	}
}

func TestWarningsDoNotBlock(t *testing.T) {
	t.Parallel()

	stale := sound()
	stale.Edges[1].Guards = nil
	trapped := sound()
	trapped.States = append(trapped.States, lifecycle.State{Name: "Waiting", Category: lifecycle.Decide})
	trapped.Edges = append(trapped.Edges, drawEdge("Ready wait Waiting"), drawEdge("Waiting start Building approved"))
	twoAuto := sound()
	twoAuto.Edges = append(twoAuto.Edges, drawEdge("Ready lapse Draft told auto"), drawEdge("Ready expire Draft auto"))

	for name, c := range map[string]struct {
		def  lifecycle.Definition
		code lifecycle.Code
		path string
	}{
		"stale gate":    {stale, lifecycle.StaleGate, "Draft approve Ready start Building"},
		"no cancel":     {trapped, lifecycle.NoCancel, "Draft approve Ready wait Waiting"},
		"two automatic": {twoAuto, lifecycle.AmbiguousEdge, ""},
	} {
		compiled, findings := lifecycle.Compile(c.def, guardsOf(c.def))
		require.NotNil(t, compiled, name)
		require.Equal(t, []lifecycle.Code{c.code}, codes(findings), name)
		require.Equal(t, lifecycle.SeverityWarning, findings[0].Severity)
		require.Equal(t, c.path, route(findings[0].Path))
	}
}

func TestGateFindingsAreWarningsWhenObserving(t *testing.T) {
	t.Parallel()

	def := draw([]string{"Open build", "Closed done!", "Dropped void!"}, "Open close Closed", "Open drop Dropped")

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Len(t, findings, 4)

	def.Mode = lifecycle.Observe
	compiled, findings = lifecycle.Compile(def, guardsOf(def))
	require.NotNil(t, compiled)
	require.Equal(t, []lifecycle.Code{
		lifecycle.UngatedBuild, lifecycle.UntoldTerminal, lifecycle.UntoldTerminal, lifecycle.UnsettledDone,
	}, codes(findings))

	for _, finding := range findings {
		require.Equal(t, lifecycle.SeverityWarning, finding.Severity)
	}

	def.Edges = append(def.Edges, drawEdge("Closed go Open"))
	compiled, _ = lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled, "other errors block an observed definition too")
}

func TestEmergencyMayApproveAfterTheBuild(t *testing.T) {
	t.Parallel()

	def := draw([]string{"Open intake", "Building build", "Closed done!", "Dropped void!"},
		"Open start Building", "Building close Closed approved told settled", "Open drop Dropped told")

	_, findings := lifecycle.Compile(def, guardsOf(def))
	require.Equal(t, []lifecycle.Code{lifecycle.UngatedBuild}, codes(findings))

	def.Emergency = true
	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.NotNil(t, compiled)
	require.Empty(t, findings)
}

func TestExclusiveGuardsTellEdgesApart(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges,
		drawEdge("Building end Closed told settled outcome=implemented"),
		drawEdge("Building end Dropped told outcome=rejected"),
		drawEdge("Draft reject Dropped told ->rejected"),
		drawEdge("Draft accept Ready ->implemented"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.NotNil(t, compiled)
	require.Empty(t, findings)
}

// Guards that are not exclusive may hold for several arguments at once.
func TestOrdinaryGuardsDoNotTellEdgesApart(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Draft sort Ready size=1"), drawEdge("Draft sort Dropped told size=2"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.AmbiguousEdge}, codes(findings))
}

// Nobody fires an automatic edge, so its roles need not be granted.
func TestRolesOfAutomaticEdgesAreNotAskedFor(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Ready lapse Draft told auto @wizard"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def), lifecycle.Grantable("manager"), lifecycle.Grantable("builder"))
	require.NotNil(t, compiled)
	require.Empty(t, findings)

	edge, due := compiled.Auto("Ready", world{"told": true})
	require.True(t, due)
	require.Equal(t, "Draft", edge.To)
}

// Of several automatic edges that could win, the finding names the one that does.
func TestAmbiguityNamesTheFirstAutomaticEdge(t *testing.T) {
	t.Parallel()

	def := sound()
	for _, event := range []string{"lapse", "expire", "tire"} {
		def.Edges = append(def.Edges, drawEdge("Ready "+event+" Draft auto"))
	}

	_, findings := lifecycle.Compile(def, guardsOf(def))
	require.Len(t, findings, 2)
	require.Equal(t, "Ready -lapse-> Draft and Ready -tire-> Draft could both be taken by themselves; the first one wins",
		findings[1].Text)
}

// Outcomes that wait for each other in a circle are found as well as those that wait for themselves.
func TestSelfReferenceInACircle(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges,
		drawEdge("Building one Closed told settled outcome=a ->b"), drawEdge("Building two Closed told settled outcome=b ->a"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.SelfReference, lifecycle.SelfReference}, codes(findings))
}

func TestUnusableGuards(t *testing.T) {
	t.Parallel()

	check := func(world, string) []lifecycle.Unmet { return nil }
	guards := []lifecycle.Guard[world]{
		{Name: "", Check: check},
		{Name: "a=b", Check: check},
		{Name: "unchecked"},
		{Name: "twin", Check: check},
		{Name: "twin", Check: check},
	}

	def := draw([]string{"Open intake", "Dropped void!"}, "Open drop Dropped told")

	compiled, findings := lifecycle.Compile(def, append(guards, worldGuards("told")...))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{
		lifecycle.UndeclaredName, lifecycle.UndeclaredName, lifecycle.UndeclaredName, lifecycle.DuplicateName,
	}, codes(findings))
}

func TestTooLarge(t *testing.T) {
	t.Parallel()

	many := draw([]string{"Open intake", "Dropped void!"}, "Open drop Dropped told")
	for i := range lifecycle.MaxStates {
		many.States = append(many.States, lifecycle.State{Name: fmt.Sprint("State", i), Category: lifecycle.Void})
	}

	wide := sound()
	for i := range lifecycle.MaxEdges {
		wide.Edges = append(wide.Edges, drawEdge(fmt.Sprint("Draft event", i, " Ready")))
	}

	greedy := sound()
	for i := range lifecycle.MaxNames + 1 {
		greedy.Edges[0].Roles = append(greedy.Edges[0].Roles, fmt.Sprint("role", i))
	}

	for _, def := range []lifecycle.Definition{many, wide, greedy} {
		compiled, findings := lifecycle.Compile(def, guardsOf(def))
		require.Nil(t, compiled)
		require.NotEmpty(t, findings)
		require.Equal(t, lifecycle.TooLarge, findings[0].Code)
	}
}

func TestAllFindingsComeAtOnceAndAlwaysInTheSameOrder(t *testing.T) {
	t.Parallel()

	def := sound()
	for _, c := range graphCases() {
		c.spoil(&def)
	}

	_, first := lifecycle.Compile(def, worldGuards("approved", "told", "settled", "outcome", "plain"))
	require.Greater(t, len(first), 8)

	for range 20 {
		_, again := lifecycle.Compile(def, worldGuards("approved", "told", "settled", "outcome", "plain"))
		require.Equal(t, first, again)
	}
}

func TestShapeReportsWhatNeedsNoGuards(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Closed again Draft magic"), drawEdge("Draft hurry Building"))

	shape, findings := lifecycle.CompileShape(def)
	require.Nil(t, shape)
	require.Equal(t, []lifecycle.Code{lifecycle.TerminalExit}, codes(findings))
}

func TestFindingInOneLine(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Draft hurry Building"))
	_, findings := lifecycle.Compile(def, guardsOf(def))

	require.Len(t, findings, 1)
	require.Equal(t, "error ungated-build: Building can be reached without approval of what is built "+
		"(Draft -hurry-> Building); put a guard with the approval gate on the way", findings[0].String())
}
