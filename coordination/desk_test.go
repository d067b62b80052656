package coordination_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

const tenant = "acme"

var (
	ann   = changereq.Actor{ID: "ann"}
	carol = changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	paul  = changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}
	ivo   = changereq.Actor{ID: "ivo", Roles: []string{changereq.RoleImplementer}}
	vera  = changereq.Actor{ID: "vera", Roles: []string{changereq.RoleVerifier}}
)

// bench is a desk with a clock of its own that goes on by an hour at each look.
type bench struct {
	*coordination.Desk

	t     testing.TB
	store coordination.Store
}

func newBench(tb testing.TB, change ...func(*coordination.Config)) *bench {
	tb.Helper()
	store := memory.New()
	var mu sync.Mutex
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	cfg := coordination.Config{Store: store, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Hour)
		return now
	}}
	for _, c := range change {
		c(&cfg)
	}
	desk, err := coordination.NewDesk(cfg)
	require.NoError(tb, err)
	return &bench{Desk: desk, t: tb, store: store}
}

func (b *bench) do(who changereq.Actor, id changereq.ID, cmd changereq.Command) changereq.Request {
	b.t.Helper()
	r, err := b.Do(b.t.Context(), tenant, who, id, 0, cmd)
	require.NoError(b.t, err, "%s", cmd.Name())
	return r
}

// forDecision brings a new request before the product manager.
func (b *bench) forDecision(id changereq.ID) {
	b.t.Helper()
	b.presented(id, changereq.AffectedItem{Item: "DRW-12", Action: changereq.ActionModify, Base: "B", Owner: "otto"})
}

func (b *bench) presented(id changereq.ID, affected ...changereq.AffectedItem) {
	b.t.Helper()
	b.do(ann, "", changereq.Open{ID: id, Content: changereq.Content{
		Title: "Wider hinge", Description: "Widen the hinge to 12 mm.", Justification: "Three returns in May.", Affected: affected,
	}})
	b.do(ann, id, changereq.Move{Event: "submit"})
	b.do(carol, id, changereq.Move{Event: "receive"})
	b.do(carol, id, changereq.Assess{Parts: changereq.Assessment{
		Relevance: &changereq.Relevance{Verdict: changereq.Relevant},
		Risk:      &changereq.Risks{Summary: "none found"},
		Benefit:   &changereq.Estimate{Summary: "fewer returns"},
		Cost:      &changereq.Estimate{Summary: "one new tool"},
	}})
	b.do(carol, id, changereq.Move{Event: "admit"})
	b.do(carol, id, changereq.IssueBrief{Recommendation: "Approve."})
	b.do(carol, id, changereq.Move{Event: "present"})
}

func (b *bench) approve(id changereq.ID) changereq.Request {
	b.t.Helper()
	return b.do(paul, id, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Text: "Go ahead."})
}

func (b *bench) journal() []coordination.Entry {
	b.t.Helper()
	var all []coordination.Entry
	for after := int64(0); ; {
		page, next, err := b.Journal(b.t.Context(), tenant, coordination.JournalQuery{After: after, Limit: 7})
		require.NoError(b.t, err)
		all = append(all, page...)
		if next == after {
			return all
		}
		after = next
	}
}

func TestADecisionIsFiledOwedAndRecordedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	before := len(b.journal())
	decided := b.approve("CR1")

	records, _, err := b.Records(t.Context(), tenant, archive.Query{Subject: coordination.ChangeRequestRef("CR1")})
	require.NoError(t, err)
	require.Len(t, records, 2)
	byKind := map[archive.Kind]archive.Record{}
	for _, r := range records {
		byKind[r.Kind] = r
	}
	request, brief := byKind[archive.KindChangeRequest], byKind[archive.KindBrief]

	_, content, err := b.OpenRecord(t.Context(), tenant, request.ID)
	require.NoError(t, err)
	var filed changereq.Request
	require.NoError(t, json.Unmarshal(content, &filed))
	filed.Rev = decided.Rev
	require.Empty(t, cmp.Diff(decided, filed, cmpopts.EquateEmpty()), "the copy is the request as it was decided")
	_, content, err = b.OpenRecord(t.Context(), tenant, brief.ID)
	require.NoError(t, err)
	var page changereq.Brief
	require.NoError(t, json.Unmarshal(content, &page))
	require.Equal(t, decided.Decision.Document, page.Digest, "the brief on file is the one that was decided on")

	out, _, err := b.References(t.Context(), tenant, archive.ReferenceQuery{End: archive.ToRecord(request.ID), Direction: archive.Outward})
	require.NoError(t, err)
	require.Len(t, out, 2, "to the request itself and to the brief")
	in, _, err := b.References(t.Context(), tenant, archive.ReferenceQuery{End: archive.ToRecord(brief.ID), Direction: archive.Inward})
	require.NoError(t, err)
	require.Len(t, in, 1)
	require.Equal(t, archive.ToRecord(request.ID), in[0].Source)
	require.Equal(t, "decides", in[0].Type.Inverse())
	of, _, err := b.References(t.Context(), tenant, archive.ReferenceQuery{End: archive.ToRef(coordination.ChangeRequestRef("CR1")), Direction: archive.Inward})
	require.NoError(t, err)
	require.Len(t, of, 2, "both copies are found from the request")

	for _, who := range []string{"ann", "otto"} {
		owed, _, err := b.Obligations(t.Context(), tenant, notice.Query{Recipient: who, State: notice.Owed})
		require.NoError(t, err)
		require.Len(t, owed, 1, who)
		require.Contains(t, owed[0].Subject, decided.Number)
	}

	entries := b.journal()
	require.Greater(t, len(entries), before+7)
	for i, e := range entries {
		require.Equal(t, int64(i+1), e.Position)
	}
	kinds := map[string]int{}
	for _, e := range entries[before:] {
		kinds[fmt.Sprintf("%s %s", e.Room, e.Kind)]++
	}
	require.Equal(t, map[string]int{
		"changereq vote-cast": 1, "changereq decided": 1, "changereq moved": 1, "changereq obligation-owed": 2,
		"archive filed": 2, "archive referred": 3, "notice owed": 2,
	}, kinds)
}

func TestARefusedDecisionLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	before := b.journal()
	_, err := b.Do(t.Context(), tenant, carol, "CR1", 0, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	require.ErrorIs(t, err, changereq.ErrRefused)
	_, err = b.Do(t.Context(), tenant, paul, "CR1", 1, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	require.ErrorIs(t, err, changereq.ErrConflict, "revision 1 is not what stands there")
	require.Empty(t, cmp.Diff(before, b.journal()))
	records, _, err := b.Records(t.Context(), tenant, archive.Query{})
	require.NoError(t, err)
	require.Empty(t, records)
}

// P10, and luno/workflow at 8a09a96d: there two writers who start from one version
// both succeed.
func TestTwoDecidersOneWins(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	r, err := b.ChangeRequest(t.Context(), tenant, "CR1")
	require.NoError(t, err)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			who := changereq.Actor{ID: fmt.Sprintf("paul%d", i), Roles: paul.Roles}
			_, errs[i] = b.Do(context.Background(), tenant, who, "CR1", r.Rev, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.ErrorIs(t, err, changereq.ErrConflict)
		}
	}
	require.Equal(t, 1, won)
	records, _, err := b.Records(t.Context(), tenant, archive.Query{Kind: archive.KindBrief})
	require.NoError(t, err)
	require.Len(t, records, 1)
}

