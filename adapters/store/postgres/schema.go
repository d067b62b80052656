package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

//go:embed migrations/*.sql
var files embed.FS

// ErrSchema says that the database is not of the schema that this version
// knows: a newer program has migrated it, or a migration was altered.
var ErrSchema = sqlstore.ErrSchema

const (
	schemaExists = "SELECT 1 WHERE to_regclass('coordkit_schema') IS NOT NULL"
	migratorTurn = "SELECT pg_advisory_xact_lock(hashtextextended('coordkit migrator ' || current_schema(), 0))"
)

// Migrations returns the migrations, NNNN_name.sql from 0001, for whoever
// applies them by other means.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return files // never: the folder is embedded
	}
	return sub
}

// Migrate brings the database to the newest schema, in one transaction that
// keeps other migrators waiting. The tables stand in the first schema of the
// search_path. A schema that is newer or was altered is ErrSchema.
func (db *DB) Migrate(ctx context.Context) error {
	tx, err := db.updates.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, migratorTurn); err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	if err := sqlstore.Migrate(ctx, tx, Migrations()); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("postgres: migrate: %w", err)
	}
	return nil
}

// SchemaVersion returns the version of the schema, 0 before the first Migrate.
func (db *DB) SchemaVersion(ctx context.Context) (int, error) {
	return sqlstore.SchemaVersion(ctx, db.updates, schemaExists, Migrations())
}
