package search

import "strings"

// snippetTokens is how many tokens a snippet has at most.
const snippetTokens = 24

// Snippet is a part of a text with the places of the query's words in it.
type Snippet struct {
	Text       string
	Marks      [][2]int // bytes of Text: start and end
	Start, End bool     // whether it begins and ends with the text
}

// snip takes the part of a text with the most different terms of the query, the
// first of equals: at most snippetTokens tokens, from one word of the query on.
func snip(text string, terms []Term) Snippet {
	var tokens []Token
	var hits []int // index of the term that a token fits, or -1
	for t := range Tokens(text) {
		tokens = append(tokens, t)
		hits = append(hits, fits(t.Word, terms))
	}
	if len(tokens) == 0 {
		return Snippet{Start: true, End: true}
	}
	best, most := 0, 0
	count := make(map[int]int)
	for from := range tokens {
		if hits[from] < 0 {
			continue
		}
		clear(count)
		for _, h := range hits[from:min(from+snippetTokens, len(tokens))] {
			if h >= 0 {
				count[h]++
			}
		}
		if len(count) > most {
			best, most = from, len(count)
		}
	}
	last := min(best+snippetTokens, len(tokens)) - 1
	from, to := tokens[best].Start, tokens[last].End
	out := Snippet{Text: text[from:to], Start: best == 0, End: last == len(tokens)-1}
	for i := best; i <= last; i++ {
		if hits[i] >= 0 {
			out.Marks = append(out.Marks, [2]int{tokens[i].Start - from, tokens[i].End - from})
		}
	}
	return out
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
