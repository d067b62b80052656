package sampling

import (
	"cmp"
	"math"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Summary is what a stopwatch found of one activity. Times are seconds.
type Summary struct {
	Activity     string
	Times        process.Distribution
	Mean, StdDev float64
	Low, High    float64 // the mean lies here with 95 percent confidence; equal to Mean for one time
	// Needed is how many times must be taken in all for the wanted error; 0 if
	// that cannot be said yet, as of one time, or of none that took any.
	Needed int
}

// Summarise sums up the timings of sessions by activity, in order of names.
// wanted is the relative error of the mean that is wanted, as 0.05.
func Summarise(sessions []Session, wanted float64) []Summary {
	values := make(map[string][]int64)
	for i := range sessions {
		for _, t := range sessions[i].Timings {
			values[t.Activity] = append(values[t.Activity], t.End-t.Start)
		}
	}
	out := make([]Summary, 0, len(values))
	for activity, list := range values {
		out = append(out, summarise(activity, list, wanted))
	}
	slices.SortFunc(out, func(a, b Summary) int { return cmp.Compare(a.Activity, b.Activity) })
	return out
}

func summarise(activity string, list []int64, wanted float64) Summary {
	s := Summary{Activity: activity, Times: process.NewDistribution(list)}
	s.Mean = s.Times.Mean()
	s.Low, s.High = s.Mean, s.Mean
	deviation, ok := s.Times.StdDev()
	if !ok {
		return s
	}
	s.StdDev = deviation
	n := float64(s.Times.Count)
	half := Student95(int(s.Times.Count)-1) * deviation / math.Sqrt(n)
	s.Low, s.High = s.Mean-half, s.Mean+half
	if s.Mean > 0 && wanted > 0 {
		s.Needed = needed(deviation/s.Mean, wanted)
	}
	return s
}

// needed is the least number of times for which Student's interval is as narrow
// as wanted, if the variation stays as it is.
func needed(variation, wanted float64) int {
	low, high := 1, 2
	narrow := func(n int) bool { return Student95(n-1)*variation/math.Sqrt(float64(n)) <= wanted }
	for !narrow(high) && high < 1<<40 {
		low, high = high, 2*high
	}
	for low+1 < high {
		if middle := (low + high) / 2; narrow(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// Student95 is the bound of Student's distribution that encloses 95 percent on
// both sides, for degrees of freedom from 1. It is found by halving on the exact
// distribution.
func Student95(freedom int) float64 {
	if freedom < 1 {
		return math.Inf(1)
	}
	if freedom > 1_000_000 {
		return process.Normal95
	}
	low, high := 0.0, 13.0
	for range 60 {
		middle := (low + high) / 2
		if within(middle, float64(freedom)) < 0.95 {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// within is the part of Student's distribution between −t and t: one minus the
// regularised incomplete beta function of ν/(ν+t²) at ν/2 and 1/2.
func within(t, freedom float64) float64 {
	return 1 - incompleteBeta(freedom/(freedom+t*t), freedom/2, 0.5)
}

// incompleteBeta is the regularised incomplete beta function, by its continued
// fraction in the form of Lentz (Abramowitz & Stegun 26.5.8).
func incompleteBeta(x, a, b float64) float64 {
	if x <= 0 || x >= 1 {
		return max(0, min(1, x))
	}
	if x > (a+1)/(a+b+2) {
		return 1 - incompleteBeta(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	f, c, d := 1.0, 1.0, 0.0
	for i := range 400 {
		m := float64(i / 2)
		step := 1.0
		switch {
		case i == 0:
		case i%2 == 0:
			step = m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		default:
			step = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		}
		d = 1 / keepOff(1+step*d, tiny)
		c = keepOff(1+step/c, tiny)
		f *= c * d
		if i > 1 && math.Abs(1-c*d) < 1e-14 {
			break
		}
	}
	return front * (f - 1)
}

func keepOff(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}
