package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// ErrSchema says that a database is not of the schema that this version of the
// library knows.
var ErrSchema = errors.New("store: schema")

const (
	createSchema = `CREATE TABLE IF NOT EXISTS coordkit_schema
 (version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)`

	appliedMigrations = `SELECT version, sha256 FROM coordkit_schema ORDER BY version`

	insertMigration = `INSERT INTO coordkit_schema (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)`
)

// migration is one file NNNN_name.sql; their numbers count from 1.
type migration struct {
	name, script, sum string
}

func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	out := make([]migration, len(names))
	for i, name := range names {
		number, rest, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("store: migration %s should have number %04d", name, i+1)
		}
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("store: migrations: %w", err)
		}
		sum := sha256.Sum256(script)
		out[i] = migration{name: rest, script: string(script), sum: hex.EncodeToString(sum[:])}
	}
	return out, nil
}

// Migrate brings the schema up to the newest file. The caller holds a
// transaction that keeps every other migrator out. What was applied must be
// what the files say, and nothing beyond them; else it is ErrSchema.
func Migrate(ctx context.Context, conn Conn, files fs.FS) error {
	all, err := migrations(files)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, createSchema); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	done, err := applied(ctx, conn)
	if err != nil {
		return err
	}
	if err := compare(done, all); err != nil {
		return err
	}
	for i, m := range all[len(done):] {
		version := len(done) + i + 1
		if _, err := conn.ExecContext(ctx, m.script); err != nil {
			return fmt.Errorf("store: migration %d %s: %w", version, m.name, err)
		}
		if _, err := conn.ExecContext(ctx, insertMigration, version, m.name, m.sum, time.Now().UnixMicro()); err != nil {
			return fmt.Errorf("store: migration %d %s: %w", version, m.name, err)
		}
	}
	return nil
}

// compare refuses a schema that the files do not lead to.
func compare(done []string, all []migration) error {
	if len(done) > len(all) {
		return fmt.Errorf("%w: it is at version %d and this program knows %d: use a newer program", ErrSchema, len(done), len(all))
	}
	for i, sum := range done {
		if sum != all[i].sum {
			return fmt.Errorf("%w: migration %d %s was applied with another text: it must never be changed", ErrSchema, i+1, all[i].name)
		}
	}
	return nil
}

// applied lists the checksums of what was applied, by version from 1.
func applied(ctx context.Context, conn Conn) ([]string, error) {
	rows, err := conn.QueryContext(ctx, appliedMigrations)
	if err != nil {
		return nil, fmt.Errorf("store: schema: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var sums []string
	for rows.Next() {
		var (
			version int
			sum     string
		)
		if err := rows.Scan(&version, &sum); err != nil {
			return nil, fmt.Errorf("store: schema: %w", err)
		}
		if version != len(sums)+1 {
			return nil, fmt.Errorf("%w: version %d is missing", ErrSchema, len(sums)+1)
		}
		sums = append(sums, sum)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: schema: %w", err)
	}
	return sums, nil
}

// SchemaVersion returns the number of migrations that were applied, 0 where
// exists, a statement that looks for the table coordkit_schema, gives no row.
// A version that the files do not lead to is ErrSchema.
func SchemaVersion(ctx context.Context, conn Conn, exists string, files fs.FS) (int, error) {
	all, err := migrations(files)
	if err != nil {
		return 0, err
	}
	found, err := anyRow(ctx, conn, exists)
	if err != nil || !found {
		return 0, err
	}
	done, err := applied(ctx, conn)
	if err != nil {
		return 0, err
	}
	return len(done), compare(done, all)
}

func anyRow(ctx context.Context, conn Conn, query string) (bool, error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return false, fmt.Errorf("store: schema: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := rows.Next()
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("store: schema: %w", err)
	}
	return found, nil
}
