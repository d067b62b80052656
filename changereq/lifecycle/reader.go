package lifecycle

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// reader takes JSON apart value by value and refuses what does not fit, with its place.
// The text is known to be well-formed.
type reader struct{ tokens *json.Decoder }

// object reads an object and hands each member, with its place, to the function, which reads the value.
func (r reader) object(at string, member func(name, at string) error) error {
	if err := r.open(at, '{', "an object"); err != nil {
		return err
	}

	seen := make(map[string]bool)

	for r.tokens.More() {
		var name string
		if err := r.text(at, &name); err != nil {
			return err
		}

		place := at + "/" + escape(name)
		if seen[name] {
			return &ParseError{Pointer: place, Reason: "this member stands twice"}
		}

		seen[name] = true

		if err := member(name, place); err != nil {
			return err
		}
	}

	return r.close(at)
}

// list reads an array; an empty one leaves the slice nil.
func list[T any](r reader, at string, items *[]T, read func(at string, item *T) error) error {
	if err := r.open(at, '[', "an array"); err != nil {
		return err
	}

	for r.tokens.More() {
		var item T
		if err := read(at+"/"+strconv.Itoa(len(*items)), &item); err != nil {
			return err
		}

		*items = append(*items, item)
	}

	return r.close(at)
}

// texts reads an array of strings.
func (r reader) texts(at string, items *[]string) error { return list(r, at, items, r.text) }

// text reads a string.
func (r reader) text(at string, into *string) error { return scalar(r, at, into, "a string") }

// flag reads a boolean.
func (r reader) flag(at string, into *bool) error { return scalar(r, at, into, "true or false") }

// number reads a whole number.
func (r reader) number(at string, into *int) error {
	var written json.Number
	if err := scalar(r, at, &written, "a whole number"); err != nil {
		return err
	}

	value, err := strconv.Atoi(written.String())
	if err != nil {
		return &ParseError{Pointer: at, Reason: written.String() + " is not a whole number"}
	}

	*into = value

	return nil
}

// scalar reads a value of one type.
func scalar[T any](r reader, at string, into *T, wanted string) error {
	token, err := r.tokens.Token()
	if err != nil {
		return &ParseError{Pointer: at, Reason: err.Error()}
	}

	value, ok := token.(T)
	if !ok {
		return &ParseError{Pointer: at, Reason: "expected " + wanted + ", not " + describe(token)}
	}

	*into = value

	return nil
}

// open reads the beginning of an object or array.
func (r reader) open(at string, delim json.Delim, wanted string) error {
	token, err := r.tokens.Token()
	if err != nil {
		return &ParseError{Pointer: at, Reason: err.Error()}
	}

	if token != delim {
		return &ParseError{Pointer: at, Reason: "expected " + wanted + ", not " + describe(token)}
	}

	return nil
}

// close reads the end of an object or array.
func (r reader) close(at string) error {
	if _, err := r.tokens.Token(); err != nil {
		return &ParseError{Pointer: at, Reason: err.Error()}
	}

	return nil
}

// describe names what was found instead.
func describe(token json.Token) string {
	switch found := token.(type) {
	case nil:
		return "null"
	case json.Delim:
		if found == '{' {
			return "an object"
		}

		return "an array"
	case string:
		return quote(found)
	}

	return fmt.Sprint(token)
}

// escape writes a member name as part of a JSON pointer (RFC 6901).
func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
