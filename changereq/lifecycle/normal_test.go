package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// normalEdges is the table of the built-in, worked out in words rather than read from the file.
func normalEdges() []lifecycle.Edge {
	edges := []lifecycle.Edge{}
	add := func(line string, reason bool) {
		edge := drawEdge(line)
		edge.ReasonRequired = reason
		edges = append(edges, edge)
	}

	const (
		asked     = "@coordinator @product-manager"
		workers   = "@coordinator @implementer"
		ending    = "Informing close "
		onceAgain = " @coordinator reopen"
	)

	add("Draft submit Submitted complete @applicant @coordinator", false)
	add("Submitted receive Triage @coordinator", false)
	add("Deferred resume Triage @coordinator", false)
	add("Triage admit Assessing relevant @coordinator", false)
	add("Triage dismiss Informing @coordinator ->rejected", true)
	add("Assessing present ForDecision assessed dispositioned briefed @coordinator", false)
	add("Assessing return Draft @coordinator", true)
	add("ForDecision approve Approved briefed approved @product-manager", false)
	add("ForDecision reject Informing briefed @product-manager ->rejected", true)
	add("ForDecision defer Deferred briefed @product-manager", true)
	add("ForDecision return Draft "+asked, true)
	add("Approved schedule Scheduled approved clear backout @coordinator", false)
	add("Approved lapse ForDecision lapsed auto", false)
	add("Scheduled start Implementing approved base clear "+workers, false)
	add("Scheduled replan Approved @coordinator", true)
	add("Scheduled lapse ForDecision lapsed auto", false)
	add("Implementing finish Verifying resulted @implementer", false)
	add("Implementing back-out BackedOut ->backed-out "+workers, true)
	add("Implementing lapse ForDecision outdated auto", false)
	add("Verifying close Closed settled told reviewed conditions @coordinator ->implemented", false)
	add("Verifying rework Implementing approved @coordinator @verifier", true)
	add("Verifying back-out BackedOut ->backed-out "+workers, true)
	add("BackedOut close Closed settled told reviewed @coordinator", false)

	beforeImplementing := []string{
		"Draft", "Submitted", "Triage", "Assessing", "ForDecision", "Deferred", "Approved", "Scheduled",
	}
	for _, state := range beforeImplementing {
		add(state+" withdraw Informing @applicant ->withdrawn", false)

		if state != "Draft" {
			add(state+" supersede Informing successor @coordinator ->superseded", false)
			add(state+" cancel Informing ->cancelled "+asked, true)
		}
	}

	add("Implementing cancel Informing ->cancelled "+asked, true)

	add(ending+"Rejected outcome=rejected told settled auto", false)
	add(ending+"Withdrawn outcome=withdrawn told settled auto", false)
	add(ending+"Cancelled outcome=cancelled told settled auto", false)
	add(ending+"Superseded outcome=superseded told settled auto", false)
	add("Rejected reopen Triage"+onceAgain, true)
	add("Withdrawn reopen Draft"+onceAgain, true)

	for i := range edges {
		edges[i].Tells = slices.Contains(told, edges[i].Event)
	}

	return edges
}

// told are the events of which the applicant must hear.
var told = []string{
	"return", "dismiss", "approve", "reject", "defer", "lapse", "schedule", "back-out", "finish", "withdraw", "cancel",
	"supersede", "reopen",
}

func TestNormalIsTheTable(t *testing.T) {
	t.Parallel()

	def := lifecycle.Normal()
	require.Equal(t, "normal", def.ID)
	require.Equal(t, []string{"Draft"}, def.Initial)
	require.Len(t, def.States, 17)
	require.Len(t, def.Edges, 52)

	events := map[string]bool{}
	for _, edge := range def.Edges {
		events[edge.Event] = true
	}

	require.Len(t, events, 22)

	want := normalEdges()
	order := func(a, b lifecycle.Edge) int {
		return strings.Compare(a.From+a.Event+a.To, b.From+b.Event+b.To)
	}
	slices.SortFunc(want, order)
	slices.SortFunc(def.Edges, order)

	if diff := cmp.Diff(want, def.Edges); diff != "" {
		t.Errorf("edges of normal (-want +got):\n%s", diff)
	}
}

func TestNormalStates(t *testing.T) {
	t.Parallel()

	byCategory := map[lifecycle.Category][]string{}

	var terminal []string

	for _, state := range lifecycle.Normal().States {
		byCategory[state.Category] = append(byCategory[state.Category], state.Name)

		if state.Terminal {
			terminal = append(terminal, state.Name)
		}
	}

	want := map[lifecycle.Category][]string{
		lifecycle.Intake: {"Draft", "Submitted", "Triage"},
		lifecycle.Assess: {"Assessing"},
		lifecycle.Decide: {"ForDecision", "Deferred", "Approved", "Scheduled"},
		lifecycle.Build:  {"Implementing"},
		lifecycle.Verify: {"Verifying", "BackedOut"},
		lifecycle.Done:   {"Closed"},
		lifecycle.Void:   {"Informing", "Rejected", "Withdrawn", "Cancelled", "Superseded"},
	}
	if diff := cmp.Diff(want, byCategory); diff != "" {
		t.Errorf("categories of normal (-want +got):\n%s", diff)
	}

	require.Equal(t, []string{"Closed", "Rejected", "Withdrawn", "Cancelled", "Superseded"}, terminal)
}

func TestNormalHasNoFindings(t *testing.T) {
	t.Parallel()

	def := lifecycle.Normal()
	compiled, findings := lifecycle.Compile(def, guardsOf(def),
		lifecycle.Grantable("applicant", "coordinator", "product-manager", "implementer", "verifier"))
	require.NotNil(t, compiled)
	require.Empty(t, findings)
}

func TestNormalNeedsEachOfItsGates(t *testing.T) {
	t.Parallel()

	for gate, code := range map[string]lifecycle.Code{
		"approved": lifecycle.UngatedBuild, "told": lifecycle.UntoldTerminal, "settled": lifecycle.UnsettledDone,
	} {
		def := lifecycle.Normal()
		for i := range def.Edges {
			def.Edges[i].Guards = slices.DeleteFunc(def.Edges[i].Guards, func(name string) bool { return name == gate })
		}

		compiled, findings := lifecycle.Compile(def, guardsOf(def))
		require.Nil(t, compiled)
		require.NotEmpty(t, find(findings, code), "without %s", gate)
	}
}

// The file is reviewed by people, one state or edge a line; the members stand as the package writes them.
func TestNormalFileIsCanonical(t *testing.T) {
	t.Parallel()

	file, err := os.ReadFile("normal.json")
	require.NoError(t, err)

	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, file))

	written, err := json.Marshal(lifecycle.Normal())
	require.NoError(t, err)
	require.Equal(t, compact.String(), string(written))
}

func TestNormalReturnsCopies(t *testing.T) {
	t.Parallel()

	changed := lifecycle.Normal()
	changed.Edges[0].Guards[0] = "changed"
	require.Equal(t, "complete", lifecycle.Normal().Edges[0].Guards[0])
}
