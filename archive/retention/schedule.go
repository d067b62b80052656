package retention

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Schedule is one version of a rule for how long records are kept.
type Schedule struct {
	ID      string  `json:"id"`
	Version int     `json:"version"`
	From    Date    `json:"from"` // effective from this day on
	Phases  []Phase `json:"phases"`
	// Shortens is who allowed that records which came under an earlier version
	// are due earlier by this one; empty: they keep what they have.
	Shortens string `json:"shortens,omitempty"`
}

// Phase is one stretch of the life of a record.
type Phase struct {
	Trigger      string   `json:"trigger"`         // the name of the event or field that starts it
	AfterLast    bool     `json:"after_last"`      // it starts at the end of the phase before instead
	Offset       Period   `json:"offset,omitzero"` // from the trigger to the anchor
	Period       Period   `json:"period,omitzero"` // from the anchor on
	Rounding     Rounding `json:"rounding,omitempty"`
	Action       Action   `json:"action"`
	Confirmation Period   `json:"confirmation,omitzero"` // after Due, by when somebody has to have acted
	Approvals    int      `json:"approvals"`             // how many people beside the requester; at least 1 to destroy or transfer
	Authority    string   `json:"authority"`             // the law or decision it rests on
}

// Action is what may be done at the end of a phase.
type Action string

// The actions.
const (
	Destroy   Action = "destroy"
	Review    Action = "review"
	Transfer  Action = "transfer"
	Permanent Action = "permanent" // kept for ever: never due
)

// Check reports as ErrInvalid what cannot be a schedule.
func (s *Schedule) Check() error {
	if blank(s.ID) || s.Version < 1 || len(s.Phases) == 0 {
		return fmt.Errorf("%w: a schedule has an id, a version from 1 and at least one phase", ErrInvalid)
	}
	for i := range s.Phases {
		if err := s.Phases[i].check(i, len(s.Phases)); err != nil {
			return fmt.Errorf("%w: schedule %s: phase %d %w", ErrInvalid, s.ID, i+1, err)
		}
	}
	return nil
}

func (p *Phase) check(i, n int) error {
	for _, period := range []Period{p.Offset, p.Period, p.Confirmation} {
		if period.Years < 0 || period.Months < 0 || period.Days < 0 || period.Years > 1000 || period.Months > 12_000 || period.Days > 366_000 {
			return errors.New("has a period below 0 or above 1,000 years")
		}
	}
	switch {
	case !slices.Contains([]Rounding{Exact, EndOfMonth, EndOfQuarter, EndOfYear, EndOfFiscal}, p.Rounding):
		return fmt.Errorf("has no rounding %q", p.Rounding)
	case !slices.Contains([]Action{Destroy, Review, Transfer, Permanent}, p.Action):
		return fmt.Errorf("has no action %q", p.Action)
	case (p.Action == Destroy || p.Action == Transfer) && p.Approvals < 1:
		return fmt.Errorf("needs at least one approval to %s", p.Action)
	case blank(p.Authority):
		return errors.New("names no authority")
	case p.AfterLast && i == 0, p.AfterLast == !blank(p.Trigger):
		return errors.New("has either a trigger or, after the first, the end of the phase before")
	case i < n-1 && p.Action != Review:
		return errors.New("is not the last and can only end in a review")
	}
	return nil
}

// Office is how an office counts days.
type Office struct {
	Zone   *time.Location
	Fiscal time.Month // in which its fiscal year begins
}

// Fact is when a trigger happened.
type Fact struct {
	Trigger string    `json:"trigger"`
	At      time.Time `json:"at"`
}

// Stop is a stretch for which the clock of a record stood still, days included.
// A zero To is still open.
type Stop struct{ From, To Date }

// Standing is where a record stands under a schedule.
type Standing struct {
	Phase  int    // index of the phase that runs or waits
	Action Action // that it leads to
	// Waiting is the trigger that has not happened; empty if the phase runs.
	Waiting string
	Anchor  Date // first day that counts
	Until   Date // last day it is kept; zero while it waits or stands still, and if it is permanent
	Due     Date // first day the action may run; zero like Until
	Confirm Date // day by which somebody has to have acted; zero like Until
}

