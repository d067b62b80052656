package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	rules "github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func onSQLite(tb testing.TB) (*search.Searcher, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "search.db")
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=synchronous(off)")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	s := search.SQLite(db)
	for range 2 { // what is there is left as it is
		require.NoError(tb, s.Create(tb.Context()))
	}
	return s, path
}

func onPostgres(tb testing.TB) *search.Searcher {
	tb.Helper()
	s, _ := postgresDB(tb)
	return s
}

func postgresDB(tb testing.TB) (*search.Searcher, *sql.DB) {
	tb.Helper()
	dsn := pgtest.Database(tb, func(context.Context, string) error { return nil })
	db, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	s := search.Postgres(db)
	for range 2 {
		require.NoError(tb, s.Create(tb.Context()))
	}
	return s, db
}

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

func drawDocument(t *rapid.T) rules.Document {
	text := rapid.StringMatching(`([abÄ'":*東=\\-]{1,3} ){0,5}`)
	d := rules.Document{
		ID: archive.RecordID(strconv.Itoa(rapid.IntRange(0, 6).Draw(t, "id"))), Title: text.Draw(t, "title"), Text: text.Draw(t, "text"),
		Kind: rapid.SampledFrom([]archive.Kind{"plan", "note"}).Draw(t, "kind"), Recorded: day(rapid.IntRange(1, 4).Draw(t, "recorded")),
		Facets: map[string][]string{"product": rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 3).Draw(t, "facet")},
	}
	if n := rapid.IntRange(0, 4).Draw(t, "day"); n > 0 {
		d.Dated = day(n)
	}
	return d
}

func drawQuery(t *rapid.T) rules.Query {
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if n := rapid.IntRange(0, 8).Draw(t, "day"); n > 0 && n < 5 {
			return day(n)
		}
		return time.Time{}
	})
	q := rules.Query{
		Text: rapid.SampledFrom([]string{"", "a", "ä b", `"a b"`, "a*", "b -a", `a -"b a"`, "ab* -ba*", "zz", `"a`, "aa b*", "東", "a'b", `a"b`, "a AND b", "NOT OR a", "t"}).Draw(t, "query"),
		From: moment.Draw(t, "from"), To: moment.Draw(t, "to"), AsOf: moment.Draw(t, "as of"), AsKnownAt: moment.Draw(t, "as known at"),
		Limit: rapid.IntRange(1, 4).Draw(t, "limit"), Counted: rapid.IntRange(1, 8).Draw(t, "counted"),
	}
	if rapid.Bool().Draw(t, "kinds") {
		q.Kinds = []archive.Kind{"plan", "none"}
	}
	if rapid.Bool().Draw(t, "facets") {
		q.Facets = map[string]string{"product": "x"}
	}
	if rapid.Bool().Draw(t, "hides") {
		q.Visible = func(id archive.RecordID) bool { return id != "3" }
	}
	return q
}

// Invariant 16: each engine gives the answers of the index in memory, page by
// page, and keeps tenants apart.
func TestInvariant16EnginesGiveTheSameAnswers(t *testing.T) {
	t.Parallel()
	lite, _ := onSQLite(t)
	for name, s := range map[string]*search.Searcher{"sqlite": lite, "postgres": onPostgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := 0
			rapid.Check(t, func(rt *rapid.T) {
				runs++
				tenants := [2]string{fmt.Sprint("a", runs), fmt.Sprint("b", runs)}
				var index [2]rules.Index
				for range rapid.IntRange(0, 12).Draw(rt, "changes") {
					k := rapid.IntRange(0, 1).Draw(rt, "tenant")
					d := drawDocument(rt)
					if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
						index[k].Delete(d.ID)
						require.NoError(rt, s.DeleteDocument(t.Context(), tenants[k], d.ID))
						continue
					}
					index[k].Put(&d)
					require.NoError(rt, s.PutDocuments(t.Context(), tenants[k], d))
				}
				q := drawQuery(rt)
				for k := range tenants {
					q.After = nil
					for {
						want, err := index[k].Find(&q)
						require.NoError(rt, err)
						got, err := s.FindDocuments(t.Context(), tenants[k], q)
						require.NoError(rt, err)
						if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
							rt.Fatal(diff)
						}
						if q.After = want.Next; q.After == nil {
							break
						}
					}
				}
			})
		})
	}
}

