package memory

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

func put(t *testing.T, db *DB, state string) {
	t.Helper()
	require.NoError(t, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		r, _ := tx.ChangeRequest(ctx, "a")
		r.ID, r.State = "a", state
		_, err := tx.PutChangeRequest(ctx, r)
		return err
	}))
}

// lists counts the lists of a table.
func lists[V, E any](of *table[V, E]) (n int) {
	for _, under := range of.under {
		n += len(under)
	}
	return n
}

// TestPruning: versions live as long as somebody sees them, and no longer.
func TestPruning(t *testing.T) {
	t.Parallel()
	db := New()
	put(t, db, "new")
	requests := db.tenants["acme"].requests
	versions := func() (n int) {
		for v := requests.rows["a"]; v != nil; v = v.older {
			n++
		}
		return n
	}
	put(t, db, "open")
	require.Equal(t, 1, versions(), "nobody sees the first version")
	require.Nil(t, requests.under[byState]["new"], "nobody finds the row there")

	require.NoError(t, db.View(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
		put(t, db, "held")
		put(t, db, "closed")
		require.Equal(t, 3, versions(), "the view still sees the one that was open")
		for state, want := range map[string]int{"open": 1, "held": 0, "closed": 0} {
			page, _, err := tx.ChangeRequests(ctx, changereq.Query{State: state})
			require.NoError(t, err)
			require.Len(t, page, want, state)
		}
		return nil
	}))
	require.Equal(t, 1, versions(), "the view has ended")
	require.Equal(t, 5, lists(requests), "everything, state, category, applicant and the word of the id")
	require.Equal(t, 1, requests.under[byNothing][""].count)
	require.Empty(t, db.tenants["acme"].open)
}

// TestLookingCreatesNothing: reading a tenant that never wrote leaves no trace.
func TestLookingCreatesNothing(t *testing.T) {
	t.Parallel()
	db := New()
	require.NoError(t, db.View(t.Context(), "acme", func(context.Context, coordination.Tx) error { return nil }))
	require.Empty(t, db.tenants)
}

// TestWhatCameAndWentLeavesNothing: a row that its own transaction takes away.
func TestWhatCameAndWentLeavesNothing(t *testing.T) {
	t.Parallel()
	db := New()
	for range 2 { // also where a row was taken away before
		require.NoError(t, db.Update(t.Context(), "acme", func(ctx context.Context, tx coordination.Tx) error {
			require.NoError(t, tx.PutIdempotentReply(ctx, coordination.Reply{Key: "k", Created: time.Unix(0, 0).UTC(), Expires: time.Unix(1, 0).UTC()}))
			n, err := tx.DropIdempotentReplies(ctx, time.Unix(2, 0), 1)
			require.Equal(t, 1, n)
			return err
		}))
		replies := db.tenants["acme"].replies
		require.Empty(t, replies.rows)
		require.Zero(t, lists(replies))
	}
}

func TestQueueKeepsItsOrder(t *testing.T) {
	t.Parallel()
	var q queue[int]
	next := 0
	for i := range 1000 {
		q.push(i)
		if i%3 == 0 {
			continue
		}
		got, ok := q.front()
		require.True(t, ok)
		require.Equal(t, next, got)
		next++
		q.pop()
	}
	for ; next < 1000; next++ {
		got, ok := q.front()
		require.True(t, ok)
		require.Equal(t, next, got)
		q.pop()
	}
	_, ok := q.front()
	require.False(t, ok)
}
