package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// Slots are requests of which the first half claims time, as they were stored.
func Slots(tb testing.TB, s coordination.Store) []changereq.Request {
	tb.Helper()
	var out []changereq.Request
	for i, length := range []time.Duration{
		time.Microsecond, 90 * time.Minute, 1234567891 * time.Microsecond, 30 * 24 * time.Hour, 90 * 365 * 24 * time.Hour,
	} {
		for j, start := range []time.Time{At(i), At(i).Add(time.Microsecond), At(i).Add(120 * time.Millisecond)} {
			at, w := At(0), changereq.Window{Start: start, End: start.Add(length)}
			r, events := Opened(fmt.Sprintf("%d-%d", i, j), "door")
			r, more := Next(r, string(r.ID),
				changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, By: "paul", At: &at}},
				changereq.MovedData{To: "scheduled", Category: lifecycle.Decide, Window: &w})
			events = append(events, more...)
			if j == 2 && i%2 == 0 {
				r, more = Next(r, string(r.ID), changereq.HeldData{Reason: "wait"})
				events = append(events, more...)
			}
			require.NoError(tb, s.Update(tb.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
				var err error
				r, err = tx.PutChangeRequest(ctx, r, events...)
				return err
			}))
			out = append(out, r)
		}
	}
	return out
}

// CheckSlots requires that exactly the requests that claim time are found by it.
func CheckSlots(tb testing.TB, s coordination.Store, stored []changereq.Request) {
	tb.Helper()
	for i := range stored {
		w := stored[i].Window
		require.NoError(tb, s.View(tb.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			last := changereq.Window{Start: w.End.Add(-time.Microsecond), End: w.End}
			page, _, err := tx.ChangeWindows(ctx, changereq.WindowQuery{Window: last})
			found := false
			for _, r := range page {
				found = found || r.ID == stored[i].ID
			}
			require.Equal(tb, stored[i].Slot() != nil, found, "%s at %v", stored[i].ID, last)
			return err
		}))
	}
}

// FirstSchema brings an empty database to the first of the migrations.
func FirstSchema(tb testing.TB, own *sql.DB, migrations fs.FS) {
	tb.Helper()
	OlderSchema(tb, own, migrations, 1)
}

// OlderSchema brings an empty database to one of the migrations.
func OlderSchema(tb testing.TB, own *sql.DB, migrations fs.FS, version int) {
	tb.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	require.NoError(tb, err)
	older := make(fstest.MapFS)
	for _, name := range names[:version] {
		script, err := fs.ReadFile(migrations, name)
		require.NoError(tb, err)
		older[name] = &fstest.MapFile{Data: script}
	}
	require.NoError(tb, sqlstore.Migrate(tb.Context(), own, older))
}

// CopyRequests copies the rows of requests, with the columns of the first schema.
func CopyRequests(tb testing.TB, from, to *sql.DB) {
	tb.Helper()
	const columns = "tenant, id, rev, events, state, category, applicant, opened, doc"
	rows, err := from.QueryContext(tb.Context(), "SELECT "+columns+" FROM coordkit_change_request")
	require.NoError(tb, err)
	defer func() { require.NoError(tb, rows.Close()) }()
	for rows.Next() {
		values := make([]any, 9)
		places := make([]any, len(values))
		for i := range values {
			places[i] = &values[i]
		}
		require.NoError(tb, rows.Scan(places...))
		_, err := to.ExecContext(tb.Context(), "INSERT INTO coordkit_change_request ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", values...)
		require.NoError(tb, err)
	}
	require.NoError(tb, rows.Err())
}
