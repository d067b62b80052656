package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/searchscan"
)

func tokens(text string) (out []string) {
	for t := range search.Tokens(text) {
		out = append(out, t.Word)
	}
	return out
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"RFC-2616's HTTP/1.1": "rfc 2616 s http 1 1", "": "", " ,.-": "", "Núñez NU\u0301N\u0303EZ": "nunez nunez", "Straße ÆØ œuvre Łódź": "strasse aeo oeuvre lodz",
		"МОСКВА Ωmega": "москва ωmega", "東京 2020年": "東 京 2020 年", "a\xffb": "a b", "x\u0301": "x", "\u0301x": "x", "_a_b_": "a b", "٣٤": "٣٤",
	} {
		require.Equal(t, want, strings.Join(tokens(text), " "), "%q", text)
	}
	require.Len(t, tokens(strings.Repeat("x", 1000))[0], search.MaxToken)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		last := 0
		for token := range search.Tokens(text) {
			if token.Start < last || token.End <= token.Start || token.End > len(text) || token.Word == "" {
				t.Fatalf("%+v of %q", token, text)
			}
			if again := tokens(token.Word); len(again) != 1 || again[0] != token.Word {
				t.Fatalf("%q gives %q", token.Word, again)
			}
			last = token.End
		}
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	terms, err := search.Parse(`plan -"old plan" hinge* "door frame" -x "" * -* A-B`)
	require.NoError(t, err)
	require.Empty(t, gocmp.Diff([]search.Term{
		{Words: []string{"plan"}},
		{Words: []string{"old", "plan"}, Exclude: true},
		{Words: []string{"hinge"}, Prefix: true},
		{Words: []string{"door", "frame"}},
		{Words: []string{"x"}, Exclude: true},
		{Words: []string{"a", "b"}},
	}, terms))
	for name, text := range map[string]string{
		"long": strings.Repeat("x", search.MaxQuery+1), "terms": strings.Repeat("x ", search.MaxTerms+1), "only excludes": "-x -y",
	} {
		_, err := search.Parse(text)
		require.ErrorIs(t, err, search.ErrInvalid, name)
		_, err = new(search.Index).Find(&search.Query{Text: text})
		require.ErrorIs(t, err, search.ErrInvalid, name)
	}
}

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

func drawDocument(t *rapid.T, id int) *search.Document {
	text := rapid.StringMatching(`([abÄ ]{1,3} ){0,6}`)
	return &search.Document{
		ID: archive.RecordID(strconv.Itoa(id)), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"),
		Kind: rapid.SampledFrom([]archive.Kind{"plan", "note"}).Draw(t, "kind"), Dated: day(rapid.IntRange(1, 4).Draw(t, "day")),
		Recorded: day(rapid.IntRange(1, 4).Draw(t, "recorded")),
		Facets:   map[string][]string{"product": rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 3).Draw(t, "facet")},
		Marking:  rapid.SampledFrom([]string{"", "plant", "board"}).Draw(t, "marking"),
	}
}

