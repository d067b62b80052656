package approval

import (
	"fmt"
	"time"
)

// Duration is a length of time, written as Go writes it: "72h", "30m". Zero
// means that there is none.
type Duration time.Duration

// maxDuration is a hundred years.
const maxDuration = Duration(100 * 366 * 24 * time.Hour)

// MarshalText writes the duration as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	x, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%w: %q is not a duration such as 72h", ErrInvalid, text)
	}
	*d = Duration(x)
	return nil
}

// after is t a duration later.
func (d Duration) after(t time.Time) time.Time { return t.Add(time.Duration(d)) }
