package archive

import (
	"errors"
	"fmt"
	"strings"
)

// The classes of error. Test with errors.Is; the typed errors carry the data.
var (
	ErrNotFound = errors.New("archive: not found")
	ErrConflict = errors.New("archive: conflict")
	ErrInvalid  = errors.New("archive: invalid")
	ErrRefused  = errors.New("archive: refused")             // a rule is not met; the office's state has to change first
	ErrAltered  = errors.New("archive: content was altered") // it does not fit the digest it was filed under
	ErrGone     = errors.New("archive: content is gone")     // it was destroyed or handed over, and what is left says how
)

// ConflictError says that a record was filed or changed by somebody else. It
// unwraps to ErrConflict.
type ConflictError struct {
	ID         RecordID
	Have, Want int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("archive: conflict: record %q is at revision %d, not %d; read it again", e.ID, e.Have, e.Want)
}

func (e *ConflictError) Unwrap() error { return ErrConflict }

// Field is one fault of the input, at a JSON pointer into the command.
type Field struct {
	Pointer string
	Code    string
	Text    string
}

// ValidationError lists every fault of the input. It unwraps to ErrInvalid.
type ValidationError struct{ Fields []Field }

func (e *ValidationError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Pointer + " " + f.Text
	}
	return "archive: invalid: " + strings.Join(parts, "; ")
}

func (e *ValidationError) Unwrap() error { return ErrInvalid }

// Unmet is one condition that stands against a command, in words a person can
// act on. Ref names the thing it is about, if there is one.
type Unmet struct {
	Condition string
	Text      string
	Ref       string
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
	return fmt.Sprintf("archive: %s refused: %s", e.Command, strings.Join(parts, "; "))
}

func (e *RefusedError) Unwrap() error { return ErrRefused }
