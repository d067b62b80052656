package process

import (
	"errors"
	"fmt"
	"slices"
)

// ErrWindow is returned for windows that are no windows.
var ErrWindow = errors.New("process: a window of time must be longer than nothing and make at most a million")

// Window is what flowed in a stretch of time, from From to before To.
type Window struct {
	Interval
	Arrived  int // cases that began
	Departed int // cases that ended
	Open     int // cases open at From
	// Time is the microseconds that open cases spent in the window, so that
	// Time by the length is the mean work in progress.
	Time Sum
}

// InProgress is the mean number of open cases.
func (w Window) InProgress() float64 { return w.Time.Seconds() / Seconds(w.To-w.From) }

// Flow is how cases come and go.
type Flow struct {
	Windows []Window
	// ArrivalGap is the mean time between first starts (D14), in seconds:
	// (latest − earliest)/(cases − 1). Undefined for one case.
	ArrivalGap float64
	Defined    bool
}

// maxWindows is how many windows a flow may have.
const maxWindows = 1_000_000

// MeasureFlow follows the cases through windows of a length in microseconds,
// the first of which begins at a multiple of the length. A case is open at t if
// its start ≤ t < its end (D16). Every case counts as ended at its last event.
func MeasureFlow(cases *Cases, length int64) (*Flow, error) {
	if length <= 0 {
		return nil, fmt.Errorf("%w: its length is %d", ErrWindow, length)
	}
	if cases.Len() == 0 {
		return &Flow{}, nil
	}
	spans := make([]Interval, 0, cases.Len())
	for _, events := range cases.All() {
		span := Interval{From: events[0].Start, To: events[0].End}
		for _, e := range events {
			span.To = max(span.To, e.End)
		}
		spans = append(spans, span)
	}
	slices.SortFunc(spans, func(a, b Interval) int {
		return compareEvents(Event{Start: a.From, End: a.To}, Event{Start: b.From, End: b.To})
	})
	last := spans[0].To
	for _, s := range spans {
		last = max(last, s.To)
	}
	first := floorTo(spans[0].From, length)
	if (last-first)/length >= maxWindows {
		return nil, fmt.Errorf("%w: %d are needed", ErrWindow, (last-first)/length+1)
	}
	f := &Flow{Windows: make([]Window, (last-first)/length+1)}
	for i := range f.Windows {
		f.Windows[i].From = first + int64(i)*length
		f.Windows[i].To = f.Windows[i].From + length
	}
	f.follow(spans, first, length)
	if n := int64(len(spans)); n > 1 {
		f.ArrivalGap, f.Defined = Seconds(spans[n-1].From-spans[0].From)/float64(n-1), true
	}
	return f, nil
}

// follow counts each case once at either end; what lies between comes from
// running sums.
func (f *Flow) follow(spans []Interval, first, length int64) {
	for _, s := range spans {
		from, to := (s.From-first)/length, (s.To-first)/length
		f.Windows[from].Arrived++
		f.Windows[to].Departed++
		if from == to {
			f.Windows[from].Time.Add(s.To - s.From)
			continue
		}
		f.Windows[from].Time.Add(f.Windows[from].To - s.From)
		f.Windows[to].Time.Add(s.To - f.Windows[to].From)
	}
	within := make([]int, len(f.Windows)+1) // cases open throughout, as differences
	opened := make([]int, len(f.Windows)+1) // cases open at From, as differences
	for _, s := range spans {
		from, to := (s.From-first)/length, (s.To-first)/length
		if to > from+1 {
			within[from+1]++
			within[to]--
		}
		if open := (s.From - first + length - 1) / length; open <= (s.To-first-1)/length && s.To > s.From {
			opened[open]++
			opened[(s.To-first-1)/length+1]--
		}
	}
	throughout, open := 0, 0
	for i := range f.Windows {
		throughout += within[i]
		open += opened[i]
		f.Windows[i].Open = open
		f.Windows[i].Time.addProduct(int64(throughout), length)
	}
}

func floorTo(at, length int64) int64 {
	n := at / length
	if at%length < 0 {
		n--
	}
	return n * length
}
