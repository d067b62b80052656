package register

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Storable reports, as ErrInvalid, what no backend stores: a sheet beyond the
// limits, text that is not valid UTF-8 or holds NUL, a body that is no JSON, keys
// out of order or twice, and events that do not lead one by one to event s.Events
// of this sheet. Every backend asks it before it stores a sheet.
func (s *Sheet) Storable(events ...Event) error {
	if err := CheckBook(s.Book); err != nil {
		return err
	}
	if s.ID == "" || len(s.ID) > MaxID || !isText(s.ID) {
		return invalid("the id is empty, longer than %d bytes, not valid UTF-8 or has a NUL character", MaxID)
	}
	if err := storableKeys(s.Keys); err != nil {
		return err
	}
	if err := storableJSON("the body", s.Body); err != nil {
		return err
	}
	for i := range events {
		if err := s.leads(&events[i], s.Events-int64(len(events)-1-i)); err != nil {
			return err
		}
	}
	return nil
}

// CheckBook reports, as ErrInvalid, what no book can be called.
func CheckBook(book string) error {
	switch {
	case !isName(book):
		return invalid("book %q is no name: use up to %d of a-z, 0-9, '-', '_' and '.', a letter first", clip(book), MaxName)
	case slices.Contains(rooms(), book):
		return invalid("book %q is called as a room with a port of its own: choose another name", book)
	}
	return nil
}

func storableKeys(keys []Key) error {
	if len(keys) > MaxKeys {
		return invalid("%d keys are more than %d: leave some out", len(keys), MaxKeys)
	}
	for i, k := range keys {
		switch {
		case !isName(k.Name):
			return invalid("key %q is no name: use up to %d of a-z, 0-9, '-', '_' and '.', a letter first", clip(k.Name), MaxName)
		case len(k.Value) > MaxValue || !isText(k.Value):
			return invalid("a value of key %q is longer than %d bytes, not valid UTF-8 or has a NUL character", k.Name, MaxValue)
		case i > 0 && compareKeys(keys[i-1], k) >= 0:
			return invalid("key %q with value %q does not stand behind the one before: sort keys by name and value, each once", k.Name, k.Value)
		}
	}
	return nil
}

func storableJSON(what string, b []byte) error {
	switch {
	case len(b) > MaxBody:
		return invalid("%s has %d bytes, more than %d: keep large content in the archive and refer to it", what, len(b), MaxBody)
	case isPlain(b):
		return nil
	case !utf8.Valid(b) || !json.Valid(b):
		return invalid("%s is no JSON in UTF-8", what)
	}
	return nil
}

// isPlain reports whether b is an object of one member, its name and its text in plain
// ASCII without escapes. Of what is stored in a log most is, in bulk, and this takes a
// fraction of what json.Valid does.
func isPlain(b []byte) bool {
	rest, object := bytes.CutPrefix(b, []byte(`{"`))
	rest, closed := bytes.CutSuffix(rest, []byte(`"}`))
	if !object || !closed {
		return false
	}
	name, text, member := bytes.Cut(rest, []byte(`":"`))
	return member && allPlain(name) && allPlain(text)
}

func allPlain(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// leads reports whether e can be event number seq of the sheet.
func (s *Sheet) leads(e *Event, seq int64) error {
	switch {
	case e.Book != s.Book || e.Sheet != s.ID:
		return invalid("event %d is not of sheet %q of book %q", e.Seq, s.ID, s.Book)
	case e.Seq != seq || seq < 1:
		return invalid("the events do not lead one by one to event %d: event %d stands where %d should", s.Events, e.Seq, seq)
	case e.Kind == "" || len(e.Kind) > MaxName || !isText(e.Kind):
		return invalid("the kind of event %d is empty, longer than %d bytes, not valid UTF-8 or has a NUL character", e.Seq, MaxName)
	case !isText(e.Actor):
		return invalid("the actor of event %d is not valid UTF-8 or has a NUL character", e.Seq)
	case e.At.Location() != time.UTC || e.At.Nanosecond()%1000 != 0:
		return invalid("event %d is not at a whole microsecond in UTC: truncate its time", e.Seq)
	}
	return storableJSON(fmt.Sprintf("the data of event %d", e.Seq), e.Data)
}

// rooms are the rooms of the journal that have ports of their own.
func rooms() []string { return []string{"archive", "bundle", "changereq", "notice"} }

func isName(s string) bool {
	if s == "" || len(s) > MaxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

// isText reports whether every backend keeps the text as it is.
func isText(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

// clip keeps a message readable whatever was passed for a name.
func clip(s string) string {
	if len(s) > MaxName {
		return s[:MaxName] + "…"
	}
	return s
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}
