package xes

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/coordkit/coordkit/internal/plaintext"
)

// tag is one start or end tag. Its slices point into the window.
type tag struct {
	name       []byte // without a namespace prefix
	key, value []byte // as written; nil if absent
	attrs      []byte // everything between name and end
	closing    bool
	empty      bool // <x/>
	length     int  // bytes in the window
}

// What a scan of a tag can end in.
type scan uint8

const (
	whole  scan = iota
	cut         // the window ends within the tag
	broken      // this is no tag
)

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// read reads the tag that begins with b[0] = '<' and gives its length.
func (t *tag) read(b []byte) (int, scan) {
	*t = tag{}
	i := 1
	if i < len(b) && b[i] == '/' {
		t.closing = true
		i++
	}
	begin := i
	for i < len(b) && b[i] != '>' && b[i] != '/' && !isSpace(b[i]) {
		if b[i] == ':' {
			begin = i + 1
		}
		if b[i] == '<' || b[i] == '"' || b[i] == '=' {
			return i, broken
		}
		i++
	}
	t.name = b[begin:i]
	if i < len(b) && len(t.name) == 0 {
		return i, broken
	}
	from := i
	for i < len(b) {
		switch c := b[i]; {
		case isSpace(c):
			i++
		case c == '>':
			t.attrs = b[from:i]
			return i + 1, whole
		case c == '/':
			if i+1 == len(b) {
				return i, cut
			}
			if b[i+1] != '>' {
				return i, broken
			}
			t.empty, t.attrs = true, b[from:i]
			return i + 2, whole
		default:
			n, end := t.attribute(b[i:])
			if i += n; end != whole {
				return i, end
			}
		}
	}
	return i, cut
}

// attribute reads name="value".
func (t *tag) attribute(b []byte) (int, scan) {
	i := 0
	for i < len(b) && b[i] != '=' && !isSpace(b[i]) {
		if b[i] == '<' || b[i] == '>' || b[i] == '"' || b[i] == '\'' {
			return i, broken
		}
		i++
	}
	name := b[:i]
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	if i < len(b) && b[i] != '=' {
		return i, broken
	}
	i++
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	if i >= len(b) {
		return len(b), cut
	}
	quote := b[i]
	if quote != '"' && quote != '\'' {
		return i, broken
	}
	i++
	n := bytes.IndexByte(b[i:], quote)
	if n < 0 {
		return len(b), cut
	}
	switch {
	case len(name) == 3 && string(name) == "key":
		t.key = b[i : i+n : i+n]
	case len(name) == 5 && string(name) == "value":
		t.value = b[i : i+n : i+n]
	}
	return i + n + 1, whole
}

// other finds an attribute of a tag that is not key or value.
func (t *tag) other(name string) []byte {
	for rest := t.attrs; ; {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return nil
		}
		found := bytes.TrimSpace(rest[:i])
		rest = bytes.TrimLeft(rest[i+1:], " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		n := bytes.IndexByte(rest[1:], rest[0])
		if n < 0 {
			return nil
		}
		if string(found) == name {
			return rest[1 : 1+n]
		}
		rest = rest[n+2:]
	}
}

// flaw is what decoding a value had to mend.
type flaw uint8

const (
	entityKept flaw = 1 << iota
	notUTF8
)

// appendValue appends a value with its entities replaced, as UTF-8.
func appendValue(to, text []byte, latin bool) ([]byte, flaw) {
	var f flaw
	from := len(to)
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			break
		}
		to = append(to, text[:i]...)
		n := bytes.IndexByte(text[i:min(len(text), i+12)], ';')
		r, ok := rune(0), false
		if n > 0 {
			r, ok = entity(string(text[i+1 : i+n]))
		}
		switch {
		case ok && latin && r > 0x7f:
			// The bytes before are not UTF-8 yet, so they are decoded first.
			to = append(to[:from], plaintext.AppendWindows1252(nil, to[from:])...)
			to = utf8.AppendRune(to, r)
			from = len(to)
		case ok:
			to = utf8.AppendRune(to, r)
		default:
			f |= entityKept
			to, text = append(to, '&'), text[i+1:]
			continue
		}
		text = text[i+n+1:]
	}
	to = append(to, text...)
	if valid := utf8.Valid(to[from:]); latin || !valid {
		if !latin {
			f |= notUTF8
		}
		to = append(to[:from], plaintext.AppendWindows1252(nil, to[from:])...)
	}
	return to, f
}

// entity gives the character of one of the five entities of XML or of a number.
func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || n >= 0xd800 && n < 0xe000 {
		return 0, false
	}
	return rune(n), true
}
