package bottleneck

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// Kind is what a place is.
type Kind uint8

// The kinds of places.
const (
	Activity Kind = iota
	Resource
	HandOff
)

// String gives the kind as a word.
func (k Kind) String() string {
	switch k {
	case Activity:
		return "activity"
	case Resource:
		return "resource"
	case HandOff:
		return "hand-off"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Place is where work may wait. A hand-off has From and Name, the others Name.
type Place struct {
	Kind Kind
	From string
	Name string
}

// String names the place.
func (p Place) String() string {
	if p.Kind == HandOff {
		return fmt.Sprintf("hand-off %s → %s", p.From, p.Name)
	}
	return fmt.Sprintf("%v %s", p.Kind, p.Name)
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name))
}

// Finding is a place with its scores.
type Finding struct {
	Place
	Rank int // among its kind, from 1

	Instances int
	Waiting   process.Sum // microseconds
	Share     float64     // of all waiting, from 0 to 1
	Causes    Causes
	// Chain is the microseconds on critical chains: ChainWait of waiting there,
	// ChainWork of work.
	ChainWait, ChainWork process.Sum
	ChainShare           float64 // both, of all chains
	Utilisation          float64 // of a resource; 0 for others
	Growth               float64 // waiting instances more each day, by least squares
	Turning              float64 // of a resource: share of time starved of those after it, less its own
	Stability            process.Share
	Reasons              []string
}

// Causes are microseconds of waiting by cause.
type Causes [waiting.Causes]process.Sum

// Main is the cause with the largest share, the first of equals.
func (c Causes) Main() (waiting.Cause, float64) {
	best, total := waiting.Cause(0), new(big.Int)
	for i := range c {
		total.Add(total, c[i].Big())
		if c[i].Big().Cmp(c[best].Big()) > 0 {
			best = waiting.Cause(i)
		}
	}
	return best, ratio(c[best].Big(), total)
}

func ratio(a, b *big.Int) float64 {
	if b.Sign() == 0 {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(a, b).Float64()
	return f
}

// Report is the result of Find: the findings of each kind, in order of rank.
type Report struct {
	Activities, Resources, HandOffs []Finding
	Waiting                         process.Sum // of all instances
	Chain                           process.Sum // of all cases: the sum of their durations
	Analysis                        *waiting.Analysis
	States                          []States
}

// All lists the findings of one kind.
func (r *Report) All(k Kind) []Finding {
	switch k {
	case Activity:
		return r.Activities
	case Resource:
		return r.Resources
	case HandOff:
		return r.HandOffs
	}
	return nil
}
