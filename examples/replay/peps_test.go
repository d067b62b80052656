package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

// peps is the path of 741 histories of Python Enhancement Proposals; the test is skipped where they are absent.
func peps(t *testing.T) string {
	t.Helper()

	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		root, err := os.Getwd()
		require.NoError(t, err)

		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}

			root = filepath.Dir(root)
		}

		folder = filepath.Join(root, "..", "shared", "data")
	}

	path := filepath.Join(folder, "changes", "peps.jsonl")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real histories are absent: %v; COORDKIT_DATA names their folder", err)
	}

	return path
}

// pep is what else the data says of one history.
type pep struct {
	ID          string `json:"id"`
	Conformant  bool   `json:"conformant_trace"`
	Transitions []struct {
		To     string `json:"to"`
		ToNorm string `json:"to_norm"`
	} `json:"transitions"`
}

// readPeps reads the data by itself, not through the program.
func readPeps(t *testing.T) []pep {
	t.Helper()

	text, err := os.ReadFile(peps(t))
	require.NoError(t, err)

	var all []pep

	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var one pep
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
		all = append(all, one)
	}

	return all
}

// definition reads a lifecycle that stands beside the program.
func definition(t *testing.T, name string) lifecycle.Definition {
	t.Helper()

	text, err := os.ReadFile(name)
	require.NoError(t, err)

	def, err := lifecycle.Parse(text)
	require.NoError(t, err)

	return def
}

// pep1Verdicts are the verdicts that the program writes for people's programs.
func pep1Verdicts(t *testing.T) []verdict {
	t.Helper()

	got := call("-json", "-lifecycle", "pep1.json", peps(t))
	require.Equal(t, exitDone, got.code)
	require.Empty(t, got.stderr)

	var all []verdict

	for line := range bytes.Lines([]byte(got.stdout)) {
		var one verdict
		require.NoError(t, json.Unmarshal(line, &one))

		if one.ID != "" {
			all = append(all, one)
		}
	}

	return all
}

func TestLifecyclesBesideTheProgram(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]struct{ states, edges int }{"pep1.json": {9, 18}, "kep.json": {7, 13}} {
		def := definition(t, name)
		require.Equal(t, lifecycle.Observe, def.Mode)
		require.Len(t, def.States, want.states, name)
		require.Len(t, def.Edges, want.edges, name)

		_, findings := lifecycle.CompileShape(def)
		require.Empty(t, findings, name)

		_, findings = lifecycle.Compile(def, []lifecycle.Guard[struct{}]{})
		for _, finding := range findings {
			require.Equal(t, lifecycle.SeverityWarning, finding.Severity, "%s: %v", name, finding)
		}
	}
}

// The 44 unlawful moves that the histories of Kubernetes are known to make, and some lawful ones.
func TestKepMoves(t *testing.T) {
	t.Parallel()

	shape, _ := lifecycle.CompileShape(definition(t, "kep.json"))

	for trace, unlawful := range map[string]int{
		"provisional implementable implemented replaced":    0,
		"pending impementable alpha imlpemented removed":    0,
		"draft deferred implementable withdrawn":            0,
		"provisional implementable implemented alpha":       1,
		"provisional implemented":                           1,
		"provisional implementable provisional":             1,
		"provisional rejected provisional superseded draft": 2,
	} {
		var steps []lifecycle.Step
		for state := range bytes.FieldsSeq([]byte(trace)) {
			steps = append(steps, lifecycle.Step{State: string(state)})
		}

		require.Equal(t, unlawful, shape.Judge(steps).Unlawful, trace)
	}
}

func TestPepsSummary(t *testing.T) {
	t.Parallel()

	got := call("-json", "-lifecycle", "pep1.json", peps(t))
	require.Equal(t, exitDone, got.code)

	lines := bytes.Split(bytes.TrimSpace([]byte(got.stdout)), []byte("\n"))
	require.Len(t, lines, 742)
	//nolint:testifylint // the bytes are the contract
	require.Equal(t,
		`{"summary":{"traces":741,"conforming":491,"transitions":1060,"lawful":826,"unlawful":234}}`, string(lines[741]))
}

func TestPepsVerdicts(t *testing.T) {
	t.Parallel()

	all, verdicts := readPeps(t), pep1Verdicts(t)
	require.Len(t, verdicts, len(all))

	for i, one := range all {
		require.Equal(t, one.ID, verdicts[i].ID)
		require.Equal(t, one.Conformant, verdicts[i].Conforms, one.ID)
	}
}

