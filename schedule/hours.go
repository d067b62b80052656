package schedule

import (
	"iter"
	"sort"
	"strings"
	"sync/atomic"
	"time"
)

// Hours is a compiled calendar, or the common time of several: sums and
// differences of open time in a number of steps that grows with the logarithm
// of the windows of a year and with the years passed over. Years are worked out
// when first asked for and kept. Safe for concurrent use.
//
// Instants are exact to the microsecond. The end of a stretch of open time and
// the beginning of the next are different instants with no open time between
// them; each function says which it returns.
type Hours struct {
	name   string
	loc    *time.Location
	always bool
	build  func(year int) []span
	open   func(Date) bool
	years  [lastYear - firstYear + 1]atomic.Pointer[block]
	counts [lastYear - firstYear + 1]atomic.Pointer[dayCount]
}

// span is a stretch of open time, half-open.
type span struct{ open, shut int64 }

// block is the open time of one year of UTC.
type block struct {
	spans   []span
	through []int64 // open time of the spans up to and including this one
	total   int64
	longest int64
}

// Always returns hours that are always open.
func Always() *Hours {
	return &Hours{
		loc: time.UTC, always: true, open: func(Date) bool { return true },
		build: func(year int) []span { return []span{{yearStart(year), yearStart(year + 1)}} },
	}
}

// Common returns the hours in which all of those given are open; with none
// given that is always. The zone is that of the first.
func Common(hours ...*Hours) *Hours {
	parts := make([]*Hours, 0, len(hours))
	for _, h := range hours {
		if !h.always {
			parts = append(parts, h)
		}
	}
	switch len(parts) {
	case 0:
		return Always()
	case 1:
		return parts[0]
	}
	names := make([]string, len(parts))
	for i, h := range parts {
		names[i] = h.name
	}
	out := &Hours{name: strings.Join(names, " & "), loc: parts[0].loc}
	out.build = func(year int) []span {
		common := parts[0].year(year).spans
		for _, h := range parts[1:] {
			common = intersect(common, h.year(year).spans)
		}
		return common
	}
	out.open = func(d Date) bool {
		from, to := out.dayBounds(d)
		return out.between(from, to) > 0
	}
	return out
}

func intersect(a, b []span) []span {
	var out []span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if s := (span{max(a[i].open, b[j].open), min(a[i].shut, b[j].shut)}); s.open < s.shut {
			out = append(out, s)
		}
		if a[i].shut < b[j].shut {
			i++
		} else {
			j++
		}
	}
	return out
}

// Without returns the hours less some intervals, which may overlap and come in
// any order.
func (h *Hours) Without(away []Interval) *Hours {
	if len(away) == 0 {
		return h
	}
	cut := make([]span, 0, len(away))
	for _, a := range away {
		cut = append(cut, span{instantOf(a.Start), instantOf(a.Finish)})
	}
	sort.Slice(cut, func(i, j int) bool { return cut[i].open < cut[j].open })
	cut = merge(cut)
	out := &Hours{name: h.name, loc: h.loc}
	out.build = func(year int) []span { return subtract(h.year(year).spans, cut) }
	out.open = func(d Date) bool {
		from, to := out.dayBounds(d)
		return out.between(from, to) > 0
	}
	return out
}

func subtract(from, cut []span) []span {
	var out []span
	j := 0
	for _, s := range from {
		for j < len(cut) && cut[j].shut <= s.open {
			j++
		}
		at := s.open
		for k := j; k < len(cut) && cut[k].open < s.shut; k++ {
			if cut[k].open > at {
				out = append(out, span{at, cut[k].open})
			}
			at = max(at, cut[k].shut)
		}
		if at < s.shut {
			out = append(out, span{at, s.shut})
		}
	}
	return out
}

// Interval is a stretch of time, [Start, Finish).
type Interval struct {
	Start  time.Time `json:"start,omitzero"`
	Finish time.Time `json:"finish,omitzero"`
}

