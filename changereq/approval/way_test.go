package approval_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/approval"
)

// board is a case that changes from step to step, an hour apart.
type board struct {
	t     testing.TB
	judge *approval.Judge
	c     approval.Case
}

func convene(tb testing.TB, p approval.Policy) *board {
	tb.Helper()
	if p.ID == "" {
		p.ID, p.Version = "test", 1
	}
	j, findings := approval.Compile(p, approval.Known{})
	require.NotNil(tb, j, "%v", findings)
	return &board{t: tb, judge: j, c: approval.Case{
		Now: epoch, Asked: epoch, Applicant: "ann", Amender: "ann", Content: content("1"),
		Directory: approval.Directory{
			Roles: map[string][]string{"pm": {"paul", "petra", "ann"}, "qa": {"quinn", "qadir"}, "admin": {"ann", "adam"}},
		},
	}}
}

// content is a content whose description has a version.
func content(version string) approval.Digests {
	return approval.Digests{
		{Class: approval.Editorial, Digest: "title"},
		{Class: approval.Schedule, Digest: "window"},
		{Class: approval.Scope, Digest: approval.Digest("description " + version)},
		{Class: approval.Risk, Digest: "risks"},
		{Class: approval.Affected, Digest: "items"},
	}
}

// amend changes one class and marks what it makes outdated, as a ledger does.
func (b *board) amend(class approval.Class, digest approval.Digest) {
	now := append(approval.Digests(nil), b.c.Content...)
	for i := range now {
		if now[i].Class == class {
			now[i].Digest = digest
		}
	}
	b.c.Content = now
	for i := range b.c.Votes {
		v := &b.c.Votes[i]
		v.Changed = append(v.Changed, v.Digests.Changed(now)...)
	}
}

func (b *board) vote(kind approval.Kind, by string) {
	b.voteFor(kind, by, "")
}

func (b *board) voteFor(kind approval.Kind, by, principal string) {
	b.c.Now = b.c.Now.Add(time.Hour)
	b.c.Votes = append(b.c.Votes, approval.Vote{
		ID: "v" + strconv.Itoa(len(b.c.Votes)+1), By: by, For: principal, Kind: kind, At: b.c.Now, Digests: b.c.Content,
	})
}

func (b *board) approve(people ...string) {
	for _, p := range people {
		b.vote(approval.Approve, p)
	}
}

func (b *board) is(want approval.State) approval.Verdict {
	b.t.Helper()
	v := b.judge.Verdict(&b.c)
	require.Equal(b.t, want, v.State, "%v", v.Explain())
	return v
}

func (b *board) asks(want ...string) {
	b.t.Helper()
	var got []string
	for _, a := range b.judge.Verdict(&b.c).Asked {
		got = append(got, a.String())
	}
	require.Equal(b.t, want, got)
}

func need(n int) approval.Need { return approval.Need{Kind: approval.Count, Count: n} }

func oneStage(requirements ...approval.Requirement) approval.Policy {
	return approval.Policy{Stages: []approval.Stage{{Name: "review", Requirements: requirements}}}
}

func byRole(id, role string, n approval.Need) approval.Requirement {
	return approval.Requirement{ID: id, From: approval.From{Roles: []string{role}}, Need: n}
}

func TestSequence(t *testing.T) {
	t.Parallel()
	b := convene(t, approval.Policy{Stages: []approval.Stage{
		{Name: "technical", Requirements: []approval.Requirement{byRole("qa", "qa", approval.Need{Kind: approval.All})}},
		{Name: "management", Requirements: []approval.Requirement{byRole("pm", "pm", need(1))}},
	}})
	b.asks("quinn", "qadir")
	b.approve("quinn")
	v := b.is(approval.Waiting)
	require.Equal(t, "technical", v.Stage)
	require.Equal(t, approval.NotOpen, v.Stages[1].State)
	b.asks("qadir")
	b.approve("qadir")
	require.Equal(t, "management", b.is(approval.Waiting).Stage)
	b.asks("paul", "petra")
	b.approve("petra")
	v = b.is(approval.Satisfied)
	require.Equal(t, b.c.Now, *v.Since)
	require.Empty(t, v.Stage)
	require.Equal(t, []string{"approved", "qa: 2 of 2 approvals; given by quinn, qadir", "pm: 1 of 1 approvals; given by petra; barred: ann (applicant)"}, v.Explain())
}

