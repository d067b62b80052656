package diagram

import (
	"strconv"
	"strings"
)

// DOT writes the graph in the language of Graphviz.
func DOT(g Graph) string {
	nodes := g.complete()
	ids := make(map[string]string, len(nodes))
	for i, n := range nodes {
		ids[n.ID] = "n" + strconv.Itoa(i)
	}
	looks := make(map[string]style)
	for i, class := range classes(nodes) {
		looks[class] = styleOf(class, i)
	}
	var b strings.Builder
	b.WriteString("digraph {\n")
	if g.Title != "" {
		b.WriteString("  graph [label=" + dotText(g.Title) + ", labelloc=t];\n")
	}
	b.WriteString("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#ffffff\", fontname=\"Helvetica\"];\n")
	b.WriteString("  edge [fontname=\"Helvetica\", fontsize=10];\n")
	for _, n := range nodes {
		b.WriteString("  " + ids[n.ID] + " [" + n.dotAttributes(looks) + "];\n")
	}
	for _, n := range nodes {
		if id := ids[n.ID]; n.Start {
			b.WriteString("  start_" + id + " [shape=point, width=0.15, label=\"\"];\n  start_" + id + " -> " + id + ";\n")
		}
	}
	for _, e := range g.Edges {
		b.WriteString("  " + ids[e.From] + " -> " + ids[e.To] + e.dotAttributes() + ";\n")
	}
	b.WriteString("}\n")
	return b.String()
}

func (n Node) dotAttributes(looks map[string]style) string {
	out := "label=" + dotText(n.caption()...)
	look, known := looks[n.Class]
	if known {
		out += ", fillcolor=\"" + look.fill + "\""
	}
	switch {
	case len(n.Marks) > 0:
		out += ", color=\"" + marked + "\", penwidth=3"
	case known:
		out += ", color=\"" + look.stroke + "\""
	}
	if n.End {
		out += ", peripheries=2"
	}
	return out
}

func (e Edge) dotAttributes() string {
	var list []string
	if lines := e.caption(); len(lines) > 0 {
		list = append(list, "label="+dotText(lines...))
	}
	if e.Dashed {
		list = append(list, "style=dashed")
	}
	if len(e.Marks) > 0 {
		list = append(list, `color="`+marked+`", fontcolor="`+marked+`"`)
	}
	if len(list) == 0 {
		return ""
	}
	return " [" + strings.Join(list, ", ") + "]"
}

// dotText writes lines as one quoted string. Graphviz reads escapes and HTML entities in labels.
func dotText(lines ...string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`)
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = escape.Replace(legible(line))
	}
	return `"` + strings.Join(out, `\n`) + `"`
}
