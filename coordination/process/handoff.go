package process

import (
	"cmp"
	"slices"
)

// HandOff is how work goes from one party to another (D13): neighbouring pairs
// of a case whose parties differ.
type HandOff struct {
	From, To string // parties; "" is unknown
	Time     Distribution
	Overlap  Sum
	Returned int // how often To handed straight back: from, to, from within a case
}

// HandOffs are the hand-offs of a log.
type HandOffs struct {
	Pairs    int // all neighbouring pairs
	Between  int // those that are hand-offs
	Overlaps int // hand-offs in which the receiver began before the sender ended
	List     []HandOff
}

// MeasureHandOffs measures the hand-offs between the parties that who names: a
// resource, a department, whatever a function of an event can tell. The list is
// in order of the count, largest first, then of names.
func MeasureHandOffs(cases *Cases, who func(Event) string) HandOffs {
	type pair struct{ from, to string }
	var out HandOffs
	values, places := make([][]int64, 0), make(map[pair]int)
	for _, events := range cases.All() {
		before := "" // the party before the last change
		changed := false
		for i := 1; i < len(events); i++ {
			x, y := events[i-1], events[i]
			from, to := who(x), who(y)
			out.Pairs++
			if from == to {
				continue
			}
			at, known := places[pair{from, to}]
			if !known {
				at = len(out.List)
				places[pair{from, to}] = at
				out.List = append(out.List, HandOff{From: from, To: to})
				values = append(values, nil)
			}
			out.Between++
			gap := y.Start - x.End
			if gap < 0 {
				out.Overlaps++
				out.List[at].Overlap.Add(-gap)
				gap = 0
			}
			values[at] = append(values[at], gap)
			if changed && before == to {
				out.List[places[pair{to, from}]].Returned++
			}
			before, changed = from, true
		}
	}
	for i := range out.List {
		out.List[i].Time = NewDistribution(values[i])
	}
	slices.SortFunc(out.List, func(a, b HandOff) int {
		return cmp.Or(cmp.Compare(b.Time.Count, a.Time.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

// Rework is how often an activity came again in a case (D12).
type Rework struct {
	Activity string
	Cases    int // with the activity at least twice
	Extra    int // instances beyond the first of each case
	Work     Sum // microseconds spent on those
}

// MeasureRework finds the activities that cases do again, by extra instances,
// most first, then by name.
func MeasureRework(log *Log, cases *Cases) []Rework {
	rework := make([]Rework, log.Activities.Len())
	seen := make([]int, log.Activities.Len())
	for _, events := range cases.All() {
		for _, e := range events {
			r := &rework[e.Activity]
			if seen[e.Activity]++; seen[e.Activity] > 1 {
				r.Extra++
				r.Work.Add(e.End - e.Start)
			}
			if seen[e.Activity] == 2 {
				r.Cases++
			}
		}
		for _, e := range events {
			seen[e.Activity] = 0
		}
	}
	var out []Rework
	for id, r := range rework {
		if r.Cases > 0 {
			r.Activity = log.Activities.Of(uint32(id))
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Rework) int {
		return cmp.Or(cmp.Compare(b.Extra, a.Extra), cmp.Compare(a.Activity, b.Activity))
	})
	return out
}
