package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func lines(changes []lifecycle.Change) []string {
	list := make([]string, len(changes))
	for i, change := range changes {
		list[i] = change.String()
	}

	return list
}

func TestDiffNamesWhatChanged(t *testing.T) {
	t.Parallel()

	old := sound()
	updated := sound()
	updated.Version, updated.Title, updated.Emergency = 2, "Sounder", true
	updated.Initial = []string{"Draft", "Ready"}
	updated.Aliases = map[string]string{"Drft": "Draft"}
	updated.States[1].Category = lifecycle.Assess
	updated.States[4].Name = "Gone"
	updated.Edges[0].Guards = []string{"briefed", "approved"}
	updated.Edges[0].Roles = nil
	updated.Edges[1].To = "Closed"
	updated.Edges[2].ReasonRequired = true
	updated.Edges[2].Outcome = "done"
	updated.Edges[3].To, updated.Edges[4].To, updated.Edges[5].From = "Gone", "Gone", "Gone"
	updated.Edges = append(updated.Edges, drawEdge("Ready pause Draft auto"))

	require.Equal(t, []string{
		"changed definition: version [1] to [2]",
		"changed definition: title [] to [Sounder]",
		"changed definition: emergency [false] to [true]",
		"changed definition: initial [] to [Ready]",
		`changed definition: aliases [] to ["Drft"=Draft]`,
		"changed state Ready: category [decide] to [assess]",
		"removed state Dropped",
		"added state Gone",
		"changed edge Draft -approve-> Ready: guards [] to [briefed]",
		"changed edge Draft -approve-> Ready: roles [manager] to []",
		"changed edge Ready -start-> Building: to [Building] to [Closed]",
		"changed edge Building -close-> Closed: reason_required [false] to [true]",
		"changed edge Building -close-> Closed: outcome [implemented] to [done]",
		"changed edge Draft -drop-> Dropped: to [Dropped] to [Gone]",
		"changed edge Ready -drop-> Dropped: to [Dropped] to [Gone]",
		"removed edge Dropped -reopen-> Draft",
		"added edge Gone -reopen-> Draft",
		"added edge Ready -pause-> Draft",
	}, lines(lifecycle.Diff(old, updated)))
}

// Edges that only their guards tell apart are paired with those that did not change first.
func TestDiffOfEdgesThatOnlyGuardsTellApart(t *testing.T) {
	t.Parallel()

	old, updated := sound(), sound()
	old.Edges = append(old.Edges, drawEdge("Ready end Dropped told outcome=a"), drawEdge("Ready end Dropped told outcome=b"))
	updated.Edges = append(updated.Edges, drawEdge("Ready end Dropped told outcome=b"), drawEdge("Ready end Dropped told outcome=c"))

	require.Equal(t, []string{"changed edge Ready -end-> Dropped: guards [outcome=a] to [outcome=c]"},
		lines(lifecycle.Diff(old, updated)))
}

// Nothing differs from itself in another order; what is taken out one way is put in the other; and a single thing that
// was altered is found.
func TestDiffProperties(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		first, second := definitions().Draw(t, "first"), definitions().Draw(t, "second")

		turned := first
		turned.States, turned.Edges = slices.Clone(first.States), slices.Clone(first.Edges)
		slices.Reverse(turned.States)
		slices.Reverse(turned.Edges)

		if changes := lifecycle.Diff(first, turned); len(changes) > 0 {
			t.Fatalf("the order of %s is no change: %v", mustJSON(t, first), changes)
		}

		forth, back := count(lifecycle.Diff(first, second)), count(lifecycle.Diff(second, first))
		back[lifecycle.Added], back[lifecycle.Removed] = back[lifecycle.Removed], back[lifecycle.Added]

		if diff := cmp.Diff(forth, back); diff != "" {
			t.Fatalf("there and back differ:\n%s", diff)
		}

		altered := first
		altered.Edges = slices.Clone(first.Edges)

		if at := rapid.IntRange(-1, len(altered.Edges)-1).Draw(t, "altered"); at >= 0 {
			altered.Edges[at].Auto = !altered.Edges[at].Auto

			if len(lifecycle.Diff(first, altered)) == 0 {
				t.Fatalf("an alteration of edge %d was not found", at)
			}
		}
	})
}

func count(changes []lifecycle.Change) map[lifecycle.ChangeKind]int {
	kinds := map[lifecycle.ChangeKind]int{lifecycle.Added: 0, lifecycle.Removed: 0, lifecycle.Changed: 0}
	for _, change := range changes {
		kinds[change.Kind]++
	}

	return kinds
}
