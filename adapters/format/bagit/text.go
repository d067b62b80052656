package bagit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// MaxLine is the longest line of a tag file that is read, in bytes of UTF-8.
const MaxLine = 1 << 16

// MaxLines is the most lines of one tag file that are read.
const MaxLines = 10_000_000

var (
	errLineTooLong  = fmt.Errorf("has a line longer than %d bytes", MaxLine)
	errTooManyLines = fmt.Errorf("has more than %d lines", MaxLines)
	errNotUTF8      = errors.New("is not in the encoding that bagit.txt declares")
	errMark         = errors.New("starts with a byte order mark, which UTF-8 must not have here")
)

// encodingOf gives the encoding of a name that bagit.txt may declare; nil is UTF-8, ok is
// false for a name that is not known.
func encodingOf(name string) (e encoding.Encoding, ok bool) {
	switch strings.ToUpper(name) {
	case "UTF-8", "US-ASCII", "ASCII":
		return nil, true
	case "UTF-16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true
	case "UTF-16BE":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	case "UTF-16LE":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case "ISO-8859-1", "LATIN1":
		return charmap.ISO8859_1, true
	case "ISO-8859-15":
		return charmap.ISO8859_15, true
	case "WINDOWS-1252", "CP1252":
		return charmap.Windows1252, true
	}
	return nil, false
}

// lines calls each with every line of a tag file, numbered from 1; LF, CR and CRLF end a line. It ends
// early with the error of the reader or of what cannot be text.
func lines(in io.Reader, e encoding.Encoding, each func(number int, line string)) error {
	if e != nil {
		in = e.NewDecoder().Reader(in)
	}
	r := bufio.NewReaderSize(in, 1<<15)
	if start, _ := r.Peek(3); string(start) == "\ufeff" {
		return errMark
	}
	number := 0
	for {
		line, err := readLine(r)
		last := errors.Is(err, io.EOF)
		switch {
		case err != nil && !last:
			return err
		case last && line == "":
			return nil
		}
		if number++; number > MaxLines {
			return errTooManyLines
		}
		if !utf8.ValidString(line) || (e != nil && strings.ContainsRune(line, utf8.RuneError)) {
			return errNotUTF8
		}
		each(number, line)
		if last {
			return nil
		}
	}
}

// readLine reads up to LF, CR or CRLF; io.EOF comes with the last line if that
// has no end.
func readLine(r *bufio.Reader) (string, error) {
	var b []byte
	for {
		c, err := r.ReadByte()
		switch {
		case err != nil:
			return string(b), err
		case c == '\n':
			return string(b), nil
		case c == '\r':
			if next, err := r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.Discard(1) // it was peeked at
			}
			return string(b), nil
		case len(b) >= MaxLine:
			return "", errLineTooLong
		}
		b = append(b, c)
	}
}
