package search

import (
	"cmp"
	"context"

	"github.com/coordkit/coordkit/archive"
)

// A reader of whom no marking tells what he may see has it asked of each document,
// by its id. Where that is few of them, candidates are brought in two steps: first
// numbers and ids alone, then the rows of those that he may see.

// brief are the columns that are sifted.
const brief = "d.n, d.dated, d.id"

// siftedAtOnce is how many rows are read by their numbers at once.
const siftedAtOnce = 1000

// sparse reports whether the reader of an answer sees few of its candidates, as far
// as they were read. An answer that is full tells nothing of that: more are read only for those
// of its last second, all of which have to be.
func (c *collection) sparse() bool {
	return c.visible != nil && c.rows >= 256 && c.missing() > 0 && 3*(c.collector.Held()-c.held) < c.rows
}

// missing is how many documents the answer lacks.
func (c *collection) missing() int { return c.collector.Wanted() - c.collector.Held() }

// sift reads brief rows until stop, which is told how many were kept before, and
// keeps the numbers of those that the reader may see. The row at which it stops is not
// read.
func (c *collection) sift(
	ctx context.Context, from querier, statement string, args []any, stop func(at *place, kept int) bool,
) (s stretch, kept []int64, err error) {
	rows, err := from.QueryContext(ctx, statement, args...)
	if err != nil {
		return s, nil, err
	}
	defer func() { _ = rows.Close() }() // the error of reading is asked for below
	var p place
	for rows.Next() {
		if err := rows.Scan(&p.n, &p.dated, &p.id); err != nil {
			return s, nil, err
		}
		if s.enough = stop(&p, len(kept)); s.enough {
			return s, kept, nil
		}
		s.rows, s.last = s.rows+1, p
		if c.visible(archive.RecordID(p.id)) {
			kept = append(kept, p.n) // its row is visited, and counted then
		} else {
			c.rows++
		}
	}
	return s, kept, rows.Err()
}

// inHitOrder compares places as hits stand.
func inHitOrder(a, b place) int {
	return cmp.Or(cmp.Compare(b.dated, a.dated), cmp.Compare(a.id, b.id))
}
