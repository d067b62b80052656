package diagram_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/coordination/process/view"
)

func TestProcessMap(t *testing.T) {
	t.Parallel()
	g := diagram.FromProcessMap("Orders", view.Map{
		Nodes:       []view.MapNode{{Activity: "take \"in\"", Count: 12, Starts: 12}, {Activity: "pack", Count: 9}, {Activity: "send", Count: 9, Ends: 9}},
		Edges:       []view.MapEdge{{From: "take \"in\"", To: "pack", Count: 9, Mean: 93_600, Waiting: 0.93}, {From: "pack", To: "send", Count: 9, Mean: 60, Waiting: 0.07}},
		HiddenEdges: 1, HiddenPairs: 3,
	})
	require.Equal(t, "Orders (1 rarer edges with 3 pairs are not shown)", g.Title)
	require.Equal(t, []string{"93 % of all waiting"}, g.Edges[0].Marks)
	require.Empty(t, g.Edges[1].Marks)
	golden(t, "process.mmd", diagram.Mermaid(g))
	golden(t, "process.dot", diagram.DOT(g))
	require.Equal(t, "Orders", diagram.FromProcessMap("Orders", view.Map{}).Title)
}
