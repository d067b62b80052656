package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/coordination"
)

func TestFromTx(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	sqltest.Joins(t, openFile(t, path), ownRows(t, path), sqlite.FromTx)
}

// New takes pools of the caller's, and refuses those that break its promises.
func TestNew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	pool := func(options string) *sql.DB {
		db, err := sql.Open("sqlite", "file:"+path+options)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return db
	}
	good := pool("?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)")
	reading := pool("?mode=ro&_pragma=query_only(1)")
	db, err := sqlite.New(t.Context(), good, reading, sqlite.Config{Readers: 2})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	require.NoError(t, sqltest.Submit(t.Context(), db, 3))
	require.NoError(t, db.Close())
	require.NoError(t, db.Close(), "closed twice is closed")
	require.ErrorIs(t, db.Migrate(t.Context()), sql.ErrConnDone)

	for name, pools := range map[string][2]*sql.DB{
		"busy_timeout": {pool(""), reading},
		"query_only":   {good, good},
	} {
		_, err := sqlite.New(t.Context(), pools[0], pools[1], sqlite.Config{})
		require.ErrorIs(t, err, coordination.ErrInvalid, name)
		require.ErrorContains(t, err, name)
	}
	other, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "rollback.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	_, err = sqlite.New(t.Context(), other, reading, sqlite.Config{})
	require.ErrorContains(t, err, "journal_mode")

	for _, path := range []string{"", ":memory:", "file:x.db"} {
		_, err := sqlite.Open(t.Context(), path, sqlite.Config{})
		require.ErrorIs(t, err, coordination.ErrInvalid, path)
	}
}

// A path is a path, whatever characters it has.
func TestOpenOddPath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "100% of? the #office.db")
	require.NoError(t, sqltest.Submit(t.Context(), openFile(t, path), 1))
	require.FileExists(t, path)
}
