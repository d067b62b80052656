package search_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	rules "github.com/coordkit/coordkit/archive/search"
)

// everyEngine runs a test on each of the engines, empty.
func everyEngine(t *testing.T, run func(t *testing.T, s *search.Searcher)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s, _ := onSQLite(t)
		run(t, s)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, onPostgres(t))
	})
}

// compare asks for all pages of an answer and holds them against the index in
// memory, which archive/search holds against a linear scan.
func compare(t require.TestingT, index *rules.Index, s *search.Searcher, tenant string, q rules.Query) {
	for q.After = nil; ; {
		want, err := index.Find(&q)
		require.NoError(t, err)
		got, err := s.FindDocuments(context.Background(), tenant, q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%+v", q)
		if q.After = want.Next; q.After == nil {
			return
		}
	}
}

func drawDocument(t *rapid.T) rules.Document {
	text := rapid.OneOf(
		rapid.StringMatching(`([abÄ'":*東=\\-]{1,3} ){0,5}`),
		rapid.StringMatching(`((a|b|the|of|Straße|e\x{301}|co-op|東京|\+a|=|~|!a|\^b|@a0|а|x{70}) ?){0,8}`),
	)
	d := rules.Document{
		ID: archive.RecordID(strconv.Itoa(rapid.IntRange(0, 6).Draw(t, "id"))), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"),
		Kind: rapid.SampledFrom([]archive.Kind{"plan", "note"}).Draw(t, "kind"), Recorded: day(rapid.IntRange(1, 4).Draw(t, "recorded")),
		Facets:  map[string][]string{"product": rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 3).Draw(t, "facet")},
		Marking: rapid.SampledFrom([]string{"", "", "plant", "board", "a", "=a"}).Draw(t, "marking"),
	}
	if n := rapid.IntRange(0, 4).Draw(t, "day"); n > 0 {
		d.Dated = day(n).Add(time.Duration(rapid.SampledFrom([]int{0, 1, 999, 1000, 1001}).Draw(t, "ns")))
	}
	return d
}

func drawQuery(t *rapid.T) rules.Query {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if n := rapid.IntRange(0, 8).Draw(t, "day"); n > 0 && n < 5 {
			return day(n).Add(time.Duration(rapid.SampledFrom([]int{0, 1, 1000}).Draw(t, "ns")))
		}
		return time.Time{}
	})
	q := rules.Query{
		Text: rapid.SampledFrom([]string{
			"", "a", "ä b", `"a b"`, "a*", "b -a", `a -"b a"`, "ab* -ba*", "zz", `"a`, "aa b*", "東", "a'b", `a"b`, "a AND b", "NOT OR a", "t", "the -of", `"the of"`,
			`"of the of"`, "strasse", `"e of"`, "é", `"co op"`, "co-op", `"京 a"`, "東京", "+a", "=", "a0", "а", `"a a a"`, "-a b", strings.Repeat("y", 64), "yyy*", `the* "a b" -b`,
			`"ä a" "b the"`, `b -"the of a"`,
		}).Draw(t, "query"),
		From: moment.Draw(t, "from"), To: moment.Draw(t, "to"), AsOf: moment.Draw(t, "as of"), AsKnownAt: moment.Draw(t, "as known at"),
		Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Counted: rapid.IntRange(1, 8).Draw(t, "counted"),
	}
	if rapid.Bool().Draw(t, "kinds") {
		q.Kinds = []archive.Kind{"plan", "none", "\x00"}
	}
	if rapid.Bool().Draw(t, "facets") {
		q.Facets = map[string]string{"product": "x"}
	}
	if rapid.Bool().Draw(t, "clears") {
		cleared := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"", "plant", "board", "a", "none"}), rapid.ID).Draw(t, "cleared")
		q.Cleared = func(marking string) bool { return slices.Contains(cleared, marking) }
	}
	if rapid.Bool().Draw(t, "hides") {
		q.Visible = func(id archive.RecordID) bool { return id != "3" }
	}
	return q
}

