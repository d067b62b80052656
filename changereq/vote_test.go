package changereq_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
)

var (
	quinn = changereq.Actor{ID: "quinn"}
	quade = changereq.Actor{ID: "quade"}
	dora  = changereq.Actor{ID: "dora"}
	dirk  = changereq.Actor{ID: "dirk"}
)

// boardPolicy asks one of two engineers, then a product manager; dora and dirk
// may override.
func boardPolicy() approval.Policy {
	p := changereq.DefaultPolicy()
	p.ID, p.Title = "board", "Board"
	p.Override = approval.From{Users: []string{"dora", "dirk"}}
	p.Stages = append([]approval.Stage{{Name: "technical", Requirements: []approval.Requirement{{
		ID: "engineers", Meaning: "technically sound", From: approval.From{Users: []string{"quinn", "quade"}},
		Need: approval.Need{Kind: approval.Any},
	}}}}, p.Stages...)
	return p
}

func compiled(tb testing.TB, p approval.Policy) *approval.Judge {
	tb.Helper()
	j, findings := changereq.CompilePolicy(p)
	require.NotNil(tb, j, "%v", findings)
	return j
}

// board is an office under boardPolicy with a request that waits for approval.
func board(tb testing.TB, change ...func(*approval.Policy)) *office {
	tb.Helper()
	p := boardPolicy()
	for _, f := range change {
		f(&p)
	}
	o := newOffice(tb)
	o.env.Policy = compiled(tb, p)
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	o.do(ann, changereq.Move{Event: "submit"})
	o.do(carol, changereq.Move{Event: "receive"})
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
	o.do(carol, changereq.Move{Event: "admit"})
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve: it pays within the year."})
	o.do(carol, changereq.Move{Event: "present"})
	o.state("ForDecision")
	return o
}

func (o *office) verdict() approval.Verdict {
	v := changereq.View{Request: &o.req, Now: o.now, Policy: o.env.Policy, People: o.env.People, BadSignatures: o.env.BadSignatures}
	return v.Verdict()
}

func (o *office) amend(change func(*changereq.Content)) {
	o.t.Helper()
	c := o.req.Content.Clone()
	change(&c)
	o.do(ann, changereq.Amend{Content: c})
}

func vote(kind approval.Kind) changereq.CastVote {
	return changereq.CastVote{Brief: 1, Kind: kind, Comment: "because"}
}

var (
	yes     = vote(approval.Approve)
	approve = changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}
)

// owedAbout are the people who are owed a notice about the last event of a kind.
func (o *office) owedAbout(kind changereq.Kind) []string {
	var about int64
	for _, ev := range o.events {
		if ev.Kind() == kind {
			about = ev.Seq
		}
	}
	var out []string
	for _, ob := range o.req.Obligations {
		if ob.About == about {
			out = append(out, ob.Recipient)
		}
	}
	return out
}

func TestTheDefaultPolicyCompiles(t *testing.T) {
	t.Parallel()
	j, findings := changereq.CompilePolicy(changereq.DefaultPolicy())
	require.NotNil(t, j)
	require.Empty(t, findings)
}

func TestADecisionWaitsForThePolicy(t *testing.T) {
	t.Parallel()
	o := board(t)
	require.Equal(t, changereq.PolicyRef{ID: "board", Version: 1}, o.req.Policy)
	refused := o.refusal(paul, approve, "approved")
	require.Equal(t, "engineers", refused.Unmet[0].Ref)
	require.Contains(t, refused.Error(), "waits for quinn, quade")
	require.Empty(t, o.req.Votes, "a refused decision casts no vote")
	o.do(quinn, yes)
	o.do(paul, approve)
	o.state("Approved")
	require.Len(t, o.req.Votes, 2)
	require.Equal(t, "paul", o.req.Votes[1].By)
	require.Equal(t, 1, o.req.Votes[1].Brief)
	require.Equal(t, approval.Digest(o.req.Digests.Material), o.req.Votes[1].Content)
}

