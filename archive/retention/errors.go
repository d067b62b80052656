package retention

import (
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// The classes of error are those of the archive; test with errors.Is.
var (
	ErrInvalid = archive.ErrInvalid // malformed: no state of the office would allow it
	ErrRefused = archive.ErrRefused // a condition is not met; see *archive.RefusedError
	ErrGone    = archive.ErrGone    // see *GoneError
)

// GoneError says of a record whose content is asked for what became of it. It
// unwraps to ErrGone.
type GoneError struct {
	Record archive.RecordID
	State  ItemState  // Destroying, Destroyed or Transferred
	Batch  string     // the disposal, whose certificate says who approved
	Stone  *Tombstone // who did it and when; nil while it is being destroyed
}

// Error says it in words.
func (e *GoneError) Error() string {
	if e.Stone == nil {
		return fmt.Sprintf("archive: content is gone: %q is %s under disposal %s", e.Record, e.State, e.Batch)
	}
	return fmt.Sprintf("archive: content is gone: %q, which had digest %s, was %s by %s on %s under disposal %s",
		e.Record, e.Stone.Digest, e.State, e.Stone.By, e.Stone.At.Format(time.DateOnly), e.Batch)
}

// Unwrap gives ErrGone.
func (*GoneError) Unwrap() error { return ErrGone }

// conditions collects what stands against a command.
type conditions struct {
	command string
	unmet   []archive.Unmet
}

func (c *conditions) needf(met bool, condition, ref, format string, args ...any) {
	if !met {
		c.unmet = append(c.unmet, archive.Unmet{Condition: condition, Ref: ref, Text: fmt.Sprintf(format, args...)})
	}
}

func (c *conditions) err() error {
	if len(c.unmet) == 0 {
		return nil
	}
	return &archive.RefusedError{Command: c.command, Unmet: c.unmet}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
