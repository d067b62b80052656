package process_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/coordination/process"
)

// row is an event in words, with times in microseconds.
type row struct {
	Case, Activity string
	Start, End     int64
	Resource       string
	Lifecycle      string
	Instance       string
}

func present(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

func (r row) raw() *process.Raw {
	return &process.Raw{
		Case: present(r.Case), Activity: present(r.Activity), Resource: present(r.Resource), Lifecycle: present(r.Lifecycle),
		Instance: present(r.Instance), HasStart: true, HasEnd: true,
		Start: process.Stamp{Micros: r.Start}, End: process.Stamp{Micros: r.End},
	}
}

func build(t interface{ Fatalf(string, ...any) }, rows []row) *process.Log {
	b := process.NewBuilder(process.BuilderConfig{})
	for _, r := range rows {
		if err := b.Event(r.raw()); err != nil {
			t.Fatalf("%v", err)
		}
	}
	return b.Log()
}

// drawRows makes a log with ties, overlaps and few names.
func drawRows(t *rapid.T, label string) []row {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
		start := rapid.Int64Range(-5, 30).Draw(t, "start") * 500_000
		return row{
			Case: strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "case")), Activity: rapid.SampledFrom([]string{"A", "B", "C", "b "}).Draw(t, "activity"),
			Start: start, End: start + rapid.Int64Range(0, 6).Draw(t, "length")*333_333,
			Resource: rapid.SampledFrom([]string{"", "r", "s"}).Draw(t, "resource"),
		}
	}), 0, 25).Draw(t, label)
}

// figure is what an oracle recounts, in exact fractions of microseconds.
type figure struct {
	n           int
	sum         int64
	median, p95 *big.Rat
}

func figureOf(values []int64) figure {
	slices.Sort(values)
	n := len(values)
	f := figure{n: n, median: new(big.Rat), p95: new(big.Rat)}
	for _, v := range values {
		f.sum += v
	}
	if n > 0 {
		f.median.SetFrac64(values[(n-1)/2]+values[n/2], 2)
		f.p95.SetInt64(values[(95*n+99)/100-1])
	}
	return f
}

func seconds(r *big.Rat) float64 {
	f, _ := new(big.Rat).Quo(r, big.NewRat(1_000_000, 1)).Float64()
	return f
}

func (f figure) equal(d process.Distribution) bool {
	median, exact := d.Median()
	p95, exactToo := d.Percentile(95)
	mean := 0.0
	if f.n > 0 {
		mean = seconds(big.NewRat(f.sum, int64(f.n)))
	}
	sum, _ := d.Sum.Int64()
	return exact && exactToo && int64(f.n) == d.Count && sum == f.sum && d.Mean() == mean && median == seconds(f.median) &&
		process.Seconds(p95) == seconds(f.p95)
}

// TestMeasureAgainstRecount computes all figures again, the slow and simple way.
func TestMeasureAgainstRecount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, "rows")
		got := process.Measure(build(t, rows))
		cases := make(map[string][]row)
		for _, r := range rows {
			cases[r.Case] = append(cases[r.Case], r)
		}
		edges, durations := make(map[[2]string][]int64), []int64(nil)
		overlap := make(map[[2]string]int64)
		starts, ends, variants := make(map[string]int), make(map[string]int), make(map[string]int)
		for _, events := range cases {
			slices.SortStableFunc(events, func(a, b row) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
			first, last, way := events[0].Start, events[0].End, ""
			for i, e := range events {
				first, last, way = min(first, e.Start), max(last, e.End), way+"→"+e.Activity
				if i > 0 {
					key := [2]string{events[i-1].Activity, e.Activity}
					edges[key] = append(edges[key], max(0, e.Start-events[i-1].End))
					overlap[key] += max(0, events[i-1].End-e.Start)
				}
			}
			durations = append(durations, last-first)
			starts[events[0].Activity]++
			ends[events[len(events)-1].Activity]++
			variants[way]++
		}
		if got.Cases != len(cases) || got.Events != len(rows) || got.Hops() != len(rows)-len(cases) || len(got.Edges) != len(edges) ||
			len(got.Variants) != len(variants) {
			t.Fatalf("got %+v", got)
		}
		for _, e := range got.Edges {
			key := [2]string{e.From, e.To}
			if cut, _ := e.Overlap.Int64(); !figureOf(edges[key]).equal(e.Time) || cut != overlap[key] {
				t.Fatalf("%v: got %+v, want %v", key, e, figureOf(edges[key]))
			}
		}
		if !figureOf(durations).equal(got.Duration) {
			t.Fatalf("durations: got %+v", got.Duration)
		}
		for _, v := range got.Variants {
			way := "→" + strings.Join(v.Activities, "→")
			if variants[way] != v.Cases {
				t.Fatalf("variant %q: got %d, want %d", way, v.Cases, variants[way])
			}
		}
		for _, list := range []struct {
			got  []process.Count
			want map[string]int
		}{{got.Starts, starts}, {got.Ends, ends}} {
			for _, c := range list.got {
				if list.want[c.Name] != c.Count {
					t.Fatalf("got %v, want %v", list.got, list.want)
				}
			}
		}
		if !slices.IsSortedFunc(got.Activities, func(a, b process.Count) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
		}) {
			t.Fatalf("activities are out of order: %v", got.Activities)
		}
	})
}

