package lifecycle_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Each test here is a mistake that another product makes or made, by the name under which it is known.

// looplab/fsm: Can says yes, then a callback refuses the event. Here the list and the firing cannot differ.
func TestLooplabCanSaysYesAndFiringRefuses(t *testing.T) {
	t.Parallel()

	compiled := compile(t, office())

	listed := compiled.Permitted("Draft", []string{"applicant"}, nil)
	require.NotEmpty(t, listed[0].Unmet, "the guard is asked for the list too")

	_, unmet := compiled.Fire("Draft", "submit", []string{"applicant"}, nil)
	require.Equal(t, listed[0].Unmet, unmet)
}

// looplab/fsm#36: an event fired inside a callback waits for a lock for ever. Here a guard may look at the lifecycle it
// guards.
func TestLooplab36FiringInsideAGuard(t *testing.T) {
	t.Parallel()

	var compiled *lifecycle.Lifecycle[world]

	inner := lifecycle.Guard[world]{Name: "inner", Check: func(w world, _ string) []lifecycle.Unmet {
		_, unmet := compiled.Fire("Ready", "finish", nil, w)

		return unmet
	}}
	def := draw([]string{"Open intake", "Ready decide", "Dropped void!"},
		"Open prepare Ready inner", "Ready finish Dropped told")

	compiled, findings := lifecycle.Compile(def, append(worldGuards("told"), inner))
	require.NotNil(t, compiled, "%v", findings)

	_, unmet := compiled.Fire("Open", "prepare", nil, nil)
	require.Equal(t, "told", unmet[0].Condition)

	edge, unmet := compiled.Fire("Open", "prepare", nil, world{"told": true})
	require.Empty(t, unmet)
	require.Equal(t, "Ready", edge.To)
}

// looplab/fsm: of two transitions of one event from one state the last wins, silently.
// qmuntal/stateless: it panics when the event is fired. Here the definition does not compile.
func TestLooplabLastWinsAndStatelessPanicsOnAmbiguity(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Ready start Dropped told plain"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.AmbiguousEdge}, codes(findings))
}

// qmuntal/stateless: an event moves to a state that was never declared.
func TestStatelessMovesToAnUndeclaredState(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges[1].To = "Bulding"

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, `state "Bulding" of edge Ready -start-> Bulding is not declared`,
		find(findings, lifecycle.UndeclaredName)[0].Text)
}

// looplab/fsm: a machine starts in a state that its graph does not have.
func TestLooplabStartsOutsideItsGraph(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Initial = []string{"draft"}

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.UndeclaredName, lifecycle.NoInitial}, codes(findings))
}

// PostHog#48048: a change request that went stale could no longer be cancelled.
func TestPostHog48048StaleRequestsStayCancellable(t *testing.T) {
	t.Parallel()

	def := draw([]string{"Pending decide", "Stale decide", "Applied done!", "Cancelled void!"},
		"Pending expire Stale", "Pending cancel Cancelled told", "Stale apply Applied told settled")

	_, findings := lifecycle.Compile(def, guardsOf(def))
	require.Equal(t, []lifecycle.Code{lifecycle.NoCancel}, codes(findings))
	require.Equal(t, "Stale", findings[0].State)

	built := lifecycle.Normal()
	compiled := compile(t, built)

	for _, state := range built.States {
		before := state.Category == lifecycle.Intake || state.Category == lifecycle.Assess || state.Category == lifecycle.Decide
		if !before || state.Name == "Draft" {
			continue
		}

		edge, unmet := compiled.Fire(state.Name, "cancel", []string{"coordinator"}, nil)
		require.Empty(t, unmet, "cancel in %s", state.Name)
		require.Equal(t, "cancelled", edge.Outcome)
	}
}

// AzureTRE#4094: the applicant is told of an approval and hears nothing of a refusal.
func TestAzureTRE4094SilenceAfterARefusal(t *testing.T) {
	t.Parallel()

	def := draw([]string{"Open decide", "Granted done!", "Refused void!"},
		"Open grant Granted told settled", "Open refuse Refused")

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.UntoldTerminal}, codes(findings))
	require.Equal(t, "Open refuse Refused", route(findings[0].Path))
}

// Oracle Fusion's manual warns of automatic promotion together with automatic demotion.
func TestOracleFusionPromotesAndDemotesForEver(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Draft promote Ready approved auto"), drawEdge("Ready demote Draft plain auto"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.AutoCycle}, codes(findings))
}

