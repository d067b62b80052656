package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// runPostgres measures 8 and 32 writers against as many clients of pgbench.
func runPostgres(ctx context.Context, n int, show bool) error {
	dsn := os.Getenv("COORDKIT_PG_DSN")
	if dsn == "" {
		cluster, err := pgtest.Create(ctx, false)
		if err != nil {
			return err
		}
		defer cluster.Remove()
		dsn = cluster.DSN("postgres")
	}
	for _, writers := range []int{8, 32} {
		if err := measurePostgres(ctx, dsn, n, writers, show && writers == 8); err != nil {
			return err
		}
	}
	return nil
}

func measurePostgres(ctx context.Context, dsn string, n, writers int, show bool) error {
	store, err := postgres.Open(ctx, dsn, postgres.Config{MaxOpenConns: writers})
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
	if _, err := desk.ChangeRequest(ctx, tenant, pattern); err != nil {
		if err := present(ctx, desk); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("recorded-pgx-%d", writers)
	statements, err := record(ctx, name, dsn, stdlib.GetDefaultDriver(), joined(desk, postgres.FromTx))
	if err != nil {
		return err
	}
	if show {
		print(statements)
	}
	script := pgbenchScript(statements)
	const rounds = 3
	for round := range rounds { // in turns, so that both meet the same machine
		lot := writers + 2*round
		for _, l := range []int{lot, lot + 1} {
			if err := copyPattern(ctx, store, desk, l, n); err != nil {
				return err
			}
		}
		ours, err := decideAll(ctx, desk, lot, n, writers)
		if err != nil {
			return err
		}
		byHand, err := pgbench(ctx, dsn, script, lot+1, n, writers)
		if err != nil {
			return err
		}
		report(fmt.Sprintf("PostgreSQL, %d writers, round %d", writers, round+1), ours, byHand)
	}
	return nil
}

// pgbenchScript writes the statements with their arguments as literals, the id
// of the request and what must be unique with it computed from the client's
// own counter. Long documents stay as they were recorded.
func pgbenchScript(statements []statement) string {
	var b strings.Builder
	b.WriteString("\\set n :lot * 1000000 + :client_id * :per + :i\n\\set i :i + 1\nBEGIN;\n")
	for _, s := range statements {
		text := parameter.ReplaceAllStringFunc(s.text, func(p string) string {
			i, _ := strconv.Atoi(p[1:])
			return literal(s.args[i-1])
		})
		b.WriteString(strings.ReplaceAll(text, "\n", " ") + ";\n")
	}
	b.WriteString("COMMIT;\n")
	return b.String()
}

var (
	parameter = regexp.MustCompile(`\$\d+`)
	digest    = regexp.MustCompile(`^[0-9a-f]{32}([0-9a-f]{32})?$`)
)

const (
	digits = "lpad((:n)::text, 8, '0')"
	quoted = 200 // a longer text is a document
)

func literal(a any) string {
	switch v := a.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		return `'\x` + hex.EncodeToString(v) + `'::bytea`
	case string:
		return text(v)
	case []string:
		return "ARRAY[" + list(v, text) + "]::text[]"
	case []int64:
		return "ARRAY[" + list(v, func(n int64) string { return strconv.FormatInt(n, 10) }) + "]::bigint[]"
	}
	return fmt.Sprintf("/* %T */ NULL", a)
}

func list[T any](values []T, one func(T) string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = one(v)
	}
	return strings.Join(parts, ", ")
}

func text(s string) string {
	switch {
	case digest.MatchString(s):
		return scattered(s)
	case len(s) > quoted || !strings.Contains(s, pattern):
		return quote(s)
	}
	before, after, _ := strings.Cut(s, pattern)
	return "(" + quote(before+"REQ-") + " || " + digits + " || " + quote(after) + ")"
}

// scattered computes a digest of the request's own, like scatter.
func scattered(s string) string {
	half := "md5(" + digits + " || " + quote(s[:8]) + ")"
	if len(s) == 32 {
		return half
	}
	return "(" + half + " || md5(" + digits + " || " + quote(s[8:16]) + "))"
}

// quote writes a literal in which pgbench sees no variable of its own.
func quote(s string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, "'", "''", ":", `\x3a`).Replace(s) + "'"
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) `)

// pgbench runs the script by as many clients, each on its own part of the lot.
func pgbench(ctx context.Context, dsn, script string, lot, n, clients int) (float64, error) {
	dir, err := os.MkdirTemp("", "pgbench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "decision.sql")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		return 0, err
	}
	per := n / clients
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "pgbench", "-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(clients), "-j", "2",
		"-t", strconv.Itoa(per), "-D", fmt.Sprintf("lot=%d", lot), "-D", fmt.Sprintf("per=%d", per), "-D", "i=0", dsn)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, bytes.TrimSpace(out))
	}
	m := tps.FindSubmatch(out)
	if m == nil || bytes.Contains(out, []byte("ERROR")) {
		return 0, fmt.Errorf("pgbench said: %s", out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
