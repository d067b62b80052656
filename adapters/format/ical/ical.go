// Package ical writes milestones, dates to act and absences in the form of
// calendar programs (iCalendar, RFC 5545), and reads absences from it.
//
// # Writing
//
// Lines end in CR LF and are folded at 75 octets on the borders of characters;
// text is escaped; instants are UTC, whole days are dates. The UID of an entry is
// its id for ever and the sequence its revision, so that a file read again
// replaces what it gave before; a withdrawn entry is sent as cancelled. The stamp
// is the time of the revision, not of the export: the same entries give the same
// bytes.
//
// # Reading
//
// Read gives the times at which somebody is busy, in any zone, as whole days or
// with a duration. What it does not read as it stands, such as the repeats of an
// entry, it names in a note with the line; nothing is left out without one.
package ical

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coordkit/coordkit/schedule"
)

// ErrInvalid is the class of errors about entries that cannot be written.
var ErrInvalid = errors.New("ical: invalid")

// Entry is one thing in a calendar.
type Entry struct {
	Kind      Kind
	UID       string // stable and unique in the world, such as drill/G3@example.org
	Revision  int    // not negative; grows with each change
	Changed   time.Time
	Title     string
	Text      string
	Start     time.Time     // of an event or an absence
	Finish    time.Time     // not before the start
	Day       schedule.Date // of a whole day, in the place of start and finish; of a Task, when it is due
	Cancelled bool
}

// Kind says what an entry is.
type Kind string

// The kinds of entry.
const (
	Event   Kind = "VEVENT"    // a milestone or a meeting
	Task    Kind = "VTODO"     // something to do by a day
	Absence Kind = "VFREEBUSY" // that somebody is not available; never why
)

// Write writes a calendar. All entries are checked before anything is written.
// The error wraps ErrInvalid and names the entry, or is that of out.
func Write(out io.Writer, name string, entries []Entry) error {
	seen := make(map[string]bool, len(entries))
	for i := range entries {
		e := &entries[i]
		if err := e.check(); err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrInvalid, i, err)
		}
		if seen[e.UID] {
			return fmt.Errorf("%w: entry %d: its uid %q is an earlier one's", ErrInvalid, i, e.UID)
		}
		seen[e.UID] = true
	}
	var b strings.Builder
	line(&b, "BEGIN", "VCALENDAR")
	line(&b, "VERSION", "2.0")
	line(&b, "PRODID", "-//coordkit//coordkit//EN")
	line(&b, "METHOD", "PUBLISH")
	line(&b, "X-WR-CALNAME", escape(name))
	for i := range entries {
		entries[i].write(&b)
	}
	line(&b, "END", "VCALENDAR")
	if _, err := io.WriteString(out, b.String()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (e *Entry) check() error {
	switch {
	case e.Kind != Event && e.Kind != Task && e.Kind != Absence:
		return fmt.Errorf("its kind %q is none that is known", e.Kind)
	case e.UID == "" || strings.ContainsFunc(e.UID, unicode.IsControl) || !utf8.ValidString(e.UID):
		return errors.New("it needs a uid without control characters")
	case e.Revision < 0:
		return errors.New("its revision is negative")
	case e.Changed.IsZero():
		return errors.New("it does not say when it changed")
	case e.Kind == Task && e.Day == 0:
		return errors.New("what is to be done needs a day")
	case e.Kind == Absence && e.Day != 0:
		return errors.New("an absence needs a start and a finish, also for whole days")
	case e.Day == 0 && (e.Start.IsZero() || e.Finish.Before(e.Start)):
		return errors.New("it needs a start that is not after its finish")
	}
	return nil
}

func (e *Entry) write(b *strings.Builder) {
	line(b, "BEGIN", string(e.Kind))
	line(b, "UID", e.UID)
	line(b, "DTSTAMP", instant(e.Changed))
	if e.Kind == Absence {
		// The component has no title, so that nothing can be told by it.
		line(b, "DTSTART", instant(e.Start))
		line(b, "DTEND", instant(e.Finish))
		if !e.Cancelled {
			line(b, "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE", instant(e.Start)+"/"+instant(e.Finish))
		}
		line(b, "END", string(e.Kind))
		return
	}
	line(b, "SEQUENCE", strconv.Itoa(e.Revision))
	switch {
	case e.Kind == Task:
		line(b, "DUE;VALUE=DATE", date(e.Day))
	case e.Day != 0:
		line(b, "DTSTART;VALUE=DATE", date(e.Day))
		line(b, "DTEND;VALUE=DATE", date(e.Day.Add(1)))
	default:
		line(b, "DTSTART", instant(e.Start))
		if e.Finish.After(e.Start) {
			line(b, "DTEND", instant(e.Finish))
		}
	}
	line(b, "SUMMARY", escape(e.Title))
	if e.Text != "" {
		line(b, "DESCRIPTION", escape(e.Text))
	}
	if e.Cancelled {
		line(b, "STATUS", "CANCELLED")
	}
	line(b, "END", string(e.Kind))
}

func instant(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

func date(d schedule.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// escape makes a text safe as a value. Control characters that have no escape
// become blanks.
func escape(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	s = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", `\n`).Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}

// longest is the number of octets of a line without its end.
const longest = 75

// line writes one content line, folded.
func line(b *strings.Builder, name, value string) {
	text := name + ":" + value
	for room := longest; len(text) > room; room = longest - 1 { // the blank counts
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		b.WriteString(text[:cut] + "\r\n ")
		text = text[cut:]
	}
	b.WriteString(text + "\r\n")
}
