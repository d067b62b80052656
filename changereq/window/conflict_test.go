package window_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/window"
)

func TestConflictsOfEachKind(t *testing.T) {
	t.Parallel()
	rules := window.Rules{
		Freezes: []window.Freeze{
			{Name: "year end", Window: hours(20, 30)},
			{Name: "fair", Window: hours(0, 10), Items: []string{"site"}, Severity: window.Warn},
		},
		Maintenance: []window.Maintenance{{Name: "nights", Items: []string{"press"}, Windows: []window.Window{hours(0, 4), hours(4, 8)}}},
	}
	others := []window.Booking{
		{ID: "2", Number: "CR-2", Window: hours(2, 6), Items: []string{"press", "hinge"}, Implementer: "ivo"},
		{ID: "1", Number: "CR-1", Window: hours(0, 99), Items: []string{"press"}}, // the same change
		{ID: "3", Number: "CR-3", Window: hours(6, 9), Items: []string{"press"}, Implementer: "ivo"},
	}
	related := map[string][]string{"hinge": {"door"}}
	b := window.Booking{ID: "1", Window: hours(1, 6), Items: []string{"press", "door"}, Implementer: "ivo"}
	require.Equal(t, []window.Conflict{
		{Kind: window.SameItem, Severity: window.Block, With: "2", Number: "CR-2", Item: "press", Window: hours(2, 6)},
		{Kind: window.RelatedItem, Severity: window.Warn, With: "2", Number: "CR-2", Item: "door", Other: "hinge", Window: hours(2, 6)},
		{Kind: window.SameImplementer, Severity: window.Hold, With: "2", Number: "CR-2", Implementer: "ivo", Window: hours(2, 6)},
	}, rules.Conflicts(b, others, related), "the third only touches, and the hours that touch count as one")

	b.Window = hours(7, 21)
	b.Items = []string{"site", "press"}
	require.Equal(t, []window.Conflict{
		{Kind: window.FreezeTime, Severity: window.Block, Name: "year end", Window: hours(20, 30)},
		{Kind: window.FreezeTime, Severity: window.Warn, Name: "fair", Item: "site", Window: hours(0, 10)},
		{Kind: window.OutsideMaintenance, Severity: window.Block, Name: "nights", Item: "press", Window: hours(7, 21)},
	}, rules.Conflicts(b, nil, nil))
	b.Window = hours(5, 5)
	require.Empty(t, rules.Conflicts(b, others, nil), "nothing happens in an empty window")
	b.Window, b.Items = hours(30, 40), nil
	require.Empty(t, rules.Conflicts(b, nil, nil), "beside everything")
}

func TestSeveritiesFollowTheRules(t *testing.T) {
	t.Parallel()
	rules := window.Rules{SameItem: window.Warn, RelatedItem: window.Block, SameImplementer: window.Block}
	b := window.Booking{ID: "1", Window: hours(0, 2), Items: []string{"a"}, Implementer: "ivo"}
	others := []window.Booking{{ID: "2", Window: hours(1, 3), Items: []string{"a", "b"}, Implementer: "ivo"}}
	var got []window.Severity
	for _, c := range rules.Conflicts(b, others, map[string][]string{"a": {"b"}}) {
		got = append(got, c.Severity)
	}
	require.Equal(t, []window.Severity{window.Warn, window.Block, window.Block}, got)
}

// P12: whoever of two asks, the answer is the same, and it is that of comparing
// everything with everything.
func TestConflictIsSymmetric(t *testing.T) {
	t.Parallel()
	items := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		related := make(map[string][]string)
		for _, item := range items {
			related[item] = rapid.SliceOfNDistinct(rapid.SampledFrom(items), 0, 2, rapid.ID[string]).Draw(t, "related to "+item)
		}
		draw := func(id string) window.Booking {
			return window.Booking{
				ID: id, Window: drawWindow(t, id), Implementer: rapid.SampledFrom([]string{"", "ivo", "ida"}).Draw(t, "who"),
				Items: rapid.SliceOfNDistinct(rapid.SampledFrom(items), 0, 3, rapid.ID[string]).Draw(t, "items"),
			}
		}
		a, b := draw("1"), draw("2")
		ab, ba := pairs(a, b, related, false), pairs(b, a, related, true)
		if !slices.Equal(ab, ba) {
			t.Fatalf("one says %v, the other %v", ab, ba)
		}
		var want []string
		for _, x := range a.Items {
			for _, y := range b.Items {
				switch {
				case !shares(a.Window, b.Window):
				case x == y:
					want = append(want, "same-item "+x+" ")
				case slices.Contains(related[x], y) || slices.Contains(related[y], x):
					want = append(want, "related-item "+x+" "+y)
				}
			}
		}
		if shares(a.Window, b.Window) && a.Implementer != "" && a.Implementer == b.Implementer {
			want = append(want, "same-implementer  ")
		}
		slices.Sort(want)
		if !slices.Equal(ab, want) {
			t.Fatalf("got %v, want %v", ab, want)
		}
	})
}