func TestObjections(t *testing.T) {
	t.Parallel()
	p := oneStage(byRole("pm", "pm", need(1)), approval.Requirement{
		ID: "qa", From: approval.From{Roles: []string{"qa"}}, Need: need(1), Veto: approval.VetoListed, Vetoers: approval.From{Users: []string{"sam"}},
	})
	b := convene(t, p)
	b.approve("paul", "quinn")
	b.is(approval.Satisfied)
	b.vote(approval.Reject, "qadir")
	b.is(approval.Satisfied) // no vetoer
	b.vote(approval.Reject, "petra")
	b.is(approval.Vetoed)
	require.Empty(t, b.judge.Verdict(&b.c).Asked)
	b.amend(approval.Scope, "other")
	b.is(approval.Vetoed) // a veto survives amendments
	b.c.Votes[3].Ended = &approval.End{By: "petra", At: b.c.Now}
	b.is(approval.Outdated)
	b.approve("paul", "quinn")
	b.is(approval.Satisfied)
	b.vote(approval.Reject, "sam")
	b.is(approval.Vetoed)
	b.vote(approval.Abstain, "sam")
	b.is(approval.Vetoed) // an abstention lifts nothing
	b.vote(approval.Approve, "sam")
	b.is(approval.Satisfied)
	b.vote(approval.RequestChanges, "quinn")
	b.is(approval.Blocked)
	b.amend(approval.Scope, "third")
	b.approve("paul", "petra", "qadir")
	b.is(approval.Blocked)
	b.vote(approval.Reject, "quinn") // no veto, and no answer to the request either
	b.is(approval.Blocked)
	b.approve("quinn")
	b.is(approval.Satisfied)
	b.vote(approval.RequestChanges, "quinn")
	b.c.Votes[len(b.c.Votes)-1].Ended = &approval.End{By: "carol", At: b.c.Now, Reason: "left the house"}
	b.is(approval.Satisfied)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	r.Expires = approval.Duration(48 * time.Hour)
	b := convene(t, oneStage(r))
	b.approve("paul")
	at := b.c.Now
	v := b.is(approval.Satisfied)
	require.Equal(t, at.Add(48*time.Hour), *v.Next)
	b.c.Now = v.Next.Add(-time.Microsecond)
	b.is(approval.Satisfied)
	b.c.Now = *v.Next
	b.is(approval.Expired)
	b.asks("paul", "petra")
	b.approve("paul")
	b.is(approval.Satisfied)
}

func TestDueApprovesNothing(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	r.Due = approval.Duration(24 * time.Hour)
	b := convene(t, oneStage(r))
	require.False(t, b.is(approval.Waiting).Stages[0].Requirements[0].Overdue)
	b.c.Now = epoch.AddDate(10, 0, 0)
	v := b.is(approval.Waiting)
	require.True(t, v.Stages[0].Requirements[0].Overdue)
	require.Contains(t, v.Explain()[1], "overdue since 2026-03-03 09:00 UTC")
}

func TestLastCall(t *testing.T) {
	t.Parallel()
	p := oneStage(byRole("pm", "pm", need(1)))
	p.LastCall = approval.Duration(7 * 24 * time.Hour)
	b := convene(t, p)
	b.approve("paul")
	end := b.c.Now.AddDate(0, 0, 7)
	require.Equal(t, end, *b.is(approval.LastCall).Next)
	b.approve("petra") // more approval does not begin it anew
	require.Equal(t, end, *b.is(approval.LastCall).Next)
	b.approve("paul")
	require.Equal(t, end, *b.is(approval.LastCall).Next)
	b.vote(approval.RequestChanges, "petra")
	b.is(approval.Blocked)
	b.approve("petra") // a new argument cancels it: it begins anew
	end = b.c.Now.AddDate(0, 0, 7)
	require.Equal(t, end, *b.is(approval.LastCall).Next)
	b.c.Now = end
	b.is(approval.Satisfied)
}

