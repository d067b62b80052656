package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// DB keeps the office in a PostgreSQL database. It is safe for concurrent use.
type DB struct {
	updates *sql.DB
	views   *sql.DB // its own, so that a view inside a unit of work never waits for units
	cfg     Config
	dialect sqlstore.Dialect
}

var _ coordination.Store = (*DB)(nil)

// Config adjusts a DB. The zero value is right for most.
type Config struct {
	// MaxOpenConns is how many connections units of work use at most, and how
	// many views use beside them; 0 is 8 for each processor.
	MaxOpenConns int

	// Serializable runs units of work at SERIALIZABLE instead of READ COMMITTED:
	// lists then hold as well, and contended units run again several times.
	Serializable bool
}

// Open connects to the database that a DSN names, a URL or key=value words as
// libpq reads them.
func Open(ctx context.Context, dsn string, cfg Config) (*DB, error) {
	if cfg.MaxOpenConns <= 0 {
		cfg.MaxOpenConns = 8 * runtime.GOMAXPROCS(0)
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: open: %w", err)
	}
	db := &DB{
		updates: stdlib.OpenDB(*config), views: stdlib.OpenDB(*config), cfg: cfg,
		dialect: sqlstore.Dialect{Lateral: true, Duplicate: duplicate, Snapshot: cfg.Serializable},
	}
	for _, pool := range []*sql.DB{db.updates, db.views} {
		pool.SetMaxOpenConns(cfg.MaxOpenConns)
		pool.SetMaxIdleConns(cfg.MaxOpenConns)
	}
	if _, err := db.SchemaVersion(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// Close closes the connections.
func (db *DB) Close() error { return errors.Join(db.updates.Close(), db.views.Close()) }

// ChangeRequests narrows the store to change requests.
func (db *DB) ChangeRequests() changereq.Store { return coordination.ChangeRequests(db) }

// Archive narrows the store to the archive.
func (db *DB) Archive() archive.Store { return coordination.Archive(db) }

// Notices narrows the store to obligations.
func (db *DB) Notices() notice.Store { return coordination.Notices(db) }

// FromTx joins a transaction of the caller, opened with pgx's database/sql
// driver: what is written through the result commits or rolls back with the
// caller's own rows. It never begins, commits or runs anything again, and sends
// each statement at once. READ COMMITTED is enough; above it the caller also
// meets 40001 and runs again. The driver's errors stay visible to errors.As.
func FromTx(tx *sql.Tx, tenant string) (coordination.Tx, error) {
	d := &sqlstore.Dialect{Lateral: true, Duplicate: duplicate}
	return sqlstore.New(sqlstore.NewDirect(tx, d, true), d, tenant, sqlstore.Joined)
}
