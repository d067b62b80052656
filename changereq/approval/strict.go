package approval

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// strict walks well-formed JSON along a Go type and refuses what encoding/json
// lets pass: unknown members, members in another spelling, members that stand
// twice, null, and values of another kind. The error is a *ParseError.
func strict(data []byte, t reflect.Type) error {
	w := walker{json.NewDecoder(bytes.NewReader(data))}
	w.tokens.UseNumber()
	return w.value("", t)
}

type walker struct{ tokens *json.Decoder }

// value reads one value, which must fit the type.
func (w walker) value(at string, t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := w.tokens.Token()
	if err != nil {
		return &ParseError{Pointer: at, Reason: err.Error()}
	}
	switch got := token.(type) {
	case json.Delim:
		switch {
		case got == '{' && t.Kind() == reflect.Struct:
			return w.object(at, t)
		case got == '[' && t.Kind() == reflect.Slice:
			return w.array(at, t.Elem())
		}
	case string:
		if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return textual(at, t, got)
		}
		if t.Kind() == reflect.String {
			return nil
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case json.Number:
		return whole64(at, t, got)
	}
	return &ParseError{Pointer: at, Reason: "expected " + wanted(t)}
}

// textual lets the type read its text.
func textual(at string, t reflect.Type, text string) error {
	x, ok := reflect.TypeAssert[encoding.TextUnmarshaler](reflect.New(t))
	if ok {
		if err := x.UnmarshalText([]byte(text)); err != nil {
			return &ParseError{Pointer: at, Reason: err.Error()}
		}
	}
	return nil
}

func whole64(at string, t reflect.Type, n json.Number) error {
	if t.Kind() != reflect.Int && t.Kind() != reflect.Int64 || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return &ParseError{Pointer: at, Reason: "expected " + wanted(t)}
	}
	if _, err := strconv.ParseInt(n.String(), 10, 64); err != nil {
		return &ParseError{Pointer: at, Reason: n.String() + " is not a whole number"}
	}
	return nil
}

func (w walker) object(at string, t reflect.Type) error {
	seen := make(map[string]bool)
	for w.tokens.More() {
		token, err := w.tokens.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return &ParseError{Pointer: at, Reason: "expected the name of a member"}
		}
		place := at + "/" + escape(name)
		field, known := member(t, name)
		switch {
		case !known:
			return &ParseError{Pointer: place, Reason: "this member is not known; known are " + strings.Join(members(t), ", ")}
		case seen[name]:
			return &ParseError{Pointer: place, Reason: "this member stands twice"}
		}
		seen[name] = true
		if err := w.value(place, field); err != nil {
			return err
		}
	}
	return w.end(at)
}

func (w walker) array(at string, t reflect.Type) error {
	for i := 0; w.tokens.More(); i++ {
		if err := w.value(at+"/"+strconv.Itoa(i), t); err != nil {
			return err
		}
	}
	return w.end(at)
}

func (w walker) end(at string) error {
	if _, err := w.tokens.Token(); err != nil {
		return &ParseError{Pointer: at, Reason: err.Error()}
	}
	return nil
}

// member finds a member by its exact name.
func member(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range t.Fields() {
		if jsonName(f) == name {
			return f.Type, true
		}
	}
	return nil, false
}

func members(t reflect.Type) []string {
	out := make([]string, 0, t.NumField())
	for f := range t.Fields() {
		out = append(out, jsonName(f))
	}
	return out
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		return "an object"
	case reflect.Slice:
		return "an array"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Int64:
		if t != reflect.TypeFor[int64]() {
			return "a text such as 72h"
		}
		return "a whole number"
	default:
		return "a text"
	}
}

// escape writes a member name as part of a JSON pointer (RFC 6901).
func escape(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
