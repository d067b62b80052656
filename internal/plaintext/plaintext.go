// Package plaintext gives the bytes of a file as UTF-8 text in a window that
// slides: it unpacks gzip, reads UTF-16, drops a byte order mark, and knows the
// line of every position.
//
// Open decides by the first bytes, never by a name. Window is the sliding part:
// a scanner looks at Bytes, consumes with Skip, and asks for More when what it
// sees is cut. The window never holds more than its limit, so a value without
// an end costs that much memory and no more.
package plaintext

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Form is how a file was written.
type Form struct {
	Gzip     bool
	Encoding string // "" if nothing says; "utf-8", "utf-16le" or "utf-16be" by the byte order mark

	mended *int
}

// Mended is how many halves of characters without their other half, and odd
// bytes at the end, were replaced by U+FFFD in what has been read so far.
func (f Form) Mended() int {
	if f.mended == nil {
		return 0
	}
	return *f.mended
}

// chunk is how much is read at once.
const chunk = 256 << 10

// Open gives the text of a file. The error is that of a damaged gzip header or
// of r.
func Open(r io.Reader) (io.Reader, Form, error) {
	var form Form
	in := bufio.NewReaderSize(r, chunk)
	head, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, form, fmt.Errorf("reading: %w", err)
	}
	if len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		form.Gzip = true
		unzip, err := gzip.NewReader(in)
		if err != nil {
			return nil, form, fmt.Errorf("gzip: %w", err)
		}
		in = bufio.NewReaderSize(unzip, chunk)
	}
	// What is wrong here comes again when the text is read.
	head, _ = in.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		form.Encoding = "utf-8"
		_, err = in.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		form.Encoding = "utf-16le"
		_, err = in.Discard(2)
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		form.Encoding = "utf-16be"
		_, err = in.Discard(2)
	case len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		form.Encoding = "utf-16le"
	case len(head) == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		form.Encoding = "utf-16be"
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, form, fmt.Errorf("reading: %w", err)
	}
	switch form.Encoding {
	case "utf-16le":
		form.mended = new(int)
		return &wide{in: in, mended: form.mended}, form, nil
	case "utf-16be":
		form.mended = new(int)
		return &wide{in: in, big: true, mended: form.mended}, form, nil
	}
	return in, form, nil
}

// wide reads UTF-16.
type wide struct {
	in      *bufio.Reader
	big     bool
	pending []byte
	high    rune // a first half that waits for its second
	mended  *int
	err     error
}

func (w *wide) Read(p []byte) (int, error) {
	for len(w.pending) == 0 && w.err == nil {
		w.fill()
	}
	n := copy(p, w.pending)
	w.pending = w.pending[n:]
	if n == 0 {
		return 0, w.err
	}
	return n, nil
}

// fill decodes some units. Halves without their partner become the replacement
// character, as does an odd byte at the end.
func (w *wide) fill() {
	w.pending = w.pending[:0]
	for range 4096 {
		var unit [2]byte
		n, err := io.ReadFull(w.in, unit[:])
		if err != nil {
			if n == 1 || w.high != 0 && errors.Is(err, io.EOF) {
				w.mend()
				err = io.EOF
			}
			w.err = err
			return
		}
		r := rune(unit[0]) | rune(unit[1])<<8
		if w.big {
			r = rune(unit[1]) | rune(unit[0])<<8
		}
		w.unit(r)
	}
}

// mend puts the replacement character where something cannot be read.
func (w *wide) mend() {
	*w.mended++
	w.pending = utf8.AppendRune(w.pending, utf8.RuneError)
}

func (w *wide) unit(r rune) {
	high := w.high
	w.high = 0
	if high != 0 {
		if both := utf16.DecodeRune(high, r); both != utf8.RuneError {
			w.pending = utf8.AppendRune(w.pending, both)
			return
		}
		w.mend()
	}
	switch {
	case utf16.IsSurrogate(r) && r < 0xdc00:
		w.high = r
	case utf16.IsSurrogate(r):
		w.mend()
	default:
		w.pending = utf8.AppendRune(w.pending, r)
	}
}

// AppendWindows1252 appends text in Windows-1252, which for letters is
// ISO-8859-1, as UTF-8.
func AppendWindows1252(to, text []byte) []byte {
	// The block 0x80 to 0x9f; the five places without a character stay control characters.
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	table := []rune(high)
	for _, b := range text {
		switch {
		case b < 0x80:
			to = append(to, b)
		case b < 0xa0:
			to = utf8.AppendRune(to, table[b-0x80])
		default:
			to = utf8.AppendRune(to, rune(b))
		}
	}
	return to
}
