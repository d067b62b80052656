package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// misfiled is what an index is found to say wrongly.
type misfiled struct {
	room   coordination.Room
	entity string
}

// Index changes what lists go by in a store, each kind of it, behind the store's back, and
// requires CheckIndex to find each change, with the row that it is about.
func Index(t *testing.T, s coordination.Store, own *sql.DB) {
	t.Helper()
	const requests, tickets = 520, 600 // more than are compared at once
	require.NoError(t, Load(t.Context(), s, 2, requests))
	require.NoError(t, s.Update(t.Context(), tenant(1), func(ctx context.Context, tx coordination.Tx) error {
		for i := range tickets {
			keys := []register.Key{{Name: "owner", Value: fmt.Sprint("owner", i%7)}, {Name: "zone", Value: fmt.Sprint("zone", i)}}
			if _, err := tx.PutSheet(ctx, register.Sheet{Book: "ticket", ID: RequestID(i), Body: []byte(`{}`), Keys: keys}); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Empty(t, misfiledIn(t, s, tenant(0)))
	require.Empty(t, misfiledIn(t, s, tenant(1)))

	all := tamperings()
	for _, statement := range slices.Sorted(maps.Keys(all)) {
		found := all[statement]
		n, err := own.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
		changed, err := n.RowsAffected()
		require.NoError(t, err)
		require.Positive(t, changed, statement)
		require.True(t, slices.Contains(misfiledIn(t, s, tenant(1)), found), "%s: %v is not found", statement, found)
	}
	require.Empty(t, misfiledIn(t, s, tenant(0)), "the other tenant's")
}

// tamperings are statements, each with what it makes wrong: in every column, table and way.
func tamperings() map[string]misfiled {
	of := func(i int) string { return " WHERE tenant = '" + tenant(1) + "' AND id = '" + RequestID(i) + "'" }
	request := func(i int) misfiled { return misfiled{coordination.RoomChangeRequest, RequestID(i)} }
	key := func(i int, name, value string) string {
		return fmt.Sprintf("INSERT INTO coordkit_sheet_key (tenant, book, name, value, id) VALUES ('%s', 'ticket', '%s', '%s', '%s')", tenant(1), name, value, RequestID(i))
	}
	out := map[string]misfiled{
		"DELETE FROM coordkit_change_item" + of(1):                                                            request(1),
		"DELETE FROM coordkit_change_term" + of(2) + " AND term = 'word2'":                                    request(2),
		"UPDATE coordkit_change_item SET opened = opened + 1" + of(3):                                         request(3),
		"UPDATE coordkit_change_bundle SET created = created + 1" + of(20):                                    {coordination.RoomBundle, RequestID(20)},
		"UPDATE coordkit_change_bundle SET events = events + 1" + of(30):                                      {coordination.RoomBundle, RequestID(30)},
		"UPDATE coordkit_sheet SET keys = '[]'" + of(10) + " AND book = 'issue'":                              {"issue", ""},
		"DELETE FROM coordkit_sheet_key" + of(550) + " AND book = 'ticket' AND name = 'zone'":                 {"ticket", RequestID(550)},
		"UPDATE coordkit_sheet_key SET value = 'owner3'" + of(40) + " AND book = 'ticket' AND name = 'owner'": {"ticket", RequestID(40)},
		key(7, "owner", "owner1"): {"ticket", RequestID(7)},
		key(8, "colour", "red"):   {"ticket", ""},
		"INSERT INTO coordkit_change_item (tenant, item, opened, id) VALUES ('" + tenant(1) + "', 'item', 1, 'nobody')": {coordination.RoomChangeRequest, ""},
	}
	for i, set := range []string{
		"events = events + 1", "state = 'x'", "category = 'x'", "applicant = 'x'", "opened = opened + 1", "slot_class = 15", "slot_start = 1", "slot_end = 1",
		"decide_by = 1", "approval_due = 1", "deferred_until = 1", "approval_expires = 1", "approval_turns = 1", "notice_owed = 1", "entered = 1",
	} {
		out["UPDATE coordkit_change_request SET "+set+of(500+i)] = request(500 + i)
	}
	return out
}

func misfiledIn(t *testing.T, s coordination.Store, tenant string) (out []misfiled) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		out = nil
		return tx.(coordination.Indexed).CheckIndex(ctx, func(room coordination.Room, entity, text string) error {
			require.NotEmpty(t, text)
			out = append(out, misfiled{room, entity})
			return nil
		})
	}))
	return out
}
