package process

import (
	"cmp"
	"slices"
)

// Load is what one resource did.
type Load struct {
	Resource    string
	Instances   int
	Cases       int
	Work        Sum   // microseconds over all instances, those at the same time counted each
	Busy        int64 // microseconds in which it did at least one thing
	Most        int   // things at once, at most
	First, Last int64 // earliest start and latest end
	Available   int64 // working time by its calendar from First to Last
	BusyInTime  int64 // the part of Busy that lies in working time
}

// Utilisation is the share of the working time in which the resource was busy,
// and 0 if there was no working time.
func (l Load) Utilisation() float64 {
	if l.Available == 0 {
		return 0
	}
	return float64(l.BusyInTime) / float64(l.Available)
}

// MeasureLoads measures the load of each known resource, by Work, most first,
// then by name. Calendars are by name of the resource; one without an entry is
// always there.
func MeasureLoads(log *Log, calendars map[string]*Calendar) []Load {
	byResource := make([][]Event, log.Resources.Len())
	for _, e := range log.Events {
		byResource[e.Resource] = append(byResource[e.Resource], e)
	}
	var out []Load
	for id := 1; id < len(byResource); id++ {
		if len(byResource[id]) > 0 {
			name := log.Resources.Of(uint32(id))
			out = append(out, loadOf(name, byResource[id], calendars[name]))
		}
	}
	slices.SortFunc(out, func(a, b Load) int {
		return cmp.Or(b.Work.Big().Cmp(a.Work.Big()), cmp.Compare(a.Resource, b.Resource))
	})
	return out
}

func loadOf(name string, events []Event, calendar *Calendar) Load {
	slices.SortFunc(events, compareEvents)
	l := Load{Resource: name, Instances: len(events), First: events[0].Start, Last: events[0].End}
	cases := make(map[uint32]bool)
	ends := make([]int64, 0, len(events))
	for _, e := range events {
		cases[e.Case] = true
		l.Work.Add(e.End - e.Start)
		l.Last = max(l.Last, e.End)
		ends = append(ends, e.End)
	}
	l.Cases = len(cases)
	for _, busy := range union(events) {
		l.Busy += busy.To - busy.From
		l.BusyInTime += calendar.Working(busy.From, busy.To)
	}
	slices.Sort(ends)
	running, ended := 0, 0
	for _, e := range events {
		for ; ends[ended] <= e.Start && ends[ended] < e.End; ended++ {
			running--
		}
		running++
		l.Most = max(l.Most, running)
	}
	l.Available = calendar.Working(l.First, l.Last)
	return l
}

// union joins the times of events, which are in order of starts, to intervals
// that do not touch.
func union(events []Event) []Interval {
	var out []Interval
	for _, e := range events {
		if n := len(out); n > 0 && e.Start <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, e.End)
		} else {
			out = append(out, Interval{From: e.Start, To: e.End})
		}
	}
	return out
}

// CaseTime splits the duration of a case (D17).
type CaseTime struct {
	Case     uint32
	Duration int64
	Worked   int64 // something was done
	Idle     int64 // nothing was done
}

// SplitCases splits the duration of each case into the time in which something
// was done and the time in which nothing was; they sum to the duration.
func SplitCases(cases *Cases) []CaseTime {
	out := make([]CaseTime, 0, cases.Len())
	for id, events := range cases.All() {
		c := CaseTime{Case: id}
		parts := union(events)
		for _, p := range parts {
			c.Worked += p.To - p.From
		}
		c.Duration = parts[len(parts)-1].To - parts[0].From
		c.Idle = c.Duration - c.Worked
		out = append(out, c)
	}
	return out
}
