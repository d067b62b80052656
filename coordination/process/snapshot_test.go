package process_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

// TestSnapshotsMergeLikeStatistics writes statistics, reads them and merges.
func TestSnapshotsMergeLikeStatistics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keep := rapid.IntRange(-1, 4).Draw(t, "keep")
		parts := make([]*process.Statistics, 2)
		read := make([]*process.Statistics, 2)
		for i := range parts {
			log := build(t, drawRows(t, "rows"))
			o := observe(log, log.Events, process.ObserverConfig{Keep: keep, Delay: 1 << 50})
			o.Flush()
			parts[i] = o.Statistics()
			text, err := json.Marshal(parts[i])
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &read[i]); err != nil {
				t.Fatal(err)
			}
			if diff := same(parts[i], read[i]); diff != "" {
				t.Fatal(diff)
			}
			again, err := json.Marshal(read[i])
			if err != nil || string(again) != string(text) {
				t.Fatalf("got %s, want %s, %v", again, text, err)
			}
		}
		want, err := process.Merge(parts[0], parts[1])
		if err != nil {
			t.Fatal(err)
		}
		got, err := process.Merge(read[0], read[1])
		if err != nil {
			t.Fatal(err)
		}
		if diff := same(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestSnapshotsAreChecked(t *testing.T) {
	t.Parallel()
	log := build(t, []row{{Case: "1", Activity: "A", Start: 0, End: 5}, {Case: "2", Activity: "A", Start: 1, End: 1}, {Case: "1", Activity: "B", Start: 9, End: 9}})
	o := observe(log, log.Events, process.ObserverConfig{Keep: 5})
	o.Flush()
	text, err := json.Marshal(o.Statistics())
	require.NoError(t, err)
	for _, c := range [][2]string{
		{`"version":1`, `"version":2`},
		{`"values":[4]`, `"values":[4,5]`},
		{`"values":[0,5]`, `"values":[5,0]`},
		{`"sum":"4"`, `"sum":"x"`},
		{`"squares":"16"`, `"squares":"-1"`},
		{`"counts":[1]`, `"counts":[2]`},
		{`"counts":[1]`, `"counts":[-1]`},
		{`"first":4,`, `"first":-4,`},
		{`"overlap":"0"`, `"overlap":"1e9"`},
		{`"version"`, `version`},
	} {
		require.Contains(t, string(text), c[0])
		var s process.Statistics
		err := json.Unmarshal([]byte(strings.Replace(string(text), c[0], c[1], 1)), &s)
		var syntax *json.SyntaxError
		require.True(t, errors.Is(err, process.ErrSnapshot) || errors.As(err, &syntax), "%v: %v", c, err)
	}
}

func FuzzSnapshot(f *testing.F) {
	f.Add(`{"version":1,"duration":{"count":1,"sum":"4","squares":"16","values":[4]},"edges":[{"time":{"count":1,"sum":"1","squares":"1","sketch":true,"first":1,"counts":[1]},"overlap":"-3"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var s process.Statistics
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		for _, e := range s.Edges {
			e.Time.Median()
			e.Time.Percentile(95)
		}
		again, err := json.Marshal(&s)
		require.NoError(t, err)
		var second process.Statistics
		require.NoError(t, json.Unmarshal(again, &second))
	})
}

func TestWorkingTimeOfEdges(t *testing.T) {
	t.Parallel()
	hour := int64(3_600_000_000)
	calendar, err := process.NewCalendar(time.UTC, []process.Shift{{From: 3*24*60 + 9*60, To: 3*24*60 + 17*60}}, nil)
	require.NoError(t, err)
	log := build(t, []row{
		{Case: "1", Activity: "A", Start: 8 * hour, End: 10 * hour},
		{Case: "1", Activity: "B", Start: 12 * hour, End: 16 * hour},
		{Case: "1", Activity: "A", Start: 20 * hour, End: 21 * hour},
		{Case: "1", Activity: "B", Start: 20 * hour, End: 22 * hour},
	})
	got := process.MeasureWorking(log, log.ByCase(), calendar)
	require.Equal(t, "A", got[0].From)
	require.Equal(t, []int64{0, 2 * hour}, got[0].Elapsed.Values())
	require.Equal(t, []int64{0, 2 * hour}, got[0].Working.Values())
	require.Equal(t, []int64{4 * hour}, got[1].Elapsed.Values())
	require.Equal(t, []int64{hour}, got[1].Working.Values())
}
