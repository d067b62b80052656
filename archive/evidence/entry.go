package evidence

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxText is the most bytes the text of an entry may have; bundles of C2SP
// tlog-tiles carry no longer ones.
const MaxText = 1<<16 - 1

// Entry is one event of the journal as it stands in the log.
type Entry struct {
	Position int64     // in the journal, from 1 without gaps
	Recorded time.Time // when the position was given; never falls along positions
	Room     string
	Entity   string // the id within the room
	Seq      int64  // the number of the event within the entity
	Kind     string
	At       time.Time // when the event says it happened
	Actor    Seal
	Data     Seal
}

// The text of an entry: this line, then a line for each field in this order, a
// name, a blank and the value. Times are UTC with six decimals; LF, CR and % of a
// value are written %0A, %0D and %25.
const (
	textHeader = "coordkit journal entry 1\n"
	timeLayout = "2006-01-02T15:04:05.000000Z"
)

// AppendText appends the canonical text of the entry, the data of its leaf. Equal
// entries have equal texts, others never. An entry that cannot be written is
// ErrInvalid: a position or number below 1, text that is not valid UTF-8, a time
// outside the years 0 to 9999 or not in whole microseconds, more than MaxText
// bytes.
func (e *Entry) AppendText(b []byte) ([]byte, error) {
	if err := e.check(); err != nil {
		return b, err
	}
	start := len(b)
	b = append(b, textHeader...)
	b = strconv.AppendInt(append(b, "position "...), e.Position, 10)
	b = appendTime(append(b, "\nrecorded "...), e.Recorded)
	b = appendValue(append(b, "\nroom "...), e.Room)
	b = appendValue(append(b, "\nentity "...), e.Entity)
	b = strconv.AppendInt(append(b, "\nseq "...), e.Seq, 10)
	b = appendValue(append(b, "\nkind "...), e.Kind)
	b = appendTime(append(b, "\nat "...), e.At)
	b = hex.AppendEncode(append(b, "\nactor "...), e.Actor[:])
	b = hex.AppendEncode(append(b, "\ndata "...), e.Data[:])
	b = append(b, '\n')
	if len(b)-start > MaxText {
		return b[:start], fmt.Errorf("%w: entry %d has %d bytes of text, more than %d", ErrInvalid, e.Position, len(b)-start, MaxText)
	}
	return b, nil
}

// MarshalText gives the canonical text of the entry.
func (e *Entry) MarshalText() ([]byte, error) { return e.AppendText(nil) }

func (e *Entry) check() error {
	if e.Position < 1 || e.Seq < 1 {
		return fmt.Errorf("%w: entry %d of %q: position and number count from 1", ErrInvalid, e.Position, e.Entity)
	}
	for _, s := range [...]string{e.Room, e.Entity, e.Kind} {
		if !utf8.ValidString(s) {
			return fmt.Errorf("%w: entry %d: %q is not valid UTF-8", ErrInvalid, e.Position, s)
		}
	}
	for _, t := range [...]time.Time{e.Recorded, e.At} {
		if y := t.UTC().Year(); y < 0 || y > 9999 || t.Nanosecond()%1000 != 0 {
			return fmt.Errorf("%w: entry %d: a time is not in whole microseconds of the years 0 to 9999", ErrInvalid, e.Position)
		}
	}
	return nil
}

func appendValue(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '\n':
			b = append(b, "%0A"...)
		case '\r':
			b = append(b, "%0D"...)
		case '%':
			b = append(b, "%25"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendTime writes what Format writes with timeLayout, several times faster.
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, sec := t.Clock()
	b = appendDigits(b, year, 4)
	b = appendDigits(append(b, '-'), int(month), 2)
	b = appendDigits(append(b, '-'), day, 2)
	b = appendDigits(append(b, 'T'), hour, 2)
	b = appendDigits(append(b, ':'), minute, 2)
	b = appendDigits(append(b, ':'), sec, 2)
	return append(appendDigits(append(b, '.'), t.Nanosecond()/1000, 6), 'Z')
}

func appendDigits(b []byte, n, width int) []byte {
	b = append(b, "000000"[:width]...)
	for i := len(b) - 1; n > 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// UnmarshalText reads the canonical text of an entry; any other text is
// ErrInvalid.
func (e *Entry) UnmarshalText(text []byte) error {
	r := reader{rest: string(text)}
	r.literal(textHeader)
	got := Entry{
		Position: r.number("position"), Recorded: r.time("recorded"), Room: r.value("room"), Entity: r.value("entity"),
		Seq: r.number("seq"), Kind: r.value("kind"), At: r.time("at"), Actor: r.seal("actor"), Data: r.seal("data"),
	}
	if r.err == nil && r.rest != "" {
		r.err = fmt.Errorf("%w: text of an entry: %d bytes too many", ErrInvalid, len(r.rest))
	}
	if r.err != nil {
		return r.err
	}
	again, err := got.AppendText(nil)
	if err != nil {
		return err
	}
	if string(again) != string(text) {
		return fmt.Errorf("%w: text of entry %d is not in canonical form", ErrInvalid, got.Position)
	}
	*e = got
	return nil
}

// reader takes the lines of an entry one by one; after the first error it gives
// zero values.
type reader struct {
	rest string
	err  error
}

func (r *reader) literal(s string) {
	rest, ok := strings.CutPrefix(r.rest, s)
	if !ok {
		r.fail(strings.TrimSuffix(s, "\n"), "expected")
	}
	r.rest = rest
}

func (r *reader) fail(name, what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: text of an entry: %s %s", ErrInvalid, name, what)
	}
}

func (r *reader) line(name string) string {
	r.literal(name + " ")
	if r.err != nil {
		return ""
	}
	line, rest, ok := strings.Cut(r.rest, "\n")
	if !ok {
		r.fail(name, "has no end of line")
	}
	r.rest = rest
	return line
}

func (r *reader) value(name string) string {
	return strings.NewReplacer("%0A", "\n", "%0D", "\r", "%25", "%").Replace(r.line(name))
}

func (r *reader) number(name string) int64 {
	n, err := strconv.ParseInt(r.line(name), 10, 64)
	if err != nil {
		r.fail(name, "is not a number")
	}
	return n
}

func (r *reader) time(name string) time.Time {
	t, err := time.Parse(timeLayout, r.line(name))
	if err != nil {
		r.fail(name, "is not a time in UTC with six decimals")
	}
	return t
}

func (r *reader) seal(name string) Seal {
	s, err := ParseSeal(r.line(name))
	if err != nil {
		r.fail(name, "is not 64 digits of lower-case hexadecimal")
	}
	return s
}