// TestMeasureProperties checks what must hold whatever the log.
func TestMeasureProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t, "rows")
		base := figures(process.Measure(build(t, rows)))

		shift := rapid.Int64Range(-1e15, 1e15).Draw(t, "shift")
		moved := slices.Clone(rows)
		for i := range moved {
			moved[i].Start += shift
			moved[i].End += shift
		}
		if diff := gocmp.Diff(base, figures(process.Measure(build(t, moved)))); diff != "" {
			t.Fatalf("a shift in time shows: %s", diff)
		}

		renamed := slices.Clone(rows)
		for i := range renamed {
			renamed[i].Case = "case " + renamed[i].Case
		}
		if diff := gocmp.Diff(base, figures(process.Measure(build(t, renamed)))); diff != "" {
			t.Fatalf("names of cases show: %s", diff)
		}

		twice := slices.Concat(rows, renamed)
		for i, f := range figures(process.Measure(build(t, twice))) {
			if f.count != 2*base[i].count || f.mean != base[i].mean {
				t.Fatalf("a copy of the log changes %v to %v", base[i], f)
			}
		}
	})
}

type shown struct {
	name  string
	count int64
	mean  float64
}

func (s shown) Equal(o shown) bool { return s == o }

func figures(s *process.Statistics) []shown {
	out := []shown{{"cases", s.Duration.Count, s.Duration.Mean()}}
	for _, e := range s.Edges {
		out = append(out, shown{e.From + "→" + e.To, e.Time.Count, e.Time.Mean()})
	}
	for _, v := range s.Service {
		out = append(out, shown{v.Activity, v.Time.Count, v.Time.Mean()})
	}
	return out
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2010-12-30T14:32:00.000+01:00":  "2010-12-30T13:32:00Z",
		"2010-12-30 14:32:00+01:00":      "2010-12-30T13:32:00Z",
		"2010-12-30T14:32:00Z":           "2010-12-30T14:32:00Z",
		" 2010-12-30 14:32:00 -0530 ":    "2010-12-30T20:02:00Z",
		"2010/12/30 14:32":               "2010-12-30T14:32:00Z",
		"2012-02-29":                     "2012-02-29T00:00:00Z",
		"1969-12-31T23:59:59.999999999Z": "1969-12-31T23:59:59.999999Z",
		"2010-12-30T14:32:00,5+01":       "2010-12-30T13:32:00.5Z",
		"0001-01-01T00:00:00Z":           "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999Z":    "9999-12-31T23:59:59.999999Z",
		"2010-12-30t14:32:00z":           "2010-12-30T14:32:00Z",
	} {
		got, err := process.ParseTime([]byte(text), time.UTC)
		require.NoError(t, err, text)
		require.Equal(t, want, process.Time(got.Micros).Format(time.RFC3339Nano), text)
	}
	for _, text := range []string{
		"", "2010", "2010-13-01", "2011-02-29", "2010-12-30T", "2010-12-30T24:00:01", "2010-12-30T14:60:00", "2010-12-30T14:32:61",
		"2010-12-30T14:32:00.", "2010-12-30T14:32:00+", "2010-12-30T14:32:00+1:00", "2010-12-30T14:32:00+01:60", "2010-12-30T14:32:00+25:00",
		"2010-12-30T14:32:00Zx", "12/30/2010", "30/12/2010", "03-04-2010", "2010-12/30", "2010/12-30", "129371952", "12937195200", "1293719520000.5",
		"0000-01-01", "-010-01-01", "2010-12-30T1a:00", "30.12.10", "31.11.2010", "30-Foo-2010", "3-July2010", "20101330", "20101230T1", "20101230T2400x",
		"2010-12-30 13:00 PM", "2010-12-30 0:30 AM", "2010-12-30T14:32:00 CET", "2010-12-30T14:32:00 UTC+1", "2010-12-30T14:32:00+01:00[", "1293719520.",
		"1293719520.5x", "٢٠١٠-12-30",
	} {
		_, err := process.ParseTime([]byte(text), time.UTC)
		require.Error(t, err, text)
	}
	_, err := process.ParseTime([]byte("2010-12-30T14:32:00"), nil)
	require.ErrorIs(t, err, process.ErrNoZone)

	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	got, err := process.ParseTime([]byte("2010-07-01 12:00:00"), berlin)
	require.NoError(t, err)
	require.Equal(t, process.Stamp{Micros: time.Date(2010, 7, 1, 10, 0, 0, 0, time.UTC).UnixMicro(), Offset: 120, Naive: true}, got)
}

