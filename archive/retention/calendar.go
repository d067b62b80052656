package retention

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, without a time or a zone. Retention counts in
// days of the office's zone, never in instants.
type Date struct {
	Year  int        `json:"year"`
	Month time.Month `json:"month"`
	Day   int        `json:"day"`
}

// DateOf is the day of an instant in a zone.
func DateOf(at time.Time, zone *time.Location) Date {
	y, m, d := at.In(zone).Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(text string) (Date, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%w: %q is no date as YYYY-MM-DD", ErrInvalid, text)
	}
	return DateOf(at, time.UTC), nil
}

// String is YYYY-MM-DD.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Compare is -1, 0 or 1 as d is before, the same as or after other.
func (d Date) Compare(other Date) int {
	return d.instant().Compare(other.instant())
}

func (d Date) instant() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Days is the day so many days later.
func (d Date) Days(n int) Date { return DateOf(d.instant().AddDate(0, 0, n), time.UTC) }

// since is the number of days from other to d.
func (d Date) since(other Date) int { return int(d.instant().Sub(other.instant()).Hours() / 24) }

// Period is a length of time in the calendar.
type Period struct {
	Years  int `json:"years,omitempty"`
	Months int `json:"months,omitempty"`
	Days   int `json:"days,omitempty"`
}

// Add is the day a period later: years and months at once, where a day that the
// month lacks becomes its last, then the days. Unlike time.AddDate, which carries a missing day into
// the next month, this never puts an earlier day behind a later one.
func (d Date) Add(p Period) Date {
	months := int(d.Month) - 1 + p.Months + 12*(d.Year+p.Years)
	year, month := months/12, time.Month(months%12+1)
	return Date{year, month, min(d.Day, lastDay(year, month))}.Days(p.Days)
}

func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Rounding says to the end of what a day is put off.
type Rounding string

// The roundings.
const (
	Exact        Rounding = ""
	EndOfMonth   Rounding = "month"
	EndOfQuarter Rounding = "quarter"
	EndOfYear    Rounding = "year"
	EndOfFiscal  Rounding = "fiscal-year"
)

// Up is the last day of the month, quarter or year in which the day lies. A
// fiscal year begins with the first of the given month.
func (d Date) Up(r Rounding, fiscal time.Month) Date {
	switch r {
	case EndOfMonth:
		return Date{d.Year, d.Month, lastDay(d.Year, d.Month)}
	case EndOfQuarter:
		m := (d.Month + 2) / 3 * 3
		return Date{d.Year, m, lastDay(d.Year, m)}
	case EndOfYear:
		return Date{d.Year, time.December, 31}
	case EndOfFiscal:
		year := d.Year
		if fiscal == 0 {
			fiscal = time.January
		}
		if d.Month >= fiscal {
			year++
		}
		return Date{year, fiscal, 1}.Days(-1)
	default:
		return d
	}
}
