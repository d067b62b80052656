package lifecycle_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// world is what the test guards look at: the conditions that hold, as edges write them.
type world map[string]bool

// worldGuards are guards that hold when the world says so, with the gates of the real ones.
func worldGuards(names ...string) []lifecycle.Guard[world] {
	guards := make([]lifecycle.Guard[world], 0, len(names))

	for _, name := range names {
		guard := lifecycle.Guard[world]{Name: name, Check: holds(name)}

		switch name {
		case "approved", "template":
			guard.Gate = lifecycle.GateApproval
		case "told":
			guard.Gate = lifecycle.GateTold
		case "settled":
			guard.Gate = lifecycle.GateSettled
		case "outcome":
			guard.Exclusive, guard.OnOutcome = true, true
		}

		guards = append(guards, guard)
	}

	return guards
}

// holds looks the condition up as the edge wrote it.
func holds(name string) func(world, string) []lifecycle.Unmet {
	return func(w world, arg string) []lifecycle.Unmet {
		written := name
		if arg != "" {
			written += "=" + arg
		}

		if w[written] {
			return nil
		}

		return []lifecycle.Unmet{{Condition: written, Text: written + " does not hold"}}
	}
}

// guardsOf are world guards for every name that the definition uses.
func guardsOf(def lifecycle.Definition) []lifecycle.Guard[world] {
	var names []string

	for _, edge := range def.Edges {
		for _, written := range edge.Guards {
			name, _, _ := strings.Cut(written, "=")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}

	return worldGuards(names...)
}

// compile compiles with world guards and demands success.
func compile(tb testing.TB, def lifecycle.Definition) *lifecycle.Lifecycle[world] {
	tb.Helper()

	compiled, findings := lifecycle.Compile(def, guardsOf(def))
	require.NotNil(tb, compiled, "findings: %v", findings)

	return compiled
}

// draw writes a definition compactly: each state is "Name category", with "!" behind a terminal one, the first is
// initial; each edge is "From event To" followed by guards, by "auto", "reopen", "->outcome" or "@role".
func draw(states []string, edges ...string) lifecycle.Definition {
	def := lifecycle.Definition{ID: "drawn", Version: 1}

	for _, line := range states {
		name, category, _ := strings.Cut(line, " ")
		category, terminal := strings.CutSuffix(category, "!")
		def.States = append(def.States,
			lifecycle.State{Name: name, Category: lifecycle.Category(category), Terminal: terminal})
	}

	def.Initial = []string{def.States[0].Name}

	for _, line := range edges {
		def.Edges = append(def.Edges, drawEdge(line))
	}

	return def
}

// drawEdge reads one edge of draw.
func drawEdge(line string) lifecycle.Edge {
	words := strings.Fields(line)
	edge := lifecycle.Edge{From: words[0], Event: words[1], To: words[2]}

	for _, word := range words[3:] {
		switch {
		case word == "auto":
			edge.Auto = true
		case word == "reopen":
			edge.Reopen = true
		case strings.HasPrefix(word, "->"):
			edge.Outcome = word[2:]
		case strings.HasPrefix(word, "@"):
			edge.Roles = append(edge.Roles, word[1:])
		default:
			edge.Guards = append(edge.Guards, word)
		}
	}

	return edge
}

// find picks the findings of one code.
func find(findings []lifecycle.Finding, code lifecycle.Code) []lifecycle.Finding {
	var found []lifecycle.Finding

	for _, finding := range findings {
		if finding.Code == code {
			found = append(found, finding)
		}
	}

	return found
}

// codes lists the codes of the findings in their order.
func codes(findings []lifecycle.Finding) []lifecycle.Code {
	list := make([]lifecycle.Code, len(findings))
	for i, finding := range findings {
		list[i] = finding.Code
	}

	return list
}

// route writes a path as its states and events.
func route(path []lifecycle.Move) string {
	if len(path) == 0 {
		return ""
	}

	words := []string{path[0].From}
	for _, move := range path {
		words = append(words, move.Event, move.To)
	}

	return strings.Join(words, " ")
}
