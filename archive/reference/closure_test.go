package reference_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// closed computes what a policy takes in from its definition: every path is
// tried, with the steps and turns that the policy allows.
func closed(w *world, p reference.Policy, start archive.End) map[archive.End]int {
	const along, against, noted = 1, 2, 3
	best := make(map[archive.End]int)
	dated := make(map[archive.End]time.Time)
	for _, n := range w.nodes {
		dated[archive.ToRecord(n.ID)] = n.Dated
	}
	admissible := func(end archive.End) bool {
		return w.held(end) && (p.AsOf.IsZero() || !dated[end].After(p.AsOf))
	}
	rule := func(t archive.ReferenceType) *reference.Rule {
		for i := range p.Follow {
			if p.Follow[i].Type == t {
				return &p.Follow[i]
			}
		}
		return nil
	}
	within := func(reach, distance int) bool { return reach == archive.Unbounded || distance < reach }
	type state struct {
		end archive.End
		way int
	}
	var walk func(s state, distance int, path map[state]bool)
	walk = func(s state, distance int, path map[state]bool) {
		if d, ok := best[s.end]; !ok || distance < d {
			best[s.end] = distance
		}
		path[s] = true
		defer delete(path, s)
		for _, e := range w.edges {
			r := rule(e.Type)
			if r == nil || (!p.AsOf.IsZero() && !e.ValidAt(p.AsOf)) {
				continue
			}
			free := r.Out == archive.Unbounded && r.In == archive.Unbounded
			var next []state
			if e.Source == s.end && s.way != noted && within(r.Out, distance) {
				switch {
				case !free:
					next = append(next, state{e.Target, s.way})
				case s.way != against:
					next = append(next, state{e.Target, along})
				}
			}
			if e.Target == s.end && within(r.In, distance) {
				switch {
				case r.Notes && (s.way == along || s.way == noted):
					next = append(next, state{e.Source, noted})
				case s.way == noted:
				case !free:
					next = append(next, state{e.Source, s.way})
				case s.way != along:
					next = append(next, state{e.Source, against})
				}
			}
			for _, n := range next {
				if admissible(n.end) && !path[n] {
					walk(n, distance+1, path)
				}
			}
		}
	}
	if admissible(start) {
		walk(state{start, 0}, 0, make(map[state]bool))
	}
	return best
}

