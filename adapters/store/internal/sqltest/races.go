package sqltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

type unit = func(context.Context, coordination.Tx) error

// race runs the two units at once, many times, each time on ids of its own.
func race(t *testing.T, s coordination.Store, rounds int, one, other func(round int) unit, check func(round int)) {
	t.Helper()
	for round := range rounds {
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, fn := range []unit{one(round), other(round)} {
			both.Go(func() { errs[i] = s.Update(t.Context(), Tenant, fn) })
		}
		both.Wait()
		require.NoError(t, errors.Join(errs...), "round %d", round)
		check(round)
	}
}

// Absence races two units, each of which stores its record only while that of
// the other is not there.
func Absence(t *testing.T, s coordination.Store, rounds int) {
	t.Helper()
	unless := func(ours, theirs string) func(int) unit {
		return func(round int) unit {
			return func(ctx context.Context, tx coordination.Tx) error {
				_, err := tx.Record(ctx, archive.RecordID(fmt.Sprint(theirs, round)))
				if !errors.Is(err, archive.ErrNotFound) {
					return err
				}
				r, events, _ := Filed(fmt.Sprint(ours, round), 1)
				_, err = tx.PutRecord(ctx, r, events...)
				return err
			}
		}
	}
	race(t, s, rounds, unless("a", "b"), unless("b", "a"), func(round int) {
		require.Equal(t, 1, countRecords(t, s, fmt.Sprint("a", round), fmt.Sprint("b", round)), "round %d", round)
	})
}

func countRecords(t *testing.T, s coordination.Store, ids ...string) int {
	t.Helper()
	n := 0
	require.NoError(t, s.View(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
		for _, id := range ids {
			_, err := tx.Record(ctx, archive.RecordID(id))
			switch {
			case err == nil:
				n++
			case !errors.Is(err, archive.ErrNotFound):
				return err
			}
		}
		return nil
	}))
	return n
}

// Creation races two units that create the same request: one finds the other's.
func Creation(t *testing.T, s coordination.Store, rounds int) {
	t.Helper()
	var created [2]bool // by the last run of each, which is the one that counts
	create := func(who int) func(int) unit {
		return func(round int) unit {
			return func(ctx context.Context, tx coordination.Tx) error {
				id := fmt.Sprint("new", round)
				r, events := Opened(id, "raced for")
				_, err := tx.PutChangeRequest(ctx, r, events...)
				created[who] = err == nil
				if errors.Is(err, changereq.ErrConflict) {
					_, err = tx.ChangeRequest(ctx, changereq.ID(id)) // the conflict did not end the unit
				}
				return err
			}
		}
	}
	race(t, s, rounds, create(0), create(1), func(round int) {
		require.NotEqual(t, created[0], created[1], "round %d", round)
	})
}

// WriteSkew races two units that read two obligations, each in its own order,
// and waive one of them only while the other still stands.
func WriteSkew(t *testing.T, s coordination.Store, rounds int) {
	t.Helper()
	for round := range rounds {
		require.NoError(t, s.Update(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			for _, name := range []string{"x", "y"} {
				o, events := Owed(fmt.Sprint(name, round), "bob")
				if _, err := tx.PutObligation(ctx, o, events...); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	waive := func(ours, theirs string) func(int) unit {
		return func(round int) unit {
			return func(ctx context.Context, tx coordination.Tx) error {
				mine, err := tx.Obligation(ctx, fmt.Sprint(ours, round))
				if err != nil {
					return err
				}
				other, err := tx.Obligation(ctx, fmt.Sprint(theirs, round))
				if err != nil || other.State != notice.Owed {
					return err
				}
				return waiveOne(ctx, tx, mine)
			}
		}
	}
	race(t, s, rounds, waive("x", "y"), waive("y", "x"), func(round int) {
		require.NoError(t, s.View(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			x, err := tx.Obligation(ctx, fmt.Sprint("x", round))
			require.NoError(t, err)
			y, err := tx.Obligation(ctx, fmt.Sprint("y", round))
			require.NotEqual(t, x.State, y.State, "round %d", round)
			return err
		}))
	})
}

func waiveOne(ctx context.Context, tx coordination.Tx, o notice.Obligation) error {
	events, err := notice.DecideSettle(o, notice.Settle{State: notice.Waived, Reason: "raced"}, "ann", At(2))
	if err != nil {
		return err
	}
	for _, ev := range events {
		o = notice.Evolve(o, ev)
	}
	_, err = tx.PutObligation(ctx, o, events...)
	return err
}

// GuardedList races two units that open a request on an item only while no
// other affects it, under the lock of the item.
func GuardedList(t *testing.T, s coordination.Store, rounds int) {
	t.Helper()
	claim := func(name string) func(int) unit {
		return func(round int) unit {
			return func(ctx context.Context, tx coordination.Tx) error {
				item := changereq.ItemID(fmt.Sprint("item", round))
				if err := tx.LockChangeItems(ctx, item); err != nil {
					return err
				}
				page, _, err := tx.ChangeRequests(ctx, changereq.Query{Item: item})
				if err != nil || len(page) > 0 {
					return err
				}
				r, events := Next(changereq.Request{}, fmt.Sprint(name, round), changereq.OpenedData{
					State: "draft", Applicant: "ann",
					Content: changereq.Content{Affected: []changereq.AffectedItem{{Item: item, Action: changereq.ActionModify}}},
				})
				_, err = tx.PutChangeRequest(ctx, r, events...)
				return err
			}
		}
	}
	race(t, s, rounds, claim("p"), claim("q"), func(round int) {
		require.NoError(t, s.View(t.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
			page, _, err := tx.ChangeRequests(ctx, changereq.Query{Item: changereq.ItemID(fmt.Sprint("item", round))})
			require.Len(t, page, 1, "round %d", round)
			return err
		}))
	})
}

// LockOrder races units that lock the same items in opposite orders: none of
// them runs twice, because the store takes them in one order.
func LockOrder(t *testing.T, s coordination.Store, rounds int) {
	t.Helper()
	var forth []changereq.ItemID
	for i := range 300 {
		forth = append(forth, changereq.ItemID(fmt.Sprint("locked", i)))
	}
	back := slices.Clone(forth)
	slices.Reverse(back)
	var runs atomic.Int64
	lock := func(items []changereq.ItemID) func(int) unit {
		return func(int) unit {
			return func(ctx context.Context, tx coordination.Tx) error {
				runs.Add(1)
				return tx.LockChangeItems(ctx, items...)
			}
		}
	}
	race(t, s, rounds, lock(forth), lock(back), func(round int) {
		require.EqualValues(t, 2*(round+1), runs.Load(), "a unit ran again in round %d", round)
	})
}
