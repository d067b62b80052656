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

// No statement compares a column with a parameter as a partial index compares it with
// a constant: SQLite would look at what the parameter says, and plan the statement anew
// each time it is bound.
func TestStatementsArePlannedOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	openFile(t, path)
	rows, err := ownRows(t, path).QueryContext(t.Context(), "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var compared []*regexp.Regexp
	for rows.Next() {
		var index string
		require.NoError(t, rows.Scan(&index))
		for _, m := range regexp.MustCompile(`(\w+) ([=<>]+) '`).FindAllStringSubmatch(index, -1) {
			compared = append(compared, regexp.MustCompile(`\b`+m[1]+`\s*`+m[2]+`\s*\$`))
		}
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, compared, "there are such indexes")
	for name, text := range sqltest.Statements(t, "../internal/sqlstore/queries.go") {
		for _, c := range compared {
			require.NotRegexp(t, c, text, name)
		}
	}
}
