package schedule

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/coordkit/coordkit/schedule/level"
)

// CrewMember is a person as levelling sees people.
type CrewMember struct {
	ID     string
	Hours  *Hours // when he or she can be assigned; nil is always
	Skills []CrewSkill
}

// CrewSkill is a qualification of one person; zero dates set no bound. It counts
// from the first day to the last, both included, in the zone of the person's hours.
type CrewSkill struct {
	Name     string
	Level    int
	From, To Date
}

// LevelOptions steers Level.
type LevelOptions struct {
	// Search is given to level.Solve. Without a number of schedules it gets 100.
	Search level.Options
	// Slot is the grain in which the search counts open time; zero is an hour.
	// Durations round up, presence rounds down. Dates are exact all the same.
	Slot time.Duration
	// Relax asks for at most so many single changes that would let the plan end
	// earlier.
	Relax int
	// Assume takes changes as made: a person more, a receipt some days earlier.
	Assume []Relaxation
	// Improved is called with each better plan, without Bounds and Relaxed, in
	// the goroutine that called Level.
	Improved func(*Levelled)
}

// Levelled is a plan that its people and materials can carry out.
type Levelled struct {
	// Status is Optimal only if no dates end the plan earlier, and not merely
	// none on the grid of slots.
	Status level.Status
	// LowerBound is the least open time, counted where any calendar of the plan
	// is open, from the first possible start to the end of the plan.
	LowerBound time.Duration
	Dates      []Dates // in the order of the plan
	Finish     time.Time
	Assigned   []Assignment
	Links      []Link // the turns people take with what they do from start to finish
	// Left lists requirements that the dates do not wait for: too few qualify, or
	// nobody can say when it will be there.
	Left    []string
	Bounds  []Bound // why activities begin later than their relations ask for
	Relaxed []Relaxation
}

// Assignment is a person's part in an activity.
type Assignment struct {
	Activity    string
	Requirement int // index into its needs
	Person      string
	Interval
}

// Level dates the plan under the people and materials there are. The search of
// package level finds an order and who does what, on an axis of the hours in
// which any calendar of the plan is open: people with the same skills, hours and
// absences are one pool, a skill counts on the days it is valid, and materials
// are stock curves with the receipts that are pegged to the plan, taken from at
// the start of activities. In that order the activities are then dated exactly,
// against the calendars of everybody concerned, and moved up where that leaves
// the others in peace.
//
// So at the dates nobody has two activities at once, is needed while away or
// without the skill, and no unit of material is used before it is there;
// CheckLevelled makes sure before the plan is returned. What is pegged to the
// plan by the readiness stays the plan's, whichever activity takes it; what is
// reserved for one requirement stays with it. Activities wanted as late as
// possible are dated early all the same.
//
// The context bounds the time; with a number of schedules the answer is always
// the same.
func (r *Readiness) Level(ctx context.Context, crew []CrewMember, o LevelOptions) (*Levelled, error) {
	o.Slot = cmp.Or(o.Slot, time.Hour)
	if o.Slot < time.Minute {
		return nil, &ValidationError{Fields: []Field{{"/slot", "out_of_range", "must be a minute at least"}}}
	}
	if o.Search.Schedules == 0 {
		o.Search.Schedules = 100
	}
	l := newLevelling(r, crew, o.Slot)
	out, last, err := l.solve(ctx, o, o.Assume)
	if err != nil || last == nil {
		return out, err
	}
	out.Bounds = last.bounds()
	if out.Relaxed, err = l.relaxations(ctx, o, last, out); err != nil {
		return nil, err
	}
	return out, nil
}

// solve searches and dates what it finds, best last. Without a schedule there is
// no placing.
func (l *levelling) solve(ctx context.Context, o LevelOptions, assume []Relaxation) (*Levelled, *placing, error) {
	m, err := l.model(assume)
	if err != nil {
		return nil, nil, err
	}
	var best *placing
	var fault error
	better := func(found level.Result) {
		if fault != nil || found.Status != level.Feasible && found.Status != level.Optimal {
			return
		}
		x, err := m.place(found.Schedule)
		if err != nil {
			fault = err
			return
		}
		if best == nil || x.finish() < best.finish() {
			best = x
			if o.Improved != nil {
				o.Improved(x.levelled(found))
			}
		}
	}
	search, wanted := o.Search, o.Search.Improved
	shown := math.MaxInt
	search.Improved = func(r level.Result) {
		if wanted != nil {
			wanted(r)
		}
		if o.Improved != nil && r.Schedule.Start != nil && r.Cost < shown { // not for a bound alone
			shown = r.Cost
			better(r)
		}
	}
	found, err := level.Solve(ctx, m.problem, search)
	if err != nil {
		return nil, nil, fmt.Errorf("schedule: levelling: %w", err)
	}
	if best == nil {
		better(found)
	}
	if fault != nil {
		return nil, nil, fault
	}
	if best == nil {
		return &Levelled{Status: found.Status, LowerBound: m.lowerBound(found), Left: m.left}, nil, nil
	}
	out := best.levelled(found)
	if err := CheckLevelled(l.r, l.crew, LevelOptions{Assume: assume}, out); err != nil {
		return nil, nil, err
	}
	return out, best, nil
}
