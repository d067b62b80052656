package coordination_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/window"
	"github.com/coordkit/coordkit/coordination"
)

func june(from, to int) changereq.Window {
	return changereq.Window{Start: time.Date(2026, 6, from, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 6, to, 0, 0, 0, 0, time.UTC)}
}

// planned is a desk with a calendar on which the hinge, HNG-1, uses DRW-12.
func planned(tb testing.TB, rules window.Rules) *bench {
	tb.Helper()
	b := newBench(tb)
	b.store = &interrupted{Store: memory.New()}
	desk, err := coordination.NewDesk(coordination.Config{
		Store: b.store, Now: func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
		Calendar: func(context.Context, string) (window.Rules, error) { return rules, nil },
		WhereUsed: func(_ context.Context, _ string, items []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) {
			out := make(map[changereq.ItemID][]changereq.ItemID)
			for _, item := range items {
				if item == "DRW-12" {
					out[item] = []changereq.ItemID{"HNG-1"}
				}
			}
			return out, nil
		},
	})
	require.NoError(tb, err)
	b.Desk = desk
	return b
}

// approvedFor brings a request that changes an item up to its approval.
func (b *bench) approvedFor(id changereq.ID, item changereq.ItemID) {
	b.t.Helper()
	affected := []changereq.AffectedItem{{Item: item, Action: changereq.ActionModify, Base: "B", Owner: "otto"}}
	if item == "DRW-12" {
		affected = append(affected, changereq.AffectedItem{Item: "HNG-1", Action: changereq.ActionNone, Base: "1", Owner: "otto"})
	}
	b.presented(id, affected...)
	b.approve(id)
}

func (b *bench) refused(who changereq.Actor, id changereq.ID, cmd changereq.Command, texts ...string) {
	b.t.Helper()
	_, err := b.Do(b.t.Context(), tenant, who, id, 0, cmd)
	var refused *changereq.RefusedError
	require.ErrorAs(b.t, err, &refused)
	require.Len(b.t, refused.Unmet, len(texts), "%v", err)
	for i, text := range texts {
		require.Contains(b.t, refused.Unmet[i].Text, text)
	}
}

func schedule(w changereq.Window, implementer string) changereq.Move {
	return changereq.Move{Event: "schedule", Window: &w, Implementer: implementer}
}

func TestAFreezeKeepsFromSchedulingAndStarting(t *testing.T) {
	t.Parallel()
	b := planned(t, window.Rules{
		Freezes:     []window.Freeze{{Name: "fair", Window: june(10, 20)}, {Name: "audit", Window: june(1, 3), Severity: window.Warn}},
		Maintenance: []window.Maintenance{{Name: "first days", Windows: []window.Window{june(1, 12)}, Severity: window.Hold}},
	})
	b.approvedFor("CR1", "DRW-12")
	b.refused(carol, "CR1", schedule(june(9, 11), ""), "(fair)")
	r := b.do(carol, "CR1", schedule(june(20, 22), ""))
	require.Len(t, r.Conflicts, 1, "outside the hours is kept on record")
	b.refused(ivo, "CR1", changereq.Move{Event: "start"}, "the hours of first days")
	permitted, err := b.Permitted(t.Context(), tenant, ivo, "CR1")
	require.NoError(t, err)
	require.Len(t, permitted[0].Unmet, 1, "what is refused is listed as refused")

	r = b.do(carol, "CR1", changereq.Move{Event: "replan", Reason: "too late"})
	require.Nil(t, r.Window, "whoever plans again gives the window up")
	require.Empty(t, r.Conflicts)
	r = b.do(carol, "CR1", schedule(june(2, 5), "ivo"))
	require.Equal(t, []window.Kind{window.FreezeTime}, kinds(r.Conflicts))
	require.Equal(t, "ivo", r.Implementer)
	r = b.do(ivo, "CR1", changereq.Move{Event: "start"})
	require.Equal(t, []window.Kind{window.FreezeTime}, kinds(r.Conflicts), "a warning keeps nobody from working")
}

func kinds(list []changereq.Conflict) []window.Kind {
	var out []window.Kind
	for _, c := range list {
		out = append(out, c.Kind)
	}
	return out
}

