package schedule

import (
	"fmt"
	"time"
)

// The years a date may lie in.
const (
	firstYear = 1900
	lastYear  = 2200
)

// Date is a day of the calendar without a zone, counted from 31 December 1899.
// The zero Date means that there is none. Dates lie in the years 1900 to 2200.
type Date int32

// epochDays is the day 31 December 1899 in days from 1 January 1970.
const epochDays = -25568

// DateOf returns the date of a year, month and day, which are brought into
// range as time.Date does. Outside the years 1900 to 2200 it returns zero.
func DateOf(year int, month time.Month, day int) Date {
	return dateAt(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateIn returns the date that a clock in loc shows at t.
func DateIn(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return DateOf(y, m, d)
}

func dateAt(t time.Time) Date {
	if y := t.Year(); y < firstYear || y > lastYear {
		return 0
	}
	return Date(floorDiv(t.Unix(), 86400) - epochDays)
}

// ParseDate reads a date such as 2026-03-04. The error wraps ErrInvalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%w: date %q: write it as 2026-03-04", ErrInvalid, s)
	}
	d := dateAt(t)
	if d == 0 {
		return 0, fmt.Errorf("%w: date %q: the years 1900 to 2200 are known", ErrInvalid, s)
	}
	return d, nil
}

// Midnight returns 00:00 UTC of the date.
func (d Date) Midnight() time.Time { return time.Unix(d.unixDays()*86400, 0).UTC() }

func (d Date) unixDays() int64 { return int64(d) + epochDays }

// Add returns the date n days later.
func (d Date) Add(n int) Date { return d + Date(n) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	// 31 December 1899 was a Sunday.
	return time.Weekday(int(d) % 7)
}

// valid reports whether the date lies in the years that are known.
func (d Date) valid() bool { return d > 0 && d <= DateOf(lastYear, time.December, 31) }

// String returns the date as 2026-03-04, or "-" if there is none.
func (d Date) String() string {
	if d == 0 {
		return "-"
	}
	return d.Midnight().Format(time.DateOnly)
}

// MarshalText writes the date as String does; no date is an empty text.
func (d Date) MarshalText() ([]byte, error) {
	if d == 0 {
		return []byte{}, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Times inside the package are microseconds since 1970, UTC. never stands for
// a time that does not come within the known years.
const (
	never  = int64(1) << 62
	second = int64(1_000_000)
	day    = 86400 * second
)

func instantOf(t time.Time) int64 { return t.UnixMicro() }

func timeAt(t int64) time.Time {
	if t >= never || t <= -never {
		return time.Time{}
	}
	return time.UnixMicro(t).UTC()
}

// known reports whether a time is in the years 1900 to 2200.
func known(t time.Time) bool { return t.Year() >= firstYear && t.Year() <= lastYear }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// yearOf returns the year of an instant and is quicker than time.Time. The
// method is Hinnant's civil-from-days, of which the year is enough here.
func yearOf(t int64) int {
	z := floorDiv(t, day) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	y := yoe + era*400
	if (5*doy+2)/153 >= 10 { // January and February belong to the next year
		y++
	}
	return int(y)
}

// yearStart returns the first instant of a year, UTC.
func yearStart(year int) int64 {
	return time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
}
