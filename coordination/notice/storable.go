package notice

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Storable reports, as ErrInvalid, text that is not valid UTF-8 or holds NUL
// and times that are not whole microseconds in UTC. Every backend asks it
// before it stores an obligation.
func (o *Obligation) Storable() error {
	for _, s := range []string{o.ID, o.Recipient, o.About, o.Subject, o.OwedBy, string(o.State), o.Evidence, o.Reason, o.UpdatedBy, o.Digest} {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return fmt.Errorf("%w: text is not valid UTF-8 or has a NUL character: remove it", ErrInvalid)
		}
	}
	for _, t := range []time.Time{o.OwedAt, o.Updated} {
		if t.Location() != time.UTC || t.Nanosecond()%1000 != 0 {
			return fmt.Errorf("%w: a time is not in UTC and whole microseconds: truncate it", ErrInvalid)
		}
	}
	for _, t := range []*time.Time{o.Due, o.AnswerBy} {
		if t != nil && (t.Location() != time.UTC || t.Nanosecond()%1000 != 0) {
			return fmt.Errorf("%w: a time is not in UTC and whole microseconds: truncate it", ErrInvalid)
		}
	}
	return nil
}