func TestPepsFolding(t *testing.T) {
	t.Parallel()

	shape, _ := lifecycle.CompileShape(definition(t, "pep1.json"))
	folded := 0

	for _, one := range readPeps(t) {
		for _, transition := range one.Transitions {
			state, known := shape.Fold(transition.To)
			require.True(t, known, "%s: %q", one.ID, transition.To)
			require.Equal(t, transition.ToNorm, state, one.ID)

			folded++
		}
	}

	require.Equal(t, 1804, folded)
}

func TestPepsViolations(t *testing.T) {
	t.Parallel()

	moves, openings := map[string]int{}, map[string]int{}

	var openingOnly, transitionOnly, both, listed int

	for _, v := range pep1Verdicts(t) {
		byOpening, byTransition := false, false

		for _, violation := range v.Violations {
			listed++

			if violation.From == "" {
				byOpening = true
				openings[violation.To]++
			} else {
				byTransition = true
				moves[violation.From+" to "+violation.To]++
			}
		}

		switch {
		case byOpening && byTransition:
			both++
		case byOpening:
			openingOnly++
		case byTransition:
			transitionOnly++
		}
	}

	require.Equal(t, 333, listed)
	require.Equal(t, []int{41, 151, 58}, []int{openingOnly, transitionOnly, both})
	require.Equal(t,
		map[string]int{"Active": 67, "Final": 8, "Deferred": 7, "Rejected": 6, "Accepted": 6, "Withdrawn": 5}, openings)
	require.Equal(t, []int{92, 37, 17}, []int{moves["Draft to Final"], moves["Active to Final"], moves["Active to Draft"]})

	unlawful := 0
	for count := range maps.Values(moves) {
		unlawful += count
	}

	require.Equal(t, 234, unlawful)
}

// Each change to the lifecycle gives the wrong figures that are known for it: the data would show such a mistake.
func TestPepsShowMistakesInTheLifecycle(t *testing.T) {
	t.Parallel()

	without := func(pairs ...string) func(*lifecycle.Definition) {
		return func(def *lifecycle.Definition) {
			def.Edges = slices.DeleteFunc(def.Edges, func(e lifecycle.Edge) bool {
				return slices.Contains(pairs, e.From+" to "+e.To)
			})
		}
	}

	for name, c := range map[string]struct {
		change                       func(*lifecycle.Definition)
		conforming, lawful, unlawful int
	}{
		"unchanged":          {func(*lifecycle.Definition) {}, 491, 826, 234},
		"aliases not folded": {func(def *lifecycle.Definition) { def.Aliases = nil }, 489, 821, 242},
		"nobody steps down":  {without("Accepted to Draft", "Rejected to Draft"), 487, 821, 239},
		"provisional stays":  {without("Provisional to Accepted"), 490, 825, 235},
		"Active opens too": {
			func(def *lifecycle.Definition) { def.Initial = append(def.Initial, "Active") }, 510, 826, 234,
		},
		"openings not judged": {func(def *lifecycle.Definition) {
			def.Initial = nil
			for _, state := range def.States {
				def.Initial = append(def.Initial, state.Name)
			}
		}, 532, 826, 234},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			path := peps(t)
			def := definition(t, "pep1.json")
			c.change(&def)

			shape, findings := lifecycle.CompileShape(def)
			require.NotNil(t, shape, "%v", findings)

			in, err := os.Open(path)
			require.NoError(t, err)

			defer func() { _ = in.Close() }()

			total, err := replay(shape, in, newJSONReport(&bytes.Buffer{}), func(bad *jsonl.LineError) { t.Error(bad) })
			require.NoError(t, err)
			require.Equal(t, summary{
				Traces: 741, Conforming: c.conforming, Transitions: c.lawful + c.unlawful, Lawful: c.lawful, Unlawful: c.unlawful,
			}, total)
		})
	}
}

func TestPepsForPeople(t *testing.T) {
	t.Parallel()

	got := call("-lifecycle", "pep1.json", peps(t))
	require.Equal(t, exitDone, got.code)

	for _, want := range []string{
		"741 traces: 491 conform, 250 do not\n", "1060 transitions: 826 lawful, 234 unlawful\n",
		"    92  Draft -> Final\n    67  opened in Active\n    37  Active -> Final\n    17  Active -> Draft\n",
		"\nPEP-4\n  2000-10-04  nothing opens in Active; a history opens in Draft\n",
	} {
		require.Contains(t, got.stdout, want)
	}
}
