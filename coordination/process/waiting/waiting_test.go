package waiting_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// row is an instance in words, with times in minutes.
type row struct {
	name, activity, resource string
	start, end               int64
}

const minute = int64(60_000_000)

func build(t interface{ Fatalf(string, ...any) }, rows []row) *process.Log {
	b := process.NewBuilder(process.BuilderConfig{})
	for _, r := range rows {
		raw := &process.Raw{
			Case: []byte(r.name), Activity: []byte(r.activity), HasStart: true, HasEnd: true,
			Start: process.Stamp{Micros: r.start * minute}, End: process.Stamp{Micros: r.end * minute},
		}
		if r.resource != "" {
			raw.Resource = []byte(r.resource)
		}
		if err := b.Event(raw); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return b.Log()
}

// moment judges one minute of a wait by the definitions, with nothing clever.
func moment(a *waiting.Analysis, w waiting.Wait, at int64, calendar *process.Calendar, capacity int) (cause waiting.Cause, truths [waiting.Causes]bool) {
	ready := w.Enabled
	if w.Batch > 0 {
		ready = a.Batches[w.Batch-1].Ready
	}
	running, mates := 0, false
	oldest, newest := int64(1<<62), int64(-1<<62)
	for _, y := range a.Waits {
		if y.Event.Resource != w.Event.Resource || y.Start > at || y.Event.End <= at {
			continue
		}
		running++
		oldest, newest = min(oldest, y.Enabled), max(newest, y.Enabled)
		mates = mates || w.Batch > 0 && y.Batch == w.Batch
	}
	threshold := ready
	if mates {
		threshold = w.Enabled
	}
	off := calendar.Working(at, at+minute) == 0
	truths[waiting.Batching] = w.Batch > 0 && at < ready
	truths[waiting.Contention] = running >= capacity && oldest <= threshold
	truths[waiting.Prioritisation] = running >= capacity && newest > threshold
	truths[waiting.Unavailability] = off
	for c, holds := range truths {
		if holds {
			return waiting.Cause(c), truths
		}
	}
	truths[waiting.Extraneous] = true
	return waiting.Extraneous, truths
}

// TestAgainstMinuteByMinute explains every minute of small logs by itself.
func TestAgainstMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rows []row
		for range rapid.IntRange(1, 14).Draw(t, "instances") {
			start := rapid.Int64Range(0, 60).Draw(t, "start")
			rows = append(rows, row{
				strconv.Itoa(rapid.IntRange(1, 5).Draw(t, "case")), rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "activity"),
				rapid.SampledFrom([]string{"r", "r", "s"}).Draw(t, "resource"), start, start + rapid.Int64Range(0, 15).Draw(t, "length"),
			})
		}
		log := build(t, rows)
		var week []process.Shift
		for at := 3 * 24 * 60; at < 3*24*60+200; at += 20 { // 1970 began on a Thursday
			week = append(week, process.Shift{From: at, To: at + rapid.IntRange(1, 20).Draw(t, "shift")})
		}
		calendar, err := process.NewCalendar(time.UTC, week, nil)
		if err != nil {
			t.Fatal(err)
		}
		capacity := rapid.IntRange(1, 2).Draw(t, "capacity")
		a := waiting.Analyse(log, waiting.Config{Calendars: map[string]*process.Calendar{"r": calendar}, Capacity: map[string]int{"r": capacity}})
		total := waiting.Shares{}
		for _, w := range a.Waits {
			own, many := (*process.Calendar)(nil), 1
			if log.Resource(w.Event) == "r" {
				own, many = calendar, capacity
			}
			var shares, sure, possible waiting.Shares
			for at := w.Enabled; at < w.Start; at += minute {
				cause, truths := moment(a, w, at, own, many)
				shares[cause] += minute
				held := 0
				for c, is := range truths {
					if is {
						possible[c] += minute
						held++
					}
				}
				if held == 1 {
					sure[cause] += minute
				}
			}
			if shares != w.Shares || sure != w.Sure || possible != w.Possible {
				t.Fatalf("%s of case %s from minute %d to %d, batch %d: got %v, %v, %v; want %v, %v, %v", log.Activity(w.Event), log.Case(w.Event),
					w.Enabled/minute, w.Start/minute, w.Batch, w.Shares, w.Sure, w.Possible, shares, sure, possible)
			}
			for c := range w.Shares {
				total[c] += w.Shares[c]
			}
		}
		if total != a.Shares {
			t.Fatalf("the shares of all are %v, those of each %v", a.Shares, total)
		}
	})
}

func shares(t *testing.T, a *waiting.Analysis, log *process.Log, activity string) waiting.Wait {
	t.Helper()
	for _, w := range a.Waits {
		if log.Activity(w.Event) == activity {
			return w
		}
	}
	t.Fatalf("no %s", activity)
	return waiting.Wait{}
}

func TestNothingIsSureWithoutKnowledge(t *testing.T) {
	t.Parallel()
	log := build(t, []row{{"1", "A", "", 0, 10}, {"1", "B", "", 30, 40}})
	w := shares(t, waiting.Analyse(log, waiting.Config{}), log, "B")
	require.True(t, w.NoResource)
	require.Equal(t, waiting.Shares{waiting.Extraneous: 20 * minute}, w.Shares)
	require.Zero(t, w.Sure)
	require.Equal(t, 20*minute, w.Possible[waiting.Contention])

	log = build(t, []row{{"1", "A", "r", 0, 10}, {"1", "B", "r", 30, 30}, {"2", "C", "r", 12, 17}})
	for i := range log.Events {
		log.Events[i].Flags |= process.NoStart
	}
	w = shares(t, waiting.Analyse(log, waiting.Config{}), log, "B")
	require.True(t, w.UnknownStart)
	require.Zero(t, w.Sure)
	require.Equal(t, 20*minute, w.Shares.Total())
}

