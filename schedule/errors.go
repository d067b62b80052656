package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The classes of error. Test with errors.Is; the typed errors below carry the
// data.
var (
	// ErrInvalid is the class of input that is not well formed: an unknown id, a
	// cycle, a calendar that is never open, a date outside the years 1900 to 2200.
	ErrInvalid = errors.New("schedule: invalid")
	// ErrConflict says that the plan has moved on since it was read.
	ErrConflict = errors.New("schedule: conflict")
	// ErrRefused is the class of well-formed commands that a rule stands against.
	ErrRefused = errors.New("schedule: refused")
	// ErrViolated is the class of every error Check returns.
	ErrViolated = errors.New("schedule: dates violate the plan")
)

// Field is one fault of the input, at a JSON pointer into what was given.
type Field struct {
	Pointer string // such as /activities/3/calendar
	Code    string // stable: required, invalid, unknown, duplicate, out_of_range
	Text    string // what is wrong and what to do
}

// ValidationError lists every fault of the input. It unwraps to ErrInvalid.
type ValidationError struct{ Fields []Field }

func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Pointer + " " + f.Text
	}
	return "schedule: invalid: " + strings.Join(parts, "; ")
}

func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Faults collects what is wrong with an input.
type Faults struct{ fields []Field }

// Addf notes one fault.
func (f *Faults) Addf(pointer, code, format string, args ...any) {
	f.fields = append(f.fields, Field{Pointer: pointer, Code: code, Text: fmt.Sprintf(format, args...)})
}

// Err returns the faults as a *ValidationError, or nil if there are none.
func (f *Faults) Err() error {
	if len(f.fields) == 0 {
		return nil
	}
	return &ValidationError{Fields: f.fields}
}

// CycleError lists the activities of one cycle of relations in order; the last
// one is related to the first. It unwraps to ErrInvalid.
type CycleError struct{ Activities []string }

func (e *CycleError) Error() string {
	return "schedule: invalid: relations form a cycle: " + strings.Join(e.Activities, " -> ") + " -> " +
		e.Activities[0] + "; remove one of them"
}

func (e *CycleError) Unwrap() error { return ErrInvalid }

// NoTimeError says that a calendar, or several together, have too little open
// time between the years 1900 and 2200. It unwraps to ErrInvalid.
type NoTimeError struct {
	Calendar string // ids, joined with " & " where only their common time counts
	Activity string // where an activity asked for the time
	From     time.Time
}

func (e *NoTimeError) Error() string {
	s := fmt.Sprintf("schedule: invalid: calendar %q has not enough open time from %s", e.Calendar, e.From.Format(time.DateOnly))
	if e.Activity != "" {
		s += fmt.Sprintf(" for activity %q", e.Activity)
	}
	return s + "; open it or name another calendar"
}

func (e *NoTimeError) Unwrap() error { return ErrInvalid }

// ConflictError says that somebody else was faster: the plan is at revision
// Have where Want was expected. It unwraps to ErrConflict.
type ConflictError struct {
	Plan       string
	Have, Want int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("schedule: conflict: plan %q is at revision %d, not %d; propose again", e.Plan, e.Have, e.Want)
}

func (e *ConflictError) Unwrap() error { return ErrConflict }

// Unmet is one condition that stands against a command, in words a person can
// act on.
type Unmet struct {
	Condition string // stable: frozen, manual, unchecked
	Ref       string // the activity concerned
	Text      string
}

// RefusedError lists every condition that is not met. Nothing was changed. It
// unwraps to ErrRefused.
type RefusedError struct {
	Command string
	Unmet   []Unmet
}

func (e *RefusedError) Error() string {
	parts := make([]string, len(e.Unmet))
	for i, u := range e.Unmet {
		parts[i] = u.Text
	}
	return fmt.Sprintf("schedule: %s refused: %s", e.Command, strings.Join(parts, "; "))
}

func (e *RefusedError) Unwrap() error { return ErrRefused }

// ViolationError says which rule dated activities break and where. It unwraps
// to ErrViolated.
type ViolationError struct {
	Rule     string // shape, work, closed, relation, bound, manual, frozen, actual
	Activity string
	Detail   string
}

func (e *ViolationError) Error() string {
	return fmt.Sprintf("%v: %s: activity %q %s", ErrViolated, e.Rule, e.Activity, e.Detail)
}

func (e *ViolationError) Unwrap() error { return ErrViolated }
