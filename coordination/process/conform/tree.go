package conform

import (
	"errors"
	"fmt"
)

// ErrModel is the class of errors about a model.
var ErrModel = errors.New("conform: not a model")

// kind is what a node of a tree does.
type kind uint8

const (
	do kind = iota
	skip
	seq
	xor
	and
	loop
)

// Node is a part of a block tree. Make one with Do, Skip, Seq, Xor, And, Loop.
type Node struct {
	kind     kind
	activity string
	parts    []Node
}

// Do is one activity.
func Do(activity string) Node { return Node{kind: do, activity: activity} }

// Skip is nothing: in a choice it makes the other parts optional.
func Skip() Node { return Node{kind: skip} }

// Seq is its parts one after the other.
func Seq(parts ...Node) Node { return Node{kind: seq, parts: parts} }

// Xor is one of its parts.
func Xor(parts ...Node) Node { return Node{kind: xor, parts: parts} }

// And is all of its parts, side by side in any order.
func And(parts ...Node) Node { return Node{kind: and, parts: parts} }

// Loop is body, and then any number of times one of the others and body again.
func Loop(body Node, again ...Node) Node {
	return Node{kind: loop, parts: append([]Node{body}, again...)}
}

// MaxPlaces is how many places the net of a model may have.
const MaxPlaces = 256

// maxDepth is how deep a tree may be.
const maxDepth = 200

// marking says which places of a net hold a token.
type marking [MaxPlaces / 64]uint64

func (m *marking) set(place int)      { m[place/64] |= 1 << (place % 64) }
func (m *marking) has(n marking) bool { return m.and(n) == n }
func (m *marking) and(n marking) marking {
	for i := range n {
		n[i] &= m[i]
	}
	return n
}

func (m *marking) fire(t *transition) marking {
	var out marking
	for i := range out {
		out[i] = m[i]&^t.from[i] | t.to[i]
	}
	return out
}

// transition moves tokens. An activity below zero is silent.
type transition struct {
	from, to marking
	activity int
}

// net is a safe net under construction.
type net struct {
	places      int
	transitions []transition
	names       map[string]int
	activities  []string
	err         error
}

func (n *net) place() int {
	n.places++
	if n.places > MaxPlaces && n.err == nil {
		n.err = fmt.Errorf("%w: it needs more than %d places", ErrModel, MaxPlaces)
	}
	return min(n.places, MaxPlaces) - 1
}

func (n *net) activity(name string) int {
	id, ok := n.names[name]
	if !ok {
		id = len(n.activities)
		n.names[name] = id
		n.activities = append(n.activities, name)
	}
	return id
}

func (n *net) move(from, to []int, activity int) {
	t := transition{activity: activity}
	for _, p := range from {
		t.from.set(p)
	}
	for _, p := range to {
		t.to.set(p)
	}
	n.transitions = append(n.transitions, t)
}

const silent = -1

// add puts a node between two places.
func (n *net) add(node Node, from, to, depth int) {
	switch {
	case n.err != nil:
		return
	case depth > maxDepth:
		n.err = fmt.Errorf("%w: the tree is deeper than %d", ErrModel, maxDepth)
		return
	case node.kind >= seq && len(node.parts) == 0:
		n.err = fmt.Errorf("%w: a part that groups others has none", ErrModel)
		return
	}
	switch node.kind {
	case do:
		if node.activity == "" {
			n.err = fmt.Errorf("%w: an activity has no name", ErrModel)
		}
		n.move([]int{from}, []int{to}, n.activity(node.activity))
	case skip:
		n.move([]int{from}, []int{to}, silent)
	case seq:
		for i, part := range node.parts {
			next := to
			if i < len(node.parts)-1 {
				next = n.place()
			}
			n.add(part, from, next, depth+1)
			from = next
		}
	case xor:
		for _, part := range node.parts {
			n.add(part, from, to, depth+1)
		}
	case and:
		n.parallel(node, from, to, depth)
	case loop:
		in, out := n.place(), n.place()
		n.move([]int{from}, []int{in}, silent)
		n.move([]int{out}, []int{to}, silent)
		n.add(node.parts[0], in, out, depth+1)
		for _, part := range node.parts[1:] {
			n.add(part, out, in, depth+1)
		}
	}
}

func (n *net) parallel(node Node, from, to, depth int) {
	var begins, ends []int
	for _, part := range node.parts {
		begin, end := n.place(), n.place()
		begins, ends = append(begins, begin), append(ends, end)
		n.add(part, begin, end, depth+1)
	}
	n.move([]int{from}, begins, silent)
	n.move(ends, []int{to}, silent)
}

// Compile makes a model of a tree.
func Compile(tree Node) (*Model, error) {
	n := &net{names: make(map[string]int)}
	from, to := n.place(), n.place()
	n.add(tree, from, to, 0)
	if n.err != nil {
		return nil, n.err
	}
	var first, last marking
	first.set(from)
	last.set(to)
	return newModel(n, first, []marking{last}, tree.shortest())
}

// shortest is the fewest activities of a sequence of the tree.
func (n Node) shortest() int {
	switch n.kind {
	case do:
		return 1
	case skip:
		return 0
	case seq, and:
		sum := 0
		for _, part := range n.parts {
			sum += part.shortest()
		}
		return sum
	case xor:
		least := n.parts[0].shortest()
		for _, part := range n.parts[1:] {
			least = min(least, part.shortest())
		}
		return least
	case loop:
		return n.parts[0].shortest()
	}
	return 0
}

// Transition is an edge of a state machine: in state From the activity leads to
// state To.
type Transition struct{ From, Activity, To string }

// States makes a model of a state machine, such as a lifecycle whose activities
// are its commands, or the states themselves. A case begins in initial and may
// end in any of final.
func States(initial string, final []string, transitions []Transition) (*Model, error) {
	n := &net{names: make(map[string]int)}
	places := make(map[string]int)
	place := func(state string) int {
		if _, ok := places[state]; !ok {
			places[state] = n.place()
		}
		return places[state]
	}
	var first marking
	first.set(place(initial))
	for _, t := range transitions {
		if t.Activity == "" {
			return nil, fmt.Errorf("%w: the transition from %q to %q has no activity", ErrModel, t.From, t.To)
		}
		n.move([]int{place(t.From)}, []int{place(t.To)}, n.activity(t.Activity))
	}
	var last []marking
	for _, state := range final {
		if _, ok := places[state]; !ok {
			return nil, fmt.Errorf("%w: nothing leads to the final state %q", ErrModel, state)
		}
		var m marking
		m.set(places[state])
		last = append(last, m)
	}
	if n.err != nil {
		return nil, n.err
	}
	m, err := newModel(n, first, last, 0)
	if err != nil {
		return nil, err
	}
	path, err := m.align(nil, DefaultLimit)
	if errors.Is(err, errNoWay) {
		return nil, fmt.Errorf("%w: no sequence of activities leads to its end", ErrModel)
	}
	m.shortest = path.Cost
	return m, err
}
