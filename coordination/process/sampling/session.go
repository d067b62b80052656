package sampling

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/coordination/process"
)

// ErrInvalid is the class of errors about a session.
var ErrInvalid = errors.New("sampling: invalid session")

// Method is how a session observes.
type Method uint8

// The methods.
const (
	Stopwatch Method = iota
	WorkSampling
)

// Timing is one activity that was timed.
type Timing struct {
	Case     string `json:"case"`
	Activity string `json:"activity"`
	Resource string `json:"resource"` // Case may be empty: then it counts for itself
	Start    int64  `json:"start"`
	End      int64  `json:"end"` // microseconds since 1970 UTC
}

// Seen is what somebody or something does at the moment of looking.
type Seen uint8

// What can be seen: working; ready and without work; with work it cannot begin
// or hand on; not there.
const (
	Busy Seen = iota
	Starved
	Blocked
	Away
	seenCount
)

// String gives what is seen as a word.
func (s Seen) String() string {
	names := [...]string{"busy", "starved", "blocked", "away"}
	if int(s) >= len(names) {
		return fmt.Sprintf("seen %d", uint8(s))
	}
	return names[s]
}

// Look is one look at one place.
type Look struct {
	At    int64  `json:"at"`
	Place string `json:"place"`
	Seen  Seen   `json:"seen"`
}

// Session is one observation by hand.
type Session struct {
	ID       string             `json:"id"`
	Observer string             `json:"observer"`
	Method   Method             `json:"method"`
	Window   process.Interval   `json:"window"`
	Places   []string           `json:"places"`
	Timings  []Timing           `json:"timings"`
	Looks    []Look             `json:"looks"`
	Breaks   []process.Interval `json:"breaks"` // times in the window in which nobody watched
}

// Validate says what is wrong with a session, or nil.
func (s *Session) Validate() error {
	switch {
	case s.ID == "":
		return fmt.Errorf("%w: the id is missing", ErrInvalid)
	case s.Observer == "":
		return fmt.Errorf("%w: %s: the observer is missing", ErrInvalid, s.ID)
	case s.Window.To <= s.Window.From:
		return fmt.Errorf("%w: %s: the window is empty", ErrInvalid, s.ID)
	}
	for i, t := range s.Timings {
		if t.Activity == "" || t.End < t.Start || t.Start < s.Window.From || t.End > s.Window.To {
			return fmt.Errorf("%w: %s: timings/%d has no activity, ends before it starts or lies outside the window", ErrInvalid, s.ID, i)
		}
	}
	for i, l := range s.Looks {
		if !slices.Contains(s.Places, l.Place) || l.Seen >= seenCount || l.At < s.Window.From || l.At > s.Window.To {
			return fmt.Errorf("%w: %s: looks/%d is at no place of the session, sees nothing known or lies outside the window", ErrInvalid, s.ID, i)
		}
	}
	for i, b := range s.Breaks {
		if b.To <= b.From || b.From < s.Window.From || b.To > s.Window.To {
			return fmt.Errorf("%w: %s: breaks/%d is empty or lies outside the window", ErrInvalid, s.ID, i)
		}
	}
	return nil
}

// Emit hands the timings to a sink as events that were observed by hand. A
// timing without a case is a case of its own, named after the session.
func (s *Session) Emit(sink process.Sink) error {
	if err := s.Validate(); err != nil {
		return err
	}
	for i, t := range s.Timings {
		name := t.Case
		if name == "" {
			name = fmt.Sprintf("%s/%d", s.ID, i+1)
		}
		raw := &process.Raw{
			Case: []byte(name), Activity: []byte(t.Activity), Instance: []byte(fmt.Sprintf("%s/%d", s.ID, i+1)),
			Start: process.Stamp{Micros: t.Start}, End: process.Stamp{Micros: t.End}, HasStart: true, HasEnd: true, Hand: true,
			At:         process.Position{File: "session " + s.ID, Line: i + 1},
			Attributes: []process.RawAttribute{{Key: []byte("observation:session"), Value: []byte(s.ID)}, {Key: []byte("observation:observer"), Value: []byte(s.Observer)}},
		}
		if t.Resource != "" {
			raw.Resource = []byte(t.Resource)
		}
		if err := sink.Event(raw); err != nil {
			return fmt.Errorf("session %s: %w", s.ID, err)
		}
	}
	return nil
}

// Coverage is how much of a period was watched.
type Coverage struct {
	Period  process.Interval
	Working int64              // microseconds of the period in working time
	Watched int64              // of those, watched by at least one session
	Gaps    []process.Interval // of the period in which nobody watched and there was working time
	Places  process.Share      // of the places that there are
	Missing []string           // places that were not watched, in order of names
	Cases   int                // that were seen
}

// Share is the part of the working time that was watched.
func (c Coverage) Share() float64 {
	if c.Working == 0 {
		return 0
	}
	return float64(c.Watched) / float64(c.Working)
}

// Cover says how much of a period and of the places sessions have watched.
func Cover(period process.Interval, calendar *process.Calendar, places []string, sessions []Session) Coverage {
	c := Coverage{Period: period, Working: calendar.Working(period.From, period.To)}
	cases, seen := make(map[string]bool), make(map[string]bool)
	var watched []process.Interval
	for i := range sessions {
		s := &sessions[i]
		watched = append(watched, s.watched(period)...)
		for j, t := range s.Timings {
			cases[cmp.Or(t.Case, fmt.Sprintf("%s/%d", s.ID, j+1))] = true
		}
		for _, p := range s.Places {
			seen[p] = true
		}
	}
	slices.SortFunc(watched, func(a, b process.Interval) int { return cmp.Compare(a.From, b.From) })
	at := period.From
	for _, w := range watched {
		c.gap(at, w.From, calendar)
		if w.To > at {
			c.Watched += calendar.Working(max(at, w.From), w.To)
			at = w.To
		}
	}
	c.gap(at, period.To, calendar)
	hits := 0
	for _, p := range places {
		if seen[p] {
			hits++
		} else {
			c.Missing = append(c.Missing, p)
		}
	}
	slices.SortFunc(c.Missing, strings.Compare)
	c.Places = process.Wilson(hits, len(places), process.Normal95)
	c.Cases = len(cases)
	return c
}

func (c *Coverage) gap(from, to int64, calendar *process.Calendar) {
	if from < to && calendar.Working(from, to) > 0 {
		c.Gaps = append(c.Gaps, process.Interval{From: from, To: to})
	}
}

// watched is the window without breaks, within a period.
func (s *Session) watched(period process.Interval) []process.Interval {
	breaks := slices.Clone(s.Breaks)
	slices.SortFunc(breaks, func(a, b process.Interval) int { return cmp.Compare(a.From, b.From) })
	var out []process.Interval
	at, end := max(s.Window.From, period.From), min(s.Window.To, period.To)
	for _, b := range breaks {
		if b.From > at && at < end {
			out = append(out, process.Interval{From: at, To: min(b.From, end)})
		}
		at = max(at, b.To)
	}
	if at < end {
		out = append(out, process.Interval{From: at, To: end})
	}
	return out
}
