package diagram

import (
	"slices"
	"strings"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Lifecycle says what the picture of a lifecycle shows beyond its states and events.
type Lifecycle struct {
	Guards   bool                // the conditions of an edge, in brackets
	Roles    bool                // who may fire it, in parentheses
	Findings []lifecycle.Finding // what is wrong, marked where it is wrong and along the way that shows it
}

// FromLifecycle makes the graph of a definition: a node for each state, its category as class, and an edge for each
// edge, dashed if it is automatic. It also draws definitions that do not compile.
func FromLifecycle(def lifecycle.Definition, show Lifecycle) Graph {
	title := def.Title
	if title == "" {
		title = def.ID
	}
	g := Graph{Title: title}
	for _, s := range def.States {
		g.Nodes = append(g.Nodes, Node{
			ID: s.Name, Class: string(s.Category), Start: slices.Contains(def.Initial, s.Name), End: s.Terminal,
			Marks: show.marksOf(func(f lifecycle.Finding) bool { return f.State == s.Name }),
		})
	}
	for _, e := range def.Edges {
		move := lifecycle.Move{From: e.From, Event: e.Event, To: e.To}
		g.Edges = append(g.Edges, Edge{
			From: e.From, To: e.To, Label: show.label(e), Dashed: e.Auto,
			Marks: show.marksOf(func(f lifecycle.Finding) bool {
				return f.Edge != nil && *f.Edge == move || slices.Contains(f.Path, move)
			}),
		})
	}
	return g
}

// label is written as in UML: event, condition in brackets.
func (show Lifecycle) label(e lifecycle.Edge) string {
	label := e.Event
	if show.Guards && len(e.Guards) > 0 {
		label += " [" + strings.Join(e.Guards, ", ") + "]"
	}
	if show.Roles && len(e.Roles) > 0 {
		label += " (" + strings.Join(e.Roles, ", ") + ")"
	}
	return label
}

// marksOf lists the codes of the findings that concern something, each once.
func (show Lifecycle) marksOf(concerns func(lifecycle.Finding) bool) []string {
	var out []string
	for _, f := range show.Findings {
		if code := string(f.Code); concerns(f) && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}
