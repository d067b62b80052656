package changereq_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
)

func TestTheWayThrough(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Closed")
	require.Equal(t, changereq.OutcomeImplemented, o.req.Outcome)
	require.Equal(t, lifecycle.Done, o.req.Category)
	require.Equal(t, 1, o.req.Decision.Brief)
	require.Equal(t, o.req.Brief.Digest, o.req.Decision.Document)
	for _, ob := range o.req.Obligations {
		require.Equal(t, changereq.ObligationSent, ob.State)
	}
}

func TestRowIsTheFoldOfItsEvents(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Closed")
	require.Empty(t, cmp.Diff(o.req, changereq.Fold(o.events), cmpopts.EquateEmpty()))
	for i, ev := range o.events {
		require.Equal(t, int64(i+1), ev.Seq)
		if i > 0 {
			require.False(t, ev.At.Before(o.events[i-1].At), "time falls at event %d", ev.Seq)
		}
	}
}

func TestEventsSurviveJSON(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Closed")
	for _, ev := range o.events {
		raw, err := changereq.MarshalData(ev.Data)
		require.NoError(t, err)
		data, err := changereq.UnmarshalData(ev.Kind(), raw)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(ev.Data, data, cmpopts.EquateEmpty()), "%s", ev.Kind())
	}
	raw, err := json.Marshal(o.req)
	require.NoError(t, err)
	var back changereq.Request
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Empty(t, cmp.Diff(o.req, back, cmpopts.EquateEmpty()))
}

func TestUnknownEventsAreKept(t *testing.T) {
	t.Parallel()
	data, err := changereq.UnmarshalData("from-the-future", []byte(`{"x":1}`))
	require.NoError(t, err)
	raw, err := changereq.MarshalData(data)
	require.NoError(t, err)
	require.JSONEq(t, `{"x":1}`, string(raw))
	r := changereq.Evolve(changereq.Request{State: "Draft"}, changereq.Event{Seq: 4, At: epoch, Data: data})
	require.Equal(t, "Draft", r.State)
	require.Equal(t, int64(4), r.Events)
	_, err = changereq.UnmarshalData("moved", []byte(`[]`))
	require.Error(t, err)
}

func TestNothingIsBuiltWithoutApprovalOfWhatStandsThere(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Scheduled")
	c := o.req.Content.Clone()
	c.Description = "Widen the hinge to 14 mm."
	o.do(ann, changereq.Amend{Content: c})
	o.state("ForDecision")
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict, "the decision is pending again")
	o.refuses(ivo, changereq.Move{Event: "start"}, "event")
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "briefed")
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve the wider one."})
	require.Equal(t, 2, o.req.Brief.Number)
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "briefed")
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved})
	o.state("Approved")
}

func TestEditorialAmendmentLeavesTheApproval(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Scheduled")
	c := o.req.Content.Clone()
	c.Title, c.Labels = "A wider hinge", []string{"door", "hinge"}
	o.do(ann, changereq.Amend{Content: c})
	o.state("Scheduled")
	o.do(ivo, changereq.Move{Event: "start"})
}

// The text changed back is the text that was approved, but the approval that it
// outdated does not come back to life.
func TestAnOutdatedApprovalStaysOutdated(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Approved")
	approved := o.req.Content.Clone()
	c := approved.Clone()
	c.BackOutPlan = "Put the old hinge back."
	o.do(ann, changereq.Amend{Content: c})
	o.state("ForDecision")
	o.do(ann, changereq.Amend{Content: approved})
	o.state("ForDecision")
	o.refuses(carol, changereq.Move{Event: "schedule"}, "event")
}

