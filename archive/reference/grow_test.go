package reference_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// A record that is gone on from a second time, in another way, has more edges at it by
// then: those that were read from their other ends since. They lead nowhere from
// there, and hide nothing of what does.
func TestGrowGoesOnFromARecordASecondTime(t *testing.T) {
	t.Parallel()
	var w world
	edge := func(kind archive.ReferenceType, from, to archive.RecordID) {
		w.edges = append(w.edges, archive.NewReference(kind, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{}))
	}
	edge(archive.Supersedes, "start", "again") // first it is reached here, from where a path does not turn round
	edge(archive.HasPart, "start", "part")
	edge(archive.HasPart, "part", "again")
	for i := range 5 {
		other := archive.RecordID(fmt.Sprint("other", i))
		edge(archive.HasPart, "part", other)
		edge(archive.HasPart, other, "again") // no whole is looked for from a part
		w.nodes = append(w.nodes, reference.Node{ID: other})
	}
	edge(archive.AttachmentOf, "annex", "again")
	for _, id := range []archive.RecordID{"start", "again", "part", "annex"} {
		w.nodes = append(w.nodes, reference.Node{ID: id})
	}
	p := reference.Standard(time.Time{})
	grown, err := reference.Grow(p, w.around(p), "start")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(reference.NewGraph(w.nodes, w.edges).Closure(p, "start"), grown))
	annex := grown.Items[len(grown.Items)-1]
	require.Equal(t, "seed › hasPart › hasPart › attachmentOf⁻¹", annex.Reason())
	require.False(t, annex.Family)
}

// Whatever the types and how far they are followed, what is read step by step gives what
// the whole graph gives.
func TestGrowIsTheClosureOfTheWholeGraph(t *testing.T) {
	t.Parallel()
	var types []archive.ReferenceType
	for _, info := range archive.ReferenceTypes() {
		types = append(types, info.Type)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, rapid.SliceOfNDistinct(rapid.SampledFrom(types), 1, 5, rapid.ID).Draw(t, "types")...)
		p := reference.Standard(time.Time{})
		reach := rapid.SampledFrom([]int{archive.Unbounded, 0, 1, 2})
		for i := range p.Follow {
			if rapid.Bool().Draw(t, "other reach") {
				p.Follow[i].Reach = archive.Reach{Out: reach.Draw(t, "out"), In: reach.Draw(t, "in")}
			}
		}
		p.Limit = rapid.IntRange(0, 8).Draw(t, "limit")
		starts := []archive.RecordID{w.nodes[0].ID, "nobody", w.nodes[len(w.nodes)-1].ID}
		grown, err := reference.Grow(p, w.around(p), starts...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(reference.NewGraph(w.nodes, w.edges).Closure(p, starts...), grown); diff != "" {
			t.Fatal(diff)
		}
	})
}

// around reads a world as a store would: the edges at records of the types that the
// policy wants, and whether their other ends are held.
func (w *world) around(p reference.Policy) reference.Around {
	along, against := p.Wanted()
	asked := make(map[archive.RecordID]bool)
	return func(records []archive.RecordID) (held []reference.Node, edges []*archive.Reference, err error) {
		for _, id := range records {
			if asked[id] {
				return nil, nil, fmt.Errorf("asked twice for %q", id)
			}
			asked[id] = true
			at := archive.ToRecord(id)
			ends := []archive.End{at}
			for i := range w.edges {
				e := &w.edges[i]
				if e.Source == at && slices.Contains(along, e.Type) || e.Target == at && slices.Contains(against, e.Type) {
					edges = append(edges, e)
					ends = append(ends, e.Source, e.Target)
				}
			}
			for _, n := range w.nodes {
				if slices.Contains(ends, archive.ToRecord(n.ID)) {
					held = append(held, n)
				}
			}
		}
		return held, edges, nil
	}
}

// TestAStartNobodyHoldsStandsAtTheBorderOnce: also where an edge leads to it that is
// read from its other end alone, and later.
func TestAStartNobodyHoldsStandsAtTheBorderOnce(t *testing.T) {
	t.Parallel()
	nodes := []reference.Node{{ID: "A"}, {ID: "B"}}
	edges := []archive.Reference{
		archive.NewReference(archive.HasPart, archive.ToRecord("A"), archive.ToRecord("B"), archive.Terms{}),
		archive.NewReference(archive.HasPart, archive.ToRecord("B"), archive.ToRecord("X"), archive.Terms{}),
	}
	p := reference.Standard(time.Time{})
	_, against := p.Wanted()
	require.NotContains(t, against, archive.HasPart, "else this shows nothing")
	around := func(ids []archive.RecordID) (held []reference.Node, out []*archive.Reference, err error) {
		for i := range edges {
			if slices.Contains(ids, archive.RecordID(edges[i].Source.Value)) {
				out = append(out, &edges[i])
			}
		}
		return nodes, out, nil
	}
	want := []reference.Border{{End: archive.ToRecord("X"), Why: reference.NotHeld}}
	grown, err := reference.Grow(p, around, "X", "A", "X")
	require.NoError(t, err)
	require.Equal(t, want, grown.Border)
	require.Equal(t, reference.NewGraph(nodes, edges).Closure(p, "X", "A", "X"), grown)
	require.Equal(t, want, reference.NewGraph(nodes, nil).Closure(p, "X", "A", "X").Border)
}
