package diagram

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Mermaid writes the graph as a stateDiagram-v2. Mermaid cannot draw single edges dashed or coloured, so a dashed edge is
// one whose label begins with "auto", and marks stand in the label. Every class has a classDef of its own.
func Mermaid(g Graph) string {
	nodes := g.complete()
	ids := make(map[string]string, len(nodes))
	for i, n := range nodes {
		ids[n.ID] = "s" + strconv.Itoa(i)
	}
	var b strings.Builder
	if g.Title != "" {
		b.WriteString("---\ntitle: \"" + yamlText(g.Title) + "\"\n---\n")
	}
	b.WriteString("stateDiagram-v2\n")
	for _, n := range nodes {
		label := mermaidText(strings.Join(n.caption(), " "))
		if label == "" {
			label = "#160;" // a name of nothing but blanks
		}
		b.WriteString("    state \"" + label + "\" as " + ids[n.ID] + "\n")
	}
	for _, n := range nodes {
		if n.Start {
			b.WriteString("    [*] --> " + ids[n.ID] + "\n")
		}
	}
	for _, e := range g.Edges {
		b.WriteString("    " + ids[e.From] + " --> " + ids[e.To])
		if label := mermaidText(e.mermaidLabel()); label != "" {
			b.WriteString(" : " + label)
		}
		b.WriteString("\n")
	}
	for _, n := range nodes {
		if n.End {
			b.WriteString("    " + ids[n.ID] + " --> [*]\n")
		}
	}
	writeMermaidStyles(&b, nodes, ids)
	return b.String()
}

func (e Edge) mermaidLabel() string {
	label := strings.Join(e.caption(), " ")
	if e.Dashed {
		label = strings.TrimSuffix("auto "+label, " ")
	}
	return label
}

func writeMermaidStyles(b *strings.Builder, nodes []Node, ids map[string]string) {
	for i, class := range classes(nodes) {
		look := styleOf(class, i)
		name := "c" + strconv.Itoa(i)
		b.WriteString("    classDef " + name + " fill:" + look.fill + ",stroke:" + look.stroke + ",color:#000000\n")
		writeMermaidClass(b, name, nodes, ids, func(n Node) bool { return n.Class == class && len(n.Marks) == 0 })
	}
	stands := func(n Node) bool { return len(n.Marks) > 0 }
	if slices.ContainsFunc(nodes, stands) {
		b.WriteString("    classDef marked fill:#ffebee,stroke:" + marked + ",stroke-width:3px,color:#000000\n")
		writeMermaidClass(b, "marked", nodes, ids, stands)
	}
}

func writeMermaidClass(b *strings.Builder, name string, nodes []Node, ids map[string]string, of func(Node) bool) {
	var members []string
	for _, n := range nodes {
		if of(n) {
			members = append(members, ids[n.ID])
		}
	}
	if len(members) > 0 {
		b.WriteString("    class " + strings.Join(members, ",") + " " + name + "\n")
	}
}

// mermaidText writes everything that could mean something to Mermaid, Markdown or HTML as an entity code by number.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(legible(text)) {
		if r == ' ' || r > unicode.MaxASCII || isWord(r) || strings.ContainsRune("-.,()/=+!?'", r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString("#" + strconv.Itoa(int(r)) + ";")
	}
	return b.String()
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// yamlText writes the inside of a double-quoted YAML scalar.
func yamlText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(legible(text))
}
