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
	nodes []node
	index map[archive.End]int32 // of the node of an end
	edges []*archive.Reference
	types []archive.TypeInfo
	both  []bool // by type: it is symmetric
	kinds map[archive.ReferenceType]int32
}

// node is an end with what is known of it.
type node struct {
	end   archive.End
	dated time.Time
	held  bool
	whole bool   // its edges are all there, and in order
	out   []half // in the order of compareHalves
	in    []half
}

// half is an edge as its one end sees it.
type half struct {
	edge  int32
	other int32
	kind  int32 // index into types
}

// NewGraph makes a graph. An edge whose id came before is the same edge and is
// left out; types that the office does not have are followed by nothing. The edges are
// not copied, and are not to be changed afterwards.
func NewGraph(nodes []Node, edges []archive.Reference) *Graph {
	g := newGraph(len(nodes))
	g.hold(nodes)
	seen := make(map[string]struct{}, len(edges))
	g.edges = make([]*archive.Reference, 0, len(edges))
	for i := range edges {
		if _, twice := seen[edges[i].ID]; !twice {
			seen[edges[i].ID] = struct{}{}
			g.link(&edges[i])
		}
	}
	for i := range g.nodes {
		g.finish(&g.nodes[i])
	}
	return g
}

func newGraph(nodes int) *Graph {
	g := &Graph{index: make(map[archive.End]int32, nodes), types: archive.ReferenceTypes(), kinds: make(map[archive.ReferenceType]int32)}
	for i, info := range g.types {
		g.kinds[info.Type] = int32(i)
		g.both = append(g.both, info.Symmetric())
	}
	return g
}

func (g *Graph) hold(nodes []Node) {
	g.nodes = slices.Grow(g.nodes, len(nodes))
	for i := range nodes {
		n := &g.nodes[g.node(archive.ToRecord(nodes[i].ID))]
		n.held, n.dated = true, nodes[i].Dated
	}
}

// link makes an edge of a known type known at those of its ends whose edges are not all
// there. A closure takes no harm from an edge that is linked twice.
func (g *Graph) link(e *archive.Reference) {
	kind, known := g.kinds[e.Type]
	if !known {
		return
	}
	at, from, to := int32(len(g.edges)), g.node(e.Source), g.node(e.Target)
	g.edges = append(g.edges, e)
	if n := &g.nodes[from]; !n.whole {
		n.out = append(n.out, half{at, to, kind})
	}
	if n := &g.nodes[to]; !n.whole {
		n.in = append(n.in, half{at, from, kind})
	}
}

// finish brings the edges at a node into order.
func (g *Graph) finish(n *node) {
	if !n.whole {
		n.whole = true
		slices.SortFunc(n.out, g.compareHalves)
		slices.SortFunc(n.in, g.compareHalves)
	}
}

func (g *Graph) node(end archive.End) int32 {
	if i, ok := g.index[end]; ok {
		return i
	}
	i := int32(len(g.nodes))
	g.index[end] = i
	g.nodes = append(g.nodes, node{end: end})
	return i
}

// compareHalves orders the edges at a node: by type in the order of the table, by
// the other end, by id.
func (g *Graph) compareHalves(a, b half) int {
	x, y := g.nodes[a.other].end, g.nodes[b.other].end
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Value, y.Value), cmp.Compare(g.edges[a.edge].ID, g.edges[b.edge].ID))
}

// Held reports whether an end is a record that is held.
func (g *Graph) Held(end archive.End) bool {
	i, ok := g.index[end]
	return ok && g.nodes[i].held
}

// At gives the edges at an end that are valid at a time, outward by type and
// target, then inward by type and source; the zero time asks for no validity.
func (g *Graph) At(end archive.End, at time.Time) []archive.Reference {
	i, ok := g.index[end]
	if !ok {
		return nil
	}
	var out []archive.Reference
	for _, list := range [][]half{g.nodes[i].out, g.nodes[i].in} {
		for _, h := range list {
			if g.valid(h, at) {
				out = append(out, *g.edges[h.edge])
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
	if kind, known := g.kinds[t]; known {
		return kind
	}
	return -1
}

// Heads gives what a record has become as of a time: those of its successors over
// supersedes that nothing supersedes themselves, the record itself if there are
// none. Real successions split and merge, so it is a set; it is in byte order and
// does not depend on the order of the edges. What is said to supersede a record
// but is not held displaces nothing: it stands in Unresolved. The zero time takes
// in every edge.
func (g *Graph) Heads(id archive.RecordID, at time.Time) []archive.End {
	start, ok := g.index[archive.ToRecord(id)]
	if !ok || !g.nodes[start].held {
		return nil
	}
	supersedes := g.kindOf(archive.Supersedes)
	seen := map[int32]bool{start: true}
	var heads []archive.End
	for next := []int32{start}; len(next) > 0; {
		n := next[len(next)-1]
		next = next[:len(next)-1]
		current := true
		for _, h := range g.nodes[n].in {
			if h.kind != supersedes || !g.nodes[h.other].held || !g.valid(h, at) {
				continue
			}
			current = false
			if !seen[h.other] {
				seen[h.other] = true
				next = append(next, h.other)
			}
		}
		if current {
			heads = append(heads, g.nodes[n].end)
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
			out = append(out, *e)
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
	gone := make([]bool, len(g.nodes))
	var nodes []Node
	for i := range g.nodes {
		n := &g.nodes[i]
		gone[i] = n.end.Kind == archive.EndRecord && hidden(archive.RecordID(n.end.Value))
		if n.held && !gone[i] {
			nodes = append(nodes, Node{ID: archive.RecordID(n.end.Value), Dated: n.dated})
		}
	}
	var edges []archive.Reference
	for _, e := range g.edges {
		if !gone[g.index[e.Source]] && !gone[g.index[e.Target]] {
			edges = append(edges, *e)
		}
	}
	return NewGraph(nodes, edges)
}
