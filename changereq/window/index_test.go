package window_test

import (
	"cmp"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/window"
)

var epoch = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func hours(from, to int) window.Window {
	return window.Window{Start: epoch.Add(time.Duration(from) * time.Hour), End: epoch.Add(time.Duration(to) * time.Hour)}
}

func drawWindow(t *rapid.T, name string) window.Window {
	start := rapid.IntRange(0, 60).Draw(t, name)
	return hours(start, start+rapid.IntRange(-1, 12).Draw(t, name+" length"))
}

// shares looks at every hour, without the arithmetic of Overlaps.
func shares(a, b window.Window) bool {
	for h := range 100 {
		at := epoch.Add(time.Duration(h) * time.Hour)
		in := func(w window.Window) bool { return !at.Before(w.Start) && at.Before(w.End) }
		if in(a) && in(b) {
			return true
		}
	}
	return false
}

// P12: overlapping is symmetric, windows that touch do not overlap, and both
// agree with looking at every instant.
func TestOverlaps(t *testing.T) {
	t.Parallel()
	require.False(t, hours(0, 4).Overlaps(hours(4, 8)), "they touch")
	require.False(t, hours(2, 2).Overlaps(hours(0, 4)), "nothing lies in an empty window")
	require.False(t, hours(0, 4).Overlaps(hours(3, 1)))
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawWindow(t, "a"), drawWindow(t, "b")
		if a.Overlaps(b) != shares(a, b) || b.Overlaps(a) != shares(a, b) {
			t.Fatalf("%v and %v: got %v and %v, want %v", a, b, a.Overlaps(b), b.Overlaps(a), shares(a, b))
		}
	})
}

// P12: whatever was added and removed, a search finds what comparing with every
// window finds, in order.
func TestIndexEqualsComparingAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []window.Entry[string]
		for i := range rapid.IntRange(0, 60).Draw(t, "built") {
			all = append(all, window.Entry[string]{Window: drawWindow(t, "built"), Key: strconv.Itoa(i % 7)})
		}
		x := window.NewIndex(all)
		all = distinct(all)
		for range rapid.IntRange(0, 60).Draw(t, "changes") {
			e := window.Entry[string]{Window: drawWindow(t, "changed"), Key: strconv.Itoa(rapid.IntRange(0, 6).Draw(t, "key"))}
			at := slices.Index(all, e)
			if rapid.Bool().Draw(t, "remove") {
				if len(all) > 0 && rapid.Bool().Draw(t, "one that is there") {
					at = rapid.IntRange(0, len(all)-1).Draw(t, "which")
					e = all[at]
				}
				if x.Remove(e.Window, e.Key) != (at >= 0) {
					t.Fatalf("removing %v said the wrong thing", e)
				}
				if at >= 0 {
					all = slices.Delete(all, at, at+1)
				}
				continue
			}
			if x.Add(e.Window, e.Key) != (at < 0 && !e.Window.Empty()) {
				t.Fatalf("adding %v said the wrong thing", e)
			}
			all = distinct(append(all, e))
		}
		w := drawWindow(t, "searched")
		want := slices.DeleteFunc(slices.Clone(all), func(e window.Entry[string]) bool { return !shares(e.Window, w) })
		got := slices.Collect(x.Overlapping(w))
		if diff := gocmp.Diff(want, got, equateNone()); diff != "" || x.Len() != len(all) {
			t.Fatalf("overlapping %v of %d: want - got +\n%s", w, x.Len(), diff)
		}
		for range x.Overlapping(w) {
			break // stopping early is allowed
		}
	})
}

func equateNone() gocmp.Option {
	return gocmp.FilterValues(func(a, b []window.Entry[string]) bool { return len(a)+len(b) == 0 }, gocmp.Ignore())
}

// distinct sorts and leaves out what an index leaves out.
func distinct(all []window.Entry[string]) []window.Entry[string] {
	out := slices.DeleteFunc(slices.Clone(all), func(e window.Entry[string]) bool { return e.Window.Empty() })
	slices.SortFunc(out, func(a, b window.Entry[string]) int {
		return cmp.Or(a.Window.Start.Compare(b.Window.Start), a.Window.End.Compare(b.Window.End), cmp.Compare(a.Key, b.Key))
	})
	return slices.Compact(out)
}

func TestZeroIndexIsEmpty(t *testing.T) {
	t.Parallel()
	var x window.Index[int]
	require.Empty(t, slices.Collect(x.Overlapping(hours(0, 9))))
	require.False(t, x.Remove(hours(0, 1), 1))
	require.True(t, x.Add(hours(0, 1), 1))
	require.False(t, x.Add(hours(0, 1), 1), "it is there")
	require.Equal(t, 1, x.Len())
}

// million is a hundred years of windows of an hour to a week, and a few long
// ones that overlap thousands of the others.
func million() []window.Entry[int] {
	const n = 1_000_000
	out := make([]window.Entry[int], n)
	for i := range out {
		start := epoch.Add(time.Duration(i) * 53 * time.Minute)
		length := time.Duration(1+i*7919%168) * time.Hour
		if i%10_000 == 0 {
			length = 365 * 24 * time.Hour
		}
		out[i] = window.Entry[int]{Window: window.Window{Start: start, End: start.Add(length)}, Key: i}
	}
	return out
}

func BenchmarkMillion(b *testing.B) {
	entries := million()
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			window.NewIndex(entries)
		}
	})
	x := window.NewIndex(entries)
	span := entries[len(entries)-1].Window.Start.Sub(epoch)
	at := func(i int) time.Time { return epoch.Add(time.Duration(i*7919%1000) * (span / 1000)) }
	b.Run("search", func(b *testing.B) {
		found, i := 0, 0
		for b.Loop() {
			for range x.Overlapping(window.Window{Start: at(i), End: at(i).Add(4 * time.Hour)}) {
				found++
			}
			i++
		}
		b.ReportMetric(float64(found)/float64(b.N), "found/op")
	})
	b.Run("free", func(b *testing.B) { // nothing lies there
		w := window.Window{Start: epoch.AddDate(-1, 0, 0), End: epoch}
		for b.Loop() {
			for range x.Overlapping(w) {
				b.Fatal("something was found before everything")
			}
		}
	})
	b.Run("move", func(b *testing.B) {
		i := 0
		for b.Loop() {
			e := entries[i*7919%len(entries)]
			x.Remove(e.Window, e.Key)
			x.Add(e.Window, e.Key)
			i++
		}
	})
}
