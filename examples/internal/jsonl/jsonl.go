// Package jsonl reads files with one JSON value a line, one line at a time.
package jsonl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// MaxLine is the longest line that Lines reads, in bytes without its end.
const MaxLine = 1 << 20

// The ways a line can be unreadable.
var (
	ErrTooLong = errors.New("the line is longer than")
	ErrNotUTF8 = errors.New("the line is not valid UTF-8")
)

// Line is one line of a file, without blanks around it.
type Line struct {
	Number int // counted from 1, blank lines included
	Text   []byte
}

// LineError says which line cannot be used and why.
type LineError struct {
	Number int
	Err    error
}

// Error names the line and the reason.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Number, e.Err) }

// Unwrap gives the reason.
func (e *LineError) Unwrap() error { return e.Err }

// Lines yields the lines of in that are not blank, holding one at a time. Lines
// end in LF or CRLF; a byte order mark before the first is passed over. A
// line that cannot be read is yielded as *LineError and reading goes on. An
// error of the reader is yielded as it is, and is the last.
func Lines(in io.Reader) iter.Seq2[Line, error] { return LinesUpTo(in, MaxLine) }

// LinesUpTo is Lines with another length of the longest line.
func LinesUpTo(in io.Reader, longest int) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		lines := bufio.NewReaderSize(in, 1<<16)
		for number := 1; ; number++ {
			text, err := readLine(lines, longest)
			if number == 1 {
				text = bytes.TrimPrefix(text, []byte("\ufeff"))
			}
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Line{}, fmt.Errorf("after line %d: %w", number-1, err))
				return
			}
			if len(text) > 0 && !yield(check(Line{Number: number, Text: text}, longest)) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}

func check(line Line, longest int) (Line, error) {
	switch {
	case len(line.Text) > longest:
		return Line{}, &LineError{Number: line.Number, Err: fmt.Errorf("%w %d bytes", ErrTooLong, longest)}
	case !utf8.Valid(line.Text):
		return Line{}, &LineError{Number: line.Number, Err: ErrNotUTF8}
	}
	return line, nil
}

// readLine reads one line. Of a line that is too long it keeps just enough to
// see that.
func readLine(lines *bufio.Reader, longest int) ([]byte, error) {
	var text []byte
	for {
		part, err := lines.ReadSlice('\n')
		if len(text) <= longest {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if text = bytes.TrimSuffix(text, []byte("\n")); len(text) <= longest {
			text = bytes.TrimSpace(text)
		}
		return text, err
	}
}