// Invariants 13 and 16: the index answers as the scan does, over what the reader
// may see and nothing else, page by page.
func TestInvariants13And16IndexAnswersAsTheScan(t *testing.T) {
	t.Parallel()
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if n := rapid.IntRange(0, 5).Draw(t, "day"); n > 0 {
			return day(n)
		}
		return time.Time{}
	})
	rapid.Check(t, func(t *rapid.T) {
		var x search.Index
		kept := make(map[archive.RecordID]*search.Document)
		for range rapid.IntRange(0, 25).Draw(t, "changes") {
			d := drawDocument(t, rapid.IntRange(0, 9).Draw(t, "id"))
			if rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
				x.Delete(d.ID)
				delete(kept, d.ID)
				continue
			}
			x.Put(d)
			kept[d.ID] = d
		}
		q := search.Query{
			Text: rapid.SampledFrom([]string{"", "a", "ä b", `"a b"`, "a*", "b -a", `a -"b a"`, "ab* -ba*", "zz", `"a`, "aa b*"}).Draw(t, "query"),
			From: moment.Draw(t, "from"), To: moment.Draw(t, "to"), AsOf: moment.Draw(t, "as of"), AsKnownAt: moment.Draw(t, "as known at"),
			Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Counted: rapid.IntRange(1, 8).Draw(t, "counted"),
		}
		if rapid.Bool().Draw(t, "kinds") {
			q.Kinds = []archive.Kind{"plan"}
		}
		if rapid.Bool().Draw(t, "facets") {
			q.Facets = map[string]string{"product": "x"}
		}
		hidden := rapid.IntRange(0, 10).Draw(t, "hidden")
		cleared := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"", "plant", "board"}), rapid.ID).Draw(t, "cleared")
		var visible searchscan.Docs
		for id, d := range kept {
			if id != archive.RecordID(strconv.Itoa(hidden)) && slices.Contains(cleared, d.Marking) {
				visible = append(visible, *d)
			}
		}
		want, err := visible.Find(q, true)
		if err != nil {
			t.Fatal(err)
		}
		q.Visible = func(id archive.RecordID) bool { return id != archive.RecordID(strconv.Itoa(hidden)) }
		q.Cleared = func(marking string) bool { return slices.Contains(cleared, marking) }
		var got search.Result
		for {
			page, err := x.Find(&q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Hits) > q.Limit {
				t.Fatal("a page that is too long")
			}
			hits := slices.Concat(got.Hits, page.Hits)
			if q.After == nil {
				got = page
			}
			got.Hits, got.Next = hits, nil
			if page.Next == nil {
				break
			}
			q.After = page.Next
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDeletedTextIsGone(t *testing.T) {
	t.Parallel()
	var x search.Index
	for i := range 200 {
		x.Put(&search.Document{ID: archive.RecordID(strconv.Itoa(i)), Text: "canary" + strconv.Itoa(i) + " common"})
	}
	for i := range 199 {
		x.Delete(archive.RecordID(strconv.Itoa(i)))
	}
	held := func(word string) bool { return strings.Contains(fmt.Sprintf("%+v", &x), word+":") } // among the words, which are the keys of a map
	require.True(t, held("canary199"))
	require.False(t, held("canary0"))
	r, err := x.Find(&search.Query{Text: "common"})
	require.NoError(t, err)
	require.Equal(t, 1, r.Total)
	x.Delete("none")
	for i := range 200 {
		x.Put(&search.Document{ID: "again", Text: "replaced" + strconv.Itoa(i) + " end"})
	}
	require.True(t, held("replaced199"))
	require.False(t, held("replaced0"), "what is replaced is not kept either")
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	var x search.Index
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 50 {
				x.Put(&search.Document{ID: archive.RecordID(strconv.Itoa(i*100 + k)), Text: "word" + strconv.Itoa(k)})
				_, _ = x.Find(&search.Query{Text: "word*"})
			}
		})
	}
	wg.Wait()
	r, err := x.Find(&search.Query{Text: "word*"})
	require.NoError(t, err)
	require.Equal(t, 400, r.Total)
}

// big is 100,000 documents of 100 words, whose frequencies fall as those of real
// texts do.
func big() *search.Index {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 5, 50_000)
	var x search.Index
	for i := range 100_000 {
		var b strings.Builder
		for range 100 {
			fmt.Fprintf(&b, "w%d ", zipf.Uint64())
		}
		x.Put(&search.Document{ID: archive.RecordID(strconv.Itoa(i)), Title: b.String()[:20], Text: b.String(), Dated: day(i % 28)})
	}
	return &x
}

func BenchmarkFind(b *testing.B) {
	x := big()
	for name, text := range map[string]string{"TwoCommon": "w3 w7", "TwoRare": "w900 w2000", "Phrase": `"w3 w7"`, "Prefix": "w12* w40"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Find(&search.Query{Text: text}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	var x search.Index
	text := strings.Repeat("the quick brown fox jumps over the lazy dog ", 11)
	for i := 0; b.Loop(); i++ {
		x.Put(&search.Document{ID: archive.RecordID(strconv.Itoa(i)), Title: "a title", Text: text})
	}
}

func Example() {
	var x search.Index
	x.Put(&search.Document{ID: "SPEC-B", Title: "Wide hinge, revision B", Text: "The hinge is 10 mm wide."})
	x.Put(&search.Document{ID: "MIN-1", Title: "Minutes", Text: "We agreed on a wider hinge."})
	r, err := x.Find(&search.Query{Text: "hinge wide*"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, h := range r.Hits {
		fmt.Println(h.Key.ID, "-", h.Snippet.Text)
	}
	// Output:
	// SPEC-B - hinge is 10 mm wide
	// MIN-1 - wider hinge
}
