package coordination_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// bundled is a desk with a bundle B of those members, each before the product
// manager and changing an item of its own.
func bundled(t *testing.T, mode bundle.Mode, ids ...changereq.ID) *bench {
	t.Helper()
	b := newBench(t)
	cmds := []bundle.Command{bundle.Create{ID: "B", Title: "spring", Mode: mode}}
	for _, id := range ids {
		b.presented(id, changereq.AffectedItem{Item: changereq.ItemID("DRW-" + string(id)), Action: changereq.ActionModify, Base: "B", Owner: "otto"})
		cmds = append(cmds, bundle.Add{Request: string(id)})
	}
	_, err := b.DoBundle(t.Context(), tenant, carol, "", 0, cmds...)
	require.NoError(t, err)
	return b
}

func approveAll(ids ...changereq.ID) changereq.Together {
	briefs := make(map[changereq.ID]int)
	for _, id := range ids {
		briefs[id] = 1
	}
	return changereq.Together{Command: changereq.RecordDecision{Verdict: changereq.Approved, Text: "Go ahead."}, Briefs: briefs}
}

func (b *bench) together(who changereq.Actor, t changereq.Together) {
	b.t.Helper()
	_, err := b.Together(b.t.Context(), tenant, who, "B", 0, t)
	require.NoError(b.t, err)
}

func (b *bench) states(ids ...changereq.ID) []string {
	b.t.Helper()
	var out []string
	for _, id := range ids {
		r, err := b.ChangeRequest(b.t.Context(), tenant, id)
		require.NoError(b.t, err)
		out = append(out, r.State)
	}
	return out
}

// refusedTogether checks that nothing changes for anybody, and who is named.
func (b *bench) refusedTogether(who changereq.Actor, cmd changereq.Together, refs ...string) {
	b.t.Helper()
	before := len(b.journal())
	_, err := b.Together(b.t.Context(), tenant, who, "B", 0, cmd)
	var refused *changereq.RefusedError
	require.ErrorAs(b.t, err, &refused)
	var got []string
	for _, u := range refused.Unmet {
		got = append(got, u.Ref)
	}
	require.Equal(b.t, refs, got, "%v", err)
	require.Len(b.t, b.journal(), before, "all of them or none")
}

