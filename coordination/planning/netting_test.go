package planning_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
	"github.com/coordkit/coordkit/schedule/supply"
)

// wanting is a plan of one activity that needs a pump on a day from monday on.
func wanting(id string, day, priority int) plans.Create {
	a := task("a", 8, material("pump", 1))
	a.StartBy.NotBefore, a.Priority = monday.Add(time.Duration(day)*24*hour), priority
	return plans.Create{Plan: schedule.Plan{ID: id, Start: monday, Activities: []schedule.Activity{a}}}
}

func (b *bench) of(t *testing.T, plan string) schedule.Verdict {
	t.Helper()
	r, err := b.Readiness(t.Context(), acme, plan, monday)
	require.NoError(t, err)
	return r.Plan().Verdict
}

// TestEarlierNeedWins: of two plans that want the only unit the earlier need has
// it, whichever plan was stored or asked first; then priority, then the id.
func TestEarlierNeedWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ winner, loser plans.Create }{
		"date":     {wanting("Z", 3, 0), wanting("A", 5, 9)},
		"priority": {wanting("Z", 3, 1), wanting("A", 3, 0)},
		"id":       {wanting("A", 3, 0), wanting("Z", 3, 0)},
	} {
		for _, order := range [][]plans.Create{{c.winner, c.loser}, {c.loser, c.winner}} {
			t.Run(fmt.Sprint(name, " after ", order[0].Plan.ID), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, memory.New())
				ctx := t.Context()
				require.NoError(t, b.PutItems(ctx, acme, "ann", []planning.Item{item("pump")}))
				require.NoError(t, b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "L", Item: "pump", Quantity: 1}}, ""))
				for _, x := range order {
					_, err := b.Do(ctx, acme, "ann", x.Plan.ID, 0, x)
					require.NoError(t, err)
					b.of(t, x.Plan.ID) // what was answered before must not stand
				}
				require.Equal(t, schedule.Short, b.of(t, c.loser.Plan.ID))
				require.Equal(t, schedule.Ready, b.of(t, c.winner.Plan.ID))
				_, err := b.Do(ctx, "other", "ann", "A", 0, wanting("A", 1, 0))
				require.NoError(t, err)
				require.Equal(t, schedule.Ready, b.of(t, c.winner.Plan.ID), "another tenant takes nothing")
			})
		}
	}
}

// TestOtherPlansLetGo: what another plan has begun, or wants no more, is free at
// the next question.
func TestOtherPlansLetGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, memory.New())
	ctx := t.Context()
	require.NoError(t, b.PutItems(ctx, acme, "ann", []planning.Item{item("pump")}))
	require.NoError(t, b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "L", Item: "pump", Quantity: 1}}, ""))
	for _, x := range []plans.Create{wanting("early", 1, 0), wanting("late", 9, 0)} {
		_, err := b.Do(ctx, acme, "ann", x.Plan.ID, 0, x)
		require.NoError(t, err)
	}
	require.Equal(t, schedule.Short, b.of(t, "late"))

	// Questions about a plan have the wants of the others in their facts.
	pulled, err := b.WhatIf(ctx, acme, "late", monday, planning.Question{Orders: []planning.OrderNow{{Item: "pump", Quantity: 1, Due: date("2026-03-06")}}})
	require.NoError(t, err)
	require.Equal(t, schedule.Ready, pulled.After.Plan().Verdict, "one for each")
	moved, err := b.WhatIf(ctx, acme, "early", monday, planning.Question{Moves: []schedule.Floor{{Activity: "a", At: monday.Add(20 * 24 * hour)}}})
	require.NoError(t, err)
	require.Equal(t, schedule.Short, moved.After.Plan().Verdict, "the other plan's need comes first then")
	e, err := b.EffectOf(ctx, acme, "early", monday, schedule.Revision{Moves: []schedule.Floor{{Activity: "a", At: monday.Add(20 * 24 * hour)}}})
	require.NoError(t, err)
	require.Equal(t, []schedule.Verdict{schedule.Ready, schedule.Short}, []schedule.Verdict{e.Before, e.Verdict})

	_, err = b.Do(ctx, acme, "ann", "early", 0, plans.Revise{Cancel: []string{"a"}})
	require.NoError(t, err)
	require.Equal(t, schedule.Ready, b.of(t, "late"))
	_, err = b.Do(ctx, acme, "ann", "again", 0, wanting("again", 2, 0))
	require.NoError(t, err)
	require.Equal(t, schedule.Short, b.of(t, "late"))
	_, err = b.Do(ctx, acme, "ann", "again", 0, plans.Record{Progress: []plans.Progress{{Activity: "a", Actual: schedule.Actual{Start: monday, Remaining: hour}}}})
	require.NoError(t, err)
	require.Equal(t, schedule.Ready, b.of(t, "late"))
}

// TestTooManyPlansAreRefused: beyond the limit no answer is given rather than a
// wrong one; a plan that wants nothing does not count.
func TestTooManyPlansAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, memory.New())
	ctx := t.Context()
	_, err := b.Do(ctx, acme, "ann", "idle", 0, plans.Create{Plan: schedule.Plan{ID: "idle", Activities: []schedule.Activity{task("a", 8)}}})
	require.NoError(t, err)
	for i := range planning.MaxNetted {
		x := wanting(fmt.Sprintf("P%04d", i), 1, 0)
		_, err := b.Do(ctx, acme, "ann", x.Plan.ID, 0, x)
		require.NoError(t, err)
	}
	require.Equal(t, schedule.Short, b.of(t, "P0000"))
	_, err = b.Do(ctx, acme, "ann", "more", 0, wanting("more", 1, 0))
	require.NoError(t, err)
	_, err = b.Readiness(ctx, acme, "idle", monday)
	require.ErrorIs(t, err, schedule.ErrRefused)
	_, err = b.Do(ctx, acme, "ann", "more", 0, plans.Revise{Cancel: []string{"a"}})
	require.NoError(t, err)
	_, err = b.Readiness(ctx, acme, "idle", monday)
	require.NoError(t, err)
}
