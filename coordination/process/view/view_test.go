package view_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/view"
)

const hour = int64(3_600_000_000)

// log makes a log of traces; each letter is an event of half an hour, an hour after the one before.
func log(t interface{ Fatalf(string, ...any) }, traces ...string) *process.Log {
	b := process.NewBuilder(process.BuilderConfig{})
	for i, trace := range traces {
		for j, activity := range strings.Split(trace, "") {
			at := int64(j+i) * hour
			err := b.Event(&process.Raw{
				Case: []byte{byte('1' + i)}, Activity: []byte(activity), Resource: []byte(strings.ToLower(activity)), HasStart: true, HasEnd: true,
				Start: process.Stamp{Micros: at}, End: process.Stamp{Micros: at + hour/2},
			})
			if err != nil {
				t.Fatalf("%v", err)
			}
		}
	}
	return b.Log()
}

func TestMapsCountWhatTheyHide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := process.Measure(log(t, rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ABCDE")), 1, 8, -1), 1, 6).Draw(t, "traces")...))
		cover := rapid.Float64Range(0, 1).Draw(t, "cover")
		m := view.NewMap(s, cover)
		shown, waiting := int64(0), 0.0
		in, out := make(map[string]bool), make(map[string]bool)
		for _, e := range m.Edges {
			shown += e.Count
			waiting += e.Waiting
			out[e.From], in[e.To] = true, true
		}
		if int(shown+m.HiddenPairs) != s.Hops() || len(m.Edges)+m.HiddenEdges != len(s.Edges) || float64(shown) < cover*float64(s.Hops()) {
			t.Fatalf("got %+v of %+v", m, s)
		}
		for _, e := range s.Edges {
			if !out[e.From] || !in[e.To] {
				t.Fatalf("%s or %s stands alone", e.From, e.To)
			}
		}
		if m.HiddenEdges == 0 && s.Hops() > 0 && (waiting < 0.999999 || waiting > 1.000001) {
			t.Fatalf("the shares sum to %v", waiting)
		}
	})
}

func TestSpectrum(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	for i, gap := range []int64{4, 1, 3, 2, 0} {
		for _, e := range []struct {
			activity   string
			start, end int64
		}{{"A", int64(i), int64(i) + 1}, {"B", int64(i) + gap, 20}} {
			require.NoError(t, b.Event(&process.Raw{
				Case: []byte{byte('1' + i)}, Activity: []byte(e.activity), HasStart: true, HasEnd: true,
				Start: process.Stamp{Micros: e.start}, End: process.Stamp{Micros: e.end},
			}))
		}
	}
	l := b.Log()
	got := view.Spectrum(l, l.ByCase(), [][2]string{{"A", "B"}, {"B", "A"}, {"A", "x"}})
	require.Equal(t, [3]int64{0, 1, 2}, got[0].Quarters)
	require.Equal(t, []view.Line{
		{Case: 1, From: 1, To: 4, Class: 3},
		{Case: 2, From: 2, To: 2, Class: 0},
		{Case: 3, From: 3, To: 5, Class: 2},
		{Case: 4, From: 4, To: 5, Class: 1},
		{Case: 5, From: 5, To: 5, Class: 0},
	}, got[0].Lines)
	require.Empty(t, got[1].Lines)
	require.Empty(t, got[2].Lines)
}

func TestDots(t *testing.T) {
	t.Parallel()
	l := log(t, "AB", "A")
	l.Events[2].Start = -5
	require.Equal(t, []view.Dot{{Row: 0, At: -5, Activity: 1, Resource: 1}, {Row: 1, At: 0, Activity: 1, Resource: 1}, {Row: 1, At: hour, Activity: 2, Resource: 2}}, view.Dots(l.ByCase(), false))
	for _, d := range view.Dots(l.ByCase(), true)[:2] {
		require.Zero(t, d.At)
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	l := log(t, "AB", "ACB", "A|")
	s := process.Measure(l)
	got := view.Brief(l, s, bottleneck.Find(l, bottleneck.Config{}), view.BriefConfig{Title: "Orders", Stages: map[string]string{"A": "in", "B": "out"}, Lines: 2})
	for _, want := range []string{
		"# Orders\n\n3 cases with 7 events of 4 activities go 3 ways. A case takes 1h50m0s in the mean",
		"| together | 100 % | 2h0m0s |", "## Activities\n\n1. **activity B**", "## Stages", "| in | 3 | 1h30m0s | 0.000 s |",
		`In no stage, counted as "other": C, \|.`, "All of the log could be used",
	} {
		require.Contains(t, got, want)
	}
	require.NotContains(t, got, "\n3. ", "two lines of each list")
	require.Contains(t, view.Brief(log(t, "A"), process.Measure(log(t, "A")), bottleneck.Find(log(t, "A"), bottleneck.Config{}), view.BriefConfig{}), "Nothing waits.")
}
