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