func TestEnabling(t *testing.T) {
	t.Parallel()
	// B and C come in both orders after A, so neither waits for the other.
	log := build(t, []row{
		{"1", "A", "r", 0, 10},
		{"1", "B", "r", 10, 20},
		{"1", "C", "s", 30, 40},
		{"1", "D", "r", 50, 60},
		{"2", "A", "r", 0, 10},
		{"2", "C", "s", 12, 20},
		{"2", "B", "r", 30, 40},
		{"2", "D", "r", 50, 60},
	})
	a := waiting.Analyse(log, waiting.Config{})
	enabled := func(a *waiting.Analysis) (out []int64) {
		for _, w := range a.Waits {
			out = append(out, w.Enabled/minute)
		}
		return out
	}
	require.Equal(t, []int64{0, 10, 10, 40, 0, 10, 10, 40}, enabled(a))

	a = waiting.Analyse(log, waiting.Config{Predecessors: map[string][]string{"C": {"B"}, "D": {"B", "unknown"}, "none": {"A"}}})
	require.Equal(t, []int64{0, 10, 20, 20, 0, 12, 10, 40}, enabled(a))

	a = waiting.Analyse(log, waiting.Config{Enabled: func(e process.Event) (int64, bool) {
		return 25 * minute, log.Activity(e) == "C"
	}})
	require.Equal(t, []int64{0, 10, 25, 40, 0, 12, 10, 40}, enabled(a))

	// A loop is an order, not concurrency.
	log = build(t, []row{{"1", "A", "r", 0, 1}, {"1", "B", "r", 3, 4}, {"1", "A", "r", 6, 7}, {"1", "B", "r", 9, 10}, {"1", "A", "r", 12, 13}, {"1", "B", "r", 15, 16}, {"1", "A", "r", 18, 19}, {"1", "B", "r", 20, 21}, {"1", "A", "r", 22, 23}, {"1", "B", "r", 24, 25}, {"1", "A", "r", 26, 27}, {"1", "B", "r", 28, 29}})
	require.Equal(t, []int64{0, 1, 4, 7, 10, 13, 16, 19, 21, 23, 25, 27}, enabled(waiting.Analyse(log, waiting.Config{})))
}

func TestBatchKinds(t *testing.T) {
	t.Parallel()
	for want, c := range map[waiting.Kind][2][2]int64{
		waiting.Chained: {{20, 25}, {30, 35}}, waiting.SameStart: {{20, 25}, {20, 35}}, waiting.SameEnd: {{20, 30}, {25, 30}},
		waiting.Together: {{20, 30}, {20, 30}}, waiting.Overlapping: {{20, 30}, {25, 35}},
	} {
		log := build(t, []row{
			{"1", "A", "s", 0, 10}, {"2", "A", "u", 0, 12}, {"1", "B", "r", c[0][0], c[0][1]}, {"2", "B", "r", c[1][0], c[1][1]},
		})
		a := waiting.Analyse(log, waiting.Config{})
		require.Len(t, a.Batches, 1, want)
		require.Equal(t, want, a.Batches[0].Kind)
		require.Equal(t, 2*minute, a.Shares[waiting.Batching], want)
		require.Empty(t, waiting.Analyse(log, waiting.Config{BatchPause: -1}).Batches)
		require.NotEmpty(t, want.String())
	}
	log := build(t, []row{{"1", "A", "s", 0, 10}, {"1", "B", "r", 20, 25}, {"1", "B", "r", 25, 30}, {"2", "A", "u", 0, 26}, {"2", "B", "r", 30, 31}})
	require.Empty(t, waiting.Analyse(log, waiting.Config{}).Batches, "one case is no batch, nor is what was enabled on the way")
}

func TestDiscoveredCalendarsAreNeverSure(t *testing.T) {
	t.Parallel()
	var rows []row
	for week := range int64(8) {
		for day := range int64(4) { // Thursday to Sunday
			at := week*7*24*60 + day*24*60 + 9*60
			name := strconv.FormatInt(week*10+day, 10)
			for hour := range int64(8) {
				rows = append(rows, row{name, "A", "r", at + 60*hour, at + 60*hour + 50})
			}
		}
	}
	log := build(t, append(rows, row{"x", "S", "s", 0, 20 * 60}, row{"x", "B", "r", 24*60 + 10*60 + 52, 24*60 + 10*60 + 58}))
	var own []process.Event
	for _, e := range log.Events {
		if log.Resource(e) == "r" {
			own = append(own, e)
		}
	}
	found := process.DiscoverCalendar(own, process.DiscoverConfig{})
	require.NotNil(t, found)
	require.True(t, found.Found())
	w := shares(t, waiting.Analyse(log, waiting.Config{Calendars: map[string]*process.Calendar{"r": found}}), log, "B")
	require.Equal(t, 13*60*minute, w.Shares[waiting.Unavailability], "from 20:00 to 9:00")
	require.Zero(t, w.Sure[waiting.Unavailability])
	require.Nil(t, process.DiscoverCalendar(own[:40], process.DiscoverConfig{}), "too few events")
	require.Nil(t, process.DiscoverCalendar(own, process.DiscoverConfig{MinWeeks: 9}), "too few weeks")

	var round []process.Event
	for i := range int64(24 * 7 * 6) {
		round = append(round, process.Event{Start: i * 60 * minute, End: i*60*minute + 1})
	}
	require.Nil(t, process.DiscoverCalendar(round, process.DiscoverConfig{}), "always there")
}
