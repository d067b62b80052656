package postgres_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func migrate(ctx context.Context, dsn string) error {
	db, err := postgres.Open(ctx, dsn, postgres.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.Migrate(ctx)
}

func open(tb testing.TB, cfg postgres.Config) *postgres.DB {
	tb.Helper()
	return openDSN(tb, pgtest.Database(tb, migrate), cfg)
}

func openDSN(tb testing.TB, dsn string, cfg postgres.Config) *postgres.DB {
	tb.Helper()
	db, err := postgres.Open(tb.Context(), dsn, cfg)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}
