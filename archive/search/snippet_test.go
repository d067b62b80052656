package search_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
)

func TestSnippets(t *testing.T) {
	t.Parallel()
	var x search.Index
	long := strings.Repeat("filler ", 50) + "the Hinge is there; " + strings.Repeat("filler ", 50) + "hinge and the door, " + strings.Repeat("more ", 50)
	x.Put(&search.Document{ID: "A", Text: long})
	x.Put(&search.Document{ID: "B", Text: "Door: hinge."})
	x.Put(&search.Document{ID: "C", Title: "hinge door"})
	r, err := x.Find(&search.Query{Text: "hinge do*"})
	require.NoError(t, err)
	require.Len(t, r.Hits, 3)
	byID := make(map[archive.RecordID]search.Snippet)
	for _, h := range r.Hits {
		byID[h.Key.ID] = h.Snippet
	}
	s := byID["A"]
	require.True(t, strings.HasPrefix(s.Text, "hinge and the door, more"), s.Text)
	require.False(t, s.Start || s.End)
	var marked []string
	for _, m := range s.Marks {
		marked = append(marked, s.Text[m[0]:m[1]])
	}
	require.Equal(t, []string{"hinge", "door"}, marked)
	require.Equal(t, search.Snippet{Text: "Door: hinge", Marks: [][2]int{{0, 4}, {6, 11}}, Start: true, End: true}, byID["B"])
	require.Equal(t, search.Snippet{Start: true, End: true}, byID["C"])
}

// snippetOf is what is shown of a text for a query that it answers.
func snippetOf(t require.TestingT, text, query string) (s search.Snippet, marked []string) {
	var x search.Index
	x.Put(&search.Document{ID: "A", Text: text})
	r, err := x.Find(&search.Query{Text: query})
	require.NoError(t, err)
	require.Len(t, r.Hits, 1)
	s = r.Hits[0].Snippet
	for _, m := range s.Marks {
		marked = append(marked, s.Text[m[0]:m[1]])
	}
	return s, marked
}

// Words are marked as they stand in the text, with all that stands on their
// characters, whatever the script.
func TestSnippetsOfAllScripts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, query string
		snippet     string
		marked      []string
	}{
		"combining":        {"Le cafe\u0301, puis un the\u0301.", "café", "cafe\u0301, puis un the\u0301", []string{"cafe\u0301"}},
		"composed":         {"Le café, puis", `"cafe" puis`, "café, puis", []string{"café", "puis"}},
		"stacked":          {"a z\u0323\u0301\u0308b c", "zb", "z\u0323\u0301\u0308b c", []string{"z\u0323\u0301\u0308b"}},
		"enclosing":        {"step 1\ufe0f\u20e3 here 2\ufe0f\u20e3", "1", "1\ufe0f\u20e3 here 2\ufe0f\u20e3", []string{"1\ufe0f\u20e3"}},
		"emoji":            {"hinge👩‍👩‍👧door 🇩🇪 end 👍🏽", "door", "door 🇩🇪 end", []string{"door"}},
		"emoji between":    {"hinge👩‍👩‍👧door", "hinge door", "hinge👩‍👩‍👧door", []string{"hinge", "door"}},
		"arabic":           {"في \u0645\u0650\u0641\u0652\u0635\u064e\u0644 الباب", "مفصل", "\u0645\u0650\u0641\u0652\u0635\u064e\u0644 الباب", []string{"\u0645\u0650\u0641\u0652\u0635\u064e\u0644"}},
		"hebrew":           {"ציר \u202bשל\u202c דלת", "של דלת", "של\u202c דלת", []string{"של", "דלת"}},
		"both directions":  {"the ציר of the דלת", "ציר of", "ציר of the דלת", []string{"ציר", "of"}},
		"ideographs":       {"蝶番は東京です", `"東京"`, "東京です", []string{"東", "京"}},
		"case and sharp s": {"Die STRASSE und die Straße", "straße", "STRASSE und die Straße", []string{"STRASSE", "Straße"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, marked := snippetOf(t, c.text, c.query)
			require.Equal(t, c.snippet, s.Text)
			require.Equal(t, c.marked, marked)
		})
	}
}

// A word without end does not make a snippet without end, and no character is cut
// in two.
func TestSnippetsOfLongWords(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"ascii": "w" + strings.Repeat("x", 100_000), "wide": "wxé" + strings.Repeat("é", 50_000), "odd": "w" + strings.Repeat("𐐷", 50_000),
		"marks": "w" + strings.Repeat("e\u0301", 30_000), "one on another": "we" + strings.Repeat("\u0301", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, around := range []string{"", " and more"} {
				s, marked := snippetOf(t, "some "+text+around, "w*")
				require.LessOrEqual(t, len(s.Text), 2100)
				require.GreaterOrEqual(t, len(s.Text), 1900)
				require.True(t, utf8.ValidString(s.Text))
				require.Equal(t, []string{s.Text}, marked)
				require.False(t, s.Start || s.End)
			}
		})
	}
	s, marked := snippetOf(t, "w1 "+strings.Repeat("y", 1500)+" w2 "+strings.Repeat("z", 1500)+" w3", "w1 w2 w3")
	require.Equal(t, []string{"w1", "w2"}, marked, "what does not go in stays out as a whole")
	require.True(t, s.Start)
	require.False(t, s.End)
	s, _ = snippetOf(t, "w1"+strings.Repeat("-", 5000)+"w2", "w1 w2")
	require.Equal(t, "w1", s.Text)
}

// Whatever the text: a snippet is a part of it, of whole characters, and its marks
// are words of it, one after the other.
func TestSnippetsAreParts(t *testing.T) {
	t.Parallel()
	alphabet := []string{"w", "x", "é", "e\u0301", "\u0301", "\u20e3", "ש", "\u05b8", "م", "\u0650", "東", "👩‍👧", " ", " ", "-", "\u200d", "𐐷", strings.Repeat("w", 70), strings.Repeat("é ", 30)}
	rapid.Check(t, func(t *rapid.T) {
		text := "w e " + strings.Join(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 80).Draw(t, "text"), "")
		s, marked := snippetOf(t, text, rapid.SampledFrom([]string{"w*", "w* -zzz", "w* e*"}).Draw(t, "query"))
		whole := false // at one of the places where it stands
		for at := 0; at < len(text) && !whole; at++ {
			next, _ := utf8.DecodeRuneInString(text[min(at+len(s.Text), len(text)):])
			whole = strings.HasPrefix(text[at:], s.Text) && !unicode.Is(unicode.M, next)
		}
		require.True(t, whole, "it is no part of the text, or leaves a mark behind")
		require.True(t, utf8.ValidString(s.Text))
		last := 0
		for i, m := range s.Marks {
			require.True(t, last <= m[0] && m[0] < m[1] && m[1] <= len(s.Text))
			require.Len(t, tokens(marked[i]), 1)
			last = m[1]
		}
	})
}
