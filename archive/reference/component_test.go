package reference_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// Components against the plainest way: everybody takes the number of his neighbours
// until nobody changes his any more.
func TestComponentsAgainstSpreadingNumbers(t *testing.T) {
	t.Parallel()
	types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.SeeAlso}
	rapid.Check(t, func(t *rapid.T) {
		const n = 8
		held := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "held")
		id := func(i int) archive.RecordID { return archive.RecordID(rune('A' + i)) }
		var nodes []reference.Node
		number := make(map[string]int)
		for i := range n {
			number[string(id(i))] = i
			if held[i] {
				nodes = append(nodes, reference.Node{ID: id(i)})
			}
		}
		var edges []archive.Reference
		for range rapid.IntRange(0, 10).Draw(t, "edges") {
			from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			edges = append(edges, archive.NewReference(rapid.SampledFrom(types).Draw(t, "type"), archive.ToRecord(id(from)), archive.ToRecord(id(to)), archive.Terms{}))
		}
		outside := rapid.Bool().Draw(t, "outside")
		for changed := true; changed; {
			changed = false
			for _, e := range edges {
				from, to := e.Source.Value, e.Target.Value
				if e.Type == archive.SeeAlso || number[from] == number[to] || !outside && (!held[from[0]-'A'] || !held[to[0]-'A']) {
					continue
				}
				least := min(number[from], number[to])
				number[from], number[to], changed = least, least, true
			}
		}
		sizes := make(map[int]int)
		for _, node := range nodes {
			sizes[number[string(node.ID)]]++
		}
		want := slices.Sorted(maps.Values(sizes))
		slices.Reverse(want)
		got := reference.NewGraph(nodes, edges).Components(outside, archive.Supersedes, archive.Amends)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
