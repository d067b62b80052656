package coordination

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is hidden, and whatever a list passes over by itself, pages are full but for
// the last, hold what is seen in its order, and their tokens are those of its items.
func TestSiftedPages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type row struct{ at int }
		listed := rapid.SliceOfN(rapid.Bool(), 0, 40).Draw(t, "listed")
		hidden := rapid.SliceOfN(rapid.Bool(), len(listed), len(listed)).Draw(t, "hidden")
		limit := rapid.IntRange(1, 7).Draw(t, "limit")
		s := sifting[row]{
			limit: limit,
			fetch: func(after string, limit int) (page []row, next string, err error) {
				from, err := strconv.Atoi(after)
				if after == "" {
					from, err = 0, nil
				}
				to := min(from+limit, len(listed))
				for i := from; i < to; i++ {
					if listed[i] {
						page = append(page, row{i})
					}
				}
				if to < len(listed) {
					next = strconv.Itoa(to)
				}
				return page, next, err
			},
			keep: func(r *row) (bool, error) { return !hidden[r.at], nil },
		}
		var want, got []row
		for i := range listed {
			if listed[i] && !hidden[i] {
				want = append(want, row{i})
			}
		}
		for after := ""; ; {
			page, next, err := s.page(after)
			require.NoError(t, err)
			got = append(got, page...)
			if next == "" {
				break
			}
			require.Len(t, page, limit)
			require.Equal(t, strconv.Itoa(page[limit-1].at+1), next)
			after = next
		}
		require.Equal(t, want, got)
		if len(want) > 0 {
			page, next, err := s.page("")
			require.NoError(t, err)
			require.Equal(t, len(want) <= limit, next == "", "a token leads on only where there is more: %v", page)
		}
	})
}
