package bottleneck_test

import (
	"fmt"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

const hour = int64(3_600_000_000)

// row is an instance in words, with times in hours.
type row struct {
	name, activity, resource string
	start, end               float64
}

func build(t interface{ Fatalf(string, ...any) }, rows []row) *process.Log {
	b := process.NewBuilder(process.BuilderConfig{})
	for _, r := range rows {
		err := b.Event(&process.Raw{
			Case: []byte(r.name), Activity: []byte(r.activity), Resource: []byte(r.resource), HasStart: true, HasEnd: true,
			Start: process.Stamp{Micros: int64(r.start * float64(hour))}, End: process.Stamp{Micros: int64(r.end * float64(hour))},
		})
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
	return b.Log()
}

func drawRows(t *rapid.T) []row {
	var rows []row
	for range rapid.IntRange(1, 20).Draw(t, "instances") {
		start := rapid.IntRange(0, 40).Draw(t, "start")
		rows = append(rows, row{
			strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "case")), rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "activity"),
			rapid.SampledFrom([]string{"r", "s", "t"}).Draw(t, "resource"), float64(start), float64(start + rapid.IntRange(0, 9).Draw(t, "length")),
		})
	}
	return rows
}

// TestChainsSumToDurations checks the chains of any case against its duration.
func TestChainsSumToDurations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		log := build(t, drawRows(t))
		waits := waiting.Analyse(log, waiting.Config{}).Waits
		for i := 0; i < len(waits); {
			j, last := i, waits[i].Event.End
			for ; j < len(waits) && waits[j].Event.Case == waits[i].Event.Case; j++ {
				last = max(last, waits[j].Event.End)
			}
			sum := int64(0)
			for k, l := range bottleneck.Chain(waits[i:j]) {
				w := waits[i+k]
				if l.Wait < 0 || l.Work < 0 || l.Work > w.Event.End-w.Start {
					t.Fatalf("a link of %+v is %+v", w, l)
				}
				sum += l.Wait + l.Work
			}
			if sum != last-waits[i].Start {
				t.Fatalf("the chain sums to %d, the case takes %d", sum, last-waits[i].Start)
			}
			i = j
		}
		report := bottleneck.Find(log, bottleneck.Config{Resamples: 3})
		var wait, chain process.Sum
		for _, f := range report.Activities {
			wait.Merge(f.Waiting)
			chain.Merge(f.ChainWait)
			chain.Merge(f.ChainWork)
		}
		if wait != report.Waiting || chain != report.Chain || chain != process.Measure(log).Duration.Sum {
			t.Fatalf("the findings do not sum up: %+v", report)
		}
		for _, s := range report.States {
			first, last := int64(1<<62), int64(0)
			for _, w := range waits {
				if log.Resource(w.Event) == s.Resource {
					first, last = min(first, w.Start), max(last, w.Event.End)
				}
			}
			if s.Total() != last-first {
				t.Fatalf("%s: the states sum to %d of %d", s.Resource, s.Total(), last-first)
			}
		}
	})
}

// planted is a line of three steps in which the second is slow: it takes two
// hours, orders come every hour and a half.
func planted() []row {
	var rows []row
	free := [3]float64{}
	for i := range 60 {
		at := 1.5 * float64(i)
		for step, length := range []float64{0.5, 2, 0.5} {
			start := max(at, free[step])
			at = start + length
			free[step] = at
			rows = append(rows, row{fmt.Sprint("case ", i), []string{"prepare", "finish", "pack"}[step], []string{"p", "f", "k"}[step], start, at})
		}
	}
	return rows
}

