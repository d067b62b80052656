package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// table is a built-in worked out in words rather than read from the file: edges as drawEdge reads them, a "?" in front
// of those that need a reason.
type table struct {
	def      lifecycle.Definition
	id       string
	events   int
	states   map[lifecycle.Category][]string
	terminal []string
	edges    []string
}

const (
	asked   = "@coordinator @product-manager"
	workers = "@coordinator @implementer"
	asker   = "@applicant ->withdrawn"
)

// away are the ways out of a state before the build.
func away(ways string, states ...string) []string {
	var edges []string

	for _, state := range states {
		for way := range strings.FieldsSeq(ways) {
			switch way {
			case "withdraw":
				edges = append(edges, state+" withdraw Informing "+asker)
			case "supersede":
				edges = append(edges, state+" supersede Informing successor @coordinator ->superseded")
			case "cancel":
				edges = append(edges, "?"+state+" cancel Informing ->cancelled "+asked)
			}
		}
	}

	return edges
}

// tail is the end that the built-ins share: what gate the rework asks for, and what the two closings ask for beyond
// settled, told and reviewed.
func tail(gate, closing, backedOut string, ends ...string) []string {
	edges := []string{
		"Draft submit Submitted complete @applicant @coordinator",
		"Implementing finish Verifying resulted @implementer",
		"?Implementing back-out BackedOut ->backed-out " + workers,
		"?Verifying rework Implementing " + gate + " @coordinator @verifier",
		"?Verifying back-out BackedOut ->backed-out " + workers,
		"Verifying close Closed settled told reviewed " + closing + " @coordinator ->implemented",
		"BackedOut close Closed settled told reviewed " + backedOut + " @coordinator",
	}
	for _, end := range ends {
		edges = append(edges, "Informing close "+end+" outcome="+strings.ToLower(end)+" told settled auto")
	}

	return append(edges, away("cancel", "Implementing")...)
}

func normalTable() table {
	edges := []string{
		"Submitted receive Triage @coordinator", "Deferred resume Triage @coordinator",
		"Triage admit Assessing relevant @coordinator", "?Triage dismiss Informing @coordinator ->rejected",
		"Assessing present ForDecision assessed dispositioned briefed @coordinator",
		"?Assessing return Draft @coordinator",
		"ForDecision approve Approved briefed approved @product-manager",
		"?ForDecision reject Informing briefed @product-manager ->rejected",
		"?ForDecision defer Deferred briefed @product-manager", "?ForDecision return Draft " + asked,
		"Approved schedule Scheduled approved clear backout @coordinator", "Approved lapse ForDecision lapsed auto",
		"Scheduled start Implementing approved base clear " + workers, "?Scheduled replan Approved @coordinator",
		"Scheduled lapse ForDecision lapsed auto", "Implementing lapse ForDecision outdated auto",
		"?Rejected reopen Triage @coordinator reopen", "?Withdrawn reopen Draft @coordinator reopen",
	}
	edges = append(edges, tail("approved", "conditions", "", "Rejected", "Withdrawn", "Cancelled", "Superseded")...)
	edges = append(edges, away("withdraw", "Draft")...)
	edges = append(edges, away("withdraw supersede cancel",
		"Submitted", "Triage", "Assessing", "ForDecision", "Deferred", "Approved", "Scheduled")...)

	return table{
		def: lifecycle.Normal(), id: "normal", events: 22, edges: edges,
		states: map[lifecycle.Category][]string{
			lifecycle.Intake: {"Draft", "Submitted", "Triage"},
			lifecycle.Assess: {"Assessing"},
			lifecycle.Decide: {"ForDecision", "Deferred", "Approved", "Scheduled"},
			lifecycle.Build:  {"Implementing"},
			lifecycle.Verify: {"Verifying", "BackedOut"},
			lifecycle.Done:   {"Closed"},
			lifecycle.Void:   {"Informing", "Rejected", "Withdrawn", "Cancelled", "Superseded"},
		},
		terminal: []string{"Closed", "Rejected", "Withdrawn", "Cancelled", "Superseded"},
	}
}

func emergencyTable() table {
	edges := []string{
		"Submitted present ForDecision briefed @coordinator",
		"ForDecision approve Implementing briefed approved base @product-manager",
		"?ForDecision reject Informing briefed @product-manager ->rejected", "?ForDecision return Draft " + asked,
		"Implementing lapse ForDecision outdated auto",
	}
	edges = append(edges,
		tail("approved", "conditions assessed dispositioned", "assessed", "Rejected", "Withdrawn", "Cancelled")...)
	edges = append(edges, away("withdraw", "Draft")...)
	edges = append(edges, away("withdraw cancel", "Submitted", "ForDecision")...)

	return table{
		def: lifecycle.Emergency(), id: "emergency", events: 12, edges: edges,
		states: map[lifecycle.Category][]string{
			lifecycle.Intake: {"Draft", "Submitted"},
			lifecycle.Decide: {"ForDecision"},
			lifecycle.Build:  {"Implementing"},
			lifecycle.Verify: {"Verifying", "BackedOut"},
			lifecycle.Done:   {"Closed"},
			lifecycle.Void:   {"Informing", "Rejected", "Withdrawn", "Cancelled"},
		},
		terminal: []string{"Closed", "Rejected", "Withdrawn", "Cancelled"},
	}
}