func TestOtherSpellings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"30.12.2010 14:32":                         "2010-12-30T14:32:00Z",
		"3.1.2010 7:05:09.5":                       "2010-01-03T07:05:09.5Z",
		"2010.12.30 14:32:00+01:00":                "2010-12-30T13:32:00Z",
		"30-Dec-2010 14:32:00":                     "2010-12-30T14:32:00Z",
		"3 september 2010":                         "2010-09-03T00:00:00Z",
		"20101230":                                 "2010-12-30T00:00:00Z",
		"20101230T143200Z":                         "2010-12-30T14:32:00Z",
		"20101230T1432+0100":                       "2010-12-30T13:32:00Z",
		"2010-1-3 7:05":                            "2010-01-03T07:05:00Z",
		"2010-12-30T24:00:00":                      "2010-12-31T00:00:00Z",
		"2010-12-31 24:00 +01":                     "2010-12-31T23:00:00Z",
		"2010-12-30 12:30 AM":                      "2010-12-30T00:30:00Z",
		"2010-12-30 12:30:15pm":                    "2010-12-30T12:30:15Z",
		"2010-12-30 1:30 PM -0500":                 "2010-12-30T18:30:00Z",
		"2010-12-30T14:32:00 UTC":                  "2010-12-30T14:32:00Z",
		"2010-12-30 14:32:00 gmt":                  "2010-12-30T14:32:00Z",
		"2010-12-30T14:32:00+01:00[Europe/Berlin]": "2010-12-30T13:32:00Z",
		"1293719520":                               "2010-12-30T14:32:00Z",
		"1293719520.25":                            "2010-12-30T14:32:00.25Z",
		"1293719520001":                            "2010-12-30T14:32:00.001Z",
		"1293719520000001":                         "2010-12-30T14:32:00.000001Z",
		"1293719520000001999":                      "2010-12-30T14:32:00.000001Z",
	} {
		got, err := process.ParseTime([]byte(text), time.UTC)
		require.NoError(t, err, text)
		require.Equal(t, want, process.Time(got.Micros).Format(time.RFC3339Nano), text)
	}
	for text, naive := range map[string]bool{"30.12.2010": true, "1293719520": false, "2010-12-30 14:32 UTC": false, "20101230T1432": true} {
		_, err := process.ParseTime([]byte(text), nil)
		require.Equal(t, naive, errors.Is(err, process.ErrNoZone), text)
	}
}

