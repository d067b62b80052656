package memory

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// storable reports whether every text could be given back as it is by every
// backend.
func storable(texts ...string) bool {
	for _, s := range texts {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return false
		}
	}
	return true
}

func unstorable(invalid error, what string) error {
	return fmt.Errorf("%w: the %s is not valid UTF-8 or has a NUL character: remove it", invalid, what)
}

// exact reports whether a time is in UTC and whole microseconds.
func exact(t time.Time) bool { return t.Location() == time.UTC && t.Nanosecond()%1000 == 0 }
