package schedule

import (
	"fmt"
	"slices"
	"time"
)

// Calendar is a weekly pattern of shifts in a time zone, with dated
// exceptions. A calendar without any shift in its week is open around the
// clock, except where an exception says otherwise, unless OnlyExceptions is set.
type Calendar struct {
	ID             string      `json:"id,omitzero"`
	Zone           string      `json:"zone,omitzero"` // IANA name; empty is UTC
	Week           [7][]Shift  `json:"week,omitzero"`
	OnlyExceptions bool        `json:"only_exceptions,omitzero"` // the week counts for nothing: open on dates of exceptions alone
	Exceptions     []Exception `json:"exceptions,omitzero"`
}

// Shift is a stretch of open time on the wall clock of one day. To may be up
// to 48:00: a shift that crosses midnight belongs to the day it begins on.
type Shift struct {
	From Clock `json:"from,omitzero"`
	To   Clock `json:"to,omitzero"`
}

// Exception replaces the shifts of the dates From to To, both included. Without
// shifts these dates are closed. Where exceptions overlap, the last one counts.
type Exception struct {
	From   Date    `json:"from,omitzero"`
	To     Date    `json:"to,omitzero"`
	Shifts []Shift `json:"shifts,omitzero"`
	Reason string  `json:"reason,omitzero"`
}

// Clock is a time of the wall clock in minutes after midnight.
type Clock int

// At returns the clock time of an hour and a minute.
func At(hour, minute int) Clock { return Clock(hour*60 + minute) }

// String returns the clock time as 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// WorkWeek returns a calendar with the same shifts on Monday to Friday.
func WorkWeek(id, zone string, shifts ...Shift) Calendar {
	c := Calendar{ID: id, Zone: zone}
	for d := time.Monday; d <= time.Friday; d++ {
		c.Week[d] = slices.Clone(shifts)
	}
	return c
}

// Holidays returns the calendar with the dates closed.
func (c Calendar) Holidays(reason string, dates ...Date) Calendar {
	c.Exceptions = slices.Clip(c.Exceptions)
	for _, d := range dates {
		c.Exceptions = append(c.Exceptions, Exception{From: d, To: d, Reason: reason})
	}
	return c
}

const maxExceptions = 20_000

// validate notes the faults of a calendar at a pointer.
func (c Calendar) validate(f *Faults, at string) {
	if len(c.Exceptions) > maxExceptions {
		f.Addf(at+"/exceptions", "out_of_range", "holds %d exceptions; %d are the limit", len(c.Exceptions), maxExceptions)
		return
	}
	for d, shifts := range c.Week {
		validateShifts(f, fmt.Sprintf("%s/week/%d", at, d), shifts)
	}
	opens := !c.OnlyExceptions
	for i, x := range c.Exceptions {
		p := fmt.Sprintf("%s/exceptions/%d", at, i)
		if !x.From.valid() || !x.To.valid() || x.To < x.From {
			f.Addf(p, "out_of_range", "needs dates of the years 1900 to 2200, the first not after the last")
		}
		validateShifts(f, p+"/shifts", x.Shifts)
		opens = opens || len(x.Shifts) > 0
	}
	if !opens {
		f.Addf(at, "invalid", "is never open: give it a week or an exception with shifts")
	}
}

func validateShifts(f *Faults, at string, shifts []Shift) {
	for i, s := range shifts {
		if s.From < 0 || s.From > At(24, 0) || s.To <= s.From || s.To > At(48, 0) {
			f.Addf(fmt.Sprintf("%s/%d", at, i), "out_of_range", "must begin within the day and end after it began, at 48:00 at the latest")
		}
	}
}

// shiftsOn returns the function that gives the shifts of a date.
func (c Calendar) shiftsOn() func(Date) []Shift {
	always := !c.OnlyExceptions
	for _, s := range c.Week {
		always = always && len(s) == 0
	}
	special := make(map[Date]int, len(c.Exceptions))
	long := []int{} // exceptions of many days are looked through, latest first
	for i, x := range c.Exceptions {
		if x.To-x.From > 60 {
			long = append(long, i)
			continue
		}
		for d := x.From; d <= x.To; d++ {
			special[d] = i
		}
	}
	slices.Reverse(long)
	wholeDay := []Shift{{0, At(24, 0)}}
	return func(d Date) []Shift {
		at, ok := special[d]
		if !ok {
			at = -1
		}
		for _, i := range long {
			if i < at {
				break
			}
			if x := c.Exceptions[i]; x.From <= d && d <= x.To {
				at = i
				break
			}
		}
		switch {
		case at >= 0:
			return c.Exceptions[at].Shifts
		case c.OnlyExceptions:
			return nil
		case always:
			return wholeDay
		}
		return c.Week[d.Weekday()]
	}
}

// Compile makes the calendar ready for arithmetic. The error is a
// *ValidationError. Zone names are resolved by time.LoadLocation; a program
// that runs where no zone database is installed imports time/tzdata.
func (c Calendar) Compile() (*Hours, error) {
	var f Faults
	c.validate(&f, "")
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		f.Addf("/zone", "unknown", "%q is no zone of the IANA database", c.Zone)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	shifts := c.shiftsOn()
	h := &Hours{name: c.ID, loc: loc, open: func(d Date) bool { return len(shifts(d)) > 0 }}
	h.build = func(year int) []span { return wallSpans(year, loc, shifts) }
	return h, nil
}
