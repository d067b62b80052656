package coordination_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/internal/faultstore"
)

// everything is all that the office keeps, as text.
func (b *bench) everything() string {
	b.t.Helper()
	requests, _, err := b.ChangeRequests(b.t.Context(), tenant, changereq.Query{})
	require.NoError(b.t, err)
	records, _, err := b.Records(b.t.Context(), tenant, archive.Query{})
	require.NoError(b.t, err)
	owed, _, err := b.Obligations(b.t.Context(), tenant, notice.Query{})
	require.NoError(b.t, err)
	text, err := json.Marshal([]any{requests, records, owed, b.journal()})
	require.NoError(b.t, err)
	return string(text)
}

// P4 and P7 over the desk: what is listed with conditions is refused, with these
// conditions, and leaves row, history, files and notices as they were.
func TestP4ARefusedCommandLeavesEverything(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	refusals := 0
	usual := []struct {
		who changereq.Actor
		cmd changereq.Command
	}{
		{ann, changereq.Move{Event: "submit"}},
		{carol, changereq.Move{Event: "receive"}},
		{carol, changereq.Assess{Parts: changereq.Assessment{
			Relevance: &changereq.Relevance{Verdict: changereq.Relevant}, Risk: &changereq.Risks{Summary: "none found"},
			Benefit: &changereq.Estimate{Summary: "fewer returns"}, Cost: &changereq.Estimate{Summary: "one new tool"},
		}}},
		{carol, changereq.Move{Event: "admit"}},
		{carol, changereq.IssueBrief{Recommendation: "Approve."}},
		{carol, changereq.Move{Event: "present"}},
		{paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}},
		{carol, changereq.Move{Event: "schedule"}},
		{ivo, changereq.Move{Event: "start"}},
		{ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}}},
		{ivo, changereq.Move{Event: "finish"}},
		{vera, changereq.VerifyResult{Item: "DRW-12"}},
	}
	b.do(ann, "", changereq.Open{ID: "CR1", Content: changereq.Content{
		Title: "Wider hinge", Description: "Widen it.", Justification: "Returns.",
		Affected: []changereq.AffectedItem{{Item: "DRW-12", Action: changereq.ActionModify, Base: "B", Owner: "otto"}},
	}})
	for _, step := range usual {
		before := b.everything()
		for _, who := range []changereq.Actor{ann, carol, paul, ivo, vera, {ID: "eve"}} {
			refusals += b.triesAllThatIsBarred(who)
		}
		require.Equal(t, before, b.everything(), "before %s", step.cmd.Name())
		b.do(step.who, "CR1", step.cmd)
	}
	require.Greater(t, refusals, 200)
}

// triesAllThatIsBarred gives every command of which it is listed that it would be
// refused, and counts them.
func (b *bench) triesAllThatIsBarred(who changereq.Actor) int {
	b.t.Helper()
	listed, err := b.Permitted(b.t.Context(), tenant, who, "CR1")
	require.NoError(b.t, err)
	n := 0
	for _, p := range listed {
		cmd, moves := barredCommand(p.Event)
		if len(p.Unmet) == 0 {
			continue
		}
		_, err := b.Do(b.t.Context(), tenant, who, "CR1", 0, cmd)
		var refused *changereq.RefusedError
		require.ErrorAs(b.t, err, &refused, "%s by %s", p.Event, who.ID)
		if moves {
			require.Equal(b.t, p.Unmet, refused.Unmet, "%s by %s: listed and fired give the same reasons", p.Event, who.ID)
		}
		n++
	}
	return n
}

// barredCommand is the command that fires an edge, and whether it is a Move.
func barredCommand(event string) (cmd changereq.Command, moves bool) {
	switch event {
	case "approve":
		return changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, false
	case "reject":
		return changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonObsolete}, false
	case "defer":
		return changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: new(time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC))}, false
	case "dismiss":
		return changereq.RecordDecision{Verdict: changereq.Dismissed, Reason: changereq.ReasonIrrelevant}, false
	}
	return changereq.Move{Event: event, Reason: "because"}, true
}

