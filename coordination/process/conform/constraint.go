package conform

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Rule is a kind of constraint.
type Rule uint8

// The rules: each A is followed by a B; each B has an A before it; a case has
// not both.
const (
	Response Rule = iota
	Precedence
	NotTogether
)

// Constraint is a rule between two activities. Within, in microseconds, bounds
// the time from the end of A to the start of B; 0 means no bound.
type Constraint struct {
	Rule   Rule
	A, B   string
	Within int64
}

// String gives the constraint as a sentence.
func (c Constraint) String() string {
	within := ""
	if c.Within > 0 {
		within = fmt.Sprintf(" within %.0f s", process.Seconds(c.Within))
	}
	switch c.Rule {
	case Response:
		return fmt.Sprintf("%q is followed by %q%s", c.A, c.B, within)
	case Precedence:
		return fmt.Sprintf("%q comes after %q%s", c.B, c.A, within)
	case NotTogether:
		return fmt.Sprintf("%q and %q are not in one case", c.A, c.B)
	}
	return fmt.Sprintf("rule %d", uint8(c.Rule))
}

// Violation is an event that breaks a constraint: an A without its B, a B
// without its A, the first event of the second of two that exclude each other.
type Violation struct {
	Constraint Constraint
	Case       uint32
	Event      process.Event
}

// Violations checks constraints on every case, in order of cases, events and
// constraints. open says that cases still go on, so that a Response whose time
// is not over at now is no violation.
func Violations(log *process.Log, constraints []Constraint, open bool, now int64) []Violation {
	var out []Violation
	for id, events := range log.ByCase().All() {
		from := len(out)
		for _, c := range constraints {
			a, knownA := log.Activities.Find(c.A)
			b, knownB := log.Activities.Find(c.B)
			if !knownA {
				a = math.MaxUint32
			}
			if !knownB {
				b = math.MaxUint32
			}
			for _, e := range c.broken(events, a, b, open, now) {
				out = append(out, Violation{Constraint: c, Case: id, Event: e})
			}
		}
		slices.SortStableFunc(out[from:], func(x, y Violation) int {
			if x.Event.Before(y.Event) {
				return -1
			}
			if y.Event.Before(x.Event) {
				return 1
			}
			return 0
		})
	}
	return out
}

// broken finds the events of a case that break the constraint.
func (c Constraint) broken(events []process.Event, a, b uint32, open bool, now int64) []process.Event {
	var out []process.Event
	switch c.Rule {
	case Response:
		next := int64(math.MaxInt64) // start of the B that comes next
		for _, e := range slices.Backward(events) {
			if e.Activity == a {
				waits := open && next == math.MaxInt64 && (c.Within == 0 || now-e.End <= c.Within)
				late := next == math.MaxInt64 || c.Within > 0 && next-e.End > c.Within
				if late && !waits {
					out = append(out, e)
				}
			}
			if e.Activity == b {
				next = e.Start
			}
		}
		slices.Reverse(out)
	case Precedence:
		last := int64(math.MinInt64) // end of the A that came last
		for _, e := range events {
			if e.Activity == b && (last == math.MinInt64 || c.Within > 0 && e.Start-last > c.Within) {
				out = append(out, e)
			}
			if e.Activity == a {
				last = e.End
			}
		}
	case NotTogether:
		first := uint32(0)
		for _, e := range events {
			switch {
			case e.Activity != a && e.Activity != b:
			case first == 0:
				first = e.Activity
			case e.Activity != first:
				return append(out, e)
			}
		}
	}
	return out
}

// Between is how long it takes from the end of one activity to the start of a
// later one of the case (D15), in seconds.
type Between struct {
	From, To     string
	Count        int
	Mean, StdDev float64 // of a sample; 0 for one
}

// Profile is what is usual between pairs of activities.
type Profile map[[2]string]Between

// NewProfile learns a profile from the pairs of a log, also those that are not
// neighbours. Its work grows with the square of the length of cases, so only the
// maxApart events after each are looked at.
func NewProfile(log *process.Log, maxApart int) Profile {
	values := make(map[[2]string][]int64)
	for _, events := range log.ByCase().All() {
		for i, x := range events {
			for _, y := range events[i+1 : min(len(events), i+1+maxApart)] {
				if x.End <= y.Start {
					key := [2]string{log.Activity(x), log.Activity(y)}
					values[key] = append(values[key], y.Start-x.End)
				}
			}
		}
	}
	out := make(Profile, len(values))
	for key, list := range values {
		d := process.NewDistribution(list)
		b := Between{From: key[0], To: key[1], Count: len(list), Mean: d.Mean()}
		b.StdDev, _ = d.StdDev()
		out[key] = b
	}
	return out
}

// Unusual is a pair of events whose distance is unlike the profile.
type Unusual struct {
	Between
	Case    uint32
	X, Y    process.Event
	Seconds float64
	Sigmas  float64 // distance from the mean in standard deviations
}

// Find lists pairs of events that lie more than sigmas standard deviations from
// the mean, the furthest first. Pairs of which fewer than least were seen say
// nothing.
func (p Profile) Find(log *process.Log, sigmas float64, least, maxApart int) []Unusual {
	var out []Unusual
	for id, events := range log.ByCase().All() {
		for i, x := range events {
			for _, y := range events[i+1 : min(len(events), i+1+maxApart)] {
				b, ok := p[[2]string{log.Activity(x), log.Activity(y)}]
				if !ok || x.End > y.Start || b.Count < least || b.StdDev == 0 {
					continue
				}
				gap := process.Seconds(y.Start - x.End)
				if off := (gap - b.Mean) / b.StdDev; math.Abs(off) > sigmas {
					out = append(out, Unusual{Between: b, Case: id, X: x, Y: y, Seconds: gap, Sigmas: off})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Unusual) int { return cmp.Compare(math.Abs(b.Sigmas), math.Abs(a.Sigmas)) })
	return out
}