func TestMembersOfAnAtomicBundleAreDecidedAndStartedTogether(t *testing.T) {
	t.Parallel()
	b := bundled(t, bundle.Atomic, "CR1", "CR2")
	ctx := t.Context()
	for _, cmd := range []changereq.RecordDecision{
		{Brief: 1, Verdict: changereq.Approved},
		{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth},
	} {
		b.refused(paul, "CR1", cmd, "together with the other members of bundle B")
	}
	permitted, err := b.Permitted(ctx, tenant, paul, "CR1")
	require.NoError(t, err)
	for _, p := range permitted {
		if p.Event == "approve" || p.Event == "reject" || p.Event == "defer" {
			require.Len(t, p.Unmet, 1, "what is refused is listed as refused: %s", p.Event)
		}
	}

	wrong := approveAll("CR1", "CR2")
	wrong.Briefs["CR2"] = 2
	b.refusedTogether(paul, wrong, "CR2")
	require.Equal(t, []string{"ForDecision", "ForDecision"}, b.states("CR1", "CR2"))
	b.together(paul, approveAll("CR1", "CR2"))
	require.Equal(t, []string{"Approved", "Approved"}, b.states("CR1", "CR2"))
	for _, id := range []changereq.ID{"CR1", "CR2"} {
		records, _, err := b.Records(ctx, tenant, archive.Query{Subject: coordination.ChangeRequestRef(id)})
		require.NoError(t, err)
		require.Len(t, records, 2, "the copies of each are filed")
	}
	_, err = b.DoBundle(ctx, tenant, carol, "B", 0, bundle.Remove{Request: "CR1", Reason: "it waits"})
	require.ErrorIs(t, err, changereq.ErrRefused, "what was approved together stays together")

	// An amendment takes the approval of one away; the other cannot start alone.
	r, err := b.ChangeRequest(ctx, tenant, "CR1")
	require.NoError(t, err)
	c := r.Content
	c.Description = "Widen it to 13 mm."
	b.do(ann, "CR1", changereq.Amend{Content: c})
	require.Equal(t, []string{"ForDecision", "Approved"}, b.states("CR1", "CR2"))
	b.do(carol, "CR2", changereq.Move{Event: "schedule"})
	b.refused(ivo, "CR2", changereq.Move{Event: "start"}, "together with the other members of bundle B")
	b.do(carol, "CR1", changereq.IssueBrief{Recommendation: "Approve."})
	reject := changereq.Together{
		Command: changereq.RecordDecision{Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth}, Briefs: map[changereq.ID]int{"CR1": 2},
	}
	b.refusedTogether(paul, reject, "CR2")
	again := approveAll("CR2")
	again.Briefs["CR1"] = 2
	b.together(paul, again)
	b.refusedTogether(ivo, changereq.Together{Command: changereq.Move{Event: "start"}}, "CR1")
	b.do(carol, "CR1", changereq.Move{Event: "schedule"})
	b.together(ivo, changereq.Together{Command: changereq.Move{Event: "start"}})
	require.Equal(t, []string{"Implementing", "Implementing"}, b.states("CR1", "CR2"))
	b.do(ivo, "CR1", changereq.RecordResult{Item: "DRW-CR1", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	b.do(ivo, "CR1", changereq.Move{Event: "finish"})
	require.Equal(t, []string{"Verifying", "Implementing"}, b.states("CR1", "CR2"), "each is finished by itself")
}

// Of two members of an atomic bundle one may require the other: they start
// together.
func TestMembersMayRequireEachOthersStart(t *testing.T) {
	t.Parallel()
	b := bundled(t, bundle.Atomic, "CR1", "CR2")
	r, err := b.ChangeRequest(t.Context(), tenant, "CR2")
	require.NoError(t, err)
	c := r.Content
	c.Requires = []changereq.ID{"CR1"}
	b.do(ann, "CR2", changereq.Amend{Content: c})
	b.do(carol, "CR2", changereq.IssueBrief{Recommendation: "Approve."})
	all := approveAll("CR1")
	all.Briefs["CR2"] = 2
	b.together(paul, all)
	b.together(carol, changereq.Together{Command: changereq.Move{Event: "schedule"}})
	b.together(ivo, changereq.Together{Command: changereq.Move{Event: "start"}})
	require.Equal(t, []string{"Implementing", "Implementing"}, b.states("CR1", "CR2"))
}

func TestAMemberThatEndsIsTakenOut(t *testing.T) {
	t.Parallel()
	b := bundled(t, bundle.Atomic, "CR1", "CR2")
	b.do(ann, "CR1", changereq.Move{Event: "withdraw"})
	b.refusedTogether(paul, approveAll("CR1", "CR2"), "CR1")
	got, err := b.DoBundle(t.Context(), tenant, carol, "B", 0, bundle.Remove{Request: "CR1", Reason: "withdrawn"})
	require.NoError(t, err)
	require.Equal(t, []string{"CR2"}, got.Members)
	b.together(paul, approveAll("CR2"))
	require.Equal(t, []string{"Approved"}, b.states("CR2"))
}

func TestMembersOfAMemberwiseBundleGoTheirOwnWay(t *testing.T) {
	t.Parallel()
	b := bundled(t, bundle.Memberwise, "CR1", "CR2")
	b.approve("CR1")
	b.do(paul, "CR2", changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth})
	require.Equal(t, []string{"Approved", "Informing"}, b.states("CR1", "CR2"))
}

func TestWhatABundleRefusesOfItsMembers(t *testing.T) {
	t.Parallel()
	b := bundled(t, bundle.Atomic, "CR1")
	ctx := t.Context()
	b.forDecision("CR2")
	b.approve("CR2")
	add := func(who changereq.Actor, bundleID, id changereq.ID) error {
		_, err := b.DoBundle(ctx, tenant, who, bundleID, 0, bundle.Add{Request: string(id)})
		return err
	}
	require.ErrorIs(t, add(paul, "B", "CR2"), changereq.ErrRefused, "bundles are the coordinator's")
	require.ErrorIs(t, add(carol, "B", "CR2"), changereq.ErrRefused, "it is decided already")
	require.ErrorIs(t, add(carol, "B", "none"), changereq.ErrNotFound)
	require.ErrorIs(t, add(carol, "none", "CR1"), bundle.ErrNotFound)
	_, err := b.DoBundle(ctx, tenant, carol, "", 0, bundle.Create{ID: "B2", Title: "other", Mode: bundle.Atomic}, bundle.Add{Request: "CR1"})
	require.ErrorIs(t, err, changereq.ErrRefused, "it belongs to another")
	_, err = b.ChangeBundle(ctx, tenant, "B2")
	require.ErrorIs(t, err, bundle.ErrNotFound, "and nothing of the other is there")
	_, err = b.DoBundle(ctx, tenant, carol, "", 0, bundle.Create{ID: "B", Title: "again", Mode: bundle.Atomic})
	require.ErrorIs(t, err, bundle.ErrConflict)
	_, err = b.DoBundle(ctx, tenant, carol, "B", 7, bundle.Remove{Request: "CR1", Reason: "x"})
	require.ErrorIs(t, err, bundle.ErrConflict)
	_, err = b.Together(ctx, tenant, paul, "B", 0, changereq.Together{Command: changereq.PutOnHold{Reason: "x"}})
	require.ErrorIs(t, err, bundle.ErrInvalid)
	for _, cmd := range []changereq.Command{
		changereq.JoinBundle{Bundle: "B", Atomic: true}, changereq.LeaveBundle{Bundle: "B", Reason: "x"},
	} {
		b.refused(carol, "CR1", cmd, "by way of the bundle")
	}
	page, next, err := b.ChangeBundles(ctx, tenant, bundle.Query{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.Len(t, page, 1)
	require.EqualValues(t, 1, page[0].Rev)
}

// Whoever adds a member while others decide is before or after them, never in
// between: all members have one decision.
func TestABundleIsDecidedWhole(t *testing.T) {
	t.Parallel()
	for round := range 10 {
		b := bundled(t, bundle.Atomic, "CR1", "CR2")
		b.forDecision("CR3")
		var wg sync.WaitGroup
		wg.Go(func() {
			_, _ = b.Together(context.Background(), tenant, paul, "B", 0, approveAll("CR1", "CR2", "CR3"))
		})
		wg.Go(func() {
			_, _ = b.DoBundle(context.Background(), tenant, carol, "B", 0, bundle.Add{Request: "CR3"})
		})
		wg.Wait()
		got, err := b.ChangeBundle(t.Context(), tenant, "B")
		require.NoError(t, err)
		decided := 0
		for _, id := range got.Members {
			r, err := b.ChangeRequest(t.Context(), tenant, changereq.ID(id))
			require.NoError(t, err)
			require.Equal(t, changereq.ID("B"), r.Bundle.Bundle, "each names the other")
			if r.Category == lifecycle.Decide && r.Decision.Verdict.Approves() {
				decided++
			}
		}
		want := []int{2, 3} // the third came first, or late and is not decided yet
		require.Contains(t, want, decided, fmt.Sprint("round ", round))
	}
}