// P10: writers who read, write and try again when somebody was faster leave the
// revisions 1 to k without a gap, each given once.
func TestP10WritersThatRetryLeaveNoGap(t *testing.T) {
	t.Parallel()
	const writers, each = 6, 5
	b := newBench(t)
	b.do(ann, "", changereq.Open{ID: "CR1", Content: changereq.Content{Title: "Wider hinge"}})
	got, errs := make([][]int64, writers), make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := 0; n < each && errs[i] == nil; {
				rev, err := b.retitle(context.Background(), fmt.Sprintf("Title %d of writer %d", n, i))
				switch {
				case err == nil:
					got[i] = append(got[i], rev)
					n++
				case !errors.Is(err, changereq.ErrConflict):
					errs[i] = err
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	all := slices.Sorted(slices.Values(slices.Concat(got...)))
	require.Len(t, all, writers*each)
	for i, rev := range all {
		require.EqualValues(t, i+2, rev, "of %v", all)
	}
	r, events, err := b.history("CR1")
	require.NoError(t, err)
	require.Len(t, events, int(r.Events))
	for i, ev := range events {
		require.EqualValues(t, i+1, ev.Seq, "the history has no gap either")
	}
}

// retitle gives the request that stands there another title.
func (b *bench) retitle(ctx context.Context, title string) (int64, error) {
	r, err := b.ChangeRequest(ctx, tenant, "CR1")
	if err != nil {
		return 0, err
	}
	c := r.Content.Clone()
	c.Title = title
	written, err := b.Do(ctx, tenant, ann, "CR1", r.Rev, changereq.Amend{Content: c})
	if err == nil && written.Rev != r.Rev+1 {
		err = fmt.Errorf("revision %d was seen and %d written", r.Rev, written.Rev)
	}
	return written.Rev, err
}

// history is the row and its events, as far as they fill a page.
func (b *bench) history(id changereq.ID) (r changereq.Request, events []changereq.Event, err error) {
	err = b.store.View(b.t.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		if r, err = tx.ChangeRequest(ctx, id); err != nil {
			return err
		}
		events, _, err = tx.ChangeRequestEvents(ctx, id, 0, changereq.MaxLimit)
		return err
	})
	return r, events, err
}

// qmuntal/stateless: the store fails after OnExit ran, and an error in OnEntry
// comes when the state has moved. Here whatever call of a decision fails, or its
// commit, nothing of it is there, and the same command does when it is tried again.
func TestStatelessAFailureOnTheWayMovesNothing(t *testing.T) {
	t.Parallel()
	decision := changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}
	prepared := func() *bench {
		b := newBench(t)
		b.forDecision("CR1")
		return b
	}
	decide := func(b *bench, plan faultstore.Plan) (calls int, err error) {
		store := faultstore.New(b.store, plan)
		desk, err := coordination.NewDesk(coordination.Config{Store: store})
		require.NoError(t, err)
		_, err = desk.Do(t.Context(), tenant, paul, "CR1", 0, decision)
		return store.Calls(), err
	}
	calls, err := decide(prepared(), faultstore.Plan{})
	require.NoError(t, err)
	require.Greater(t, calls, 5)
	plans := []faultstore.Plan{{Moment: faultstore.BeforeCommit}}
	for n := 1; n <= calls; n++ {
		plans = append(plans, faultstore.Plan{Moment: faultstore.BeforeCall, Call: n}, faultstore.Plan{Moment: faultstore.AfterCall, Call: n})
	}
	for _, plan := range plans {
		b := prepared()
		before := b.everything()
		_, err := decide(b, plan)
		require.ErrorIs(t, err, faultstore.ErrFault, "%+v", plan)
		require.Equal(t, before, b.everything(), "%+v", plan)
		require.Equal(t, "Approved", b.approve("CR1").State)
	}
}