func TestOnlyWhoIsAskedVotes(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.refuses(vera, yes, "role")
	o.refuses(ann, yes, "role")
	o.refuses(paul, yes, "stage")
	o.refuses(quinn, changereq.CastVote{Brief: 2, Kind: approval.Approve}, "briefed")
	o.do(quinn, yes)
	n := len(o.events)
	o.do(quinn, yes)
	require.Len(t, o.events, n, "the same vote again changes nothing")
	o.do(paul, yes)
	require.True(t, o.verdict().Approved())
	o.state("ForDecision") // votes alone decide nothing
	o.do(paul, approve)
	require.Len(t, o.req.Votes, 2, "the vote stood already")

	o = upTo(t, "Assessing")
	o.refuses(paul, yes, "state")
}

func TestBarredPeopleDoNotVote(t *testing.T) {
	t.Parallel()
	o := board(t, func(p *approval.Policy) { p.Stages[0].Requirements[0].From.Users = []string{"ann", "quinn"} })
	o.refuses(ann, yes, "separation-of-duties")
	o.do(ann, vote(approval.RequestChanges)) // whoever is barred may still object
	require.Equal(t, approval.Blocked, o.verdict().State)
}

func TestAmendingOutdatesVotes(t *testing.T) {
	t.Parallel()
	o := board(t)
	before := o.req.Content.Clone()
	o.do(quinn, yes)
	o.amend(func(c *changereq.Content) { c.Title = "A wider hinge" })
	require.Empty(t, o.req.Votes[0].Changed)
	o.amend(func(c *changereq.Content) { c.Description = "Widen it to 14 mm." })
	require.Equal(t, []changereq.Class{changereq.ClassScope}, o.req.Votes[0].Changed)
	require.Equal(t, []string{"ann", "quinn"}, o.owedAbout("vote-outdated"))
	n := len(o.events)
	o.do(ann, changereq.Amend{Content: before}) // changed back
	require.Len(t, o.events, n+1, "what is outdated is not outdated again")
	require.Equal(t, approval.Outdated, o.verdict().State)
	o.refuses(paul, approve, "approved")
	o.do(quinn, yes)
	require.Len(t, o.req.Votes, 2, "the outdated vote is kept")
	o.do(paul, approve)
}

func TestAmendingAfterApprovalOutdatesVotesAndDecision(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Cost: &changereq.Estimate{Summary: "dear"}}})
	o.state("ForDecision")
	for _, v := range o.req.Votes {
		require.Equal(t, []changereq.Class{changereq.ClassCost}, v.Changed)
	}
	require.Equal(t, []string{"ann", "quinn", "paul"}, o.owedAbout("vote-outdated"))
}

// A policy may let an approval outlive a new window, and nothing else.
func TestARelaxedPolicyKeepsApprovalOverSchedules(t *testing.T) {
	t.Parallel()
	o := board(t, func(p *approval.Policy) {
		for i := range p.Stages {
			p.Stages[i].Requirements[0].Sticky = []approval.Class{approval.Schedule}
		}
	})
	o.do(quinn, yes)
	o.do(paul, approve)
	o.amend(func(c *changereq.Content) {
		c.Window = &changereq.Window{Start: epoch.AddDate(0, 1, 0), End: epoch.AddDate(0, 2, 0)}
	})
	o.state("Approved")
	o.do(carol, changereq.Move{Event: "schedule", Window: &changereq.Window{Start: epoch.AddDate(0, 1, 0), End: epoch.AddDate(0, 1, 1)}})
	o.amend(func(c *changereq.Content) { c.Description = "Widen it to 14 mm." })
	o.state("ForDecision")
}

func TestTakingAVoteBackBeforeUseLapsesTheApproval(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	id := o.req.Votes[0].ID
	o.refuses(paul, changereq.RevokeVote{Vote: id}, "role")
	o.refuses(quinn, changereq.RevokeVote{Vote: "77"}, "vote")
	o.do(quinn, changereq.RevokeVote{Vote: id})
	o.state("ForDecision")
	n := len(o.events)
	o.do(quinn, changereq.RevokeVote{Vote: id})
	require.Len(t, o.events, n)

	o = board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	o.do(carol, changereq.Move{Event: "schedule"})
	o.do(ivo, changereq.Move{Event: "start"})
	o.refuses(quinn, changereq.RevokeVote{Vote: o.req.Votes[0].ID}, "state") // it was used
}

