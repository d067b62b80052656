package window

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Index is a set of windows, each with a key, that finds the ones overlapping a
// given window. It is a search tree over (start, end, key) in which every node
// knows the latest end below it. With n windows of which k overlap, a search
// visits O(log n + k) nodes where the found ones lie side by side, as with
// windows of similar length, and O(log n + k·log(n/k)) at worst; adding and
// removing visit O(log n) on average.
//
// The shape of the tree follows from the order of additions alone, so that runs
// are repeatable. The zero Index is empty and ready for use. It is not safe for
// concurrent use while it is being changed.
type Index[K cmp.Ordered] struct {
	nodes []node[K]
	free  []int32
	root  int32 // 0 is no node
	count int
	seed  uint64
}

type node[K cmp.Ordered] struct {
	start, end, latest int64 // microseconds since 1970; latest is the maximum end below
	left, right        int32
	priority           uint32
	key                K
}

// Entry is a window of an Index with its key.
type Entry[K cmp.Ordered] struct {
	Window Window
	Key    K
}

// NewIndex builds an index of many windows at once, in O(n log n). Empty windows
// are left out; an entry that is given twice counts once.
func NewIndex[K cmp.Ordered](entries []Entry[K]) *Index[K] {
	x := &Index[K]{nodes: make([]node[K], 1, len(entries)+1)}
	for _, e := range entries {
		if !e.Window.Empty() {
			x.nodes = append(x.nodes, x.made(e.Window, e.Key))
		}
	}
	slices.SortFunc(x.nodes[1:], compareNodes)
	x.nodes = append(x.nodes[:1], slices.CompactFunc(x.nodes[1:], func(a, b node[K]) bool { return compareNodes(a, b) == 0 })...)
	x.count = len(x.nodes) - 1
	x.root = x.stack()
	return x
}

// stack links the sorted nodes into the tree that their priorities say: each is
// pushed on the right edge of the tree so far.
func (x *Index[K]) stack() int32 {
	var edge []int32
	for i := int32(1); int(i) < len(x.nodes); i++ {
		var below int32
		for len(edge) > 0 && x.nodes[edge[len(edge)-1]].priority < x.nodes[i].priority {
			below = edge[len(edge)-1]
			x.update(below)
			edge = edge[:len(edge)-1]
		}
		x.nodes[i].left = below
		if len(edge) > 0 {
			x.nodes[edge[len(edge)-1]].right = i
		}
		edge = append(edge, i)
	}
	for _, i := range slices.Backward(edge) {
		x.update(i)
	}
	if len(edge) == 0 {
		return 0
	}
	return edge[0]
}

// Len is the number of windows in the index.
func (x *Index[K]) Len() int { return x.count }

// Add puts a window into the index. An empty window, or one that is there with
// that key already, changes nothing and gives false.
func (x *Index[K]) Add(w Window, key K) bool {
	if w.Empty() || x.has(w, key) {
		return false
	}
	if len(x.nodes) == 0 {
		x.nodes = make([]node[K], 1, 8)
	}
	n := x.made(w, key)
	at := int32(len(x.nodes))
	if last := len(x.free) - 1; last >= 0 {
		at, x.free = x.free[last], x.free[:last]
		x.nodes[at] = n
	} else {
		x.nodes = append(x.nodes, n)
	}
	x.root = x.insert(x.root, at)
	x.count++
	return true
}

// Remove takes a window out of the index and reports whether it was there.
func (x *Index[K]) Remove(w Window, key K) bool {
	if !x.has(w, key) {
		return false
	}
	n := x.made(w, key)
	x.root = x.remove(x.root, &n)
	x.count--
	return true
}

// Overlapping yields the windows that share an instant with w, by start, then
// end, then key.
func (x *Index[K]) Overlapping(w Window) iter.Seq[Entry[K]] {
	from, to := w.Start.UnixMicro(), w.End.UnixMicro()
	return func(yield func(Entry[K]) bool) {
		if !w.Empty() && x.root != 0 {
			x.visit(x.root, from, to, yield)
		}
	}
}

