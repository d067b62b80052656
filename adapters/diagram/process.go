package diagram

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process/view"
)

// jammed is the share of all waiting from which an edge of a process map stands out.
const jammed = 0.1

// FromProcessMap makes the graph of a process map: a node for each activity with how often it came, an edge for each
// relation with how often and how slowly, in the mean. An edge with a tenth of all waiting or more is marked. What the map
// hides is said in the title.
func FromProcessMap(title string, m view.Map) Graph {
	g := Graph{Title: title}
	if m.HiddenEdges > 0 {
		g.Title = fmt.Sprintf("%s (%d rarer edges with %d pairs are not shown)", title, m.HiddenEdges, m.HiddenPairs)
	}
	for _, n := range m.Nodes {
		g.Nodes = append(g.Nodes, Node{ID: n.Activity, Label: fmt.Sprintf("%s (%d)", n.Activity, n.Count), Start: n.Starts > 0, End: n.Ends > 0})
	}
	for _, e := range m.Edges {
		edge := Edge{From: e.From, To: e.To, Label: fmt.Sprintf("%d, %s", e.Count, view.Span(e.Mean))}
		if e.Waiting >= jammed {
			edge.Marks = []string{fmt.Sprintf("%.0f %% of all waiting", 100*e.Waiting)}
		}
		g.Edges = append(g.Edges, edge)
	}
	return g
}
