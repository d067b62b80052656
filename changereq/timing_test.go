package changereq_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
)

const day = 24 * time.Hour

// timely gives the engineers two days, whose word holds for ten.
func timely(p *approval.Policy) {
	r := &p.Stages[0].Requirements[0]
	r.Due, r.Expires = approval.Duration(2*day), approval.Duration(10*day)
}

func (o *office) due(kind changereq.DueKind) *time.Time { return o.req.Deadline(kind) }

func TestAPolicyGivesDates(t *testing.T) {
	t.Parallel()
	o := board(t, timely)
	due := o.req.Asked.Add(2 * day)
	require.Equal(t, &due, o.due(changereq.DueApproval))
	require.Nil(t, o.due(changereq.DueTurn), "to be late changes nothing")
	o.do(carol, changereq.PutOnHold{Reason: "strike"})
	require.Nil(t, o.due(changereq.DueApproval), "while it is held nobody has to vote")
	o.do(carol, changereq.Release{})

	away := o.now.Add(day)
	o.do(quade, changereq.Delegate{To: "vera", Start: o.now, End: away, Reason: "away"})
	require.Equal(t, &away, o.due(changereq.DueTurn))
	require.Empty(t, dueKinds(o, changereq.Deadlines{}, away.Add(-time.Microsecond)))
	require.Equal(t, []changereq.DueKind{changereq.DueTurn}, dueKinds(o, changereq.Deadlines{}, away), "a delegation ends")
	o.now = away
	o.do(carol, changereq.Refresh{})
	require.Nil(t, o.due(changereq.DueTurn))
	known := len(o.events)
	o.do(carol, changereq.Refresh{})
	require.Len(t, o.events, known, "refreshing again changes nothing")

	require.Equal(t, []changereq.DueKind{changereq.DueApproval}, dueKinds(o, changereq.Deadlines{}, due))
	o.do(quinn, yes)
	require.Nil(t, o.due(changereq.DueApproval))
	expires := o.req.Votes[0].At.Add(10 * day)
	require.Equal(t, &expires, o.due(changereq.DueTurn))
	o.do(paul, approve)
	require.Equal(t, &expires, o.due(changereq.DueTurn), "an approval that is not used runs out")
	o.do(carol, changereq.Move{Event: "schedule", Window: &changereq.Window{Start: o.now, End: o.now.Add(day)}})
	o.do(ivo, changereq.Move{Event: "start"})
	require.Nil(t, o.due(changereq.DueTurn), "one that is used does not")
}

// A policy without dates writes nothing down.
func TestTimelessPoliciesWriteNoDates(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	for _, ev := range o.events {
		require.NotEqual(t, changereq.Kind("approval-timed"), ev.Kind())
	}
}

func TestTemplatesAskForNoVotesByAnyDate(t *testing.T) {
	t.Parallel()
	o, _ := standardOffice(t)
	p := changereq.DefaultPolicy()
	p.Stages[0].Requirements[0].Due = approval.Duration(day)
	o.env.Policy = compiled(t, p)
	o.do(carol, changereq.Move{Event: "authorise"})
	o.state("Approved")
	require.Nil(t, o.due(changereq.DueApproval))
}

// A coordinator goes through what is due and refreshes it; nobody else touches
// the requests.
func TestASweepEndsApprovalsThatRanOut(t *testing.T) {
	t.Parallel()
	p := boardPolicy()
	timely(&p)
	now := epoch
	s, _ := approvalService(t, func(c *changereq.Config) {
		c.Policies, c.Now = []*approval.Judge{compiled(t, p)}, func() time.Time { return now }
	})
	walk(t, s, "ForDecision")
	now = now.Add(3 * day)
	require.Equal(t, []changereq.DueKind{changereq.DueApproval}, sweep(t, s))
	require.Equal(t, []changereq.DueKind{changereq.DueApproval}, sweep(t, s), "until somebody votes")
	give(t, s, quinn, yes)
	r := give(t, s, paul, approve)
	require.Equal(t, "Approved", r.State)
	require.Empty(t, sweep(t, s))

	now = now.Add(10 * day)
	require.Equal(t, []changereq.DueKind{changereq.DueTurn}, sweep(t, s))
	r, err := s.Get(t.Context(), "acme", "CR1")
	require.NoError(t, err)
	require.Equal(t, "ForDecision", r.State)
	require.Equal(t, changereq.Pending, r.Decision.Verdict)
	require.Empty(t, sweep(t, s), "asked anew, with two days to answer")
	now = now.Add(2 * day)
	require.Equal(t, []changereq.DueKind{changereq.DueApproval}, sweep(t, s))
}

// sweep refreshes every request that has something due, but notices.
func sweep(t *testing.T, s *changereq.Service) []changereq.DueKind {
	t.Helper()
	list, _, err := s.DueRequests(context.Background(), "acme", "", 0)
	require.NoError(t, err)
	var out []changereq.DueKind
	for _, e := range list {
		out = append(out, e.Kind)
		_, err := s.Do(context.Background(), "acme", carol, e.Request, 0, changereq.Refresh{})
		require.NoError(t, err)
	}
	return out
}
