package httpapi

import (
	"errors"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// The codes of faults. Clients rely on them; they never change their meaning.
const (
	codeRequired   = "required"
	codeUnknown    = "unknown"
	codeDuplicate  = "duplicate"
	codeType       = "type"
	codeTooLong    = "too_long"
	codeTooShort   = "too_short"
	codeOutOfRange = "out_of_range"
	codeInvalid    = "invalid"
	codeSyntax     = "syntax"
	codeTrailing   = "trailing"
	codeTooDeep    = "too_deep"
	codeEncoding   = "encoding"
	codeNotAllowed = "not_allowed"
	codeIncomplete = "incomplete"
)

const (
	maxFaults     = 100
	maxNameShown  = 64
	ifMatchHeader = "If-Match"
)

// requestError is a request that is not what the contract describes.
type requestError struct{ faults []Fault }

func (e *requestError) Error() string { return errMalformed.Error() }

func (e *requestError) Unwrap() error { return errMalformed }

// malformed makes a requestError and says each fault in words.
func malformed(faults ...Fault) error {
	if len(faults) > maxFaults {
		faults = faults[:maxFaults]
	}
	for i := range faults {
		if faults[i].Text == nil {
			faults[i].Text = new(faultText(faults[i].Code))
		}
	}
	return &requestError{faults: faults}
}

// faultText is what is wrong and what to do, without anything that was sent.
func faultText(code string) string {
	switch code {
	case codeRequired:
		return "is missing: the contract requires it"
	case codeUnknown:
		return "is not in the contract: leave it out, or use a value that the contract names"
	case codeDuplicate:
		return "stands there more than once: send it once"
	case codeType:
		return "is of another type than the contract says"
	case codeTooLong:
		return "is longer than the contract allows: shorten it"
	case codeTooShort:
		return "is shorter than the contract allows: leave it out or fill it in"
	case codeOutOfRange:
		return "is outside the range that the contract allows"
	case codeSyntax:
		return "cannot be read: send well-formed text"
	case codeTrailing:
		return "is followed by more: send one JSON value"
	case codeTooDeep:
		return "is nested deeper than 32"
	case codeEncoding:
		return "holds text that is not valid UTF-8 or a NUL character: remove it"
	case codeIncomplete:
		return "broke off before its end: send the whole of it"
	case codeNotAllowed:
		return "is not allowed here: send none"
	}
	return "does not have the form that the contract describes"
}

// violation turns what kin-openapi found into faults. Its own texts hold the
// schema and the value, so only place and keyword are taken from it.
func violation(err error) error {
	var faults []Fault
	for _, each := range flat(err) {
		bad, ok := errors.AsType[*openapi3filter.RequestError](each)
		if !ok {
			return err
		}
		if bad.Parameter == nil {
			faults = append(faults, bodyFaults(bad)...)
			continue
		}
		if bad.Parameter.Name == ifMatchHeader && errors.Is(bad.Err, openapi3filter.ErrInvalidRequired) {
			return errPrecondition
		}
		faults = append(faults, Fault{In: new(bad.Parameter.In), Name: new(bad.Parameter.Name), Code: parameterCode(bad)})
	}
	return malformed(faults...)
}

func parameterCode(bad *openapi3filter.RequestError) string {
	switch {
	case errors.Is(bad.Err, openapi3filter.ErrInvalidRequired):
		return codeRequired
	case errors.Is(bad.Err, openapi3filter.ErrInvalidEmptyValue):
		return codeTooShort
	}
	for _, leaf := range schemaErrors(bad.Err) {
		return keywordCode(leaf)
	}
	return codeType // it did not parse
}

func bodyFaults(bad *openapi3filter.RequestError) []Fault {
	if errors.Is(bad.Err, openapi3filter.ErrInvalidRequired) {
		return []Fault{{Pointer: new(""), Code: codeRequired}}
	}
	var out []Fault
	for _, leaf := range schemaErrors(bad.Err) {
		at := pointerTo(leaf.JSONPointer())
		if leaf.SchemaField != "properties" {
			out = append(out, Fault{Pointer: new(at), Code: keywordCode(leaf)})
			continue
		}
		for _, name := range unknownMembers(leaf) { // kin-openapi reports them at the parent, each time
			out = append(out, Fault{Pointer: new(at + "/" + escaped(shortened(name))), Code: codeUnknown})
		}
	}
	if len(out) == 0 {
		return []Fault{{Pointer: new(""), Code: codeInvalid}}
	}
	return slices.CompactFunc(out, func(a, b Fault) bool { return *a.Pointer == *b.Pointer && a.Code == b.Code })
}

// unknownMembers lists the members of an object that its schema does not name.
func unknownMembers(leaf *openapi3.SchemaError) []string {
	object, _ := leaf.Value.(map[string]any)
	var out []string
	for _, name := range sortedKeys(object) {
		if leaf.Schema.Properties[name] == nil {
			out = append(out, name)
		}
	}
	return out
}

// keywordCode says in a word which keyword of the schema was not met.
func keywordCode(leaf *openapi3.SchemaError) string {
	switch leaf.SchemaField {
	case "required", "minProperties":
		return codeRequired
	case "properties", "additionalProperties", "enum":
		return codeUnknown
	case "uniqueItems":
		return codeDuplicate
	case "type", "nullable":
		return codeType
	case "maxLength", "maxItems":
		return codeTooLong
	case "minLength", "minItems":
		return codeTooShort
	case "minimum", "maximum":
		return codeOutOfRange
	}
	return codeInvalid
}

// flat lists the errors of a request one by one.
func flat(err error) []error {
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // only the outermost one is taken apart
		return many
	}
	return []error{err}
}

// schemaErrors finds the leaves below an error, in order.
func schemaErrors(err error) []*openapi3.SchemaError {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var out []*openapi3.SchemaError
		for _, each := range many {
			out = append(out, schemaErrors(each)...)
		}
		return out
	}
	if one, ok := errors.AsType[*openapi3.SchemaError](err); ok {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

// pointerTo writes a JSON pointer (RFC 6901).
func pointerTo(path []string) string {
	var b strings.Builder
	for _, part := range path {
		b.WriteString("/")
		b.WriteString(escaped(shortened(part)))
	}
	return b.String()
}

func escaped(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// shortened keeps a name that a caller made up from filling the reply.
func shortened(name string) string {
	if runes := []rune(name); len(runes) > maxNameShown {
		return string(runes[:maxNameShown]) + "…"
	}
	return strings.ToValidUTF8(name, "\ufffd")
}