// What PostgreSQL's vectors do not hold is found all the same: words that stand
// often or late, phrases of long texts, and more words than a vector takes.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	often := strings.Repeat("of the ", 400) + "of door the frame"
	late := strings.Repeat("filler ", 20_000) + "late hinge late of the door"
	var words strings.Builder
	for i := range 150_000 {
		fmt.Fprintf(&words, "part%d ", i)
	}
	docs := []rules.Document{
		{ID: "often", Title: "The door", Text: often, Dated: day(1)},
		{ID: "late", Title: "Late", Text: late, Dated: day(2)},
		{ID: "words", Title: "Parts of the door", Text: words.String() + "late hinge", Dated: day(3)},
		{ID: "short", Title: "the door of", Text: "the frame, the hinge", Dated: day(4)},
		{ID: "middle", Title: "late", Text: strings.Repeat("of the hinge ", 250) + "of frame", Dated: day(5)},
	}
	var index rules.Index
	for i := range docs {
		index.Put(&docs[i])
	}
	for name, s := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, s.PutDocuments(t.Context(), "acme", docs...))
			for _, text := range []string{
				`"of the"`, `"the door"`, `"of door"`, `"door the frame"`, `"late hinge"`, `"hinge late"`, `"the of"`, `of -"of the"`, `the -"late hinge"`,
				`"of frame"`, `"filler filler filler"`, `"filler late"`, `part149999`, `part14999* hinge`, `"part77 part78"`, `"part77 part79"`, `parts -part5`,
				`door -parts`, `late`, `hinge -late`, `"door late"`,
			} {
				compare(t, &index, s, rules.Query{Text: text, Limit: 2})
			}
			require.NoError(t, s.DeleteDocument(t.Context(), "acme", "words"))
			r, err := s.FindDocuments(t.Context(), "acme", rules.Query{Text: "part7"})
			require.NoError(t, err)
			require.Zero(t, r.Total)
		})
	}
}

// engines are the searchers under test, all of them empty.
func engines(tb testing.TB) map[string]*search.Searcher {
	tb.Helper()
	lite, _ := onSQLite(tb)
	return map[string]*search.Searcher{"sqlite": lite, "postgres": onPostgres(tb)}
}

// compare asks for all pages of an answer.
func compare(t require.TestingT, index *rules.Index, s *search.Searcher, q rules.Query) {
	for q.After = nil; ; {
		want, err := index.Find(&q)
		require.NoError(t, err)
		got, err := s.FindDocuments(context.Background(), "acme", q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()), "%q", q.Text)
		if q.After = want.Next; q.After == nil {
			return
		}
	}
}

// A reader who may see little has every engine read on, chunk by chunk, to the
// same answer.
func TestEnginesReadOn(t *testing.T) {
	t.Parallel()
	lite, _ := onSQLite(t)
	for name, s := range map[string]*search.Searcher{"sqlite": lite, "postgres": onPostgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var index rules.Index
			const n = 3200
			for i := range n {
				d := rules.Document{ID: archive.RecordID(fmt.Sprintf("%04d", i)), Text: "common", Dated: day(1 + i*20/n).Add(time.Duration(i%7) * time.Millisecond)}
				index.Put(&d)
				require.NoError(t, s.PutDocuments(t.Context(), "acme", d))
			}
			for _, text := range []string{"", "common"} {
				q := rules.Query{Text: text, Limit: 3, Visible: func(id archive.RecordID) bool { return id < "0010" }}
				for _, counted := range []int{3, 9, 0} {
					q.Counted, q.After = counted, nil
					for {
						want, err := index.Find(&q)
						require.NoError(t, err)
						got, err := s.FindDocuments(t.Context(), "acme", q)
						require.NoError(t, err)
						require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()))
						if q.After = want.Next; q.After == nil {
							break
						}
					}
				}
			}
		})
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s, _ := onSQLite(t)
	for _, d := range []rules.Document{{ID: "A", Title: "a\x00"}, {ID: "A", Text: "\xff"}, {ID: "\xff"}, {Kind: "\x00"}, {Facets: map[string][]string{"\x00": nil}}, {Facets: map[string][]string{"a": {"\xff"}}}} {
		require.ErrorIs(t, s.PutDocuments(t.Context(), "acme", d), rules.ErrInvalid)
	}
	require.ErrorIs(t, s.PutDocuments(t.Context(), "", rules.Document{}), rules.ErrInvalid)
	require.ErrorIs(t, s.DeleteDocument(t.Context(), "", "A"), rules.ErrInvalid)
	_, err := s.FindDocuments(t.Context(), "", rules.Query{})
	require.ErrorIs(t, err, rules.ErrInvalid)
	_, err = s.FindDocuments(t.Context(), "acme", rules.Query{Text: "-x"})
	require.ErrorIs(t, err, rules.ErrInvalid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.PutDocuments(ctx, "acme", rules.Document{ID: "A"}), context.Canceled)
	_, err = s.FindDocuments(ctx, "acme", rules.Query{})
	require.ErrorIs(t, err, context.Canceled)
}