func TestRelatedItemsAndImplementers(t *testing.T) {
	t.Parallel()
	b := planned(t, window.Rules{})
	b.approvedFor("CR1", "DRW-12")
	b.approvedFor("CR2", "HNG-1")
	b.approvedFor("CR3", "OIL-4")
	b.do(carol, "CR1", schedule(june(1, 8), "ivo"))
	for id, want := range map[changereq.ID][]window.Kind{
		"CR2": {window.RelatedItem, window.SameImplementer}, "CR3": {window.SameImplementer},
	} {
		got, err := b.ConflictsWith(t.Context(), tenant, id, june(7, 9), "ivo")
		require.NoError(t, err)
		require.Equal(t, want, kinds(got))
		got, err = b.ConflictsWith(t.Context(), tenant, id, june(8, 9), "ivo")
		require.NoError(t, err)
		require.Empty(t, got, "they touch")
	}
	b.do(carol, "CR2", schedule(june(7, 9), "ivo"))
	got, err := b.ConflictsWith(t.Context(), tenant, "CR1", june(1, 8), "ivo")
	require.NoError(t, err)
	require.Equal(t, []window.Kind{window.RelatedItem, window.SameImplementer}, kinds(got), "the other says the same")
	b.refused(ivo, "CR2", changereq.Move{Event: "start"}, "ivo works on")

	page, next, err := b.ChangeWindows(t.Context(), tenant, changereq.WindowQuery{Window: june(1, 30)})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, page, 2)
	b.do(carol, "CR1", changereq.PutOnHold{Reason: "strike"})
	page, _, err = b.ChangeWindows(t.Context(), tenant, changereq.WindowQuery{Window: june(1, 30)})
	require.NoError(t, err)
	require.Equal(t, changereq.ID("CR2"), page[0].ID, "whoever is held claims no time")
	b.do(ivo, "CR2", changereq.Move{Event: "start"})
	b.do(carol, "CR1", changereq.Release{})
	b.refused(ivo, "CR1", changereq.Move{Event: "start"}, "ivo works on")

	_, err = b.ConflictsWith(t.Context(), tenant, "CR3", june(9, 9), "")
	require.ErrorIs(t, err, changereq.ErrInvalid)
	_, _, err = b.ChangeWindows(t.Context(), tenant, changereq.WindowQuery{Window: june(9, 8)})
	require.ErrorIs(t, err, changereq.ErrInvalid)
	_, err = b.ConflictsWith(t.Context(), tenant, "none", june(1, 2), "")
	require.ErrorIs(t, err, changereq.ErrNotFound)
}

// interrupted is a store in which something happens, once, right after a unit of
// work has read who claims time.
type interrupted struct {
	coordination.Store

	then func()
}

func (s *interrupted) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return s.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		return fn(ctx, interruptedTx{tx, s})
	})
}

type interruptedTx struct {
	coordination.Tx

	store *interrupted
}

func (x interruptedTx) ChangeWindows(ctx context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	page, next, err := x.Tx.ChangeWindows(ctx, q)
	if then := x.store.then; then != nil {
		x.store.then = nil
		then()
	}
	return page, next, err
}

// Two who would have one person work for both at a time lock that person; two
// whose items are related lock the items of each other. Whoever looked before
// the other was scheduled looks again.
func TestWhoeverLookedTooEarlyLooksAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, second changereq.ItemID
		implementer   string
	}{
		"same item":      {"OIL-4", "OIL-4", ""},
		"used by theirs": {"DRW-12", "HNG-1", ""},
		"uses theirs":    {"HNG-1", "DRW-12", ""},
		"one person":     {"OIL-4", "OIL-5", "ivo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := planned(t, window.Rules{SameImplementer: window.Block, RelatedItem: window.Block})
			b.approvedFor("1", c.first)
			b.approvedFor("2", c.second)
			store, _ := b.store.(*interrupted)
			store.then = func() { b.do(carol, "2", schedule(june(1, 8), c.implementer)) }
			_, err := b.Do(t.Context(), tenant, carol, "1", 0, schedule(june(7, 9), c.implementer))
			require.ErrorIs(t, err, changereq.ErrRefused)
			require.Nil(t, store.then, "the other came in between")
		})
	}
}

func TestRulesThatCannotBeKeptAreToldOf(t *testing.T) {
	t.Parallel()
	b := planned(t, window.Rules{SameItem: "worse"})
	b.approvedFor("CR1", "DRW-12")
	_, err := b.ConflictsWith(t.Context(), tenant, "CR1", june(1, 2), "")
	require.ErrorIs(t, err, window.ErrInvalid)
}