func TestPlantedBottleneckIsFound(t *testing.T) {
	t.Parallel()
	log := build(t, planted())
	r := bottleneck.Find(log, bottleneck.Config{Seed: 7})
	require.Len(t, r.Resources, 3)
	top := r.Resources[0]
	require.Equal(t, "resource f", top.String())
	require.Equal(t, 1, top.Rank)
	require.InDelta(t, 1, top.Share, 1e-9)
	require.Greater(t, top.Utilisation, 0.99)
	require.Greater(t, top.Turning, 0.5, "who packs is short of work")
	require.Positive(t, top.Growth)
	main, share := top.Causes.Main()
	require.Equal(t, waiting.Contention, main)
	require.Greater(t, share, 0.9)
	require.Equal(t, 200, top.Stability.Hits)
	require.Contains(t, top.Reasons[0], "100.0 % of all waiting")
	require.Equal(t, "hand-off p → f", r.HandOffs[0].String())
	require.Equal(t, "finish", r.Activities[0].Name)
	require.Contains(t, r.Activities[2].Reasons, "nothing waits here")
	require.Equal(t, r, bottleneck.Find(log, bottleneck.Config{Seed: 7}), "the same seed gives the same report")

	// The queue grows to 15 in 90 hours, one order in six hours, and falls to nothing in 30: by least squares 1.5 a day.
	require.InDelta(t, 1.5, top.Growth, 0.1)
}

func TestPartiesAndCauses(t *testing.T) {
	t.Parallel()
	log := build(t, []row{{"1", "A", "r", 0, 1}, {"1", "B", "s", 1, 2}, {"1", "C", "t", 10, 11}})
	department := map[string]string{"r": "north", "s": "north", "t": "south"}
	r := bottleneck.Find(log, bottleneck.Config{Party: func(e process.Event) string { return department[log.Resource(e)] }, Resamples: -1})
	require.Len(t, r.HandOffs, 1)
	h := r.HandOffs[0]
	require.Equal(t, bottleneck.Place{Kind: bottleneck.HandOff, From: "north", Name: "south"}, h.Place)
	require.Equal(t, big.NewInt(8*hour), h.Waiting.Big())
	require.Equal(t, big.NewInt(8*hour), h.Causes[waiting.Extraneous].Big())
	require.Contains(t, h.Reasons[2], "against it")
	require.Zero(t, h.Stability.Of)
	require.Empty(t, bottleneck.Find(build(t, nil), bottleneck.Config{}).Activities)
	require.Equal(t, r.HandOffs, r.All(bottleneck.HandOff))
}

func TestStates(t *testing.T) {
	t.Parallel()
	log := build(t, []row{
		{"1", "A", "s", 0, 1}, {"1", "B", "r", 1, 2}, {"2", "A", "s", 1, 4}, {"2", "B", "r", 6, 7}, {"3", "B", "r", 8, 9},
	})
	calendar, err := process.NewCalendar(time.UTC, []process.Shift{{From: 3 * 24 * 60, To: 3*24*60 + 5*60}, {From: 3*24*60 + 6*60, To: 4 * 24 * 60}}, nil)
	require.NoError(t, err)
	states := bottleneck.MeasureStates(log, waiting.Analyse(log, waiting.Config{}), map[string]*process.Calendar{"r": calendar})
	require.Equal(t, []bottleneck.States{
		{Resource: "r", Time: [4]int64{3 * hour, hour, 3 * hour, hour}}, {Resource: "s", Time: [4]int64{4 * hour, 0, 0, 0}},
	}, states)
	require.InDelta(t, 3.0/7, states[0].Utilisation(), 1e-12)
	require.InDelta(t, 1.0/8, states[0].Share(bottleneck.Off), 1e-12)
	require.Zero(t, bottleneck.States{}.Utilisation())
}

// mondays is a log of weeks in which work waits each Monday from 9 to 12.
func mondays(weeks int) []row {
	var rows []row
	for week := range weeks {
		for day := range 7 {
			at := float64(4*24 + week*168 + day*24) // 1970-01-05 was a Monday
			name := fmt.Sprint(week, "/", day)
			wait := 0.1
			if day == 0 {
				wait = 3
			}
			rows = append(rows, row{name, "release", "r", at + 8, at + 9}, row{name, "check", "s", at + 9 + wait, at + 9 + wait + 0.5})
		}
	}
	return rows
}

