package postgres_test

import (
	"context"
	"database/sql"
	"io"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/storetest"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	conform(t, postgres.Config{MaxOpenConns: 8}, pgtest.Database, nil)
}

func TestConformanceSerializable(t *testing.T) {
	t.Parallel()
	same := "does not depend on the isolation level"
	conform(t, postgres.Config{MaxOpenConns: 8, Serializable: true}, pgtest.Database, map[string]string{
		"RoundTrip": same, "Tenants": same, "Paging": same, "Aliasing": same, "Durability": same, "Fault": same,
	})
}

// Ids and cursors are compared byte by byte whatever the database's language.
func TestConformanceEnglish(t *testing.T) {
	t.Parallel()
	other := "does not depend on how text is sorted"
	conform(t, postgres.Config{MaxOpenConns: 8}, pgtest.English, map[string]string{
		"ErrorIdentity": other, "CompareAndSet": other, "Rollback": other, "Visibility": other, "Tenants": other,
		"JournalAndDelivery": other, "JournalOrder": other, "Concurrency": other, "Aliasing": other, "Durability": other,
		"Fault": other,
	})
}

// database makes a database that migrate has prepared.
type database = func(tb testing.TB, migrate func(ctx context.Context, dsn string) error) string

func conform(t *testing.T, cfg postgres.Config, made database, skip map[string]string) {
	t.Helper()
	var dsns sync.Map // of the stores that were opened
	storetest.RunWith(t, storetest.Config{
		Writers: 32,
		Open: func(tb testing.TB) coordination.Store {
			tb.Helper()
			dsn := made(tb, migrate)
			db := openDSN(tb, dsn, cfg)
			dsns.Store(db, dsn)
			return db
		},
		Reopen: func(tb testing.TB, s coordination.Store) coordination.Store {
			tb.Helper()
			require.NoError(tb, s.(io.Closer).Close())
			dsn, _ := dsns.Load(s)
			return openDSN(tb, dsn.(string), cfg)
		},
		Join: func(tb testing.TB, s coordination.Store, tenant string) storetest.Joined {
			tb.Helper()
			dsn, _ := dsns.Load(s)
			return join(tb, dsn.(string), tenant)
		},
		Transient: &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: "could not serialize access"},
		Skip:      skip,
	})
}

// ownRows opens the database as an embedder does who keeps a table of his own
// in it.
func ownRows(tb testing.TB, dsn string) *sql.DB {
	tb.Helper()
	own, err := sql.Open("pgx", dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, own.Close()) })
	_, err = own.ExecContext(tb.Context(), "CREATE TABLE IF NOT EXISTS own (id BIGINT GENERATED ALWAYS AS IDENTITY)")
	require.NoError(tb, err)
	return own
}

func join(tb testing.TB, dsn, tenant string) storetest.Joined {
	tb.Helper()
	own := ownRows(tb, dsn)
	tx, err := own.BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	joined, err := postgres.FromTx(tx, tenant)
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
