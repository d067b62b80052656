package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrOutdated says that the tables were made by another layout than this one's;
// test with errors.Is.
var ErrOutdated = errors.New("search: the tables are of another layout: call Drop, then Create, and fill them again (Desk.Reindex)")

// layoutVersion counts the layouts: another number whenever what stands in the
// tables means something else.
const layoutVersion = 2

// layout is how an engine makes its tables.
type layout struct {
	guard  string // keeps others from making them at the same time; empty: nothing is needed
	exists string // counts the tables of the first layout, which had no number
	create []string
	drop   []string
}

const (
	createLayout = `CREATE TABLE IF NOT EXISTS coordkit_search_layout (version INTEGER NOT NULL)`
	readLayout   = `SELECT version FROM coordkit_search_layout`
	insertLayout = `INSERT INTO coordkit_search_layout (version) VALUES ($1)`
	dropLayout   = `DROP TABLE IF EXISTS coordkit_search_layout`
)

// Create makes the tables, where they are not there. Tables of another layout are
// left as they are: ErrOutdated.
func (s *Searcher) Create(ctx context.Context) error {
	l := s.engine.layout()
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := run(ctx, tx, l.guard, createLayout); err != nil {
			return err
		}
		var version, tables int
		switch err := tx.QueryRowContext(ctx, readLayout).Scan(&version); {
		case err == nil && version == layoutVersion:
			return nil
		case err == nil:
			return fmt.Errorf("%w (they have layout %d, this is %d)", ErrOutdated, version, layoutVersion)
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("search: create: %w", err)
		}
		if err := tx.QueryRowContext(ctx, l.exists).Scan(&tables); err != nil {
			return fmt.Errorf("search: create: %w", err)
		}
		if tables > 0 {
			return fmt.Errorf("%w (they have layout 1, this is %d)", ErrOutdated, layoutVersion)
		}
		if _, err := tx.ExecContext(ctx, insertLayout, layoutVersion); err != nil {
			return fmt.Errorf("search: create: %w", err)
		}
		return run(ctx, tx, l.create...)
	})
}

// Drop drops the tables, of whatever layout, with all that is in them.
func (s *Searcher) Drop(ctx context.Context) error {
	l := s.engine.layout()
	return s.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, append([]string{l.guard, dropLayout}, l.drop...)...)
	})
}

func run(ctx context.Context, tx *sql.Tx, statements ...string) error {
	for _, statement := range statements {
		if statement == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("search: tables: %w", err)
		}
	}
	return nil
}
