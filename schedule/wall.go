package schedule

import (
	"cmp"
	"slices"
	"time"
)

// wall turns times of a wall clock into instants: the first instant at which
// the clock has reached the time. Where a clock is set forward over the time
// that is the moment of the change; where it is set back and shows the time
// twice it is the first of the two. So a day has 23 or 25 hours, and shifts that
// follow one another never overlap.
type wall struct {
	loc      *time.Location
	offset   int64 // valid for instants in [from, to)
	from, to int64 // in seconds, well inside the bounds of the offset
	some     bool
}

// at takes seconds that the clock shows, counted as if it were UTC.
func (w *wall) at(shown int64) int64 {
	if t := shown - w.offset; w.some && t >= w.from && t < w.to {
		return t
	}
	const margin = 36 * 3600 // beyond any offset, and around a change of one
	before, after := w.offsetAt(shown-margin), w.offsetAt(shown+margin)
	first, second := shown-before, shown-after
	if before == after {
		w.remember(first)
		return first
	}
	if w.offsetAt(first) == before {
		return first
	}
	if w.offsetAt(second) == after {
		return second
	}
	start, _ := time.Unix(first, 0).In(w.loc).ZoneBounds()
	return start.Unix()
}

func (w *wall) offsetAt(t int64) int64 {
	_, offset := time.Unix(t, 0).In(w.loc).Zone()
	return int64(offset)
}

// remember keeps the offset for the times around t where it does not change.
func (w *wall) remember(t int64) {
	at := time.Unix(t, 0).In(w.loc)
	start, end := at.ZoneBounds()
	w.some, w.offset = true, w.offsetAt(t)
	w.from, w.to = -1<<40, 1<<40
	const margin = 3 * 86400
	if !start.IsZero() {
		w.from = start.Unix() + margin
	}
	if !end.IsZero() {
		w.to = end.Unix() - margin
	}
}

// wallSpans returns the open time of the shifts within a year of UTC, merged.
func wallSpans(year int, loc *time.Location, shifts func(Date) []Shift) []span {
	w := wall{loc: loc}
	// A shift may end 48 hours after its day began, and zones are up to 14 hours off.
	from, to := DateOf(year, time.January, 1), DateOf(year, time.December, 31)
	var spans []span
	for d := from - 3; d <= to+1; d++ {
		for _, s := range shifts(d) {
			shown := d.unixDays() * 86400
			spans = append(spans, span{w.at(shown+int64(s.From)*60) * second, w.at(shown+int64(s.To)*60) * second})
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.open, b.open) })
	return clip(merge(spans), yearStart(year), yearStart(year+1))
}

// merge joins spans, sorted by their opening, that touch or overlap.
func merge(spans []span) []span {
	out := spans[:0]
	for _, s := range spans {
		if s.open >= s.shut {
			continue
		}
		if n := len(out); n > 0 && s.open <= out[n-1].shut {
			out[n-1].shut = max(out[n-1].shut, s.shut)
			continue
		}
		out = append(out, s)
	}
	return out
}

// clip cuts spans to [from, to).
func clip(spans []span, from, to int64) []span {
	out := spans[:0]
	for _, s := range spans {
		if s = (span{max(s.open, from), min(s.shut, to)}); s.open < s.shut {
			out = append(out, s)
		}
	}
	return out
}
