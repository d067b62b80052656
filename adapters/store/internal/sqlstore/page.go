package sqlstore

import (
	"fmt"
	"math"
	"strconv"

	"github.com/coordkit/coordkit/internal/cursor"
)

// place is where a list that is ordered by a time and an id goes on.
type place struct {
	at int64
	id string
}

// first is before everything in a list with the newest first, last in one with
// the oldest first.
func newestFirst() place { return place{at: math.MaxInt64} }
func oldestFirst() place { return place{at: math.MinInt64} }

func (p place) token(filter string) string {
	return cursor.Encode(filter, strconv.FormatInt(p.at, 10), p.id)
}

// goOn reads the token of a list; the empty one stands for its start.
func goOn(token, filter string, start place, invalid error) (place, error) {
	if token == "" {
		return start, nil
	}
	parts, err := cursor.Decode(token, filter, 2)
	if err != nil {
		return place{}, badCursor(invalid, err)
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || !storable(parts[1]) {
		return place{}, badCursor(invalid, cursor.ErrMalformed)
	}
	return place{at, parts[1]}, nil
}

func badCursor(invalid, err error) error {
	return fmt.Errorf("%w: after is no continuation of this list: pass on what its last page gave: %w", invalid, err)
}

// page cuts off the row that only shows that there is more, and makes the token
// that goes on after the last one left.
func page[T any](rows []T, limit int, token func(T) string) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, token(rows[limit-1])
}