func TestRecurrence(t *testing.T) {
	t.Parallel()
	log := build(t, mondays(12))
	report := bottleneck.Find(log, bottleneck.Config{Resamples: -1})
	check := bottleneck.Place{Kind: bottleneck.Activity, Name: "check"}
	r, err := report.Recur(log, check, nil, bottleneck.RecurConfig{Grain: bottleneck.Shift})
	require.NoError(t, err)
	patterns := r.Patterns()
	require.Len(t, patterns, 1)
	require.Equal(t, "Monday 08:00", patterns[0].String())
	require.Equal(t, 12, patterns[0].Hits.Hits)
	require.Equal(t, 12, patterns[0].Hits.Of)
	require.InDelta(t, 3.0/8, patterns[0].Queue, 1e-9)
	require.Equal(t, []int{12, 1, 12}, []int{r.Hits.Hits, r.Longest, r.Runs})

	now := time.Date(1970, 4, 1, 15, 0, 0, 0, time.UTC) // a Wednesday
	warnings := r.Warn(now.UnixMicro(), 14*24*hour)
	require.Len(t, warnings, 2)
	require.Equal(t, "1970-04-06T08:00:00Z", process.Time(warnings[0].From).Format(time.RFC3339))
	require.Contains(t, warnings[0].Reason, "12 of 12")

	for _, grain := range []bottleneck.Grain{bottleneck.Hour, bottleneck.Day} {
		r, err := report.Recur(log, check, nil, bottleneck.RecurConfig{Grain: grain})
		require.NoError(t, err)
		for _, p := range r.Patterns() {
			require.Equal(t, time.Monday, p.Weekday)
		}
		require.NotEmpty(t, r.Patterns())
	}

	// Three weeks are too few to call anything a pattern among 21 slots by chance of one in twenty.
	few := build(t, mondays(2))
	r, err = bottleneck.Find(few, bottleneck.Config{Resamples: -1}).Recur(few, check, nil, bottleneck.RecurConfig{Grain: bottleneck.Shift})
	require.NoError(t, err)
	require.Empty(t, r.Patterns())

	_, err = report.Recur(log, check, nil, bottleneck.RecurConfig{Grain: 9})
	require.ErrorIs(t, err, bottleneck.ErrRecurrence)
	empty := build(t, nil)
	_, err = bottleneck.Find(empty, bottleneck.Config{}).Recur(empty, check, nil, bottleneck.RecurConfig{})
	require.ErrorIs(t, err, bottleneck.ErrRecurrence)
}

// TestRecurrenceWhenTheClockChanges keeps a Monday a Monday by the local clock.
func TestRecurrenceWhenTheClockChanges(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	var rows []row
	for week := range 40 {
		at := time.Date(2026, 1, 5+7*week, 9, 0, 0, 0, berlin)
		from := float64(at.UnixMicro()) / float64(hour)
		name := fmt.Sprint("case ", week)
		rows = append(rows, row{name, "A", "r", from - 1, from}, row{name, "B", "s", from + 1, from + 2})
	}
	log := build(t, rows)
	report := bottleneck.Find(log, bottleneck.Config{Resamples: -1})
	r, err := report.Recur(log, bottleneck.Place{Kind: bottleneck.HandOff, From: "r", Name: "s"}, nil, bottleneck.RecurConfig{Zone: berlin})
	require.NoError(t, err)
	require.Len(t, r.Patterns(), 1)
	require.Equal(t, "Monday 09:00", r.Patterns()[0].String())
	require.Equal(t, 40, r.Patterns()[0].Hits.Hits)
}

func TestRisingQueueWarns(t *testing.T) {
	t.Parallel()
	var rows []row
	for i := range 12 { // each day one more waits
		name := fmt.Sprint("case ", i)
		rows = append(rows, row{name, "A", "r", float64(24 * i), float64(24*i + 1)}, row{name, "B", "s", 24 * 12, 24*12 + 1})
	}
	log := build(t, rows)
	r, err := bottleneck.Find(log, bottleneck.Config{Resamples: -1}).Recur(log, bottleneck.Place{Kind: bottleneck.Resource, Name: "s"}, nil,
		bottleneck.RecurConfig{Grain: bottleneck.Day, Threshold: 9})
	require.NoError(t, err)
	w := r.Warn(10*24*hour, hour)
	require.Len(t, w, 1)
	require.Contains(t, w[0].Reason, "rose for 3 windows")
	require.Empty(t, r.Warn(3*24*hour, hour), "the queue is short")
}