// Name returns the id of the calendar, or those of several joined by " & ".
func (h *Hours) Name() string { return h.name }

// Zone returns the zone of the calendar.
func (h *Hours) Zone() *time.Location { return h.loc }

// DateOf returns the date in the zone of the calendar.
func (h *Hours) DateOf(t time.Time) Date { return DateIn(t, h.loc) }

// Add returns the first instant by which w of open time has passed since t.
// A negative w goes back as Sub does. The error is a *NoTimeError.
func (h *Hours) Add(t time.Time, w time.Duration) (time.Time, error) {
	if w < 0 {
		return h.Sub(t, -w)
	}
	return h.result(t, h.add(instantOf(t), w.Microseconds()))
}

// Sub returns the last instant from which w of open time passes until t.
func (h *Hours) Sub(t time.Time, w time.Duration) (time.Time, error) {
	if w < 0 {
		return h.Add(t, -w)
	}
	return h.result(t, h.sub(instantOf(t), w.Microseconds()))
}

// Next returns t if the calendar is open there, else the next opening.
func (h *Hours) Next(t time.Time) (time.Time, error) { return h.result(t, h.next(instantOf(t))) }

// Prev returns t if the calendar is open just before it, else the last closing.
func (h *Hours) Prev(t time.Time) (time.Time, error) { return h.result(t, h.prev(instantOf(t))) }

func (h *Hours) result(from time.Time, t int64) (time.Time, error) {
	if t >= never || t <= -never {
		return time.Time{}, &NoTimeError{Calendar: h.name, From: from}
	}
	return timeAt(t), nil
}

// Between returns the open time from a to b; it is negative if b lies before a.
func (h *Hours) Between(a, b time.Time) time.Duration {
	return time.Duration(h.between(instantOf(a), instantOf(b))) * time.Microsecond
}

// Open reports whether the calendar is open at t.
func (h *Hours) Open(t time.Time) bool { return h.next(instantOf(t)) == instantOf(t) }

// Windows yields the stretches of open time within [from, to) in order. A
// stretch that passes the end of a year of UTC is yielded in two pieces.
func (h *Hours) Windows(from, to time.Time) iter.Seq[Interval] {
	return func(yield func(Interval) bool) {
		for s := range h.windows(instantOf(from), instantOf(to)) {
			if !yield(Interval{timeAt(s.open), timeAt(s.shut)}) {
				return
			}
		}
	}
}

func (h *Hours) windows(from, to int64) iter.Seq[span] {
	return func(yield func(span) bool) {
		for year := max(yearOf(from), firstYear); year <= lastYear && yearStart(year) < to; year++ {
			b := h.year(year)
			for i := b.after(from); i < len(b.spans) && b.spans[i].open < to; i++ {
				s := span{max(b.spans[i].open, from), min(b.spans[i].shut, to)}
				if s.open < s.shut && !yield(s) {
					return
				}
			}
		}
	}
}

// year returns the open time of a year within the known ones.
func (h *Hours) year(year int) *block {
	at := &h.years[year-firstYear]
	if b := at.Load(); b != nil {
		return b
	}
	b := &block{spans: h.build(year)}
	b.through = make([]int64, len(b.spans))
	for i, s := range b.spans {
		b.total += s.shut - s.open
		b.longest = max(b.longest, s.shut-s.open)
		b.through[i] = b.total
	}
	at.Store(b) // two callers at once store equal blocks
	return b
}

// after returns the first span that ends after t.
func (b *block) after(t int64) int {
	return sort.Search(len(b.spans), func(i int) bool { return b.spans[i].shut > t })
}

// before returns the open time of the year before t.
func (b *block) before(t int64) int64 {
	i := b.after(t)
	done := int64(0)
	if i > 0 {
		done = b.through[i-1]
	}
	if i < len(b.spans) && b.spans[i].open < t {
		done += t - b.spans[i].open
	}
	return done
}

func outside(year int) bool { return year < firstYear || year > lastYear }

