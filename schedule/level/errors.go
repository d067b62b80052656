package level

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrInvalid is the class of every error about a problem that is not well
	// formed: an unknown index, a negative duration, a cycle of relations.
	// A well-formed problem that has no schedule is not an error; Solve reports
	// it as Infeasible with the causes.
	ErrInvalid = errors.New("level: invalid problem")

	// ErrViolated is the class of every error Check returns: the schedule breaks
	// a rule of the problem.
	ErrViolated = errors.New("level: schedule violates the problem")
)

// InvalidError names the field of a Problem that breaks a rule. It unwraps to
// ErrInvalid.
type InvalidError struct {
	Field string // for example "Activities[3].Modes[0].Duration"
	Rule  string // what must hold, and what to do
}

// Error returns the field and the rule in one sentence.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("%v: %s: %s", ErrInvalid, e.Field, e.Rule)
}

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// CycleError lists the activities of one cycle of relations in order. It
// unwraps to ErrInvalid.
type CycleError struct {
	Activities []int    // indices; the last one is related to the first
	Names      []string // their ids, or "#index" where an activity has no id
}

// Error names the members of the cycle.
func (e *CycleError) Error() string {
	return fmt.Sprintf("%v: Relations: a cycle, each waits for the one before it: %s; remove one of these relations",
		ErrInvalid, strings.Join(e.Names, " -> "))
}

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (e *CycleError) Unwrap() error { return ErrInvalid }

// ViolationError says which rule a schedule breaks and where. It unwraps to
// ErrViolated.
type ViolationError struct {
	Rule     string // "relation", "capacity", "total", "stock", "release", "deadline", "fixed", "staff", "mode", "shape"
	Activity int    // the activity concerned, or -1
	Slot     int    // the time slot concerned, or -1
	Detail   string // one sentence with names and quantities
}

// Error returns the rule and its detail.
func (e *ViolationError) Error() string {
	return fmt.Sprintf("%v: %s: %s", ErrViolated, e.Rule, e.Detail)
}

// Unwrap makes errors.Is(err, ErrViolated) true.
func (e *ViolationError) Unwrap() error { return ErrViolated }