// unidoc/isms#197: rewriting justification or back-out plan kept the approval
// there, and starting the work wiped it. Here each of them outdates it, and
// starting leaves it.
func TestEveryMaterialFieldOutdates(t *testing.T) {
	t.Parallel()
	for name, amend := range map[string]func(*changereq.Content){
		"description":   func(c *changereq.Content) { c.Description += "!" },
		"justification": func(c *changereq.Content) { c.Justification += "!" },
		"back-out plan": func(c *changereq.Content) { c.BackOutPlan = "undo" },
		"window":        func(c *changereq.Content) { c.Window = &changereq.Window{Start: epoch, End: epoch.AddDate(1, 0, 0)} },
		"item added":    func(c *changereq.Content) { c.Affected = append(c.Affected, changereq.AffectedItem{Item: "X"}) },
		"item's base":   func(c *changereq.Content) { c.Affected[0].Base = "A" },
		"item's action": func(c *changereq.Content) { c.Affected[0].Action = changereq.ActionRemove },
		"supersedes":    func(c *changereq.Content) { c.Supersedes = []changereq.ID{"CR0"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := upTo(t, "Approved")
			c := o.req.Content.Clone()
			amend(&c)
			o.do(ann, changereq.Amend{Content: c})
			o.state("ForDecision")
		})
	}
	o := upTo(t, "Implementing")
	require.Equal(t, changereq.Approved, o.req.Decision.Verdict, "starting leaves the approval")
}

func TestAssessingAgainOutdates(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Approved")
	a := assessment()
	a.Cost = &changereq.Estimate{Summary: "a new tool", Amounts: []changereq.Amount{{What: "tool", Low: 1, Likely: 2, High: 3, Currency: "EUR"}}}
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Cost: assessment().Cost}})
	o.state("Approved") // the same judgement again
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Cost: a.Cost}})
	o.state("ForDecision")
}

func TestApprovalExpires(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	expires := o.now.Add(48 * time.Hour)
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Expires: &expires})
	o.do(carol, changereq.Refresh{})
	o.state("Approved")
	o.now = expires.Add(-time.Hour) // the office's clock moves on by an hour with each command
	o.do(carol, changereq.Refresh{})
	o.state("ForDecision")
	count := len(o.events)
	o.do(carol, changereq.Refresh{})
	require.Len(t, o.events, count, "refreshing again changes nothing")
}

func TestSeparationOfDuties(t *testing.T) {
	t.Parallel()
	annToo := changereq.Actor{ID: "ann", Roles: []string{changereq.RoleProductManager}}
	carolToo := changereq.Actor{ID: "carol", Roles: []string{changereq.RoleProductManager}}
	coraToo := changereq.Actor{ID: "cora", Roles: []string{changereq.RoleProductManager}}
	approve := changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}

	o := upTo(t, "ForDecision")
	o.refuses(annToo, approve, "separation-of-duties")
	o.refuses(carolToo, approve, "separation-of-duties")
	c := o.req.Content.Clone()
	c.Description = "Widen it to 13 mm."
	o.do(cora, changereq.Amend{Content: c})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.refuses(coraToo, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved}, "separation-of-duties")
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved})

	o = upTo(t, "Verifying")
	o.refuses(changereq.Actor{ID: "ivo", Roles: []string{changereq.RoleVerifier}}, changereq.VerifyResult{Item: "DRW-12"}, "separation-of-duties")
	owed := o.req.Obligations[0]
	require.Equal(t, "paul", owed.OwedBy)
	o.refuses(changereq.Actor{ID: "paul", Roles: []string{changereq.RoleCoordinator}},
		changereq.Waive{Obligation: owed.ID, Reason: "no need"}, "separation-of-duties")
	o.do(carol, changereq.Waive{Obligation: owed.ID, Reason: "she was in the room"})
}

func TestNothingClosesUntold(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Verifying")
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "Fine."})
	refused := o.refusal(carol, changereq.Move{Event: "close"}, "told", "told", "told")
	require.Contains(t, refused.Error(), "ann was not told")
	o.tell()
	o.do(carol, changereq.Move{Event: "close"})
	o.state("Closed")
}

func TestNothingClosesHalfDone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		result changereq.RecordResult
		verify bool
		says   string
	}{
		"not released":   {changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Cites: []changereq.ID{"CR1"}}, true, "not released"},
		"wrong base":     {changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "A", Released: true, Cites: []changereq.ID{"CR1"}}, true, "not from the assessed B"},
		"cites nothing":  {changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true}, true, "does not cite"},
		"cites another":  {changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR2"}}, true, "does not cite"},
		"nobody checked": {changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}}, false, "verified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := upTo(t, "Implementing")
			o.do(ivo, tc.result)
			o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
			o.do(ivo, changereq.Move{Event: "finish"})
			if tc.verify {
				o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
			}
			o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "Fine."})
			o.tell()
			refused := o.refusal(carol, changereq.Move{Event: "close"}, "settled")
			require.Contains(t, refused.Error(), tc.says)
			require.Equal(t, "DRW-12", refused.Unmet[0].Ref)
		})
	}
}

