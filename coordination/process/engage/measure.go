package engage

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/coordkit/coordkit/coordination/process"
)

// The classes of errors.
var (
	ErrInvalid = errors.New("engage: invalid")
	ErrRefused = errors.New("engage: refused")
)

// Formula is how a measure is computed.
type Formula string

// The formulas. A case belongs to the window in which it ends.
const (
	Throughput     Formula = "throughput"       // cases ended per hour of labour
	FirstPassYield Formula = "first-pass-yield" // share of ended cases that did no activity twice
	OnTime         Formula = "on-time"          // share of ended cases that took no longer than Promise
	CostPerCase    Formula = "cost-per-case"    // mean of attribute Attribute, or without one of the cost that the log states (process.Log.Cost), summed over the events of a case
	MeanDuration   Formula = "mean-duration"    // seconds
	MeanWaiting    Formula = "mean-waiting"     // seconds between neighbours From and To, of the cases that have them
)

// Measure is a definition. Two readings compare only if their measures are
// equal; a definition that changes gets a new Version.
type Measure struct {
	Name      string  `json:"name"`
	Version   int     `json:"version"`
	Formula   Formula `json:"formula"`
	Promise   int64   `json:"promise"`   // microseconds, of OnTime
	Attribute string  `json:"attribute"` // of CostPerCase, holds a decimal number; "" means the cost of the event itself, in Currency
	Currency  string  `json:"currency"`  // of CostPerCase without Attribute
	From      string  `json:"from"`
	To        string  `json:"to"`    // activities of MeanWaiting
	Lower     bool    `json:"lower"` // whether less is better
}

// Validate says what is wrong with a definition, or nil.
func (m Measure) Validate() error {
	switch {
	case m.Name == "" || m.Version < 1:
		return fmt.Errorf("%w: a measure needs a name and a version from 1", ErrInvalid)
	case m.Formula == OnTime && m.Promise <= 0:
		return fmt.Errorf("%w: %s needs the promised duration", ErrInvalid, m.Name)
	case m.Formula == MeanWaiting && (m.From == "" || m.To == ""):
		return fmt.Errorf("%w: %s needs two activities", ErrInvalid, m.Name)
	}
	switch m.Formula {
	case Throughput, FirstPassYield, OnTime, CostPerCase, MeanDuration, MeanWaiting:
		return nil
	}
	return fmt.Errorf("%w: %s has the unknown formula %q", ErrInvalid, m.Name, m.Formula)
}

// Reading is what a measure found in a window.
type Reading struct {
	Measure Measure          `json:"measure"`
	Window  process.Interval `json:"window"`
	Cases   int              `json:"cases"` // that it rests on
	Value   float64          `json:"value"` // meaningless for no cases
}

// Read computes a measure for the cases of a log that end in a window.
func (m Measure) Read(log *process.Log, window process.Interval) (Reading, error) {
	r := Reading{Measure: m, Window: window}
	if err := m.Validate(); err != nil {
		return r, err
	}
	sum, count, labour := new(big.Rat), int64(0), int64(0)
	for _, events := range log.ByCase().All() {
		first, last := events[0].Start, events[0].End
		for _, e := range events {
			last = max(last, e.End)
			labour += max(0, min(e.End, window.To)-max(e.Start, window.From))
		}
		if last < window.From || last >= window.To {
			continue
		}
		value, has, err := m.ofCase(log, events, last-first)
		if err != nil {
			return r, err
		}
		if has {
			sum.Add(sum, value)
			count++
		}
	}
	r.Cases = int(count)
	per := new(big.Rat).SetInt64(count)
	if m.Formula == Throughput {
		sum.SetInt64(count)
		per.SetFrac64(labour, 3_600_000_000)
	}
	if per.Sign() > 0 {
		r.Value, _ = sum.Quo(sum, per).Float64()
	}
	return r, nil
}

// ofCase gives what a case adds, and whether it counts.
func (m Measure) ofCase(log *process.Log, events []process.Event, duration int64) (*big.Rat, bool, error) {
	one := func(is bool) *big.Rat {
		if is {
			return big.NewRat(1, 1)
		}
		return new(big.Rat)
	}
	switch m.Formula {
	case Throughput:
		return one(true), true, nil
	case FirstPassYield:
		seen := make(map[uint32]bool, len(events))
		for _, e := range events {
			seen[e.Activity] = true
		}
		return one(len(seen) == len(events)), true, nil
	case OnTime:
		return one(duration <= m.Promise), true, nil
	case MeanDuration:
		return big.NewRat(duration, 1_000_000), true, nil
	case CostPerCase:
		return m.cost(log, events)
	case MeanWaiting:
		sum, pairs := int64(0), 0
		for i := 1; i < len(events); i++ {
			if log.Activity(events[i-1]) == m.From && log.Activity(events[i]) == m.To {
				sum += max(0, events[i].Start-events[i-1].End)
				pairs++
			}
		}
		return big.NewRat(sum, 1_000_000), pairs > 0, nil
	}
	return nil, false, fmt.Errorf("%w: the formula %q", ErrInvalid, m.Formula)
}

// cost sums the costs of a case exactly, and says whether the log states any:
// a case of unknown cost does not count as one that cost nothing.
func (m Measure) cost(log *process.Log, events []process.Event) (sum *big.Rat, stated bool, err error) {
	sum = new(big.Rat)
	for _, e := range events {
		if c, own := log.Cost(e); m.Attribute == "" && own {
			if c.Currency != m.Currency {
				return nil, false, fmt.Errorf("%w: %s: event %d has a cost in %q; the definition says %q", ErrInvalid, m.Name, e.Seq+1, c.Currency, m.Currency)
			}
			sum.Add(sum, big.NewRat(c.Micros, 1_000_000))
			stated = true
		}
		for a := range log.Attributes(e) {
			if m.Attribute == "" || a.Key != m.Attribute || a.Depth > 0 || a.Value == "" {
				continue
			}
			value, ok := new(big.Rat).SetString(a.Value)
			if !ok || len(a.Value) > 40 {
				return nil, false, fmt.Errorf("%w: %s: event %d has the cost %.40q, which is no number", ErrInvalid, m.Name, e.Seq+1, a.Value)
			}
			sum.Add(sum, value)
			stated = true
		}
	}
	return sum, stated, nil
}

// Better says whether a reading is at least as good as a value.
func (r Reading) Better(value float64) bool {
	if r.Measure.Lower {
		return r.Value <= value
	}
	return r.Value >= value
}