func TestDelegation(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(2)), byRole("qa", "qa", need(1))))
	b.c.Delegations = []approval.Delegation{{From: "paul", To: "dora", Scope: []string{"pm"}, Start: epoch, End: epoch.Add(72 * time.Hour), Reason: "holiday"}}
	b.asks("paul", "dora for paul", "petra", "quinn", "qadir")
	b.voteFor(approval.Approve, "dora", "paul")
	b.approve("petra", "quinn")
	v := b.is(approval.Satisfied)
	require.Contains(t, v.Explain()[1], "dora for paul")
	b.c.Now = epoch.AddDate(1, 0, 0)
	b.is(approval.Satisfied) // what was said in time stays said
	b.c.Delegations[0].Revoked = &b.c.Now
	b.is(approval.Waiting)
	b.c.Delegations[0].Revoked = nil
	b.vote(approval.Reject, "paul") // if both vote, the principal's counts
	b.is(approval.Vetoed)
}

// What a delegate said does not come back when the principal takes back a word
// of their own; only a new one counts.
func TestAPrincipalWhoWithdrawsIsNotOverruled(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.c.Delegations = []approval.Delegation{{From: "paul", To: "dora", Start: epoch, End: epoch.AddDate(1, 0, 0)}}
	b.voteFor(approval.Approve, "dora", "paul")
	b.approve("paul")
	b.c.Votes[1].Ended = &approval.End{By: "paul", At: b.c.Now}
	b.is(approval.Waiting)
	b.voteFor(approval.Approve, "dora", "paul")
	b.is(approval.Satisfied)
}

// No chains: who stands in cannot be stood in for.
func TestADelegateCannotPassItOn(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	year := epoch.AddDate(1, 0, 0)
	b.c.Delegations = []approval.Delegation{
		{From: "paul", To: "dora", Start: epoch, End: year},
		{From: "dora", To: "dirk", Start: epoch, End: year},
		{From: "dirk", To: "paul", Start: epoch, End: year},
	}
	b.voteFor(approval.Approve, "dirk", "paul")
	b.voteFor(approval.Approve, "dirk", "dora")
	v := b.is(approval.Waiting)
	require.Equal(t, approval.Unentitled, v.Stages[0].Requirements[0].Voices[0].Status)
	b.voteFor(approval.Approve, "dora", "paul")
	b.is(approval.Satisfied)
}

// One human being has one voice, also when standing in for a colleague.
func TestOnePersonOneVoice(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(2))))
	b.c.Delegations = []approval.Delegation{{From: "paul", To: "petra", Start: epoch, End: epoch.AddDate(1, 0, 0)}}
	b.approve("petra")
	b.voteFor(approval.Approve, "petra", "paul")
	b.is(approval.Unreachable) // of the two who may, one has spoken for both
}

func TestOverride(t *testing.T) {
	t.Parallel()
	p := oneStage(byRole("pm", "pm", need(1)))
	p.Override = approval.From{Users: []string{"ann", "dora", "dirk"}}
	b := convene(t, p)
	b.vote(approval.Reject, "paul")
	set := func(first, second string) {
		b.c.Overrides = []approval.Override{{
			ID: "o1", Requirement: "pm", Reason: "the press is burning", First: approval.Consent{By: first, At: b.c.Now}, Digests: b.c.Content,
		}}
		if second != "" {
			b.c.Overrides[0].Second = &approval.Consent{By: second, At: b.c.Now}
		}
	}
	for _, two := range [][2]string{{"dora", ""}, {"dora", "dora"}, {"dora", "ann"}, {"ann", "dirk"}, {"dora", "adam"}} {
		set(two[0], two[1])
		b.is(approval.Vetoed)
	}
	set("dora", "dirk")
	v := b.is(approval.Satisfied)
	require.Equal(t, approval.Overridden, v.Stages[0].Requirements[0].State)
	require.Contains(t, v.Explain()[1], "set aside by override o1")
	b.amend(approval.Risk, "worse")
	b.is(approval.Vetoed) // it was opted into for that content

	p.LastCall = approval.Duration(48 * time.Hour)
	b = convene(t, p)
	b.c.Now = b.c.Now.AddDate(0, 0, 9)
	set("dora", "dirk")
	require.Equal(t, b.c.Now.AddDate(0, 0, 2), *b.is(approval.LastCall).Next) // setting aside is heard too
}