// Gerrit forbids is:submittable in the condition that decides whether a change is submittable.
func TestGerritSubmittableInItself(t *testing.T) {
	t.Parallel()

	def := sound()
	def.Edges = append(def.Edges, drawEdge("Building submit Closed told settled outcome=submitted ->submitted"))

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.Nil(t, compiled)
	require.Equal(t, []lifecycle.Code{lifecycle.SelfReference}, codes(findings))
}

// fixture reads a process of another product, as its definition says it: states, events, and the guard where it asks for
// approval. The categories are a reading.
func fixture(t *testing.T, name string) lifecycle.Definition {
	t.Helper()

	file, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)

	def, err := lifecycle.Parse(file)
	require.NoError(t, err)

	return def
}

// The change processes of iTop (itop-change-mgmt-itil) and of ServiceNow (the state model its documentation gives). None
// of them ties the end to the applicant being told, or to the specifications; iTop keeps states that a kind of change
// cannot get to, and lets a routine change be implemented without anybody having approved anything; a standard change of
// ServiceNow does the same unless its template is checked.
func TestProcessesOfOtherProducts(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]map[string]string{
		"itop-normal": {
			"no-cancel":       "validated assigned plannedscheduled approved notapproved",
			"untold-terminal": "closed", "unsettled-done": "closed", "stale-gate": "approved -ev_implement-> implemented",
		},
		"itop-emergency": {
			"unreachable-state": "validated rejected", "no-cancel": "new assigned plannedscheduled approved notapproved",
			"untold-terminal": "closed", "unsettled-done": "closed", "stale-gate": "approved -ev_implement-> implemented",
		},
		"itop-routine": {
			"unreachable-state": "validated rejected approved notapproved", "no-cancel": "new assigned plannedscheduled",
			"ungated-build": "implemented", "untold-terminal": "closed", "unsettled-done": "closed",
		},
		"servicenow-normal": {
			"untold-terminal": "Closed Canceled", "unsettled-done": "Closed", "stale-gate": "Scheduled -implement-> Implement",
		},
		"servicenow-standard": {
			"ungated-build": "Implement", "untold-terminal": "Closed Canceled", "unsettled-done": "Closed",
		},
	} {
		_, findings := lifecycle.Compile(fixture(t, name), worldGuards("approved"))
		got := map[string]string{}

		for _, finding := range findings {
			place := finding.State
			if finding.Edge != nil {
				place = finding.Edge.String()
			}

			got[string(finding.Code)] = strings.TrimPrefix(got[string(finding.Code)]+" "+place, " ")

			blocks := finding.Code == lifecycle.UnreachableState
			require.Equal(t, blocks, finding.Severity == lifecycle.SeverityError, "%s: %v", name, finding)
		}

		require.Equal(t, want, got, name)
	}
}

func TestWitnessOfARoutineChange(t *testing.T) {
	t.Parallel()

	_, findings := lifecycle.Compile(fixture(t, "itop-routine"), worldGuards("approved"))
	require.Equal(t, "new ev_assign assigned ev_plan plannedscheduled ev_implement implemented",
		route(find(findings, lifecycle.UngatedBuild)[0].Path))
}

// A standard change passes once the way into the work checks the template.
func TestServiceNowStandardWithATemplateGate(t *testing.T) {
	t.Parallel()

	def := fixture(t, "servicenow-standard")
	for i := range def.Edges {
		if def.Edges[i].Event == "implement" {
			def.Edges[i].Guards = []string{"template"}
		}
	}

	_, findings := lifecycle.Compile(def, worldGuards("template"))
	require.Empty(t, find(findings, lifecycle.UngatedBuild))
}

// Every code that the package knows is produced by some test of it.
func TestEveryCodeHasACase(t *testing.T) {
	t.Parallel()

	covered := map[lifecycle.Code]bool{
		lifecycle.TooLarge: true, lifecycle.StaleGate: true, lifecycle.NoCancel: true, // cases of their own
		lifecycle.UnmappedState: true, lifecycle.EndedByMigration: true, lifecycle.GateBypassed: true, // of migrations
	}
	for _, c := range slices.Concat(nameCases(), graphCases(), gateCases()) {
		covered[c.code] = true
	}

	source, err := os.ReadFile("finding.go")
	require.NoError(t, err)

	more, err := os.ReadFile("migration.go")
	require.NoError(t, err)

	declared := regexp.MustCompile(`Code = "([a-z-]+)"`).FindAllStringSubmatch(string(source)+string(more), -1)
	require.Len(t, declared, 20)

	for _, code := range declared {
		require.True(t, covered[lifecycle.Code(code[1])], "no case for %s", code[1])
	}
}
