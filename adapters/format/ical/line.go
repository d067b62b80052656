package ical

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/internal/plaintext"
)

// Limits of a file that is read.
const (
	MaxBytes   = 64 << 20
	MaxEntries = 100_000
	maxLine    = 1 << 20 // unfolded
	maxDepth   = 16
)

// ErrFormat is the class of errors about a file that cannot be read as a
// calendar at all: none in it, components that do not nest, more than the limits.
var ErrFormat = errors.New("ical: cannot read the calendar")

// property is one content line, unfolded.
type property struct {
	line   int // where it begins
	name   string
	params map[string]string
	value  string
}

// lines gives the content lines of a text one by one.
type lines struct {
	in    *bufio.Reader
	read  int64
	count int
	ahead string // a line that was looked at to see whether it goes on
	has   bool
	ended bool
}

func newLines(in io.Reader) (*lines, error) {
	text, _, err := plaintext.Open(in)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return &lines{in: bufio.NewReaderSize(text, 64<<10)}, nil
}

// raw reads one line as it stands, without its end.
func (l *lines) raw() (string, bool, error) {
	var b strings.Builder
	for {
		part, err := l.in.ReadSlice('\n')
		if l.read += int64(len(part)); l.read > MaxBytes {
			return "", false, fmt.Errorf("%w: it is longer than %d bytes", ErrFormat, MaxBytes)
		}
		if b.Len()+len(part) > maxLine {
			return "", false, fmt.Errorf("%w: line %d is longer than %d bytes", ErrFormat, l.count+1, maxLine)
		}
		b.Write(part)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			l.ended = true
			if b.Len() == 0 {
				return "", false, nil
			}
		case err != nil:
			return "", false, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		l.count++
		return strings.TrimRight(b.String(), "\r\n"), true, nil
	}
}

// next joins a line with those that go on from it; false at the end.
func (l *lines) next() (text string, at int, ok bool, err error) {
	for !l.has {
		if l.ended {
			return "", 0, false, nil
		}
		if l.ahead, l.has, err = l.raw(); err != nil {
			return "", 0, false, err
		}
		l.has = l.has && strings.TrimSpace(l.ahead) != ""
	}
	var b strings.Builder
	b.WriteString(l.ahead)
	l.has, at = false, l.count
	for !l.ended {
		line, there, err := l.raw()
		if err != nil {
			return "", 0, false, err
		}
		if !there || line == "" || (line[0] != ' ' && line[0] != '\t') {
			l.ahead, l.has = line, there && line != ""
			break
		}
		if b.Len()+len(line) > maxLine {
			return "", 0, false, fmt.Errorf("%w: line %d is longer than %d bytes when unfolded", ErrFormat, at, maxLine)
		}
		b.WriteString(line[1:])
	}
	text = b.String()
	if !utf8.ValidString(text) {
		text = string(plaintext.AppendWindows1252(nil, []byte(text)))
	}
	return text, at, true, nil
}

// parse cuts a content line: NAME;PARAM=value;PARAM="quoted":value.
func parse(text string, at int) (property, bool) {
	p := property{line: at}
	end := strings.IndexAny(text, ";:")
	if end <= 0 {
		return p, false
	}
	p.name = strings.ToUpper(strings.TrimSpace(text[:end]))
	rest := text[end:]
	for strings.HasPrefix(rest, ";") {
		name, after, ok := strings.Cut(rest[1:], "=")
		if !ok {
			return p, false
		}
		value, left, ok := paramValue(after)
		if !ok {
			return p, false
		}
		if p.params == nil {
			p.params = make(map[string]string)
		}
		p.params[strings.ToUpper(name)] = value
		rest = left
	}
	if !strings.HasPrefix(rest, ":") {
		return p, false
	}
	p.value = rest[1:]
	return p, true
}

// paramValue takes the value of a parameter, of a list the whole of it, and
// returns what follows, which begins with ; or :.
func paramValue(s string) (value, rest string, ok bool) {
	quoted := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ';' || c == ':'):
			return strings.ReplaceAll(s[:i], `"`, ""), s[i:], true
		}
	}
	return "", "", false
}

// unescape turns the value of a text back.
func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n").Replace(s)
}
