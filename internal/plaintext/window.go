package plaintext

import (
	"bytes"
	"errors"
	"io"
)

// ErrTooLong is the state of a window that is full: what the scanner looks at
// does not fit its limit.
var ErrTooLong = errors.New("longer than the limit")

// Window shows a part of a text.
type Window struct {
	in       io.Reader
	buf      []byte
	pos      int   // what lies before is consumed
	base     int64 // offset of buf[0] in the text
	limit    int
	err      error
	lines    int // line ends before counted
	counted  int // position in buf up to which line ends were counted
	progress func(offset int64)
}

// NewWindow shows the text of in, at most limit bytes at once. Progress, which
// may be nil, is called now and then with the number of bytes read.
func NewWindow(in io.Reader, limit int, progress func(offset int64)) *Window {
	return &Window{in: in, limit: limit, progress: progress, buf: make([]byte, 0, min(limit, 2*chunk))}
}

// Bytes is what is not consumed. It is valid until More.
func (w *Window) Bytes() []byte { return w.buf[w.pos:] }

// Skip consumes n bytes.
func (w *Window) Skip(n int) { w.pos += n }

// More reads on and says whether Bytes has grown. If not, Err says why:
// io.EOF at the end, ErrTooLong if the window is full.
func (w *Window) More() bool {
	if errors.Is(w.err, ErrTooLong) && w.pos > 0 {
		w.err = nil // something was consumed since
	}
	if w.err != nil {
		return false
	}
	w.slide()
	for range 100 {
		n, err := w.in.Read(w.buf[len(w.buf):min(cap(w.buf), w.limit)])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
		if n > 0 {
			if w.progress != nil {
				w.progress(w.base + int64(len(w.buf)))
			}
			return true
		}
		if err != nil {
			return false
		}
		if len(w.buf) >= w.limit {
			w.err = ErrTooLong
			return false
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// slide drops what is consumed and makes room.
func (w *Window) slide() {
	w.count()
	if w.pos > 0 {
		w.base += int64(w.pos)
		n := copy(w.buf, w.buf[w.pos:])
		w.buf = w.buf[:n]
		w.pos, w.counted = 0, 0
	}
	if len(w.buf) > cap(w.buf)/2 && cap(w.buf) < w.limit {
		grown := make([]byte, len(w.buf), min(2*cap(w.buf), w.limit))
		copy(grown, w.buf)
		w.buf = grown
	}
}

func (w *Window) count() {
	if w.pos > w.counted {
		w.lines += bytes.Count(w.buf[w.counted:w.pos], []byte{'\n'})
		w.counted = w.pos
	}
}

// Line is the line of the first byte of Bytes, from 1.
func (w *Window) Line() int {
	w.count()
	return w.lines + 1
}

// Offset is the position of the first byte of Bytes in the text.
func (w *Window) Offset() int64 { return w.base + int64(w.pos) }

// Err is why there is no more.
func (w *Window) Err() error { return w.err }