// Invariant 12: a dossier holds exactly what its policy says, each record by a
// shortest path, and every path is one of edges.
func TestInvariant12ClosureIsThatOfThePolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, archive.Supersedes, archive.Amends, archive.Answers, archive.DerivesFrom)
		var p reference.Policy
		if rapid.Bool().Draw(t, "dated") {
			p.AsOf = day(rapid.IntRange(1, 7).Draw(t, "at"))
		}
		reach := rapid.SampledFrom([]int{archive.Unbounded, 0, 1, 2})
		for _, kind := range []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.Answers} {
			r := reference.Rule{Type: kind, Reach: archive.Reach{Out: archive.Unbounded, In: archive.Unbounded}, Notes: rapid.Bool().Draw(t, "notes")}
			if rapid.Bool().Draw(t, "bounded") {
				r.Reach = archive.Reach{Out: reach.Draw(t, "out"), In: reach.Draw(t, "in")}
			}
			p.Follow = append(p.Follow, r)
		}
		g := reference.NewGraph(w.nodes, w.edges)
		got := g.Closure(p, w.nodes[0].ID)
		want := closed(&w, p, archive.ToRecord(w.nodes[0].ID))
		distances := make(map[archive.End]int)
		for _, item := range got.Items {
			end := archive.ToRecord(item.ID)
			if _, twice := distances[end]; twice {
				t.Fatalf("%s stands twice", item.ID)
			}
			distances[end] = len(item.Path)
			checkPath(t, &w, item, w.nodes[0].ID)
		}
		if diff := cmp.Diff(want, distances); diff != "" {
			t.Fatal(diff)
		}
		again := reference.NewGraph(w.nodes, rapid.Permutation(w.edges).Draw(t, "order")).Closure(p, w.nodes[0].ID)
		grown, err := reference.Grow(p, w.around(p), w.nodes[0].ID)
		if err != nil || !cmp.Equal(again, grown) {
			t.Fatalf("grown: %v, %s", err, cmp.Diff(again, grown))
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// In a circle that was imported, a record is reached in two ways, and what only
// the longer one may go on to is reached by the longer one.
func TestThePathIsOneThatThePolicyAllows(t *testing.T) {
	t.Parallel()
	nodes := []reference.Node{{ID: "0"}, {ID: "1"}, {ID: "2"}, {ID: "3"}}
	var edges []archive.Reference
	for _, e := range [][2]archive.RecordID{{"0", "1"}, {"1", "3"}, {"3", "0"}, {"3", "2"}} {
		edges = append(edges, archive.NewReference(archive.Supersedes, archive.ToRecord(e[0]), archive.ToRecord(e[1]), archive.Terms{}))
	}
	var got []string
	for _, item := range reference.NewGraph(nodes, edges).Closure(reference.Standard(time.Time{}), "0").Items {
		got = append(got, string(item.ID)+" "+item.Reason())
	}
	require.Equal(t, []string{"0 seed", "1 seed › supersedes", "3 seed › supersedes⁻¹", "2 seed › supersedes › supersedes › supersedes"}, got)
}

// checkPath follows the steps of an item from the start.
func checkPath(t *rapid.T, w *world, item reference.Item, start archive.RecordID) {
	at := start
	for _, s := range item.Path {
		if s.From != at {
			t.Fatalf("%v: the step does not begin where the last one ended", item)
		}
		i := slices.IndexFunc(w.edges, func(e archive.Reference) bool { return e.ID == s.Edge })
		from, to := w.edges[i].Source, w.edges[i].Target
		if s.Inverse {
			from, to = to, from
		}
		if from != archive.ToRecord(at) || w.edges[i].Type != s.Type {
			t.Fatalf("%v: edge %v", item, w.edges[i])
		}
		at = archive.RecordID(to.Value)
	}
	if at != item.ID {
		t.Fatalf("%v ends at %s", item, at)
	}
}

func TestClosureBordersAndFamilies(t *testing.T) {
	t.Parallel()
	text := archive.End{Kind: archive.EndText, Value: "IEN 1"}
	uri := archive.End{Kind: archive.EndURI, Value: "https://a.org"}
	nodes := []reference.Node{{ID: "A", Dated: day(1)}, {ID: "B", Dated: day(2)}, {ID: "C", Dated: day(3)}, {ID: "late", Dated: day(9)}}
	edge := func(t archive.ReferenceType, from, to archive.End) archive.Reference {
		return archive.NewReference(t, from, to, archive.Terms{})
	}
	g := reference.NewGraph(nodes, []archive.Reference{
		edge(archive.Supersedes, archive.ToRecord("A"), text), edge(archive.Supersedes, archive.ToRecord("late"), archive.ToRecord("A")),
		edge(archive.DerivesFrom, archive.ToRecord("A"), uri), edge(archive.DerivesFrom, archive.ToRecord("A"), archive.ToRecord("gone")),
		edge(archive.AttachmentOf, archive.ToRecord("B"), archive.ToRecord("A")), edge(archive.AttachmentOf, archive.ToRecord("C"), archive.ToRecord("B")),
	})
	p := reference.Standard(day(5))
	p.Follow = slices.DeleteFunc(p.Follow, func(r reference.Rule) bool { return r.Type == archive.AttachmentOf })
	got := g.Closure(p, "A", "nobody")
	var reasons []string
	for _, i := range got.Items {
		reasons = append(reasons, string(i.ID)+" "+i.Reason())
	}
	require.Equal(t, []string{"A seed", "B seed › attachmentOf⁻¹", "C seed › attachmentOf⁻¹ › attachmentOf⁻¹"}, reasons)
	require.True(t, got.Items[1].Family)
	var border []string
	for _, b := range got.Border {
		border = append(border, b.End.Value+" "+string(b.Why)+" "+string(b.From))
	}
	require.Equal(t, []string{"nobody not-held ", "IEN 1 unresolved A", "gone not-held A", "https://a.org external A", "late later-date A"}, border)

	p.Limit = 2
	limited := g.Closure(p, "A")
	require.True(t, limited.Full)
	require.Len(t, limited.Items, 2)
	require.Equal(t, reference.LimitMet, limited.Border[len(limited.Border)-1].Why)
	require.Len(t, g.At(archive.ToRecord("A"), time.Time{}), 5)
	require.Empty(t, g.At(archive.ToRecord("nobody"), time.Time{}))
}

// Two that supersede the same do not belong to each other's dossier, nor two that
// the same supersedes; a note on what was superseded does.
func TestClosureDoesNotTurnRound(t *testing.T) {
	t.Parallel()
	edge := func(kind archive.ReferenceType, from, to archive.RecordID) archive.Reference {
		return archive.NewReference(kind, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{})
	}
	g := reference.NewGraph([]reference.Node{{ID: "old"}, {ID: "older"}, {ID: "new"}, {ID: "other"}, {ID: "note"}, {ID: "next"}}, []archive.Reference{
		edge(archive.Supersedes, "new", "old"), edge(archive.Supersedes, "new", "older"), edge(archive.Supersedes, "other", "old"),
		edge(archive.Supersedes, "next", "new"), edge(archive.Amends, "note", "old"),
	})
	ids := func(start archive.RecordID) (out []string) {
		for _, item := range g.Closure(reference.Standard(time.Time{}), start).Items {
			out = append(out, string(item.ID))
		}
		slices.Sort(out)
		return out
	}
	require.Equal(t, []string{"new", "next", "note", "old", "older"}, ids("new"))
	require.Equal(t, []string{"new", "next", "note", "old", "other"}, ids("old"))
	require.Equal(t, []string{"new", "next", "older"}, ids("older"))
}

// The paths along a chain are kept in the memory of the longest: each by itself they
// would grow with the square of its length.
func TestPathsAlongAChainAreKeptOnce(t *testing.T) {
	t.Parallel()
	const n = 30_000
	w := world{nodes: []reference.Node{{ID: "0"}}}
	for i := 1; i < n; i++ {
		w.nodes = append(w.nodes, reference.Node{ID: archive.RecordID(strconv.Itoa(i))})
		w.edges = append(w.edges, archive.NewReference(archive.Supersedes, record(i-1), record(i), archive.Terms{}))
	}
	items := reference.NewGraph(w.nodes, w.edges).Closure(reference.Standard(time.Time{}), "0").Items
	require.Len(t, items, n)
	last := items[n-1].Path
	for i := 1; i < n; i++ {
		if p := items[i].Path; len(p) != i || &p[0] != &last[0] || cap(p) != i {
			t.Fatalf("path %d has %d steps of its own", i, len(p))
		}
	}
	require.Equal(t, archive.RecordID("29998"), last[n-2].From)
}
