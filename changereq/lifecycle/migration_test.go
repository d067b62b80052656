package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func check(old, updated lifecycle.Definition, states map[string]string) []lifecycle.Finding {
	return lifecycle.CheckMigration(old, updated, worldGuards("plain", "approved", "told", "settled", "outcome"), states)
}

func TestMigrationToItself(t *testing.T) {
	t.Parallel()

	for _, def := range lifecycle.BuiltIn() {
		require.Empty(t, lifecycle.CheckMigration(def, def, guardsOf(def), nil), def.ID)
	}
}

func TestEveryLiveStateNeedsALivePlace(t *testing.T) {
	t.Parallel()

	renamed := sound()
	renamed.States[1].Name = "Prepared"

	for i := range renamed.Edges {
		for _, end := range []*string{&renamed.Edges[i].From, &renamed.Edges[i].To} {
			if *end == "Ready" {
				*end = "Prepared"
			}
		}
	}

	findings := check(sound(), renamed, nil)
	require.Equal(t, []lifecycle.Code{lifecycle.UnmappedState}, codes(findings))
	require.Equal(t, "Ready", findings[0].State)

	require.Empty(t, check(sound(), renamed, map[string]string{"Ready": "Prepared"}))

	renamed.Aliases = map[string]string{"Ready": "Prepared"}
	require.Empty(t, check(sound(), renamed, nil), "an alias says where it went")

	require.Equal(t, []lifecycle.Code{lifecycle.EndedByMigration},
		codes(check(sound(), renamed, map[string]string{"Ready": "Dropped"})))
	require.Equal(t, []lifecycle.Code{lifecycle.UndeclaredName},
		codes(check(sound(), renamed, map[string]string{"Ready": "Nowhere"})))
	require.Equal(t, []lifecycle.Code{lifecycle.UndeclaredName},
		codes(check(sound(), renamed, map[string]string{"Nowhere": "Draft"})))
	require.Empty(t, check(sound(), renamed, map[string]string{"Dropped": "Dropped", "Closed": "Dropped"}),
		"what ended does not migrate")
}

// Approval used to be asked for at the start of the work; now it is asked for before, and nothing asks again at the start.
// A request that waits for the start has not passed the gate and would never pass it.
func TestMigrationPastAGate(t *testing.T) {
	t.Parallel()

	old := draw([]string{"Draft intake", "Ready decide", "Building build", "Closed done!", "Dropped void!"},
		"Draft prepare Ready", "Ready start Building approved", "Building close Closed told settled", "Ready drop Dropped told")
	updated := draw([]string{"Draft intake", "Ready decide", "Building build", "Closed done!", "Dropped void!"},
		"Draft prepare Ready approved", "Ready start Building", "Building close Closed told settled", "Ready drop Dropped told")

	findings := check(old, updated, nil)
	require.Equal(t, []lifecycle.Code{lifecycle.GateBypassed}, codes(findings))
	require.Equal(t, "Ready", findings[0].State)
	require.Equal(t, "Draft prepare Ready start Building", route(findings[0].Path))
	require.Contains(t, findings[0].Text, "approval")

	require.Empty(t, check(old, updated, map[string]string{"Ready": "Draft"}), "before the gate nothing is lost")
	require.Empty(t, check(updated, old, nil), "the other way every request passes the gate a second time")
}

// A request in the middle of the old lifecycle must not be put behind the told and settled gates of the new one.
func TestMigrationPastTheClosingGates(t *testing.T) {
	t.Parallel()

	old := draw([]string{"Open intake", "Late verify", "Closed done!"}, "Open go Late", "Late end Closed told settled")
	updated := draw([]string{"Open intake", "Late verify", "Closed done!"}, "Open go Late told settled", "Late end Closed")

	findings := check(old, updated, nil)
	require.Equal(t, []lifecycle.Code{lifecycle.GateBypassed, lifecycle.GateBypassed}, codes(findings))
	require.Contains(t, findings[0].Text, "told")
	require.Contains(t, findings[1].Text, "settled")

	updated.Mode = lifecycle.Observe
	require.Empty(t, check(old, updated, nil), "a definition that only observes promises nothing")
}

func TestMigrationOfBrokenDefinitions(t *testing.T) {
	t.Parallel()

	broken := sound()
	broken.Initial = nil
	require.NotEmpty(t, check(sound(), broken, nil))
	require.NotEmpty(t, check(broken, sound(), nil))
}

// The check agrees with walking every path of the old definition and going on with every path of the new one: a promise
// is lost if and only if some whole way, before and after, passes its gate nowhere.
func TestMigrationAgreesWithOracle(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		old, updated := definitions().Draw(t, "old"), definitions().Draw(t, "updated")

		got := map[string]bool{}
		for _, finding := range check(old, updated, nil) {
			key := string(finding.Code) + " " + finding.State
			if finding.Code == lifecycle.GateBypassed {
				gate := []string{"approval", "told", "settled"}
				key += " " + gate[slices.IndexFunc(gate, func(g string) bool { return strings.Contains(finding.Text, "the "+g+" gate") })]
			}

			got[key] = true
		}

		require.Equal(t, expectMigration(old, updated), got, "from %s\nto   %s", mustJSON(t, old), mustJSON(t, updated))
	})
}

// expectMigration is what the check must find when states keep their names.
func expectMigration(old, updated lifecycle.Definition) map[string]bool {
	want := map[string]bool{}
	before, after := oracle{old}, oracle{updated}
	reach := before.lengths(old.Initial, nil, everyEdge)
	reopening := before.edges(func(e lifecycle.Edge) bool { _, reached := reach[e.From]; return e.Reopen && reached })

	for _, state := range old.States {
		if _, reached := reach[state.Name]; !reached || state.Terminal {
			continue
		}

		at := slices.IndexFunc(updated.States, func(s lifecycle.State) bool { return s.Name == state.Name })

		switch {
		case at < 0:
			want["unmapped-state "+state.Name] = true

			continue
		case updated.States[at].Terminal:
			want["ended-by-migration "+state.Name] = true

			continue
		}

		first := lifecycle.Build
		if updated.Emergency {
			first = lifecycle.Done
		}

		for gate, lost := range map[string]struct {
			guard string
			at    func(lifecycle.State) bool
		}{
			"approval": {"approved", func(s lifecycle.State) bool { return s.Category == first }},
			"told":     {"told", func(s lifecycle.State) bool { return s.Terminal }},
			"settled":  {"settled", func(s lifecycle.State) bool { return s.Category == lifecycle.Done }},
		} {
			around := func(e lifecycle.Edge) bool { return !slices.Contains(e.Guards, lost.guard) }
			onward := after.lengths([]string{state.Name}, nil, func(e lifecycle.Edge) bool { return around(e) && !e.Reopen })
			_, unpassed := before.lengths(old.Initial, reopening, around)[state.Name]

			if unpassed && after.some(onward, lost.at) && updated.Mode == lifecycle.Govern {
				want["gate-bypassed "+state.Name+" "+gate] = true
			}
		}
	}

	return want
}
