package risk

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Dist is a distribution of a duration.
type Dist struct {
	kind              kind
	low, likely, high float64 // in hours
	values            []float64
	table             []float64 // quantiles at equal steps
}

type kind uint8

const (
	fixed kind = iota
	triangular
	tabled
	lognormal
	observed
)

// Fixed always takes d.
func Fixed(d time.Duration) Dist { return Dist{likely: d.Hours()} }

// Triangular takes at least low and at most high, likely most often.
func Triangular(low, likely, high time.Duration) Dist {
	return Dist{kind: triangular, low: low.Hours(), likely: likely.Hours(), high: high.Hours()}
}

// PERT is the beta distribution of the three points with a weight of four for
// the likely one: less in the tails than Triangular.
func PERT(low, likely, high time.Duration) Dist {
	d := Dist{kind: tabled, low: low.Hours(), likely: likely.Hours(), high: high.Hours()}
	if d.high > d.low && d.valid() {
		d.table = betaQuantiles(1+4*(d.likely-d.low)/(d.high-d.low), 1+4*(d.high-d.likely)/(d.high-d.low))
	}
	return d
}

// LogNormal has the 10 % and the 90 % quantile given: it has no highest value.
func LogNormal(p10, p90 time.Duration) Dist {
	return Dist{kind: lognormal, low: p10.Hours(), likely: p10.Hours(), high: p90.Hours()}
}

// Observed takes one of the values, each as often as it is listed.
func Observed(values ...time.Duration) Dist {
	d := Dist{kind: observed}
	for _, v := range values {
		d.values = append(d.values, v.Hours())
	}
	slices.Sort(d.values)
	return d
}

// maxHours is the longest duration of the plan.
var maxHours = schedule.MaxDuration.Hours() //nolint:gochecknoglobals // a constant in other units

func (d Dist) valid() bool {
	switch d.kind {
	case observed:
		return len(d.values) > 0 && d.values[0] >= 0 && d.values[len(d.values)-1] <= maxHours
	case fixed:
		return d.likely >= 0 && d.likely <= maxHours
	case lognormal:
		return d.low > 0 && d.low < d.high && d.high <= maxHours
	case triangular, tabled:
	}
	return d.low >= 0 && d.low <= d.likely && d.likely <= d.high && d.high <= maxHours
}

func (d Dist) check(f *schedule.Faults, at string) {
	if !d.valid() {
		f.Addf(at, "out_of_range", "needs durations in ascending order, not negative and at most 100 years")
	}
}

// Quantile returns the duration that is not exceeded with probability q.
func (d Dist) Quantile(q float64) time.Duration {
	return time.Duration(min(d.at(min(max(q, 0), 1)), maxHours) * float64(time.Hour)).Truncate(time.Second)
}

func (d Dist) at(u float64) float64 {
	switch d.kind {
	case triangular:
		return d.triangle(u)
	case tabled:
		if d.table == nil {
			return d.likely
		}
		return d.low + (d.high-d.low)*interpolate(d.table, u)
	case lognormal:
		mean, half := (math.Log(d.low)+math.Log(d.high))/2, (math.Log(d.high)-math.Log(d.low))/2
		return math.Exp(mean + half/z90*inverseNormal(u))
	case observed:
		return d.values[min(int(u*float64(len(d.values))), len(d.values)-1)]
	case fixed:
	}
	return d.likely
}

func (d Dist) triangle(u float64) float64 {
	width := d.high - d.low
	if width == 0 {
		return d.likely
	}
	if cut := (d.likely - d.low) / width; u < cut {
		return d.low + math.Sqrt(u*width*(d.likely-d.low))
	}
	return d.high - math.Sqrt((1-u)*width*(d.high-d.likely))
}

// String names the distribution for messages.
func (d Dist) String() string {
	return fmt.Sprintf("%v to %v, median %v", d.Quantile(0.05), d.Quantile(0.95), d.Quantile(0.5))
}

// z90 is the 90 % quantile of the standard normal distribution.
const z90 = 1.2815515655446004

// steps of a quantile table; between them it is a straight line.
const steps = 1024

func interpolate(table []float64, u float64) float64 {
	x := u * steps
	k := min(int(x), steps-1)
	return table[k] + (table[k+1]-table[k])*(x-float64(k))
}

// betaQuantiles tabulates the inverse of the beta distribution by adding its
// density up in small steps.
func betaQuantiles(a, b float64) []float64 {
	const fine = 16 * steps
	cumulative := make([]float64, fine+1)
	for k := range fine {
		x := (float64(k) + 0.5) / fine
		cumulative[k+1] = cumulative[k] + math.Pow(x, a-1)*math.Pow(1-x, b-1)
	}
	out := make([]float64, steps+1)
	k := 0
	for n := range out {
		want := cumulative[fine] * float64(n) / steps
		for k < fine-1 && cumulative[k+1] < want {
			k++
		}
		part := 0.0
		if d := cumulative[k+1] - cumulative[k]; d > 0 {
			part = min(1, (want-cumulative[k])/d)
		}
		out[n] = (float64(k) + part) / fine
	}
	out[0], out[steps] = 0, 1
	return out
}

// inverseNormal is the quantile function of the standard normal distribution.
func inverseNormal(u float64) float64 {
	return math.Sqrt2 * math.Erfinv(2*min(max(u, 1e-15), 1-1e-15)-1)
}

func normal(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
