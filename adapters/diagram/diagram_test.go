package diagram_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file that people have looked at.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// awkward holds whatever a language could give a meaning to.
func awkward() diagram.Graph {
	return diagram.Graph{
		Title: `A "title": with \ and --- and 'quotes' & <b>`,
		Nodes: []diagram.Node{
			{ID: "two words", Class: "intake", Start: true},
			{ID: `quote " and back\slash`, Label: `"quoted" \N`, Class: "odd class; fill:red"},
			{ID: "Größe 字 😀", Class: "decide"},
			{ID: "end", Class: "void", End: true},
			{ID: "state", Label: "a\nb\tc\x00d\xff\u202ee", Class: "void"},
			{ID: "", Label: "", Marks: []string{"dead-end"}},
			{ID: "two words", Label: "once more"},
		},
		Edges: []diagram.Edge{
			{From: "two words", To: `quote " and back\slash`, Label: `a: "b"; <script>%%{init}%% #quot; &lt; [x]`},
			{From: `quote " and back\slash`, To: "Größe 字 😀", Dashed: true},
			{From: "Größe 字 😀", To: "end", Label: "--> end", Dashed: true, Marks: []string{"auto-cycle", "x: y"}},
			{From: "end", To: "end", Label: "note right of"},
			{From: "end", To: "nowhere"},
		},
	}
}

func TestAwkwardNames(t *testing.T) {
	t.Parallel()
	golden(t, "awkward.mmd", diagram.Mermaid(awkward()))
	golden(t, "awkward.dot", diagram.DOT(awkward()))
}

func TestLifecycles(t *testing.T) {
	t.Parallel()
	for _, def := range lifecycle.BuiltIn() {
		plain := diagram.FromLifecycle(def, diagram.Lifecycle{})
		full := diagram.FromLifecycle(def, diagram.Lifecycle{Guards: true, Roles: true})
		golden(t, def.ID+".mmd", diagram.Mermaid(plain))
		golden(t, def.ID+".dot", diagram.DOT(full))
		for _, g := range []diagram.Graph{plain, full} {
			checkMermaid(t, g)
			checkDOT(t, g)
		}
	}
}

// What is wrong with a definition stands out where it is wrong and on the way there.
func TestFindingsStandOut(t *testing.T) {
	t.Parallel()
	def := lifecycle.Standard()
	for i := range def.Edges {
		if e := &def.Edges[i]; e.Event == "authorise" || e.Event == "start" || e.Event == "rework" {
			e.Guards = nil
		}
	}
	lc, findings := changereq.Compile(def)
	require.Nil(t, lc)
	g := diagram.FromLifecycle(def, diagram.Lifecycle{Findings: findings})
	golden(t, "findings.mmd", diagram.Mermaid(g))
	golden(t, "findings.dot", diagram.DOT(g))
	for _, n := range g.Nodes {
		require.Equal(t, n.ID == "Implementing", len(n.Marks) > 0, n.ID)
	}
	var way []string
	for _, e := range g.Edges {
		if len(e.Marks) > 0 {
			way = append(way, e.Label)
		}
	}
	require.Equal(t, []string{"submit", "authorise", "schedule", "start"}, way)
}

// A definition that does not compile is drawn all the same.
func TestBrokenDefinitionsAreDrawn(t *testing.T) {
	t.Parallel()
	g := diagram.FromLifecycle(lifecycle.Definition{
		ID: "broken", States: []lifecycle.State{{Name: "A"}, {Name: "A"}}, Edges: []lifecycle.Edge{{From: "A", Event: "go", To: "Nowhere"}},
	}, diagram.Lifecycle{})
	require.Equal(t, "broken", g.Title)
	checkMermaid(t, g)
	checkDOT(t, g)
	require.Contains(t, diagram.Mermaid(g), `state "Nowhere" as s1`)
	checkMermaid(t, diagram.Graph{})
	checkDOT(t, diagram.Graph{})
}

