package process

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoZone is returned by ParseTime for a time without an offset where no
// zone was declared.
var ErrNoZone = errors.New("process: the time has no offset and no zone was declared")

// errTime says which spellings of a time are read.
var errTime = errors.New("want a time like 2010-12-30T14:32:00.000+01:00 or 2010-12-30 14:32:00; for another spelling declare the layout")

// Stamp is a time as a log has it.
type Stamp struct {
	Micros int64 // since 1970 UTC
	Offset int16 // minutes east of UTC, kept for writing the time as it was read
	Naive  bool  // the text had no offset; the declared zone was used
}

// ParseTime reads a time: date and clock with 'T' or a space between, any
// number of fraction digits (those after the sixth are cut), and an offset Z,
// +02, +0200 or +02:00 that may follow a space. Seconds, or the whole clock,
// may be left out, and the date may have slashes, year first. Spaces around
// are ignored.
//
// It reads these spellings besides, each of which means one time only: a day
// first with dots (31.12.2019) or with the name of the month (31-Dec-2019); no
// separators (20191231T113000); one digit for a month, a day or an hour;
// 24:00 for the end of a day; a clock of twelve hours with AM or PM; UTC or GMT
// for an offset, and a zone in brackets after one; and numbers since 1970 UTC,
// seconds if they have 10 digits, with a fraction if they like, milliseconds
// if 13, microseconds if 16, nanoseconds if 19.
//
// Anything else is an error; orders of day and month are never guessed.
//
// A time without an offset is read in zone; if that is nil the error is
// ErrNoZone. In the hour that a change of the clock skips or doubles, zone
// decides as time.Date does.
func ParseTime(text []byte, zone *time.Location) (Stamp, error) {
	c := cutter{text: trimSpaces(text)}
	d := c.date()
	if c.bad {
		return parseOther(text, zone)
	}
	if len(c.text) > 0 && (c.text[0] == 'T' || c.text[0] == 't' || c.text[0] == ' ') {
		c.text = c.text[1:]
		c.clock(&d)
	}
	offset, naive := c.offset()
	if c.bad || len(c.text) > 0 {
		return parseOther(text, zone)
	}
	micros := d.micros()
	if naive {
		return d.in(micros, zone)
	}
	return Stamp{Micros: micros - int64(offset)*60_000_000, Offset: offset}, nil
}

func badTime(text []byte) error {
	if len(text) > 64 {
		text = text[:64]
	}
	return fmt.Errorf("%w, have %q", errTime, text)
}

func trimSpaces(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// civil is a date and a clock without a zone.
type civil struct {
	year, month, day, hour, minute, second, micro int
}

func (d civil) micros() int64 {
	return ((int64(daysFromCivil(d.year, d.month, d.day))*24+int64(d.hour))*60+int64(d.minute))*60_000_000 +
		int64(d.second)*1_000_000 + int64(d.micro)
}

// in reads a time without an offset in a zone.
func (d civil) in(micros int64, zone *time.Location) (Stamp, error) {
	switch zone {
	case nil:
		return Stamp{}, ErrNoZone
	case time.UTC:
		return Stamp{Micros: micros, Naive: true}, nil
	}
	at := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, d.micro*1000, zone)
	_, seconds := at.Zone()
	return Stamp{Micros: at.UnixMicro(), Offset: int16(seconds / 60), Naive: true}, nil
}

// daysFromCivil counts days since 1970-01-01 in the Gregorian calendar. March
// is taken as the first month, so that the leap day is the last of its year.
func daysFromCivil(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + d - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// cutter cuts a time into its parts from the left.
type cutter struct {
	text []byte
	bad  bool
}

// digits takes exactly n digits.
func (c *cutter) digits(n int) int {
	if len(c.text) < n {
		c.bad = true
		return 0
	}
	v := 0
	for _, b := range c.text[:n] {
		if b < '0' || b > '9' {
			c.bad = true
			return 0
		}
		v = v*10 + int(b-'0')
	}
	c.text = c.text[n:]
	return v
}

// sign takes one byte if it is next.
func (c *cutter) sign(b byte) bool {
	if len(c.text) > 0 && c.text[0] == b {
		c.text = c.text[1:]
		return true
	}
	return false
}

func (c *cutter) date() civil {
	d := civil{year: c.digits(4)}
	slash := c.sign('/')
	if !slash && !c.sign('-') {
		c.bad = true
		return d
	}
	d.month = c.digits(2)
	if slash && !c.sign('/') || !slash && !c.sign('-') {
		c.bad = true
	}
	d.day = c.digits(2)
	if d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > daysIn(d.year, d.month) {
		c.bad = true
	}
	return d
}

func (c *cutter) clock(d *civil) {
	d.hour = c.digits(2)
	if !c.sign(':') {
		c.bad = true
		return
	}
	d.minute = c.digits(2)
	if c.sign(':') {
		d.second = c.digits(2)
		if c.sign('.') || c.sign(',') {
			d.micro = c.fraction()
		}
	}
	if d.hour > 23 || d.minute > 59 || d.second > 59 {
		c.bad = true
	}
}

// fraction takes the digits after the point and keeps six.
func (c *cutter) fraction() int {
	v, n := 0, 0
	for ; n < len(c.text) && c.text[n] >= '0' && c.text[n] <= '9'; n++ {
		if n < 6 {
			v = v*10 + int(c.text[n]-'0')
		}
	}
	if n == 0 {
		c.bad = true
	}
	c.text = c.text[n:]
	for ; n < 6; n++ {
		v *= 10
	}
	return v
}

// offset takes the distance from UTC in minutes.
func (c *cutter) offset() (minutes int16, naive bool) {
	if len(c.text) == 0 {
		return 0, true
	}
	c.sign(' ')
	if c.sign('Z') || c.sign('z') {
		return 0, false
	}
	west := c.sign('-')
	if !west && !c.sign('+') {
		c.bad = true
		return 0, false
	}
	m := c.digits(2) * 60
	if c.sign(':') || len(c.text) > 0 {
		past := c.digits(2)
		if past > 59 {
			c.bad = true
		}
		m += past
	}
	if m > 24*60 {
		c.bad = true
	}
	if west {
		m = -m
	}
	return int16(m), false
}

// AppendTime writes a time as ParseTime reads it: with its distance from UTC in
// minutes, and as many digits after the second as are needed.
func AppendTime(to []byte, micros int64, offset int16) []byte {
	at := time.UnixMicro(micros).In(time.FixedZone("", int(offset)*60))
	return at.AppendFormat(to, "2006-01-02T15:04:05.999999Z07:00")
}
