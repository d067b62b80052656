package httpapi

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may stand in each other.
const maxDepth = 32

// checkJSON finds what encoding/json would let pass or repair without a word:
// bytes after the value, duplicate members, deep nesting, text that is not
// UTF-8 and halves of surrogate pairs. It returns the first fault, or nil.
func checkJSON(raw []byte) *Fault {
	whole := func(code string) *Fault { return &Fault{Pointer: new(""), Code: code} }
	switch {
	case !utf8.Valid(raw):
		return whole(codeEncoding)
	case len(bytes.TrimSpace(raw)) == 0:
		return whole(codeRequired)
	case depth(raw) > maxDepth:
		return whole(codeTooDeep)
	case !json.Valid(raw):
		var first json.RawMessage
		if json.NewDecoder(bytes.NewReader(raw)).Decode(&first) == nil {
			return whole(codeTrailing)
		}
		return whole(codeSyntax)
	}
	w := walker{raw: raw}
	at, code := w.value()
	if code == "" {
		return nil
	}
	return &Fault{Pointer: new(at), Code: code}
}

// depth is the deepest nesting, whether or not the rest is JSON.
func depth(raw []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			quoted = !quoted
		case '\\':
			i++
		case '{', '[':
			if !quoted {
				now++
				deepest = max(deepest, now)
			}
		case '}', ']':
			if !quoted {
				now--
			}
		}
	}
	return deepest
}

// walker goes through JSON that is known to be valid. Its methods return where
// the first fault is, as a pointer from where they began, and its code.
type walker struct {
	raw []byte
	pos int
}

func (w *walker) value() (at, code string) {
	w.space()
	switch w.raw[w.pos] {
	case '{':
		return w.object()
	case '[':
		return w.array()
	case '"':
		_, code = w.text()
		return "", code
	}
	for w.pos < len(w.raw) && strings.IndexByte(",]} \t\r\n", w.raw[w.pos]) < 0 {
		w.pos++
	}
	return "", ""
}

func (w *walker) object() (at, code string) {
	seen := make(map[string]bool)
	for w.pos++; w.more('}'); {
		name, code := w.text()
		here := "/" + escaped(shortened(name))
		if code != "" {
			return here, code
		}
		if seen[name] {
			return here, codeDuplicate
		}
		seen[name] = true
		w.space()
		w.pos++ // the colon
		if at, code := w.value(); code != "" {
			return here + at, code
		}
	}
	return "", ""
}

func (w *walker) array() (at, code string) {
	i := 0
	for w.pos++; w.more(']'); i++ {
		if at, code := w.value(); code != "" {
			return "/" + decimal(i) + at, code
		}
	}
	return "", ""
}

// more steps over a comma and reports whether another element follows; at the
// end it steps over the closing bracket.
func (w *walker) more(end byte) bool {
	w.space()
	if w.raw[w.pos] == ',' {
		w.pos++
		w.space()
	}
	if w.raw[w.pos] == end {
		w.pos++
		return false
	}
	return true
}

func (w *walker) space() {
	for w.pos < len(w.raw) && strings.IndexByte(" \t\r\n", w.raw[w.pos]) >= 0 {
		w.pos++
	}
}

// text reads a string and reports the half of a surrogate pair.
func (w *walker) text() (string, string) {
	begin := w.pos
	plain := true
	for w.pos++; w.raw[w.pos] != '"'; w.pos++ {
		if w.raw[w.pos] == '\\' {
			plain = false
			w.pos++
		}
	}
	w.pos++
	quoted := w.raw[begin:w.pos]
	if plain {
		return string(quoted[1 : len(quoted)-1]), ""
	}
	if halfPair(quoted) {
		return "", codeEncoding
	}
	var s string
	_ = json.Unmarshal(quoted, &s) // valid already
	return s, ""
}

// halfPair reports a \u escape of a surrogate that is not followed or preceded
// by its other half, which encoding/json would replace.
func halfPair(quoted []byte) bool {
	for i := 0; i < len(quoted)-1; i++ {
		if quoted[i] != '\\' {
			continue
		}
		i++
		if quoted[i] != 'u' {
			continue
		}
		r := hexRune(quoted[i+1:])
		i += 4
		if !utf16.IsSurrogate(r) {
			continue
		}
		rest := quoted[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' || utf16.DecodeRune(r, hexRune(rest[2:])) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// hexRune reads four hexadecimal digits.
func hexRune(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r <<= 4
		switch {
		case c >= '0' && c <= '9':
			r += rune(c - '0')
		case c >= 'a':
			r += rune(c-'a') + 10
		default:
			r += rune(c-'A') + 10
		}
	}
	return r
}
