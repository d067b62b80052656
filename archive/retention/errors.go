package retention

import (
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/archive"
)

// The classes of error are those of the archive; test with errors.Is.
var (
	ErrInvalid = archive.ErrInvalid // malformed: no state of the office would allow it
	ErrRefused = archive.ErrRefused // a condition is not met; see *archive.RefusedError
)

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
