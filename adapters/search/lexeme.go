package search

import (
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive/search"
)

// Lexemes are what stands in the index of an engine: words with the mark of their
// tenant before them, words of the title with markTitle before that, and facets
// behind markFacet. No word begins with one of these characters.
const (
	markTitle = "+"
	markFacet = "="
)

// tenantMark is short and of one length, so that it needs no end. Tenants may share
// one: what is read is asked for its tenant again.
func tenantMark(tenant string) string { return digest(tenant)[:4] }

// facetMark is the lexeme of a facet. Two facets may share one: the collector asks
// again.
func facetMark(tenant, name, value string) string {
	return markFacet + digest(tenant + "\x00" + name + "\x00" + value)[:12]
}

func facetMarks(tenant string, facets map[string][]string) (out []string) {
	for name, values := range facets {
		for _, v := range values {
			out = append(out, facetMark(tenant, name, v))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// digest is a text of lower-case letters and digits.
func digest(text string) string {
	h := sha256.Sum256([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(h[:10]))
}

// ask is one part of an answer, in the order of hits: first the documents with
// every word in the title, then the others.
type ask struct {
	tenant  string
	terms   []search.Term
	facets  map[string]string
	titled  bool
	sight   sight
	numbers span
	after   *search.Key // of the part; nil: from its beginning
	filters string      // conditions on rows d
	args    arguments
}

// sought is a lexeme, the beginning of lexemes, lexemes one after the other, or
// any of some.
type sought struct {
	lexemes []string
	prefix  bool
	any     bool
}

func (s *sought) phrase() bool { return len(s.lexemes) > 1 && !s.any }

// mark reports whether it is of facets or markings, not of words.
func (s *sought) mark() bool { return strings.HasPrefix(s.lexemes[0], markFacet) }

// condition says in lexemes what documents a part of an answer is about: those
// with all of with, and none of the groups of without in full.
type condition struct {
	with    []sought
	without [][]sought
}

// condition says what is asked for. An ask without words, facets and markings has
// nothing that must be there.
func (a *ask) condition() condition {
	var (
		c      condition
		titles []sought
	)
	mark := tenantMark(a.tenant)
	for _, name := range slices.Sorted(maps.Keys(a.facets)) {
		c.with = append(c.with, sought{lexemes: []string{facetMark(a.tenant, name, a.facets[name])}})
	}
	for _, t := range a.terms {
		s := sought{prefix: t.Prefix}
		for _, w := range t.Words {
			s.lexemes = append(s.lexemes, mark+w)
		}
		if t.Exclude {
			c.without = append(c.without, []sought{s})
			continue
		}
		for _, w := range t.Words {
			titles = append(titles, sought{lexemes: []string{markTitle + mark + w}, prefix: t.Prefix})
		}
		if !a.titled || len(t.Words) > 1 { // a word of the title is one of the document
			c.with = append(c.with, s)
		}
	}
	switch {
	case a.titled:
		c.with = append(c.with, titles...)
	case len(titles) > 0:
		c.without = append(c.without, titles)
	}
	a.narrow(&c)
	return c
}

// ordered are the lexemes of the phrases of a condition.
func (c *condition) ordered() (out []string) {
	for _, group := range append([][]sought{c.with}, c.without...) {
		for _, s := range group {
			if s.phrase() {
				out = append(out, s.lexemes...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// begins reports whether a prefix must be there.
func (c *condition) begins() bool {
	return slices.ContainsFunc(c.with, func(s sought) bool { return s.prefix })
}