func TestItClosesOnlyWhenTheApplicantWasTold(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	b.approve("CR1")
	b.do(carol, "CR1", changereq.Move{Event: "schedule"})
	b.do(ivo, "CR1", changereq.Move{Event: "start"})
	b.do(ivo, "CR1", changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	b.do(ivo, "CR1", changereq.Move{Event: "finish"})
	b.do(vera, "CR1", changereq.VerifyResult{Item: "DRW-12"})
	b.do(carol, "CR1", changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "Fine."})
	_, err := b.Do(t.Context(), tenant, carol, "CR1", 0, changereq.Move{Event: "close"})
	var refused *changereq.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "told", refused.Unmet[0].Condition)

	claimed, err := b.ClaimObligations(t.Context(), tenant, time.Minute, 100)
	require.NoError(t, err)
	require.Len(t, claimed, 6, "approved, scheduled and finished, to ann and otto")
	again, err := b.ClaimObligations(t.Context(), tenant, time.Nanosecond, 100)
	require.NoError(t, err)
	require.Len(t, again, 6, "the clock went on by an hour: the leases ended")
	for _, o := range claimed {
		_, err := b.Answer(t.Context(), tenant, carol, o.ID, o.Rev, changereq.RecordSent{Obligation: o.ID, Evidence: "mail"})
		require.NoError(t, err)
	}
	_, err = b.Answer(t.Context(), tenant, carol, claimed[0].ID, claimed[0].Rev, changereq.RecordSent{Obligation: claimed[0].ID, Evidence: "mail"})
	require.ErrorIs(t, err, notice.ErrConflict, "somebody else settled it")
	_, err = b.Answer(t.Context(), tenant, carol, "none", 0, changereq.Waive{Obligation: "none", Reason: "?"})
	require.ErrorIs(t, err, notice.ErrNotFound)
	for _, cmd := range []changereq.Command{changereq.Waive{Obligation: claimed[1].ID, Reason: "?"}, changereq.Move{Event: "close"}} {
		_, err = b.Answer(t.Context(), tenant, carol, claimed[0].ID, 0, cmd)
		require.ErrorIs(t, err, notice.ErrInvalid, "the command is about something else")
	}
	o, err := b.Obligation(t.Context(), tenant, claimed[0].ID)
	require.NoError(t, err)
	require.Equal(t, notice.Sent, o.State)
	require.Equal(t, "mail", o.Evidence)
	require.Equal(t, "Closed", b.do(carol, "CR1", changereq.Move{Event: "close"}).State)
}

func TestHistoryAndAsOf(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	now := b.approve("CR1")
	var events []changereq.Event
	for after, more := int64(0), true; more; more = after != 0 {
		page, next, err := b.ChangeRequestHistory(t.Context(), tenant, "CR1", after, 3)
		require.NoError(t, err)
		events, after = append(events, page...), next
	}
	folded := changereq.Fold(events)
	folded.Rev = now.Rev
	require.Empty(t, cmp.Diff(now, folded, cmpopts.EquateEmpty()))
	for i, ev := range events {
		then, err := b.ChangeRequestAsOf(t.Context(), tenant, "CR1", ev.At)
		require.NoError(t, err)
		require.GreaterOrEqual(t, then.Events, int64(i+1))
	}
	_, err := b.ChangeRequestAsOf(t.Context(), tenant, "CR1", events[0].At.Add(-time.Microsecond))
	require.ErrorIs(t, err, changereq.ErrNotFound, "it did not exist yet")
	_, _, err = b.ChangeRequestHistory(t.Context(), tenant, "CR2", 0, 0)
	require.ErrorIs(t, err, changereq.ErrNotFound)
	brief, err := b.Brief(t.Context(), tenant, "CR1", 1)
	require.NoError(t, err)
	require.Equal(t, now.Decision.Document, brief.Digest)
	_, err = b.Brief(t.Context(), tenant, "CR1", 2)
	require.ErrorIs(t, err, changereq.ErrNotFound)
}

func TestPermitted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.forDecision("CR1")
	possible := func(who changereq.Actor) []string {
		list, err := b.Permitted(t.Context(), tenant, who, "CR1")
		require.NoError(t, err)
		var out []string
		for _, p := range list {
			if len(p.Unmet) == 0 {
				out = append(out, p.Event)
			}
		}
		return out
	}
	require.Equal(t, []string{"approve", "reject", "defer", "return", "cancel"}, possible(paul))
	require.Equal(t, []string{"return", "cancel"}, possible(carol))
	require.Equal(t, []string{"withdraw"}, possible(ann))
}

