package reference

import (
	"cmp"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Node is a record that is held.
type Node struct {
	ID    archive.RecordID
	Dated time.Time // zero: not known
}

// Graph is nodes and the edges between them. Ends that are no record, or a
// record that is not held, are nodes of the graph as well, without a date.
type Graph struct {
	ends  []archive.End
	nodes map[archive.End]int32
	held  []bool
	dated []time.Time
	edges []archive.Reference
	out   [][]half // by node, in the order of compareHalves
	in    [][]half
	types []archive.TypeInfo
	both  []bool // by type: it is symmetric
}

// half is an edge as its one end sees it.
type half struct {
	edge  int32
	other int32
	kind  int32 // index into types
}

// NewGraph makes a graph. An edge whose id came before is the same edge and is
// left out; types that the office does not have are followed by nothing. The edges are
// not copied unless some are left out, and are not to be changed afterwards.
func NewGraph(nodes []Node, edges []archive.Reference) *Graph {
	g := newGrowing(len(nodes), len(edges))
	g.hold(nodes)
	g.edges = g.distinct(edges)
	g.link(0)
	for i := range g.ends {
		g.sort(int32(i))
	}
	return g.Graph
}

// growing is a graph that is being made.
type growing struct {
	*Graph

	kinds map[archive.ReferenceType]int32 // index into types
	seen  map[string]struct{}             // ids of edges
}

func newGrowing(nodes, edges int) *growing {
	g := &growing{
		Graph: &Graph{nodes: make(map[archive.End]int32, nodes), types: archive.ReferenceTypes()},
		kinds: make(map[archive.ReferenceType]int32), seen: make(map[string]struct{}, edges),
	}
	for i, info := range g.types {
		g.kinds[info.Type] = int32(i)
		g.both = append(g.both, info.Symmetric())
	}
	return g
}

// add takes nodes and edges in. The edges at a node are then in no order.
func (g *growing) add(nodes []Node, edges []archive.Reference) {
	g.hold(nodes)
	from := len(g.edges)
	g.edges = append(g.edges, g.distinct(edges)...)
	g.link(from)
}

func (g *growing) hold(nodes []Node) {
	for _, n := range nodes {
		i := g.node(archive.ToRecord(n.ID))
		g.held[i], g.dated[i] = true, n.Dated
	}
}

// link makes the edges from an index on known at their ends.
func (g *growing) link(from int) {
	for i := from; i < len(g.edges); i++ {
		e := &g.edges[i]
		kind, from, to := g.kinds[e.Type], g.node(e.Source), g.node(e.Target)
		at := int32(i)
		g.out[from] = append(g.out[from], half{at, to, kind})
		g.in[to] = append(g.in[to], half{at, from, kind})
	}
}

// sort brings the edges at a node into order.
func (g *growing) sort(node int32) {
	slices.SortFunc(g.out[node], g.compareHalves)
	slices.SortFunc(g.in[node], g.compareHalves)
}

// distinct are the edges of known types that were not there before, each once: the
// list itself if that is all.
func (g *growing) distinct(edges []archive.Reference) []archive.Reference {
	out, whole := edges, true
	for i := range edges {
		e := &edges[i]
		_, twice := g.seen[e.ID]
		_, known := g.kinds[e.Type]
		g.seen[e.ID] = struct{}{}
		switch fits := known && !twice; {
		case whole && !fits:
			out, whole = slices.Clone(edges[:i]), false
		case !whole && fits:
			out = append(out, *e)
		}
	}
	return out
}

func (g *Graph) node(end archive.End) int32 {
	if i, ok := g.nodes[end]; ok {
		return i
	}
	i := int32(len(g.ends))
	g.nodes[end] = i
	g.ends = append(g.ends, end)
	g.held = append(g.held, false)
	g.dated = append(g.dated, time.Time{})
	g.out = append(g.out, nil)
	g.in = append(g.in, nil)
	return i
}

// compareHalves orders the edges at a node: by type in the order of the table, by
// the other end, by id.
func (g *Graph) compareHalves(a, b half) int {
	x, y := g.ends[a.other], g.ends[b.other]
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value), cmp.Compare(g.edges[a.edge].ID, g.edges[b.edge].ID))
}

