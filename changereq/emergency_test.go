package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// emergencyOffice is an office with an emergency change that is being built on a
// brief that lacked everything but the relevance.
func emergencyOffice(t *testing.T) *office {
	t.Helper()
	lc, findings := changereq.Compile(lifecycle.Emergency())
	require.NotNil(t, lc, "%v", findings)
	o := &office{t: t, lc: lc, now: epoch}
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	o.do(ann, changereq.Move{Event: "submit"})
	o.refuses(carol, changereq.Move{Event: "present"}, "briefed")
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
	o.do(carol, changereq.IssueBrief{Recommendation: "At once: doors fall off."})
	require.Equal(t, []string{"risk", "benefit", "cost"}, o.req.Brief.Missing)
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.state("Implementing")
	require.Equal(t, o.req.Brief.Missing, o.req.Decision.Without)
	return o
}

// What the brief named as missing is supplied during the work and outdates
// nothing; without it the emergency does not close.
func TestEmergencySuppliesWhatWasMissing(t *testing.T) {
	t.Parallel()
	o := emergencyOffice(t)
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
	o.do(ivo, changereq.Move{Event: "finish"})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "They hold."})
	o.tell()
	o.refuses(carol, changereq.Move{Event: "close"}, "assessed", "assessed", "assessed")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.state("Verifying")
	require.Empty(t, o.req.Decision.Lapsed)
	o.do(carol, changereq.Move{Event: "close"})
	o.state("Closed")
}

// What the brief showed may not be altered without a new decision.
func TestEmergencyApprovalIsOutdatedByContent(t *testing.T) {
	t.Parallel()
	o := emergencyOffice(t)
	o.do(carol, changereq.Assess{Parts: assessment()})
	c := o.req.Content.Clone()
	c.Description = "Widen it to 14 mm."
	o.do(ann, changereq.Amend{Content: c})
	o.state("ForDecision")

	o = emergencyOffice(t)
	o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.OutOfScope}}})
	o.state("ForDecision")
	require.Equal(t, changereq.Pending, o.req.Decision.Verdict)
}

// The kernel wants the approval before done whatever the definition names.
func TestEmergencyKernelAsksBeforeDone(t *testing.T) {
	t.Parallel()
	def := lifecycle.Emergency()
	for i := range def.Edges {
		if e := &def.Edges[i]; e.Auto && e.From == "Implementing" {
			def.Edges = append(def.Edges[:i], def.Edges[i+1:]...)
			break
		}
	}
	for i := range def.Edges {
		if e := &def.Edges[i]; e.From == "Verifying" && e.Event == "close" {
			e.Guards = []string{"settled", "told"}
		}
	}
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	o := emergencyOffice(t)
	o.lc = lc
	c := o.req.Content.Clone()
	c.Description = "Widen it to 14 mm."
	o.do(ann, changereq.Amend{Content: c})
	o.state("Implementing")
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
	o.do(ivo, changereq.Move{Event: "finish"})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.tell()
	o.refuses(carol, changereq.Move{Event: "close"}, "approved")
}

// Only an emergency is decided on a brief that lacks something.
func TestIncompleteBriefsAreForEmergencies(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.refuses(carol, changereq.IssueBrief{Recommendation: "Now."}, "assessed", "assessed", "assessed")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Now."})
	require.Empty(t, o.req.Brief.Missing)
}

// A revision that this very request released does not count as a moved base.
func TestOwnRevisionIsNoMovedBase(t *testing.T) {
	t.Parallel()
	o := emergencyOffice(t)
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.env.Heads = map[changereq.ItemID]string{"DRW-12": "C"}
	c := o.req.Content.Clone()
	c.Description = "Widen it to 14 mm."
	o.do(ann, changereq.Amend{Content: c})
	o.do(carol, changereq.IssueBrief{Recommendation: "Go on."})
	o.env.Heads["DRW-12"] = "D"
	err := o.refusal(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved}, "base")
	require.ErrorIs(t, err, changereq.ErrBaseMoved)
	o.env.Heads["DRW-12"] = "C"
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved})
	o.state("Implementing")
}
