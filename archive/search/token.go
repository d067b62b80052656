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

// Tokens gives the tokens of a text. Bytes that are not UTF-8 separate tokens.
func Tokens(text string) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		var buf [MaxToken + utf8.UTFMax]byte
		word := buf[:0]
		start := -1
		for i, r := range text {
			c := classOf(r)
			if start >= 0 && c != inWord && c != mark {
				if !yield(Token{string(word), start, i}) {
					return
				}
				word, start = buf[:0], -1
			}
			switch c {
			case ideograph:
				if !yield(Token{string(r), i, i + utf8.RuneLen(r)}) {
					return
				}
			case inWord:
				if start < 0 {
					start = i
				}
				if len(word) < MaxToken {
					word = appendFolded(word, r)
				}
			case mark, separator:
			}
		}
		if start >= 0 {
			yield(Token{string(word), start, len(text)})
		}
	}
}

type class int

const (
	separator class = iota
	inWord
	mark // an accent that stands after its letter: part of the word, and dropped
	ideograph
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return inWord
		}
		return separator
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