func TestDutiesBar(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	for _, c := range []struct {
		name string
		set  func(*approval.Case)
		duty approval.Duty
	}{
		{"applicant", func(c *approval.Case) { c.Applicant = "paul" }, approval.Applicant},
		{"amender", func(c *approval.Case) { c.Amender = "paul" }, approval.Amender},
		{"recommender", func(c *approval.Case) { c.Recommender = "paul" }, approval.Recommender},
		{"assessor", func(c *approval.Case) { c.Assessors = []string{"olga", "paul"} }, approval.Assessor},
		{"implementer", func(c *approval.Case) { c.Implementers = []string{"paul"} }, approval.Implementer},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := convene(t, oneStage(r))
			c.set(&b.c)
			b.approve("paul")
			v := b.is(approval.Waiting)
			require.Contains(t, v.Barred, approval.Bar{Person: "paul", Requirement: "pm", Duty: c.duty})
			require.Equal(t, approval.VoteBarred, v.Stages[0].Requirements[0].Voices[0].Status)
			b.approve("petra")
			b.is(approval.Satisfied)
		})
	}
	allowed := r
	allowed.Allow = []approval.Duty{approval.Recommender, approval.Assessor}
	b := convene(t, oneStage(allowed))
	b.c.Recommender, b.c.Assessors = "paul", []string{"paul"}
	b.approve("paul")
	b.is(approval.Satisfied)
	b.c.Applicant = "paul" // there is no exemption
	b.is(approval.Waiting)
}

func TestImplementersCountBesideOthers(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1)), byRole("qa", "qa", need(1))))
	b.c.Implementers = []string{"paul", "quinn"}
	b.approve("paul", "quinn")
	b.is(approval.Waiting)
	b.approve("qadir")
	b.is(approval.Satisfied)
}

func TestConditions(t *testing.T) {
	t.Parallel()
	limit := int64(10_000)
	board := byRole("board", "admin", need(1))
	board.When = []approval.Condition{{Fact: "cost", AtLeast: &limit}, {Fact: "risk", In: []string{"high", "critical"}}}
	b := convene(t, oneStage(byRole("pm", "pm", need(1)), board))
	b.approve("paul")
	b.is(approval.Satisfied)
	b.c.Facts = map[string][]string{"cost": {"200", "10000"}, "risk": {"low"}}
	b.is(approval.Satisfied)
	b.c.Facts["risk"] = []string{"high"}
	b.is(approval.Waiting)
	b.asks("adam")
	b.c.Facts["cost"] = []string{"9999", "much"}
	require.Equal(t, approval.NotApplicable, b.is(approval.Satisfied).Stages[0].Requirements[1].State)
}

func TestOptionalIsAskedAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	r := byRole("qa", "qa", need(1))
	r.Optional = true
	b := convene(t, oneStage(byRole("pm", "pm", need(1)), r))
	b.asks("paul", "petra", "quinn", "qadir")
	b.approve("paul")
	b.is(approval.Satisfied)
	b.vote(approval.Reject, "quinn")
	b.is(approval.Vetoed)
}

