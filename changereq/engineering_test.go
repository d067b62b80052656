package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
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

func described(o *office, text string) changereq.Content {
	c := o.req.Content.Clone()
	c.Description = text
	return c
}
