package plaintext

import (
	"io"
	"sort"
)

// Tracker passes a text through and knows the line of a position in it, for
// decoders that read ahead and only know offsets. It fails with ErrTooLong if
// more than its limit is read after the last Reached.
type Tracker struct {
	in      io.Reader
	limit   int64
	read    int64
	reached int64
	passed  int     // line ends before the first of marks
	marks   []int64 // offsets of line ends after reached
}

// NewTracker passes in through.
func NewTracker(in io.Reader, limit int) *Tracker { return &Tracker{in: in, limit: int64(limit)} }

// Read reads on.
func (t *Tracker) Read(p []byte) (int, error) {
	if t.read-t.reached > t.limit {
		return 0, ErrTooLong
	}
	n, err := t.in.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			t.marks = append(t.marks, t.read+int64(i))
		}
	}
	t.read += int64(n)
	return n, err //nolint:wrapcheck // a reader passes errors as they are
}

// Line is the line, from 1, of an offset that is not before the last Reached.
func (t *Tracker) Line(offset int64) int {
	return t.passed + sort.Search(len(t.marks), func(i int) bool { return t.marks[i] >= offset }) + 1
}

// Reached says that everything before offset is done with.
func (t *Tracker) Reached(offset int64) {
	n := t.Line(offset) - 1 - t.passed
	t.passed += n
	t.marks = t.marks[n:]
	t.reached = offset
}
