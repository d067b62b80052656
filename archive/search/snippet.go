package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How long a snippet is at most.
const (
	snippetTokens = 24
	snippetBytes  = 2000
)

// Snippet is a part of a text with the places of the query's words in it: at most
// 24 tokens and about 2,000 bytes. It begins and ends with a whole token, but for one that is too
// long alone, and never parts a character from the marks that stand on it.
type Snippet struct {
	Text       string
	Marks      [][2]int // bytes of Text: start and end
	Start, End bool     // whether it begins and ends with the text
}

// snip takes the part of a text with the most different terms of the query, the
// first of equals, from one word of the query on; where there is none, the beginning.
func snip(text string, terms []Term) Snippet {
	w := window{count: make([]int, len(terms))}
	for t := range Tokens(text) {
		if len(w.tokens) == snippetTokens {
			w.pass(false)
		}
		w.push(t, fits(t.Word, terms))
	}
	for len(w.tokens) > 0 {
		w.pass(true)
	}
	return w.best.cut(text)
}

// place is where a token stands in a text, and the term that it fits, or -1.
type place struct{ start, end, term int }

// part is a stretch of a text.
type part struct {
	tokens      []place
	terms       int // different ones, if it begins with one
	first, last bool
}

// window goes over a text with as many tokens as a snippet has.
type window struct {
	tokens []place
	count  []int // by term: tokens that fit it
	terms  int   // different ones
	passed bool  // a token
	best   part
}

func (w *window) push(t Token, term int) {
	w.tokens = append(w.tokens, place{t.Start, t.End, term})
	if term >= 0 {
		if w.count[term]++; w.count[term] == 1 {
			w.terms++
		}
	}
}

// pass goes on by a token, keeping what begins with it if it is better. Last is
// whether the text ends with the window.
func (w *window) pass(last bool) {
	head := w.tokens[0]
	terms := w.terms
	if head.term < 0 {
		terms = 0
	}
	if !w.passed || terms > w.best.terms {
		w.best = part{tokens: slices.Clone(w.tokens), terms: terms, first: !w.passed, last: last}
	}
	if head.term >= 0 {
		if w.count[head.term]--; w.count[head.term] == 0 {
			w.terms--
		}
	}
	w.tokens, w.passed = w.tokens[1:], true
}

// cut is the part as a snippet.
func (p *part) cut(text string) Snippet {
	if len(p.tokens) == 0 {
		return Snippet{Start: true, End: true}
	}
	tokens, ends := p.tokens, p.last
	from := tokens[0].start
	for len(tokens) > 1 && tokens[len(tokens)-1].end-from > snippetBytes {
		tokens, ends = tokens[:len(tokens)-1], false
	}
	to := tokens[len(tokens)-1].end
	if to-from > snippetBytes {
		to, ends = from+snippetBytes, false
		for !utf8.RuneStart(text[to]) {
			to--
		}
	}
	to = pastMarks(text, to)
	out := Snippet{Text: text[from:to], Start: p.first, End: ends}
	for _, t := range tokens {
		if t.term >= 0 {
			out.Marks = append(out.Marks, [2]int{t.start - from, min(pastMarks(text, t.end), to) - from})
		}
	}
	return out
}

// marksAtMost is how many marks on one character are kept together: no language
// stands as many on one.
const marksAtMost = 32

// pastMarks is the place behind the marks that stand on the character before at.
func pastMarks(text string, at int) int {
	for range marksAtMost {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !unicode.Is(unicode.M, r) {
			break
		}
		at += size
	}
	return at
}

// fits is the first term that a word belongs to; -1 for none.
func fits(word string, terms []Term) int {
	for i := range terms {
		if terms[i].Exclude {
			continue
		}
		for _, w := range terms[i].Words {
			if w == word || (terms[i].Prefix && strings.HasPrefix(word, w)) {
				return i
			}
		}
	}
	return -1
}