// Azure TRE #4094 and PostHog #45585: a refusal nobody hears of.
func TestARefusalEndsOnlyWhenItWasTold(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth, Text: "Too dear."})
	o.state("Informing")
	o.tell()
	o.state("Rejected")
	require.Equal(t, changereq.OutcomeRejected, o.req.Outcome)

	o = upTo(t, "Assessing")
	o.do(ann, changereq.Move{Event: "withdraw"})
	o.state("Informing")
	require.Equal(t, changereq.Withdrawn, o.req.Decision.Verdict)
	o.tell()
	o.state("Withdrawn")
	o.do(carol, changereq.Move{Event: "reopen", Reason: "she thought better of it"})
	o.state("Draft")
	require.Empty(t, o.req.Outcome)
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict)
}

func TestDismissal(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Triage")
	o.refuses(carol, changereq.Move{Event: "dismiss", Reason: "no"}, "decision")
	o.do(carol, changereq.RecordDecision{Verdict: changereq.Dismissed, Reason: changereq.ReasonDuplicate, Text: "See CR-2026-0007."})
	o.state("Informing")
	o.tell()
	o.state("Rejected")
}

func TestDeferral(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	past, until := epoch, epoch.AddDate(0, 3, 0)
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &past}, "until")
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &until})
	o.state("Deferred")
	o.do(carol, changereq.Move{Event: "resume"})
	o.state("Triage")
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict)
}

func TestConditionsAreMetBeforeClosing(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.ApprovedWithConditions, Conditions: []string{"Tell the dealers first."}})
	o.do(carol, changereq.Move{Event: "schedule"})
	o.do(ivo, changereq.Move{Event: "start"})
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.refuses(ivo, changereq.Move{Event: "finish"}, "resulted")
	o.refuses(ivo, changereq.SignUnchanged{Item: "MAN-3"}, "role")
	o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
	o.do(ivo, changereq.Move{Event: "finish"})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewWithIssues, Text: "Dealers were late."})
	o.tell()
	o.refuses(carol, changereq.Move{Event: "close"}, "conditions")
	o.refuses(carol, changereq.MeetCondition{Condition: 2, Evidence: "?"}, "conditions")
	o.do(carol, changereq.MeetCondition{Condition: 1, Evidence: "letter of 3 June"})
	o.do(carol, changereq.Move{Event: "close"})
}

func TestBackOut(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Verifying")
	o.refuses(carol, changereq.Move{Event: "back-out"}, "reason")
	o.do(carol, changereq.Move{Event: "back-out", Reason: "doors stick"})
	o.state("BackedOut")
	o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewBackedOut, Text: "Tolerance was wrong."})
	o.tell()
	refused := o.refusal(carol, changereq.Move{Event: "close"}, "settled")
	require.Contains(t, refused.Error(), "still in force")
	o.do(ivo, changereq.RecordRestored{Item: "DRW-12", Revision: "B"})
	o.do(carol, changereq.Move{Event: "close"})
	o.state("Closed")
	require.Equal(t, changereq.OutcomeBackedOut, o.req.Outcome)
}

func TestHold(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	o.do(carol, changereq.PutOnHold{Reason: "strike at the supplier"})
	refused := o.refusal(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "held")
	require.Contains(t, refused.Error(), "strike at the supplier")
	o.do(carol, changereq.Release{})
	o.refuses(carol, changereq.Release{}, "held")
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.do(carol, changereq.PutOnHold{Reason: "again"})
	o.do(carol, changereq.Move{Event: "cancel", Reason: "the plant closes"})
	require.Nil(t, o.req.Held, "cancelling lifts the hold")
	o.tell()
	o.state("Cancelled")
}

