package sqltest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// Join makes the transaction of a backend over one of the caller.
type Join func(tx *sql.Tx, tenant string) (coordination.Tx, error)

// Joins proves that what is written in a joined transaction commits and rolls
// back with rows of the caller's own table, as a whole and in parts, and that a
// conflict does not end the transaction. own has a table named own.
func Joins(t *testing.T, s coordination.Store, own *sql.DB, join Join) {
	t.Helper()
	within := func(end func(*sql.Tx) error, fn func(*sql.Tx, coordination.Tx)) {
		t.Helper()
		tx, err := own.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		joined, err := join(tx, Tenant)
		require.NoError(t, err)
		fn(tx, joined)
		require.NoError(t, end(tx))
	}
	run := func(tx *sql.Tx, statement string) {
		t.Helper()
		_, err := tx.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	put := func(joined coordination.Tx, id string) error {
		r, events := Opened(id, "joined")
		_, err := joined.PutChangeRequest(t.Context(), r, events...)
		return err
	}
	const insert = "INSERT INTO own DEFAULT VALUES"

	within((*sql.Tx).Rollback, func(tx *sql.Tx, joined coordination.Tx) {
		run(tx, insert)
		require.NoError(t, put(joined, "undone"))
		require.NoError(t, Decide(t.Context(), joined, "undone"))
	})
	within((*sql.Tx).Commit, func(tx *sql.Tx, joined coordination.Tx) {
		run(tx, insert)
		require.NoError(t, put(joined, "kept"))
		require.ErrorIs(t, put(joined, "kept"), changereq.ErrConflict)
		r, events, _ := Filed("kept", 1)
		_, err := joined.PutRecord(t.Context(), r, events...)
		require.NoError(t, err)
		_, err = joined.PutRecord(t.Context(), r, events...)
		require.ErrorIs(t, err, archive.ErrConflict)

		run(tx, "SAVEPOINT here")
		require.NoError(t, Decide(t.Context(), joined, "kept"))
		require.NoError(t, put(joined, "taken back"))
		run(tx, "ROLLBACK TO SAVEPOINT here")
		require.NoError(t, Decide(t.Context(), joined, "kept"), "what the savepoint took back can be done again")
		_, err = joined.ChangeRequest(t.Context(), "taken back")
		require.ErrorIs(t, err, changereq.ErrNotFound)
	})
	_, err := join(nil, "")
	require.ErrorIs(t, err, coordination.ErrInvalid)

	var rows int
	require.NoError(t, own.QueryRowContext(t.Context(), "SELECT count(*) FROM own").Scan(&rows))
	require.Equal(t, 1, rows)
	require.NoError(t, s.View(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.ChangeRequest(ctx, "undone")
		require.ErrorIs(t, err, changereq.ErrNotFound)
		r, err := tx.ChangeRequest(ctx, "kept")
		require.EqualValues(t, 2, r.Rev)
		return err
	}))
}
