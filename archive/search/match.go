package search

import (
	"slices"
	"strings"
)

// Words are the tokens of a text, in their order: what an engine indexes.
func Words(text string) []string {
	var out []string
	for t := range Tokens(text) {
		out = append(out, t.Word)
	}
	return out
}

// Match reads title and text and says whether they are what the terms ask for,
// and whether every word and prefix asked for stands in the title. An engine
// asks it about documents for which its index does not tell.
func Match(title, text string, terms []Term) (matches, titled bool) {
	first, rest := Words(title), Words(text)
	matches = true
	asked := 0
	titled = true
	for i := range terms {
		t := &terms[i]
		matches = matches && (t.stands(first) || t.stands(rest)) != t.Exclude
		if t.Exclude {
			continue
		}
		for _, w := range t.Words {
			asked++
			titled = titled && (&Term{Words: []string{w}, Prefix: t.Prefix}).stands(first)
		}
	}
	return matches, titled && asked > 0
}

// stands reports whether a term stands among words.
func (t *Term) stands(words []string) bool {
	if t.Prefix {
		return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t.Words[0]) })
	}
	return follow(words, t.Words)
}

// follow reports whether a phrase stands in a text, its words one after the
// other.
func follow[W comparable](text, phrase []W) bool {
	for i := 0; i+len(phrase) <= len(text); i++ {
		if text[i] == phrase[0] && slices.Equal(text[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}
