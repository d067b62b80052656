package conform_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/conform"
)

// plain is a tree whose language can be listed.
type plain struct {
	kind  string
	parts []plain
}

func (p plain) node() conform.Node {
	parts := make([]conform.Node, 0, len(p.parts))
	for _, part := range p.parts {
		parts = append(parts, part.node())
	}
	switch p.kind {
	case "seq":
		return conform.Seq(parts...)
	case "xor":
		return conform.Xor(parts...)
	case "and":
		return conform.And(parts...)
	case "loop":
		return conform.Loop(parts[0], parts[1:]...)
	case "skip":
		return conform.Skip()
	}
	return conform.Do(p.kind)
}

// words lists the sequences up to a length, each a string of letters. Each step
// of listing takes from the budget; below zero the list is not complete.
func (p plain) words(longest int, budget *int) map[string]bool {
	out := make(map[string]bool)
	keep := func(w string) {
		if *budget--; *budget >= 0 && len(w) <= longest {
			out[w] = true
		}
	}
	switch p.kind {
	case "skip":
		keep("")
	case "seq", "and":
		out[""] = true
		for _, part := range p.parts {
			before := out
			out = make(map[string]bool)
			for a := range before {
				for b := range part.words(longest, budget) {
					if *budget < 0 || len(a)+len(b) > longest {
						continue
					}
					if p.kind == "seq" {
						keep(a + b)
						continue
					}
					for _, w := range shuffles(a, b) {
						keep(w)
					}
				}
			}
		}
	case "xor":
		for _, part := range p.parts {
			for w := range part.words(longest, budget) {
				keep(w)
			}
		}
	case "loop":
		body := p.parts[0].words(longest, budget)
		out = body
		for grown := true; grown; {
			grown = false
			for a := range out {
				for _, again := range p.parts[1:] {
					for b := range again.words(longest, budget) {
						for c := range body {
							*budget--
							if w := a + b + c; *budget >= 0 && len(w) <= longest && !out[w] {
								out[w], grown = true, true
							}
						}
					}
				}
			}
		}
	default:
		keep(p.kind)
	}
	return out
}

func shuffles(a, b string) []string {
	if a == "" || b == "" {
		return []string{a + b}
	}
	var out []string
	for _, w := range shuffles(a[1:], b) {
		out = append(out, a[:1]+w)
	}
	for _, w := range shuffles(a, b[1:]) {
		out = append(out, b[:1]+w)
	}
	return out
}

func drawTree(t *rapid.T, depth int) plain {
	kinds := []string{"a", "b", "c", "skip", "seq", "xor", "and", "loop"}
	if depth == 0 {
		kinds = kinds[:4]
	}
	p := plain{kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	if len(p.kind) > 1 && p.kind != "skip" {
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			p.parts = append(p.parts, drawTree(t, depth-1))
		}
	}
	return p
}

// distance is the fewest insertions and deletions from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			old := row[j+1]
			if a[i] == b[j] {
				row[j+1] = before
			} else {
				row[j+1] = min(row[j], row[j+1]) + 1
			}
			before = old
		}
	}
	return row[len(b)]
}

// TestAlignmentsAreOptimal compares with the distance to every sequence of the
// model that could be the nearest.
func TestAlignmentsAreOptimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t, 2)
		budget := 100_000
		words := tree.words(8, &budget)
		if budget < 0 {
			t.Skip("the language is too large to list")
		}
		model, err := conform.Compile(tree.node())
		if err != nil {
			t.Fatal(err)
		}
		shortest := 99
		for w := range words {
			shortest = min(shortest, len(w))
		}
		if model.Shortest() != shortest {
			t.Fatalf("the shortest is %d, want %d", model.Shortest(), shortest)
		}
		trace := rapid.StringOfN(rapid.RuneFrom([]rune("abcx")), 0, 4, -1).Draw(t, "trace")
		want := 99
		for w := range words {
			want = min(want, distance(trace, w))
		}
		if want > 8-len(trace) {
			t.Skip("a longer sequence might be nearer")
		}
		got, err := model.Align(strings.Split(trace, "")[:len(trace)], 0)
		if err != nil || got.Cost != want {
			t.Fatalf("%v with %q: got %d %v, want %d", tree, trace, got.Cost, err, want)
		}
		checkMoves(t, trace, words, got)
		inOrder(t, model, trace, words)
	})
}

