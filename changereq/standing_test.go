package changereq_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/coordination"
)

// deputy lets vera speak for quinn for a week around now.
func deputy(now time.Time) changereq.Standing {
	return changereq.Standing{Delegation: approval.Delegation{
		ID: "leave-7", From: "quinn", To: "vera", Start: now.Add(-time.Hour), End: now.AddDate(0, 0, 7), Reason: "on leave",
	}}
}

var forQuinn = changereq.CastVote{Brief: 1, Kind: approval.Approve, For: "quinn"}

// A deputy for everything votes: from then on the request has the delegation
// itself, both ends are told, and what was cast stands when the leave ends.
func TestStandingDelegation(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.refuses(vera, forQuinn, "delegation")
	o.env.Standing = []changereq.Standing{deputy(o.now)}
	o.do(vera, forQuinn)
	require.Len(t, o.req.Delegations, 1)
	used := o.req.Delegations[0]
	require.Equal(t, "leave-7", used.Standing)
	require.NotEqual(t, "leave-7", used.ID, "it has a name within the request")
	require.Equal(t, []string{"quinn", "vera"}, o.owedAbout("delegated"))
	require.Contains(t, o.verdict().Explain()[1], "vera for quinn")
	require.NoError(t, o.req.Storable())
	require.Empty(t, difference(o.req, changereq.Fold(o.events)))

	o.env.Standing = nil // the office forgets it
	require.Contains(t, o.verdict().Explain()[1], "vera for quinn", "a history is judged by itself")
	o.do(quinn, changereq.RevokeDelegation{Delegation: used.ID})
	require.NotContains(t, o.verdict().Explain()[1], "vera for quinn")
	o.env.Standing = []changereq.Standing{deputy(o.now)}
	o.refuses(vera, forQuinn, "delegation") // taken back here, it is not used here again
}

// P16 of standing delegations: out of its time, its scope, its policy, ended, for
// others or by others it does nothing; there are no chains and no circles, and the
// applicant has no part in it.
func TestP16StandingDelegationsThatDoNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*changereq.Standing)
		refused string
	}{
		"over":            {func(s *changereq.Standing) { s.End = s.Start.Add(time.Minute) }, "delegation"},
		"not yet":         {func(s *changereq.Standing) { s.Start = s.End.Add(-time.Minute) }, "delegation"},
		"ended":           {func(s *changereq.Standing) { s.Revoked = &epoch }, "delegation"},
		"another policy":  {func(s *changereq.Standing) { s.Policies = []string{"other"} }, "delegation"},
		"another scope":   {func(s *changereq.Standing) { s.Scope = []string{"product-manager"} }, "delegation"},
		"somebody else's": {func(s *changereq.Standing) { s.From = "quade" }, "delegation"},
		"to another":      {func(s *changereq.Standing) { s.To = "dirk" }, "delegation"},
		"to oneself":      {func(s *changereq.Standing) { s.To = "quinn" }, "delegation"},
	} {
		o := board(t)
		s := deputy(o.now)
		c.change(&s)
		o.env.Standing = []changereq.Standing{s}
		o.refuses(vera, forQuinn, c.refused)
		require.Empty(t, o.req.Delegations, name)
	}

	o := board(t)
	first, second := deputy(o.now), deputy(o.now)
	second.ID, second.From, second.To = "leave-8", "vera", "dirk"
	o.env.Standing = []changereq.Standing{first, second}
	o.refuses(changereq.Actor{ID: "dirk"}, forQuinn, "delegation") // no chains

	o = board(t)
	o.do(quade, changereq.Delegate{To: "quinn", Start: o.now, End: o.now.AddDate(0, 0, 7), Reason: "travels"})
	circle := deputy(o.now)
	circle.To = "quade"
	o.env.Standing = []changereq.Standing{circle}
	o.refuses(quade, forQuinn, "delegation") // no circles

	o = board(t)
	asks := deputy(o.now)
	asks.To = "ann"
	o.env.Standing = []changereq.Standing{asks}
	o.refuses(ann, forQuinn, "delegation") // the applicant stands in for nobody
}

// The scope that is put on the request is what this policy asks the principal.
func TestTheScopeOfAStandingDelegationIsCut(t *testing.T) {
	t.Parallel()
	o := board(t)
	s := deputy(o.now)
	s.Scope, s.Policies = []string{"elsewhere", "engineers"}, []string{"board", "other"}
	o.env.Standing = []changereq.Standing{s}
	o.do(vera, forQuinn)
	require.Equal(t, []string{"engineers"}, o.req.Delegations[0].Scope)
}

// The office is asked: for the principal when somebody votes, for everybody when
// it is shown who is asked.
func TestTheServiceKnowsDeputies(t *testing.T) {
	t.Parallel()
	var asked []string
	answer := []changereq.Standing{deputy(epoch)}
	fails := error(nil)
	s, err := changereq.New(changereq.Config{
		Store: coordination.ChangeRequests(memory.New()), Now: func() time.Time { return epoch }, NewID: func() string { return "CR1" },
		Policies: []*approval.Judge{compiled(t, boardPolicy())},
		Standing: func(_ context.Context, tenant, principal string, at time.Time) ([]changereq.Standing, error) {
			require.Equal(t, "acme", tenant)
			require.Equal(t, epoch, at)
			asked = append(asked, principal)
			return answer, fails
		},
	})
	require.NoError(t, err)
	walk(t, s, "ForDecision")
	require.Empty(t, asked)
	approvalNow, err := s.Approval(t.Context(), "acme", "CR1")
	require.NoError(t, err)
	require.Contains(t, approvalNow.Verdict.Asked, approval.Ask{Person: "vera", For: "quinn", Requirement: "engineers"})
	require.Empty(t, approvalNow.Delegations, "it is not used yet")
	give(t, s, vera, forQuinn)
	require.Equal(t, []string{"", "quinn"}, asked)
	give(t, s, quade, changereq.CastVote{Brief: 1, Kind: approval.Approve})
	require.Equal(t, []string{"", "quinn"}, asked, "who votes as himself needs no deputy")

	answer[0].Reason, answer[0].ID = "", "bad\x00"
	err = try(t, s, vera, forQuinn)
	require.ErrorContains(t, err, "/standing/0/id")
	require.NotErrorIs(t, err, changereq.ErrInvalid, "that is not the voter's fault")
	fails = errors.New("the directory is down")
	require.ErrorIs(t, try(t, s, vera, forQuinn), fails)
}
