package reference

import (
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Circles gives the sets of ends that reach each other over edges of a type, each
// in byte order, the sets by their first end. An end that leads to itself is a
// set of one. It is Tarjan's algorithm, without recursion.
func (g *Graph) Circles(t archive.ReferenceType) [][]archive.End {
	kind := g.kindOf(t)
	return g.circles(func(h half) bool { return h.kind == kind })
}

// circles are those over the edges that are wanted.
func (g *Graph) circles(wanted func(half) bool) [][]archive.End {
	s := &tarjan{g: g, wanted: wanted, index: make([]int32, len(g.nodes)), low: make([]int32, len(g.nodes)), on: make([]bool, len(g.nodes))}
	for n := range g.nodes {
		if s.index[n] == 0 {
			s.visit(int32(n))
		}
	}
	var out [][]archive.End
	for _, set := range s.found {
		ends := make([]archive.End, len(set))
		for i, n := range set {
			ends[i] = g.nodes[n].end
		}
		slices.SortFunc(ends, compareEnds)
		out = append(out, ends)
	}
	slices.SortFunc(out, func(a, b []archive.End) int { return compareEnds(a[0], b[0]) })
	return out
}

type tarjan struct {
	g          *Graph
	wanted     func(half) bool
	index, low []int32
	on         []bool
	stack      []int32
	next       int32
	found      [][]int32
}

// frame is a node that is being visited and the place in its edges.
type frame struct {
	node int32
	at   int
}

func (s *tarjan) visit(start int32) {
	frames := []frame{s.enter(start)}
	for len(frames) > 0 {
		top := &frames[len(frames)-1]
		if top.at < len(s.g.nodes[top.node].out) {
			h := s.g.nodes[top.node].out[top.at]
			top.at++
			switch {
			case !s.wanted(h):
			case s.index[h.other] == 0:
				frames = append(frames, s.enter(h.other))
			case s.on[h.other]:
				s.low[top.node] = min(s.low[top.node], s.index[h.other])
			}
			continue
		}
		done := top.node
		frames = frames[:len(frames)-1]
		if len(frames) > 0 {
			above := frames[len(frames)-1].node
			s.low[above] = min(s.low[above], s.low[done])
		}
		if s.low[done] == s.index[done] {
			s.pop(done)
		}
	}
}

func (s *tarjan) enter(n int32) frame {
	s.next++
	s.index[n], s.low[n] = s.next, s.next
	s.stack = append(s.stack, n)
	s.on[n] = true
	return frame{node: n}
}

// pop takes a component off the stack and keeps it if it is a circle.
func (s *tarjan) pop(root int32) {
	at := len(s.stack) - 1
	for s.stack[at] != root {
		at--
	}
	set := slices.Clone(s.stack[at:])
	s.stack = s.stack[:at]
	for _, n := range set {
		s.on[n] = false
	}
	if len(set) > 1 || s.loops(root) {
		s.found = append(s.found, set)
	}
}

func (s *tarjan) loops(n int32) bool {
	return slices.ContainsFunc(s.g.nodes[n].out, func(h half) bool { return h.other == n && s.wanted(h) })
}

// LongestChain gives a longest path over edges of a type, from its source, which
// supersedes the next, to its last target; of several the first in byte order. A
// graph with a circle of the type has none.
func (g *Graph) LongestChain(t archive.ReferenceType) []archive.End {
	if len(g.Circles(t)) > 0 {
		return nil
	}
	kind := g.kindOf(t)
	length := make([]int32, len(g.nodes)) // of the longest path that begins at the node, in nodes
	next := make([]int32, len(g.nodes))
	best := int32(-1)
	for n := range g.nodes {
		g.measure(int32(n), kind, length, next)
		if best < 0 || length[n] > length[best] || (length[n] == length[best] && compareEnds(g.nodes[n].end, g.nodes[best].end) < 0) {
			best = int32(n)
		}
	}
	var out []archive.End
	for n := best; n >= 0; n = next[n] {
		out = append(out, g.nodes[n].end)
	}
	return out
}

// measure computes the length of the longest path from a node, after those of
// all it leads to.
func (g *Graph) measure(start, kind int32, length, next []int32) {
	if length[start] > 0 {
		return
	}
	frames := []frame{{node: start}}
	for len(frames) > 0 {
		top := &frames[len(frames)-1]
		if top.at < len(g.nodes[top.node].out) {
			h := g.nodes[top.node].out[top.at]
			top.at++
			if h.kind == kind && length[h.other] == 0 {
				frames = append(frames, frame{node: h.other})
			}
			continue
		}
		n := top.node
		frames = frames[:len(frames)-1]
		length[n], next[n] = 1, -1
		for _, h := range g.nodes[n].out { // in byte order, so the first of the longest stays
			if h.kind == kind && length[h.other]+1 > length[n] {
				length[n], next[n] = length[h.other]+1, h.other
			}
		}
	}
}
