package postgres_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestFromTx(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, migrate)
	sqltest.Joins(t, openDSN(t, dsn, postgres.Config{}), ownRows(t, dsn), postgres.FromTx)
}
