package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

// runner runs the statements of one transaction on a connection. BEGIN and
// locks travel with the next statement, writes with the next flush, and the
// COMMIT with the last of them. The first error ends the transaction.
type runner struct {
	conn    *pgx.Conn
	dialect *sqlstore.Dialect
	begin   string  // empty once it was sent
	locks   []int64 // not sent yet
	writes  []sqlstore.Write
	view    bool // it only reads
	err     error
}

const commit = "COMMIT"

func newRunner(conn *pgx.Conn, d *sqlstore.Dialect, begin string) *runner {
	return &runner{conn: conn, dialect: d, begin: begin, view: begin == beginView}
}

// Lock implements sqlstore.Runner.
func (r *runner) Lock(keys ...int64) { r.locks = append(r.locks, keys...) }

// Exec implements sqlstore.Runner. What can go wrong comes out of the flush.
func (r *runner) Exec(_ context.Context, w sqlstore.Write) error {
	if r.err == nil {
		r.writes = append(r.writes, w)
	}
	return r.err
}

// Insert implements sqlstore.Runner.
func (r *runner) Insert(ctx context.Context, w sqlstore.Write) (bool, error) {
	if r.err != nil {
		return false, r.err
	}
	ahead := r.ahead()
	results := r.conn.SendBatch(ctx, batch(ahead, w))
	err := r.results(results, ahead)
	var changed bool
	if err == nil {
		var tag pgconn.CommandTag
		tag, err = results.Exec()
		changed = tag.RowsAffected() > 0
	}
	if end := results.Close(); err == nil {
		err = end
	}
	if err != nil {
		return false, r.failed(ctx, err)
	}
	return changed, nil
}

// Query implements sqlstore.Runner.
func (r *runner) Query(ctx context.Context, query string, args []any, scan func(sqlstore.Row) error) error {
	if r.err != nil {
		return r.err
	}
	ahead := r.ahead()
	if len(ahead) == 0 {
		rows, err := r.conn.Query(ctx, query, args...)
		return r.read(ctx, rows, err, scan)
	}
	results := r.conn.SendBatch(ctx, batch(ahead, sqlstore.Write{SQL: query, Args: args}))
	if err := r.results(results, ahead); err != nil {
		_ = results.Close()
		return r.failed(ctx, err)
	}
	rows, err := results.Query()
	err = r.read(ctx, rows, err, scan)
	if end := results.Close(); end != nil && err == nil {
		return r.failed(ctx, end)
	}
	return err
}

func (r *runner) read(ctx context.Context, rows pgx.Rows, err error, scan func(sqlstore.Row) error) error {
	if err != nil {
		return r.failed(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return r.failed(ctx, err)
	}
	return nil
}

// Flush implements sqlstore.Runner.
func (r *runner) Flush(ctx context.Context) error {
	if r.err != nil || len(r.writes) == 0 && len(r.locks) == 0 {
		return r.err
	}
	if err := r.send(ctx); err != nil {
		return r.failed(ctx, err)
	}
	return nil
}

// commit sends what is left together with the COMMIT. When the caller's context
// ends meanwhile, the outcome is still waited for, five seconds more.
func (r *runner) commit(ctx context.Context) error {
	if r.err != nil {
		return r.err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(r.writes) == 0 && (r.view || r.begin != "") {
		return nil // there is nothing to make last
	}
	patient, cancel := outlast(ctx, 5*time.Second)
	defer cancel()
	if err := r.send(patient, sqlstore.Write{SQL: commit}); err != nil {
		r.err = committing(err)
	}
	return r.err
}

// outlast returns a context that ends the given time after ctx does.
func outlast(ctx context.Context, more time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(more, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() {
		stop()
		cancel()
	}
}

// send sends all that is kept back, and last, in one round trip. The error is
// what the first statement that failed means.
func (r *runner) send(ctx context.Context, last ...sqlstore.Write) error {
	all := append(append(r.ahead(), r.writes...), last...)
	r.writes = nil
	results := r.conn.SendBatch(ctx, batch(all))
	err := r.results(results, all)
	if end := results.Close(); err == nil {
		err = end
	}
	return err
}

// ahead takes what must be sent before the next statement. All locks are taken
// by one, in one order, so that two units that wait for nothing else never wait
// for each other.
func (r *runner) ahead() []sqlstore.Write {
	var out []sqlstore.Write
	if r.begin != "" {
		out = append(out, sqlstore.Write{SQL: r.begin})
		r.begin = ""
	}
	if len(r.locks) > 0 {
		slices.Sort(r.locks)
		out = append(out, sqlstore.Write{SQL: sqlstore.LockKeys, Args: []any{slices.Compact(r.locks)}})
		r.locks = nil
	}
	return out
}

func batch(all []sqlstore.Write, more ...sqlstore.Write) *pgx.Batch {
	b := &pgx.Batch{}
	for _, ws := range [][]sqlstore.Write{all, more} {
		for _, w := range ws {
			b.Queue(w.SQL, w.Args...)
		}
	}
	return b
}

// results reads one result for each write.
func (r *runner) results(from pgx.BatchResults, writes []sqlstore.Write) error {
	for _, w := range writes {
		tag, err := from.Exec()
		switch {
		case err != nil && w.Taken != nil && r.dialect.Duplicate(err):
			return &takenError{w.Taken}
		case err != nil:
			return err
		}
		if w.SQL == commit && tag.String() != commit { // such as ROLLBACK
			return fmt.Errorf("postgres: the transaction ended with %s", tag)
		}
		if err := w.Check(tag.RowsAffected()); err != nil {
			return err
		}
	}
	return nil
}

// failed remembers the error that ended the transaction.
func (r *runner) failed(ctx context.Context, err error) error {
	if r.conn.IsClosed() && ctx.Err() == nil {
		err = &lostError{err}
	}
	r.err = err
	return err
}

// end leaves the connection without a transaction, or reports that it must be
// thrown away. Nothing runs any more afterwards.
func (r *runner) end(ctx context.Context) bool {
	r.err = sql.ErrTxDone
	if r.conn.IsClosed() {
		return false
	}
	if r.conn.PgConn().TxStatus() != 'I' {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = r.conn.Exec(short, "ROLLBACK")
	}
	return !r.conn.IsClosed() && r.conn.PgConn().TxStatus() == 'I'
}
