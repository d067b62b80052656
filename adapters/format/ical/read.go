package ical

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Busy is a time at which somebody is not free, as a calendar says it. What it is
// about is read into Title alone; descriptions, places, guests and alarms are not
// read, since an absence does not say why.
type Busy struct {
	UID       string
	Revision  int
	Title     string
	Tentative bool // asked for, not certain
	Cancelled bool // takes back what an earlier revision said
	// When: an interval, or whole days, both included, in whatever zone the
	// person is.
	Start, Finish time.Time
	From, To      schedule.Date
	Line          int // where the entry begins
}

// Note says what of a calendar was not read, or not as it stands.
type Note struct {
	Line int
	UID  string // of the entry; empty if it has none, or the note is about the calendar
	Name string // of the property or component
	Text string // what it means for what was read
}

// ReadOptions say how a calendar is read.
type ReadOptions struct {
	// Zone is of times that name none; nil takes X-WR-TIMEZONE of the calendar,
	// and without it such entries are left out with a note.
	Zone *time.Location
	// Zones resolves names that the IANA database does not know, such as those of
	// Windows. A VTIMEZONE that names its X-LIC-LOCATION needs no entry.
	Zones map[string]*time.Location
}

// Read reads the times at which somebody is busy: events that are not marked as
// free, and the periods of free-busy components that are not free. Of an entry
// that repeats only the first time is read; that, and everything else that was
// left out, stands in the notes. Entries come in the order of the file. Errors
// wrap ErrFormat, or are those of in.
func Read(in io.Reader, o ReadOptions) ([]Busy, []Note, error) {
	l, err := newLines(in)
	if err != nil {
		return nil, nil, err
	}
	r := reader{options: o, zones: make(map[string]*time.Location)}
	for {
		text, at, more, err := l.next()
		if err != nil {
			return nil, nil, err
		}
		if !more {
			break
		}
		p, ok := parse(text, at)
		if !ok {
			r.note(at, "", "", "the line is no property: it was passed over")
			continue
		}
		if err := r.property(p); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case !r.seen:
		return nil, nil, fmt.Errorf("%w: there is no VCALENDAR in it", ErrFormat)
	case len(r.open) > 0:
		return nil, nil, fmt.Errorf("%w: it ends within %s: it is cut", ErrFormat, r.open[len(r.open)-1])
	}
	for _, e := range r.entries {
		r.entry(e)
	}
	return r.out, r.notes, nil
}

// component is an event or free-busy component with its properties.
type component struct {
	kind  string
	line  int
	props []property
}

// reader gathers components; zones and the calendar's own zone may stand after
// what uses them, so entries are worked out at the end.
type reader struct {
	options ReadOptions
	seen    bool
	open    []string
	current *component
	entries []component
	own     *time.Location
	zoneID  string // of the VTIMEZONE at hand
	zones   map[string]*time.Location
	out     []Busy
	notes   []Note
}

func (r *reader) note(line int, uid, name, text string) {
	r.notes = append(r.notes, Note{Line: line, UID: uid, Name: name, Text: text})
}

func (r *reader) property(p property) error {
	switch p.name {
	case "BEGIN":
		return r.begin(p)
	case "END":
		return r.end(p)
	}
	switch {
	case r.current != nil && r.open[len(r.open)-1] == r.current.kind:
		r.current.props = append(r.current.props, p)
	case len(r.open) > 0 && r.open[len(r.open)-1] == "VTIMEZONE":
		r.zone(p)
	case len(r.open) == 1 && p.name == "X-WR-TIMEZONE":
		if r.own = r.location(p.value); r.own == nil {
			r.note(p.line, "", p.name, fmt.Sprintf("the zone %q is not known", p.value))
		}
	}
	return nil
}

func (r *reader) begin(p property) error {
	kind := strings.ToUpper(strings.TrimSpace(p.value))
	if len(r.open) == maxDepth {
		return fmt.Errorf("%w: line %d: components nest deeper than %d", ErrFormat, p.line, maxDepth)
	}
	if len(r.open) == 0 && kind != "VCALENDAR" {
		return fmt.Errorf("%w: line %d: %s stands outside a VCALENDAR", ErrFormat, p.line, kind)
	}
	switch {
	case kind == "VCALENDAR":
		r.seen = true
	case kind == "VTIMEZONE":
		r.zoneID = ""
	case (kind == "VEVENT" || kind == "VFREEBUSY") && r.current == nil:
		r.current = &component{kind: kind, line: p.line}
	case len(r.open) == 1:
		r.note(p.line, "", kind, "the component is no time of absence: it was passed over")
	}
	r.open = append(r.open, kind)
	return nil
}

