package diagram

import (
	"slices"
	"strings"
	"unicode"
)

// Graph is what a diagram shows. It is directed; several edges may join the same nodes, and a node itself.
type Graph struct {
	Title string
	Nodes []Node
	// Edges may name nodes that are not in Nodes; those are drawn without style, after the others.
	Edges []Edge
}

// Node is a box.
type Node struct {
	ID    string // names it within the graph; of two nodes of one ID the first counts
	Label string // empty: the ID
	Class string // picks the style; nodes of one class look alike
	Start bool   // something begins here
	End   bool   // something ends here
	// Marks say what is the matter with the node, if anything; a node with marks stands out.
	Marks []string
}

// Edge is an arrow.
type Edge struct {
	From, To string // IDs of nodes
	Label    string
	Dashed   bool
	Marks    []string // as of a node
}

// complete returns the nodes, each once, with those that only edges name.
func (g Graph) complete() []Node {
	nodes := make([]Node, 0, len(g.Nodes))
	known := make(map[string]bool, len(g.Nodes))
	add := func(n Node) {
		if !known[n.ID] {
			known[n.ID] = true
			nodes = append(nodes, n)
		}
	}
	for _, n := range g.Nodes {
		add(n)
	}
	for _, e := range g.Edges {
		add(Node{ID: e.From})
		add(Node{ID: e.To})
	}
	return nodes
}

// caption is what a node says: its label and below it its marks.
func (n Node) caption() []string {
	label := n.Label
	if label == "" {
		label = n.ID
	}
	return captions(label, n.Marks)
}

func (e Edge) caption() []string { return captions(e.Label, e.Marks) }

func captions(label string, marks []string) []string {
	lines := make([]string, 0, 1+len(marks))
	if label != "" {
		lines = append(lines, label)
	}
	for _, m := range marks {
		lines = append(lines, "⚠ "+m)
	}
	return lines
}

// style is how the nodes of a class look.
type style struct{ fill, stroke string }

// marked is the colour of what stands out.
const marked = "#c62828"

// styleOf gives the categories of a lifecycle their colours and every other class one by its place.
func styleOf(class string, place int) style {
	switch class {
	case "intake":
		return style{"#eceff1", "#546e7a"}
	case "assess":
		return style{"#e3f2fd", "#1565c0"}
	case "decide":
		return style{"#fff8e1", "#b26a00"}
	case "build":
		return style{"#ede7f6", "#5e35b1"}
	case "verify":
		return style{"#e0f2f1", "#00695c"}
	case "done":
		return style{"#e8f5e9", "#2e7d32"}
	case "void":
		return style{"#f5f5f5", "#757575"}
	}
	others := []style{{"#fce4ec", "#ad1457"}, {"#e0f7fa", "#00838f"}, {"#f1f8e9", "#558b2f"}, {"#fff3e0", "#e65100"}}
	return others[place%len(others)]
}

// classes lists the classes of the nodes in the order of their first use.
func classes(nodes []Node) []string {
	var list []string
	for _, n := range nodes {
		if n.Class != "" && !slices.Contains(list, n.Class) {
			list = append(list, n.Class)
		}
	}
	return list
}

// legible replaces what cannot be shown: control and format characters become blanks.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}
