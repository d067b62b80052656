package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/searchscan"
)

// written is a query of those terms.
func written(terms []search.Term) string {
	var parts []string
	for _, t := range terms {
		part := strings.Join(t.Words, " ")
		switch {
		case t.Prefix:
			part += "*"
		case len(t.Words) > 1:
			part = `"` + part + `"`
		}
		if t.Exclude {
			part = "-" + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

// FuzzQuery reads any text as a query, writes what was understood, reads it again,
// and holds the answers of the index over a few documents, some of which the
// reader may not see, against the scan.
func FuzzQuery(f *testing.F) {
	for _, seed := range [][3]string{
		{`a "b c`, "a", "b c"},
		{`--"-"`, "-", ""},
		{`plan -"old plan" hing* "door frame"`, "The plan", "a hinge; door frame"},
		{`"of the" -of* the`, "of the of", "the of the"},
		{`Straße e\u0301* "東京"`, "STRASSE é", "東京"},
		{`a* -a* b`, "ab", "b"},
		{`"a*" b"c d"e`, "c d", "b c d e"},
		{`-"x`, "x", "y"},
		{`a-b "a-b" -b-a*`, "a b", "b a"},
		{"\"\x00\xff\" =a +b ^c ~d @e !f", "\xff", "=a +b"},
		{`* -* "" -"" '' (a OR b) NEAR/2 :`, "or", "near 2"},
		{strings.Repeat("x", 65) + "*", strings.Repeat("x", 64), strings.Repeat("x", 70)},
		{"ש\u05b8 م\u0650*", "ש", "م\u0650ن"},
		{"\u0301 \u200b\u202e", "", "\u0301"},
		{strings.Repeat("a ", 33), "a", ""},
		{`"a a" "a a a" -"a b a"`, "a a a", "a b"},
	} {
		f.Add(seed[0], seed[1], seed[2], "x", "plant")
	}
	f.Fuzz(func(t *testing.T, query, title, text, facet, marking string) {
		terms, err := search.Parse(query)
		if err != nil {
			return
		}
		for _, term := range terms {
			if len(term.Words) == 0 || term.Prefix && len(term.Words) > 1 {
				t.Fatalf("%q gives %+v", query, term)
			}
		}
		if again, err := search.Parse(written(terms)); utf8.RuneCountInString(written(terms)) <= search.MaxQuery && (err != nil || !gocmp.Equal(terms, again, cmpopts.EquateEmpty())) {
			t.Fatalf("%q is read as %+v, and written as %q as %+v: %v", query, terms, written(terms), again, err)
		}
		docs := searchscan.Docs{
			{ID: "A", Title: title, Text: text, Facets: map[string][]string{"f": {facet, "x"}}},
			{ID: "B", Title: text, Text: query, Marking: marking},
			{ID: "C", Title: query, Text: title + " " + text, Facets: map[string][]string{facet: {"x"}}, Dated: day(1)},
			{ID: "D", Title: text, Text: title, Marking: "plant", Facets: map[string][]string{"f": {facet}}},
		}
		var x search.Index
		for i := range docs {
			x.Put(&docs[i])
		}
		for _, q := range []search.Query{
			{Text: query}, {Text: query, Facets: map[string]string{"f": facet}}, {Text: query, Limit: 1, Cleared: func(m string) bool { return m != marking }},
		} {
			want, err := docs.Find(q, false)
			if err != nil {
				t.Fatal(err)
			}
			got, err := x.Find(&q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
