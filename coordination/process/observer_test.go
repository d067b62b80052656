package process_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

// same compares statistics to the last field, also those that are not exported.
func same(a, b *process.Statistics) string {
	return gocmp.Diff(a, b, gocmp.Exporter(func(reflect.Type) bool { return true }), cmpopts.EquateEmpty())
}

func observe(log *process.Log, events []process.Event, config process.ObserverConfig) *process.Observer {
	config.Activities, config.Cases = log.Activities, log.Cases
	o := process.NewObserver(config)
	for _, e := range events {
		o.Observe(e)
	}
	return o
}

// TestObserverEqualsMeasure lets events come in any order that the delay allows.
func TestObserverEqualsMeasure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		log := build(t, drawRows(t, "rows"))
		delay := rapid.Int64Range(0, 8).Draw(t, "delay") * 500_000
		events := slices.Clone(log.Events)
		slices.SortFunc(events, func(a, b process.Event) int {
			if a.Before(b) {
				return -1
			}
			return 1
		})
		// Each event is delayed by up to the delay, so none comes later than that.
		arrival := make([]int64, len(log.Events))
		for i := range arrival {
			arrival[i] = log.Events[i].Start + rapid.Int64Range(0, delay).Draw(t, "late")
		}
		slices.SortStableFunc(events, func(a, b process.Event) int { return int(arrival[a.Seq] - arrival[b.Seq]) })

		o := observe(log, events, process.ObserverConfig{Delay: delay, Keep: -1})
		o.Flush()
		if n, _ := o.Late(); n > 0 || o.Waiting() > 0 {
			t.Fatalf("%d are late, %d wait", n, o.Waiting())
		}
		if diff := same(process.Measure(log), o.Statistics()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestShardsMergeToTheWhole splits the cases at random.
func TestShardsMergeToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		log := build(t, drawRows(t, "rows"))
		events := slices.SortedFunc(slices.Values(log.Events), func(a, b process.Event) int {
			if a.Before(b) {
				return -1
			}
			return 1
		})
		keep := rapid.IntRange(-1, 5).Draw(t, "keep")
		config := process.ObserverConfig{Keep: keep}
		whole := observe(log, events, config)
		whole.Flush()
		shards := make([]*process.Observer, rapid.IntRange(1, 4).Draw(t, "shards"))
		for i := range shards {
			shards[i] = observe(log, nil, config)
		}
		where := rapid.SliceOfN(rapid.IntRange(0, len(shards)-1), log.Cases.Len(), log.Cases.Len()).Draw(t, "where")
		for _, e := range events {
			shards[where[e.Case]].Observe(e)
		}
		merged := observe(log, nil, config).Statistics()
		for _, s := range rapid.Permutation(shards).Draw(t, "order") {
			s.Flush()
			var err error
			if merged, err = process.Merge(merged, s.Statistics()); err != nil {
				t.Fatal(err)
			}
		}
		if diff := same(whole.Statistics(), merged); diff != "" {
			t.Fatal(diff)
		}
	})
}

// TestStreamIntoObserver reads without a log in between.
func TestStreamIntoObserver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, "rows")
		var o *process.Observer
		b := process.NewBuilder(process.BuilderConfig{Each: func(e process.Event) error {
			if !o.Observe(e) {
				t.Fatalf("%+v is late", e)
			}
			return nil
		}})
		activities, cases := b.Names()
		o = process.NewObserver(process.ObserverConfig{Activities: activities, Cases: cases, Delay: 1 << 40, Keep: -1})
		for _, r := range rows {
			if err := b.Event(r.raw()); err != nil {
				t.Fatal(err)
			}
		}
		o.Flush()
		if diff := same(process.Measure(build(t, rows)), o.Statistics()); diff != "" || len(b.Log().Events) > 0 {
			t.Fatal(diff)
		}
	})
	full := errors.New("full")
	b := process.NewBuilder(process.BuilderConfig{Each: func(process.Event) error { return full }})
	require.ErrorIs(t, b.Event(row{Case: "1", Activity: "A"}.raw()), full)
}

func TestMergeRefusesDifferentKeeping(t *testing.T) {
	t.Parallel()
	log := build(t, nil)
	_, err := process.Merge(process.Measure(log), observe(log, nil, process.ObserverConfig{Keep: 3}).Statistics())
	require.ErrorIs(t, err, process.ErrMerge)
}

func TestLateEventsAreListed(t *testing.T) {
	t.Parallel()
	log := build(t, []row{
		{Case: "1", Activity: "A", Start: 10, End: 10},
		{Case: "1", Activity: "B", Start: 20, End: 20},
		{Case: "1", Activity: "C", Start: 14, End: 14},
		{Case: "1", Activity: "D", Start: 16, End: 17},
		{Case: "2", Activity: "A", Start: 30, End: 30},
	})
	o := observe(log, log.Events, process.ObserverConfig{Delay: 5, Keep: -1})
	n, late := o.Late()
	require.Equal(t, 1, n)
	require.Equal(t, []process.Late{{Event: log.Events[2], Behind: 1}}, late)
	require.Equal(t, 1, o.Waiting())
	require.Equal(t, 3, o.Statistics().Events)
	o.Flush()
	require.Equal(t, 4, o.Statistics().Events)
	require.False(t, o.Observe(log.Events[4]), "flushed already")
	require.False(t, o.Observe(process.Event{Start: 99}), "no case")
	_, found := o.Statistics().Edge("A", "D")
	require.True(t, found)
}

func TestFinishedCases(t *testing.T) {
	t.Parallel()
	log := build(t, []row{
		{Case: "1", Activity: "A", Start: 0, End: 4}, {Case: "2", Activity: "A", Start: 1, End: 2}, {Case: "3", Activity: "A", Start: 1, End: 9},
	})
	o := observe(log, log.Events, process.ObserverConfig{Keep: -1})
	o.Flush()
	require.Equal(t, 3, o.Open())
	for _, id := range []uint32{1, 1, 2, 77, process.None} {
		o.Close(id)
	}
	require.Equal(t, 1, o.Open())
	require.Equal(t, []int64{1, 4}, o.Finished().Values())
	require.Equal(t, []int64{1, 4, 8}, o.Statistics().Duration.Values())
}

func TestQuantilesSayWhetherTheyAreExact(t *testing.T) {
	t.Parallel()
	rows := make([]row, 0, 200)
	for i := range int64(100) {
		rows = append(rows, row{Case: fmt.Sprint("c", i), Activity: "A", Start: i, End: i}, row{Case: fmt.Sprint("c", i), Activity: "B", Start: 1000 * i, End: 1000 * i})
	}
	log := build(t, rows)
	for keep, want := range map[int]bool{99: false, 100: true, -1: true, 0: false} {
		o := observe(log, log.Events, process.ObserverConfig{Keep: keep, Delay: 1 << 40})
		o.Flush()
		edge, found := o.Statistics().Edge("A", "B")
		require.True(t, found)
		p95, exact := edge.Time.Percentile(95)
		_, exactToo := edge.Time.Median()
		require.Equal(t, want, exact, keep)
		require.Equal(t, want, exactToo, keep)
		require.Equal(t, want, edge.Time.Values() != nil)
		require.InEpsilon(t, 94*999, p95, process.SketchError)
		deviation, _ := edge.Time.StdDev()
		require.InEpsilon(t, 0.0289824804839, deviation, 1e-9)
	}
}
