package process

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrCalendar is the class of errors about calendars.
var ErrCalendar = errors.New("process: not a calendar")

// Shift is a working time of each week, in minutes since Monday 00:00 local
// time; To is the first minute off. A shift over the end of the week is two.
type Shift struct{ From, To int }

// Interval is a time from From to before To, in microseconds since 1970 UTC.
type Interval struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// minutesOfWeek is how long a week is where the clock does not change.
const minutesOfWeek = 7 * 24 * 60

// Calendar says when somebody works: shifts of a week in a time zone, less
// times off. A nil *Calendar means always.
type Calendar struct {
	zone  *time.Location
	week  []Shift
	upTo  []int64 // microseconds worked in a week before each shift; one more entry for the whole week
	off   []Interval
	found bool
}

// NewCalendar makes a calendar. Shifts may touch and must not overlap; nor must
// times off. It returns ErrCalendar with what is wrong.
func NewCalendar(zone *time.Location, week []Shift, off []Interval) (*Calendar, error) {
	if zone == nil {
		return nil, fmt.Errorf("%w: the zone is missing", ErrCalendar)
	}
	c := &Calendar{zone: zone, week: slices.Clone(week), off: slices.Clone(off)}
	slices.SortFunc(c.week, func(a, b Shift) int { return cmp.Compare(a.From, b.From) })
	slices.SortFunc(c.off, func(a, b Interval) int { return cmp.Compare(a.From, b.From) })
	last, worked := 0, int64(0)
	for _, s := range c.week {
		if s.From < last || s.To <= s.From || s.To > minutesOfWeek {
			return nil, fmt.Errorf("%w: the shift from minute %d to %d of the week overlaps another, is empty or leaves the week", ErrCalendar, s.From, s.To)
		}
		c.upTo = append(c.upTo, worked)
		worked += int64(s.To-s.From) * minute
		last = s.To
	}
	c.upTo = append(c.upTo, worked)
	for i, o := range c.off {
		if o.To <= o.From || i > 0 && o.From < c.off[i-1].To {
			return nil, fmt.Errorf("%w: the time off from %v overlaps another or is empty", ErrCalendar, Time(o.From))
		}
	}
	return c, nil
}

const (
	minute = int64(60_000_000)
	week   = minutesOfWeek * minute
)

// Found says whether the calendar was discovered in a log, not declared.
func (c *Calendar) Found() bool { return c != nil && c.found }

// Week gives the shifts.
func (c *Calendar) Week() []Shift { return slices.Clone(c.week) }

// Working gives how many microseconds between two times are working time. Its
// work grows with the number of changes of the clock and times off between
// them, not with the distance.
func (c *Calendar) Working(from, to int64) int64 {
	switch {
	case to <= from:
		return 0
	case c == nil:
		return to - from
	}
	worked := c.shifts(from, to)
	first, _ := slices.BinarySearchFunc(c.off, from, func(o Interval, at int64) int { return cmp.Compare(o.To, at+1) })
	for _, o := range c.off[first:] {
		if o.From >= to {
			break
		}
		worked -= c.shifts(max(from, o.From), min(to, o.To))
	}
	return worked
}

// shifts is Working without times off.
func (c *Calendar) shifts(from, to int64) int64 {
	if from >= to {
		return 0
	}
	worked := int64(0)
	for from < to {
		at := time.UnixMicro(from).In(c.zone)
		_, seconds := at.Zone()
		until := to
		if _, end := at.ZoneBounds(); !end.IsZero() {
			until = min(to, end.UnixMicro())
		}
		shift := int64(seconds) * 1_000_000
		worked += c.before(until+shift) - c.before(from+shift)
		from = until
	}
	return worked
}

// monday is a Monday 00:00, in microseconds since 1970.
const monday = int64(4*24*60) * minute

// before is the working time from that Monday to a local time.
func (c *Calendar) before(local int64) int64 {
	local -= monday
	weeks := local / week
	if local%week < 0 {
		weeks--
	}
	local -= weeks * week
	n, _ := slices.BinarySearchFunc(c.week, local, func(s Shift, at int64) int { return cmp.Compare(int64(s.From)*minute, at) })
	worked := weeks*c.upTo[len(c.week)] + c.upTo[n]
	if n > 0 {
		worked -= max(0, int64(c.week[n-1].To)*minute-local)
	}
	return worked
}

// DiscoverConfig says when a calendar is read out of a log.
type DiscoverConfig struct {
	Zone       *time.Location // nil means UTC
	MinWeeks   int            // weeks in which the resource must have been seen; 0 means 4
	MinEvents  int            // starts and ends that must have been seen; 0 means 50
	Confidence float64        // share of them that must lie in the shifts; 0 means 0.9
	MaxHours   int            // hours of the week beyond which it counts as always there; 0 means 120
}

func (d DiscoverConfig) filled() DiscoverConfig {
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	d.MinWeeks, d.MinEvents, d.MaxHours = cmp.Or(d.MinWeeks, 4), cmp.Or(d.MinEvents, 50), cmp.Or(d.MaxHours, 120)
	d.Confidence = cmp.Or(d.Confidence, 0.9)
	return d
}

// DiscoverCalendar reads the hours of the week in which a resource works out of
// when it was seen to start or end something, and nil if the log does not
// support that: too few weeks or events, or a resource that is seen around the
// clock. An hour counts if the resource was seen in it in a tenth of the weeks,
// at least twice. Waiting is not looked at: a calendar learnt from the gaps
// that it is to explain would explain anything.
func DiscoverCalendar(events []Event, config DiscoverConfig) *Calendar {
	config = config.filled()
	seen := make(map[[2]int64]bool) // hour of the week, week
	weeks := make(map[int64]bool)
	var perHour, weeksOfHour [minutesOfWeek / 60]int
	total := 0
	note := func(micros int64) {
		at := time.UnixMicro(micros).In(config.Zone)
		_, offset := at.Zone()
		local := micros + int64(offset)*1_000_000 - monday
		n := local / week
		if local%week < 0 {
			n--
		}
		hour := (local - n*week) / (60 * minute)
		weeks[n] = true
		total++
		perHour[hour]++
		if !seen[[2]int64{hour, n}] {
			seen[[2]int64{hour, n}] = true
			weeksOfHour[hour]++
		}
	}
	for _, e := range events {
		if e.Flags&NoStart == 0 {
			note(e.Start)
		}
		if e.Flags&NoEnd == 0 {
			note(e.End)
		}
	}
	if len(weeks) < config.MinWeeks || total < config.MinEvents {
		return nil
	}
	var shifts []Shift
	hours, inside := 0, 0
	for hour, n := range weeksOfHour {
		if n < max(2, (len(weeks)+9)/10) {
			continue
		}
		hours++
		inside += perHour[hour]
		if last := len(shifts) - 1; last >= 0 && shifts[last].To == hour*60 {
			shifts[last].To += 60
		} else {
			shifts = append(shifts, Shift{From: hour * 60, To: hour*60 + 60})
		}
	}
	if hours == 0 || hours > config.MaxHours || float64(inside) < config.Confidence*float64(total) {
		return nil
	}
	c, err := NewCalendar(config.Zone, shifts, nil)
	if err != nil {
		return nil
	}
	c.found = true
	return c
}