// Windows of two requests on one item: the second schedule is refused, whoever
// comes second.
func TestSchedulesDoNotCollide(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ids := []changereq.ID{"CR1", "CR2", "CR3"}
	for _, id := range ids {
		b.forDecision(id)
		b.approve(id)
	}
	w := changereq.Window{Start: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 6, 8, 0, 0, 0, 0, time.UTC)}
	errs := make([]error, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			_, errs[i] = b.Do(context.Background(), tenant, carol, id, 0, changereq.Move{Event: "schedule", Window: &w})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		var refused *changereq.RefusedError
		if err == nil {
			won++
		} else if !errors.As(err, &refused) || refused.Unmet[0].Condition != "clear" {
			t.Errorf("got %v, want a refusal for the window", err)
		}
	}
	require.Equal(t, 1, won)
}

func TestFilingAndReferring(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	file := archive.File{ID: "MIN-1", Kind: "minutes", Title: "Minutes of 2 March", MediaType: "text/plain", Content: []byte("We met.")}
	r, err := b.File(t.Context(), tenant, "carol", file)
	require.NoError(t, err)
	require.Equal(t, int64(1), r.Rev)
	_, err = b.File(t.Context(), tenant, "carol", file)
	require.ErrorIs(t, err, archive.ErrConflict)
	link := archive.Link{Type: archive.SeeAlso, Target: archive.End{Kind: archive.EndURI, Value: "https://example.org/a"}}
	ref, err := b.Refer(t.Context(), tenant, "carol", "MIN-1", link)
	require.NoError(t, err)
	again, err := b.Refer(t.Context(), tenant, "vera", "MIN-1", link)
	require.NoError(t, err)
	require.Equal(t, ref, again, "the same edge twice is one edge")
	_, err = b.Refer(t.Context(), tenant, "carol", "MIN-2", link)
	require.ErrorIs(t, err, archive.ErrNotFound)
	_, err = b.Refer(t.Context(), tenant, "carol", "MIN-1", archive.Link{Type: "likes", Target: archive.ToRecord("MIN-1")})
	require.ErrorIs(t, err, archive.ErrInvalid)
}

func TestExpiredRepliesAreDropped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	err := b.store.Update(t.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		for key, life := range map[string]time.Duration{"old": time.Minute, "young": 1000 * time.Hour} {
			if err := tx.PutIdempotentReply(ctx, coordination.Reply{
				Principal: "ann", Key: key, Header: "{}", Created: begin, Expires: begin.Add(life),
			}); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, err)
	dropped, err := b.DropExpiredReplies(t.Context(), tenant)
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	err = b.store.View(t.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.IdempotentReply(ctx, "ann", "young")
		return err
	})
	require.NoError(t, err)
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	_, err := coordination.NewDesk(coordination.Config{})
	require.ErrorIs(t, err, coordination.ErrInvalid)
	b := newBench(t)
	_, err = b.Open(t.Context(), "", ann, changereq.Open{Content: changereq.Content{Title: "x"}})
	require.ErrorIs(t, err, coordination.ErrInvalid, "the empty tenant")
	_, err = b.Open(t.Context(), tenant, ann, changereq.Open{Lifecycle: changereq.LifecycleRef{ID: "other"}, Content: changereq.Content{Title: "x"}})
	require.ErrorIs(t, err, changereq.ErrInvalid)
	first, err := b.Open(t.Context(), tenant, ann, changereq.Open{Content: changereq.Content{Title: "x"}})
	require.NoError(t, err)
	require.Equal(t, "CR-2026-0001", first.Number)
	second, err := b.Open(t.Context(), tenant, ann, changereq.Open{Content: changereq.Content{Title: "x"}})
	require.NoError(t, err)
	require.Equal(t, "CR-2026-0002", second.Number)
	other, err := b.Open(t.Context(), "globex", ann, changereq.Open{Content: changereq.Content{Title: "x"}})
	require.NoError(t, err)
	require.Equal(t, "CR-2026-0001", other.Number, "each tenant counts for itself")
}