func TestSupersededNeedsLinksBothWays(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.refuses(carol, changereq.Move{Event: "supersede", Successor: "CR9"}, "successor")
	o.env.Successor = &changereq.Request{ID: "CR9", Number: "CR-2026-0009"}
	o.refuses(carol, changereq.Move{Event: "supersede", Successor: "CR9"}, "successor")
	o.env.Successor.Content.Supersedes = []changereq.ID{"CR1"}
	o.do(carol, changereq.Move{Event: "supersede", Successor: "CR9"})
	o.tell()
	o.state("Superseded")
	require.Equal(t, changereq.ID("CR9"), o.req.Successor)
}

func TestBaseMoved(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Scheduled")
	o.env.Heads = map[changereq.ItemID]string{"DRW-12": "C", "MAN-3": "5"}
	err := o.refusal(ivo, changereq.Move{Event: "start"}, "base")
	require.ErrorIs(t, err, changereq.ErrBaseMoved)
	require.Contains(t, err.Error(), "DRW-12 is at revision C, but B was assessed")
	o.env.Heads["DRW-12"] = "B"
	o.do(ivo, changereq.Move{Event: "start"})
}

func TestConflictsOfWindows(t *testing.T) {
	t.Parallel()
	other := upTo(t, "Scheduled").req
	other.ID, other.Number = "CR2", "CR-2026-0002"
	w := *other.Window
	o := upTo(t, "Approved")
	conflicts := func(w changereq.Window) []changereq.Conflict {
		return changereq.Conflicts(window.Rules{}, &o.req, w, "", []changereq.Request{other}, nil)
	}
	o.env.Conflicts = conflicts(w)
	require.Len(t, o.env.Conflicts, 1, "MAN-3 is not changed and conflicts with nothing")
	refused := o.refusal(carol, changereq.Move{Event: "schedule", Window: &w}, "clear")
	require.Contains(t, refused.Error(), "CR-2026-0002 changes DRW-12")
	touching := changereq.Window{Start: w.End, End: w.End.AddDate(0, 0, 1)}
	require.Empty(t, conflicts(touching))
	other.Held = &changereq.Hold{}
	require.Empty(t, conflicts(w), "a held request does not count")
}

// A schedule stays inside the window that was approved.
func TestScheduleInsideTheApprovedWindow(t *testing.T) {
	t.Parallel()
	days := func(from, to int) *changereq.Window {
		return &changereq.Window{Start: epoch.AddDate(0, 0, from), End: epoch.AddDate(0, 0, to)}
	}
	o := upTo(t, "Triage")
	c := o.req.Content.Clone()
	c.Window = days(10, 20)
	o.do(ann, changereq.Amend{Content: c})
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
	o.do(carol, changereq.Move{Event: "admit"})
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.refuses(carol, changereq.Move{Event: "schedule", Window: days(9, 12)}, "clear")
	o.refuses(carol, changereq.Move{Event: "schedule", Window: days(18, 21)}, "clear")
	o.do(carol, changereq.Move{Event: "schedule", Window: days(10, 20)})
	o.state("Scheduled")
}

func TestMoreRiskNeedsABackOutPlan(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	a := assessment()
	a.Risk.Risks[0].Residual = changereq.Rating{Likelihood: 3, Impact: 4}
	o.do(carol, changereq.Assess{Parts: a})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.refuses(carol, changereq.Move{Event: "schedule"}, "backout")
}

