package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/uuid7"
)

func open(tb testing.TB) *sqlite.DB {
	tb.Helper()
	return openFile(tb, filepath.Join(tb.TempDir(), "office.db"))
}

func openFile(tb testing.TB, path string) *sqlite.DB {
	tb.Helper()
	db, err := sqlite.Open(tb.Context(), path, sqlite.Config{})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	require.NoError(tb, db.Migrate(tb.Context()))
	return db
}

func TestSmoke(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	svc, err := changereq.New(changereq.Config{Store: db.ChangeRequests(), Now: time.Now, NewID: uuid7.New(time.Now).Next})
	require.NoError(t, err)
	actor := changereq.Actor{ID: "ada", Roles: []string{"applicant"}}
	r, err := svc.Do(ctx, "acme", actor, "", 0, changereq.Open{Content: changereq.Content{Title: "Fit a bigger pump", Labels: []string{"pump"}, Affected: []changereq.AffectedItem{{Item: "P-1", Action: changereq.ActionModify, Base: "A"}}}})
	require.NoError(t, err)
	r2, err := svc.Do(ctx, "acme", actor, r.ID, r.Rev, changereq.Amend{Content: changereq.Content{Title: "Fit a smaller pump"}})
	require.NoError(t, err)
	require.EqualValues(t, 2, r2.Rev)
	_, err = svc.Do(ctx, "acme", actor, r.ID, r.Rev, changereq.Amend{Content: changereq.Content{Title: "x"}})
	require.ErrorIs(t, err, changereq.ErrConflict)
	page, next, err := svc.List(ctx, "acme", changereq.Query{Text: "smaller pump", State: r.State})
	require.NoError(t, err)
	require.Len(t, page, 1)
	require.Empty(t, next)
	page, _, err = svc.List(ctx, "acme", changereq.Query{Item: "P-1"})
	require.NoError(t, err)
	require.Empty(t, page)
	page, _, err = svc.List(ctx, "acme", changereq.Query{Text: "bigger"})
	require.NoError(t, err)
	require.Empty(t, page)
	arch, err := archive.New(archive.Config{Store: db.Archive(), Now: time.Now, NewID: uuid7.New(time.Now).Next})
	require.NoError(t, err)
	rec, err := arch.File(ctx, "acme", "ada", archive.File{Kind: "letter", Title: "T", MediaType: "text/plain", References: []archive.Link{{Type: archive.SeeAlso, Target: archive.ToRef("changereq:x")}}})
	require.NoError(t, err)
	_, content, err := arch.Open(ctx, "acme", rec.ID)
	require.NoError(t, err)
	require.Empty(t, content)
	err = db.View(ctx, "acme", func(ctx2 context.Context, tx coordination.Tx) error {
		es, n, err := tx.JournalEntries(ctx2, coordination.JournalQuery{})
		require.Len(t, es, 4)
		require.EqualValues(t, 4, n)
		return err
	})
	require.NoError(t, err)
}