// checkMoves replays an alignment: its events are the trace, its model part a
// sequence of the model.
func checkMoves(t *rapid.T, trace string, words map[string]bool, a conform.Alignment) {
	var events, model strings.Builder
	cost := 0
	for _, m := range a.Moves {
		if m.Kind != conform.ModelOnly {
			events.WriteString(m.Activity)
		}
		if m.Kind != conform.Log {
			model.WriteString(m.Activity)
		}
		if m.Kind != conform.Both {
			cost++
		}
	}
	if events.String() != trace || !words[model.String()] || cost != a.Cost {
		t.Fatalf("the moves %v explain %q by %q at cost %d", a.Moves, events.String(), model.String(), cost)
	}
}

// inOrder replays the trace online: it fits if and only if it is in the language.
func inOrder(t *rapid.T, model *conform.Model, trace string, words map[string]bool) {
	run := model.Clone().Start()
	for i, activity := range strings.Split(trace, "")[:len(trace)] {
		allowed, err := run.Allowed()
		if err != nil {
			t.Fatal(err)
		}
		deviation, err := run.Step(activity)
		if err != nil || (deviation == nil) != slices.Contains(allowed, activity) || deviation != nil && deviation.Position != i {
			t.Fatalf("allowed is %v, the event is %q, the verdict %v %v", allowed, activity, deviation, err)
		}
	}
	if fits := run.Cost == 0 && run.Ended(); fits != words[trace] {
		t.Fatalf("%q: the run says %v, the language %v", trace, fits, words[trace])
	}
}

func TestModelsAreChecked(t *testing.T) {
	t.Parallel()
	deep := conform.Do("a")
	for range 300 {
		deep = conform.Seq(deep)
	}
	wide := make([]conform.Node, 200)
	for i := range wide {
		wide[i] = conform.Do("a")
	}
	for what, tree := range map[string]conform.Node{
		"no parts": conform.Seq(), "no name": conform.Do(""), "deep": deep, "wide": conform.And(wide...),
	} {
		_, err := conform.Compile(tree)
		require.ErrorIs(t, err, conform.ErrModel, what)
	}
	_, err := conform.States("a", []string{"b"}, nil)
	require.ErrorIs(t, err, conform.ErrModel, "unknown end")
	_, err = conform.States("a", []string{"b"}, []conform.Transition{{"b", "x", "a"}})
	require.ErrorIs(t, err, conform.ErrModel, "no way")
	_, err = conform.States("a", []string{"b"}, []conform.Transition{{"a", "", "b"}})
	require.ErrorIs(t, err, conform.ErrModel, "no activity")

	// Twenty activities side by side have a million states: too many to look at.
	many := make([]conform.Node, 25)
	for i := range many {
		many[i] = conform.Do(string(rune('a' + i)))
	}
	model, err := conform.Compile(conform.And(many...))
	require.NoError(t, err)
	require.Equal(t, 25, model.Shortest())
	_, err = model.Align([]string{"z", "y"}, 0)
	require.ErrorIs(t, err, conform.ErrLimit)
	_, err = model.Align([]string{"z", "y"}, 1000)
	require.ErrorIs(t, err, conform.ErrLimit)
}

func TestStateMachine(t *testing.T) {
	t.Parallel()
	model, err := conform.States("Draft", []string{"Closed"}, []conform.Transition{
		{"Draft", "submit", "Review"}, {"Review", "return", "Draft"}, {"Review", "approve", "Open"}, {"Open", "close", "Closed"},
	})
	require.NoError(t, err)
	require.Equal(t, 3, model.Shortest())
	require.Equal(t, []string{"approve", "close", "return", "submit"}, model.Activities())
	run := model.Start()
	for _, a := range []string{"submit", "close"} {
		deviation, err := run.Step(a)
		require.NoError(t, err)
		if a == "close" {
			require.Equal(t, `event 2 is "close"; allowed is one of ["approve" "return"]`, deviation.String())
		}
	}
	require.False(t, run.Ended())
	got, err := model.Align([]string{"submit", "close"}, 0)
	require.NoError(t, err)
	require.Equal(t, conform.Alignment{Cost: 1, Fitness: 0.8, Moves: []conform.Move{
		{conform.Both, "submit", 0}, {conform.ModelOnly, "approve", 1}, {conform.Both, "close", 1},
	}}, got)
}

