package changereq

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits on what a command may carry, in characters and entries.
const (
	maxID       = 64
	maxName     = 200
	maxTitle    = 300
	maxText     = 20_000
	maxLabels   = 32
	maxAffected = 500
	maxLines    = 100
)

const (
	required = true
	optional = false
)

// fields collects the faults of a command.
type fields struct{ faults []Field }

func (f *fields) err() error {
	if len(f.faults) == 0 {
		return nil
	}
	return &ValidationError{Fields: f.faults}
}

// element points at the i-th element of a list.
func element(at, list string, i int) string { return at + "/" + list + "/" + strconv.Itoa(i) }

func (f *fields) add(pointer, code, text string) {
	f.faults = append(f.faults, Field{Pointer: pointer, Code: code, Text: text})
}

func (f *fields) only(pointer string, present bool, text string) {
	if present {
		f.add(pointer, "invalid", text)
	}
}

func (f *fields) require(pointer, s string) {
	if strings.TrimSpace(s) == "" {
		f.add(pointer, "required", "is empty: fill it in")
	}
}

// text checks length and characters; one character is one Unicode code point.
func (f *fields) text(pointer, s string, limit int) {
	switch {
	case !utf8.ValidString(s):
		f.add(pointer, "invalid", "is not valid UTF-8")
	case strings.ContainsRune(s, 0):
		f.add(pointer, "invalid", "holds a NUL character: remove it")
	case utf8.RuneCountInString(s) > limit:
		f.add(pointer, "too_long", "is longer than "+strconv.Itoa(limit)+" characters: shorten it")
	}
}

// name checks a short text that identifies something of another house.
func (f *fields) name(pointer, s string, need bool) {
	if need {
		f.require(pointer, s)
	}
	f.text(pointer, s, maxName)
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != 0 || r == 0x7f }) {
		f.add(pointer, "invalid", "holds a control character: remove it")
	}
}

// id checks a client-chosen id: it must be usable in a URL as it is.
func (f *fields) id(pointer, s string) {
	if !ValidID(s) {
		f.add(pointer, "invalid", "is not an id: use 1 to 64 letters, digits, '-', '_', '.' or '~', beginning with a letter or digit")
	}
}

// ValidID reports whether s may be the id of a request: 1 to 64 characters out
// of ASCII letters, digits, '-', '_', '.' and '~', the first a letter or digit.
func ValidID(s string) bool {
	if s == "" || len(s) > maxID || strings.IndexByte("-_.~", s[0]) >= 0 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("-_.~", c) < 0 {
			return false
		}
	}
	return true
}

func (f *fields) ids(pointer string, ids []ID) {
	f.atMost(pointer, len(ids), maxLines)
	for i, id := range ids {
		f.id(pointer+"/"+strconv.Itoa(i), string(id))
	}
}

func (f *fields) digest(pointer string, d Digest) {
	if d == "" {
		return
	}
	if len(d) != 64 || strings.Trim(string(d), "0123456789abcdef") != "" {
		f.add(pointer, "invalid", "is not a SHA-256 in 64 lower-case hexadecimal digits")
	}
}

func (f *fields) atMost(pointer string, n, limit int) {
	if n > limit {
		f.add(pointer, "too_long", "has more than "+strconv.Itoa(limit)+" entries: split it")
	}
}

func (f *fields) within(pointer string, n, low, high int) {
	if n < low || n > high {
		f.add(pointer, "out_of_range", "is not between "+strconv.Itoa(low)+" and "+strconv.Itoa(high))
	}
}

func (f *fields) oneOf(pointer, s string, allowed ...string) {
	if !slices.Contains(allowed, s) {
		f.add(pointer, "unknown", "is not one of "+strings.Join(allowed, ", "))
	}
}

func (f *fields) evidence(pointer string, refs []string) {
	f.atMost(pointer, len(refs), maxLines)
	for i, s := range refs {
		f.name(pointer+"/"+strconv.Itoa(i), s, required)
	}
}