// Edges are the edges of the graph, in the order they were given. They are not
// to be changed.
func (g *Graph) Edges() []archive.Reference { return g.edges }

// Held reports whether an end is a record that is held.
func (g *Graph) Held(end archive.End) bool {
	i, ok := g.nodes[end]
	return ok && g.held[i]
}

// At gives the edges at an end that are valid at a time, outward by type and
// target, then inward by type and source; the zero time asks for no validity.
func (g *Graph) At(end archive.End, at time.Time) []archive.Reference {
	i, ok := g.nodes[end]
	if !ok {
		return nil
	}
	var out []archive.Reference
	for _, list := range [][]half{g.out[i], g.in[i]} {
		for _, h := range list {
			if g.valid(h, at) {
				out = append(out, g.edges[h.edge])
			}
		}
	}
	return out
}

func (g *Graph) valid(h half, at time.Time) bool {
	return at.IsZero() || g.edges[h.edge].ValidAt(at)
}

// kindOf is the index of a type; -1 for one that the office does not have.
func (g *Graph) kindOf(t archive.ReferenceType) int32 {
	return int32(slices.IndexFunc(g.types, func(i archive.TypeInfo) bool { return i.Type == t }))
}

// Heads gives what a record has become as of a time: those of its successors over
// supersedes that nothing supersedes themselves, the record itself if there are
// none. Real successions split and merge, so it is a set; it is in byte order and
// does not depend on the order of the edges. What is said to supersede a record
// but is not held displaces nothing: it stands in Unresolved. The zero time takes
// in every edge.
func (g *Graph) Heads(id archive.RecordID, at time.Time) []archive.End {
	start, ok := g.nodes[archive.ToRecord(id)]
	if !ok || !g.held[start] {
		return nil
	}
	supersedes := g.kindOf(archive.Supersedes)
	seen := map[int32]bool{start: true}
	var heads []archive.End
	for next := []int32{start}; len(next) > 0; {
		n := next[len(next)-1]
		next = next[:len(next)-1]
		current := true
		for _, h := range g.in[n] {
			if h.kind != supersedes || !g.held[h.other] || !g.valid(h, at) {
				continue
			}
			current = false
			if !seen[h.other] {
				seen[h.other] = true
				next = append(next, h.other)
			}
		}
		if current {
			heads = append(heads, g.ends[n])
		}
	}
	slices.SortFunc(heads, compareEnds)
	return heads
}

func compareEnds(a, b archive.End) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
}

// Unresolved gives the edges with an end of text, in their order.
func (g *Graph) Unresolved() []archive.Reference {
	var out []archive.Reference
	for _, e := range g.edges {
		if e.IsOpen() {
			out = append(out, e)
		}
	}
	return out
}

// kinds calls each with the edges of a list by their type, in the order of the
// table, where the type is wanted; others cost a search, however many they are.
func kinds(list []half, wanted func(kind int32) bool, each func(h half)) {
	for i := 0; i < len(list); {
		kind := list[i].kind
		if !wanted(kind) {
			rest := list[i:]
			k, _ := slices.BinarySearchFunc(rest, kind+1, func(h half, kind int32) int { return cmp.Compare(h.kind, kind) })
			i += k
			continue
		}
		for ; i < len(list) && list[i].kind == kind; i++ {
			each(list[i])
		}
	}
}

// Without gives the graph as it is for somebody from whom records are hidden:
// neither they nor the edges at them are in it.
func (g *Graph) Without(hidden func(archive.RecordID) bool) *Graph {
	gone := make([]bool, len(g.ends))
	var nodes []Node
	for i, end := range g.ends {
		gone[i] = end.Kind == archive.EndRecord && hidden(archive.RecordID(end.Value))
		if g.held[i] && !gone[i] {
			nodes = append(nodes, Node{ID: archive.RecordID(end.Value), Dated: g.dated[i]})
		}
	}
	var edges []archive.Reference
	for _, e := range g.edges {
		if !gone[g.nodes[e.Source]] && !gone[g.nodes[e.Target]] {
			edges = append(edges, e)
		}
	}
	return NewGraph(nodes, edges)
}
