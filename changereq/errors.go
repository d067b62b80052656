package changereq

import (
	"errors"
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// The classes of error. Test with errors.Is; the typed errors below carry the
// data.
var (
	ErrNotFound  = errors.New("changereq: not found")
	ErrConflict  = errors.New("changereq: conflict")
	ErrInvalid   = errors.New("changereq: invalid")
	ErrRefused   = errors.New("changereq: refused")
	ErrSignature = errors.New("changereq: signature does not verify")
	ErrBaseMoved = fmt.Errorf("%w: base revision moved", ErrRefused)
)

// ConflictError says that somebody else was faster: the stored revision is Have
// where Want was expected. It unwraps to ErrConflict.
type ConflictError struct {
	ID         ID
	Have, Want int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("changereq: conflict: request %q is at revision %d, not %d; read it again", e.ID, e.Have, e.Want)
}

func (e *ConflictError) Unwrap() error { return ErrConflict }

// Field is one fault of the input, at a JSON pointer into the command.
type Field struct {
	Pointer string // such as /content/affected/0/base
	Code    string // stable: required, too_long, invalid, unknown, duplicate, out_of_range
	Text    string // what is wrong and what to do, never the value itself
}

// ValidationError lists every fault of the input. It unwraps to ErrInvalid.
type ValidationError struct{ Fields []Field }

func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Pointer + " " + f.Text
	}
	return "changereq: invalid: " + strings.Join(parts, "; ")
}

func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Unmet is one condition that stands against a command, in words a person can
// act on.
type Unmet = lifecycle.Unmet

// RefusedError lists every condition that is not met. Nothing was changed. It
// unwraps to ErrRefused, and also to ErrBaseMoved when a base revision moved.
type RefusedError struct {
	Command string
	Unmet   []Unmet
}

func (e *RefusedError) Error() string {
	parts := make([]string, len(e.Unmet))
	for i, u := range e.Unmet {
		parts[i] = u.Text
	}
	return fmt.Sprintf("changereq: %s refused: %s", e.Command, strings.Join(parts, "; "))
}

// Unwrap makes errors.Is find the class, and the special case of a moved base.
func (e *RefusedError) Unwrap() []error {
	for _, u := range e.Unmet {
		if u.Condition == guardBase && u.Ref != "" {
			return []error{ErrRefused, ErrBaseMoved}
		}
	}
	return []error{ErrRefused}
}

func refused(command string, unmet ...Unmet) error {
	return &RefusedError{Command: command, Unmet: unmet}
}

// unmet builds a condition that is not met.
func unmet(condition, format string, args ...any) Unmet {
	return Unmet{Condition: condition, Status: lifecycle.Unsatisfied, Text: fmt.Sprintf(format, args...)}
}
