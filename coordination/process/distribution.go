package process

import (
	"math"
	"math/big"
	"slices"
)

// Distribution describes many durations in microseconds. Count, sums, minimum
// and maximum are exact. Quantiles are exact while all values are kept, and
// come from a Sketch beyond that; each says which it is.
type Distribution struct {
	Count    int64
	Sum      Sum
	Min, Max int64

	squares squares
	values  []int64 // all of them, sorted; nil once there are more than are kept
	sketch  *Sketch
}

// NewDistribution describes values, all of which are kept; it sorts the slice
// and keeps it.
func NewDistribution(values []int64) Distribution {
	sortMicros(values)
	d := Distribution{values: values, Count: int64(len(values))}
	for _, v := range values {
		d.Sum.Add(v)
		d.squares.add(v)
	}
	if len(values) > 0 {
		d.Min, d.Max = values[0], values[len(values)-1]
	}
	return d
}

// Exact says whether all values are kept.
func (d Distribution) Exact() bool { return int64(len(d.values)) == d.Count }

// Mean is the sum by the count (D4), in seconds, and 0 for no values.
func (d Distribution) Mean() float64 {
	if d.Count == 0 {
		return 0
	}
	return d.Sum.over(new(big.Int).Mul(big.NewInt(d.Count), big.NewInt(1_000_000)))
}

// StdDev is the standard deviation of a sample (D4: by n−1), in seconds. It is
// undefined for fewer than two values.
func (d Distribution) StdDev() (seconds float64, ok bool) {
	if d.Count < 2 {
		return 0, false
	}
	// Σ(v−mean)²/(n−1) = (n·Σv² − (Σv)²)/(n·(n−1))
	n, sum := big.NewInt(d.Count), d.Sum.Big()
	spread := d.squares.big()
	spread.Mul(spread, n).Sub(spread, sum.Mul(sum, sum))
	variance, _ := new(big.Rat).SetFrac(spread, n.Mul(n, big.NewInt(d.Count-1))).Float64()
	return math.Sqrt(variance) / 1e6, true
}

// Median is the mean of the two middle values (D5), in seconds, and 0 for no
// values.
func (d Distribution) Median() (seconds float64, exact bool) {
	if d.Count == 0 {
		return 0, true
	}
	if !d.Exact() {
		return Seconds(d.sketch.Rank((d.Count-1)/2)+d.sketch.Rank(d.Count/2)) / 2, false
	}
	n := len(d.values)
	var sum Sum
	sum.Add(d.values[(n-1)/2])
	sum.Add(d.values[n/2])
	return sum.over(big.NewInt(2_000_000)), true
}

// Percentile is the nearest rank (D6: position ceil(p·n/100) counted from 1,
// no interpolation) for p from 1 to 100, in microseconds.
func (d Distribution) Percentile(p int) (micros int64, exact bool) {
	if d.Count == 0 {
		return 0, true
	}
	rank := (d.Count*int64(p)+99)/100 - 1
	rank = max(0, min(rank, d.Count-1))
	if !d.Exact() {
		return d.sketch.Rank(rank), false
	}
	return d.values[rank], true
}

// Values lists all values in order, or nil when they are not all kept. The
// slice must not be changed.
func (d Distribution) Values() []int64 {
	if !d.Exact() {
		return nil
	}
	return d.values
}

// merge joins two distributions that keep up to limit values; a limit below
// zero means all.
func (d Distribution) merge(e Distribution, limit int) Distribution {
	switch {
	case e.Count == 0:
		return d
	case d.Count == 0:
		return e
	}
	out := Distribution{Count: d.Count + e.Count, Sum: d.Sum, squares: d.squares, Min: min(d.Min, e.Min), Max: max(d.Max, e.Max)}
	out.Sum.Merge(e.Sum)
	out.squares.merge(e.squares)
	if d.Exact() && e.Exact() && (limit < 0 || out.Count <= int64(limit)) {
		out.values = mergeSorted(d.values, e.values)
	}
	if d.sketch != nil && e.sketch != nil {
		out.sketch = d.sketch.clone()
		out.sketch.Merge(e.sketch)
		out.sketch.trim()
	}
	return out
}

func mergeSorted(a, b []int64) []int64 {
	out := make([]int64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	out = append(out, a...)
	return append(out, b...)
}

// radixFrom is the length from which sorting by digits is faster.
const radixFrom = 768

// sortMicros sorts. Long slices of values that are not negative are sorted by
// digits of 11 bits, which takes as many passes as the largest value needs.
func sortMicros(values []int64) {
	if len(values) < radixFrom || slices.IsSorted(values) {
		slices.Sort(values)
		return
	}
	low, high := slices.Min(values), slices.Max(values)
	if low < 0 {
		slices.Sort(values)
		return
	}
	from, to := values, make([]int64, len(values))
	for shift := 0; shift < 63 && high>>shift > 0; shift += 11 {
		var next [1 << 11]int
		for _, v := range from {
			next[v>>shift&(1<<11-1)]++
		}
		at := 0
		for i, n := range next {
			next[i] = at
			at += n
		}
		for _, v := range from {
			digit := v >> shift & (1<<11 - 1)
			to[next[digit]] = v
			next[digit]++
		}
		from, to = to, from
	}
	if &from[0] != &values[0] {
		copy(values, from)
	}
}
