package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
)

// Every list is read by an index that gives its order. With COORDKIT_SCALE=1
// the test also logs how long pages of 10 tenants × 100,000 requests take.
func TestPlans(t *testing.T) {
	t.Parallel()
	tenants, requests, full := sqltest.Scale()
	path := filepath.Join(t.TempDir(), "office.db")
	db := openFile(t, path)
	require.NoError(t, sqltest.Load(t.Context(), db, tenants, requests))
	own := ownRows(t, path)
	statements := sqltest.Statements(t, "../internal/sqlstore/queries.go")
	for _, c := range sqltest.ListCases(requests) {
		require.Contains(t, statements, c.Name)
		if strings.Contains(statements[c.Name], "LATERAL") {
			continue // PostgreSQL's alone
		}
		plan := explain(t, own, statements[c.Name], c.Args)
		t.Logf("%s\n%s", c.Name, plan)
		require.NotContains(t, plan, "SCAN ", c.Name)
		require.NotContains(t, plan, "(tenant=?)", "%s reads all of a tenant", c.Name)
		if !c.Few {
			require.NotContains(t, plan, "TEMP B-TREE", c.Name)
		}
	}
	if full {
		sqltest.Time(t, db, requests)
	}
}

func explain(t *testing.T, own *sql.DB, statement string, args []any) string {
	t.Helper()
	rows, err := own.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		if detail != "SCAN few" && !strings.HasPrefix(detail, "SCAN json_each") { // rows that an index has found; arguments
			plan = append(plan, "  "+detail)
		}
	}
	require.NoError(t, rows.Err())
	return strings.Join(plan, "\n")
}
