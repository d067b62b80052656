package search_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/search"
	"github.com/coordkit/coordkit/archive"
	rules "github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/internal/pgtest"
)

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
				require.NoError(t, on.PutDocuments(t.Context(), "acme", rules.Document{ID: "A", Title: "kept", Marking: "secret"}))
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

// ofLayout2 are the documents in the tables of testdata/layout2-*.sql.
func ofLayout2() map[string][]rules.Document {
	facets := func(matters ...string) map[string][]string { return map[string][]string{"subject": matters} }
	return map[string][]rules.Document{
		"acme": {
			{
				ID: "MIN-1", Title: "Minutes of the hinge", Text: "We agreed on a wider hinge, not on a wider door.", Kind: "minutes", Dated: day(3), Recorded: day(4),
				Facets: facets("matter:M1"),
			},
			{
				ID: "SPEC-B", Title: "Wide hinge, revision B", Text: "The hinge is 10 mm wide.", Kind: "spec", Dated: day(2).Add(1500 * time.Microsecond), Recorded: day(2),
				Facets: facets("matter:M1", "matter:M2"),
			},
			{ID: "NOTE", Text: "An undated note on the hinge."},
			{ID: "LONG", Title: "Often", Text: strings.TrimSpace(strings.Repeat("of the ", 260)) + " hinge", Dated: day(5), Recorded: day(5)},
			{ID: "Ä", Title: "Straße 東京", Text: "co-op", Dated: day(3), Recorded: day(6)},
		},
		"other": {{ID: "MIN-1", Title: "The hinge of others", Dated: day(1), Recorded: day(1)}},
	}
}

// Tables of layout 2, which knew no markings and kept times that were not set in
// another way, answer after Create as ones that were filled anew, and take markings.
func TestLayout2IsBroughtUp(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) (db *sql.DB, s *search.Searcher, shape string){
		"sqlite": func(t *testing.T) (*sql.DB, *search.Searcher, string) {
			t.Helper()
			db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "old.db")+"?_txlock=immediate")
			require.NoError(t, err)
			return db, search.SQLite(db), `SELECT m.name || ' ' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.name LIKE 'coordkit_search%' ORDER BY 1`
		},
		"postgres": func(t *testing.T) (*sql.DB, *search.Searcher, string) {
			t.Helper()
			db, err := sql.Open("pgx", pgtest.Database(t, nothing))
			require.NoError(t, err)
			return db, search.Postgres(db), `SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, collation_name, ordinal_position)
FROM information_schema.columns WHERE table_name LIKE 'coordkit_search%' ORDER BY 1`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, s, shape := open(t)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			old, err := os.ReadFile(filepath.Join("testdata", "layout2-"+name+".sql"))
			require.NoError(t, err)
			_, err = db.ExecContext(t.Context(), string(old))
			require.NoError(t, err)
			for range 2 {
				require.NoError(t, s.Create(t.Context()))
			}
			index := make(map[string]*rules.Index)
			for tenant, docs := range ofLayout2() {
				index[tenant] = new(rules.Index)
				for i := range docs {
					index[tenant].Put(&docs[i])
				}
			}
			cleared := func(marking string) bool { return marking == "" || marking == "plant" }
			agree := func() {
				for tenant := range index {
					for _, text := range []string{"", "hinge", `"of the"`, `"the hinge"`, "wid*", "hinge -door", "東 strasse", "often"} {
						for _, q := range []rules.Query{
							{Text: text, Limit: 1},
							{Text: text, Cleared: cleared},
							{Text: text, Facets: map[string]string{"subject": "matter:M1"}},
							{Text: text, AsOf: day(2)},
							{Text: text, AsKnownAt: day(3), Limit: 1},
							{Text: text, Cleared: func(marking string) bool { return marking != "" }},
						} {
							compare(t, index[tenant], s, tenant, q)
						}
					}
				}
			}
			agree()
			for _, d := range []rules.Document{
				{ID: "MIN-1", Title: "Minutes of the hinge", Marking: "board", Dated: day(3)},
				{ID: "NEW", Title: "A new hinge", Marking: "plant"},
				{ID: "BEFORE", Title: "A hinge of long ago", Dated: time.Date(-50, 1, 1, 0, 0, 0, 0, time.UTC)},
			} {
				index["acme"].Put(&d)
				require.NoError(t, s.PutDocuments(t.Context(), "acme", d))
			}
			index["acme"].Delete("SPEC-B")
			require.NoError(t, s.DeleteDocument(t.Context(), "acme", archive.RecordID("SPEC-B")))
			agree()

			brought := texts(t, db, shape)
			require.NoError(t, s.Drop(t.Context()))
			require.Empty(t, texts(t, db, shape))
			require.NoError(t, s.Create(t.Context()))
			require.Equal(t, texts(t, db, shape), brought, "as tables that are made anew")
		})
	}
}

// texts are the rows of a query of one column.
func texts(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		out = append(out, text)
	}
	require.NoError(t, rows.Err())
	return out
}
