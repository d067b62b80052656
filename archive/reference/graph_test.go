package reference_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// Invariant 5: the heads as of a date are those nothing valid leads away from,
// and do not depend on the order of the edges.
func TestInvariant5Heads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes)
		at := day(rapid.IntRange(1, 7).Draw(t, "at"))
		start := archive.ToRecord(w.nodes[0].ID)
		seen := make(map[archive.End]bool)
		var want []archive.End
		var walk func(end archive.End)
		walk = func(end archive.End) {
			if seen[end] {
				return
			}
			seen[end] = true
			current := true
			for _, e := range w.edges {
				if e.Target == end && w.held(e.Source) && !at.Before(e.ValidFrom) {
					current = false
					walk(e.Source)
				}
			}
			if current {
				want = append(want, end)
			}
		}
		walk(start)
		slices.SortFunc(want, func(a, b archive.End) int { return strings.Compare(a.Value, b.Value) })
		shuffled := rapid.Permutation(w.edges).Draw(t, "order")
		for _, edges := range [][]archive.Reference{w.edges, shuffled} {
			got := reference.NewGraph(w.nodes, edges).Heads(w.nodes[0].ID, at)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// Circles are the sets that reach each other, by brute force.
func TestCirclesAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes, archive.Amends)
		reach := make(map[[2]archive.End]bool)
		var ends []archive.End
		for i := range len(w.nodes) + 1 {
			ends = append(ends, record(i))
		}
		for _, e := range w.edges {
			if e.Type == archive.Supersedes {
				reach[[2]archive.End{e.Source, e.Target}] = true
			}
		}
		for _, k := range ends {
			for _, i := range ends {
				for _, j := range ends {
					if reach[[2]archive.End{i, k}] && reach[[2]archive.End{k, j}] {
						reach[[2]archive.End{i, j}] = true
					}
				}
			}
		}
		var want [][]archive.End
		done := make(map[archive.End]bool)
		for _, i := range ends {
			var set []archive.End
			for _, j := range ends {
				if !done[j] && reach[[2]archive.End{i, j}] && reach[[2]archive.End{j, i}] {
					set = append(set, j)
				}
			}
			for _, j := range set {
				done[j] = true
			}
			if len(set) > 0 {
				want = append(want, set)
			}
		}
		g := reference.NewGraph(w.nodes, w.edges)
		if diff := cmp.Diff(want, g.Circles(archive.Supersedes)); diff != "" {
			t.Fatal(diff)
		}
		if chain := g.LongestChain(archive.Supersedes); len(want) > 0 != (chain == nil) {
			t.Fatalf("chain %v beside circles %v", chain, want)
		}
	})
}