// TestOtherSpellingsAgainstStandardLibrary writes times in layouts of package
// time and reads them.
func TestOtherSpellingsAgainstStandardLibrary(t *testing.T) {
	t.Parallel()
	layouts := []string{
		"02.01.2006 15:04:05", "2.1.2006 15:04:05.000000", "20060102T150405", "2006-1-2 3:04:05 PM", "02-Jan-2006 15:04:05", "2 January 2006 15:04:05",
		"20060102T150405Z0700", "2006-01-02 15:04:05 UTC",
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-60e9, 250e9).Draw(t, "seconds"), 0).UTC()
		text := at.Format(rapid.SampledFrom(layouts).Draw(t, "layout"))
		got, err := process.ParseTime([]byte(text), time.UTC)
		if err != nil || got.Micros != at.UnixMicro() {
			t.Fatalf("%q: got %v %v, want %v", text, process.Time(got.Micros), err, at)
		}
	})
}

// TestTimesAgainstStandardLibrary writes times and reads them in both ways.
func TestTimesAgainstStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(9999, 12, 30, 0, 0, 0, 0, time.UTC).UnixMicro()).Draw(t, "micros")
		offset := rapid.Int16Range(-840, 840).Draw(t, "offset")
		text := process.AppendTime(nil, micros, offset)
		want, err := time.Parse(time.RFC3339Nano, string(text))
		got, mine := process.ParseTime(text, nil)
		if err != nil || mine != nil || got.Micros != want.UnixMicro() || got.Micros != micros || got.Offset != offset {
			t.Fatalf("%s: got %v %v, want %v %v", text, got, mine, want, err)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	f.Add("2010-12-30T14:32:00.000+01:00")
	f.Add("2010/12/30 14:32 -05")
	f.Add("3-Dec-2010 2:32 PM[x]")
	f.Add("1293719520.25")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := process.ParseTime([]byte(text), time.UTC)
		if err != nil {
			return
		}
		again, err := process.ParseTime(process.AppendTime(nil, got.Micros, got.Offset), nil)
		if y := process.Time(got.Micros).Year(); y < 1 || y > 9999 {
			return // an offset has carried it over the edge of four digits
		}
		if at := time.UnixMicro(got.Micros).UTC().Add(time.Duration(got.Offset) * time.Minute); at.Year() >= 1 && at.Year() <= 9999 &&
			(err != nil || again.Micros != got.Micros) {
			t.Fatalf("%q: got %v, then %v %v", text, got, again, err)
		}
	})
}

func TestSumAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var sum, half process.Sum
		want := new(big.Int)
		for i, v := range rapid.SliceOf(rapid.Int64()).Draw(t, "values") {
			if i%2 == 0 {
				sum.Add(v)
			} else {
				half.Add(v)
			}
			want.Add(want, big.NewInt(v))
		}
		sum.Merge(half)
		small, fits := sum.Int64()
		if sum.Big().Cmp(want) != 0 || fits != want.IsInt64() || fits && small != want.Int64() {
			t.Fatalf("got %v, want %v", sum.Big(), want)
		}
	})
}

func TestStandardDeviation(t *testing.T) {
	t.Parallel()
	_, ok := process.NewDistribution([]int64{5}).StdDev()
	require.False(t, ok)
	got, ok := process.NewDistribution([]int64{2e6, 4e6, 4e6, 4e6, 5e6, 5e6, 7e6, 9e6}).StdDev()
	require.True(t, ok)
	require.InDelta(t, 2.138089935299395, got, 1e-12)
	got, _ = process.NewDistribution([]int64{1 << 62, 1<<62 + 2, 1<<62 + 2, 1 << 62}).StdDev()
	require.InEpsilon(t, 1.1547005383792517e-6, got, 1e-12)
	got, _ = process.NewDistribution([]int64{1 << 53, 1<<53 + 2}).StdDev()
	require.InEpsilon(t, 1.4142135623730951e-6, got, 1e-12)
}

