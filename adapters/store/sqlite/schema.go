package sqlite

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

//go:embed migrations/*.sql
var files embed.FS

// ErrSchema says that the file is not of the schema that this version knows: a
// newer program has migrated it, or a migration was altered.
var ErrSchema = sqlstore.ErrSchema

const schemaExists = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'coordkit_schema'"

// Migrations returns the migrations, NNNN_name.sql from 0001, for whoever
// applies them by other means.
func Migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return files // never: the folder is embedded
	}
	return sub
}

// Migrate brings the file to the newest schema, in one transaction. A schema
// that is newer or was altered is ErrSchema.
func (db *DB) Migrate(ctx context.Context) error {
	l, err := db.writer.take(ctx)
	if err != nil {
		return err
	}
	defer db.writer.give(l)
	if _, err := l.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("sqlite: migrate: %w", err)
	}
	if err := sqlstore.Migrate(ctx, l.conn, Migrations()); err != nil {
		l.rollBack(ctx)
		return err
	}
	if _, err := l.conn.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		l.rollBack(ctx)
		return fmt.Errorf("sqlite: migrate: %w", err)
	}
	return nil
}

// SchemaVersion returns the version of the schema, 0 before the first Migrate.
func (db *DB) SchemaVersion(ctx context.Context) (int, error) {
	l, err := db.writer.take(ctx)
	if err != nil {
		return 0, err
	}
	defer db.writer.give(l)
	return sqlstore.SchemaVersion(ctx, l.conn, schemaExists, Migrations())
}

// checkSchema refuses a file of a schema that this version does not know.
func (db *DB) checkSchema(ctx context.Context) error {
	_, err := db.SchemaVersion(ctx)
	return err
}
