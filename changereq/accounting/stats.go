package accounting

import (
	"slices"
	"time"
)

// Spread is how a number of durations lie, in microseconds.
type Spread struct {
	Name   string `json:"name"`
	N      int    `json:"n"`
	Median int64  `json:"median_us"`
	P90    int64  `json:"p90_us"`
}

// Share is N out of Of.
type Share struct {
	Name string `json:"name"`
	N    int    `json:"n"`
	Of   int    `json:"of"`
}

// Count is how many there are of something.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Days is a number of microseconds in whole days, rounded down.
func Days(us int64) int64 {
	const day = int64(24 * time.Hour / time.Microsecond)
	days := us / day
	if us%day < 0 {
		days--
	}
	return days
}

// spread sums durations up; the zero Spread stands for none.
func spread(name string, us []int64) Spread {
	n := len(us)
	if n == 0 {
		return Spread{Name: name}
	}
	sorted := slices.Sorted(slices.Values(us))
	low, high := sorted[(n-1)/2], sorted[n/2]
	return Spread{Name: name, N: n, Median: low + (high-low)/2, P90: sorted[9*n/10]}
}

// between is the time from a to b in microseconds.
func between(a, b time.Time) int64 { return b.Sub(a).Microseconds() }
