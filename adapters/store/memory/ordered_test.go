package memory

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOrderedIsASortedSet drives the set against a sorted slice, large enough
// for blocks to split and to empty.
func TestOrderedIsASortedSet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var (
			set  ordered
			want []spot
		)
		marks := rapid.Custom(func(t *rapid.T) spot {
			return spot{rapid.Int64Range(0, 40).Draw(t, "at"), rapid.SampledFrom([]string{"", "a", "b", "B", "ä"}).Draw(t, "id")}
		})
		insert := func(m spot) {
			set.insert(m)
			if i, found := slices.BinarySearchFunc(want, m, spot.compare); !found {
				want = slices.Insert(want, i, m)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) { insert(marks.Draw(t, "m")) },
			"insert many": func(t *rapid.T) {
				from, step := rapid.Int64Range(-500, 500).Draw(t, "from"), rapid.SampledFrom([]int64{1, -1, 7}).Draw(t, "step")
				for i := range int64(200) {
					insert(spot{at: from + i*step})
				}
			},
			"remove": func(t *rapid.T) {
				m := marks.Draw(t, "m")
				set.remove(m)
				want = slices.DeleteFunc(want, func(x spot) bool { return x == m })
			},
			"remove many": func(t *rapid.T) {
				from := rapid.Int64Range(-500, 500).Draw(t, "from")
				want = slices.DeleteFunc(want, func(x spot) bool {
					gone := x.at >= from && x.at < from+300
					if gone {
						set.remove(x)
					}
					return gone
				})
			},
			"": func(t *rapid.T) { compareWalks(t, &set, want, marks.Draw(t, "from")) },
		})
	})
}

func compareWalks(t *rapid.T, set *ordered, want []spot, from spot) {
	if set.count != len(want) {
		t.Fatalf("got %d rows, want %d", set.count, len(want))
	}
	collect := func(walk func(*spot, func(spot) bool), from *spot) []spot {
		var got []spot
		walk(from, func(s spot) bool {
			got = append(got, s)
			return true
		})
		return got
	}
	i, found := slices.BinarySearchFunc(want, from, spot.compare)
	after := want[i:]
	if found {
		after = want[i+1:]
	}
	backwards := slices.Clone(want)
	slices.Reverse(backwards)
	for name, pair := range map[string][2][]spot{
		"all":    {collect(set.ascend, nil), want},
		"after":  {collect(set.ascend, &from), after},
		"back":   {collect(set.descend, nil), backwards},
		"before": {collect(set.descend, &from), backwards[len(want)-i:]},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Fatalf("%s %v: got %v, want %v", name, from, pair[0], pair[1])
		}
	}
}
