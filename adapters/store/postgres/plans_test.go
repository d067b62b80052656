package postgres_test

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// Every list is read by an index that gives its order, also when PostgreSQL
// plans once for all arguments. With COORDKIT_SCALE=1 the test also logs how
// long pages of 10 tenants × 100,000 requests take; with few rows, where a scan
// would be right, it asks what the planner does when it must not scan or sort.
func TestPlans(t *testing.T) {
	t.Parallel()
	tenants, requests, full := sqltest.Scale()
	dsn := pgtest.Database(t, migrate)
	db := openDSN(t, dsn, postgres.Config{})
	require.NoError(t, sqltest.Load(t.Context(), db, tenants, requests))
	own := ownRows(t, dsn)
	conn, err := own.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	for _, setting := range []string{"VACUUM ANALYZE", "SET plan_cache_mode = force_generic_plan"} {
		_, err := conn.ExecContext(t.Context(), setting)
		require.NoError(t, err)
	}
	if !full {
		_, err := conn.ExecContext(t.Context(), "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
		require.NoError(t, err)
	}
	statements := sqltest.Statements(t, "../internal/sqlstore/queries.go")
	for _, c := range sqltest.ListCases(requests) {
		require.Contains(t, statements, c.Name)
		if c.JSON {
			continue
		}
		plan := explain(t, conn, statements[c.Name], c.Args)
		t.Logf("%s\n%s", c.Name, plan)
		require.NotContains(t, plan, "Seq Scan", c.Name)
		require.NotContains(t, plan, "Hash Join", c.Name)
		if !c.Few {
			require.NotContains(t, plan, "Sort", c.Name)
		}
	}
	if full {
		sqltest.Time(t, db, requests)
	}
}

// A list by a key looks each sheet up by its id, also before PostgreSQL has
// statistics of the table: after a bulk load it would else read a whole book for
// each row of a page.
func TestPlanOfSheetsWithoutStatistics(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, migrate)
	db := openDSN(t, dsn, postgres.Config{})
	own := ownRows(t, dsn)
	_, err := own.ExecContext(t.Context(), "ALTER TABLE coordkit_sheet SET (autovacuum_enabled = off)")
	require.NoError(t, err)
	require.NoError(t, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		for i := range 2000 {
			s := register.Sheet{
				Book: "issue", ID: sqltest.RequestID(i), Body: []byte(`{}`),
				Keys: []register.Key{{Name: "owner", Value: fmt.Sprint("owner", i%10)}},
			}
			if _, err := tx.PutSheet(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}))
	conn, err := own.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	statement := sqltest.Statements(t, "../internal/sqlstore/queries.go")["sheetsByKeyLateral"]
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		_, err := conn.ExecContext(t.Context(), "SET plan_cache_mode = "+mode)
		require.NoError(t, err)
		plan := explain(t, conn, statement, []any{"acme", "issue", "owner", "owner7", "", "owner8", 51})
		for _, bad := range []string{"Seq Scan", "Join Filter", "Hash", "Sort", "Removed"} {
			require.NotContains(t, plan, bad, mode)
		}
	}
}

func explain(t *testing.T, conn *sql.Conn, statement string, args []any) string {
	t.Helper()
	var literals []string
	for _, arg := range args {
		if text, ok := arg.(string); ok {
			arg = "'" + text + "'"
		}
		literals = append(literals, fmt.Sprint(arg))
	}
	_, err := conn.ExecContext(t.Context(), "PREPARE looked_at AS "+statement)
	require.NoError(t, err)
	defer func() {
		_, err := conn.ExecContext(t.Context(), "DEALLOCATE looked_at")
		require.NoError(t, err)
	}()
	rows, err := conn.QueryContext(t.Context(),
		"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) EXECUTE looked_at("+strings.Join(literals, ", ")+")")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var plan []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		plan = append(plan, "  "+line)
	}
	require.NoError(t, rows.Err())
	return regexp.MustCompile(`(?m)^  Planning.*\n(    Buffers.*\n)?`).ReplaceAllString(strings.Join(plan, "\n"), "")
}
