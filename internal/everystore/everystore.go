// Package everystore runs a test on each of the stores: memory, SQLite and
// PostgreSQL. It is for tests of what stands above the store port and has to be
// the same on all of them; stores themselves are proved by adapters/store/storetest.
package everystore

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// Main is the TestMain of a package that uses Each: it stops the server that the
// tests started.
func Main(m *testing.M) int { return pgtest.Main(m) }

// Each runs a test on every store, each as a parallel subtest. Open gives an
// empty store. Where no PostgreSQL is found its subtest is skipped with the reason.
func Each(t *testing.T, run func(t *testing.T, open func(testing.TB) coordination.Store)) {
	t.Helper()
	for _, s := range []struct {
		name string
		open func(testing.TB) coordination.Store
	}{{"memory", Memory}, {"sqlite", SQLite}, {"postgres", Postgres}} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			run(t, s.open)
		})
	}
}

// InTenant is a store of which everybody uses one tenant, whatever they call it: many
// tests, each in an office of its own, on one database.
func InTenant(s coordination.Store, name string) coordination.Store { return inTenant{s, name} }

type inTenant struct {
	coordination.Store

	name string
}

func (s inTenant) View(ctx context.Context, _ string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.View(ctx, s.name, fn)
}

func (s inTenant) Update(ctx context.Context, _ string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.Update(ctx, s.name, fn)
}

// Memory opens a store in memory.
func Memory(testing.TB) coordination.Store { return memory.New() }

// SQLite opens a store in a file that goes with the test.
func SQLite(tb testing.TB) coordination.Store {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "office.db"), sqlite.Config{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	require.NoError(tb, db.Migrate(tb.Context()))
	return db
}

// Postgres opens a store in a database that goes with the test.
func Postgres(tb testing.TB) coordination.Store {
	tb.Helper()
	dsn := pgtest.Database(tb, func(ctx context.Context, dsn string) error {
		db, err := postgres.Open(ctx, dsn, postgres.Config{})
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		return db.Migrate(ctx)
	})
	db, err := postgres.Open(tb.Context(), dsn, postgres.Config{MaxOpenConns: 8})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	return db
}
