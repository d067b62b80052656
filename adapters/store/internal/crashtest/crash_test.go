package crashtest_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/internal/pgtest"
)

// rounds is how often each test kills: COORDKIT_CRASH_ROUNDS, or 10.
func rounds(t *testing.T) int {
	t.Helper()
	if v := os.Getenv("COORDKIT_CRASH_ROUNDS"); v != "" {
		n, err := strconv.Atoi(v)
		require.NoError(t, err, "COORDKIT_CRASH_ROUNDS")
		return n
	}
	return 10
}

func TestSQLiteSurvivesKills(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	name := "sqlite:" + path
	prepare(t, name)
	acknowledged := make(map[string]bool)
	for round := range rounds(t) {
		w := start(t, name, round)
		w.acknowledge(t, acknowledged)
		w.kill(t, acknowledged)
		check(t, name, acknowledged)
		requireIntegrity(t, path)
	}
	t.Logf("%d units acknowledged and kept", len(acknowledged))
}

func requireIntegrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var verdict string
	require.NoError(t, db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict))
	require.Equal(t, "ok", verdict)
}

// Each second round kills the server instead of the writer, by turns with and
// without a word of warning.
func TestPostgresSurvivesKills(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.Create(t.Context(), true)
	pgtest.Need(t, err)
	t.Cleanup(func() { require.NoError(t, cluster.Remove()) })
	name := "postgres:" + cluster.DSN("postgres")
	prepare(t, name)
	acknowledged := make(map[string]bool)
	for round := range rounds(t) {
		w := start(t, name, round)
		w.acknowledge(t, acknowledged)
		switch round % 4 {
		case 1:
			cluster.Kill()
		case 3:
			cluster.Abort()
		}
		w.kill(t, acknowledged)
		if round%2 == 1 {
			require.NoError(t, cluster.Start(t.Context()))
		}
		check(t, name, acknowledged)
	}
	t.Logf("%d units acknowledged and kept", len(acknowledged))
}

func prepare(t *testing.T, name string) {
	t.Helper()
	s, err := open(t.Context(), name)
	require.NoError(t, err)
	require.NoError(t, s.Migrate(t.Context()))
	require.NoError(t, s.Close())
}

// process is a writer.
type process struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, name string, round int) *process {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), storeVariable+"="+name, fmt.Sprintf("%s=%d", roundVariable, round))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return &process{cmd: cmd, lines: bufio.NewScanner(out)}
}

// acknowledge reads a random number of acknowledgements and stops at a random
// moment after the last of them.
func (p *process) acknowledge(t *testing.T, into map[string]bool) {
	t.Helper()
	for range 1 + rand.N(100) {
		require.True(t, p.lines.Scan(), "the writer ended by itself")
		into[p.lines.Text()] = true
	}
	<-time.After(rand.N(5 * time.Millisecond))
}

// kill ends the writer and reads what it had acknowledged until then.
func (p *process) kill(t *testing.T, into map[string]bool) {
	t.Helper()
	if err := p.cmd.Process.Kill(); !errors.Is(err, os.ErrProcessDone) { // it ends by itself without its server
		require.NoError(t, err)
	}
	for p.lines.Scan() {
		into[p.lines.Text()] = true
	}
	require.Error(t, p.cmd.Wait(), "the writer was killed")
}