// time checks that an instant lies in the years that calendars agree on.
func (f *fields) time(pointer string, t *time.Time) {
	if t != nil && !plausible(*t) {
		f.add(pointer, "out_of_range", "is not between the years 1900 and 2200")
	}
}

func plausible(t time.Time) bool {
	year := t.UTC().Year()
	return year >= 1900 && year <= 2200
}

func (f *fields) window(pointer string, w *Window) {
	if w == nil {
		return
	}
	f.time(pointer+"/start", &w.Start)
	f.time(pointer+"/end", &w.End)
	if !w.Start.Before(w.End) {
		f.add(pointer, "out_of_range", "is empty: the end must come after the start")
	}
}

func (c *Content) validate(f *fields, at string) {
	f.text(at+"/title", c.Title, maxTitle)
	f.text(at+"/description", c.Description, maxText)
	f.text(at+"/justification", c.Justification, maxText)
	f.text(at+"/back_out_plan", c.BackOutPlan, maxText)
	f.window(at+"/window", c.Window)
	f.ids(at+"/supersedes", c.Supersedes)
	f.ids(at+"/requires", c.Requires)
	if c.FromTemplate != "" {
		f.id(at+"/from_template", string(c.FromTemplate))
	}
	c.Template.validate(f, at+"/template")
	c.Plan.validate(f, at+"/plan")
	f.atMost(at+"/labels", len(c.Labels), maxLabels)
	for i, l := range c.Labels {
		f.name(element(at, "labels", i), l, required)
		if slices.Contains(c.Labels[:i], l) {
			f.add(element(at, "labels", i), "duplicate", "stands in the list twice: remove one")
		}
	}
	f.atMost(at+"/affected", len(c.Affected), maxAffected)
	seen := make(map[ItemID]bool, len(c.Affected))
	for i, a := range c.Affected {
		a.validate(f, element(at, "affected", i))
		if seen[a.Item] {
			f.add(element(at, "affected", i)+"/item", "duplicate", "stands in the list twice: remove one")
		}
		seen[a.Item] = true
	}
}

func (a *AffectedItem) validate(f *fields, at string) {
	f.name(at+"/item", string(a.Item), required)
	f.name(at+"/base", a.Base, optional)
	f.name(at+"/owner", a.Owner, optional)
	if a.Action != "" {
		f.oneOf(at+"/action", string(a.Action), string(ActionAdd), string(ActionModify), string(ActionRemove), string(ActionNone))
	}
	switch {
	case a.Action == ActionAdd && a.Base != "":
		f.add(at+"/base", "invalid", "is given for an item that is added: leave it out")
	case (a.Action == ActionModify || a.Action == ActionRemove) && a.Base == "":
		f.add(at+"/base", "required", "is missing: name the revision that was assessed")
	}
}

// normal returns a copy in the form that is stored: sets sorted, times in UTC
// and whole microseconds, empty lists nil.
func (c Content) normal() Content {
	c = c.Clone()
	slices.Sort(c.Labels)
	slices.Sort(c.Supersedes)
	c.Supersedes = slices.Compact(c.Supersedes)
	slices.Sort(c.Requires)
	c.Requires = slices.Compact(c.Requires)
	if len(c.Requires) == 0 {
		c.Requires = nil
	}
	if len(c.Labels) == 0 {
		c.Labels = nil
	}
	if len(c.Supersedes) == 0 {
		c.Supersedes = nil
	}
	if len(c.Affected) == 0 {
		c.Affected = nil
	}
	c.Window, c.Template, c.Plan = normalWindow(c.Window), c.Template.normal(), c.Plan.normal()
	return c
}

func normalWindow(w *Window) *Window {
	if w == nil {
		return nil
	}
	return &Window{Start: Instant(w.Start), End: Instant(w.End)}
}

// instant is Instant of a time that may be absent.
func instant(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := Instant(*t)
	return &at
}

// Instant brings a time into the form that is stored: UTC, whole microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
