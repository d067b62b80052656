package postgres_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestCheckIndex(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, migrate)
	sqltest.Index(t, openDSN(t, dsn, postgres.Config{}), ownRows(t, dsn))
}
