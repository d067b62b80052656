package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	driver "modernc.org/sqlite"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/coordination"
)

// sqliteOptions are those under which the store writes.
const sqliteOptions = "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(1)"

// runSQLite measures one writer, which is all that SQLite has.
func runSQLite(ctx context.Context, n int, show bool) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "office.db")
	store, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	desk, err := newDesk(store)
	if err != nil {
		return err
	}
	if err := present(ctx, desk); err != nil {
		return err
	}
	dsn := "file:" + path + sqliteOptions
	statements, err := record(ctx, "recorded-sqlite", dsn, &driver.Driver{}, joined(desk, sqlite.FromTx))
	if err != nil {
		return err
	}
	if show {
		print(statements)
	}
	const rounds = 3
	for lot := range 2 * rounds {
		if err := copyPattern(ctx, store, desk, lot+1, n); err != nil {
			return err
		}
	}
	for round := range rounds { // in turns, so that both meet the same machine
		ours, err := decideAll(ctx, desk, 2*round+1, n, 1)
		if err != nil {
			return err
		}
		byHand, err := replay(ctx, dsn, statements, 2*round+2, n)
		if err != nil {
			return err
		}
		report(fmt.Sprintf("SQLite, round %d", round+1), ours, byHand)
	}
	return nil
}

// joined runs the measured decision inside a transaction of ours.
func joined(
	desk *coordination.Desk, join func(*sql.Tx, string) (coordination.Tx, error),
) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		office, err := join(tx, tenant)
		if err != nil {
			return err
		}
		_, err = desk.DoTx(ctx, office, desk.Prepare(tenant, paul, pattern, 0, decision()))
		return err
	}
}

// decideAll decides every request of a lot.
func decideAll(ctx context.Context, desk *coordination.Desk, lot, n, workers int) (float64, error) {
	return rate(n, workers, func(i int) error {
		_, err := desk.Do(ctx, tenant, paul, requestID(lot, i), 0, decision())
		return err
	})
}

// replay runs the recorded statements for every request of a lot, prepared once.
func replay(ctx context.Context, dsn string, statements []statement, lot, n int) (float64, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	prepared := make([]*sql.Stmt, len(statements))
	for i, s := range statements {
		if prepared[i], err = db.PrepareContext(ctx, s.text); err != nil {
			return 0, err
		}
	}
	return rate(n, 1, func(i int) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after the commit
		for k, s := range statements {
			args := s.with(pattern, string(requestID(lot, i)))
			if err := run(ctx, tx.StmtContext(ctx, prepared[k]), s, args); err != nil {
				return fmt.Errorf("%s: %w", s.text, err)
			}
		}
		return tx.Commit()
	})
}

func run(ctx context.Context, stmt *sql.Stmt, s statement, args []any) error {
	if !s.reads() {
		_, err := stmt.ExecContext(ctx, args...)
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(values...); err != nil {
			return err
		}
	}
	return rows.Err()
}
