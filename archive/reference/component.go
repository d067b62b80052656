package reference

import (
	"cmp"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Components gives, for each group of held records that hang together over edges of some
// types, in whichever direction, how many they are, the largest first; a record at which
// there is no such edge is a group of its own. With outside an end that is not held
// joins the records at it, and is not counted itself.
func (g *Graph) Components(outside bool, types ...archive.ReferenceType) []int {
	of := make([]int32, len(g.nodes))
	for i := range of {
		of[i] = int32(i)
	}
	wanted := make(map[int32]bool)
	for _, t := range types {
		if k := g.kindOf(t); k >= 0 {
			wanted[k] = true
		}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		for _, h := range n.out {
			if wanted[h.kind] && (outside || n.held && g.nodes[h.other].held) {
				of[root(of, int32(i))] = root(of, h.other)
			}
		}
	}
	sizes := make(map[int32]int)
	for node := range of {
		if g.nodes[node].held {
			sizes[root(of, int32(node))]++
		}
	}
	out := make([]int, 0, len(sizes))
	for _, n := range sizes {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(b, a) })
	return out
}

// root is the node that stands for all that hang together with one; the way there is
// halved for the next time.
func root(of []int32, node int32) int32 {
	for of[node] != node {
		of[node] = of[of[node]]
		node = of[node]
	}
	return node
}
