package approval

import "math"

// Need says how many of the people who may approve must do so.
type Need struct {
	Kind        NeedKind `json:"kind"`
	Count       int      `json:"count,omitempty"`        // with Count
	BasisPoints int      `json:"basis_points,omitempty"` // with Percent: 10000 are all
	Rounding    Rounding `json:"rounding,omitempty"`     // with Percent
}

// NeedKind is a way of counting.
type NeedKind string

// The ways of counting.
const (
	Count   NeedKind = "count"   // a number of them
	Percent NeedKind = "percent" // a share of them
	All     NeedKind = "all"     // every one of them
	Any     NeedKind = "any"     // one of them
)

// Rounding says what becomes of a share that is no whole number of people.
type Rounding string

const (
	// Ceil rounds up. It is the default.
	Ceil Rounding = ""
	// HalfUp rounds to the nearest, halves up, as ServiceNow does. A share of
	// zero or less then means that the first response decides, approve or
	// reject, and one above the whole is the whole.
	HalfUp Rounding = "half-up"
)

// whole is all of them in basis points.
const whole = 10000

// Of returns how many of n people must approve: at least 1 also of nobody, so
// that it is never reached then. A count may exceed n, and is not reached then.
func (need Need) Of(n int) int {
	switch need.Kind {
	case Count:
		return max(1, need.Count)
	case Percent:
		return max(1, min(n, need.share(n)))
	case All:
		return max(1, n)
	case Any:
	}
	return 1
}

// share is the rounded share of n, in integers.
func (need Need) share(n int) int {
	b := max(0, min(int64(need.BasisPoints), whole))
	people := min(int64(n), math.MaxInt64/(4*whole))
	if need.Rounding == HalfUp {
		return int((2*b*people + whole) / (2 * whole))
	}
	return int((b*people + whole - 1) / whole)
}

// first reports whether the first response decides.
func (need Need) first() bool {
	return need.Kind == Percent && need.Rounding == HalfUp && need.BasisPoints <= 0
}
