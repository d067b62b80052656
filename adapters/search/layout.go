package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrOutdated says that the tables were made by another layout than this one's;
// test with errors.Is.
var ErrOutdated = errors.New("search: the tables are of another layout: call Drop, then Create, and fill them again (Desk.Reindex)")

// layoutVersion counts the layouts: another number whenever what stands in the
// tables means something else.
const layoutVersion = 3

// layout is how an engine makes its tables.
type layout struct {
	guard  string // keeps others from making them at the same time; empty: nothing is needed
	exists string // counts the tables of the first layout, which had no number
	create []string
	marked []string // makes layout 3 of layout 2, which knew no markings
	drop   []string
}

const (
	createLayout = `CREATE TABLE IF NOT EXISTS coordkit_search_layout (version INTEGER NOT NULL)`
	readLayout   = `SELECT version FROM coordkit_search_layout`
	insertLayout = `INSERT INTO coordkit_search_layout (version) VALUES ($1)`
	updateLayout = `UPDATE coordkit_search_layout SET version = $1`
	dropLayout   = `DROP TABLE IF EXISTS coordkit_search_layout`
)

// timesKept has times that were not set stand in their place among the others,
// where layout 2 had them before all.
const timesKept = `UPDATE coordkit_search_document SET dated = CASE dated WHEN $1 THEN $2 ELSE dated END,
  recorded = CASE recorded WHEN $1 THEN $2 ELSE recorded END WHERE dated = $1 OR recorded = $1`

// mark makes layout 3 of layout 2. No document has a marking, so that the index
// stays as it is.
func mark(ctx context.Context, tx *sql.Tx, l layout) error {
	if err := run(ctx, tx, append(l.marked, fillMarkings)...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, timesKept, int64(math.MinInt64), time.Time{}.UnixMicro()); err != nil {
		return fmt.Errorf("search: tables: %w", err)
	}
	if _, err := tx.ExecContext(ctx, updateLayout, layoutVersion); err != nil {
		return fmt.Errorf("search: tables: %w", err)
	}
	return nil
}

// Create makes the tables, where they are not there. Those of layout 2 become ones
// of this layout with all that is in them; older and newer ones are left as they are: ErrOutdated.
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
		case err == nil && version == 2:
			return mark(ctx, tx, l)
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