// Many documents, some words of which are rare, some everywhere, some only in old
// ones: engines read on, window by window, to the same answer, also for a reader who may
// see little.
func TestEnginesReadOn(t *testing.T) {
	t.Parallel()
	const n = 7000
	var index rules.Index
	docs, at := make([]rules.Document, n), make(map[archive.RecordID]int, n)
	for i := range docs {
		text := []string{"common"}
		for _, w := range []struct {
			every int
			word  string
		}{{2, "half done"}, {9, "done half"}, {60, "seldom"}, {3000, "rare"}} {
			if i%w.every == 0 {
				text = append(text, w.word)
			}
		}
		if i < 900 {
			text = append(text, "old times")
		}
		d := rules.Document{
			ID: archive.RecordID(fmt.Sprintf("%04d", i*37%n)), Text: strings.Join(text, " "), Dated: day(1).AddDate(0, 0, i/3).Add(time.Duration(i%7) * time.Millisecond),
			Facets: map[string][]string{"year": {strconv.Itoa(i / 1000)}},
		}
		if i > 1500 && i < 6000 {
			d.Dated = day(1).AddDate(0, 0, 1000) // more in a second than a window has
		}
		if i%1000 == 0 {
			d.Title = "common half"
		}
		docs[i], at[d.ID] = d, i
		index.Put(&docs[i])
	}
	everyEngine(t, func(t *testing.T, s *search.Searcher) {
		t.Helper()
		for part := range 7 {
			require.NoError(t, s.PutDocuments(t.Context(), "acme", docs[part*1000:(part+1)*1000]...))
		}
		for _, text := range []string{
			"", "common", "half", "seldom", "rare", "old", `"old times"`, `"half done"`, `"done half"`, `common -"half done"`, "common half", "hal* old", "none", "half -old -seldom",
		} {
			for _, q := range []rules.Query{
				{Limit: 300, Counted: 10},
				{Limit: 500},
				{Limit: 100, Visible: func(id archive.RecordID) bool { return id < "0100" }},
				{Limit: 120, Counted: 120, Visible: func(id archive.RecordID) bool { return id[3] == '7' }},                                      // ends among those of one second
				{Limit: 500, Counted: 900, Visible: func(id archive.RecordID) bool { return strings.ContainsRune("147", rune(id[3])) }},          // more than are read at once
				{Limit: 120, Counted: 120, Visible: func(id archive.RecordID) bool { return at[id]%50 == 0 || at[id] >= 6600 && at[id]%4 == 0 }}, // ever fewer
				{Limit: 100, To: day(1).AddDate(0, 0, 990), Facets: map[string]string{"year": "2"}},
				{Limit: 100, From: day(1).AddDate(0, 0, 100), AsOf: day(1).AddDate(0, 0, 200)},
			} {
				q.Text = text
				first, err := index.Find(&q)
				require.NoError(t, err)
				if first.Total > 100 { // all of its pages would take long: the first and one in the middle
					got, err := s.FindDocuments(t.Context(), "acme", q)
					require.NoError(t, err)
					require.Empty(t, cmp.Diff(first, got, cmpopts.EquateEmpty()), "%+v", q)
					q.After = &first.Hits[len(first.Hits)/2].Key
					want, err := index.Find(&q)
					require.NoError(t, err)
					got, err = s.FindDocuments(t.Context(), "acme", q)
					require.NoError(t, err)
					require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%+v", q)
					continue
				}
				compare(t, &index, s, "acme", q)
			}
		}
	})
}

// What PostgreSQL's vectors do not hold is found all the same: words that stand
// often or late, phrases of long texts, and more words than a vector takes.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	var words strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&words, "part%d ", i)
	}
	docs := []rules.Document{
		{ID: "often", Title: "The door", Text: strings.Repeat("of the ", 400) + "of door the frame", Dated: day(1)},
		{ID: "late", Title: "Late", Text: strings.Repeat("filler ", 20_000) + "late hinge late of the door", Dated: day(2)},
		{ID: "words", Title: "Parts of the door", Text: words.String() + "late hinge", Dated: day(3)},
		{ID: "short", Title: "the door of", Text: "the frame, the hinge", Dated: day(4)},
		{ID: "middle", Title: "late", Text: strings.Repeat("of the hinge ", 250) + "of frame", Dated: day(5)},
		{ID: "longest", Text: strings.Repeat("a b ", 60_000) + "b door", Dated: day(6)},
	}
	var index rules.Index
	for i := range docs {
		index.Put(&docs[i])
	}
	everyEngine(t, func(t *testing.T, s *search.Searcher) {
		t.Helper()
		require.NoError(t, s.PutDocuments(t.Context(), "acme", docs...))
		for _, text := range []string{
			`"of the"`, `"the door"`, `"of door"`, `"door the frame"`, `"late hinge"`, `"hinge late"`, `"the of"`, `of -"of the"`, `the -"late hinge"`, `"of frame"`,
			`"filler filler filler"`, `"filler late"`, `part59999`, `part5999* hinge`, `"part77 part78"`, `"part77 part79"`, `parts -part5`, `door -parts`, `late`, `hinge -late`,
			`"door late"`, `"a b a"`, `"b b door"`, `"a door"`, `"b a" -"b b"`,
		} {
			compare(t, &index, s, "acme", rules.Query{Text: text, Limit: 2})
		}
		require.NoError(t, s.DeleteDocument(t.Context(), "acme", "words"))
		r, err := s.FindDocuments(t.Context(), "acme", rules.Query{Text: "part7"})
		require.NoError(t, err)
		require.Zero(t, r.Total)
	})
}