func (x *Index[K]) visit(at int32, from, to int64, yield func(Entry[K]) bool) bool {
	for at != 0 {
		n := &x.nodes[at]
		if n.latest <= from {
			return true
		}
		if !x.visit(n.left, from, to, yield) {
			return false
		}
		if n.start >= to {
			return true
		}
		if n.end > from && !yield(n.entry()) {
			return false
		}
		at = n.right
	}
	return true
}

func (n *node[K]) entry() Entry[K] {
	return Entry[K]{Window{time.UnixMicro(n.start).UTC(), time.UnixMicro(n.end).UTC()}, n.key}
}

// made is a node without a place. Its priority is the next of a fixed sequence
// that looks random (SplitMix64), which keeps the tree shallow.
func (x *Index[K]) made(w Window, key K) node[K] {
	x.seed += 0x9e3779b97f4a7c15
	z := x.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	end := w.End.UnixMicro()
	return node[K]{
		start: w.Start.UnixMicro(), end: end, latest: end, key: key,
		priority: uint32((z ^ z>>31) >> 32),
	}
}

func compareNodes[K cmp.Ordered](a, b node[K]) int { return a.compare(&b) }

func (n *node[K]) compare(o *node[K]) int {
	return cmp.Or(cmp.Compare(n.start, o.start), cmp.Compare(n.end, o.end), cmp.Compare(n.key, o.key))
}

func (x *Index[K]) has(w Window, key K) bool {
	want := node[K]{start: w.Start.UnixMicro(), end: w.End.UnixMicro(), key: key}
	for at := x.root; at != 0; {
		n := &x.nodes[at]
		switch c := want.compare(n); {
		case c == 0:
			return true
		case c < 0:
			at = n.left
		default:
			at = n.right
		}
	}
	return false
}

// update computes what a node knows of the nodes below it.
func (x *Index[K]) update(at int32) {
	n := &x.nodes[at]
	n.latest = n.end
	if n.left != 0 {
		n.latest = max(n.latest, x.nodes[n.left].latest)
	}
	if n.right != 0 {
		n.latest = max(n.latest, x.nodes[n.right].latest)
	}
}

// insert adds the node fresh to the tree at and returns its root.
func (x *Index[K]) insert(at, fresh int32) int32 {
	if at == 0 {
		return fresh
	}
	n := &x.nodes[at]
	if n.priority < x.nodes[fresh].priority {
		x.nodes[fresh].left, x.nodes[fresh].right = x.split(at, &x.nodes[fresh])
		x.update(fresh)
		return fresh
	}
	if x.nodes[fresh].compare(n) < 0 {
		n.left = x.insert(n.left, fresh)
	} else {
		n.right = x.insert(n.right, fresh)
	}
	x.update(at)
	return at
}

// split parts a tree into what comes before and what comes after a node.
func (x *Index[K]) split(at int32, by *node[K]) (before, after int32) {
	if at == 0 {
		return 0, 0
	}
	n := &x.nodes[at]
	if n.compare(by) < 0 {
		n.right, after = x.split(n.right, by)
		before = at
	} else {
		before, n.left = x.split(n.left, by)
		after = at
	}
	x.update(at)
	return before, after
}

// remove takes the node like gone, which is there, out of the tree at.
func (x *Index[K]) remove(at int32, gone *node[K]) int32 {
	n := &x.nodes[at]
	switch c := gone.compare(n); {
	case c < 0:
		n.left = x.remove(n.left, gone)
	case c > 0:
		n.right = x.remove(n.right, gone)
	default:
		joined := x.join(n.left, n.right)
		*n = node[K]{}
		x.free = append(x.free, at)
		return joined
	}
	x.update(at)
	return at
}

// join makes one tree of two, of which the first comes before the second.
func (x *Index[K]) join(before, after int32) int32 {
	switch {
	case before == 0:
		return after
	case after == 0:
		return before
	case x.nodes[before].priority > x.nodes[after].priority:
		x.nodes[before].right = x.join(x.nodes[before].right, after)
		x.update(before)
		return before
	}
	x.nodes[after].left = x.join(before, x.nodes[after].left)
	x.update(after)
	return after
}
