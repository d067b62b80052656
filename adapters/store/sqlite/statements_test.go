package sqlite_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
)

// Every shared statement is one that SQLite understands, but for those that lock,
// advise the planner or take arrays, which it never runs.
func TestStatements(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	openFile(t, path)
	own := ownRows(t, path)
	postgresOnly := regexp.MustCompile(`FOR UPDATE|pg_advisory|LATERAL|ANY\(`)
	for name, text := range sqltest.Statements(t, "../internal/sqlstore/queries.go") {
		if postgresOnly.MatchString(text) {
			continue
		}
		sqltest.InOrder(t, name, text)
		stmt, err := own.PrepareContext(t.Context(), text)
		require.NoError(t, err, "%s: %s", name, text)
		t.Cleanup(func() { _ = stmt.Close() })
	}
}