func standardTable() table {
	edges := []string{
		"Submitted authorise Approved template @coordinator", "?Submitted return Draft @coordinator",
		"Approved schedule Scheduled clear backout @coordinator", "Approved lapse Submitted template-lapsed auto",
		"Scheduled start Implementing template base clear " + workers, "?Scheduled replan Approved @coordinator",
		"Scheduled lapse Submitted template-lapsed auto",
	}
	edges = append(edges, tail("template", "", "", "Withdrawn", "Cancelled")...)
	edges = append(edges, away("withdraw", "Draft")...)
	edges = append(edges, away("withdraw cancel", "Submitted", "Approved", "Scheduled")...)

	return table{
		def: lifecycle.Standard(), id: "standard", events: 13, edges: edges,
		states: map[lifecycle.Category][]string{
			lifecycle.Intake: {"Draft", "Submitted"},
			lifecycle.Decide: {"Approved", "Scheduled"},
			lifecycle.Build:  {"Implementing"},
			lifecycle.Verify: {"Verifying", "BackedOut"},
			lifecycle.Done:   {"Closed"},
			lifecycle.Void:   {"Informing", "Withdrawn", "Cancelled"},
		},
		terminal: []string{"Closed", "Withdrawn", "Cancelled"},
	}
}

func engineeringTable() table {
	edges := []string{
		"Submitted admit Evaluating relevant @coordinator", "?Submitted dismiss Informing @coordinator ->rejected",
		"?Submitted return Draft @coordinator",
		"Evaluating present ForReview assessed dispositioned briefed @coordinator",
		"?Evaluating return Draft @coordinator",
		"ForReview approve Ordering briefed approved @product-manager",
		"?ForReview reject Informing briefed @product-manager ->rejected",
		"?ForReview defer Deferred briefed @product-manager", "?ForReview return Draft " + asked,
		"Deferred resume Evaluating @coordinator",
		"Ordering order ForOrder assessed dispositioned planned briefed @coordinator",
		"?Ordering return Evaluating @coordinator",
		"ForOrder approve Ordered briefed approved planned @product-manager",
		"?ForOrder reject Informing briefed @product-manager ->rejected", "?ForOrder return Ordering " + asked,
		"Ordered schedule Scheduled approved clear backout @coordinator", "Ordered lapse ForOrder lapsed auto",
		"Scheduled start Implementing approved base clear " + workers, "?Scheduled replan Ordered @coordinator",
		"Scheduled lapse ForOrder lapsed auto", "Implementing lapse ForOrder outdated auto",
		"?Rejected reopen Submitted @coordinator reopen", "?Withdrawn reopen Draft @coordinator reopen",
	}
	edges = append(edges, tail("approved", "conditions", "", "Rejected", "Withdrawn", "Cancelled", "Superseded")...)
	edges = append(edges, away("withdraw", "Draft")...)
	edges = append(edges, away("withdraw supersede cancel",
		"Submitted", "Evaluating", "ForReview", "Deferred", "Ordering", "ForOrder", "Ordered", "Scheduled")...)

	return table{
		def: lifecycle.EngineeringChange(), id: "engineering-change", events: 22, edges: edges,
		states: map[lifecycle.Category][]string{
			lifecycle.Intake: {"Draft", "Submitted"},
			lifecycle.Assess: {"Evaluating"},
			lifecycle.Decide: {"ForReview", "Deferred", "Ordering", "ForOrder", "Ordered", "Scheduled"},
			lifecycle.Build:  {"Implementing"},
			lifecycle.Verify: {"Verifying", "BackedOut"},
			lifecycle.Done:   {"Closed"},
			lifecycle.Void:   {"Informing", "Rejected", "Withdrawn", "Cancelled", "Superseded"},
		},
		terminal: []string{"Closed", "Rejected", "Withdrawn", "Cancelled", "Superseded"},
	}
}

func tables() []table {
	return []table{normalTable(), emergencyTable(), standardTable(), engineeringTable()}
}

// told are the events of which the applicant must hear.
var told = []string{
	"return", "dismiss", "approve", "authorise", "reject", "defer", "lapse", "schedule", "back-out", "finish", "withdraw",
	"cancel", "supersede", "reopen",
}