// Tables of another layout are left alone until they are dropped.
func TestLayouts(t *testing.T) {
	t.Parallel()
	lite, path := onSQLite(t)
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	server, pg := postgresDB(t)
	for name, on := range map[string]struct {
		*search.Searcher
		db *sql.DB
	}{"sqlite": {lite, db}, "postgres": {server, pg}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, change := range []string{
				"UPDATE coordkit_search_layout SET version = 1000", "DELETE FROM coordkit_search_layout", "DROP TABLE coordkit_search_layout",
			} {
				require.NoError(t, on.PutDocuments(t.Context(), "acme", rules.Document{ID: "A", Title: "kept"}))
				_, err := on.db.ExecContext(t.Context(), change)
				require.NoError(t, err)
				require.ErrorIs(t, on.Create(t.Context()), search.ErrOutdated, change)
				r, err := on.FindDocuments(t.Context(), "acme", rules.Query{Text: "kept"})
				require.NoError(t, err)
				require.Equal(t, 1, r.Total, "nothing was changed")
				require.NoError(t, on.Drop(t.Context()))
				require.NoError(t, on.Create(t.Context()))
				r, err = on.FindDocuments(t.Context(), "acme", rules.Query{Text: "kept"})
				require.NoError(t, err)
				require.Zero(t, r.Total)
			}
		})
	}
}

// What was deleted, or replaced, is not in the file any more.
func TestDeletedTextLeavesTheFile(t *testing.T) {
	t.Parallel()
	s, path := onSQLite(t)
	text := func(word string) string { return strings.Repeat(word+" filler ", 200) }
	require.NoError(t, s.PutDocuments(t.Context(), "acme", rules.Document{ID: "A", Title: "canarytitle", Text: text("canaryone")}))
	require.NoError(t, s.PutDocuments(t.Context(), "acme", rules.Document{ID: "B", Text: text("canarytwo")}))
	has := func(word string) bool {
		files, err := filepath.Glob(path + "*")
		require.NoError(t, err)
		return slices.ContainsFunc(files, func(f string) bool {
			raw, err := os.ReadFile(f)
			require.NoError(t, err)
			return strings.Contains(string(raw), word)
		})
	}
	require.True(t, has("canaryone") && has("canarytwo"))
	require.NoError(t, s.DeleteDocument(t.Context(), "acme", "A"))
	require.NoError(t, s.PutDocuments(t.Context(), "acme", rules.Document{ID: "B", Text: "other"}))
	for _, word := range []string{"canaryone", "canarytwo", "canarytitle"} {
		require.False(t, has(word), word)
	}
}

func Example() {
	db, err := sql.Open("sqlite", "file::memory:?cache=shared")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = db.Close() }()
	ctx := context.Background()
	s := search.SQLite(db)
	if err := s.Create(ctx); err != nil {
		fmt.Println(err)
		return
	}
	if err := s.PutDocuments(ctx, "acme", rules.Document{ID: "MIN-1", Title: "Minutes", Text: "We agreed on a wider hinge."}); err != nil {
		fmt.Println(err)
		return
	}
	r, err := s.FindDocuments(ctx, "acme", rules.Query{Text: "HINGE"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Total, r.Hits[0].Key.ID, r.Hits[0].Snippet.Text)
	// Output:
	// 1 MIN-1 hinge
}
