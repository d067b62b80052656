package mspdi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// ErrFormat is the class of errors about a file that cannot be read as MSPDI.
var ErrFormat = errors.New("mspdi: not readable")

// FieldError names the element that cannot be read. It unwraps to ErrFormat.
type FieldError struct {
	Where string // such as task 7, or calendar 1
	Field string
	Text  string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("%v: %s: %s %s", ErrFormat, e.Where, e.Field, e.Text)
}

func (e *FieldError) Unwrap() error { return ErrFormat }

// Dropped is something that one side knows and the other does not.
type Dropped struct {
	Where string
	What  string
}

const stampForm = "2006-01-02T15:04:05"

// clock reads and writes times of one file.
type clock struct{ loc *time.Location }

func (c clock) time(where, field, s string) (time.Time, error) {
	if s == "" || s == "NA" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(stampForm, s, c.loc)
	if err != nil {
		return time.Time{}, &FieldError{where, field, "must be a time such as 2026-03-02T08:00:00"}
	}
	return t.UTC(), nil
}

func (c clock) text(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.loc).Format(stampForm)
}

// duration reads PT8H0M0S.
func duration(where, field, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	rest, ok := strings.CutPrefix(s, "PT")
	sum := 0.0
	for _, unit := range [...]struct {
		letter  string
		seconds float64
	}{{"H", 3600}, {"M", 60}, {"S", 1}} {
		before, after, found := strings.Cut(rest, unit.letter)
		if !found {
			continue
		}
		n, err := strconv.ParseFloat(before, 64)
		if err != nil || n < 0 || !(n*unit.seconds < 1e12) {
			ok = false
			break
		}
		sum, rest = sum+n*unit.seconds, after
	}
	if !ok || rest != "" || !(sum <= schedule.MaxDuration.Seconds()) {
		return 0, &FieldError{where, field, "must be a duration such as PT8H0M0S, of 100 years at most"}
	}
	return time.Duration(sum*1000) * time.Millisecond, nil
}

func durationText(d time.Duration) string {
	return fmt.Sprintf("PT%dH%dM%dS", int64(d/time.Hour), int64(d%time.Hour/time.Minute), int64(d%time.Minute/time.Second))
}

// clockTime reads 08:00:00; a span that ends at 00:00:00 ends with the day.
func clockTime(where, s string, end bool) (schedule.Clock, error) {
	t, err := time.Parse(time.TimeOnly, s)
	if err != nil {
		return 0, &FieldError{where, "WorkingTime", "must be a time of day such as 08:00:00"}
	}
	at := schedule.At(t.Hour(), t.Minute())
	if end && at == 0 {
		at = schedule.At(24, 0)
	}
	return at, nil
}

func clockText(c schedule.Clock) string {
	if c == schedule.At(24, 0) {
		c = 0
	}
	return c.String() + ":00"
}

func isTrue(s string) bool { return s == "1" || strings.EqualFold(s, "true") }
