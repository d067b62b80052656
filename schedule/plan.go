package schedule

import (
	"fmt"
	"time"
)

// Plan is a set of activities with relations between them and the calendars
// they keep to. It holds the dates that were accepted; what the dates should be
// is worked out by Network.CriticalPath, and becomes a change of the plan only
// by Propose and Accept.
type Plan struct {
	ID         string     `json:"id,omitzero"`
	Rev        int64      `json:"rev,omitzero"`
	Start      time.Time  `json:"start,omitzero"`    // nothing that has not started begins earlier; zero sets no bound
	Calendar   string     `json:"calendar,omitzero"` // of activities that name none; empty is always open
	Calendars  []Calendar `json:"calendars,omitzero"`
	Activities []Activity `json:"activities,omitzero"`
	Relations  []Relation `json:"relations,omitzero"`
	// Frozen is the horizon, elapsed from the status date, inside which planned
	// activities do not move unless the proposal names them.
	Frozen    time.Duration `json:"frozen,omitzero"`
	Baselines []Baseline    `json:"baselines,omitzero"`
}

// Activity is a piece of work, or an event if it is a milestone or a gate.
type Activity struct {
	ID   string       `json:"id,omitzero"`
	Name string       `json:"name,omitzero"`
	Kind ActivityKind `json:"kind,omitzero"`

	// Duration is open time of the activity's calendars. If it is zero, Effort
	// is divided by the people its requirements ask for, one if they ask for none.
	Duration time.Duration `json:"duration,omitzero"`
	Effort   time.Duration `json:"effort,omitzero"`

	Calendar string `json:"calendar,omitzero"` // of the work
	Place    string `json:"place,omitzero"`    // a calendar too: both must be open; empty sets no bound
	Solid    bool   `json:"solid,omitzero"`    // may not pause over closed time: fits one open window

	StartBy  Bounds `json:"start_by,omitzero"`
	FinishBy Bounds `json:"finish_by,omitzero"` // NotAfter is the deadline
	AsLate   bool   `json:"as_late,omitzero"`   // as late as moves no other activity
	Manual   bool   `json:"manual,omitzero"`    // stays at Planned whatever the relations say
	Planned  Dates  `json:"planned,omitzero"`   // accepted dates; zero if none were accepted yet
	Actual   Actual `json:"actual,omitzero"`

	Priority int           `json:"priority,omitzero"` // the higher is served first where needs fall on one date
	Needs    []Requirement `json:"needs,omitzero"`
}

// ActivityKind says what an activity is.
type ActivityKind string

// The kinds of activity. A milestone or gate takes no time; a gate is reviewed:
// it sums up the readiness of what leads to it.
const (
	Task      ActivityKind = ""
	Milestone ActivityKind = "milestone"
	Gate      ActivityKind = "gate"
)

// Bounds are wanted limits of a date; zero times set none. NotBefore is kept.
// NotAfter never breaks a relation: it gives negative float and a finding.
type Bounds struct {
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"`
}

// Dates are when an activity starts and finishes.
type Dates struct {
	Start  time.Time `json:"start,omitzero"`
	Finish time.Time `json:"finish,omitzero"`
}

// IsZero reports whether there are no dates.
func (d Dates) IsZero() bool { return d.Start.IsZero() && d.Finish.IsZero() }

// Actual is what has happened to an activity. With a start and no finish it is
// under way: Remaining open time is left from the status date on.
type Actual struct {
	Start     time.Time     `json:"start,omitzero"`
	Finish    time.Time     `json:"finish,omitzero"`
	Remaining time.Duration `json:"remaining,omitzero"`
	Cancelled bool          `json:"cancelled,omitzero"` // takes no time and needs nothing; hands on what it waits for
}

// Done reports whether nothing is left to do.
func (a Actual) Done() bool { return a.Cancelled || !a.Finish.IsZero() }

// Relation bounds the dates of one activity by those of another. FinishStart:
// To starts when From has finished and the lag has passed; the other kinds join
// the ends their names say.
type Relation struct {
	From string `json:"from,omitzero"`
	To   string `json:"to,omitzero"`
	Kind Kind   `json:"kind,omitzero"`
	Lag  Lag    `json:"lag,omitzero"`
}

// Kind says which ends of two activities a relation joins.
type Kind uint8

// The kinds of relation; From stands before the hyphen of FS, SS, FF and SF.
const (
	FinishStart Kind = iota
	StartStart
	FinishFinish
	StartFinish
)

// String returns FS, SS, FF or SF.
func (k Kind) String() string {
	if k > StartFinish {
		return "?"
	}
	return [...]string{"FS", "SS", "FF", "SF"}[k]
}

// MarshalText writes the kind as String does.
func (k Kind) MarshalText() ([]byte, error) {
	if k > StartFinish {
		return nil, fmt.Errorf("%w: relation kind %d is none of FS, SS, FF and SF", ErrInvalid, k)
	}
	return []byte(k.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	for x := FinishStart; x <= StartFinish; x++ {
		if string(text) == x.String() {
			*k = x
			return nil
		}
	}
	return fmt.Errorf("%w: relation kind %q is none of FS, SS, FF and SF", ErrInvalid, text)
}

// Lag is the time between the two ends of a relation; negative is a lead. A lag
// that is not zero says whether it is elapsed or open time: nothing is guessed.
type Lag struct {
	Time     time.Duration `json:"time,omitzero"`
	In       LagTime       `json:"in,omitzero"`
	Calendar string        `json:"calendar,omitzero"` // for Working; empty is the calendar of the To activity
}

// LagTime says how a lag is counted.
type LagTime string

// The ways to count a lag.
const (
	Elapsed LagTime = "elapsed" // around the clock
	Working LagTime = "working" // open time of a calendar
)

// Baseline is a set of dates kept for comparison.
type Baseline struct {
	Name  string           `json:"name,omitzero"`
	Taken time.Time        `json:"taken,omitzero"`
	Dates map[string]Dates `json:"dates,omitzero"` // by activity
}

// Limits of a plan, to refuse what is surely a mistake.
const (
	MaxActivities   = 200_000
	MaxRelations    = 1_000_000
	MaxRequirements = 1_000_000
	MaxDuration     = 100 * 365 * 24 * time.Hour
)
