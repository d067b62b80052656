package approval

import "errors"

// ErrInvalid says that a text is not a policy, or not one of the words it
// should be.
var ErrInvalid = errors.New("approval: invalid")

// ParseError says where in the JSON a policy is malformed and why. It unwraps
// to ErrInvalid.
type ParseError struct {
	Pointer string // a JSON pointer; empty means the whole text
	Reason  string // what is wrong there and what would be right
}

func (e *ParseError) Error() string {
	if e.Pointer == "" {
		return "approval: invalid policy: " + e.Reason
	}
	return "approval: invalid policy at " + e.Pointer + ": " + e.Reason
}

// Unwrap gives ErrInvalid.
func (e *ParseError) Unwrap() error { return ErrInvalid }
