package search

import (
	"math"
	"time"
)

// A number holds the second of the document's date above, and below what tells
// documents of one second apart: in the order of numbers stand those of a second
// together, and the newest last.
const (
	belowSecond = 24
	inSecond    = 1 << belowSecond
	lastSecond  = 1<<39 - 1
)

// secondOf counts seconds from year 1 on, of which the zero time has the first. Times before and beyond
// what a number holds stand with the first and the last.
func secondOf(at time.Time) int64 {
	return min(max(at.Unix()-time.Time{}.Unix(), 0), lastSecond)
}

// endOf is a time that no document of the second is dated after.
func endOf(second int64) time.Time {
	if second == lastSecond {
		return farthest()
	}
	return time.Unix(second+1+time.Time{}.Unix(), 0)
}

// farthest is a time that no document is dated after.
func farthest() time.Time { return time.Unix(math.MaxInt32<<8, 0) }

// span is a range of numbers: from included, below excluded.
type span struct{ from, below int64 }

// instant is a time of which microseconds since 1970 are kept, as it is for the
// zero time as well.
func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }
