package changereq_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// bill answers from a table of what is used where.
type bill map[changereq.ItemID][]changereq.ItemID

func (b bill) usedIn(items []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) {
	out := make(map[changereq.ItemID][]changereq.ItemID, len(items))
	for _, item := range items {
		out[item] = b[item]
	}
	return out, nil
}

func (b bill) uses(tb testing.TB, affected ...changereq.AffectedItem) changereq.Uses {
	tb.Helper()
	found, err := changereq.FindUses(&changereq.Content{Affected: affected}, b.usedIn)
	require.NoError(tb, err)
	return found
}

func modified(item changereq.ItemID) changereq.AffectedItem {
	return changereq.AffectedItem{Item: item, Action: changereq.ActionModify, Base: "A"}
}

func reviewed(item changereq.ItemID) changereq.AffectedItem {
	return changereq.AffectedItem{Item: item, Action: changereq.ActionNone, Base: "A"}
}

func TestUsesAreFoundWithTheirPaths(t *testing.T) {
	t.Parallel()
	b := bill{
		"BOLT": {"HINGE", "LATCH"}, "HINGE": {"DOOR"}, "LATCH": {"DOOR", "GATE"}, "DOOR": {"CAR", "BOLT"}, "CAR": {"DOOR", "CAR"},
	}
	require.Equal(t, []changereq.Use{
		{Item: "CAR", Path: []changereq.ItemID{"BOLT", "HINGE", "DOOR", "CAR"}},
		{Item: "DOOR", Path: []changereq.ItemID{"BOLT", "HINGE", "DOOR"}},
		{Item: "GATE", Path: []changereq.ItemID{"BOLT", "LATCH", "GATE"}},
		{Item: "HINGE", Path: []changereq.ItemID{"BOLT", "HINGE"}},
		{Item: "LATCH", Path: []changereq.ItemID{"BOLT", "LATCH"}},
	}, b.uses(t, modified("BOLT")).Uses)
	require.Equal(t, []changereq.Use{
		{Item: "HINGE", Path: []changereq.ItemID{"BOLT", "HINGE"}},
		{Item: "LATCH", Path: []changereq.ItemID{"BOLT", "LATCH"}},
	}, b.uses(t, modified("BOLT"), reviewed("HINGE"), reviewed("LATCH")).Uses, "what stays as it is passes nothing on")
	require.Empty(t, b.uses(t, reviewed("BOLT")).Uses)
	require.Empty(t, b.uses(t).Uses)

	_, err := changereq.FindUses(&changereq.Content{Affected: []changereq.AffectedItem{modified("BOLT")}},
		func([]changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) { return nil, errBill })
	require.ErrorIs(t, err, errBill)
}

var errBill = errors.New("the bill of materials does not answer")

// The search against an oracle: reachability and distance by relaxing every
// edge until nothing changes.
func TestUsesAreTheClosure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "items")
		name := func(i int) changereq.ItemID { return changereq.ItemID(rune('a' + i)) }
		var content changereq.Content
		action := make([]changereq.Action, n)
		for i := range n {
			action[i] = rapid.SampledFrom([]changereq.Action{"-", "-", changereq.ActionModify, changereq.ActionNone, ""}).Draw(t, "action")
			if action[i] != "-" {
				content.Affected = append(content.Affected, changereq.AffectedItem{Item: name(i), Action: action[i]})
			}
		}
		edges := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, n-1), 2, 2), 0, 20).Draw(t, "edges")
		b := bill{}
		for _, e := range edges {
			b[name(e[0])] = append(b[name(e[0])], name(e[1]))
		}
		const far = 1000
		root := func(i int) bool { return action[i] == changereq.ActionModify || action[i] == "" }
		depth := make([]int, n) // of a shortest path from a root, over items that pass a change on
		for i := range n {
			if depth[i] = far; root(i) {
				depth[i] = 0
			}
		}
		for range n {
			for _, e := range edges {
				if action[e[0]] != changereq.ActionNone {
					depth[e[1]] = min(depth[e[1]], depth[e[0]]+1)
				}
			}
		}
		asked := map[changereq.ItemID]int{}
		got, err := changereq.FindUses(&content, func(items []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) {
			for _, item := range items {
				asked[item]++
			}
			return b.usedIn(items)
		})
		if err != nil || got.Cut {
			t.Fatal(got, err)
		}
		for item, times := range asked {
			if times != 1 {
				t.Fatalf("%s was asked for %d times", item, times)
			}
		}
		found := map[changereq.ItemID]changereq.Use{}
		for _, u := range got.Uses {
			found[u.Item] = u
		}
		for i := range n {
			u, ok := found[name(i)]
			if want := depth[i] > 0 && depth[i] < far; want && !ok || ok && depth[i] == far {
				t.Fatalf("%s: found %v, want %v", name(i), ok, want)
			}
			if !ok {
				continue
			}
			if depth[i] > 0 && len(u.Path) != depth[i]+1 {
				t.Fatalf("%s: the path %v is not a shortest one of %d steps", name(i), u.Path, depth[i])
			}
			for k := 1; k < len(u.Path); k++ {
				if !slices.Contains(b[u.Path[k-1]], u.Path[k]) {
					t.Fatalf("%s: %s does not use %s", name(i), u.Path[k], u.Path[k-1])
				}
			}
			if first := int(u.Path[0][0] - 'a'); !root(first) || u.Path[len(u.Path)-1] != u.Item {
				t.Fatalf("%s: the path %v does not lead there from what changes", name(i), u.Path)
			}
		}
	})
}

func TestTheSearchForUsesHasBounds(t *testing.T) {
	t.Parallel()
	wide, deep := bill{}, bill{}
	for i := range changereq.MaxUses {
		wide["X"] = append(wide["X"], changereq.ItemID(fmt.Sprintf("U%04d", i)))
	}
	for i := range changereq.MaxUseDepth {
		deep[changereq.ItemID(strconv.Itoa(i))] = []changereq.ItemID{changereq.ItemID(strconv.Itoa(i + 1))}
	}
	require.False(t, wide.uses(t, modified("X")).Cut)
	require.Len(t, wide.uses(t, modified("X")).Uses, changereq.MaxUses)
	wide["X"] = append(wide["X"], "one more")
	require.True(t, wide.uses(t, modified("X")).Cut)
	require.True(t, deep.uses(t, modified("0")).Cut)
	delete(deep, changereq.ItemID(strconv.Itoa(changereq.MaxUseDepth-1)))
	require.False(t, deep.uses(t, modified("0")).Cut)

	o := upTo(t, "Assessing")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.env.Uses = &changereq.Uses{Cut: true}
	o.refuses(carol, changereq.TraceUses{}, "dispositioned")
	o.refuses(carol, changereq.IssueBrief{Recommendation: "Approve."}, "dispositioned")
}

// What uses a changed item is found, listed with its path, and stands in the
// way until somebody has said what happens to it.
func TestWhatUsesAChangedItemNeedsAnAction(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.refuses(carol, changereq.TraceUses{}, "where-used")
	door := changereq.Use{Item: "ASM-7", Path: []changereq.ItemID{"DRW-12", "ASM-7"}}
	o.env.Uses = &changereq.Uses{Uses: []changereq.Use{door}}
	o.refuses(ann, changereq.TraceUses{}, "role")
	o.do(carol, changereq.TraceUses{})
	require.Equal(t, &changereq.WhereUsed{Uses: []changereq.Use{door}, By: "carol", At: o.now}, o.req.WhereUsed)
	refused := o.refusal(carol, changereq.IssueBrief{Recommendation: "Approve."}, "dispositioned")
	require.Contains(t, refused.Error(), "ASM-7 uses what changes (DRW-12 → ASM-7)")
	require.Equal(t, "ASM-7", refused.Unmet[0].Ref)
	o.env.Uses = nil // nobody answers any more: what was recorded still counts
	o.refuses(carol, changereq.IssueBrief{Recommendation: "Approve."}, "dispositioned")

	c := o.req.Content.Clone()
	c.Affected = append(c.Affected, changereq.AffectedItem{Item: "ASM-7", Action: changereq.ActionNone, Base: "2", Owner: "olga"})
	o.do(carol, changereq.Amend{Content: c})
	o.env.Uses = &changereq.Uses{Uses: []changereq.Use{door}}
	o.do(cora, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})

	o.env.Uses = &changereq.Uses{Uses: []changereq.Use{door, {Item: "ASM-9", Path: []changereq.ItemID{"DRW-12", "ASM-9"}}}}
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "dispositioned")
	for _, p := range changereq.Permitted(o.lc, &o.req, changereq.Env{Now: o.now, Actor: paul, Uses: o.env.Uses}) {
		if p.Event == "approve" {
			require.Len(t, p.Unmet, 1, "what is refused is not listed as possible")
		}
	}
	o.env.Uses.Uses = o.env.Uses.Uses[:1]
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.state("Approved")
	looked := 0
	for _, ev := range o.events {
		if ev.Kind() == "item-affected" {
			looked++
		}
	}
	require.Equal(t, 4, looked, "traced, briefed, presented, decided: each says what was known")
}

// A recorded use counts only while the content still leads to it.
func TestARecordedUseLapsesWithItsPath(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.env.Uses = &changereq.Uses{Uses: []changereq.Use{{Item: "ASM-7", Path: []changereq.ItemID{"DRW-12", "SUB-1", "ASM-7"}}}}
	o.do(carol, changereq.TraceUses{})
	o.env.Uses = nil
	c := o.req.Content.Clone()
	c.Affected = append(c.Affected, changereq.AffectedItem{Item: "SUB-1", Action: changereq.ActionNone, Base: "2", Owner: "olga"})
	o.do(carol, changereq.Amend{Content: c})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	require.Equal(t, 1, o.req.Brief.Number)
}

// service is a service over memory whose ports the test sets.
func service(tb testing.TB, change func(*changereq.Config)) *changereq.Service {
	tb.Helper()
	now, n := epoch, 0
	cfg := changereq.Config{
		Store: coordination.ChangeRequests(memory.New()),
		Now:   func() time.Time { now = now.Add(time.Minute); return now },
		NewID: func() string { n++; return fmt.Sprintf("R%d", n) },
	}
	change(&cfg)
	s, err := changereq.New(cfg)
	require.NoError(tb, err)
	return s
}

func TestTheServiceAsksWhereItemsAreUsed(t *testing.T) {
	t.Parallel()
	b := bill{"DRW-12": {"ASM-7"}, "ASM-7": {"CAR"}}
	down := false
	s := service(t, func(c *changereq.Config) {
		c.WhereUsed = func(_ context.Context, tenant string, items []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) {
			require.Equal(t, "acme", tenant)
			if down {
				return nil, errBill
			}
			return b.usedIn(items)
		}
	})
	walk(t, s, "Assessing")
	err := try(t, s, carol, changereq.IssueBrief{Recommendation: "Approve."})
	var refused *changereq.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Unmet, 2)
	r := give(t, s, carol, changereq.TraceUses{})
	require.Len(t, r.WhereUsed.Uses, 2)

	c := r.Content.Clone()
	c.Affected = append(c.Affected, reviewed("ASM-7"))
	give(t, s, ann, changereq.Amend{Content: c})
	give(t, s, carol, changereq.IssueBrief{Recommendation: "Approve."})
	give(t, s, carol, changereq.Move{Event: "present"})
	b["DRW-12"] = []changereq.ItemID{"ASM-7", "ASM-8"}
	require.ErrorIs(t, try(t, s, paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}), changereq.ErrRefused)
	listed, err := s.Permitted(t.Context(), "acme", paul, "CR1")
	require.NoError(t, err)
	i := slices.IndexFunc(listed, func(p changereq.Permission) bool { return p.Event == "approve" })
	require.Len(t, listed[i].Unmet, 1)
	down = true
	require.ErrorIs(t, try(t, s, paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}), errBill, "no answer is no consent")
	give(t, s, paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonObsolete})
}
