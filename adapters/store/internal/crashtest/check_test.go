package crashtest_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// check opens the store again: every acknowledged unit is there, every unit is
// there in all three rooms or in none, and the rows are the fold of their
// events.
func check(t *testing.T, name string, acknowledged map[string]bool) {
	t.Helper()
	s, err := open(t.Context(), name)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	for {
		n, err := s.Sequence(t.Context(), coordination.MaxLimit)
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	require.NoError(t, s.View(t.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		events := requests(ctx, t, tx)
		require.Empty(t, cmp.Diff(events, records(ctx, t, tx)), "units by events and by records")
		require.Empty(t, cmp.Diff(events, obligations(ctx, t, tx)), "units by events and by obligations")
		require.Empty(t, cmp.Diff(events, sheets(ctx, t, tx)), "units by events and by sheets")
		for id := range acknowledged {
			require.True(t, events[id], "unit %s was acknowledged and is lost", id)
		}
		journal(ctx, t, tx)
		return nil
	}))
}

// requests returns the units that left an event.
func requests(ctx context.Context, t *testing.T, tx coordination.Tx) map[string]bool {
	t.Helper()
	units := make(map[string]bool)
	page, next, err := tx.ChangeRequests(ctx, changereq.Query{})
	require.NoError(t, err)
	require.Empty(t, next)
	for _, r := range page {
		var fold changereq.Request
		for after, more := int64(0), true; more; more = after != 0 {
			events, next, err := tx.ChangeRequestEvents(ctx, r.ID, after, changereq.MaxLimit)
			require.NoError(t, err)
			for _, ev := range events {
				fold = changereq.Evolve(fold, ev)
				if d, ok := ev.Data.(changereq.HeldData); ok {
					units[d.Reason] = true
				}
			}
			after = next
		}
		fold.Rev = r.Rev
		require.Empty(t, cmp.Diff(fold, r))
	}
	return units
}

func records(ctx context.Context, t *testing.T, tx coordination.Tx) map[string]bool {
	t.Helper()
	units := make(map[string]bool)
	q := archive.Query{Limit: archive.MaxLimit}
	for more := true; more; more = q.After != "" {
		page, next, err := tx.Records(ctx, q)
		require.NoError(t, err)
		for _, r := range page {
			units[string(r.ID)] = true
			events, _, err := tx.RecordEvents(ctx, r.ID, 0, 0)
			require.NoError(t, err)
			fold := archive.Fold(events)
			fold.Rev = r.Rev
			require.Empty(t, cmp.Diff(fold, r))
			content, err := tx.Content(ctx, r.Digest)
			require.NoError(t, err)
			require.Equal(t, r.Digest, archive.DigestOf(content))
		}
		q.After = next
	}
	return units
}

func obligations(ctx context.Context, t *testing.T, tx coordination.Tx) map[string]bool {
	t.Helper()
	units := make(map[string]bool)
	q := notice.Query{Limit: notice.MaxLimit}
	for more := true; more; more = q.After != "" {
		page, next, err := tx.Obligations(ctx, q)
		require.NoError(t, err)
		for _, o := range page {
			units[o.ID] = true
			events, _, err := tx.ObligationEvents(ctx, o.ID, 0, 0)
			require.NoError(t, err)
			fold := notice.Fold(events)
			fold.Rev = o.Rev
			require.Empty(t, cmp.Diff(fold, o))
		}
		q.After = next
	}
	return units
}

// journal requires positions without a gap, in the order of each entity.
// sheets are the units that the sheets know of; each sheet has, and stands under,
// what its last event says.
func sheets(ctx context.Context, t *testing.T, tx coordination.Tx) map[string]bool {
	t.Helper()
	units := make(map[string]bool)
	page, next, err := tx.Sheets(ctx, register.Query{Book: book})
	require.NoError(t, err)
	require.Empty(t, next)
	for _, s := range page {
		want := register.Sheet{Book: book, ID: s.ID, Rev: s.Rev}
		for more := true; more; more = want.Events < s.Events {
			events, _, err := tx.SheetEvents(ctx, book, s.ID, want.Events, register.MaxLimit)
			require.NoError(t, err)
			require.NotEmpty(t, events)
			for _, ev := range events {
				var id string
				require.NoError(t, json.Unmarshal(ev.Data, &id))
				units[id] = true
				want.Events, want.Body, want.Keys = ev.Seq, ev.Data, []register.Key{{Name: "last", Value: id}}
			}
		}
		require.Empty(t, cmp.Diff(want, s))
		found, _, err := tx.Sheets(ctx, register.Query{Book: book, Key: "last"}.Only(want.Keys[0].Value))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]register.Sheet{want}, found))
	}
	all, _, err := tx.Sheets(ctx, register.Query{Book: book, Key: "last"})
	require.NoError(t, err)
	require.Len(t, all, len(page), "no key stays behind")
	return units
}

func journal(ctx context.Context, t *testing.T, tx coordination.Tx) {
	t.Helper()
	last := make(map[string]int64)
	for after, more := int64(0), true; more; {
		page, next, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: after, Limit: coordination.MaxLimit})
		require.NoError(t, err)
		for _, e := range page {
			after++
			require.Equal(t, after, e.Position)
			key := string(e.Room) + e.Entity
			require.Equal(t, last[key]+1, e.Seq)
			last[key] = e.Seq
		}
		more = next != after || len(page) > 0
	}
}
