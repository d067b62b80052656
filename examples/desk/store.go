package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/coordination"
)

// backend is a store that was opened here and is closed here.
type backend struct {
	coordination.Store

	where string
	close func() error
}

// Close closes the store; a file that nobody asked to keep goes away.
func (b *backend) Close() error { return b.close() }

// openStore opens what a DSN or a path names and brings its schema up to date.
func openStore(ctx context.Context, dsn string) (*backend, error) {
	switch {
	case dsn == "":
		return openPassing(ctx)
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"), strings.Contains(dsn, "host="):
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn)
}

func openPassing(ctx context.Context) (*backend, error) {
	dir, err := os.MkdirTemp("", "desk")
	if err != nil {
		return nil, err
	}
	b, err := openSQLite(ctx, filepath.Join(dir, "office.db"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	closeFile := b.close
	b.where = "a file that goes away with this program (name one with -store)"
	b.close = func() error { return errors.Join(closeFile(), os.RemoveAll(dir)) }
	return b, nil
}

func openSQLite(ctx context.Context, path string) (*backend, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &backend{Store: db, where: path, close: db.Close}, nil
}

func openPostgres(ctx context.Context, dsn string) (*backend, error) {
	db, err := postgres.Open(ctx, dsn, postgres.Config{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &backend{Store: db, where: "PostgreSQL", close: db.Close}, nil
}