func TestAnyTextIsHarmless(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("\"\\:;#%<>{}[]|&-*\n\r\t\x00`~\u2028\u202e e"))))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) string { return text.Draw(t, label) }
		g := diagram.Graph{Title: draw("title")}
		for range rapid.IntRange(0, 4).Draw(t, "nodes") {
			g.Nodes = append(g.Nodes, diagram.Node{ID: draw("id"), Label: draw("label"), Class: draw("class"), Marks: []string{draw("mark")}})
		}
		for range rapid.IntRange(0, 4).Draw(t, "edges") {
			g.Edges = append(g.Edges, diagram.Edge{From: draw("from"), To: draw("to"), Label: draw("label"), Dashed: rapid.Bool().Draw(t, "dashed")})
		}
		checkMermaid(t, g)
		checkDOT(t, g)
	})
}

// failing is a test or a property check.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// mermaidLine is all that a line of the diagram may be; labels hold no quote, colon, semicolon, percent sign or bracket
// but in entity codes.
func mermaidLine() *regexp.Regexp {
	const label = "[^\\x00-\\x1f\"#:;%<>\\[\\]{}|&*~`\\x{2028}\\x{2029}]|#\\d+;"
	return regexp.MustCompile(`^    (state "(` + label + `)*" as s\d+|\[\*\] --> s\d+|s\d+ --> \[\*\]|s\d+ --> s\d+( : (` + label + `)+)?|` +
		`classDef \w+ [a-z-]+:[#\w]+(,[a-z-]+:[#\w]+)*|class s\d+(,s\d+)* \w+)$`)
}

func checkMermaid(t failing, g diagram.Graph) {
	t.Helper()
	written := diagram.Mermaid(g)
	rest := written
	if g.Title != "" {
		front, after, ok := strings.Cut(strings.TrimPrefix(rest, "---\n"), "\n---\n")
		if !ok || !regexp.MustCompile(`^title: "([^"\\\n\r]|\\["\\])*"$`).MatchString(front) {
			t.Fatalf("front matter %q", front)
		}
		rest = after
	}
	body, ok := strings.CutPrefix(rest, "stateDiagram-v2\n")
	if !ok || !utf8.ValidString(written) {
		t.Fatalf("no state diagram: %q", rest)
	}
	known, arrow := mermaidLine(), regexp.MustCompile(`^    s\d+ --> s`)
	edges := 0
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if !known.MatchString(line) {
			t.Fatalf("not a line of Mermaid: %q", line)
		}
		if arrow.MatchString(line) {
			edges++
		}
	}
	if edges != len(g.Edges) {
		t.Fatalf("%d edges for %d", edges, len(g.Edges))
	}
}

// dotToken is a token of the part of DOT that is written here.
var dotToken = regexp.MustCompile(`^(?:"(?:[^"\\\n]|\\["\\n])*"|->|[A-Za-z_][A-Za-z_0-9]*|[0-9.]+|[{}\[\]=,;])`)

// checkDOT reads the text token by token: brackets pair, every statement ends, strings hold no bare quote.
func checkDOT(t failing, g diagram.Graph) {
	t.Helper()
	text := diagram.DOT(g)
	var words []string
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		word := dotToken.FindString(rest)
		if word == "" {
			t.Fatalf("not DOT at %q", rest[:min(40, len(rest))])
		}
		words, rest = append(words, word), rest[len(word):]
	}
	if len(words) < 3 || words[0] != "digraph" || words[1] != "{" || words[len(words)-1] != "}" || !utf8.ValidString(text) {
		t.Fatalf("no digraph: %q", text)
	}
	arrows, open := 0, false
	for i, word := range words {
		switch word {
		case "[", "]":
			if open == (word == "[") {
				t.Fatalf("brackets do not pair in %q", text)
			}
			open = !open
		case "->":
			if !strings.HasPrefix(words[i-1], "start_") {
				arrows++
			}
		case ";":
			if open {
				t.Fatalf("a statement ends inside brackets in %q", text)
			}
		}
	}
	if arrows != len(g.Edges) || open {
		t.Fatalf("%d arrows for %d edges", arrows, len(g.Edges))
	}
}
