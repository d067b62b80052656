package sqlite_test

import (
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
)

func TestRaces(t *testing.T) {
	t.Parallel()
	db := open(t)
	sqltest.Absence(t, db, 100)
	sqltest.Creation(t, db, 100)
	sqltest.WriteSkew(t, db, 100)
	sqltest.GuardedList(t, db, 100)
	sqltest.LockOrder(t, db, 100)
}

func TestFollow(t *testing.T) {
	t.Parallel()
	sqltest.Follow(t, open(t), 32, 20)
}