func (h *Hours) add(t, w int64) int64 {
	if w == 0 || t >= never || t <= -never {
		return t
	}
	year := yearOf(t)
	if outside(year) {
		return never
	}
	b := h.year(year)
	w += b.before(t)
	for w > b.total {
		w -= b.total
		if year++; year > lastYear {
			return never
		}
		b = h.year(year)
	}
	i := sort.Search(len(b.spans), func(i int) bool { return b.through[i] >= w })
	return b.spans[i].shut - (b.through[i] - w)
}

func (h *Hours) sub(t, w int64) int64 {
	if w == 0 || t >= never || t <= -never {
		return t
	}
	year := yearOf(t)
	if outside(year) {
		return -never
	}
	b := h.year(year)
	rest := b.before(t) - w
	for rest < 0 {
		if year--; year < firstYear {
			return -never
		}
		b = h.year(year)
		rest += b.total
	}
	i := sort.Search(len(b.spans), func(i int) bool { return b.through[i] > rest })
	return b.spans[i].shut - (b.through[i] - rest)
}

func (h *Hours) next(t int64) int64 {
	if h.always || t >= never || t <= -never {
		return t
	}
	for year := max(yearOf(t), firstYear); year <= lastYear; year++ {
		b := h.year(year)
		if i := b.after(t); i < len(b.spans) {
			return max(t, b.spans[i].open)
		}
	}
	return never
}

func (h *Hours) prev(t int64) int64 {
	if h.always || t >= never || t <= -never {
		return t
	}
	for year := min(yearOf(t), lastYear); year >= firstYear; year-- {
		b := h.year(year)
		if i := sort.Search(len(b.spans), func(i int) bool { return b.spans[i].open >= t }); i > 0 {
			return min(t, b.spans[i-1].shut)
		}
	}
	return -never
}

// fit returns the first instant from t on at which w of open time follows
// without a break.
func (h *Hours) fit(t, w int64) int64 {
	if h.always || t >= never || t <= -never {
		return t
	}
	held := -never // where a stretch began that touches the end of the last year
	for year := max(yearOf(t), firstYear); year <= lastYear; year++ {
		b := h.year(year)
		end := yearStart(year + 1)
		for i := b.after(t); i < len(b.spans); i++ {
			s := b.spans[i]
			from := max(t, s.open)
			if i == 0 && held > -never && s.open == yearStart(year) {
				from = held
			}
			if s.shut-from >= w {
				return from
			}
			if held = -never; s.shut == end {
				held = from
			}
		}
	}
	return never
}

func (h *Hours) between(a, b int64) int64 {
	if a > b {
		return -h.between(b, a)
	}
	a, b = max(a, yearStart(firstYear)), min(b, yearStart(lastYear+1)-1)
	if a >= b {
		return 0
	}
	from, to := yearOf(a), yearOf(b)
	sum := h.year(to).before(b) - h.year(from).before(a)
	for ; from < to; from++ {
		sum += h.year(from).total
	}
	return sum
}

func (h *Hours) dayBounds(d Date) (from, to int64) {
	w := wall{loc: h.loc}
	return w.at(d.unixDays()*86400) * second, w.at((d.unixDays()+1)*86400) * second
}

// fitBack returns the last instant by whose w later open time has lasted
// without a break, and not beyond t.
func (h *Hours) fitBack(t, w int64) int64 {
	if h.always {
		return t - w
	}
	held := never // where a stretch ends that touches the beginning of the next year
	for year := min(yearOf(t), lastYear); year >= firstYear; year-- {
		b := h.year(year)
		begin, end := yearStart(year), yearStart(year+1)
		for i := sort.Search(len(b.spans), func(i int) bool { return b.spans[i].open >= t }) - 1; i >= 0; i-- {
			s := b.spans[i]
			to := min(t, s.shut)
			if i == len(b.spans)-1 && held < never && s.shut == end {
				to = held
			}
			if to-s.open >= w {
				return to - w
			}
			if held = never; s.open == begin {
				held = to
			}
		}
	}
	return -never
}
