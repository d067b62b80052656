package changereq_test

import (
	"slices"
	"strconv"

	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// validLifecycles makes definitions at random and keeps those that compile: a
// chain of states from an opening to done with a way out of each, and further
// edges between them, gated mostly as they have to be.
func validLifecycles() *rapid.Generator[*changereq.Lifecycle] {
	return rapid.Custom(func(t *rapid.T) *changereq.Lifecycle {
		lc, _ := changereq.Compile(randomDefinition(t))
		return lc
	}).Filter(func(lc *changereq.Lifecycle) bool { return lc != nil })
}

func randomDefinition(t *rapid.T) lifecycle.Definition {
	def := lifecycle.Definition{
		ID: "random", Version: 1, Emergency: rapid.IntRange(0, 4).Draw(t, "emergency") == 0, Initial: []string{"S0"},
		States: []lifecycle.State{{Name: "S0", Category: lifecycle.Intake}},
	}
	middle := []lifecycle.Category{lifecycle.Intake, lifecycle.Assess, lifecycle.Decide, lifecycle.Decide, lifecycle.Build, lifecycle.Verify}
	for i := range rapid.IntRange(2, 6).Draw(t, "states") {
		def.States = append(def.States, lifecycle.State{
			Name: "S" + strconv.Itoa(i+1), Category: rapid.SampledFrom(middle).Draw(t, "category"),
		})
	}
	def.States = append(def.States,
		lifecycle.State{Name: "End", Category: lifecycle.Done, Terminal: true},
		lifecycle.State{Name: "Gone", Category: lifecycle.Void, Terminal: true})
	gone := len(def.States) - 1
	for i := range gone - 1 {
		def.Edges = append(def.Edges, randomEdge(t, def.States[i], def.States[i+1]), lifecycle.Edge{
			From: def.States[i].Name, Event: "cancel", To: "Gone", Guards: []string{"told"}, Outcome: "cancelled", Tells: rapid.Bool().Draw(t, "tells"),
		})
	}
	for range rapid.IntRange(0, 6).Draw(t, "further") {
		from := rapid.IntRange(0, gone).Draw(t, "from")
		to := rapid.IntRange(0, gone).Draw(t, "to")
		edge := randomEdge(t, def.States[from], def.States[to])
		if taken := func(e lifecycle.Edge) bool { return e.From == edge.From && e.Event == edge.Event }; !slices.ContainsFunc(def.Edges, taken) {
			edge.Reopen = def.States[from].Terminal
			def.Edges = append(def.Edges, edge)
		}
	}
	return def
}

func randomEdge(t *rapid.T, from, to lifecycle.State) lifecycle.Edge {
	edge := lifecycle.Edge{
		From: from.Name, To: to.Name, Tells: rapid.Bool().Draw(t, "tells"), ReasonRequired: rapid.Bool().Draw(t, "reason"),
		Event: rapid.SampledFrom([]string{"go", "approve", "lapse", "start", "finish", "close", "back-out"}).Draw(t, "event"),
	}
	draw := func(names ...string) {
		for _, name := range names {
			if rapid.IntRange(0, 3).Draw(t, name) == 0 {
				edge.Guards = append(edge.Guards, name)
			}
		}
	}
	switch edge.Event {
	case "lapse":
		edge.Auto = true
		edge.Guards = []string{rapid.SampledFrom([]string{"lapsed", "outdated", "template-lapsed"}).Draw(t, "lapse")}
	case "approve":
		edge.Guards = []string{"briefed", "approved"}
		edge.Roles = []string{changereq.RoleProductManager}
	case "back-out":
		edge.Outcome = "backed-out"
	default:
		draw("complete", "relevant", "assessed", "dispositioned", "resulted", "reviewed", "base", "clear")
	}
	kept := func(name string) { // mostly
		if !slices.Contains(edge.Guards, name) && rapid.IntRange(0, 9).Draw(t, name) > 0 {
			edge.Guards = append(edge.Guards, name)
		}
	}
	if to.Category == lifecycle.Build {
		kept(rapid.SampledFrom([]string{"approved", "approved", "template"}).Draw(t, "gate"))
	}
	if to.Terminal {
		kept("told")
	}
	if to.Category == lifecycle.Done {
		kept("settled")
	}
	return edge
}
