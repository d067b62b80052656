package postgres_test

import (
	"io/fs"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/internal/pgtest"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, migrate)
	_, err := ownRows(t, dsn).ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	db, err := postgres.Open(t.Context(), dsn, postgres.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	version, err := db.SchemaVersion(t.Context())
	require.NoError(t, err)
	require.Zero(t, version, "Open does not migrate")

	other, err := postgres.Open(t.Context(), dsn, postgres.Config{})
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

	files, err := fs.Glob(postgres.Migrations(), "*.sql")
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
			dsn := pgtest.Database(t, migrate)
			db := openDSN(t, dsn, postgres.Config{})
			_, err := ownRows(t, dsn).ExecContext(t.Context(), change)
			require.NoError(t, err)
			require.ErrorIs(t, db.Migrate(t.Context()), postgres.ErrSchema)
			_, err = postgres.Open(t.Context(), dsn, postgres.Config{})
			require.ErrorIs(t, err, postgres.ErrSchema)
		})
	}
}

// What was stored before requests were found by the time they claim is found by
// it once the schema is brought up.
func TestSlotsOfOlderSchemas(t *testing.T) {
	t.Parallel()
	dsn, older := pgtest.Database(t, migrate), pgtest.Database(t, migrate)
	stored := sqltest.Slots(t, openDSN(t, dsn, postgres.Config{}))
	own := ownRows(t, older)
	_, err := own.ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	sqltest.FirstSchema(t, own, postgres.Migrations())
	sqltest.CopyRequests(t, ownRows(t, dsn), own)
	db := openDSN(t, older, postgres.Config{})
	require.NoError(t, db.Migrate(t.Context()))
	sqltest.CheckSlots(t, db, stored)
}

// The counts of contents that an older schema kept are brought up with it.
func TestContentsOfOlderSchemas(t *testing.T) {
	t.Parallel()
	older := pgtest.Database(t, migrate)
	own := ownRows(t, older)
	_, err := own.ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	sqltest.OlderSchema(t, own, postgres.Migrations(), sqltest.BeforeContents)
	sqltest.OldContents(t, own)
	db := openDSN(t, older, postgres.Config{})
	require.NoError(t, db.Migrate(t.Context()))
	sqltest.CheckContents(t, db)
}

// References that an older schema kept by their ids are found as they were.
func TestReferencesOfOlderSchemas(t *testing.T) {
	t.Parallel()
	older := pgtest.Database(t, migrate)
	own := ownRows(t, older)
	_, err := own.ExecContext(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	sqltest.OlderSchema(t, own, postgres.Migrations(), sqltest.BeforeReferences)
	sqltest.OldReferences(t, own)
	db := openDSN(t, older, postgres.Config{})
	require.NoError(t, db.Migrate(t.Context()))
	sqltest.CheckReferences(t, db)
}
