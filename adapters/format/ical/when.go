package ical

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// when sets the time of an entry from its start and its end or duration; false
// if it was left out, which is noted.
func (r *reader) when(b *Busy, start, end, long *property) bool {
	left := func(p *property, format string, args ...any) bool {
		r.note(p.line, b.UID, p.name, fmt.Sprintf(format, args...)+": the entry was left out")
		return false
	}
	if isDate(start) {
		return r.days(b, start, end, long, left)
	}
	at, why := r.instant(start)
	if why != "" {
		return left(start, "%s", why)
	}
	b.Start, b.Finish = at, at
	switch {
	case end != nil:
		if b.Finish, why = r.instant(end); why != "" {
			return left(end, "%s", why)
		}
	case long != nil:
		days, clock, ok := duration(long.value)
		if !ok {
			return left(long, "%q is no duration", long.value)
		}
		// Days of a duration follow the clock where the entry is, its hours elapse.
		b.Finish = at.In(r.zoneOf(start)).AddDate(0, 0, days).Add(clock).UTC()
	}
	switch {
	case !b.Finish.After(b.Start):
		return left(start, "it takes no time")
	case b.Start.Year() < 1900 || b.Finish.Year() > 2200:
		return left(start, "it lies outside the years 1900 to 2200")
	}
	return true
}

// days sets whole days. The end of the format is the day after the last one.
func (r *reader) days(b *Busy, start, end, long *property, left func(*property, string, ...any) bool) bool {
	if b.From = day(start.value); b.From == 0 {
		return left(start, "%q is no date of the years 1900 to 2200", start.value)
	}
	b.To = b.From
	switch {
	case end != nil:
		if !isDate(end) {
			return left(end, "it begins on a day and ends at an instant")
		}
		if b.To = day(end.value); b.To == 0 {
			return left(end, "%q is no date of the years 1900 to 2200", end.value)
		}
		if b.To > b.From { // some write the last day itself for one day
			b.To = b.To.Add(-1)
		}
	case long != nil:
		days, clock, ok := duration(long.value)
		if !ok || clock != 0 || days < 1 || days > 40_000 {
			return left(long, "%q is no duration of days", long.value)
		}
		b.To = b.From.Add(days - 1)
	}
	if b.To < b.From || b.To.Midnight().Year() > 2200 {
		return left(start, "it ends before it begins, or after the year 2200")
	}
	return true
}

func isDate(p *property) bool {
	return strings.EqualFold(p.params["VALUE"], "DATE") || len(strings.TrimSpace(p.value)) == len("20060102")
}

func day(s string) schedule.Date {
	t, err := time.Parse("20060102", strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return schedule.DateOf(t.Date())
}

// instant reads a time: UTC, in a zone, or on the clock of whoever reads it.
func (r *reader) instant(p *property) (at time.Time, why string) {
	const form = "20060102T150405"
	text := strings.TrimSpace(p.value)
	if utc, ok := strings.CutSuffix(text, "Z"); ok {
		t, err := time.Parse(form, utc)
		if err != nil {
			return t, fmt.Sprintf("%q is no time", p.value)
		}
		return t, ""
	}
	loc := r.zoneOf(p)
	if loc == nil {
		if name := p.params["TZID"]; name != "" {
			return at, fmt.Sprintf("the zone %q is not known: name its place in the IANA database", name)
		}
		return at, "the time names no zone, and none was given"
	}
	t, err := time.ParseInLocation(form, text, loc)
	if err != nil {
		return t, fmt.Sprintf("%q is no time", p.value)
	}
	return t.UTC(), ""
}

// zoneOf is the zone of a property's time; nil if it is not known.
func (r *reader) zoneOf(p *property) *time.Location {
	name := p.params["TZID"]
	switch {
	case strings.HasSuffix(strings.TrimSpace(p.value), "Z"):
		return time.UTC
	case name == "" && r.options.Zone != nil:
		return r.options.Zone
	case name == "":
		return r.own
	}
	return r.location(name)
}

// location resolves the name of a zone.
func (r *reader) location(name string) *time.Location {
	name = strings.TrimSpace(name)
	if loc, ok := r.options.Zones[name]; ok {
		return loc
	}
	if loc, ok := r.zones[name]; ok {
		return loc
	}
	// Some programs put a path of their own before the name: /org/2026/Europe/Berlin.
	parts := strings.Split(strings.Trim(name, "/"), "/")
	for k := range parts {
		text := strings.Join(parts[k:], "/")
		if text == "" || text == "Local" {
			continue
		}
		if loc, err := time.LoadLocation(text); err == nil {
			return loc
		}
	}
	return nil
}

// zone reads what a VTIMEZONE says of itself. Its rules are not read: the IANA
// database has them, for the past as well.
func (r *reader) zone(p property) {
	switch p.name {
	case "TZID":
		r.zoneID = strings.TrimSpace(p.value)
	case "X-LIC-LOCATION":
		if loc := r.location(p.value); loc != nil && r.zoneID != "" {
			r.zones[r.zoneID] = loc
		}
	}
}

var durations = regexp.MustCompile(`^\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$`)

// duration reads days and clock time apart: a day is not always 24 hours.
func duration(s string) (days int, clock time.Duration, ok bool) {
	m := durations.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || strings.HasSuffix(m[0], "P") || strings.HasSuffix(m[0], "T") {
		return 0, 0, false
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i])
		return n
	}
	days = 7*number(1) + number(2)
	clock = time.Duration(number(3))*time.Hour + time.Duration(number(4))*time.Minute + time.Duration(number(5))*time.Second
	return days, clock, true
}
