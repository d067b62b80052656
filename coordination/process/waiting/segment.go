package waiting

import (
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// segments cut the time of one resource at every start, end and enabling of its
// work, so that within a segment nothing changes but the calendar. A time is
// named by the number of the bound it is.
type segments struct {
	bounds []int64
	length []int64
	open   []int64 // working time by the calendar
	oldest []int32 // bound of the earliest enabling among the work in hand; idle if there is none
	newest []int32 // of the latest

	// Sums of the segments before each bound.
	free, freeOpen, openAll prefix
}

// idle marks a segment in which the resource is not busy.
const idle = int32(1<<31 - 1)

// prefix holds at i the sum of what stands before i.
type prefix []int64

func (p prefix) between(from, to int32) int64 { return p[to] - p[from] }

// cutUp makes the segments of a resource, whose work is in order of starts, and
// numbers the times of its work. When a batch is ready is when one of its members
// was enabled, so that is a bound already.
func cutUp(work []instance, calendar *process.Calendar, capacity int) *segments {
	starts, ends := make([]int64, len(work)), make([]int64, len(work))
	enabled := make([]int64, 0, len(work))
	for i := range work {
		x := &work[i]
		starts[i], ends[i] = x.start, x.end
		if x.enabled < x.start {
			enabled = append(enabled, x.enabled)
		}
	}
	slices.Sort(ends)
	slices.Sort(enabled)
	s := &segments{bounds: merge(merge(starts, ends), enabled)}
	s.number(work)
	s.fill(work, ends, calendar, capacity)
	return s
}

// merge joins two sorted lists into one without repetitions.
func merge(a, b []int64) []int64 {
	out := make([]int64, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		var v int64
		if len(b) == 0 || len(a) > 0 && a[0] <= b[0] {
			v, a = a[0], a[1:]
		} else {
			v, b = b[0], b[1:]
		}
		if n := len(out); n == 0 || out[n-1] != v {
			out = append(out, v)
		}
	}
	return out
}

// number finds the bounds that are the times of each instance.
func (s *segments) number(work []instance) {
	start := int32(0)
	for i := range work {
		x := &work[i]
		for s.bounds[start] < x.start {
			start++
		}
		x.startAt, x.enabledAt = start, start
		if x.enabled < x.start {
			x.enabledAt = s.at(x.enabled)
		}
		x.readyAt = x.enabledAt
		if x.batch > 0 {
			x.readyAt = s.at(x.ready)
		}
	}
}

// at is the number of a bound.
func (s *segments) at(bound int64) int32 {
	i, _ := slices.BinarySearch(s.bounds, bound)
	return int32(i)
}

// fill walks over the segments with the work in hand.
func (s *segments) fill(work []instance, ends []int64, calendar *process.Calendar, capacity int) {
	n := len(s.bounds) - 1
	flat := make([]int64, 2*n+3*(n+1))
	s.length, s.open = flat[:n], flat[n:2*n]
	s.free, s.freeOpen, s.openAll = flat[2*n:3*n+1], flat[3*n+1:4*n+2], flat[4*n+2:]
	s.oldest, s.newest = make([]int32, n), make([]int32, n)

	var old, young inHand
	running, next, ended := 0, 0, 0
	for i := range n {
		at := s.bounds[i]
		for ; next < len(work) && work[next].start <= at; next++ {
			x := &work[next]
			old.push(x.enabledAt, x.end)
			young.push(-x.enabledAt, x.end)
			running++
		}
		for ; ended < len(ends) && ends[ended] <= at; ended++ {
			running--
		}
		s.length[i] = s.bounds[i+1] - at
		s.open[i] = calendar.Working(at, s.bounds[i+1])
		s.oldest[i], s.newest[i] = idle, idle
		if running >= capacity {
			s.oldest[i], s.newest[i] = old.least(at), -young.least(at)
		}
		s.free[i+1], s.freeOpen[i+1], s.openAll[i+1] = s.free[i], s.freeOpen[i], s.openAll[i]+s.open[i]
		if s.oldest[i] == idle {
			s.free[i+1] += s.length[i]
			s.freeOpen[i+1] += s.open[i]
		}
	}
}

// inHand is a heap of the work in hand by a key; what has ended leaves when it
// comes to the top.
type inHand struct{ list []held }

type held struct {
	end int64
	key int32
}

func (h *inHand) push(key int32, end int64) {
	h.list = append(h.list, held{end, key})
	i := len(h.list) - 1
	for i > 0 && h.list[(i-1)/2].key > h.list[i].key {
		h.list[i], h.list[(i-1)/2] = h.list[(i-1)/2], h.list[i]
		i = (i - 1) / 2
	}
}

// least gives the least key of what has not ended at a time.
func (h *inHand) least(at int64) int32 {
	for len(h.list) > 0 && h.list[0].end <= at {
		last := len(h.list) - 1
		h.list[0] = h.list[last]
		h.list = h.list[:last]
		h.down()
	}
	if len(h.list) == 0 {
		return idle
	}
	return h.list[0].key
}

func (h *inHand) down() {
	for i := 0; ; {
		least, n := i, len(h.list)
		for _, j := range [2]int{2*i + 1, 2*i + 2} {
			if j < n && h.list[j].key < h.list[least].key {
				least = j
			}
		}
		if least == i {
			return
		}
		h.list[i], h.list[least] = h.list[least], h.list[i]
		i = least
	}
}

// sums is a binary indexed tree (Fenwick 1994) of two values a segment.
type sums []pairOf

type pairOf struct{ length, open int64 }

func newSums(n int) sums { return make(sums, n+1) }

func (t sums) add(i int32, length, open int64) {
	for i++; int(i) < len(t); i += i & -i {
		t[i].length += length
		t[i].open += open
	}
}

func (t sums) before(i int32) (length, open int64) {
	for ; i > 0; i -= i & -i {
		length += t[i].length
		open += t[i].open
	}
	return length, open
}

func (t sums) between(from, to int32) (length, open int64) {
	a, b := t.before(from)
	c, d := t.before(to)
	return c - a, d - b
}
