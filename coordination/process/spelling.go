package process

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// parseOther reads the spellings that are less usual and still mean one time
// only; ParseTime lists them. It takes its time, since few logs have them.
func parseOther(text []byte, zone *time.Location) (Stamp, error) {
	c := cutter{text: trimSpaces(text)}
	if micros, ok := epoch(c.text); ok {
		return Stamp{Micros: micros}, nil
	}
	d := c.otherDate()
	if len(c.text) > 0 && (c.sign('T') || c.sign('t') || c.sign(' ')) {
		c.otherClock(&d)
	}
	offset, naive := c.otherOffset()
	if c.bad || len(c.text) > 0 {
		return Stamp{}, badTime(text)
	}
	micros := d.micros()
	if naive {
		return d.in(micros, zone)
	}
	return Stamp{Micros: micros - int64(offset)*60_000_000, Offset: offset}, nil
}

// epoch reads a number since 1970 UTC; how many digits it has says whether it
// counts seconds, milliseconds, microseconds or nanoseconds.
func epoch(text []byte) (micros int64, ok bool) {
	whole, fraction, pointed := bytes.Cut(text, []byte{'.'})
	c := cutter{text: whole}
	n := c.leading()
	if n != len(whole) || pointed && n != 10 {
		return 0, false
	}
	switch n {
	case 10:
		micros = int64(c.digits(n)) * 1_000_000
	case 13:
		micros = int64(c.digits(n)) * 1000
	case 16:
		micros = int64(c.digits(n))
	case 19:
		micros = int64(c.digits(n - 3)) // finer digits are cut
	default:
		return 0, false
	}
	if pointed {
		f := cutter{text: fraction}
		micros += int64(f.fraction())
		if f.bad || len(f.text) > 0 {
			return 0, false
		}
	}
	return micros, true
}

// leading is how many digits come next.
func (c *cutter) leading() int {
	n := 0
	for n < len(c.text) && c.text[n] >= '0' && c.text[n] <= '9' {
		n++
	}
	return n
}

// number takes one or two digits.
func (c *cutter) number() int {
	return c.digits(max(1, min(2, c.leading())))
}

// otherDate takes a date: without separators, with the year first, or with the
// day first where dots or the name of the month make that certain.
func (c *cutter) otherDate() civil {
	var d civil
	switch c.leading() {
	case 8:
		d = civil{year: c.digits(4), month: c.digits(2), day: c.digits(2)}
	case 4:
		d.year = c.digits(4)
		sign := c.separator("-/.")
		d.month = c.number()
		c.want(sign)
		d.day = c.number()
	case 1, 2:
		d.day = c.number()
		sign := c.separator(".- ")
		if d.month = c.monthName(); d.month == 0 {
			if d.month = c.number(); sign != '.' {
				c.bad = true // 03-04-2019 is one day in Europe and another in America
			}
		}
		c.want(sign)
		d.year = c.digits(4)
	default:
		c.bad = true
	}
	if d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > daysIn(d.year, d.month) {
		c.bad = true
	}
	return d
}

// separator takes one of the signs and says which.
func (c *cutter) separator(signs string) byte {
	if len(c.text) == 0 || !strings.Contains(signs, string(c.text[:1])) {
		c.bad = true
		return 0
	}
	sign := c.text[0]
	c.text = c.text[1:]
	return sign
}

func (c *cutter) want(sign byte) {
	if !c.sign(sign) {
		c.bad = true
	}
}

// word takes the letters that come next, in small letters.
func (c *cutter) word() string {
	n := 0
	for n < len(c.text) && (c.text[n]|0x20 >= 'a' && c.text[n]|0x20 <= 'z') {
		n++
	}
	out := strings.ToLower(string(c.text[:n]))
	c.text = c.text[n:]
	return out
}

// monthName takes the English name of a month, whole or its first three
// letters, and gives its number; 0 if no letter comes next.
func (c *cutter) monthName() int {
	name := c.word()
	if name == "" {
		return 0
	}
	months := []string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
	}
	month := 1 + slices.IndexFunc(months, func(m string) bool { return m == name || m[:3] == name })
	c.bad = c.bad || month == 0
	return month
}

// otherClock takes a clock, also one of twelve hours, one without colons, and
// the end of a day written as 24:00.
func (c *cutter) otherClock(d *civil) {
	if n := c.leading(); n == 4 || n == 6 {
		d.hour, d.minute = c.digits(2), c.digits(2)
		if n == 6 {
			d.second = c.digits(2)
		}
	} else {
		d.hour = c.number()
		c.want(':')
		d.minute = c.digits(2)
		if c.sign(':') {
			d.second = c.digits(2)
		}
	}
	if c.sign('.') || c.sign(',') {
		d.micro = c.fraction()
	}
	before := *c
	c.sign(' ')
	switch half := c.word(); {
	case half != "am" && half != "pm":
		*c = before
	case d.hour < 1 || d.hour > 12:
		c.bad = true
	default:
		d.hour %= 12
		if half == "pm" {
			d.hour += 12
		}
	}
	endOfDay := d.hour == 24 && d.minute == 0 && d.second == 0 && d.micro == 0
	if d.hour > 23 && !endOfDay || d.minute > 59 || d.second > 59 {
		c.bad = true
	}
}

// otherOffset takes an offset, also the words UTC and GMT, and passes over the
// name of a zone in brackets behind it (RFC 9557).
func (c *cutter) otherOffset() (minutes int16, naive bool) {
	before := *c
	c.sign(' ')
	if word := c.word(); word == "utc" || word == "gmt" {
		return 0, len(c.text) > 0 // "UTC+1" and the like are refused for what is left
	}
	*c = before
	stated := c.text
	if at := bytes.IndexByte(stated, '['); at > 0 && stated[len(stated)-1] == ']' {
		c.text = stated[:at]
	}
	return c.offset()
}