// Several that take the same documents in, in other orders, leave the index as one
// of them would have.
func TestWritersAtOnce(t *testing.T) {
	t.Parallel()
	var index rules.Index
	docs := make([]rules.Document, 40)
	for i := range docs {
		docs[i] = rules.Document{ID: archive.RecordID(strconv.Itoa(i)), Text: "word", Dated: day(1 + i%5)}
		index.Put(&docs[i])
	}
	everyEngine(t, func(t *testing.T, s *search.Searcher) {
		t.Helper()
		var (
			running sync.WaitGroup
			faults  [4]error
		)
		for k := range faults {
			running.Go(func() {
				for i := 0; i < len(docs) && faults[k] == nil; i += 10 {
					at := (i + 10*k) % len(docs)
					faults[k] = s.PutDocuments(t.Context(), "acme", docs[at:at+10]...)
				}
			})
		}
		running.Wait()
		for _, err := range faults {
			require.NoError(t, err)
		}
		compare(t, &index, s, "acme", rules.Query{Text: "word", Limit: 7})
	})
}

// The titles and abstracts of the RFC collection, where it is at hand.
func TestCollectionOfRFCs(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(dataDir(), "archive", "rfc.jsonl"))
	if err != nil {
		t.Skip("the collection is not here: ", err)
	}
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	var (
		index rules.Index
		docs  []*rules.Document
	)
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			break
		}
		var in struct {
			ID       string `json:"id"`
			Title    string `json:"title"`
			Abstract string `json:"abstract"`
			Date     string `json:"date"`
			Kind     string `json:"kind"`
			Status   string `json:"status"`
		}
		require.NoError(t, json.Unmarshal(line, &in))
		dated, err := time.Parse("2006-01", in.Date[:7])
		require.NoError(t, err)
		d := &rules.Document{
			ID: archive.RecordID(in.ID), Title: in.Title, Text: in.Abstract, Kind: archive.Kind(in.Kind), Dated: dated, Facets: map[string][]string{"status": {in.Status}},
		}
		index.Put(d)
		docs = append(docs, d)
	}
	require.Len(t, docs, 9154)
	everyEngine(t, func(t *testing.T, s *search.Searcher) {
		t.Helper()
		for from := 0; from < len(docs); from += 1000 {
			var ds []rules.Document
			for _, d := range docs[from:min(from+1000, len(docs))] {
				ds = append(ds, *d)
			}
			require.NoError(t, s.PutDocuments(t.Context(), "acme", ds...))
		}
		for _, text := range []string{
			"the", "the of and", "protocol", `"this document"`, `"of the"`, "http*", "HTTP/1.1", `"HTTP/1.1"`, "congestion control", `"congestion control" tcp`,
			`"transport layer security"`, "transport -tls", `"X.509" certificate*`, `protocol -"this document"`, "i18n", "naïve", "e-mail", `"e-mail"`, "none-such",
		} {
			for _, q := range []rules.Query{
				{Text: text},
				{Text: text, Limit: 3, Counted: 50, Facets: map[string]string{"status": "PROPOSED STANDARD"}},
				{Text: text, AsOf: time.Date(1999, 6, 1, 0, 0, 0, 0, time.UTC), Visible: func(id archive.RecordID) bool { return id[len(id)-1] != '6' }},
			} {
				want, err := index.Find(&q)
				require.NoError(t, err)
				got, err := s.FindDocuments(t.Context(), "acme", q)
				require.NoError(t, err)
				require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%+v", q)
			}
		}
	})
}

// dataDir is COORDKIT_DATA, or ../shared/data beside the module.
func dataDir() string {
	if dir := os.Getenv("COORDKIT_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared", "data")
}