// pairs are the conflicts in words, sorted, with the items of the pair turned.
func pairs(b, o window.Booking, related map[string][]string, turn bool) []string {
	var out []string
	for _, c := range (window.Rules{}).Conflicts(b, []window.Booking{o}, related) {
		if turn && c.Other != "" {
			c.Item, c.Other = c.Other, c.Item
		}
		out = append(out, string(c.Kind)+" "+c.Item+" "+c.Other)
	}
	slices.Sort(out)
	return out
}

// TestWeeklyHours compares with looking at every half hour.
func TestWeeklyHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		half := func(low, high int, name string) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(t, name)) * 30 * time.Minute
		}
		m := window.Maintenance{Name: "m"}
		for i := range rapid.IntRange(0, 6).Draw(t, "hours") {
			n := strconv.Itoa(i)
			m.Weekly = append(m.Weekly, window.Weekly{
				Day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day "+n)), Start: half(0, 47, "start "+n),
				Length: half(1, rapid.SampledFrom([]int{4, 48, 336}).Draw(t, "at most"), "length "+n),
			})
		}
		if rapid.Bool().Draw(t, "once") {
			m.Windows = append(m.Windows, drawWindow(t, "once"))
		}
		begin := epoch.Add(half(0, 400, "begin"))
		w := window.Window{Start: begin, End: begin.Add(half(0, 800, "length"))}
		want := true
		for at := w.Start; at.Before(w.End); at = at.Add(30 * time.Minute) {
			want = want && open(&m, at)
		}
		if got := m.Covers(w); got != want {
			t.Fatalf("%v in %+v: got %v, want %v", w, m, got, want)
		}
	})
}

func open(m *window.Maintenance, at time.Time) bool {
	for _, w := range m.Windows {
		if !at.Before(w.Start) && at.Before(w.End) {
			return true
		}
	}
	for _, h := range m.Weekly {
		for back := range 8 {
			day := at.Truncate(24*time.Hour).AddDate(0, 0, -back)
			begin := day.Add(h.Start)
			if day.Weekday() == h.Day && !at.Before(begin) && at.Before(begin.Add(h.Length)) {
				return true
			}
		}
	}
	return false
}

func TestRulesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	ok := window.Rules{
		Freezes:     []window.Freeze{{Name: "f", Window: hours(0, 1)}},
		Maintenance: []window.Maintenance{{Name: "m", Weekly: []window.Weekly{{Day: time.Saturday, Length: time.Hour}}}},
	}
	require.NoError(t, ok.Validate())
	require.NoError(t, window.Rules{}.Validate())
	for name, bad := range map[string]window.Rules{
		"severity":          {SameItem: "bad"},
		"freeze unnamed":    {Freezes: []window.Freeze{{Window: hours(0, 1)}}},
		"freeze empty":      {Freezes: []window.Freeze{{Name: "f", Window: hours(1, 1)}}},
		"freeze severity":   {Freezes: []window.Freeze{{Name: "f", Window: hours(0, 1), Severity: "x"}}},
		"twice":             {Freezes: ok.Freezes, Maintenance: []window.Maintenance{{Name: "f"}}},
		"hours severity":    {Maintenance: []window.Maintenance{{Name: "m", Severity: "x"}}},
		"hours empty":       {Maintenance: []window.Maintenance{{Name: "m", Windows: []window.Window{hours(2, 1)}}}},
		"no such day":       {Maintenance: []window.Maintenance{{Name: "m", Weekly: []window.Weekly{{Day: 7, Length: time.Hour}}}}},
		"beyond the day":    {Maintenance: []window.Maintenance{{Name: "m", Weekly: []window.Weekly{{Start: 24 * time.Hour, Length: time.Hour}}}}},
		"beyond the week":   {Maintenance: []window.Maintenance{{Name: "m", Weekly: []window.Weekly{{Length: 169 * time.Hour}}}}},
		"too many freezes":  {Freezes: make([]window.Freeze, window.MaxFreezes+1)},
		"too many windows":  {Maintenance: []window.Maintenance{{Name: "m", Windows: make([]window.Window, window.MaxHours+1)}}},
		"too many calendar": {Maintenance: make([]window.Maintenance, window.MaxMaintenance+1)},
	} {
		require.ErrorIs(t, bad.Validate(), window.ErrInvalid, name)
	}
}