// log makes a log of traces; each letter is an event, one second apart.
func log(t *testing.T, traces ...string) *process.Log {
	t.Helper()
	b := process.NewBuilder(process.BuilderConfig{})
	for i, trace := range traces {
		for j, activity := range strings.Split(trace, "") {
			at := process.Stamp{Micros: int64(j) * 1e6}
			require.NoError(t, b.Event(&process.Raw{Case: []byte{byte('1' + i)}, Activity: []byte(activity), Start: at, End: at, HasStart: true, HasEnd: true}))
		}
	}
	return b.Log()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	model, err := conform.Compile(conform.Seq(conform.Do("a"), conform.And(conform.Do("b"), conform.Do("c")), conform.Do("d")))
	require.NoError(t, err)
	got, err := conform.Check(model, log(t, "abcd", "acbd", "abd", "abd", "axbcd", "abcd"), 0)
	require.NoError(t, err)
	require.Equal(t, []int{6, 3, 3}, []int{got.Cases, got.Fitting, got.Cost})
	require.InDelta(t, 1-3.0/(4+4+3+3+5+4+6*4), got.Fitness, 1e-12)
	require.Equal(t, []conform.Located{
		{Kind: conform.ModelOnly, Activity: "c", After: "b", Times: 2, Cases: []uint32{3, 4}},
		{Kind: conform.Log, Activity: "x", After: "a", Times: 1, Cases: []uint32{5}},
	}, got.Deviations)
	require.Equal(t, []uint32{1, 6}, got.Variants[0].Cases)

	_, err = conform.Check(model, log(t, "dcba"), 3)
	require.ErrorIs(t, err, conform.ErrLimit)
}

func TestConstraints(t *testing.T) {
	t.Parallel()
	found := func(c conform.Constraint, open bool, now int64, traces ...string) string {
		l := log(t, traces...)
		var out strings.Builder
		for _, v := range conform.Violations(l, []conform.Constraint{c}, open, now) {
			out.WriteString(l.Cases.Of(v.Case) + l.Activity(v.Event) + string(rune('0'+v.Event.Start/1e6)) + " ")
		}
		return out.String()
	}
	response := conform.Constraint{Rule: conform.Response, A: "a", B: "b"}
	require.Equal(t, "1a2 2a0 ", found(response, false, 0, "aba", "acc", "bcab", "ccc"))
	require.Empty(t, found(response, true, 9e6, "aba"))
	response.Within = 1e6
	require.Equal(t, "1a0 2a0 2a1 ", found(response, false, 0, "acb", "aa"+"cb"))
	require.Empty(t, found(response, true, 1e6, "a"))
	require.Equal(t, "1a0 ", found(response, true, 3e6, "a"))

	precedence := conform.Constraint{Rule: conform.Precedence, A: "a", B: "b"}
	require.Equal(t, "1b0 ", found(precedence, false, 0, "bab", "ab"))
	precedence.Within = 1e6
	require.Equal(t, "2b2 ", found(precedence, false, 0, "ab", "acb"))

	never := conform.Constraint{Rule: conform.NotTogether, A: "a", B: "b"}
	require.Equal(t, "1b2 3a1 ", found(never, false, 0, "acbb", "aac", "ba"))
	require.Empty(t, found(conform.Constraint{Rule: conform.Precedence, A: "x", B: "y"}, false, 0, "abc"))
	for _, c := range []conform.Constraint{response, precedence, never} {
		require.NotEmpty(t, c.String())
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	for i, gap := range []int64{10, 11, 12, 10, 11, 12, 60} {
		for _, at := range []int64{0, gap} {
			activity := "a"
			if at > 0 {
				activity = "b"
			}
			stamp := process.Stamp{Micros: at * 1e6}
			require.NoError(t, b.Event(&process.Raw{Case: []byte{byte('1' + i)}, Activity: []byte(activity), Start: stamp, End: stamp, HasStart: true, HasEnd: true}))
		}
	}
	l := b.Log()
	p := conform.NewProfile(l, 10)
	require.InDelta(t, 18, p[[2]string{"a", "b"}].Mean, 1e-9)
	require.InDelta(t, 18.538249, p[[2]string{"a", "b"}].StdDev, 1e-6)
	unusual := p.Find(l, 2, 5, 10)
	require.Len(t, unusual, 1)
	require.InDelta(t, 60, unusual[0].Seconds, 0)
	require.Equal(t, "7", l.Cases.Of(unusual[0].Case))
	require.Empty(t, p.Find(l, 2, 8, 10), "too few were seen")
}
