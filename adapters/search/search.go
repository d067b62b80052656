// Package search keeps the words of documents in SQLite (FTS5) or PostgreSQL
// (tsvector) and answers as the index in memory does (archive/search): the engine brings the
// documents that have the words, the rules of that package decide the rest.
//
// Words are cut by archive/search and handed to the engine as they are; its own
// rules of language, accents and rank are never asked. What is found is a
// projection: [Searcher.Create] makes its tables, [Searcher.Drop] drops them, and
// they may be filled again at any time. A document that is deleted leaves nothing
// of its text in SQLite's file; in PostgreSQL it goes with the next vacuum.
//
// # How it is kept
//
// Documents have numbers that rise with their date, so that whoever reads matches
// by falling number has the newest first and may stop. Every word stands in the
// index with a mark of its tenant before it, so that a search reads the lists of
// one tenant only; words of the title stand there a second time as such, and
// facets and markings as words of their own: what a reader is not cleared for is passed
// over in the index (search.Query.Cleared). Phrases are decided by positions in the index, so
// a search reads the texts of the page that it shows and no others. An answer is read from one
// state of the tables.
package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/archive/search"
)

// Searcher answers searches from a database of the caller's. It is safe for
// concurrent use.
type Searcher struct {
	db     *sql.DB
	engine engine
}

var _ search.Searcher = (*Searcher)(nil)

// engine is what the two databases do differently.
type engine interface {
	layout() layout
	// changing prepares a connection for changes, and settled a transaction: what
	// it reads of the tenant afterwards nobody else changes before it ends.
	changing(ctx context.Context, conn *sql.Conn) error
	settled(ctx context.Context, tx *sql.Tx, tenant string) error
	// stored brings those of the documents that are there, with what storedColumns
	// names.
	stored(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (*sql.Rows, error)
	// put takes documents in, in the order of their dates, none of which is there.
	put(ctx context.Context, tx *sql.Tx, tenant string, ds []*search.Document) error
	// remove takes out those of them that are there, and says how many had which
	// marking.
	remove(ctx context.Context, tx *sql.Tx, tenant string, ids []string) (map[string]int, error)
	// reading begins an answer, all of which is read from one state; done ends it.
	reading(ctx context.Context, db *sql.DB) (q querier, done func() error, err error)
	// candidates brings what may match to c.visit, by falling numbers, until it has
	// enough.
	candidates(ctx context.Context, from querier, a *ask, c *collection) error
	// texts is the statement for id, title and text of documents of tenant $1 whose
	// ids are listed after it.
	texts() string
}

// querier is what an answer is read from.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// SQLite makes a searcher over a SQLite database with FTS5.
func SQLite(db *sql.DB) *Searcher { return &Searcher{db: db, engine: fts5{}} }

// Postgres makes a searcher over a PostgreSQL database.
func Postgres(db *sql.DB) *Searcher { return &Searcher{db: db, engine: tsvector{}} }

// check refuses a tenant or id that no document can have.
func check(tenant string, ids ...string) error {
	if tenant == "" {
		return fmt.Errorf("%w: the tenant is empty", search.ErrInvalid)
	}
	for _, text := range append(ids, tenant) {
		if !search.Plain(text) {
			return fmt.Errorf("%w: tenant or id %q is not valid UTF-8 or has a NUL character", search.ErrInvalid, text)
		}
	}
	return nil
}

// change runs a transaction on a connection that is prepared for it.
func (s *Searcher) change(ctx context.Context, fn func(*sql.Tx) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	if err := s.engine.changing(ctx, conn); err != nil {
		return err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
