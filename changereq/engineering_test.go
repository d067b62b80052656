package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// The request is accepted, the order is worked out, which outdates the first
// approval, and only the decision on the order leads to the build.
func TestEngineeringChangeIsDecidedTwice(t *testing.T) {
	t.Parallel()
	lc, findings := changereq.Compile(lifecycle.EngineeringChange())
	require.NotNil(t, lc, "%v", findings)
	o := &office{t: t, lc: lc, now: epoch}
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	o.do(ann, changereq.Move{Event: "submit"})
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
	o.do(carol, changereq.Move{Event: "admit"})
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Wanted."})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.state("Ordering")
	o.refuses(carol, changereq.Move{Event: "start"}, "event")
	o.refuses(carol, changereq.Move{Event: "order"}, "planned")

	c := o.req.Content.Clone()
	c.Window = &changereq.Window{Start: epoch.AddDate(0, 2, 0), End: epoch.AddDate(0, 3, 0)}
	o.do(carol, changereq.Amend{Content: c})
	o.state("Ordering")
	require.Equal(t, changereq.LapseContent, o.req.Decision.Lapsed)
	o.refuses(carol, changereq.Move{Event: "order"}, "briefed")
	o.do(carol, changereq.IssueBrief{Recommendation: "As worked out."})
	o.do(carol, changereq.Move{Event: "order"})
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "briefed")
	o.do(cora, changereq.Move{Event: "return", Reason: "Say who does it."})
	o.do(ann, changereq.Amend{Content: described(o, "Ida does it.")})
	o.do(carol, changereq.IssueBrief{Recommendation: "As worked out."})
	o.do(carol, changereq.Move{Event: "order"})
	o.do(paul, changereq.RecordDecision{Brief: 3, Verdict: changereq.Approved})
	o.state("Ordered")
	o.do(ann, changereq.Amend{Content: described(o, "Ivo does it.")})
	o.state("ForOrder")
	o.do(carol, changereq.IssueBrief{Recommendation: "As worked out."})
	o.do(paul, changereq.RecordDecision{Brief: 4, Verdict: changereq.Approved})
	outside := changereq.Window{Start: epoch, End: epoch.AddDate(0, 3, 0)}
	o.refuses(carol, changereq.Move{Event: "schedule", Window: &outside}, "clear")
	o.do(carol, changereq.Move{Event: "schedule", Window: c.Window})
	o.do(ivo, changereq.Move{Event: "start"})
	o.state("Implementing")
}

// ordering is an office under boardPolicy with an engineering change that goes on
// to the decision on its order, and nothing in it was amended since the request
// was accepted.
func ordering(t *testing.T, before, after func(*office)) *office {
	t.Helper()
	lc, findings := changereq.Compile(lifecycle.EngineeringChange())
	require.NotNil(t, lc, "%v", findings)
	o := &office{t: t, lc: lc, now: epoch, env: changereq.Env{Policy: compiled(t, boardPolicy())}}
	c := content()
	c.Window = &changereq.Window{Start: epoch.AddDate(0, 2, 0), End: epoch.AddDate(0, 3, 0)}
	o.do(ann, changereq.Open{ID: "CR1", Content: c})
	o.do(ann, changereq.Move{Event: "submit"})
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
	o.do(carol, changereq.Move{Event: "admit"})
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Wanted."})
	o.do(carol, changereq.Move{Event: "present"})
	before(o)
	o.do(paul, approve)
	o.state("Ordering")
	after(o)
	o.do(carol, changereq.Move{Event: "order"})
	o.state("ForOrder")
	return o
}

func TestVotesOnTheRequestDoNotOrder(t *testing.T) {
	t.Parallel()
	o := ordering(t, engineered, nothing)
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict)
	refused := o.refusal(paul, approve, "approved")
	require.Contains(t, refused.Unmet[0].Text, "given for an earlier decision: quinn")
	v := o.verdict()
	require.Equal(t, approval.Waiting, v.State)
	require.Len(t, v.Asked, 2, "both engineers are asked anew")
	for _, x := range o.req.Votes {
		require.True(t, x.Ended.Over, "kept and shown as of the earlier decision")
	}

	o.do(carol, changereq.Move{Event: "return", Reason: "Say who does it."})
	o.do(quade, yes)
	o.do(carol, changereq.Move{Event: "order"})
	o.do(paul, approve)
	o.state("Ordered")
	o.do(paul, changereq.RevokeVote{Vote: o.req.Votes[len(o.req.Votes)-1].ID})
	o.state("ForOrder")
	require.Equal(t, approval.Counts, o.verdict().Stages[0].Requirements[0].Voices[1].Status, "a lapse ends no round")
	o.do(paul, approve)
	o.state("Ordered")
}

func TestAnOverrideOfTheRequestDoesNotOrder(t *testing.T) {
	t.Parallel()
	o := ordering(t, func(o *office) {
		o.do(dora, changereq.Override{Requirement: "engineers", Brief: 1, Reason: "fire"})
		o.do(dirk, changereq.ConsentOverride{Override: o.req.Overrides[0].ID, Brief: 1})
		o.do(dora, changereq.Override{Requirement: "engineers", Brief: 1, Reason: "fire"})
	}, nothing)
	o.refuses(paul, approve, "approved")
	o.refuses(dirk, changereq.ConsentOverride{Override: o.req.Overrides[1].ID, Brief: 1}, "override")
}

func engineered(o *office) { o.do(quinn, yes) }

func nothing(*office) {}

// Whoever objects after the first decision is still heard at the second.
func TestObjectionsOutliveADecision(t *testing.T) {
	t.Parallel()
	o := ordering(t, engineered, func(o *office) {
		o.do(quade, vote(approval.RequestChanges))
		require.Equal(t, changereq.LapseVotes, o.req.Decision.Lapsed)
	})
	o.do(quinn, yes)
	require.Equal(t, approval.Blocked, o.verdict().State)
	o.refuses(paul, approve, "approved")
	o.do(quade, yes)
	o.do(paul, approve)
	o.state("Ordered")
}

func described(o *office, text string) changereq.Content {
	c := o.req.Content.Clone()
	c.Description = text
	return c
}
