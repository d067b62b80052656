package bottleneck

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// State is what a resource does at a time.
type State uint8

// The states of a resource. Holding means that work is there, and so is the
// resource, and it does not begin: it waits for a batch, for something else, or
// the log does not show what it does.
const (
	Busy State = iota
	Holding
	Starved
	Off
	stateCount
)

// String gives the state as a word.
func (s State) String() string {
	names := [...]string{"busy", "holding", "starved", "off"}
	if int(s) >= len(names) {
		return fmt.Sprintf("state %d", uint8(s))
	}
	return names[s]
}

// States are how long a resource was in each state, between its first start
// and its last end; they sum to that time.
type States struct {
	Resource string
	Time     [stateCount]int64 // microseconds
}

// Total is the time from first to last.
func (s States) Total() int64 { return s.Time[Busy] + s.Time[Holding] + s.Time[Starved] + s.Time[Off] }

// Share is the part of the working time in a state; Off is not working time,
// and its share is of the whole.
func (s States) Share(state State) float64 {
	whole := s.Total()
	if state != Off {
		whole -= s.Time[Off]
	}
	if whole == 0 {
		return 0
	}
	return float64(s.Time[state]) / float64(whole)
}

// Utilisation is the share of the working time in which the resource was busy.
// Work outside the calendar counts as busy and as working time.
func (s States) Utilisation() float64 { return s.Share(Busy) }

// MeasureStates measures the states of every known resource, in order of
// names. Work is there for a resource from when it is enabled to when it
// begins.
func MeasureStates(log *process.Log, a *waiting.Analysis, calendars map[string]*process.Calendar) []States {
	work := make([][]change, log.Resources.Len())
	for i := range a.Waits {
		w := &a.Waits[i]
		id := w.Event.Resource
		work[id] = append(work[id], change{w.Start, 1, 0}, change{w.Event.End, -1, 0})
		if w.Enabled < w.Start {
			work[id] = append(work[id], change{w.Enabled, 0, 1}, change{w.Start, 0, -1})
		}
	}
	var out []States
	for id := 1; id < len(work); id++ {
		if len(work[id]) > 0 {
			name := log.Resources.Of(uint32(id))
			out = append(out, statesOf(name, work[id], calendars[name]))
		}
	}
	slices.SortFunc(out, func(a, b States) int { return cmp.Compare(a.Resource, b.Resource) })
	return out
}

// change is a change of how much is worked on and how much waits.
type change struct {
	at            int64
	busy, waiting int
}

func statesOf(name string, changes []change, calendar *process.Calendar) States {
	s := States{Resource: name}
	first, last := int64(0), int64(0)
	begun := false
	for _, c := range changes {
		if c.busy == 0 {
			continue
		}
		if !begun {
			first, last, begun = c.at, c.at, true
		}
		first, last = min(first, c.at), max(last, c.at)
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	busy, queue, at := 0, 0, first
	for _, c := range changes {
		if to := min(max(c.at, first), last); to > at {
			length := to - at
			open := calendar.Working(at, to)
			switch {
			case busy > 0:
				s.Time[Busy] += length
			case queue > 0:
				s.Time[Holding] += open
				s.Time[Off] += length - open
			default:
				s.Time[Starved] += open
				s.Time[Off] += length - open
			}
			at = to
		}
		busy += c.busy
		queue += c.waiting
	}
	return s
}