func TestObjectionsStopTheDecision(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(quade, vote(approval.RequestChanges))
	require.Contains(t, o.refusal(paul, approve, "approved").Error(), "changes requested by quade")
	id := o.req.Votes[1].ID
	o.refuses(paul, changereq.DismissVote{Vote: id, Reason: "no"}, "role")
	o.refuses(carol, changereq.DismissVote{Vote: o.req.Votes[0].ID, Reason: "no"}, "vote")
	o.do(carol, changereq.DismissVote{Vote: id, Reason: "answered in the drawing"})
	require.Equal(t, []string{"ann", "quade"}, o.owedAbout("vote-dismissed"))
	o.do(quade, vote(approval.Reject))
	o.refuses(carol, changereq.DismissVote{Vote: o.req.Votes[2].ID, Reason: "no"}, "vote") // a veto is not dismissed
	o.refuses(paul, approve, "approved")
	o.do(quade, changereq.RevokeVote{Vote: o.req.Votes[2].ID})
	o.do(paul, approve)
}

func TestOverridingTakesTwo(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quade, vote(approval.Reject))
	set := changereq.Override{Requirement: "engineers", Brief: 1, Reason: "the line stands still"}
	o.refuses(carol, set, "role")
	o.refuses(dora, changereq.Override{Requirement: "nobody", Brief: 1, Reason: "?"}, "policy")
	o.refuses(dora, changereq.Override{Requirement: "engineers", Brief: 2, Reason: "?"}, "briefed")
	o.do(dora, set)
	id := o.req.Overrides[0].ID
	o.refuses(paul, approve, "approved")
	o.refuses(dora, changereq.ConsentOverride{Override: id, Brief: 1}, "separation-of-duties")
	o.refuses(dirk, changereq.ConsentOverride{Override: "9", Brief: 1}, "override")
	o.do(dirk, changereq.ConsentOverride{Override: id, Brief: 1})
	require.Equal(t, []string{"quade", "ann"}, o.owedAbout("overridden"))
	o.do(paul, approve)
	o.amend(func(c *changereq.Content) { c.Description = "Widen it to 14 mm." })
	o.state("ForDecision")
	require.Equal(t, []changereq.Class{changereq.ClassScope}, o.req.Overrides[0].Changed)

	o = board(t, func(p *approval.Policy) { p.Override.Users = []string{"ann", "dirk", "dora"} })
	o.refuses(ann, set, "separation-of-duties")
	o.do(dora, set)
	o.refuses(ann, changereq.ConsentOverride{Override: o.req.Overrides[0].ID, Brief: 1}, "separation-of-duties")
	o.amend(func(c *changereq.Content) { c.Description = "Widen it to 14 mm." })
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.refuses(dirk, changereq.ConsentOverride{Override: o.req.Overrides[0].ID, Brief: 2}, "override")

	o = upTo(t, "ForDecision") // a policy that names nobody for it
	o.refuses(dora, changereq.Override{Requirement: "product-manager", Brief: 1, Reason: "?"}, "role")
}

func TestDelegating(t *testing.T) {
	t.Parallel()
	o := board(t)
	week := func(to string) changereq.Delegate {
		return changereq.Delegate{To: to, Start: o.now, End: o.now.AddDate(0, 0, 7), Reason: "holiday"}
	}
	o.refuses(vera, week("olga"), "role")
	o.refuses(quinn, week("quinn"), "delegation")
	o.refuses(quinn, week("ann"), "separation-of-duties")
	o.refuses(quinn, changereq.Delegate{To: "vera", Start: epoch, End: epoch.Add(time.Minute), Reason: "late"}, "delegation")
	o.refuses(quinn, changereq.Delegate{To: "vera", Scope: []string{"product-manager"}, Start: o.now, End: o.now.AddDate(1, 0, 0), Reason: "?"}, "delegation")
	forQuinn := changereq.CastVote{Brief: 1, Kind: approval.Approve, For: "quinn"}
	o.refuses(vera, forQuinn, "delegation")
	o.do(quinn, week("vera"))
	require.Equal(t, []string{"quinn", "vera"}, o.owedAbout("delegated"))
	o.refuses(vera, week("dirk"), "role") // no chains
	o.do(vera, forQuinn)
	require.Contains(t, o.verdict().Explain()[1], "vera for quinn")
	o.do(paul, approve)
	o.refuses(dirk, changereq.RevokeDelegation{Delegation: o.req.Delegations[0].ID}, "role")
	o.refuses(quinn, changereq.RevokeDelegation{Delegation: "0"}, "delegation")
	o.do(quinn, changereq.RevokeDelegation{Delegation: o.req.Delegations[0].ID})
	o.state("ForDecision") // the authority was taken back before it was used

	o = board(t)
	o.do(quinn, week("quade"))
	o.refuses(quade, week("quinn"), "delegation") // no circles
	o.now = o.now.AddDate(0, 0, 8)
	o.refuses(quade, forQuinn, "delegation") // it is over
	o = upTo(t, "Draft")
	o.refuses(paul, week("vera"), "state")
}

