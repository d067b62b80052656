package search_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/coordkit/coordkit/adapters/search"
	rules "github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

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
	dsn := pgtest.Database(tb, nothing)
	db, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	s := search.Postgres(db)
	for range 2 {
		require.NoError(tb, s.Create(tb.Context()))
	}
	return s, db
}

// nothing prepares a database as it is.
func nothing(context.Context, string) error { return nil }

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

func TestBadInput(t *testing.T) {
	t.Parallel()
	s, _ := onSQLite(t)
	for _, d := range []rules.Document{{ID: "A", Title: "a\x00"}, {ID: "A", Text: "\xff"}, {ID: "\xff"}, {Kind: "\x00"}, {Facets: map[string][]string{"\x00": nil}}, {Facets: map[string][]string{"a": {"\xff"}}}, {Marking: "\x00"}} {
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

// A document that comes again as it is leaves the index alone, which is how a
// journal can be followed anew; one of which anything is different does not.
func TestTheSameAgainIsLeftAlone(t *testing.T) {
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
			number := func() (n int64) {
				require.NoError(t, on.db.QueryRowContext(t.Context(), "SELECT n FROM coordkit_search_document WHERE id = 'A'").Scan(&n))
				return n
			}
			d := rules.Document{ID: "A", Title: "a", Text: "b", Kind: "note", Dated: day(1), Recorded: day(2), Facets: map[string][]string{"f": {"x", "y"}, "g": {"z"}}, Marking: "plant"}
			require.NoError(t, on.PutDocuments(t.Context(), "acme", d, rules.Document{ID: "B", Dated: day(1)}))
			first := number()
			require.NoError(t, on.PutDocuments(t.Context(), "acme", d, rules.Document{ID: "B", Dated: day(1), Title: "b"}, rules.Document{ID: "C", Dated: day(1)}))
			require.Equal(t, first, number())
			for name, change := range map[string]func(){
				"title": func() { d.Title = "A" }, "text": func() { d.Text = "" }, "kind": func() { d.Kind = "plan" }, "dated": func() { d.Dated = d.Dated.Add(time.Microsecond) },
				"recorded": func() { d.Recorded = day(3) }, "facets": func() { d.Facets = map[string][]string{"f": {"x"}} }, "marking": func() { d.Marking = "" },
			} {
				before := number()
				change()
				require.NoError(t, on.PutDocuments(t.Context(), "acme", d, rules.Document{ID: "B", Dated: day(1)}))
				require.NotEqual(t, before, number(), name)
				require.NoError(t, on.DeleteDocument(t.Context(), "acme", "B"))
				require.NoError(t, on.PutDocuments(t.Context(), "acme", rules.Document{ID: "B", Dated: day(1)}))
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
