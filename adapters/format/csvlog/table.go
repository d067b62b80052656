package csvlog

import (
	"bytes"
	"errors"
	"io"

	"github.com/coordkit/coordkit/internal/plaintext"
)

// MaxRow is the longest row that is read, in bytes.
const MaxRow = 1 << 20

// table cuts a text into rows and cells.
type table struct {
	window    *plaintext.Window
	delimiter byte
	cells     [][]byte // of the row at hand; they point into the window or into scratch
	scratch   []byte
	length    int // bytes of the row at hand, with its end
	first     int // bytes of its first line, with its end
	ended     bool
	junk      bool // a closing quote was followed by something else
}

// What a row can be besides whole.
var (
	errOpenQuote = errors.New("a quote does not close")
	errLongRow   = errors.New("the row is longer than the limit")
)

// next cuts the next row; io.EOF means there is none. After errOpenQuote and
// errLongRow the row's first line can be passed over with resume.
func (t *table) next() error {
	t.window.Skip(t.length)
	t.length, t.first = 0, 0
	for {
		err := t.cut(t.window.Bytes())
		if !errors.Is(err, io.ErrShortBuffer) {
			return err
		}
		if t.window.More() {
			continue
		}
		switch werr := t.window.Err(); {
		case errors.Is(werr, plaintext.ErrTooLong):
			return t.tooLong()
		case !errors.Is(werr, io.EOF):
			return werr
		}
		t.ended = true
		if len(t.window.Bytes()) == 0 {
			return io.EOF
		}
	}
}

// cut cuts the row that begins b. io.ErrShortBuffer asks for more of the text.
func (t *table) cut(b []byte) error {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		if !t.ended {
			return io.ErrShortBuffer
		}
		if len(b) == 0 {
			return io.EOF
		}
		end = len(b)
	}
	t.first = min(end+1, len(b))
	t.junk = false
	t.cells = t.cells[:0]
	if bytes.IndexByte(b[:end], '"') >= 0 {
		return t.cutQuoted(b)
	}
	t.length = t.first
	t.split(trimReturn(b[:end]))
	return nil
}

func trimReturn(row []byte) []byte {
	if n := len(row); n > 0 && row[n-1] == '\r' {
		return row[:n-1]
	}
	return row
}

// split cuts a row without quotes.
func (t *table) split(row []byte) {
	for {
		i := bytes.IndexByte(row, t.delimiter)
		if i < 0 {
			t.cells = append(t.cells, row)
			return
		}
		t.cells = append(t.cells, row[:i])
		row = row[i+1:]
	}
}

// cutQuoted cuts a row with quotes in it. A quote opens only at the begin of a
// cell; elsewhere it is a character.
func (t *table) cutQuoted(b []byte) error {
	t.scratch = t.scratch[:0]
	for i := 0; ; {
		if i < len(b) && b[i] == '"' {
			n, err := t.quoted(b[i:])
			if err != nil {
				return err
			}
			i += n
		} else {
			n := t.cellEnd(b[i:])
			if n < 0 {
				if !t.ended {
					return io.ErrShortBuffer
				}
				n = len(b) - i
			}
			t.cells = append(t.cells, trimAtEnd(b, i, i+n))
			i += n
		}
		switch {
		case i >= len(b):
			if !t.ended {
				return io.ErrShortBuffer
			}
			t.length = len(b)
			return nil
		case b[i] == '\n':
			t.length = i + 1
			return nil
		}
		i++ // the delimiter
	}
}

// cellEnd finds the delimiter or the end of line, whichever comes first.
func (t *table) cellEnd(b []byte) int {
	for i, c := range b {
		if c == t.delimiter || c == '\n' {
			return i
		}
	}
	return -1
}

// trimAtEnd gives b[from:to] without the \r of a row's end.
func trimAtEnd(b []byte, from, to int) []byte {
	if to == len(b) || b[to] == '\n' {
		return trimReturn(b[from:to])
	}
	return b[from:to]
}

// quoted takes a cell in quotes and gives its length with the quotes. What
// stands between its closing quote and the delimiter belongs to it.
func (t *table) quoted(b []byte) (int, error) {
	from := len(t.scratch)
	for i := 1; ; {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			if t.ended {
				return 0, errOpenQuote
			}
			return 0, io.ErrShortBuffer
		}
		t.scratch = append(t.scratch, b[i:i+n]...)
		i += n + 1
		if i < len(b) && b[i] == '"' {
			t.scratch = append(t.scratch, '"')
			i++
			continue
		}
		if i == len(b) && !t.ended {
			return 0, io.ErrShortBuffer
		}
		n = t.cellEnd(b[i:])
		if n < 0 {
			if !t.ended {
				return 0, io.ErrShortBuffer
			}
			n = len(b) - i
		}
		after := trimAtEnd(b, i, i+n)
		t.junk = t.junk || len(after) > 0
		t.scratch = append(t.scratch, after...)
		t.cells = append(t.cells, t.scratch[from:len(t.scratch):len(t.scratch)])
		return i + n, nil
	}
}

// tooLong says why a row does not fit the window.
func (t *table) tooLong() error {
	if t.first > 0 && bytes.IndexByte(t.window.Bytes()[:t.first], '"') >= 0 {
		return errOpenQuote
	}
	return errLongRow
}

// resume makes the row at hand end with its first line, so that a quote that
// was never closed costs one line.
func (t *table) resume() { t.length = t.first }

// lines says whether the row at hand has more than one line.
func (t *table) lines() bool { return t.length > t.first }

// astray says that a quote seems to have joined rows: a cell of several lines
// goes on after its closing quote.
func (t *table) astray() bool { return t.junk && t.lines() }

// guessDelimiter takes the delimiter that the first line has most of outside
// quotes.
func guessDelimiter(line []byte) byte {
	best, most := byte(','), 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, c := range line {
			switch {
			case c == '"':
				quoted = !quoted
			case c == d && !quoted:
				n++
			}
		}
		if n > most {
			best, most = d, n
		}
	}
	return best
}
