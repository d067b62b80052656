package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestMigrateGoesOn(t *testing.T) {
	t.Parallel()
	one := file("CREATE TABLE a (x BIGINT)")
	two := file("CREATE TABLE b (x BIGINT); INSERT INTO b SELECT x + 1 FROM a")
	db := open(t)
	require.NoError(t, sqlstore.Migrate(t.Context(), db, fstest.MapFS{"0001_a.sql": one}))
	_, err := db.ExecContext(t.Context(), "INSERT INTO a VALUES (41)")
	require.NoError(t, err)
	both := fstest.MapFS{"0001_a.sql": one, "0002_b.sql": two}
	require.NoError(t, sqlstore.Migrate(t.Context(), db, both))
	var x int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT x FROM b").Scan(&x))
	require.Equal(t, 42, x, "the second migration met the rows of the first")

	fresh := open(t)
	require.NoError(t, sqlstore.Migrate(t.Context(), fresh, both))
	require.Equal(t, schema(t, fresh), schema(t, db), "a fresh schema is the migrated one")
	require.ErrorIs(t, sqlstore.Migrate(t.Context(), db, fstest.MapFS{"0001_a.sql": one}), sqlstore.ErrSchema, "newer")
	require.ErrorIs(t, sqlstore.Migrate(t.Context(), db, fstest.MapFS{"0001_a.sql": two, "0002_b.sql": two}), sqlstore.ErrSchema, "altered")
}

func TestMigrationsAreNumbered(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"0002_late.sql", "one.sql", "_x.sql"} {
		require.Error(t, sqlstore.Migrate(t.Context(), open(t), fstest.MapFS{name: file("SELECT 1")}), name)
	}
	err := sqlstore.Migrate(t.Context(), open(t), fstest.MapFS{"0001_bad.sql": file("CREATE TABEL x")})
	require.ErrorContains(t, err, "migration 1 bad")
}

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "x.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func schema(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []string
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		out = append(out, text)
	}
	require.NoError(t, rows.Err())
	return out
}
