package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/coordination"
)

const (
	beginUpdate       = "BEGIN ISOLATION LEVEL READ COMMITTED"
	beginSerializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	beginView         = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
)

// Update implements coordination.Store. fn runs again after a deadlock, a
// serialization failure or a connection that was lost before the commit, eight
// times in all, with Serializable 32; then the driver's error is returned.
func (db *DB) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	begin := beginUpdate
	if db.cfg.Serializable {
		begin = beginSerializable
	}
	return db.unit(ctx, db.updates, begin, tenant, sqlstore.Update, fn)
}

// View implements coordination.Store. The snapshot is that of its first read.
func (db *DB) View(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return db.unit(ctx, db.views, beginView, tenant, sqlstore.View, fn)
}

func (db *DB) unit(
	ctx context.Context, pool *sql.DB, begin, tenant string, mode sqlstore.Mode, fn func(context.Context, coordination.Tx) error,
) error {
	if err := sqlstore.CheckTenant(tenant); err != nil {
		return err
	}
	tries := sqlstore.Tries
	if db.cfg.Serializable { // where several of them fail for each that commits
		tries *= 4
	}
	return sqlstore.Retry(ctx, tries, db.transient, func() error {
		return db.within(ctx, pool, begin, func(r *runner) error {
			tx, err := sqlstore.New(r, r.dialect, tenant, mode)
			if err != nil {
				return err
			}
			return fn(ctx, tx)
		})
	})
}

// within runs fn in one transaction on one connection.
func (db *DB) within(ctx context.Context, pool *sql.DB, begin string, fn func(*runner) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return ended(ctx, fmt.Errorf("postgres: connect: %w", err))
	}
	defer func() { _ = conn.Close() }()
	var result error
	err = conn.Raw(func(raw any) error { // a panic in fn makes Raw throw the connection away
		c, err := native(raw)
		if err != nil {
			return err
		}
		r := newRunner(c, &db.dialect, begin)
		returned := false
		defer func() {
			if !returned { // a panic: leave no lock behind until the server notices that the connection is gone
				r.end(ctx)
			}
		}()
		result = ended(ctx, db.finish(ctx, r, fn(r)))
		returned = true
		if !r.end(ctx) {
			return driver.ErrBadConn
		}
		return nil
	})
	if err != nil && !errors.Is(err, driver.ErrBadConn) {
		return fmt.Errorf("postgres: %w", err)
	}
	return result
}

// finish commits if fn and all statements went well. An error that fn passed
// over, or made something else of although another run may succeed, counts.
func (db *DB) finish(ctx context.Context, r *runner, err error) error {
	switch {
	case err == nil:
		return r.commit(ctx)
	case r.err != nil && db.transient(r.err):
		return r.err
	}
	return err
}

func native(raw any) (*pgx.Conn, error) {
	c, ok := raw.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("unexpected driver %T", raw)
	}
	return c.Conn(), nil
}
