package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// server is the one of this test process.
type server struct {
	once    sync.Once
	err     error
	cluster *Cluster // nil where COORDKIT_PG_DSN names the server
	dsn     string   // of a database from which others are made
	admin   *sql.DB

	made     atomic.Int64
	mu       sync.Mutex
	template string
}

var shared server //nolint:gochecknoglobals // started by the first test that needs it, stopped by Main

// Main runs the tests of a package and stops the server they used. Call
// os.Exit with its result.
func Main(m *testing.M) int {
	code := m.Run()
	if err := shared.stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Database returns the DSN of a database of the test's own, a copy of one that
// migrate has prepared; the copy is dropped after the test. Without a server
// the test is skipped, or fails where CI is set.
func Database(tb testing.TB, migrate func(ctx context.Context, dsn string) error) string {
	tb.Helper()
	shared.once.Do(func() { shared.err = shared.start(context.Background()) })
	Need(tb, shared.err)
	name, err := shared.copy(tb.Context(), migrate)
	if err != nil {
		tb.Fatal(err)
	}
	return shared.lend(tb, name)
}

// English returns the DSN of a database that sorts text as English does, "a"
// before "B", unless told otherwise. It is made from nothing, so it is slower
// to have. A server without ICU skips the test.
func English(tb testing.TB, migrate func(ctx context.Context, dsn string) error) string {
	tb.Helper()
	shared.once.Do(func() { shared.err = shared.start(context.Background()) })
	Need(tb, shared.err)
	name := shared.name()
	_, err := shared.admin.ExecContext(tb.Context(),
		"CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
	if err != nil {
		tb.Skip("pgtest: the server knows no ICU locales: ", err)
	}
	dsn := shared.lend(tb, name)
	if err := migrate(tb.Context(), dsn); err != nil {
		tb.Fatal(err)
	}
	return dsn
}

// lend returns the DSN of a database that is dropped after the test.
func (s *server) lend(tb testing.TB, name string) string {
	tb.Helper()
	tb.Cleanup(func() {
		if _, err := s.admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Error(err)
		}
	})
	return withDatabase(s.dsn, name)
}

// Need skips the test if a server could not be had, and fails it where CI is
// set or a server was named.
func Need(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case err == nil:
	case os.Getenv("CI") != "", os.Getenv("COORDKIT_PG_DSN") != "":
		tb.Fatal(err)
	default:
		tb.Skip(err)
	}
}

func (s *server) start(ctx context.Context) error {
	s.dsn = os.Getenv("COORDKIT_PG_DSN")
	if s.dsn == "" {
		c, err := Create(ctx, false)
		if err != nil {
			return err
		}
		s.cluster, s.dsn = c, c.DSN("postgres")
	}
	admin, err := sql.Open("pgx", s.dsn)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	admin.SetMaxOpenConns(1)
	s.admin = admin
	if err := admin.PingContext(ctx); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

func (s *server) stop() error {
	if s.admin != nil {
		if s.template != "" && s.cluster == nil {
			_, _ = s.admin.ExecContext(context.Background(), "DROP DATABASE "+s.template+" WITH (FORCE)")
		}
		_ = s.admin.Close()
	}
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Remove()
}

// name is that of the next database.
func (s *server) name() string {
	return fmt.Sprintf("coordkit_%d_%d", os.Getpid(), s.made.Add(1))
}

// copy makes a database from the template, which it prepares once.
func (s *server) copy(ctx context.Context, migrate func(context.Context, string) error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.template == "" {
		name := fmt.Sprintf("coordkit_%d_template", os.Getpid())
		if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
			return "", fmt.Errorf("pgtest: %w", err)
		}
		s.template = name
		if err := migrate(ctx, withDatabase(s.dsn, name)); err != nil {
			return "", fmt.Errorf("pgtest: prepare the template: %w", err)
		}
	}
	name := s.name()
	if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+s.template); err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return name, nil
}

// withDatabase names another database in a DSN of either form.
func withDatabase(dsn, name string) string {
	if u, err := url.Parse(dsn); err == nil && strings.HasPrefix(u.Scheme, "postgres") {
		u.Path = "/" + name
		return u.String()
	}
	return dsn + " dbname=" + name
}
