package lifecycle

import "errors"

// ErrInvalid says that a text is not a definition, or not one of the words it should be.
var ErrInvalid = errors.New("lifecycle: invalid")

// ParseError says where in the JSON a definition is malformed and why. It unwraps to ErrInvalid.
type ParseError struct {
	// Pointer is the place as a JSON pointer; empty means the whole text.
	Pointer string
	// Reason says what is wrong there and what would be right.
	Reason string
}

// Error names the place and the reason.
func (e *ParseError) Error() string {
	if e.Pointer == "" {
		return "lifecycle: invalid definition: " + e.Reason
	}

	return "lifecycle: invalid definition at " + e.Pointer + ": " + e.Reason
}

// Unwrap gives ErrInvalid.
func (e *ParseError) Unwrap() error { return ErrInvalid }
