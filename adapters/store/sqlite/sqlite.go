package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// DB keeps the office in one SQLite file. It is safe for concurrent use.
type DB struct {
	writer  *lanes
	readers *lanes
	pools   []*sql.DB // that Close closes
	cfg     Config
	dialect sqlstore.Dialect
}

var _ coordination.Store = (*DB)(nil)

// Config adjusts a DB. The zero value is right for the built-in driver.
type Config struct {
	// Readers is how many views can be open at a time; 0 is 8.
	Readers int

	// Busy and Duplicate recognise, by the errors of another driver, a database
	// that another process is writing to and a violated unique key.
	Busy      func(error) bool
	Duplicate func(error) bool
}

// The ways in which the two pools open the file. busy_timeout comes first, so
// that it holds for what the other pragmas wait for.
const (
	writerOptions = "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-32768)&_pragma=temp_store(memory)"
	readerOptions = "?mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)"
)

// Open opens the file at path and creates it where there is none. The path
// names a real file: for tests use one in a temporary folder, or store/memory.
func Open(ctx context.Context, path string, cfg Config) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":") || strings.HasPrefix(path, "file:") {
		return nil, fmt.Errorf("%w: %q is no path of a SQLite file: name one", coordination.ErrInvalid, path)
	}
	var pools []*sql.DB
	for _, options := range []string{writerOptions, readerOptions} {
		pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+options)
		if err != nil {
			return nil, fmt.Errorf("sqlite: open: %w", err)
		}
		pools = append(pools, pool)
	}
	db, err := New(ctx, pools[0], pools[1], cfg)
	if err != nil {
		for _, pool := range pools {
			_ = pool.Close()
		}
		return nil, err
	}
	db.pools = pools
	return db, nil
}

// New returns a DB over two pools of one file that the caller has opened with
// any driver and closes after the DB. It takes one connection of the writer
// for itself and refuses, as coordination.ErrInvalid, pools that would break
// its promises: the writer needs journal_mode WAL and a busy_timeout, the
// readers need query_only.
func New(ctx context.Context, writer, readers *sql.DB, cfg Config) (*DB, error) {
	if cfg.Readers <= 0 {
		cfg.Readers = 8
	}
	if cfg.Busy == nil {
		cfg.Busy = busy
	}
	if cfg.Duplicate == nil {
		cfg.Duplicate = duplicate
	}
	db := &DB{
		writer: newLanes(writer, 1), readers: newLanes(readers, cfg.Readers), cfg: cfg,
		dialect: sqlstore.Dialect{OneWriter: true, Duplicate: cfg.Duplicate},
	}
	if err := errors.Join(db.checkPragmas(ctx), db.overwriting(ctx), db.checkSchema(ctx)); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func (db *DB) checkPragmas(ctx context.Context) error {
	for _, p := range []struct {
		lanes        *lanes
		pragma, want string
	}{
		{db.writer, "journal_mode", "wal"},
		{db.readers, "query_only", "1"},
	} {
		got, err := p.lanes.pragma(ctx, p.pragma)
		if err != nil {
			return err
		}
		if !strings.EqualFold(got, p.want) {
			return fmt.Errorf("%w: sqlite: pragma %s is %s and must be %s", coordination.ErrInvalid, p.pragma, got, p.want)
		}
	}
	switch wait, err := db.writer.pragma(ctx, "busy_timeout"); {
	case err != nil:
		return err
	case wait == "0":
		return fmt.Errorf("%w: sqlite: pragma busy_timeout is 0: set it, to 5000 say", coordination.ErrInvalid)
	}
	return nil
}

// overwriting has what is deleted or replaced be overwritten in the pages of the file,
// so that what was erased cannot be read there; see Purge.
func (db *DB) overwriting(ctx context.Context) error {
	_, err := db.writer.pragma(ctx, "secure_delete = ON")
	return err
}

// Purge does away with older states of what was changed: it brings the write-ahead
// log into the file, where what was deleted is overwritten, and empties it. It waits
// for readers that hold an older state, as long as the pools wait, and reports an
// error if they stay: do it again later.
func (db *DB) Purge(ctx context.Context) error {
	switch busy, err := db.writer.pragma(ctx, "wal_checkpoint(TRUNCATE)"); {
	case err != nil:
		return err
	case busy != "0":
		return errPurge
	}
	return nil
}

var errPurge = errors.New("sqlite: purge: somebody reads an older state: do it again later")

func (ls *lanes) pragma(ctx context.Context, name string) (string, error) {
	l, err := ls.take(ctx)
	if err != nil {
		return "", err
	}
	defer ls.give(l)
	rows, err := l.conn.QueryContext(ctx, "PRAGMA "+name)
	if err != nil {
		return "", fmt.Errorf("sqlite: pragma %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }() // only read from
	columns, err := rows.Columns()
	if err != nil || !rows.Next() {
		return "", fmt.Errorf("sqlite: pragma %s gives nothing: %w", name, errors.Join(err, rows.Err()))
	}
	var value string // the first of them
	to := make([]any, len(columns))
	for i := range to {
		to[i] = new(sql.RawBytes)
	}
	to[0] = &value
	if err := rows.Scan(to...); err != nil {
		return "", fmt.Errorf("sqlite: pragma %s: %w", name, err)
	}
	return value, rows.Err()
}

// Close waits for the units of work to end and closes what Open has opened.
func (db *DB) Close() error {
	db.writer.close()
	db.readers.close()
	var errs []error
	for _, pool := range db.pools {
		errs = append(errs, pool.Close())
	}
	return errors.Join(errs...)
}

// ChangeRequests narrows the store to change requests.
func (db *DB) ChangeRequests() changereq.Store { return coordination.ChangeRequests(db) }

// Archive narrows the store to the archive.
func (db *DB) Archive() archive.Store { return coordination.Archive(db) }

// Notices narrows the store to obligations.
func (db *DB) Notices() notice.Store { return coordination.Notices(db) }

// FromTx joins a transaction of the caller: what is written through the result
// commits or rolls back with the caller's own rows. It never begins, commits or
// runs anything again. The transaction must have begun IMMEDIATE, else what it
// reads may not hold; the driver's errors stay visible to errors.As.
func FromTx(tx *sql.Tx, tenant string) (coordination.Tx, error) {
	d := &sqlstore.Dialect{OneWriter: true, Duplicate: duplicate}
	return sqlstore.New(sqlstore.NewDirect(tx, d, true), d, tenant, sqlstore.Joined)
}

// The result codes of SQLite that matter here.
const (
	codeBusy       = 5
	codePrimaryKey = 1555
	codeUnique     = 2067
)

func busy(err error) bool { return code(err)&0xff == codeBusy }

func duplicate(err error) bool { return code(err) == codePrimaryKey || code(err) == codeUnique }

func code(err error) int {
	var e interface{ Code() int }
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
