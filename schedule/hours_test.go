package schedule

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func hoursOf(tb testing.TB, c Calendar) *Hours {
	tb.Helper()
	h, err := c.Compile()
	require.NoError(tb, err)
	return h
}

func office(zone string) Calendar {
	return WorkWeek("office", zone, Shift{At(8, 0), At(12, 0)}, Shift{At(13, 0), At(17, 0)})
}

// openMinutes is the naive model: it walks over the minutes of the zone's clock
// and opens and shuts at the first minute that has reached the time of a shift.
func openMinutes(c Calendar, from, to time.Time) map[int64]bool {
	loc, err := time.LoadLocation(c.Zone)
	if err != nil {
		panic(err)
	}
	reached := func(d Date, at Clock) int64 {
		want := d.Midnight().Add(time.Duration(at) * time.Minute)
		for m := want.Add(-20*time.Hour).Unix() / 60; ; m++ {
			x := time.Unix(m*60, 0).In(loc)
			shown := time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), 0, 0, time.UTC)
			if !shown.Before(want) {
				return m
			}
		}
	}
	shifts := c.shiftsOn()
	open := make(map[int64]bool)
	for d := DateIn(from, loc) - 3; d <= DateIn(to, loc)+1; d++ {
		for _, s := range shifts(d) {
			for m, end := reached(d, s.From), reached(d, s.To); m < end; m++ {
				open[m] = true
			}
		}
	}
	return open
}

func TestHoursAgainstMinutesOfDaylightSaving(t *testing.T) {
	t.Parallel()
	night := Calendar{ID: "night", Zone: "Europe/Berlin"}
	night.Week[time.Saturday] = []Shift{{At(22, 0), At(30, 0)}}
	night.Week[time.Sunday] = []Shift{{At(2, 15), At(2, 45)}, {At(20, 0), At(26, 30)}}
	lord := WorkWeek("lord howe", "Australia/Lord_Howe", Shift{At(0, 0), At(24, 0)})
	lord.Week[time.Sunday] = []Shift{{At(1, 30), At(2, 10)}}
	apia := WorkWeek("apia", "Pacific/Apia", Shift{At(6, 0), At(14, 0)})
	kolkata := office("Asia/Kolkata").Holidays("feast", DateOf(2026, 3, 31))
	for _, x := range []struct {
		c        Calendar
		from, to string
	}{
		{night, "2026-03-26 00:00", "2026-04-01 00:00"},
		{night, "2026-10-22 00:00", "2026-10-27 00:00"},
		{office("America/New_York"), "2026-03-06 00:00", "2026-03-10 00:00"},
		{lord, "2026-04-03 00:00", "2026-04-06 00:00"},
		{lord, "2026-10-02 00:00", "2026-10-05 00:00"},
		{apia, "2011-12-28 00:00", "2012-01-02 00:00"}, // a day was left out
		{kolkata, "2026-03-29 00:00", "2026-04-02 00:00"},
	} {
		t.Run(x.c.ID+x.from, func(t *testing.T) {
			t.Parallel()
			from, to := utc(x.from), utc(x.to)
			open := openMinutes(x.c, from, to)
			h := hoursOf(t, x.c)
			sum := time.Duration(0)
			for at := from; at.Before(to); at = at.Add(time.Minute) {
				require.Equal(t, open[at.Unix()/60], h.Open(at), at)
				require.Equal(t, sum, h.Between(from, at), at)
				if open[at.Unix()/60] {
					sum += time.Minute
				}
			}
		})
	}
}

func TestHoursAcrossYears(t *testing.T) {
	t.Parallel()
	h := hoursOf(t, office("Europe/Berlin"))
	start := utc("2026-01-05 07:00") // Monday, 08:00 in Berlin
	end, err := h.Add(start, 52*40*time.Hour*10)
	require.NoError(t, err)
	require.Equal(t, utc("2035-12-21 16:00"), end) // 520 weeks later, Friday 17:00
	back, err := h.Sub(end, 52*40*time.Hour*10)
	require.NoError(t, err)
	require.Equal(t, start, back)
	night := Calendar{ID: "night"}
	night.Week[time.Thursday] = []Shift{{At(22, 0), At(30, 0)}}
	n := hoursOf(t, night)
	end, err = n.Add(utc("2026-12-31 22:00"), 8*time.Hour) // over the end of a year
	require.NoError(t, err)
	require.Equal(t, utc("2027-01-01 06:00"), end)
}