func TestRolesAndPhases(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Triage")
	o.refuses(ann, changereq.Move{Event: "admit"}, "role", "relevant")
	o.refuses(ann, changereq.Assess{Parts: assessment()}, "role")
	o.refuses(carol, changereq.IssueBrief{Recommendation: "?"}, "state")
	o.refuses(carol, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B"}, "state")
	o.refuses(ann, changereq.PutOnHold{Reason: "?"}, "role")
	o.refuses(changereq.Actor{ID: "eve"}, changereq.Amend{Content: content()}, "role")
	o.refuses(carol, changereq.Move{Event: "fly"}, "event")
	o.refuses(carol, changereq.Acknowledge{Obligation: "none"}, "obligation")

	o = upTo(t, "Implementing")
	o.refuses(ivo, changereq.RecordResult{Item: "NEW", Revision: "1"}, "affected")
	o.refuses(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C"}, "resulted")
	o.refuses(ivo, changereq.RecordResult{Item: "MAN-3", Revision: "5"}, "resulted")
	o.refuses(vera, changereq.VerifyResult{Item: "DRW-12"}, "resulted")

	o = upTo(t, "Verifying")
	c := o.req.Content.Clone()
	c.Description = "something else"
	o.refuses(ann, changereq.Amend{Content: c}, "state")
	c = o.req.Content.Clone()
	c.Title = "A wider hinge"
	o.do(ann, changereq.Amend{Content: c})

	o = upTo(t, "Closed")
	c.Title = "Too late"
	o.refuses(ann, changereq.Amend{Content: c}, "state")
}

func TestNoticesAreAnswered(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Approved")
	require.Len(t, o.req.Obligations, 3, "the applicant and the two owners")
	id := o.req.Obligations[0].ID
	o.refuses(paul, changereq.Acknowledge{Obligation: id}, "role")
	o.do(carol, changereq.RecordSent{Obligation: id, Evidence: "mail 1"})
	count := len(o.events)
	o.do(carol, changereq.RecordSent{Obligation: id, Evidence: "mail 1"})
	require.Len(t, o.events, count, "sent twice is sent once")
	o.do(ann, changereq.Dispute{Obligation: id, Reason: "that is not what I asked"})
	o.do(ann, changereq.Acknowledge{Obligation: id})
	require.Equal(t, changereq.ObligationAcknowledged, o.req.Obligations[0].State)
	o.refuses(carol, changereq.Waive{Obligation: id, Reason: "?"}, "obligation")
	other := o.req.Obligations[1]
	o.do(carol, changereq.Waive{Obligation: other.ID, Reason: "on leave, his deputy knows"})
	o.refuses(changereq.Actor{ID: other.Recipient}, changereq.Acknowledge{Obligation: other.ID}, "obligation")
}

// Times come in as people and clocks give them; they are kept as every backend
// can give them back.
func TestTimesAreBroughtIntoOneForm(t *testing.T) {
	t.Parallel()
	odd := func(t time.Time) time.Time { return t.Add(1234567).In(time.FixedZone("east", 3600)) }
	byThen, window := odd(epoch.AddDate(0, 2, 0)), changereq.Window{Start: odd(epoch.AddDate(0, 3, 0)), End: odd(epoch.AddDate(0, 3, 1))}
	o := upTo(t, "Draft")
	c := o.req.Content.Clone()
	c.Window = &changereq.Window{Start: odd(epoch), End: odd(epoch.AddDate(1, 0, 0))}
	o.do(ann, changereq.Amend{Content: c})
	require.NoError(t, o.req.Storable())

	o = upTo(t, "Assessing")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve.", DecideBy: &byThen})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Expires: &byThen})
	o.do(carol, changereq.Move{Event: "schedule", Window: &window})
	require.NoError(t, o.req.Storable())
	require.Equal(t, changereq.Instant(byThen), *o.req.Decision.Expires)

	o = upTo(t, "ForDecision")
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &byThen})
	require.NoError(t, o.req.Storable())
}

func TestOpening(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.ErrorIs(t, o.try(ann, changereq.Move{Event: "submit"}), changereq.ErrNotFound)
	o.refuses(ann, changereq.Open{ID: "CR1", Applicant: "bob", Content: content()}, "role")
	o.refuses(ann, changereq.Open{ID: "CR1", State: "Closed", Content: content()}, "state")
	o.do(carol, changereq.Open{ID: "CR1", Applicant: "bob", Content: content()})
	require.Equal(t, "bob", o.req.Applicant)
	err := o.try(ann, changereq.Open{ID: "CR1", Content: content()})
	require.ErrorIs(t, err, changereq.ErrConflict)
	var conflict *changereq.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.True(t, errors.Is(err, changereq.ErrConflict) && !errors.Is(err, changereq.ErrRefused))
}

func TestSubmittingNeedsTheFields(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.do(ann, changereq.Open{ID: "CR1", Content: changereq.Content{Title: "Wider hinge"}})
	o.refuses(ann, changereq.Move{Event: "submit"}, "complete", "complete")
}
