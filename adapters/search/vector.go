package search

import (
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// What a vector holds is bounded: positions up to 16,383, of one lexeme 256, and
// 1 MB in all. A lexeme of which it does not hold all positions stands in it a
// second time behind markLost; a document whose lexemes it does not hold
// has none but markBeyond, and those of facets and dates. Both are found whenever they may match, and their texts are looked
// through.
//
// Whether words follow each other is decided by reading vectors, which is dear where
// two words are together often. So pairs of neighbours stand in the index as well, by a short hash.
const (
	markLost   = "^"
	markBeyond = "!"
	markPair   = "~"
	markDay    = "@"

	maxPosition  = 1<<14 - 2
	maxPositions = 255
	maxVector    = 900_000 // bytes of lexemes and positions, as they are counted here

	fewTokens  = 512     // up to which a hash of a pair has two digits
	manyTokens = 100_000 // from which on hashes would say nothing: all stands for any pair
)

const hashDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"

// pairHash has three digits, of which the first two are one as well.
func pairHash(a, b string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(a))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(b))
	sum := h.Sum32()
	sum ^= sum >> 16
	return string([]byte{hashDigits[sum&63], hashDigits[sum>>6&63], hashDigits[sum>>12&63]})
}

// pairText is what a document with a pair has.
func pairText(a, b string) string {
	h := pairHash(a, b)
	return "(" + lexeme(markPair+h[:2]) + " | " + lexeme(markPair+h) + " | " + lexeme(markPair) + ")"
}

// vector is what stands of a document in a row.
type vector struct {
	text   string // of the type
	lost   string // lexemes that it does not hold all positions of, as lostText writes them
	beyond bool   // it does not hold the lexemes of the document
}

// lostText is how a lexeme stands in the text of those that are lost.
func lostText(lexeme string) string { return " " + lexeme + " " }

func vectorOf(tenant string, d *search.Document) vector {
	mark := tenantMark(tenant)
	title, text := search.Words(d.Title), search.Words(d.Text)
	v := making{positions: make(map[string][]int, len(text)), lost: make(map[string]bool)}
	for _, words := range [][]string{title, text} {
		v.put(mark, words)
		v.pairs(mark, words, len(title)+len(text))
	}
	var lost strings.Builder
	for _, l := range slices.Sorted(maps.Keys(v.lost)) {
		v.marks = append(v.marks, markLost+l)
		lost.WriteString(lostText(l))
	}
	for _, w := range title {
		v.marks = append(v.marks, markTitle+mark+w)
	}
	rest := append(marks(tenant, d), days(secondOf(d.Dated))...)
	v.marks = append(v.marks, rest...)
	if v.size() > maxVector {
		return vector{text: (&making{marks: append(rest, markBeyond+mark)}).text(), beyond: true}
	}
	return vector{text: v.text(), lost: lost.String()}
}

// making puts a vector together.
type making struct {
	positions map[string][]int
	lost      map[string]bool
	marks     []string // lexemes without positions
	at        int      // position
}

// put counts the words of a text.
func (v *making) put(mark string, words []string) {
	for _, w := range words {
		v.at++
		l := mark + w
		switch known := v.positions[l]; {
		case len(known) == 0 && v.at > maxPosition: // without any it would stand everywhere
			v.positions[l] = []int{maxPosition}
			v.lost[l] = true
		case len(known) == maxPositions || v.at > maxPosition:
			v.lost[l] = true
		default:
			v.positions[l] = append(known, v.at)
		}
	}
	v.at++ // no phrase goes on in the next text
}

// pairs marks which words follow each other in a text of a document with so many
// tokens.
func (v *making) pairs(mark string, words []string, tokens int) {
	digits := 3
	switch {
	case tokens > manyTokens:
		v.marks = append(v.marks, markPair)
		return
	case tokens <= fewTokens:
		digits = 2
	}
	for i := 1; i < len(words); i++ {
		v.marks = append(v.marks, markPair+pairHash(mark+words[i-1], mark+words[i])[:digits])
	}
}

// size is about what the vector takes, and not less than what it holds a bounded
// number of bytes of.
func (v *making) size() (bytes int) {
	for l, positions := range v.positions {
		bytes += len(l) + 4 + 2*len(positions)
	}
	for _, m := range v.marks {
		bytes += len(m) + 1
	}
	return bytes
}

func (v *making) text() string {
	var b strings.Builder
	for _, l := range slices.Sorted(maps.Keys(v.positions)) {
		b.WriteString("'" + l + "':")
		for i, p := range v.positions[l] {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteByte(' ')
	}
	slices.Sort(v.marks)
	for _, m := range slices.Compact(v.marks) {
		b.WriteString("'" + m + "' ")
	}
	return b.String()
}
