package pgtest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Cluster is a PostgreSQL server of our own in a temporary folder, reached by a
// socket only.
type Cluster struct {
	bin, dir string
	settings []string
	attr     *syscall.SysProcAttr
	server   *os.Process
	ended    chan struct{} // closed when the server has ended
}

// fast forgets about crashes, which a test that does not crash can, and sees a
// deadlock soon.
func fast() []string {
	return []string{
		"fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=64MB", "deadlock_timeout=50ms",
	}
}

// Create makes a cluster and starts it. A durable one survives Kill.
func Create(ctx context.Context, durable bool) (*Cluster, error) {
	bin, err := binaries(ctx)
	if err != nil {
		return nil, err
	}
	attr, owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	c := &Cluster{bin: bin, dir: dir, attr: attr, settings: []string{"max_connections=100"}}
	if !durable {
		c.settings = append(c.settings, fast()...)
	}
	if err := c.initialize(ctx, owner); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.Start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

func (c *Cluster) initialize(ctx context.Context, owner int) error {
	if len(c.dir) > 90 {
		return fmt.Errorf("pgtest: %s is too long a path for a socket: set TMPDIR to a shorter one", c.dir)
	}
	if err := os.Chown(c.dir, owner, -1); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "--pgdata", c.data(), "--username", "postgres",
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	cmd.Dir, cmd.SysProcAttr = c.dir, c.attr
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// DSN names a database of the cluster.
func (c *Cluster) DSN(database string) string {
	return fmt.Sprintf("host=%s port=5432 user=postgres dbname=%s sslmode=disable", c.dir, database)
}

// Start starts the server and waits until it answers. What a killed server left
// behind may keep the next from starting for a moment.
func (c *Cluster) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if err := c.launch(); err != nil {
			return err
		}
		err := c.answer(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// launch starts the server from a thread that lives as long as it does, because
// its parent's death, by which it ends, is that of the thread.
func (c *Cluster) launch() error {
	args := []string{"-D", c.data(), "-k", c.dir, "-c", "listen_addresses="}
	for _, s := range c.settings {
		args = append(args, "-c", s)
	}
	output, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	c.ended = make(chan struct{})
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer close(c.ended)
		defer func() { _ = output.Close() }()
		cmd := exec.Command(filepath.Join(c.bin, "postgres"), args...) //nolint:noctx // ended by signal
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = c.dir, output, output, c.attr
		err := cmd.Start()
		c.server = cmd.Process
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("pgtest: start: %w", err)
	}
	return nil
}

// answer waits until the server answers; it fails when the server ends instead.
func (c *Cluster) answer(ctx context.Context) error {
	db, err := sql.Open("pgx", c.DSN("postgres"))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _ = db.Close() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if db.PingContext(ctx) == nil {
			return nil
		}
		select {
		case <-c.ended:
			out, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("pgtest: the server ended: %s", last(string(out), 5))
		case <-ctx.Done():
			return fmt.Errorf("pgtest: no answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

func last(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Kill ends the server without any warning, as a crash does, and waits for it.
func (c *Cluster) Kill() { c.signal(syscall.SIGKILL) }

// Abort ends the server at once without a checkpoint ("immediate").
func (c *Cluster) Abort() { c.signal(syscall.SIGQUIT) }

func (c *Cluster) signal(s os.Signal) {
	_ = c.server.Signal(s)
	<-c.ended
}

// Remove ends the server and removes the cluster.
func (c *Cluster) Remove() error {
	c.Abort()
	return os.RemoveAll(c.dir)
}
