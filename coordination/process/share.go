package process

import "math"

// Share is a proportion that was counted, with the interval in which the true
// one lies.
type Share struct {
	Hits, Of  int
	Low, High float64
}

// Value is the proportion that was counted, and 0 if nothing was.
func (s Share) Value() float64 {
	if s.Of == 0 {
		return 0
	}
	return float64(s.Hits) / float64(s.Of)
}

// Normal95 is how many standard deviations enclose 95 percent of a normal
// distribution.
const Normal95 = 1.959963984540054

// Wilson gives the score interval (Wilson 1927) of hits among n, for z standard
// deviations: Normal95 for 95 percent. Unlike the common interval it holds for
// few and for rare hits. For n = 0 it is everything.
func Wilson(hits, n int, z float64) Share {
	s := Share{Hits: hits, Of: n, High: 1}
	if n == 0 {
		return s
	}
	p, m := float64(hits)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	s.Low, s.High = max(0, middle-half), min(1, middle+half)
	return s
}
