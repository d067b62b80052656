package approval

import (
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// MaxSize is the largest JSON text of a policy that Parse reads, in bytes.
const MaxSize = 1 << 20

// Parse reads a policy from JSON, strictly: every member must be known, in its
// exact spelling, and stand once; null stands nowhere; nothing follows the
// policy; the text is valid UTF-8 of at most MaxSize bytes. id and version must
// be given. Errors are *ParseError and name the place. Parse looks at the form
// only: Compile says whether the policy makes sense.
func Parse(data []byte) (Policy, error) {
	switch {
	case len(data) > MaxSize:
		return Policy{}, &ParseError{Reason: fmt.Sprintf("the text is longer than %d bytes", MaxSize)}
	case !utf8.Valid(data):
		return Policy{}, &ParseError{Reason: "the text is not valid UTF-8"}
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil { // well-formed, and not nested without end
		return Policy{}, &ParseError{Reason: err.Error()}
	}
	var p Policy
	if err := strict(data, reflect.TypeFor[Policy]()); err != nil {
		return Policy{}, err
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return Policy{}, &ParseError{Reason: err.Error()}
	}
	switch {
	case p.ID == "":
		return Policy{}, &ParseError{Pointer: "/id", Reason: "give the policy an id"}
	case p.Version < 1:
		return Policy{}, &ParseError{Pointer: "/version", Reason: "versions count from 1"}
	}
	return p, nil
}