func TestRolesOfTheDelegatingPersonCount(t *testing.T) {
	t.Parallel()
	o := upTo(t, "ForDecision")
	o.do(paul, changereq.Delegate{To: "dora", Start: o.now, End: o.now.AddDate(0, 0, 7), Reason: "holiday"})
	petra := changereq.Actor{ID: "petra", Roles: []string{changereq.RoleProductManager}}
	o.do(dora, changereq.CastVote{Brief: 1, Kind: approval.Reject, Comment: "no", For: "paul"})
	o.refuses(petra, approve, "approved")
	o.do(paul, yes) // if both vote, the principal's counts
	o.do(petra, approve)
}

func TestApprovalsExpireByPolicy(t *testing.T) {
	t.Parallel()
	o := board(t, func(p *approval.Policy) { p.Stages[0].Requirements[0].Expires = approval.Duration(100 * time.Hour) })
	o.do(quinn, yes)
	cast := o.now
	o.do(paul, approve)
	o.do(carol, changereq.Refresh{})
	o.state("Approved")
	o.now = cast.Add(99 * time.Hour)
	o.do(carol, changereq.Refresh{})
	o.state("ForDecision")
	var cause changereq.Lapse
	for _, ev := range o.events {
		if d, ok := ev.Data.(changereq.ApprovalLapsedData); ok {
			cause = d.Cause
		}
	}
	require.Equal(t, changereq.LapseExpiry, cause)
}

func TestAuthorityTakenAwayBeforeUse(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.env.People.Roles = map[string][]string{changereq.RoleProductManager: {"paul", "petra"}}
	o.do(quinn, yes)
	o.do(paul, approve)
	o.env.People.Roles[changereq.RoleProductManager] = []string{"petra"}
	o.do(carol, changereq.Refresh{})
	o.state("ForDecision")
	o.refuses(paul, approve, "approved") // the directory knows better than the one who vouched
}

// A policy that nobody can satisfy is refused when it would be pinned.
func TestAPolicyThatNobodyCanSatisfyIsNotPinned(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.env.Policy = compiled(t, boardPolicy())
	o.env.People.Roles = map[string][]string{changereq.RoleProductManager: {"ann"}}
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	require.Contains(t, o.refusal(ann, changereq.Move{Event: "submit"}, "policy").Error(), "product-manager")
	for _, p := range changereq.Permitted(o.lc, &o.req, changereq.Env{Now: o.now, Actor: ann, Policy: o.env.Policy, People: o.env.People}) {
		require.Equal(t, p.Event == "submit", len(p.Unmet) > 0 && p.Unmet[0].Condition == "policy", "%s: %v", p.Event, p.Unmet)
	}
	o.env.People.Roles[changereq.RoleProductManager] = []string{"ann", "paul"}
	o.do(ann, changereq.Move{Event: "submit"})
	require.Equal(t, "board", o.req.Policy.ID)
}

func TestFactsOfTheRequestChooseRequirements(t *testing.T) {
	t.Parallel()
	limit := int64(1_000_00)
	o := board(t, func(p *approval.Policy) {
		p.Stages[0].Requirements = append(p.Stages[0].Requirements, approval.Requirement{
			ID: "finance", When: []approval.Condition{{Fact: changereq.FactCost, AtLeast: &limit}},
			From: approval.From{Users: []string{"fay"}}, Need: approval.Need{Kind: approval.Any},
		}, approval.Requirement{
			ID: "owners", When: []approval.Condition{{Fact: changereq.FactItem, In: []string{"DRW-12"}}, {Fact: changereq.FactAction, In: []string{"modify"}}},
			From: approval.From{Owners: true}, Need: approval.Need{Kind: approval.All},
		}, approval.Requirement{
			ID: "risk", When: []approval.Condition{{Fact: changereq.FactRisk, In: []string{"critical"}}, {Fact: changereq.FactLifecycle, In: []string{"normal"}}},
			From: approval.From{Users: []string{"rita"}}, Need: approval.Need{Kind: approval.Any},
		})
	})
	o.do(quinn, yes)
	o.do(changereq.Actor{ID: "otto"}, yes)
	require.Contains(t, o.refusal(paul, approve, "approved").Error(), "owners: 1 of 2 approvals; given by otto; waits for olga")
	o.do(changereq.Actor{ID: "olga"}, yes)
	a := assessment()
	a.Cost = &changereq.Estimate{Amounts: []changereq.Amount{
		{What: "tool", Low: 1, Likely: 2, High: 600_00, Currency: "EUR"},
		{What: "time", Low: 1, Likely: 2, High: 400_00, Currency: "EUR"},
		{What: "duty", Low: 1, Likely: 2, High: 300_00, Currency: "USD"},
	}}
	a.Risk.Risks[0].Residual = changereq.Rating{Likelihood: 5, Impact: 5}
	o.do(carol, changereq.Assess{Parts: a})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.refuses(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved}, "approved", "approved", "approved", "approved")
}

