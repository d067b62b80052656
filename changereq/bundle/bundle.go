package bundle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The classes of error; test with errors.Is.
var (
	ErrNotFound = errors.New("bundle: not found")
	ErrConflict = errors.New("bundle: conflict")
	ErrInvalid  = errors.New("bundle: invalid")
	ErrRefused  = errors.New("bundle: refused")
)

// Mode says what the members have in common.
type Mode string

// The modes.
const (
	Atomic     Mode = "atomic"     // decided and started together
	Memberwise Mode = "memberwise" // each on its own
)

// MaxMembers is how many requests one bundle may have.
const MaxMembers = 100

// Bundle is the state of one bundle: the fold of its events.
type Bundle struct {
	ID      string    `json:"id"`
	Rev     int64     `json:"rev"` // raised by one with every stored change; 0 is not stored yet
	Title   string    `json:"title"`
	Mode    Mode      `json:"mode"`
	Members []string  `json:"members,omitempty"` // ids of requests, sorted
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
	Events  int64     `json:"events"` // length of the history
}

// Clone returns a copy that shares no memory with b.
func (b Bundle) Clone() Bundle {
	b.Members = slices.Clone(b.Members)
	return b
}

// Has reports whether a request is a member.
func (b *Bundle) Has(request string) bool { return slices.Contains(b.Members, request) }

// Storable reports, as ErrInvalid, text that is not valid UTF-8 or holds NUL and
// times that are not whole microseconds in UTC.
func (b *Bundle) Storable() error {
	for _, s := range append([]string{b.ID, b.Title, string(b.Mode), b.By}, b.Members...) {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return fmt.Errorf("%w: it holds text that is not valid UTF-8 or has a NUL character: remove it", ErrInvalid)
		}
	}
	for _, t := range []time.Time{b.Created, b.Updated} {
		if t.Location() != time.UTC || t.Nanosecond()%1000 != 0 {
			return fmt.Errorf("%w: it holds a time that is not in UTC and whole microseconds", ErrInvalid)
		}
	}
	return nil
}

// Command is something an actor wants done with a bundle: Create, Add or Remove.
type Command interface{ check() error }

// Create begins a bundle without members.
type Create struct {
	ID    string
	Title string
	Mode  Mode
}

// Add makes a request a member; adding it again changes nothing.
type Add struct{ Request string }

// Remove takes a member out.
type Remove struct {
	Request string
	Reason  string
}

const (
	maxID   = 64
	maxText = 300
)

func (c Create) check() error {
	switch {
	case c.ID == "" || len(c.ID) > maxID:
		return fmt.Errorf("%w: the id is empty or longer than %d bytes", ErrInvalid, maxID)
	case strings.TrimSpace(c.Title) == "" || utf8.RuneCountInString(c.Title) > maxText:
		return fmt.Errorf("%w: the title is empty or longer than %d characters", ErrInvalid, maxText)
	case c.Mode != Atomic && c.Mode != Memberwise:
		return fmt.Errorf("%w: mode %q does not exist: use atomic or memberwise", ErrInvalid, c.Mode)
	}
	return storable(c.ID, c.Title)
}

func (c Add) check() error { return named(c.Request) }

func (c Remove) check() error {
	if strings.TrimSpace(c.Reason) == "" || utf8.RuneCountInString(c.Reason) > maxText {
		return fmt.Errorf("%w: the reason is empty or longer than %d characters: say why it is taken out", ErrInvalid, maxText)
	}
	return errors.Join(named(c.Request), storable(c.Reason))
}

func named(request string) error {
	if request == "" || len(request) > maxID {
		return fmt.Errorf("%w: the request is not named, or by more than %d bytes", ErrInvalid, maxID)
	}
	return storable(request)
}

func storable(texts ...string) error {
	b := Bundle{Members: texts, Created: time.Unix(0, 0).UTC(), Updated: time.Unix(0, 0).UTC()}
	return b.Storable()
}

// Decide gives the events that a command leads to: ErrInvalid for a command that
// makes no sense, ErrNotFound for one about a bundle that is not there, ErrConflict
// for creating one that is, ErrRefused where a rule is not met. It is pure.
func Decide(b Bundle, cmd Command, actor string, now time.Time) ([]Event, error) {
	if err := cmd.check(); err != nil {
		return nil, err
	}
	if now.Before(b.Updated) {
		now = b.Updated
	}
	event := func(id string, d Data) []Event {
		return []Event{{Bundle: id, Seq: b.Events + 1, At: now, Actor: actor, Data: d}}
	}
	c, creates := cmd.(Create)
	switch {
	case creates && b.Events > 0:
		return nil, fmt.Errorf("%w: there is a bundle %q already", ErrConflict, b.ID)
	case creates:
		return event(c.ID, CreatedData{Title: c.Title, Mode: c.Mode}), nil
	case b.Events == 0:
		return nil, ErrNotFound
	}
	switch c := cmd.(type) {
	case Add:
		if b.Has(c.Request) {
			return nil, nil
		}
		if len(b.Members) == MaxMembers {
			return nil, fmt.Errorf("%w: a bundle has at most %d members: begin another", ErrRefused, MaxMembers)
		}
		return event(b.ID, AddedData(c)), nil
	case Remove:
		if !b.Has(c.Request) {
			return nil, fmt.Errorf("%w: %q is no member: name one of its members", ErrRefused, c.Request)
		}
		return event(b.ID, RemovedData(c)), nil
	}
	return nil, fmt.Errorf("%w: an unknown command", ErrInvalid)
}

// Evolve returns the bundle after one event. It is total and leaves b untouched.
func Evolve(b Bundle, ev Event) Bundle {
	b = b.Clone()
	b.Events, b.Updated = ev.Seq, ev.At
	switch d := ev.Data.(type) {
	case CreatedData:
		b.ID, b.Title, b.Mode, b.By, b.Created = ev.Bundle, d.Title, d.Mode, ev.Actor, ev.At
	case AddedData:
		if i, found := slices.BinarySearch(b.Members, d.Request); !found {
			b.Members = slices.Insert(b.Members, i, d.Request)
		}
	case RemovedData:
		if i, found := slices.BinarySearch(b.Members, d.Request); found {
			b.Members = slices.Delete(b.Members, i, i+1)
		}
		if len(b.Members) == 0 {
			b.Members = nil
		}
	case Unknown:
	}
	return b
}

// Fold returns the bundle that its events lead to.
func Fold(events []Event) Bundle {
	var b Bundle
	for _, ev := range events {
		b = Evolve(b, ev)
	}
	return b
}
