package reference_test

import (
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// world is a small random archive.
type world struct {
	nodes []reference.Node
	edges []archive.Reference
}

func drawWorld(t *rapid.T, types ...archive.ReferenceType) world {
	var w world
	n := rapid.IntRange(1, 8).Draw(t, "records")
	for i := range n {
		w.nodes = append(w.nodes, reference.Node{ID: archive.RecordID(strconv.Itoa(i)), Dated: day(1 + rapid.IntRange(0, 5).Draw(t, "day"))})
	}
	for range rapid.IntRange(0, 12).Draw(t, "edges") {
		from, to := rapid.IntRange(0, n).Draw(t, "from"), rapid.IntRange(0, n).Draw(t, "to") // n itself is not held
		var terms archive.Terms
		if d := rapid.IntRange(0, 6).Draw(t, "valid"); d > 0 {
			terms.ValidFrom = day(d)
		}
		e := archive.NewReference(rapid.SampledFrom(types).Draw(t, "type"), record(from), record(to), terms)
		if !slices.ContainsFunc(w.edges, func(other archive.Reference) bool { return other.ID == e.ID }) {
			w.edges = append(w.edges, e)
		}
	}
	return w
}

func record(n int) archive.End { return archive.ToRecord(archive.RecordID(strconv.Itoa(n))) }

func (w *world) held(end archive.End) bool {
	return slices.ContainsFunc(w.nodes, func(n reference.Node) bool { return archive.ToRecord(n.ID) == end })
}