// P15: holding and releasing leaves votes as they are.
func TestHoldingLeavesVotes(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(carol, changereq.PutOnHold{Reason: "strike"})
	o.refuses(quade, yes, "held")
	before := o.req.Clone().Votes
	o.do(carol, changereq.Release{})
	require.Equal(t, before, o.req.Votes)
	o.do(paul, approve)
}

func TestReopeningAsksAgain(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(quade, vote(approval.Reject))
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth})
	o.tell()
	o.state("Rejected")
	o.do(carol, changereq.Move{Event: "reopen", Reason: "new figures"})
	for _, v := range o.req.Votes {
		require.NotNil(t, v.Ended)
	}
	require.Equal(t, approval.Waiting, o.verdict().State)
}

func TestTheRowWithVotesIsTheFoldOfItsEvents(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, changereq.Delegate{To: "vera", Start: o.now, End: o.now.AddDate(0, 0, 7), Reason: "holiday"})
	o.do(vera, changereq.CastVote{Brief: 1, Kind: approval.Approve, For: "quinn"})
	o.do(quade, vote(approval.RequestChanges))
	o.do(carol, changereq.DismissVote{Vote: o.req.Votes[1].ID, Reason: "answered"})
	o.do(dora, changereq.Override{Requirement: "engineers", Brief: 1, Reason: "fire"})
	o.do(dirk, changereq.ConsentOverride{Override: o.req.Overrides[0].ID, Brief: 1})
	o.do(paul, approve)
	o.amend(func(c *changereq.Content) { c.Description = "Widen it to 14 mm." })
	o.do(quinn, changereq.RevokeDelegation{Delegation: o.req.Delegations[0].ID})
	require.NoError(t, o.req.Storable())
	for _, ev := range o.events {
		raw, err := changereq.MarshalData(ev.Data)
		require.NoError(t, err)
		data, err := changereq.UnmarshalData(ev.Kind(), raw)
		require.NoError(t, err)
		require.Equal(t, ev.Clone().Data, data, "%s", ev.Kind())
	}
	require.Equal(t, o.req, changereq.Fold(o.events))
}

func TestVotesAreChecked(t *testing.T) {
	t.Parallel()
	for pointer, cmd := range map[string]changereq.Command{
		"/kind":        changereq.CastVote{Brief: 1, Kind: "maybe"},
		"/brief":       changereq.CastVote{Kind: approval.Approve},
		"/comment":     changereq.CastVote{Brief: 1, Kind: approval.Reject},
		"/vote":        changereq.RevokeVote{},
		"/reason":      changereq.DismissVote{Vote: "1"},
		"/to":          changereq.Delegate{Start: epoch, End: epoch.Add(1), Reason: "x"},
		"/end":         changereq.Delegate{To: "x", Start: epoch, End: epoch, Reason: "x"},
		"/delegation":  changereq.RevokeDelegation{},
		"/requirement": changereq.Override{Brief: 1, Reason: "x"},
		"/override":    changereq.ConsentOverride{Brief: 1},
		"/sign":        changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonObsolete, Sign: true},
	} {
		var invalid *changereq.ValidationError
		require.ErrorAs(t, changereq.Validate(cmd), &invalid)
		require.Len(t, invalid.Fields, 1, "%v", invalid)
		require.Equal(t, pointer, invalid.Fields[0].Pointer)
	}
}
