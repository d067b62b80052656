package lifecycle_test

import (
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

// serviceNow is the normal model of ServiceNow as a chain, with the approval where the argument says.
func serviceNow(gated string) lifecycle.Definition {
	states := []string{"New", "Assess", "Authorize", "Scheduled", "Implement", "Review", "Closed"}
	def := draw([]string{
		"New intake", "Assess assess", "Authorize decide", "Scheduled decide", "Implement build", "Review verify", "Closed done!",
	})

	for i, state := range states[1:] {
		edge := lifecycle.Edge{From: states[i], Event: "move", To: state}
		if state == gated {
			edge.Guards = []string{"approved"}
		}

		def.Edges = append(def.Edges, edge)
	}

	def.Mode = lifecycle.Observe

	return def
}

// ServiceNow approves on the way to Scheduled: nothing is built unapproved, though the approval may be stale by then;
// nothing makes sure that the applicant is told or the specifications settled.
func TestServiceNowNormal(t *testing.T) {
	t.Parallel()

	_, findings := lifecycle.Compile(serviceNow("Scheduled"), worldGuards("approved"))
	require.Empty(t, find(findings, lifecycle.UngatedBuild))
	require.Len(t, find(findings, lifecycle.StaleGate), 1)
	require.Len(t, find(findings, lifecycle.UntoldTerminal), 1)
	require.Len(t, find(findings, lifecycle.UnsettledDone), 1)
}

// A standard change without a checked template is a way to the build that nobody approved.
func TestServiceNowStandardWithoutTemplateGate(t *testing.T) {
	t.Parallel()

	_, findings := lifecycle.Compile(serviceNow(""), worldGuards("approved"))
	found := find(findings, lifecycle.UngatedBuild)
	require.Len(t, found, 1)
	require.Equal(t, "New move Assess move Authorize move Scheduled move Implement", route(found[0].Path))
}
