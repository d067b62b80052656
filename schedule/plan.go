package schedule

import (
	"time"
)

// Plan is a set of activities with relations between them and the calendars
// they keep to. It holds the dates that were accepted; what the dates should be
// is worked out by Network.CriticalPath, and becomes a change of the plan only
// by Propose and Accept.
type Plan struct {
	ID         string
	Rev        int64
	Start      time.Time // nothing that has not started begins earlier; zero sets no bound
	Calendar   string    // of activities that name none; empty is always open
	Calendars  []Calendar
	Activities []Activity
	Relations  []Relation
	// Frozen is the horizon, elapsed from the status date, inside which planned
	// activities do not move unless the proposal names them.
	Frozen    time.Duration
	Baselines []Baseline
}

// Activity is a piece of work, or an event if it is a milestone or a gate.
type Activity struct {
	ID   string
	Name string
	Kind ActivityKind

	// Duration is open time of the activity's calendars. If it is zero, Effort
	// is divided by the people its requirements ask for, one if they ask for none.
	Duration time.Duration
	Effort   time.Duration

	Calendar string // of the work
	Place    string // a calendar too: both must be open; empty sets no bound
	Solid    bool   // may not pause over closed time: fits one open window

	StartBy  Bounds
	FinishBy Bounds // NotAfter is the deadline
	AsLate   bool   // as late as moves no other activity
	Manual   bool   // stays at Planned whatever the relations say
	Planned  Dates  // accepted dates; zero if none were accepted yet
	Actual   Actual

	Priority int // the higher is served first where needs fall on one date
	Needs    []Requirement
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
	NotBefore, NotAfter time.Time
}

// Dates are when an activity starts and finishes.
type Dates struct {
	Start, Finish time.Time
}

// IsZero reports whether there are no dates.
func (d Dates) IsZero() bool { return d.Start.IsZero() && d.Finish.IsZero() }

// Actual is what has happened to an activity. With a start and no finish it is
// under way: Remaining open time is left from the status date on.
type Actual struct {
	Start, Finish time.Time
	Remaining     time.Duration
	Cancelled     bool // takes no time and needs nothing; hands on what it waits for
}

// Done reports whether nothing is left to do.
func (a Actual) Done() bool { return a.Cancelled || !a.Finish.IsZero() }

// Relation bounds the dates of one activity by those of another. FinishStart:
// To starts when From has finished and the lag has passed; the other kinds join
// the ends their names say.
type Relation struct {
	From, To string
	Kind     Kind
	Lag      Lag
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

// Lag is the time between the two ends of a relation; negative is a lead. A lag
// that is not zero says whether it is elapsed or open time: nothing is guessed.
type Lag struct {
	Time     time.Duration
	In       LagTime
	Calendar string // for Working; empty is the calendar of the To activity
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
	Name  string
	Taken time.Time
	Dates map[string]Dates // by activity
}

// Limits of a plan, to refuse what is surely a mistake.
const (
	MaxActivities   = 200_000
	MaxRelations    = 1_000_000
	MaxRequirements = 1_000_000
	MaxDuration     = 100 * 365 * 24 * time.Hour
)
