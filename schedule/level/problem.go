package level

import "strconv"

// Problem is a resource-constrained project scheduling problem in whole
// numbers: times count slots from 0, quantities count the smallest unit of
// their resource. Intervals are half-open, [start, finish).
//
// Other parts of a problem are named by their index in these slices. A Problem
// is only read by this package and may be shared by concurrent calls.
type Problem struct {
	Activities []Activity
	Relations  []Relation
	Resources  []Resource // renewable: people by head count, machines, rooms
	Totals     []Total    // nonrenewable: a budget for the whole plan
	Stocks     []Stock    // materials with receipts
	People     []Person   // named people with skills; skills are numbered by the caller
	Objective  Objective

	// Horizon is the slot by which every activity has finished. Zero asks for
	// one that is wide enough for every schedule worth having.
	Horizon int
}

// Activity is a piece of work that runs without interruption in one of its
// modes.
type Activity struct {
	ID    string // for messages; may be empty
	Modes []Mode // at least one

	Release  int // earliest start
	Deadline int // latest finish; zero means none

	// Planned is the start in the given plan. It matters if Fixed is set or the
	// objective is Stability.
	Planned int
	// Fixed pins the activity to its planned start.
	Fixed bool

	Due    int // wanted finish, for WeightedTardiness
	Weight int // cost of one slot late (WeightedTardiness) or moved (Stability)
}

// Mode is one way to carry out an activity. A list of units that is shorter than
// the list it counts reads as zeros.
type Mode struct {
	Duration int
	Uses     []int      // units of each resource, held from start to finish
	Spends   []int      // units of each total, used up for good
	Takes    []Amount   // taken from stocks at the start
	Makes    []Amount   // added to stocks at the finish
	Staff    []Assignee // people needed throughout, each counted once
}

// Amount is a quantity of one stock; amounts of the same stock add up. A plan
// has many materials and an activity needs few, so they are listed, not counted
// out.
type Amount struct {
	Stock    int // index into Problem.Stocks
	Quantity int
}

// Assignee asks for a number of people who have a skill.
type Assignee struct {
	Skill  int
	People int
}

// Kind says which ends of two activities a relation joins.
type Kind uint8

// The four kinds of relation. From stands before the hyphen.
const (
	FinishStart  Kind = iota // To starts at least Lag after From has finished
	StartStart               // To starts at least Lag after From has started
	FinishFinish             // To finishes at least Lag after From has finished
	StartFinish              // To finishes at least Lag after From has started
)

// Relation is a minimum time lag between two activities. Lag may be negative.
// The relations must not form a cycle, whatever the lags.
type Relation struct {
	From, To int
	Kind     Kind
	Lag      int
}

// Resource is a renewable resource: its units come back when an activity
// finishes. Capacity holds from slot 0; each step changes it from its slot on.
// A calendar is a resource whose capacity falls to zero when it is closed.
type Resource struct {
	ID       string
	Capacity int
	Steps    []Step // ascending slots
}

// Step sets a quantity from a slot on.
type Step struct {
	Slot     int
	Quantity int
}

// Total is a nonrenewable resource: what the modes spend must not exceed it.
type Total struct {
	ID       string
	Capacity int
}

// Stock is a material: activities take from it at their start and may add to
// it at their finish; it is never below zero. A unit added at slot t may be
// taken at slot t.
type Stock struct {
	ID       string
	Initial  int
	Receipts []Step // ascending slots; each adds its quantity
}

// Person can work on one activity at a time, in any skill he or she holds from
// its start to its finish. People with the same skills, terms and absences are
// interchangeable, and are searched over as one pool.
type Person struct {
	ID     string
	Skills []int    // held throughout
	Terms  []Term   // skills held for a time, such as a certificate that expires
	Away   []Window // ascending, not overlapping
}

// Term is the time [From, To) in which a person holds a skill. Terms of one
// skill that touch or overlap count as one.
type Term struct {
	Skill    int
	From, To int
}

// Window is the half-open interval of slots [From, To).
type Window struct {
	From, To int
}

// Objective says what a better schedule is. The cost is always to be made
// small.
type Objective uint8

const (
	// Makespan is the latest finish.
	Makespan Objective = iota
	// WeightedTardiness is the sum of Weight x slots finished after Due.
	WeightedTardiness
	// Stability is the sum of Weight x slots moved from Planned, either way.
	Stability
)

// Cost returns the value of a schedule under the problem's objective. The
// schedule must have the shape of the problem; it need not be feasible.
func (p *Problem) Cost(s Schedule) int {
	cost := 0
	for i := range p.Activities {
		a := &p.Activities[i]
		finish := s.Start[i] + a.Modes[s.Mode[i]].Duration
		switch p.Objective {
		case Makespan:
			cost = max(cost, finish)
		case WeightedTardiness:
			cost += a.Weight * max(0, finish-a.Due)
		case Stability:
			cost += a.Weight * max(s.Start[i]-a.Planned, a.Planned-s.Start[i])
		}
	}
	return cost
}

// name returns the id of activity i for messages.
func (p *Problem) name(i int) string { return label(p.Activities[i].ID, i) }

// label returns an id, or "#index" for an empty one.
func label(id string, index int) string {
	if id != "" {
		return id
	}
	return "#" + strconv.Itoa(index)
}

// at returns element i of a list that reads as zeros past its end.
func at(list []int, i int) int {
	if i < len(list) {
		return list[i]
	}
	return 0
}
