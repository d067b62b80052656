package level

import "slices"

// Schedule gives each activity a start, a mode and, where it asks for people,
// their names by index. All slices are in the order of Problem.Activities.
type Schedule struct {
	Start []int
	Mode  []int   // index into Activity.Modes
	Staff [][]int // people of each activity, first those of its first Assignee; nil if no activity asks for people
}

// Clone returns a copy that shares nothing with s.
func (s Schedule) Clone() Schedule {
	c := Schedule{Start: slices.Clone(s.Start), Mode: slices.Clone(s.Mode)}
	if s.Staff != nil {
		c.Staff = make([][]int, len(s.Staff))
		for i, people := range s.Staff {
			c.Staff[i] = slices.Clone(people)
		}
	}
	return c
}

// Status says what is known about a Result.
type Status uint8

const (
	// Unknown means that no schedule was found and none was excluded before the
	// limit was reached.
	Unknown Status = iota
	// Feasible means that the schedule keeps every rule; a better one may exist.
	Feasible
	// Optimal means that the schedule is feasible and no better one exists.
	Optimal
	// Infeasible means that no schedule keeps every rule; Causes says why.
	Infeasible
)

// String returns the status in lower case, as the examples print it.
func (s Status) String() string {
	switch s {
	case Unknown:
		return "unknown"
	case Feasible:
		return "feasible"
	case Optimal:
		return "optimal"
	case Infeasible:
		return "infeasible"
	}
	return "unknown"
}

// Result is what is known after some amount of search.
type Result struct {
	Status     Status
	Schedule   Schedule // if Feasible or Optimal
	Cost       int      // of the schedule, under the problem's objective
	LowerBound int      // no schedule costs less; equal to Cost if Optimal
	Causes     []Cause  // if Infeasible: rules that cannot hold together
	Schedules  int      // schedules spent: passes of the generator and conflicts of the exact core
}