func TestLongDistributionsAreSorted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(700, 2000).Draw(t, "n")
		low := rapid.SampledFrom([]int64{0, -3}).Draw(t, "low")
		seed := rapid.Uint64().Draw(t, "seed")
		values := make([]int64, n)
		for i := range values {
			seed = seed*6364136223846793005 + 1442695040888963407
			values[i] = int64(seed>>(seed%60)>>1) + low
		}
		want := slices.Clone(values)
		slices.Sort(want)
		if got := process.NewDistribution(values).Values(); !slices.Equal(got, want) {
			t.Fatal("not sorted, or values lost")
		}
	})
}

func TestSketchKeepsItsError(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1<<62), 1, 60).Draw(t, "values")
		var one, two process.Sketch
		for i, v := range values {
			if i%3 == 0 {
				one.Add(v)
			} else {
				two.Add(v)
			}
		}
		one.Merge(&two)
		slices.Sort(values)
		for i, v := range values {
			got := one.Rank(int64(i))
			if off := float64(max(got-v, v-got)); off > process.SketchError*float64(v) {
				t.Fatalf("rank %d: got %d, want %d", i, got, v)
			}
		}
	})
}

func TestPair(t *testing.T) {
	t.Parallel()
	e := func(activity, lifecycle string, at int64, more ...string) row {
		r := row{Case: "1", Activity: activity, Lifecycle: lifecycle, Start: at, End: at, Resource: "r" + strconv.FormatInt(at, 10)}
		if len(more) > 0 {
			r.Instance = more[0]
		}
		return r
	}
	log, about := build(t, []row{
		e("A", "SCHEDULE", 0), e("A", "START", 1), e("A", "start", 2), e("A", "Complete", 3), e("A", "COMPLETE", 5), e("B", "COMPLETE", 6),
		e("C", "START", 7), e("D", "start", 8, "x"), e("D", "start", 9, "y"), e("D", "complete", 10, "y"), e("E", "suspend", 11), e("F", "", 12),
	}).Pair()
	require.Equal(t, process.Pairing{Paired: 3, CompleteAlone: 1, StartAlone: 2, Enabling: 1, Other: 2}, about)
	var got []string
	for _, events := range log.ByCase().All() {
		for _, e := range events {
			got = append(got, fmt.Sprintf("%s %d-%d %s %d", log.Activity(e), e.Start, e.End, log.Resource(e), e.Flags))
		}
	}
	require.Equal(t, []string{
		"A 1-3 r3 0", "A 2-5 r5 0", "B 6-6 r6 1", "C 7-7 r7 2", "D 8-8 r8 2", "D 9-10 r10 0", "E 11-11 r11 0", "F 12-12 r12 0",
	}, got)
}

func TestBuilderLimits(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{MaxEvents: 1})
	require.NoError(t, b.Event(row{Case: "1", Activity: "A"}.raw()))
	require.ErrorIs(t, b.Event(row{Case: "1", Activity: "A"}.raw()), process.ErrLimit)

	b = process.NewBuilder(process.BuilderConfig{Mode: process.Strict})
	require.ErrorIs(t, b.Event(row{Activity: "A"}.raw()), process.ErrMalformed)
}

func TestReportListsSomeAndCountsAll(t *testing.T) {
	t.Parallel()
	var one, two process.Report
	for i := range process.ListedProblems {
		one.Add(process.Problem{Reason: process.ReasonNoCase, Effect: process.Dropped, Position: process.Position{Line: i + 1}})
	}
	two.Add(process.Problem{Reason: process.ReasonNoCase, Effect: process.Dropped})
	two.Add(process.Problem{Reason: process.ReasonEncoding, Effect: process.Repaired, Times: 3})
	one.Merge(two)
	require.Equal(t, process.ListedProblems+1, one.Count(process.Dropped))
	require.Equal(t, 3, one.Of(process.ReasonEncoding))
	require.Len(t, one.Tallies()[0].First, process.ListedProblems)
}

func TestDuplicatesAmongManyTies(t *testing.T) {
	t.Parallel()
	rows := make([]row, 0, 20_001)
	for i := range 20_000 {
		rows = append(rows, row{Case: "1", Activity: fmt.Sprint("A", i)})
	}
	rows = append(rows, rows[7])
	log := build(t, rows)
	duplicates := log.Duplicates(log.ByCase())
	require.Equal(t, 1, duplicates.Of(process.ReasonDuplicate))
}
