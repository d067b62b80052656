package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// Runner runs the statements of one transaction in the order in which they come.
type Runner interface {
	// Query runs a statement at once and hands each row to scan.
	Query(ctx context.Context, query string, args []any, scan func(Row) error) error

	// Exec runs a write, at once or with the next Flush.
	Exec(ctx context.Context, w Write) error

	// Insert runs a write at once and reports whether it changed a row.
	Insert(ctx context.Context, w Write) (bool, error)

	// Flush runs what Exec has kept back.
	Flush(ctx context.Context) error

	// Lock makes every other transaction that locks one of the keys wait until
	// this one ends. It holds from the next statement on; what was asked for by
	// then is taken in one order, so that no two transactions wait for each other
	// over that.
	Lock(keys ...int64)
}

// Row is a row at hand.
type Row interface{ Scan(dest ...any) error }

// Write is a statement without a result.
type Write struct {
	SQL   string
	Args  []any
	Taken error // what it means that the row is already there
	One   bool  // it changes one row, no more and no less
	Row   bool  // it inserts the row of its arguments and no other: several can go together
}

// Dialect is how an engine differs.
type Dialect struct {
	// OneWriter says that a unit which writes is alone: it locks nothing and
	// numbers its journal entries itself.
	OneWriter bool

	// Lateral says that joins are planned by statistics, which may not be there
	// yet: rows that a list leads to are looked up in a subquery of their own.
	Lateral bool

	// Snapshot says that reads can be older than what is committed: a creation
	// looks first, so that only a race meets what it could not see.
	Snapshot bool

	// Duplicate recognises a violated unique key.
	Duplicate func(error) bool
}

// Conn is what runs statements: a *sql.Tx, a *sql.Conn or something over them.
type Conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Direct is the runner that sends each statement at once.
type Direct struct {
	conn    Conn
	dialect *Dialect
	joined  bool
	locks   []int64
	err     error
}

// NewDirect returns a runner over a transaction that is open on conn. Unless it
// is joined, the first error of the engine ends it: see Err.
func NewDirect(conn Conn, d *Dialect, joined bool) *Direct {
	return &Direct{conn: conn, dialect: d, joined: joined}
}

// Err returns the error of the engine after which nothing ran any more, or nil.
func (d *Direct) Err() error { return d.err }

// Close lets nothing run any more.
func (d *Direct) Close() { d.err = sql.ErrTxDone }

// Lock implements Runner.
func (d *Direct) Lock(keys ...int64) {
	if !d.dialect.OneWriter {
		d.locks = append(d.locks, keys...)
	}
}

// Flush implements Runner.
func (d *Direct) Flush(ctx context.Context) error { return d.takeLocks(ctx) }

// Query implements Runner.
func (d *Direct) Query(ctx context.Context, query string, args []any, scan func(Row) error) error {
	if err := d.takeLocks(ctx); err != nil {
		return err
	}
	rows, err := d.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return d.failed(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return d.failed(err)
	}
	return nil
}

// Exec implements Runner.
func (d *Direct) Exec(ctx context.Context, w Write) error {
	if err := d.takeLocks(ctx); err != nil {
		return err
	}
	res, err := d.conn.ExecContext(ctx, w.SQL, w.Args...)
	switch {
	case err != nil && w.Taken != nil && d.dialect.Duplicate(err):
		return w.Taken
	case err != nil:
		return d.failed(err)
	case !w.One:
		return nil
	}
	n, err := res.RowsAffected()
	if err != nil {
		return d.failed(err)
	}
	return w.Check(n)
}

// Insert implements Runner.
func (d *Direct) Insert(ctx context.Context, w Write) (bool, error) {
	if err := d.takeLocks(ctx); err != nil {
		return false, err
	}
	res, err := d.conn.ExecContext(ctx, w.SQL, w.Args...)
	if err != nil {
		return false, d.failed(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, d.failed(err)
	}
	return n > 0, nil
}

// Check reports a write that did not change the one row that it must.
func (w Write) Check(rows int64) error {
	if w.One && rows != 1 {
		return fmt.Errorf("sqlstore: %d rows changed instead of 1 by %s", rows, w.SQL)
	}
	return nil
}

func (d *Direct) takeLocks(ctx context.Context) error {
	if d.err != nil {
		return d.err
	}
	if len(d.locks) == 0 {
		return nil
	}
	slices.Sort(d.locks)
	keys := slices.Compact(d.locks)
	d.locks = nil
	if _, err := d.conn.ExecContext(ctx, LockKeys, keys); err != nil {
		return d.failed(err)
	}
	return nil
}

func (d *Direct) failed(err error) error {
	if !d.joined {
		d.err = err
	}
	return err
}

// Fail ends the transaction with an error: nothing runs any more.
func (d *Direct) Fail(err error) {
	if d.err == nil {
		d.err = err
	}
}