func TestFirstResponseDecides(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", percent(0, approval.HalfUp))
	b := convene(t, oneStage(r))
	b.is(approval.Waiting)
	b.approve("paul")
	b.vote(approval.Reject, "petra")
	b.is(approval.Satisfied)
	b = convene(t, oneStage(r))
	b.vote(approval.Reject, "petra")
	b.approve("paul")
	b.is(approval.Vetoed)
}

func TestAbstentionsStayInTheCount(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("qa", "qa", approval.Need{Kind: approval.All})))
	b.approve("quinn")
	b.vote(approval.Abstain, "qadir")
	v := b.is(approval.Unreachable)
	require.Equal(t, 2, v.Stages[0].Requirements[0].Need)
}

func TestNobodyApprovesNothing(t *testing.T) {
	t.Parallel()
	for _, n := range []approval.Need{need(1), {Kind: approval.All}, percent(5000, approval.Ceil), percent(0, approval.HalfUp)} {
		b := convene(t, oneStage(byRole("pm", "pm", n)))
		b.c.Directory.Roles["pm"] = []string{"ann"} // the applicant alone
		b.approve("ann")
		b.is(approval.Unreachable)
	}
}

func TestRolesWithoutADirectory(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(2))))
	b.c.Directory = approval.Directory{}
	b.is(approval.Waiting)
	b.approve("paul", "petra")
	b.is(approval.Waiting) // nobody vouched for their roles
	for i := range b.c.Votes {
		b.c.Votes[i].Roles = []string{"pm"}
	}
	b.is(approval.Satisfied)
	b = convene(t, oneStage(byRole("pm", "pm", approval.Need{Kind: approval.All})))
	b.c.Directory = approval.Directory{}
	b.approve("paul")
	b.c.Votes[0].Roles = []string{"pm"}
	b.is(approval.Unreachable) // all of nobody knows how many
}

func TestSignedApprovals(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	r.Signed = true
	b := convene(t, oneStage(r))
	b.approve("paul")
	require.Contains(t, b.is(approval.Waiting).Explain()[1], "not signed: paul")
	b.c.Votes[0].Signature = &approval.Signature{Name: "Paul", Value: []byte{1}}
	b.is(approval.Satisfied)
	b.c.BadSignatures = []string{"v1"}
	require.Contains(t, b.is(approval.Waiting).Explain()[1], "signature does not verify: paul")
}

func TestAuthorityIsLookedUpWhenItIsUsed(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	b.is(approval.Satisfied)
	b.c.Directory.Roles["pm"] = []string{"petra"}
	v := b.is(approval.Waiting)
	require.Equal(t, []approval.Standing{{Vote: "v1", By: "paul", Kind: approval.Approve, Status: approval.NotListed}}, v.Ignored)
}

func TestUnreachableBeforeItBegins(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(2)), byRole("also", "pm", need(1))))
	require.Equal(t, []approval.Shortage{{Stage: "review", Requirement: "also", Need: 1, Could: 2}}, b.judge.Unreachable(&b.c))
	b.c.Applicant, b.c.Amender = "zoe", "zoe"
	require.Empty(t, b.judge.Unreachable(&b.c))
}

func TestStatementsAreUnambiguous(t *testing.T) {
	t.Parallel()
	a := approval.Statement{Request: "CR1", Content: "d", Meaning: "ab", By: "c", At: epoch}
	seen := map[string]bool{string(a.Bytes()): true}
	for _, change := range []func(*approval.Statement){
		func(s *approval.Statement) { s.Request = "CR2" },
		func(s *approval.Statement) { s.Content = "e" },
		func(s *approval.Statement) { s.Brief = 1 },
		func(s *approval.Statement) { s.Kind = approval.Reject },
		func(s *approval.Statement) { s.Meaning, s.By = "a", "bc" },
		func(s *approval.Statement) { s.By, s.For = "", "c" },
		func(s *approval.Statement) { s.At = s.At.Add(time.Microsecond) },
	} {
		x := a
		change(&x)
		require.False(t, seen[string(x.Bytes())], "%+v", x)
		seen[string(x.Bytes())] = true
	}
}
