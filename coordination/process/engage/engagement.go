package engage

import (
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// State is where an engagement stands.
type State string

// The states.
const (
	Measuring State = "measuring"
	Watching  State = "watching" // the exit test was met; somebody still looks
	Closed    State = "closed"   // the watch ended without a return
	Returned  State = "returned" // the problem came back during the watch
	Expired   State = "expired"  // the end date came first
	Withdrawn State = "withdrawn"
)

// ExitTest is when the goal counts as reached.
type ExitTest struct {
	InARow   int `json:"in_a_row"`  // readings at the goal, one after the other
	MinCases int `json:"min_cases"` // that each must rest on
}

// Watch is how long and how closely the process is watched afterwards.
type Watch struct {
	Until   int64   `json:"until"`    // microseconds since 1970 UTC
	Relapse float64 `json:"relapse"`  // a reading that is not at least this good counts against it
	InARow  int     `json:"in_a_row"` // so many of them in a row mean that the problem has returned
}

// Plan is what an engagement sets out to do.
type Plan struct {
	ID      string   `json:"id"`
	Aspect  string   `json:"aspect"` // what about the process, in words
	Measure Measure  `json:"measure"`
	Goal    float64  `json:"goal"`
	Exit    ExitTest `json:"exit"`
	End     int64    `json:"end"` // of the engagement, microseconds since 1970 UTC
	Watch   Watch    `json:"watch"`
}

// Engagement is a plan with what has happened since.
type Engagement struct {
	Plan
	Baseline Reading   `json:"baseline"` // frozen
	State    State     `json:"state"`
	Readings []Reading `json:"readings"`
	Streak   int       `json:"streak"` // readings in a row that meet the exit test, or in the watch fail it
	Since    int64     `json:"since"`
	Reason   string    `json:"reason"` // of the state, in words
}

// Propose checks a plan and freezes its baseline. It returns ErrInvalid with
// what is wrong: among others a baseline by another definition, a baseline that
// meets the goal already, or a watch that ends before the engagement.
func Propose(plan Plan, baseline Reading, now int64) (Engagement, error) {
	e := Engagement{Plan: plan, Baseline: baseline, State: Measuring, Since: now}
	if err := plan.Measure.Validate(); err != nil {
		return e, err
	}
	wrong := ""
	switch {
	case plan.ID == "" || plan.Aspect == "":
		wrong = "id and aspect are needed"
	case baseline.Measure != plan.Measure:
		wrong = "the baseline was made by another definition than the measure of the plan"
	case baseline.Cases == 0:
		wrong = "the baseline rests on no cases"
	case baseline.Window.To > now:
		wrong = "the baseline reaches into the future"
	case baseline.Better(plan.Goal):
		wrong = fmt.Sprintf("the baseline %g meets the goal %g already", baseline.Value, plan.Goal)
	case plan.Exit.InARow < 1 || plan.Exit.MinCases < 1:
		wrong = "the exit test needs at least one reading of at least one case"
	case plan.End <= now:
		wrong = "the end date has passed"
	case plan.Watch.Until < plan.End || plan.Watch.InARow < 1:
		wrong = "the watch must reach to the end date at least and needs at least one reading"
	case !(Reading{Measure: plan.Measure, Value: plan.Goal}).Better(plan.Watch.Relapse):
		wrong = "the goal itself would count as a relapse"
	}
	if wrong != "" {
		return e, fmt.Errorf("%w: engagement %q: %s", ErrInvalid, plan.ID, wrong)
	}
	return e, nil
}

// Command is what may be asked of an engagement: exactly one of a reading, a
// withdrawal with its reason, or nothing but the date.
type Command struct {
	Reading  *Reading
	Withdraw string
}

// Event is what happened to an engagement.
type Event struct {
	At      int64    `json:"at"`
	Reading *Reading `json:"reading"`
	Streak  int      `json:"streak"`
	State   State    `json:"state"` // after the event
	Reason  string   `json:"reason"`
}

// Decide says what a command changes, as of now. An engagement that is over
// takes no reading and no withdrawal: ErrRefused. So it is with a reading by
// another definition, and one whose window is before the end of the last.
func Decide(e Engagement, c Command, now int64) ([]Event, error) {
	if over := e.State != Measuring && e.State != Watching; over {
		if c.Reading == nil && c.Withdraw == "" {
			return nil, nil
		}
		return nil, fmt.Errorf("%w: engagement %q is %s: %s", ErrRefused, e.ID, e.State, e.Reason)
	}
	switch {
	case c.Withdraw != "":
		return []Event{{At: now, State: Withdrawn, Reason: c.Withdraw}}, nil
	case c.Reading == nil:
		return e.date(now), nil
	}
	if err := e.takes(*c.Reading, now); err != nil {
		return nil, err
	}
	first := e.judge(*c.Reading, now)
	events := []Event{first}
	if after := Evolve(e, first); after.State == Measuring || after.State == Watching {
		events = append(events, after.date(now)...)
	}
	return events, nil
}

// takes says whether a reading can be taken.
func (e Engagement) takes(r Reading, now int64) error {
	last := e.Baseline.Window.To
	if n := len(e.Readings); n > 0 {
		last = e.Readings[n-1].Window.To
	}
	wrong := ""
	switch {
	case r.Measure != e.Measure:
		wrong = fmt.Sprintf("the reading was made by %s version %d; the plan says %s version %d", r.Measure.Name, r.Measure.Version, e.Measure.Name, e.Measure.Version)
	case r.Window.To > now:
		wrong = "the window of the reading is not over"
	case r.Window.From < last:
		wrong = fmt.Sprintf("the window of the reading begins before %v, where the last one ended", process.Time(last))
	}
	if wrong != "" {
		return fmt.Errorf("%w: engagement %q: %s", ErrRefused, e.ID, wrong)
	}
	return nil
}

// judge says what a reading changes.
func (e Engagement) judge(r Reading, now int64) Event {
	out := Event{At: now, Reading: &r, State: e.State}
	switch {
	case r.Cases < e.Exit.MinCases:
		out.Streak, out.Reason = e.Streak, fmt.Sprintf("%d cases are too few to count; %d are needed", r.Cases, e.Exit.MinCases)
	case e.State == Measuring && r.Better(e.Goal):
		if out.Streak = e.Streak + 1; out.Streak >= e.Exit.InARow {
			out.State, out.Streak = Watching, 0
			out.Reason = fmt.Sprintf("%d readings in a row meet the goal %g, the last with %g", e.Exit.InARow, e.Goal, r.Value)
		}
	case e.State == Watching && !r.Better(e.Watch.Relapse):
		if out.Streak = e.Streak + 1; out.Streak >= e.Watch.InARow {
			out.State = Returned
			out.Reason = fmt.Sprintf("%d readings in a row fall behind %g, the last with %g", e.Watch.InARow, e.Watch.Relapse, r.Value)
		}
	}
	return out
}

// date says what time alone changes.
func (e Engagement) date(now int64) []Event {
	switch {
	case e.State == Measuring && now >= e.End:
		return []Event{{At: now, Streak: e.Streak, State: Expired, Reason: "the end date came before the exit test was met"}}
	case e.State == Watching && now >= e.Watch.Until:
		return []Event{{At: now, Streak: e.Streak, State: Closed, Reason: "the watch ended and the problem had not returned"}}
	}
	return nil
}

// Evolve applies an event.
func Evolve(e Engagement, event Event) Engagement {
	if event.Reading != nil {
		e.Readings = append(slices.Clip(e.Readings), *event.Reading)
	}
	if event.State != e.State {
		e.State, e.Since = event.State, event.At
	}
	e.Streak = event.Streak
	if event.Reason != "" {
		e.Reason = event.Reason
	}
	return e
}
