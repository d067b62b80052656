package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
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
					require.NoError(rt, s.PutDocument(t.Context(), tenants[k], d))
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
				require.NoError(t, s.PutDocument(t.Context(), "acme", d))
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
	for _, d := range []rules.Document{{ID: "A", Title: "a\x00"}, {ID: "A", Text: "\xff"}, {ID: "\xff"}, {Kind: "\x00"}} {
		require.ErrorIs(t, s.PutDocument(t.Context(), "acme", d), rules.ErrInvalid)
	}
	require.ErrorIs(t, s.PutDocument(t.Context(), "", rules.Document{}), rules.ErrInvalid)
	require.ErrorIs(t, s.DeleteDocument(t.Context(), "", "A"), rules.ErrInvalid)
	_, err := s.FindDocuments(t.Context(), "", rules.Query{})
	require.ErrorIs(t, err, rules.ErrInvalid)
	_, err = s.FindDocuments(t.Context(), "acme", rules.Query{Text: "-x"})
	require.ErrorIs(t, err, rules.ErrInvalid)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.PutDocument(ctx, "acme", rules.Document{ID: "A"}), context.Canceled)
	_, err = s.FindDocuments(ctx, "acme", rules.Query{})
	require.ErrorIs(t, err, context.Canceled)
}

// What was deleted, or replaced, is not in the file any more.
func TestDeletedTextLeavesTheFile(t *testing.T) {
	t.Parallel()
	s, path := onSQLite(t)
	text := func(word string) string { return strings.Repeat(word+" filler ", 200) }
	require.NoError(t, s.PutDocument(t.Context(), "acme", rules.Document{ID: "A", Title: "canarytitle", Text: text("canaryone")}))
	require.NoError(t, s.PutDocument(t.Context(), "acme", rules.Document{ID: "B", Text: text("canarytwo")}))
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
	require.NoError(t, s.PutDocument(t.Context(), "acme", rules.Document{ID: "B", Text: "other"}))
	for _, word := range []string{"canaryone", "canarytwo", "canarytitle"} {
		require.False(t, has(word), word)
	}
}

func BenchmarkFind(b *testing.B) {
	lite, _ := onSQLite(b)
	b.Run("SQLite", func(b *testing.B) { benchmark(b, lite, func() {}) })
	server, db := postgresDB(b)
	b.Run("Postgres", func(b *testing.B) {
		benchmark(b, server, func() { // what the server does by itself after a while
			_, err := db.ExecContext(b.Context(), "VACUUM ANALYZE coordkit_search_document")
			require.NoError(b, err)
		})
	})
}

// benchmark finds two words in COORDKIT_SEARCH documents of 100 words, 10,000 if unset.
func benchmark(b *testing.B, s *search.Searcher, settle func()) {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("COORDKIT_SEARCH"))
	if err != nil {
		n = 10_000
	}
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 5, 50_000)
	began := time.Now()
	for i := range n {
		var text strings.Builder
		for range 100 {
			fmt.Fprintf(&text, "w%d ", zipf.Uint64())
		}
		require.NoError(b, s.PutDocument(b.Context(), "acme", rules.Document{ID: archive.RecordID(strconv.Itoa(i)), Title: text.String()[:20], Text: text.String(), Dated: day(i % 28)}))
	}
	b.Logf("%d documents, %.0f/s", n, float64(n)/time.Since(began).Seconds())
	settle()
	for name, text := range map[string]string{"TwoCommon": "w3 w40", "TwoCommonest": "w0 w1", "TwoRare": "w900 w2000", "Phrase": `"w30 w70"`} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := s.FindDocuments(b.Context(), "acme", rules.Query{Text: text}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[0].Microseconds())/1000, "least-ms")
		})
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
	if err := s.PutDocument(ctx, "acme", rules.Document{ID: "MIN-1", Title: "Minutes", Text: "We agreed on a wider hinge."}); err != nil {
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
