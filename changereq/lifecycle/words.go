package lifecycle

import (
	"strconv"
	"strings"
)

// oneOf lists alternatives in words: "a", "a or b", "a, b or c".
func oneOf(items []string) string {
	last := len(items) - 1
	if last <= 0 {
		return strings.Join(items, "")
	}

	return strings.Join(items[:last], ", ") + " or " + items[last]
}

// quote puts a name that may be anything into quotes.
func quote(name string) string { return strconv.Quote(name) }
