package plans

import (
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Command is something somebody wants done with a plan.
type Command interface {
	// Name of the command, such as revise.
	Name() string
	decide(p *schedule.Plan, e *events) error
}

// The commands.
type (
	// Create begins a plan. Its revision, and baselines, are not taken over.
	Create struct{ Plan schedule.Plan }

	// Revise changes what is planned. Activities stand in the place of those of
	// the same id, or are added; their planned and actual dates must be those the
	// plan has, or be left zero, except for the planned dates of a manual one.
	Revise struct {
		Activities []schedule.Activity
		Relations  []schedule.Relation // added, or in the place of those of the same ends and kind
		Unrelate   []schedule.Relation // taken away: their ends and kind count
		Cancel     []string            // activities that fall away
		Calendars  []schedule.Calendar // added, or in the place of those of the same id
		Head       *Head
	}

	// Record says what has happened to activities.
	Record struct{ Progress []Progress }

	// Accept makes a proposal the plan. Confirm names the frozen activities that
	// it moves, all of them and no others.
	Accept struct {
		Proposal schedule.Proposal
		Confirm  []string
	}

	// TakeBaseline keeps the dates of the plan, as they are at a status date,
	// under a name that is not taken.
	TakeBaseline struct {
		Label string
		AsOf  time.Time
	}
)

// Head is what a plan says besides its activities.
type Head struct {
	Start    time.Time     `json:"start,omitzero"`
	Calendar string        `json:"calendar,omitzero"`
	Frozen   time.Duration `json:"frozen,omitzero"`
}

// Progress is what has happened to one activity.
type Progress struct {
	Activity string          `json:"activity"`
	Actual   schedule.Actual `json:"actual,omitzero"`
}

// Name of the command.
func (Create) Name() string { return "create" }

// Name of the command.
func (Revise) Name() string { return "revise" }

// Name of the command.
func (Record) Name() string { return "record" }

// Name of the command.
func (Accept) Name() string { return "accept" }

// Name of the command.
func (TakeBaseline) Name() string { return "take-baseline" }
