package plancsv

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/coordkit/coordkit/schedule"
)

// text is the cell of a field; empty if it has none.
func (t *table) text(name string) string {
	i, ok := t.columns[name]
	if !ok || i >= len(t.row) {
		return ""
	}
	s := strings.TrimSpace(t.decode(t.row[i]))
	switch {
	case len(s) > MaxCell:
		t.problemf(name, s, "out_of_range", "is longer than %d bytes", MaxCell)
		return ""
	case strings.ContainsFunc(s, func(r rune) bool { return r == 0 || (unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t') }):
		t.problemf(name, s, "invalid", "holds control characters")
		return ""
	}
	return s
}

// id is the cell of a field that names something.
func (t *table) id(name string) string {
	s := t.text(name)
	if strings.ContainsAny(s, "\r\n\t") {
		t.problemf(name, s, "invalid", "is an id and must stand on one line")
	}
	return s
}

// needed is the cell of a field that must not be empty.
func (t *table) needed(name string) string {
	s := t.id(name)
	if s == "" && !t.bad {
		t.problemf(name, "", "required", "is empty")
	}
	return s
}

// number is a whole number; empty is 0.
func (t *table) number(name string, least, most int64) int64 {
	s := t.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
		t.problemf(name, s, "invalid", "is no whole number: write digits alone, without separators, in the smallest unit")
	case n < least || n > most:
		t.problemf(name, s, "out_of_range", "must be from %d to %d", least, most)
	}
	return n
}

// count is a number that fits an int.
func (t *table) count(name string, least, most int) int {
	return int(t.number(name, int64(least), min(int64(most), math.MaxInt32)))
}

// yes is a cell that says yes or no; empty is no.
func (t *table) yes(name string) bool {
	switch s := strings.ToLower(t.text(name)); s {
	case "", "no", "n", "false", "0":
		return false
	case "yes", "y", "true", "1", "x":
		return true
	default:
		t.problemf(name, s, "invalid", "must be yes or no")
		return false
	}
}

// date is a day; empty is none.
func (t *table) date(name string) schedule.Date { return t.dateOf(name, t.text(name)) }

func (t *table) dateOf(name, s string) schedule.Date {
	if s == "" {
		return 0
	}
	layout := t.options.Layout
	if layout == "" {
		layout = time.DateOnly
	}
	at, err := time.Parse(layout, s)
	if err != nil {
		t.problemf(name, s, "invalid", "is no date: write it as %s", time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC).Format(layout))
		return 0
	}
	d := schedule.DateOf(at.Date())
	if d == 0 {
		t.problemf(name, s, "out_of_range", "lies outside the years 1900 to 2200")
	}
	return d
}

// time is an instant; empty is none.
func (t *table) time(name string) time.Time {
	s := t.text(name)
	if s == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil && t.options.Zone != nil {
		for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly} {
			if at, err = time.ParseInLocation(layout, s, t.options.Zone); err == nil {
				break
			}
		}
	}
	switch {
	case err != nil && t.options.Zone == nil:
		t.problemf(name, s, "invalid", "is no time with an offset: write it as 2026-03-04T08:00:00+01:00, or say in which zone the table's times are")
		return time.Time{}
	case err != nil:
		t.problemf(name, s, "invalid", "is no time: write it as 2026-03-04 08:00 or 2026-03-04T08:00:00+01:00")
		return time.Time{}
	case at.Year() < 1900 || at.Year() > 2200:
		t.problemf(name, s, "out_of_range", "lies outside the years 1900 to 2200")
		return time.Time{}
	}
	return at.UTC().Truncate(time.Microsecond)
}

// list is a cell with several values.
func (t *table) list(name string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(t.text(name), func(r rune) bool { return r == '|' || r == ';' || r == '\n' }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// duration is hours and minutes of open time, such as 40h, 1h30m or PT40H.
func (t *table) duration(name string) time.Duration { return t.durationOf(name, t.text(name)) }

func (t *table) durationOf(name, s string) time.Duration {
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(strings.ToLower(strings.TrimPrefix(strings.ToUpper(s), "PT")))
	if err != nil {
		t.problemf(name, s, "invalid", "is no duration: write open time as 40h or 1h30m; a day has no fixed length")
	}
	return d.Truncate(time.Microsecond)
}

// fresh notes an id that an earlier row has. A row with problems has none.
func (t *table) fresh(seen map[string]int, name, id string) {
	if t.bad {
		return
	}
	if first, ok := seen[id]; ok && id != "" {
		t.problemf(name, id, "duplicate", "stands on line %d already", first)
		return
	}
	seen[id] = t.line
}
