package schedule

import (
	"sort"
	"time"
)

// dayCount is the open days of a year: through[k] counts those among its first
// k days.
type dayCount struct {
	first   Date
	through []int32
}

func (h *Hours) countOf(year int) *dayCount {
	at := &h.counts[year-firstYear]
	if c := at.Load(); c != nil {
		return c
	}
	c := &dayCount{first: DateOf(year, time.January, 1)}
	days := time.Date(year, time.December, 31, 0, 0, 0, 0, time.UTC).YearDay()
	c.through = make([]int32, days+1)
	for k := range days {
		c.through[k+1] = c.through[k]
		if h.open(c.first.Add(k)) {
			c.through[k+1]++
		}
	}
	at.Store(c)
	return c
}

func (d Date) year() int { return d.Midnight().Year() }

// OpenOn reports whether a shift of the calendar begins on the date.
func (h *Hours) OpenOn(d Date) bool { return d.valid() && h.open(d) }

// DaysAfter returns the n-th open day after d; with n of 0 or less, d itself.
// Without so many open days in the known years it returns zero.
func (h *Hours) DaysAfter(d Date, n int) Date {
	if n <= 0 || !d.valid() {
		return d
	}
	year := d.year()
	c := h.countOf(year)
	n += int(c.through[d-c.first+1])
	for n > int(c.through[len(c.through)-1]) {
		n -= int(c.through[len(c.through)-1])
		if year++; year > lastYear {
			return 0
		}
		c = h.countOf(year)
	}
	k := sort.Search(len(c.through), func(k int) bool { return int(c.through[k]) >= n })
	return c.first.Add(k - 1)
}

// DaysBefore returns the last day from which the n-th open day after it is not
// later than d; with n of 0 or less, d itself. Without so many open days in the
// known years it returns zero.
func (h *Hours) DaysBefore(d Date, n int) Date {
	if n <= 0 || !d.valid() {
		return d
	}
	year := d.year()
	c := h.countOf(year)
	// The day before the open day whose number is (open days up to d) - n + 1.
	rest := int(c.through[d-c.first+1]) - n + 1
	for rest <= 0 {
		if year--; year < firstYear {
			return 0
		}
		c = h.countOf(year)
		rest += int(c.through[len(c.through)-1])
	}
	k := sort.Search(len(c.through), func(k int) bool { return int(c.through[k]) >= rest })
	return c.first.Add(k - 2)
}

// OpenDay returns d if the calendar is open on it, else the next open day;
// zero if there is none.
func (h *Hours) OpenDay(d Date) Date {
	if h.OpenOn(d) {
		return d
	}
	return h.DaysAfter(d, 1)
}

// LastOpenDay returns d if the calendar is open on it, else the last open day
// before it; zero if there is none.
func (h *Hours) LastOpenDay(d Date) Date {
	if h.OpenOn(d) {
		return d
	}
	x := h.DaysBefore(d, 1)
	if x == 0 {
		return 0
	}
	return x.Add(1)
}

// DaysBetween counts the open days after a, up to and including b; none if b
// is not after a.
func (h *Hours) DaysBetween(a, b Date) int {
	if !a.valid() || !b.valid() || b <= a {
		return 0
	}
	from, to := a.year(), b.year()
	c := h.countOf(to)
	n := int(c.through[b-c.first+1])
	c = h.countOf(from)
	n -= int(c.through[a-c.first+1])
	for ; from < to; from++ {
		c = h.countOf(from)
		n += int(c.through[len(c.through)-1])
	}
	return n
}

// StartOf returns the first instant of a date in the zone of the calendar.
func (h *Hours) StartOf(d Date) time.Time {
	from, _ := h.dayBounds(d)
	return timeAt(from)
}

// ClockOn returns the first instant of a date at which the clock in the zone of
// the calendar has reached a time.
func (h *Hours) ClockOn(d Date, c Clock) time.Time {
	w := wall{loc: h.loc}
	return timeAt(w.at(d.unixDays()*86400+int64(c)*60) * second)
}
