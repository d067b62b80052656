package search

import (
	"hash/fnv"
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

// vector puts the vector of a document together.
type vector struct {
	positions map[string][]int
	lost      map[string]bool
	marks     []string
	at        int // position
}

// put counts the words of a text.
func (v *vector) put(mark string, words []string) {
	for _, w := range words {
		v.at++
		l := mark + w
		switch known := v.positions[l]; {
		case len(known) == 0 && v.at > maxPosition:
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

// pairs marks which words follow each other.
func (v *vector) pairs(mark string, words []string, tokens int) {
	if tokens > manyTokens {
		v.marks = append(v.marks, markPair)
		return
	}
	digits := 3
	if tokens <= fewTokens {
		digits = 2
	}
	for i := 1; i < len(words); i++ {
		v.marks = append(v.marks, markPair+pairHash(mark+words[i-1], mark+words[i])[:digits])
	}
}

// vectorText writes the vector of a document, and says whether it is beyond what a
// vector holds.
func vectorText(tenant string, d *search.Document) (text string, beyond bool) {
	mark := tenantMark(tenant)
	title, body := search.Words(d.Title), search.Words(d.Text)
	v := vector{positions: make(map[string][]int, len(body)), lost: make(map[string]bool)}
	v.put(mark, title)
	v.put(mark, body)
	v.pairs(mark, title, len(title)+len(body))
	v.pairs(mark, body, len(title)+len(body))
	for l := range v.lost {
		v.marks = append(v.marks, markLost+l)
	}
	for _, w := range title {
		v.marks = append(v.marks, markTitle+mark+w)
	}
	rest := append(facetMarks(tenant, d.Facets), days(secondOf(d.Dated))...)
	v.marks = append(v.marks, rest...)
	if v.size() > maxVector {
		return vectorOf(nil, append(rest, markBeyond+mark)), true
	}
	return vectorOf(v.positions, v.marks), false
}

// size is at least what the vector takes, without what it takes for each lexeme.
func (v *vector) size() (bytes int) {
	for l, positions := range v.positions {
		bytes += len(l) + 4 + 2*len(positions)
	}
	for _, m := range v.marks {
		bytes += len(m) + 1
	}
	return bytes
}

// vectorOf writes lexemes with positions, and marks without.
func vectorOf(positions map[string][]int, marks []string) string {
	var b strings.Builder
	for l, at := range positions {
		b.WriteString("'" + l + "':")
		for i, p := range at {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteByte(' ')
	}
	slices.Sort(marks)
	for _, m := range slices.Compact(marks) {
		b.WriteString("'" + m + "' ")
	}
	return b.String()
}