func TestEmptyCalendarIsAlwaysOpen(t *testing.T) { // frePPLe #413 read it as never
	t.Parallel()
	h := hoursOf(t, Calendar{ID: "empty"})
	at, err := h.Add(utc("2026-03-07 00:00"), 48*time.Hour)
	require.NoError(t, err)
	require.Equal(t, utc("2026-03-09 00:00"), at)
	closed := hoursOf(t, Calendar{ID: "but"}.Holidays("feast", DateOf(2026, 3, 8)))
	at, err = closed.Add(utc("2026-03-07 00:00"), 48*time.Hour)
	require.NoError(t, err)
	require.Equal(t, utc("2026-03-10 00:00"), at)
}

func TestCalendarsWithoutTime(t *testing.T) {
	t.Parallel()
	_, err := Calendar{ID: "shut", OnlyExceptions: true}.Compile()
	require.ErrorIs(t, err, ErrInvalid)
	week := Calendar{ID: "sundays"}
	week.Week[time.Sunday] = []Shift{{0, At(24, 0)}}
	common := Common(hoursOf(t, office("UTC")), hoursOf(t, week))
	_, err = common.Add(utc("2026-01-01 00:00"), time.Minute)
	var none *NoTimeError
	require.ErrorAs(t, err, &none)
	require.Equal(t, "office & sundays", none.Calendar)
	_, err = common.Next(utc("2026-01-01 00:00"))
	require.ErrorIs(t, err, ErrInvalid)
	once := Calendar{ID: "once", OnlyExceptions: true, Exceptions: []Exception{{From: DateOf(2026, 1, 2), To: DateOf(2026, 1, 2), Shifts: []Shift{{At(8, 0), At(9, 0)}}}}}
	h := hoursOf(t, once)
	require.Equal(t, time.Hour, h.Between(utc("1950-01-01 00:00"), utc("2150-01-01 00:00")))
	_, err = h.Add(utc("2026-01-01 00:00"), 61*time.Minute)
	require.ErrorIs(t, err, ErrInvalid)
}

func TestCalendarFaults(t *testing.T) {
	t.Parallel()
	c := Calendar{ID: "c", Zone: "Mars/Base", Exceptions: []Exception{{From: 3, To: 2}}}
	c.Week[1] = []Shift{{At(9, 0), At(8, 0)}}
	_, err := c.Compile()
	var v *ValidationError
	require.ErrorAs(t, err, &v)
	pointers := make([]string, len(v.Fields))
	for i, f := range v.Fields {
		pointers[i] = f.Pointer
	}
	require.Equal(t, []string{"/week/1/0", "/exceptions/0", "/zone"}, pointers)
}

// anyCalendar draws a calendar with part days, nights, holidays and a zone.
func anyCalendar(t *rapid.T, label string) Calendar {
	c := Calendar{ID: label, Zone: rapid.SampledFrom([]string{"", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}).Draw(t, label+" zone")}
	shifts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Shift {
		from := rapid.IntRange(0, 22).Draw(t, "from")
		return Shift{At(from, 30*rapid.IntRange(0, 1).Draw(t, "half")), At(from+rapid.IntRange(1, 9).Draw(t, "long"), 0)}
	}), 1, 2).Draw(t, label+" shifts")
	for d := range c.Week {
		if rapid.IntRange(0, 4).Draw(t, "day") > 0 || d == 1 {
			c.Week[d] = shifts
		}
	}
	return c.Holidays("holiday", rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Date {
		return DateOf(2026, 3, rapid.IntRange(1, 31).Draw(t, "date"))
	}), 0, 4).Draw(t, label+" holidays")...)
}

func anyTime(t *rapid.T, label string) time.Time {
	return utc("2026-03-01 00:00").Add(time.Duration(rapid.IntRange(0, 40*24*4).Draw(t, label)) * 15 * time.Minute)
}

func TestHoursArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, err := anyCalendar(t, "a").Compile()
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "two") {
			other, err := anyCalendar(t, "b").Compile()
			require.NoError(t, err)
			if both := Common(h, other); both.between(yearStart(2027), yearStart(2032)) > 70*day { // enough for what is added below
				h = both
			}
		}
		at := anyTime(t, "at")
		a := time.Duration(rapid.IntRange(0, 3000).Draw(t, "a")) * 15 * time.Minute
		b := time.Duration(rapid.IntRange(0, 3000).Draw(t, "b")) * 15 * time.Minute
		end, err := h.Add(at, a)
		require.NoError(t, err)
		require.Equal(t, a, h.Between(at, end))
		step, err := h.Add(end, b)
		require.NoError(t, err)
		whole, err := h.Add(at, a+b)
		require.NoError(t, err)
		require.Equal(t, whole, step)
		back, err := h.Sub(end, a)
		require.NoError(t, err)
		require.Zero(t, h.Between(at, back), "differs from at by closed time only")
		if a > 0 {
			require.False(t, back.Before(at))
			require.Less(t, h.Between(at, end.Add(-time.Minute)), a, "the first such instant")
			require.Less(t, h.Between(back.Add(time.Minute), end), a, "the last such instant")
		}
		next, err := h.Next(at)
		require.NoError(t, err)
		require.True(t, h.Open(next))
		require.Zero(t, h.Between(at, next))
		prev, err := h.Prev(at)
		require.NoError(t, err)
		require.Zero(t, h.Between(prev, at))
		require.True(t, h.Open(prev.Add(-time.Minute)))
		sum := time.Duration(0)
		for w := range h.Windows(at, end) {
			require.True(t, w.Start.Before(w.Finish))
			sum += w.Finish.Sub(w.Start)
		}
		require.Equal(t, a, sum)
	})
}

func TestWithout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, err := anyCalendar(t, "a").Compile()
		require.NoError(t, err)
		away := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Interval {
			s := anyTime(t, "away")
			return Interval{s, s.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "for")) * 15 * time.Minute)}
		}), 0, 5).Draw(t, "list")
		cut := h.Without(away)
		for range 50 {
			at := anyTime(t, "probe")
			gone := slices.ContainsFunc(away, func(a Interval) bool { return !at.Before(a.Start) && at.Before(a.Finish) })
			require.Equal(t, h.Open(at) && !gone, cut.Open(at))
		}
	})
}

func TestSolidFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h, err := anyCalendar(t, "a").Compile()
		require.NoError(t, err)
		w := int64(rapid.IntRange(1, 12).Draw(t, "w")) * 15 * 60 * second
		at := instantOf(anyTime(t, "at"))
		s := h.fit(at, w)
		if s == never {
			t.Skip("no window is as long")
		}
		require.Equal(t, w, h.between(s, s+w))
		for earlier := s - 900*second; earlier >= at && earlier > s-7*day; earlier -= 900 * second {
			require.Less(t, h.between(earlier, earlier+w), w)
		}
		b := h.fitBack(at, w)
		require.LessOrEqual(t, b+w, at)
		require.Equal(t, w, h.between(b, b+w))
		for later := b + 900*second; later+w <= at; later += 900 * second {
			require.Less(t, h.between(later, later+w), w)
		}
	})
}

func TestDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCalendar(t, "a")
		h, err := c.Compile()
		require.NoError(t, err)
		shifts := c.shiftsOn()
		d := DateOf(2026, 3, 1).Add(rapid.IntRange(0, 300).Draw(t, "d"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		walked, left := d, n
		for left > 0 {
			walked++
			if len(shifts(walked)) > 0 {
				left--
			}
		}
		require.Equal(t, walked, h.DaysAfter(d, n))
		before := h.DaysBefore(d, n)
		require.LessOrEqual(t, h.DaysAfter(before, n), d)
		require.Greater(t, h.DaysAfter(before+1, n), d)
		require.True(t, h.OpenOn(h.OpenDay(d)))
		require.True(t, h.OpenOn(h.LastOpenDay(d)))
	})
}

func TestDates(t *testing.T) {
	t.Parallel()
	d, err := ParseDate("2026-03-04")
	require.NoError(t, err)
	require.Equal(t, time.Wednesday, d.Weekday())
	require.Equal(t, "2026-03-04", d.String())
	for _, bad := range []string{"", "2026-3-4", "1899-12-31", "2201-01-01", "2026-02-30"} {
		_, err := ParseDate(bad)
		require.ErrorIs(t, err, ErrInvalid, bad)
	}
	for y := firstYear; y <= lastYear; y++ {
		require.Equal(t, y, yearOf(yearStart(y)))
		require.Equal(t, y, yearOf(yearStart(y+1)-1))
	}
	require.Equal(t, time.Sunday, DateOf(2200, 12, 28).Weekday(), fmt.Sprint(DateOf(2200, 12, 28).Midnight().Weekday()))
}

func BenchmarkHoursAdd(b *testing.B) {
	h := hoursOf(b, office("Europe/Berlin"))
	from := utc("2026-03-02 09:00")
	for _, years := range []int{0, 1, 10, 100} {
		w := time.Duration(1+years*2080) * time.Hour
		b.Run(fmt.Sprintf("years=%d", years), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Add(from, w); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