// DueOn reports whether the action may run on a day.
func (s Standing) DueOn(day Date) bool { return s.Due != Date{} && day.Compare(s.Due) >= 0 }

// Assess computes where a record stands: reviewed says how many phases were
// closed by a review. The instant of a trigger becomes a day of the office, plus the offset,
// rounded up, plus the period, rounded up again: Until. Always from the anchor,
// so that it is never later for an earlier trigger. Days on which the clock
// stood are added, those of overlapping stops once. Of several facts of one trigger the last counts.
func (s *Schedule) Assess(o Office, facts []Fact, stops []Stop, reviewed int) Standing {
	var last Standing
	for i := range s.Phases {
		last = s.Phases[i].assess(o, facts, stops, last)
		last.Phase = i
		if last.Until == (Date{}) || i >= reviewed {
			return last
		}
	}
	return last
}

func (p *Phase) assess(o Office, facts []Fact, stops []Stop, before Standing) Standing {
	out := Standing{Action: p.Action}
	anchor := before.Due
	if !p.AfterLast {
		at, ok := latest(facts, p.Trigger)
		if !ok {
			out.Waiting = p.Trigger
			return out
		}
		anchor = DateOf(at, o.Zone)
	}
	anchor = anchor.Add(p.Offset)
	out.Anchor = anchor
	if p.Action == Permanent {
		return out
	}
	until := anchor.Up(p.Rounding, o.Fiscal).Add(p.Period).Up(p.Rounding, o.Fiscal)
	until, runs := prolong(anchor, until, stops)
	if !runs {
		return out
	}
	out.Until, out.Due = until, until.Days(1)
	out.Confirm = out.Due.Add(p.Confirmation)
	return out
}

func latest(facts []Fact, trigger string) (at time.Time, ok bool) {
	for _, f := range facts {
		if f.Trigger == trigger && (!ok || f.At.After(at)) {
			at, ok = f.At, true
		}
	}
	return at, ok
}

// prolong adds the days of the union of stops, counted forward from the anchor: a
// stop that begins within the time already added counts as well. Runs is false
// while a stop is open.
func prolong(anchor, until Date, stops []Stop) (end Date, runs bool) {
	stops = slices.Clone(stops)
	slices.SortFunc(stops, func(a, b Stop) int { return a.From.Compare(b.From) })
	next := anchor // first day that no stop has counted yet
	for _, s := range stops {
		from := s.From
		if from.Compare(next) < 0 {
			from = next
		}
		if from.Compare(until) > 0 {
			continue
		}
		if s.To == (Date{}) {
			return Date{}, false
		}
		if s.To.Compare(from) >= 0 {
			until = until.Days(s.To.since(from) + 1)
			next = s.To.Days(1)
		}
	}
	return until, true
}

// Revision is what a new version of a schedule, or another class, makes of the
// due day of a record: both are kept with the event.
type Revision struct {
	Old, New  Standing
	Authority string // who allowed a shorter time; empty for none
	Ignored   bool   // the new standing is shorter, and nobody allowed it
}

// InForce is the standing that holds.
func (r Revision) InForce() Standing {
	if r.Ignored {
		return r.Old
	}
	return r.New
}

// Revise compares the standing of a record under an old and a new schedule. A
// record that would be due earlier, or due at all where it was permanent or
// waited, keeps its old standing unless an authority is named.
func Revise(old, revised Standing, authority string) Revision {
	shorter := revised.Due != Date{} && (old.Due == Date{} || revised.Due.Compare(old.Due) < 0)
	return Revision{Old: old, New: revised, Authority: authority, Ignored: shorter && blank(authority)}
}

// Longer reports whether one standing keeps a record longer than another, of which a
// record that is one thing with others stands under the longest. None says nothing;
// without a day is for ever; a review ends nothing; then the later day counts; of the
// same day a transfer, which loses nothing, comes before destruction.
func (s Standing) Longer(than Standing) bool {
	rank := func(s Standing) int {
		switch {
		case s.Action == "":
			return 0
		case s.Due == Date{}:
			return 3
		case s.Action == Review:
			return 2
		}
		return 1
	}
	if a, b := rank(s), rank(than); a != b {
		return a > b
	}
	if c := s.Due.Compare(than.Due); c != 0 {
		return c > 0
	}
	return s.Action == Transfer && than.Action != Transfer
}
