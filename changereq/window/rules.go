package window

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrInvalid says that rules cannot be kept as they are.
var ErrInvalid = errors.New("window: invalid")

// The limits on what rules may hold.
const (
	MaxFreezes     = 1000
	MaxMaintenance = 1000
	MaxHours       = 1000 // windows, and weekly hours, of one maintenance
)

// Rules are the calendar of an office and how bad each kind of conflict is.
// Severities left empty are Block for the same item, Hold for the same
// implementer and Warn for a related item.
type Rules struct {
	Freezes     []Freeze      `json:"freezes,omitempty"`
	Maintenance []Maintenance `json:"maintenance,omitempty"`

	SameItem        Severity `json:"same_item,omitempty"`
	RelatedItem     Severity `json:"related_item,omitempty"`
	SameImplementer Severity `json:"same_implementer,omitempty"`
}

// Freeze is a time in which its items are not changed.
type Freeze struct {
	Name     string   `json:"name"`
	Window   Window   `json:"window"`
	Items    []string `json:"items,omitempty"`    // none: every change
	Severity Severity `json:"severity,omitempty"` // empty: Block
}

// Maintenance are the hours set aside for changing its items: a change lies
// wholly inside them, where hours that touch count as one.
type Maintenance struct {
	Name     string   `json:"name"`
	Items    []string `json:"items,omitempty"` // none: every change
	Windows  []Window `json:"windows,omitempty"`
	Weekly   []Weekly `json:"weekly,omitempty"`
	Severity Severity `json:"severity,omitempty"` // empty: Block
}

// Weekly are hours that come back every week, in UTC.
type Weekly struct {
	Day    time.Weekday  `json:"day"`    // 0 is Sunday
	Start  time.Duration `json:"start"`  // after midnight, less than a day; nanoseconds in JSON
	Length time.Duration `json:"length"` // more than nothing, at most a week
}

const week = 7 * 24 * time.Hour

// Validate reports the first thing that keeps the rules from being kept, as
// ErrInvalid: a name missing or used twice, a window without length, a severity
// or weekday that does not exist, too many entries.
func (r Rules) Validate() error {
	for _, s := range []Severity{r.SameItem, r.RelatedItem, r.SameImplementer} {
		if !s.known() {
			return invalid("severity %q does not exist: use block, hold or warn", s)
		}
	}
	if len(r.Freezes) > MaxFreezes || len(r.Maintenance) > MaxMaintenance {
		return invalid("there are more than %d freezes or %d maintenance hours: remove those that are over", MaxFreezes, MaxMaintenance)
	}
	names := make(map[string]bool)
	for _, f := range r.Freezes {
		switch {
		case f.Name == "" || names[f.Name]:
			return invalid("a freeze has no name or that of another, %q: name it", f.Name)
		case f.Window.Empty():
			return invalid("freeze %s ends before it begins", f.Name)
		case !f.Severity.known():
			return invalid("freeze %s has severity %q: use block, hold or warn", f.Name, f.Severity)
		}
		names[f.Name] = true
	}
	for i := range r.Maintenance {
		if err := r.Maintenance[i].validate(names); err != nil {
			return err
		}
	}
	return nil
}

func (m *Maintenance) validate(names map[string]bool) error {
	switch {
	case m.Name == "" || names[m.Name]:
		return invalid("maintenance hours have no name or that of another, %q: name them", m.Name)
	case !m.Severity.known():
		return invalid("maintenance %s has severity %q: use block, hold or warn", m.Name, m.Severity)
	case len(m.Windows) > MaxHours || len(m.Weekly) > MaxHours:
		return invalid("maintenance %s has more than %d hours: remove those that are over", m.Name, MaxHours)
	case slices.ContainsFunc(m.Windows, Window.Empty):
		return invalid("maintenance %s has a window that ends before it begins", m.Name)
	}
	names[m.Name] = true
	for _, h := range m.Weekly {
		switch {
		case h.Day < time.Sunday || h.Day > time.Saturday:
			return invalid("maintenance %s names day %d: days are 0, Sunday, to 6", m.Name, int(h.Day))
		case h.Start < 0 || h.Start >= 24*time.Hour:
			return invalid("maintenance %s begins %s after midnight: that is not within the day", m.Name, h.Start)
		case h.Length <= 0 || h.Length > week:
			return invalid("maintenance %s lasts %s: hours last more than nothing and at most a week", m.Name, h.Length)
		}
	}
	return nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

func (s Severity) known() bool { return s == "" || s == Block || s == Hold || s == Warn }

// calendar lists the freezes that a booking overlaps and the maintenance hours
// that it leaves.
func (r Rules) calendar(b Booking) []Conflict {
	var out []Conflict
	for i := range r.Freezes {
		f := &r.Freezes[i]
		if item, hit := touched(f.Items, b.Items); hit && f.Window.Overlaps(b.Window) {
			out = append(out, Conflict{
				Kind: FreezeTime, Severity: f.Severity.or(Block), Name: f.Name, Item: item, Window: f.Window,
			})
		}
	}
	for i := range r.Maintenance {
		m := &r.Maintenance[i]
		if item, hit := touched(m.Items, b.Items); hit && !m.Covers(b.Window) {
			out = append(out, Conflict{
				Kind: OutsideMaintenance, Severity: m.Severity.or(Block), Name: m.Name, Item: item, Window: b.Window,
			})
		}
	}
	return out
}

// touched returns the first item of a booking that is among those meant; no
// items meant is every booking.
func touched(meant, items []string) (item string, hit bool) {
	if len(meant) == 0 {
		return "", true
	}
	i := slices.IndexFunc(items, func(x string) bool { return slices.Contains(meant, x) })
	if i < 0 {
		return "", false
	}
	return items[i], true
}

// Covers reports whether the window lies wholly inside the hours.
func (m *Maintenance) Covers(w Window) bool {
	at := w.Start
	for at.Before(w.End) {
		next, always := m.throughWeekly(at)
		if always {
			return true
		}
		for _, x := range m.Windows {
			if !x.Start.After(next) && x.End.After(next) {
				next = x.End
			}
		}
		if !next.After(at) {
			return false
		}
		at = next
	}
	return true
}

// throughWeekly follows the weekly hours from an instant to where they leave
// off. Hours that do not leave off for a week never do.
func (m *Maintenance) throughWeekly(from time.Time) (until time.Time, always bool) {
	until = from
	for moved := true; moved; {
		moved = false
		for _, h := range m.Weekly {
			if end := h.end(until); end.After(until) {
				until, moved = end, true
			}
		}
		if until.Sub(from) > week {
			return until, true
		}
	}
	return until, false
}

// end is when the hours that an instant lies in are over, or the instant itself
// if it lies in none.
func (h Weekly) end(at time.Time) time.Time {
	at = at.UTC()
	begin := time.Date(at.Year(), at.Month(), at.Day()-int(at.Weekday()), 0, 0, 0, 0, time.UTC).
		AddDate(0, 0, int(h.Day)).Add(h.Start)
	if begin.After(at) {
		begin = begin.Add(-week)
	}
	if end := begin.Add(h.Length); end.After(at) {
		return end
	}
	return at
}
