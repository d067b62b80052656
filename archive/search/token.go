package search

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxToken is the most bytes of a token that count; the rest is passed over.
const MaxToken = 64

// Token is a word of a text and where it stands.
type Token struct {
	Word       string
	Start, End int // in bytes
}

// Tokens gives the tokens of a text. Bytes that are not UTF-8 separate tokens. A
// word may share the text's memory.
func Tokens(text string) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		c := cutting{text: text, start: -1}
		for i := 0; i < len(text); {
			if r := text[i]; r < utf8.RuneSelf {
				if wordASCII(r) {
					c.letter(i, rune(r))
				} else if !c.end(i, yield) {
					return
				}
				i++
				continue
			}
			r, size := utf8.DecodeRuneInString(text[i:])
			switch classOf(r) {
			case ideograph:
				if !c.end(i, yield) || !yield(Token{text[i : i+size], i, i + size}) {
					return
				}
			case inWord:
				c.letter(i, r)
			case mark:
				c.copied(i)
			case separator:
				if !c.end(i, yield) {
					return
				}
			}
			i += size
		}
		c.end(len(text), yield)
	}
}

// cutting is a word on its way. As long as it stands in the text as it is, it is not
// copied.
type cutting struct {
	text  string
	start int // of the word; -1: between words
	word  []byte
	buf   [MaxToken + utf8.UTFMax]byte
}

// letter takes a letter or digit in.
func (c *cutting) letter(at int, r rune) {
	if c.start < 0 {
		c.start = at
	}
	if c.word == nil && (r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf || at-c.start >= MaxToken) {
		c.copied(at)
	}
	if c.word != nil && len(c.word) < MaxToken {
		c.word = appendFolded(c.word, r)
	}
}

// copied has the word differ from the text from there on.
func (c *cutting) copied(at int) {
	if c.start >= 0 && c.word == nil {
		c.word = append(c.buf[:0], c.text[c.start:at]...)
	}
}

// end ends the word, if there is one.
func (c *cutting) end(at int, yield func(Token) bool) bool {
	if c.start < 0 {
		return true
	}
	t := Token{Start: c.start, End: at}
	if c.word == nil {
		t.Word = c.text[c.start:at]
	} else {
		t.Word = string(c.word)
	}
	c.start, c.word = -1, nil
	return yield(t)
}

type class int

const (
	separator class = iota
	inWord
	mark // an accent that stands after its letter: part of the word, and dropped
	ideograph
)

// wordASCII reports whether a character of ASCII is a letter or digit.
func wordASCII(c byte) bool { return c|' '-'a' < 26 || c-'0' < 10 }

// classOf is of characters beyond ASCII.
func classOf(r rune) class {
	switch {
	case r == utf8.RuneError:
		return separator
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return ideograph
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return inWord
	case unicode.Is(unicode.Mn, r):
		return mark
	}
	return separator
}

// appendFolded appends a letter in lower case, without its accent if it is one of
// the Latin letters below.
func appendFolded(b []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(b, byte(r))
	}
	r = unicode.ToLower(r)
	if r >= 'ß' && r <= 'ž' {
		for _, f := range [...]struct{ from, to string }{
			{"àáâãäåāăą", "a"},
			{"çćĉċč", "c"},
			{"ďđð", "d"},
			{"èéêëēĕėęě", "e"},
			{"ĝğġģ", "g"},
			{"ĥħ", "h"},
			{"ìíîïĩīĭįı", "i"},
			{"ĵ", "j"},
			{"ķĸ", "k"},
			{"ĺļľŀł", "l"},
			{"ñńņňŉŋ", "n"},
			{"òóôõöøōŏő", "o"},
			{"ŕŗř", "r"},
			{"śŝşš", "s"},
			{"ţťŧ", "t"},
			{"ùúûüũūŭůűų", "u"},
			{"ŵ", "w"},
			{"ýÿŷ", "y"},
			{"źżž", "z"},
			{"ß", "ss"},
			{"æ", "ae"},
			{"œ", "oe"},
			{"þ", "th"},
		} {
			if strings.ContainsRune(f.from, r) {
				return append(b, f.to...)
			}
		}
	}
	return utf8.AppendRune(b, r)
}
