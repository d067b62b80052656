package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// shape compiles without guards and demands success.
func shape(tb testing.TB, def lifecycle.Definition) *lifecycle.Shape {
	tb.Helper()

	compiled, findings := lifecycle.CompileShape(def)
	require.NotNil(tb, compiled, "findings: %v", findings)

	return compiled
}

// history writes states as steps a day apart.
func history(states ...string) []lifecycle.Step {
	steps := make([]lifecycle.Step, len(states))
	for i, state := range states {
		steps[i] = lifecycle.Step{State: state, At: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC)}
	}

	return steps
}

func TestJudge(t *testing.T) {
	t.Parallel()

	judge := shape(t, office())

	for name, c := range map[string]struct {
		states           []string
		lawful, unlawful int
		indexes          []int
		moves            []string
		reasons          []string
	}{
		"empty":          {nil, 0, 0, nil, nil, nil},
		"opening only":   {[]string{"Draft"}, 0, 0, nil, nil, nil},
		"lawful":         {[]string{"Draft", "Deciding", "Draft", "Ending", "Rejected", "Draft"}, 5, 0, nil, nil, nil},
		"aliases folded": {[]string{"Entwurf", "Deciding", "draft"}, 2, 0, nil, nil, nil},
		"equal after folding": {
			[]string{"Entwurf", "draft", "Draft", "Deciding"}, 1, 0, nil, nil, nil,
		},
		"wrong opening": {
			[]string{"Deciding", "Ending"},
			1, 0,
			[]int{0},
			[]string{" to Deciding"},
			[]string{"nothing opens in Deciding; a history opens in Draft"},
		},
		"unknown opening": {
			[]string{"Limbo"},
			0, 0,
			[]int{0},
			[]string{" to Limbo"},
			[]string{`"Limbo" is no state of drawn; a history opens in Draft`},
		},
		"no edge": {
			[]string{"draft", "Draft", "Rejected"},
			0, 1,
			[]int{2},
			[]string{"Draft to Rejected"},
			[]string{"no edge from Draft to Rejected; from Draft one can go to Deciding or Ending"},
		},
		"nothing leaves": {
			[]string{"Draft", "Ending", "Withdrawn", "Draft"},
			2, 1,
			[]int{3},
			[]string{"Withdrawn to Draft"},
			[]string{"no edge from Withdrawn to Draft; nothing leaves Withdrawn"},
		},
		"through the unknown": {
			[]string{"Draft", "Limbo", "Limbo", "Draft"},
			0, 2,
			[]int{1, 3},
			[]string{"Draft to Limbo", "Limbo to Draft"},
			[]string{
				`"Limbo" is no state of drawn; from Draft one can go to Deciding or Ending`,
				`"Limbo" is no state of drawn, so nothing is known to leave it`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			steps := history(c.states...)
			verdict := judge.Judge(steps)
			require.Equal(t, c.lawful, verdict.Lawful)
			require.Equal(t, c.unlawful, verdict.Unlawful)
			require.Equal(t, c.lawful+c.unlawful, verdict.Transitions)
			require.Equal(t, len(c.indexes) == 0, verdict.Conforms())
			require.Len(t, verdict.Violations, len(c.indexes))

			for i, violation := range verdict.Violations {
				require.Equal(t, c.indexes[i], violation.Index)
				require.Equal(t, c.moves[i], violation.From+" to "+violation.To)
				require.Equal(t, c.reasons[i], violation.Reason)
				require.Equal(t, steps[c.indexes[i]].At, violation.At)
			}
		})
	}
}

// Whatever sequence of edges a lifecycle takes, its history conforms; a lifecycle and its shape judge alike.
func TestEdgesTakenConform(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		def := soundDefinitions().Draw(t, "definition")

		compiled, _ := lifecycle.Compile(def, worldGuards("plain", "approved", "told", "settled", "outcome"))
		bare, _ := lifecycle.CompileShape(def)

		state := def.Initial[0]
		trace := history(state)

		for range rapid.IntRange(0, 10).Draw(t, "moves") {
			leaving := oracle{def}.edges(func(e lifecycle.Edge) bool { return e.From == state })
			if len(leaving) == 0 {
				break
			}

			state = rapid.SampledFrom(leaving).Draw(t, "edge").To
			trace = append(trace, lifecycle.Step{State: state})
		}

		if verdict := compiled.Judge(trace); !verdict.Conforms() {
			t.Fatalf("%v", verdict.Violations)
		}

		trace = append(trace, lifecycle.Step{State: "nowhere"})
		if left, right := compiled.Judge(trace), bare.Judge(trace); left.Unlawful != 1 || left.Lawful != right.Lawful {
			t.Fatalf("lifecycle %v, shape %v", left, right)
		}
	})
}
