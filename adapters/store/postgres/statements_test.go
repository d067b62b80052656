package postgres_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// Every shared statement is one that PostgreSQL understands, but for those
// that number entries at once or take lists in JSON, which it never runs.
func TestStatements(t *testing.T) {
	t.Parallel()
	own := ownRows(t, pgtest.Database(t, migrate))
	all := sqltest.Statements(t, "../internal/sqlstore/queries.go")
	maps.Copy(all, sqltest.Statements(t, "sequence.go"))
	delete(all, "appendEntryNumbered")
	for name, text := range all {
		if strings.Contains(text, "json_each") {
			continue
		}
		sqltest.InOrder(t, name, text)
		stmt, err := own.PrepareContext(t.Context(), text)
		require.NoError(t, err, "%s: %s", name, text)
		t.Cleanup(func() { _ = stmt.Close() })
	}
}
