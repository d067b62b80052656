package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
)

func TestCheckIndex(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	sqltest.Index(t, openFile(t, path), ownRows(t, path))
}
