package postgres_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
)

func TestRaces(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{})
	sqltest.Absence(t, db, 100)
	sqltest.Creation(t, db, 100)
	sqltest.WriteSkew(t, db, 10) // a pair in opposite orders waits for deadlock_timeout
	sqltest.GuardedList(t, db, 100)
	sqltest.LockOrder(t, db, 100)
}

func TestRacesSerializable(t *testing.T) {
	t.Parallel()
	db := open(t, postgres.Config{Serializable: true})
	sqltest.Absence(t, db, 20)
	sqltest.Creation(t, db, 20)
	sqltest.WriteSkew(t, db, 2)
	sqltest.GuardedList(t, db, 20)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	sqltest.Follow(t, open(t, postgres.Config{MaxOpenConns: 40}), 32, 60)
}