// wanted are the edges of the table.
func (x table) wanted() []lifecycle.Edge {
	edges := make([]lifecycle.Edge, len(x.edges))
	for i, line := range x.edges {
		line, reason := strings.CutPrefix(line, "?")
		edges[i] = drawEdge(line)
		edges[i].ReasonRequired = reason
		edges[i].Tells = slices.Contains(told, edges[i].Event)
	}

	return edges
}

func TestBuiltInsAreTheTables(t *testing.T) {
	t.Parallel()

	listed := lifecycle.BuiltIn()
	sizes := map[string][2]int{
		"normal": {17, 52}, "emergency": {11, 21}, "standard": {11, 24}, "engineering-change": {18, 60},
	}
	require.Len(t, listed, len(sizes))

	for i, want := range tables() {
		def := want.def
		require.Equal(t, listed[i], def)
		require.Equal(t, want.id, def.ID)
		require.Equal(t, 1, def.Version)
		require.Equal(t, lifecycle.Govern, def.Mode)
		require.Equal(t, want.id == "emergency", def.Emergency)
		require.Equal(t, []string{"Draft"}, def.Initial)
		require.Len(t, def.States, sizes[want.id][0], want.id)
		require.Len(t, def.Edges, sizes[want.id][1], want.id)

		events := map[string]bool{}
		for _, edge := range def.Edges {
			events[edge.Event] = true
		}

		require.Len(t, events, want.events, want.id)

		edges := want.wanted()
		order := func(a, b lifecycle.Edge) int {
			return strings.Compare(a.From+a.Event+a.To, b.From+b.Event+b.To)
		}
		unordered := cmpopts.SortSlices(func(a, b string) bool { return a < b })

		slices.SortFunc(edges, order)
		slices.SortFunc(def.Edges, order)

		if diff := cmp.Diff(edges, def.Edges, unordered); diff != "" {
			t.Errorf("edges of %s (-want +got):\n%s", want.id, diff)
		}
	}
}

func TestBuiltInStates(t *testing.T) {
	t.Parallel()

	for _, want := range tables() {
		byCategory := map[lifecycle.Category][]string{}

		var terminal []string

		for _, state := range want.def.States {
			byCategory[state.Category] = append(byCategory[state.Category], state.Name)

			if state.Terminal {
				terminal = append(terminal, state.Name)
			}
		}

		if diff := cmp.Diff(want.states, byCategory); diff != "" {
			t.Errorf("categories of %s (-want +got):\n%s", want.id, diff)
		}

		require.Equal(t, want.terminal, terminal)
	}
}

func TestBuiltInsHaveNoFindings(t *testing.T) {
	t.Parallel()

	for _, def := range lifecycle.BuiltIn() {
		compiled, findings := lifecycle.Compile(def, guardsOf(def),
			lifecycle.Grantable("applicant", "coordinator", "product-manager", "implementer", "verifier"))
		require.NotNil(t, compiled, def.ID)
		require.Empty(t, findings, def.ID)
	}
}

func TestBuiltInsNeedEachOfTheirGates(t *testing.T) {
	t.Parallel()

	codes := map[string]lifecycle.Code{
		"approved": lifecycle.UngatedBuild, "template": lifecycle.UngatedBuild,
		"told": lifecycle.UntoldTerminal, "settled": lifecycle.UnsettledDone,
	}

	for _, built := range lifecycle.BuiltIn() {
		for gate, code := range codes {
			if (gate == "template") != (built.ID == "standard") && (gate == "approved" || gate == "template") {
				continue // the other approval gate
			}

			def := built
			def.Edges = slices.Clone(built.Edges)

			for i := range def.Edges {
				def.Edges[i].Guards = slices.DeleteFunc(slices.Clone(def.Edges[i].Guards),
					func(name string) bool { return name == gate })
			}

			compiled, findings := lifecycle.Compile(def, guardsOf(def))
			require.Nil(t, compiled)
			require.NotEmpty(t, find(findings, code), "%s without %s", def.ID, gate)
		}
	}
}

// The files are reviewed by people, one state or edge a line; the members stand as the package writes them.
func TestBuiltInFilesAreCanonical(t *testing.T) {
	t.Parallel()

	for _, def := range lifecycle.BuiltIn() {
		file, err := os.ReadFile(def.ID + ".json")
		require.NoError(t, err)

		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, file))

		written, err := json.Marshal(def)
		require.NoError(t, err)
		require.Equal(t, compact.String(), string(written))
	}
}

func TestBuiltInsAreCopies(t *testing.T) {
	t.Parallel()

	changed := lifecycle.Normal()
	changed.Edges[0].Guards[0] = "changed"
	require.Equal(t, "complete", lifecycle.Normal().Edges[0].Guards[0])
}
