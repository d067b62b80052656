package sqlite_test

import (
	"context"
	"database/sql"
	"io"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	var paths sync.Map // of the stores that were opened
	storetest.RunWith(t, storetest.Config{
		Open: func(tb testing.TB) coordination.Store {
			tb.Helper()
			path := filepath.Join(tb.TempDir(), "office.db")
			db := openFile(tb, path)
			paths.Store(db, path)
			return db
		},
		Reopen: func(tb testing.TB, s coordination.Store) coordination.Store {
			tb.Helper()
			require.NoError(tb, s.(io.Closer).Close())
			path, _ := paths.Load(s)
			return openFile(tb, path.(string))
		},
		Join: func(tb testing.TB, s coordination.Store, tenant string) storetest.Joined {
			tb.Helper()
			path, _ := paths.Load(s)
			return join(tb, path.(string), tenant)
		},
		Transient: busyError{},
	})
}

// busyError looks like the driver's when another process writes.
type busyError struct{}

func (busyError) Error() string { return "database is locked" }
func (busyError) Code() int     { return 5 }

// ownRows opens the file as an embedder does who keeps a table of his own in it.
func ownRows(tb testing.TB, path string) *sql.DB {
	tb.Helper()
	own, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, own.Close()) })
	_, err = own.ExecContext(tb.Context(), "CREATE TABLE IF NOT EXISTS own (id INTEGER PRIMARY KEY)")
	require.NoError(tb, err)
	return own
}

func join(tb testing.TB, path, tenant string) storetest.Joined {
	tb.Helper()
	own := ownRows(tb, path)
	tx, err := own.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	joined, err := sqlite.FromTx(tx, tenant)
	require.NoError(tb, err)
	return storetest.Joined{
		Tx: joined,
		WriteRow: func(ctx context.Context) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO own DEFAULT VALUES")
			return err
		},
		Commit:   tx.Commit,
		Rollback: tx.Rollback,
		Rows: func(ctx context.Context) (n int, err error) {
			err = own.QueryRowContext(ctx, "SELECT count(*) FROM own").Scan(&n)
			return n, err
		},
	}
}
