package sqlite_test

import (
	"io/fs"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	version, err := db.SchemaVersion(t.Context())
	require.NoError(t, err)
	require.Zero(t, version, "Open does not migrate")

	other, err := sqlite.Open(t.Context(), path, sqlite.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Go(func() { errs[0] = db.Migrate(t.Context()) })
	both.Go(func() { errs[1] = other.Migrate(t.Context()) })
	both.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	require.NoError(t, db.Migrate(t.Context()), "nothing to do is no error")

	files, err := fs.Glob(sqlite.Migrations(), "*.sql")
	require.NoError(t, err)
	version, err = db.SchemaVersion(t.Context())
	require.NoError(t, err)
	require.Equal(t, len(files), version)
}

func TestSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"altered": "UPDATE coordkit_schema SET sha256 = 'x' WHERE version = 1",
		"newer":   "INSERT INTO coordkit_schema VALUES ((SELECT max(version) + 1 FROM coordkit_schema), 'later', 'x', 0)",
		"gap":     "UPDATE coordkit_schema SET version = version + 1000",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "office.db")
			db := openFile(t, path)
			_, err := ownRows(t, path).ExecContext(t.Context(), change)
			require.NoError(t, err)
			require.ErrorIs(t, db.Migrate(t.Context()), sqlite.ErrSchema)
			_, err = sqlite.Open(t.Context(), path, sqlite.Config{})
			require.ErrorIs(t, err, sqlite.ErrSchema)
		})
	}
}

// What was stored before requests were found by the time they claim is found by
// it once the schema is brought up.
func TestSlotsOfOlderSchemas(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	stored := sqltest.Slots(t, openFile(t, path))
	older := filepath.Join(t.TempDir(), "older.db")
	own := ownRows(t, older)
	sqltest.FirstSchema(t, own, sqlite.Migrations())
	sqltest.CopyRequests(t, ownRows(t, path), own)
	sqltest.CheckSlots(t, openFile(t, older), stored) // which migrates
}

// The counts of contents that an older schema kept are brought up with it.
func TestContentsOfOlderSchemas(t *testing.T) {
	t.Parallel()
	older := filepath.Join(t.TempDir(), "older.db")
	own := ownRows(t, older)
	sqltest.OlderSchema(t, own, sqlite.Migrations(), sqltest.BeforeContents)
	sqltest.OldContents(t, own)
	sqltest.CheckContents(t, openFile(t, older)) // which migrates
}

// References that an older schema kept by their ids are found as they were.
func TestReferencesOfOlderSchemas(t *testing.T) {
	t.Parallel()
	older := filepath.Join(t.TempDir(), "older.db")
	own := ownRows(t, older)
	sqltest.OlderSchema(t, own, sqlite.Migrations(), sqltest.BeforeReferences)
	sqltest.OldReferences(t, own)
	sqltest.CheckReferences(t, openFile(t, older)) // which migrates
}
