package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/coordkit/coordkit/adapters/blob/dir"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/coordination"
)

// backend is a store with the folder of the contents that are uploaded, opened
// here and closed here.
type backend struct {
	coordination.Store

	contents *dir.Blobs
	beside   string // the folder of the contents
	where    string
	close    func() error
}

// Close closes both; what nobody asked to keep goes away.
func (b *backend) Close() error { return errors.Join(b.contents.Close(), b.close()) }

// openStore opens what a DSN or a path names, brings its schema up to date, and
// opens the folder of contents: without a name it stands beside an SQLite file
// and passes with the program where there is none.
func openStore(ctx context.Context, dsn, contents string) (*backend, error) {
	passing, err := os.MkdirTemp("", "desk")
	if err != nil {
		return nil, err
	}
	b, err := openRows(ctx, dsn, passing)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(passing))
	}
	closeRows := b.close
	b.close = func() error { return errors.Join(closeRows(), os.RemoveAll(passing)) }
	if contents != "" {
		b.beside = contents
	}
	if b.contents, err = openContents(b.beside); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// openRows opens the store; passing is a folder for what goes away.
func openRows(ctx context.Context, dsn, passing string) (*backend, error) {
	switch {
	case dsn == "":
		b, err := openSQLite(ctx, filepath.Join(passing, "office.db"))
		if b != nil {
			b.where = "a file that goes away with this program (name one with -store)"
		}
		return b, err
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"), strings.Contains(dsn, "host="):
		return openPostgres(ctx, dsn, filepath.Join(passing, "contents"))
	}
	return openSQLite(ctx, dsn)
}

func openContents(folder string) (*dir.Blobs, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	return dir.Open(folder)
}

func openSQLite(ctx context.Context, path string) (*backend, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &backend{Store: db, beside: path + ".contents", where: path, close: db.Close}, nil
}

func openPostgres(ctx context.Context, dsn, beside string) (*backend, error) {
	db, err := postgres.Open(ctx, dsn, postgres.Config{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &backend{Store: db, beside: beside, where: "PostgreSQL", close: db.Close}, nil
}