func (r *reader) end(p property) error {
	kind := strings.ToUpper(strings.TrimSpace(p.value))
	if len(r.open) == 0 || r.open[len(r.open)-1] != kind {
		return fmt.Errorf("%w: line %d: END:%s ends what did not begin", ErrFormat, p.line, kind)
	}
	r.open = r.open[:len(r.open)-1]
	if r.current != nil && kind == r.current.kind && len(r.open) == 1 {
		if len(r.entries) == MaxEntries {
			return fmt.Errorf("%w: it has more than %d entries", ErrFormat, MaxEntries)
		}
		r.entries = append(r.entries, *r.current)
		r.current = nil
	}
	return nil
}

// entry turns a component into busy times.
func (r *reader) entry(c component) {
	b := Busy{Line: c.line}
	var start, end, long *property
	var periods []*property
	free := false
	for i := range c.props {
		p := &c.props[i]
		switch p.name {
		case "UID":
			b.UID = p.value
		case "SEQUENCE":
			b.Revision, _ = strconv.Atoi(p.value)
		case "SUMMARY":
			b.Title = unescape(p.value)
		case "STATUS":
			b.Cancelled = strings.EqualFold(p.value, "CANCELLED")
			b.Tentative = strings.EqualFold(p.value, "TENTATIVE")
		case "TRANSP":
			free = strings.EqualFold(p.value, "TRANSPARENT")
		case "DTSTART":
			start = p
		case "DTEND":
			end = p
		case "DURATION":
			long = p
		case "FREEBUSY":
			periods = append(periods, p)
		}
	}
	if b.UID == "" {
		r.note(c.line, "", "UID", "the entry has none: read again it cannot be told from another")
	}
	r.unsupported(&c, b.UID)
	switch {
	case c.kind == "VFREEBUSY":
		r.freeBusy(b, periods)
		return
	case free:
		r.note(c.line, b.UID, "TRANSP", "the entry is marked as free: it is no absence and was left out")
		return
	case start == nil:
		r.note(c.line, b.UID, "DTSTART", "the entry says no start: it was left out")
		return
	}
	if r.when(&b, start, end, long) {
		r.out = append(r.out, b)
	}
}

// unsupported names what makes an entry happen at other times too.
func (r *reader) unsupported(c *component, uid string) {
	for i := range c.props {
		switch p := &c.props[i]; p.name {
		case "RRULE", "RDATE", "EXRULE":
			r.note(p.line, uid, p.name, fmt.Sprintf("repeating by %s is not supported: only the first time was read; write the other times out (%s)", p.name, p.value))
		case "EXDATE":
			r.note(p.line, uid, p.name, "exceptions from repeating are not supported: check that the first time is not one of them ("+p.value+")")
		case "RECURRENCE-ID":
			r.note(p.line, uid, p.name, "the entry moves one time of a repeating one: it was read as an entry of its own ("+p.value+")")
		}
	}
}

// freeBusy reads the periods of a free-busy component.
func (r *reader) freeBusy(b Busy, periods []*property) {
	if len(periods) == 0 {
		r.note(b.Line, b.UID, "FREEBUSY", "the component lists no periods: nothing was read from it")
	}
	for _, p := range periods {
		x := b
		switch kind := strings.ToUpper(p.params["FBTYPE"]); kind {
		case "FREE":
			continue
		case "BUSY-TENTATIVE":
			x.Tentative = true
		case "", "BUSY", "BUSY-UNAVAILABLE":
		default:
			r.note(p.line, b.UID, "FBTYPE", fmt.Sprintf("the type %q is not known: its periods are read as busy", kind))
		}
		for text := range strings.SplitSeq(p.value, ",") {
			from, to, _ := strings.Cut(text, "/")
			start, end := property{p.line, "FREEBUSY", nil, from}, property{p.line, "FREEBUSY", nil, to}
			var ok bool
			if strings.HasPrefix(strings.TrimPrefix(to, "+"), "P") {
				ok = r.when(&x, &start, nil, &end)
			} else {
				ok = r.when(&x, &start, &end, nil)
			}
			if ok {
				r.out = append(r.out, x)
			}
		}
	}
}
