package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"strings"
	"sync"
)

// statement is one recorded statement with the arguments it had.
type statement struct {
	text string
	args []any
}

// recorder is a database/sql driver that writes down what passes through it.
type recorder struct {
	inner driver.Driver
	mu    sync.Mutex
	kept  []statement
}

// Open implements driver.Driver.
func (r *recorder) Open(name string) (driver.Conn, error) {
	c, err := r.inner.Open(name)
	return &recordingConn{Conn: c, to: r}, err
}

func (r *recorder) keep(text string, args []driver.NamedValue) {
	s := statement{text: text}
	for _, a := range args {
		s.args = append(s.args, a.Value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = append(r.kept, s)
}

// recordingConn passes on what both drivers offer.
type recordingConn struct {
	driver.Conn

	to *recorder
}

// BeginTx implements driver.ConnBeginTx.
func (c *recordingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts) //nolint:forcetypeassert // both drivers have it
}

// ExecContext implements driver.ExecerContext.
func (c *recordingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.to.keep(query, args)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args) //nolint:forcetypeassert // both drivers have it
}

// QueryContext implements driver.QueryerContext.
func (c *recordingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.to.keep(query, args)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args) //nolint:forcetypeassert // both drivers have it
}

// CheckNamedValue implements driver.NamedValueChecker: what the inner driver
// takes, this one takes.
func (c *recordingConn) CheckNamedValue(v *driver.NamedValue) error {
	if inner, ok := c.Conn.(driver.NamedValueChecker); ok {
		return inner.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// record runs one decision in a transaction of a recording connection, rolls it
// back, and returns the statements.
func record(ctx context.Context, name, dsn string, inner driver.Driver, decide func(context.Context, *sql.Tx) error) ([]statement, error) {
	r := &recorder{inner: inner}
	sql.Register(name, r)
	db, err := sql.Open(name, dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() // the decision is only watched
	r.kept = nil        // what opening the connection sent
	if err := decide(ctx, tx); err != nil {
		return nil, err
	}
	return unit(r.kept), nil
}

// unit leaves what a unit of work of the store's own sends: one locking read
// of the request, and the writes. A joined transaction looks again before each
// write, because its owner may have rolled back to a savepoint.
func unit(recorded []statement) []statement {
	var out []statement
	for _, s := range recorded {
		if len(out) == 0 || !strings.HasPrefix(strings.ToUpper(strings.TrimSpace(s.text)), "SELECT") {
			out = append(out, s)
		}
	}
	return out
}

// with puts another request in the place of the recorded one: its id, and the
// digests that would be its own. Long documents stay as they were recorded.
func (s statement) with(recorded, id string) []any {
	out := make([]any, len(s.args))
	for i, a := range s.args {
		if v, ok := a.(string); ok {
			switch {
			case digest.MatchString(v):
				a = scatter(id, v)
			case len(v) <= quoted:
				a = strings.ReplaceAll(v, recorded, id)
			}
		}
		out[i] = a
	}
	return out
}

// scatter makes a digest of as many digits for another request. Like real ones
// they lie anywhere in an index, not side by side.
func scatter(id, recorded string) string {
	h := sha256.Sum256([]byte(id + recorded))
	return hex.EncodeToString(h[:])[:len(recorded)]
}

// reads reports whether the statement gives rows.
func (s statement) reads() bool {
	text := strings.ToUpper(strings.TrimSpace(s.text))
	return strings.HasPrefix(text, "SELECT") || strings.Contains(text, "RETURNING")
}
