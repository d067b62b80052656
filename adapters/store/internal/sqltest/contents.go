package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
)

// BeforeContents is the last schema in which a content's sheet counted everybody who has
// it; from the next one on it counts those beyond the one for whom the store keeps it.
const BeforeContents = 9

// oldCount is a content as schema BeforeContents had it, and its count since.
type oldCount struct {
	tenant, content string
	kept            bool // by the store
	body, want      string
}

func oldCounts() []oldCount {
	return []oldCount{
		{Tenant, "of two records", true, `{"uses":2}`, `{"uses":1}`},
		{Tenant, "of one", true, `{"uses":1}`, `{"uses":0}`},
		{Tenant, "of nobody", true, `{"uses":0}`, `{"uses":0}`},
		{Tenant, "uploaded", false, `{"uses":3}`, `{"uses":3}`},
		{Tenant, "going", true, `{"uses":1,"going":true}`, `{"uses":0,"going":true}`},
		{Tenant, "here elsewhere", false, `{"uses":1}`, `{"uses":1}`},
		{"another", "here elsewhere", true, `{"uses":5}`, `{"uses":4}`},
	}
}

// OldContents fills a database of schema BeforeContents: contents with what their sheets
// counted then, two records that have the same one, and a sheet of another book under the id of a content.
func OldContents(tb testing.TB, own *sql.DB) {
	tb.Helper()
	exec := func(query string, args ...any) {
		_, err := own.ExecContext(tb.Context(), query, args...)
		require.NoError(tb, err)
	}
	const sheet = "INSERT INTO coordkit_sheet (tenant, book, id, rev, events, keys, body) VALUES ($1, $2, $3, 1, 0, '[]', $4)"
	for _, c := range oldCounts() {
		digest := string(archive.DigestOf([]byte(c.content)))
		if c.kept {
			exec("INSERT INTO coordkit_record_content (tenant, digest, content) VALUES ($1, $2, $3)", c.tenant, digest, []byte(c.content))
		}
		exec(sheet, c.tenant, "content", digest, c.body)
		if c.tenant == Tenant {
			exec(sheet, c.tenant, "other", digest, `{"uses":7}`)
		}
	}
	for i := range 2 {
		exec(`INSERT INTO coordkit_record (tenant, id, rev, events, kind, title, subject, name, media_type, digest, size, dated, filed, filed_by)
		 VALUES ($1, $2, 1, 1, 'letter', 'Letter', '', '', 'text/plain', $3, 14, $4, $4, 'carol')`,
			Tenant, fmt.Sprint("R", i), string(archive.DigestOf([]byte("of two records"))), At(0).UnixMicro())
	}
}

// CheckContents requires that the counts are those of today, and that they count: the bytes
// of a content go with the second of the records that have it, not with the first.
func CheckContents(tb testing.TB, s coordination.Store) {
	tb.Helper()
	for _, c := range oldCounts() {
		require.NoError(tb, s.View(tb.Context(), c.tenant, func(ctx context.Context, tx coordination.Tx) error {
			digest := string(archive.DigestOf([]byte(c.content)))
			got, err := tx.Sheet(ctx, "content", digest)
			require.NoError(tb, err)
			require.JSONEq(tb, c.want, string(got.Body), "%s: %s", c.tenant, c.content)
			if c.tenant == Tenant {
				got, err = tx.Sheet(ctx, "other", digest)
				require.JSONEq(tb, `{"uses":7}`, string(got.Body), "a book of its own")
			}
			return err
		}))
	}
	now := At(0)
	desk, err := coordination.NewDesk(coordination.Config{Store: s, Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}})
	require.NoError(tb, err)
	day := retention.DateOf(now, time.UTC)
	_, err = desk.AddSchedule(tb.Context(), Tenant, "carol", retention.Schedule{ID: "S", From: day, Phases: []retention.Phase{{
		Trigger: coordination.TriggerFiled, Period: retention.Period{Days: 1}, Action: retention.Destroy, Approvals: 1, Authority: "Act 1",
	}}})
	require.NoError(tb, err)
	_, err = desk.AddClass(tb.Context(), Tenant, "carol", fileplan.Class{ID: "letters", Title: "Letters", Schedule: "S", From: now})
	require.NoError(tb, err)
	records := []archive.RecordID{"R0", "R1"}
	for _, id := range records {
		_, err := desk.Arrange(tb.Context(), Tenant, "carol", id, 0, fileplan.Classify{Class: "letters"})
		require.NoError(tb, err)
	}
	now = now.AddDate(0, 0, 3)
	batch, err := desk.AskDisposal(tb.Context(), Tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, records)
	require.NoError(tb, err)
	_, err = desk.ApproveDisposal(tb.Context(), Tenant, "anna", batch.ID, 0, batch.Value.Scope)
	require.NoError(tb, err)
	for i, id := range records {
		_, err = desk.Destroy(tb.Context(), Tenant, "rita", batch.ID, 0, id)
		require.NoError(tb, err)
		err = s.View(tb.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			_, err := tx.Content(ctx, archive.DigestOf([]byte("of two records")))
			return err
		})
		if i == 0 {
			require.NoError(tb, err, "the other record has it")
		} else {
			require.ErrorIs(tb, err, archive.ErrNotFound)
		}
	}
}
