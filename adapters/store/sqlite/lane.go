package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
)

// lane is one connection with the statements that were prepared on it. It is
// opened when it is first taken.
type lane struct {
	pool    *sql.DB
	conn    *sql.Conn
	stmts   map[string]*prepared
	inserts map[string]*insertion // by the statement of one row
}

// prepared is a statement on a connection.
type prepared struct {
	*sql.Stmt

	order []int // see unnumbered
}

// lanes hands each of its connections to one taker at a time.
type lanes struct {
	free chan *lane
	done chan struct{}
	once sync.Once
}

func newLanes(pool *sql.DB, n int) *lanes {
	ls := &lanes{free: make(chan *lane, n), done: make(chan struct{})}
	for range n {
		ls.free <- &lane{pool: pool}
	}
	return ls
}

func (ls *lanes) take(ctx context.Context) (*lane, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-ls.done:
		return nil, fmt.Errorf("sqlite: the store is closed: %w", sql.ErrConnDone)
	case <-ctx.Done():
		return nil, ctx.Err()
	case l := <-ls.free:
		if err := l.open(ctx); err != nil {
			ls.free <- l
			return nil, err
		}
		return l, nil
	}
}

func (ls *lanes) give(l *lane) { ls.free <- l }

// close waits for every lane to come back.
func (ls *lanes) close() {
	ls.once.Do(func() {
		close(ls.done)
		for range cap(ls.free) {
			l := <-ls.free
			for _, s := range l.stmts {
				_ = s.Close()
			}
			if l.conn != nil {
				_ = l.conn.Close()
			}
		}
	})
}

func (l *lane) open(ctx context.Context) error {
	if l.conn != nil {
		return nil
	}
	conn, err := l.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("sqlite: connect: %w", err)
	}
	l.conn, l.stmts = conn, make(map[string]*prepared)
	return nil
}

// rollBack ends the transaction. A connection that cannot is thrown away.
func (l *lane) rollBack(ctx context.Context) {
	if _, err := l.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err == nil {
		return
	}
	for _, s := range l.stmts {
		_ = s.Close()
	}
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = l.conn.Close()
	l.conn, l.stmts = nil, nil
}

// ExecContext implements sqlstore.Conn. A write that has begun is not
// interrupted: SQLite would roll back the whole transaction, and watching the
// context costs as much as a small write.
func (l *lane) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := l.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, inOrder(stmt.order, args)...)
}

// QueryContext implements sqlstore.Conn.
func (l *lane) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := l.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, inOrder(stmt.order, args)...)
}

// prepared returns a statement that lasts as long as the connection.
func (l *lane) prepared(ctx context.Context, query string) (*prepared, error) {
	if stmt := l.stmts[query]; stmt != nil {
		return stmt, nil
	}
	text, order := unnumbered(query)
	stmt, err := l.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	l.stmts[query] = &prepared{stmt, order}
	return l.stmts[query], nil
}
