package process

import (
	"math/bits"
	"slices"
)

// sketchBits is how many bits below the leading one tell buckets apart.
const sketchBits = 6

// SketchError is the largest relative error of a value from a Sketch.
const SketchError = 1.0 / (1 << (sketchBits + 1))

// Sketch counts durations in buckets that grow with the duration: 64 for each
// doubling, and one for each value below 64 microseconds. A value read from it
// is off by less than one part in 128. The bucket follows from the bits of the
// integer alone, so every machine agrees, and sketches merge by adding counts.
// Durations below zero count as zero.
type Sketch struct {
	first  int // bucket of counts[0]
	counts []int64
	total  int64
}

func bucketOf(v int64) int {
	if v < 1<<sketchBits {
		return int(max(v, 0))
	}
	exponent := bits.Len64(uint64(v)) - 1
	return (exponent-sketchBits)<<sketchBits + int(v>>(exponent-sketchBits))
}

// middleOf is the middle of a bucket.
func middleOf(bucket int) int64 {
	if bucket < 2<<sketchBits {
		return int64(bucket)
	}
	shift := bucket>>sketchBits - 1
	low := int64(bucket-shift<<sketchBits) << shift
	return low + int64(1)<<shift/2
}

// Add counts a duration.
func (s *Sketch) Add(v int64) {
	b := bucketOf(v)
	s.reach(b, b)
	s.counts[b-s.first]++
	s.total++
}

// reach makes room for buckets from..to, with some to spare.
func (s *Sketch) reach(from, to int) {
	const spare = 1 << sketchBits
	if s.counts == nil {
		s.first = max(0, from-spare)
		s.counts = make([]int64, to+spare-s.first)
		return
	}
	if from < s.first {
		room := max(0, from-spare)
		s.counts = slices.Concat(make([]int64, s.first-room), s.counts)
		s.first = room
	}
	if missing := to - (s.first + len(s.counts)) + 1; missing > 0 {
		s.counts = append(s.counts, make([]int64, missing+spare)...)
	}
}

// Merge adds the counts of another sketch.
func (s *Sketch) Merge(t *Sketch) {
	if t.total == 0 {
		return
	}
	s.reach(t.first, t.first+len(t.counts)-1)
	for i, n := range t.counts {
		s.counts[t.first-s.first+i] += n
	}
	s.total += t.total
}

// Rank gives the value at a position of the sorted durations, from 0; it is
// the middle of its bucket.
func (s *Sketch) Rank(rank int64) int64 {
	for i, n := range s.counts {
		if rank < n {
			return middleOf(s.first + i)
		}
		rank -= n
	}
	return 0
}

// Count is how many durations were added.
func (s *Sketch) Count() int64 { return s.total }

// trim drops empty buckets at both ends, so that equal counts look alike.
func (s *Sketch) trim() {
	for len(s.counts) > 0 && s.counts[len(s.counts)-1] == 0 {
		s.counts = s.counts[:len(s.counts)-1]
	}
	for len(s.counts) > 0 && s.counts[0] == 0 {
		s.counts = s.counts[1:]
		s.first++
	}
}

func (s *Sketch) clone() *Sketch {
	out := &Sketch{first: s.first, total: s.total, counts: slices.Clone(s.counts)}
	out.trim()
	return out
}
