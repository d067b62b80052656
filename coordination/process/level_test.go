package process_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/sampledata"
)

func sample(t *testing.T, name string) *process.Log {
	t.Helper()
	path, err := sampledata.Find("logs", name)
	if err != nil {
		t.Skip(err)
	}
	in, err := os.Open(filepath.Clean(path))
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	b := process.NewBuilder(process.BuilderConfig{})
	if filepath.Ext(name) == ".csv" {
		_, err = csvlog.Read(in, b, csvlog.Options{Zone: time.UTC})
	} else {
		err = xes.Read(in, b, xes.Options{})
	}
	require.NoError(t, err)
	return b.Log()
}

// TestHandOffsOfRealLogs compares with counts that were made by hand.
func TestHandOffsOfRealLogs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]int{
		"running-example.xes": {36, 32}, "receipt.xes.gz": {7143, 1208}, "PurchasingExample.csv": {8511, 7308}, "Production.csv": {4728, 3486},
	} {
		log := sample(t, name)
		got := process.MeasureHandOffs(log.ByCase(), log.Resource)
		require.Equal(t, want, [2]int{got.Pairs, got.Between}, name)
		sum := 0
		for _, h := range got.List {
			sum += int(h.Time.Count)
			require.LessOrEqual(t, h.Returned, int(h.Time.Count))
		}
		require.Equal(t, got.Between, sum)
	}
}

func TestSplitOfRealCases(t *testing.T) {
	t.Parallel()
	log := sample(t, "Production.csv")
	idle := int64(0)
	for _, c := range process.SplitCases(log.ByCase()) {
		idle += c.Idle
	}
	require.InDelta(t, 98959.0, process.Seconds(idle)/3600, 0.05)
	edges := process.Measure(log).Waiting()
	require.InDelta(t, 99526.7, edges.Seconds()/3600, 0.05)
	var overlap process.Sum
	for _, e := range process.Measure(log).Edges {
		overlap.Merge(e.Overlap)
	}
	require.InDelta(t, 1948.27, overlap.Seconds()/3600, 0.01)
}

func TestReturnedWork(t *testing.T) {
	t.Parallel()
	log := build(t, []row{
		{Case: "1", Activity: "A", Resource: "r", Start: 0, End: 4},
		{Case: "1", Activity: "B", Resource: "s", Start: 2, End: 5},
		{Case: "1", Activity: "C", Resource: "s", Start: 6, End: 7},
		{Case: "1", Activity: "A", Resource: "r", Start: 9, End: 10},
		{Case: "1", Activity: "A", Resource: "u", Start: 11, End: 13},
	})
	got := process.MeasureHandOffs(log.ByCase(), log.Resource)
	require.Equal(t, 1, got.Overlaps)
	require.Len(t, got.List, 3)
	require.Equal(t, []int{1, 0, 0}, []int{got.List[0].Returned, got.List[1].Returned, got.List[2].Returned})
	require.Equal(t, "r", got.List[0].From)
	require.Equal(t, "s", got.List[0].To)

	rework := process.MeasureRework(log, log.ByCase())
	require.Len(t, rework, 1)
	require.Equal(t, "A", rework[0].Activity)
	require.Equal(t, []int{1, 2}, []int{rework[0].Cases, rework[0].Extra})
	work, _ := rework[0].Work.Int64()
	require.Equal(t, int64(3), work)
}

func TestLoads(t *testing.T) {
	t.Parallel()
	hour := int64(3_600_000_000)
	log := build(t, []row{
		{Case: "1", Activity: "A", Resource: "r", Start: 0, End: 4 * hour},
		{Case: "2", Activity: "B", Resource: "r", Start: 2 * hour, End: 5 * hour},
		{Case: "2", Activity: "B", Resource: "r", Start: 8 * hour, End: 10 * hour},
		{Case: "2", Activity: "B", Resource: "r", Start: 10 * hour, End: 10 * hour},
		{Case: "3", Activity: "B", Start: 0, End: 100 * hour},
		{Case: "3", Activity: "B", Resource: "s", Start: 0, End: 1},
	})
	calendar, err := process.NewCalendar(time.UTC, []process.Shift{{From: 3 * 24 * 60, To: 3*24*60 + 240}}, nil)
	require.NoError(t, err)
	got := process.MeasureLoads(log, map[string]*process.Calendar{"r": calendar})
	require.Len(t, got, 2)
	r := got[0]
	require.Equal(t, "r", r.Resource)
	require.Equal(t, []int{4, 2, 2}, []int{r.Instances, r.Cases, r.Most})
	require.Equal(t, []int64{7 * hour, 4 * hour, 4 * hour}, []int64{r.Busy, r.BusyInTime, r.Available})
	require.InDelta(t, 1, r.Utilisation(), 0)
	require.InDelta(t, 9*3600, r.Work.Seconds(), 0)
	require.Zero(t, process.Load{}.Utilisation())
}

// TestFlow checks each window by looking at every case, and the sum over all.
func TestFlow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		log := build(t, drawRows(t, "rows"))
		cases := log.ByCase()
		length := rapid.Int64Range(200_000, 4_000_000).Draw(t, "length")
		flow, err := process.MeasureFlow(cases, length)
		if err != nil {
			t.Fatal(err)
		}
		var total, durations process.Sum
		for _, w := range flow.Windows {
			arrived, departed, open, time := 0, 0, 0, int64(0)
			for _, c := range cases.All() {
				from, to := c[0].Start, c[0].End
				for _, e := range c {
					to = max(to, e.End)
				}
				if w.From <= from && from < w.To {
					arrived++
				}
				if w.From <= to && to < w.To {
					departed++
				}
				if from <= w.From && w.From < to {
					open++
				}
				time += max(0, min(to, w.To)-max(from, w.From))
			}
			got, _ := w.Time.Int64()
			if arrived != w.Arrived || departed != w.Departed || open != w.Open || time != got {
				t.Fatalf("got %+v, want %d %d %d %d", w, arrived, departed, open, time)
			}
			total.Merge(w.Time)
		}
		durations = process.Measure(log).Duration.Sum
		if total != durations {
			t.Fatalf("the time in windows is %v, the durations are %v", total, durations)
		}
	})
	_, err := process.MeasureFlow(build(t, []row{{Case: "1", Activity: "A", Start: 0, End: 1e15}}).ByCase(), 1000)
	require.ErrorIs(t, err, process.ErrWindow)
	_, err = process.MeasureFlow(build(t, nil).ByCase(), 0)
	require.ErrorIs(t, err, process.ErrWindow)
	flow, err := process.MeasureFlow(build(t, []row{{Case: "1", Activity: "A", Start: 1e6, End: 1e6}, {Case: "2", Activity: "A", Start: 7e6, End: 8e6}, {Case: "3", Activity: "A", Start: 3e6, End: 3e6}}).ByCase(), 1e9)
	require.NoError(t, err)
	require.InDelta(t, 3, flow.ArrivalGap, 0)
}

// TestStagesReconcile adds the levels up for any map of stages.
func TestStagesReconcile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := process.Measure(build(t, drawRows(t, "rows")))
		stageOf := rapid.MapOf(rapid.SampledFrom([]string{"A", "B", "C", "b "}), rapid.SampledFrom([]string{"x", "y"})).Draw(t, "stages")
		got := process.RollUp(s, stageOf)
		var service, waiting, wantService process.Sum
		events, hops := 0, 0
		names := []string{}
		for _, stage := range got.Stages {
			events += stage.Events
			hops += stage.Inside
			service.Merge(stage.Service)
			waiting.Merge(stage.Waiting)
			names = append(names, stage.Activities...)
		}
		for _, e := range got.Edges {
			hops += int(e.Count)
			waiting.Merge(e.Waiting)
		}
		for _, v := range s.Service {
			wantService.Merge(v.Time.Sum)
		}
		if events != s.Events || hops != s.Hops() || service != wantService || waiting != s.Waiting() || len(names) != len(s.Activities) {
			t.Fatalf("got %+v of %+v", got, s)
		}
		for _, name := range got.Unmapped {
			if slices.Contains(slices.Collect(maps.Keys(stageOf)), name) {
				t.Fatalf("%q is mapped", name)
			}
		}
	})
}
