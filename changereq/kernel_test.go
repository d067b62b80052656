package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// A definition may gate the approval on an earlier edge and name no guard where
// the work begins. The compiler lets it pass; the kernel asks all the same.
func TestTheKernelAsksWhatTheDefinitionForgot(t *testing.T) {
	t.Parallel()
	roles := []string{changereq.RoleCoordinator}
	lc, findings := changereq.Compile(lifecycle.Definition{
		ID: "careless", Version: 1, Initial: []string{"Draft"},
		States: []lifecycle.State{
			{Name: "Draft", Category: lifecycle.Intake},
			{Name: "ForDecision", Category: lifecycle.Decide},
			{Name: "Approved", Category: lifecycle.Decide},
			{Name: "Building", Category: lifecycle.Build},
			{Name: "Closed", Category: lifecycle.Done, Terminal: true},
		},
		Edges: []lifecycle.Edge{
			{From: "Draft", Event: "present", To: "ForDecision", Roles: roles},
			{From: "ForDecision", Event: "approve", To: "Approved", Guards: []string{"briefed", "approved"}},
			{From: "Approved", Event: "start", To: "Building", Roles: roles},
			{From: "Building", Event: "close", To: "Closed", Guards: []string{"told", "settled"}},
		},
	})
	require.NotNil(t, lc, "%v", findings)
	o := approvedUnder(t, lc)
	c := o.req.Content.Clone()
	c.Description = "Something else."
	o.do(ann, changereq.Amend{Content: c})
	o.refuses(carol, changereq.Move{Event: "start"}, "approved")
	for _, p := range changereq.Permitted(lc, &o.req, changereq.Env{Now: o.now, Actor: carol}) {
		require.NotEmpty(t, p.Unmet, "what is refused is not listed as possible")
	}
}

// The gates that the compiler asks for may lie before the last move that tells, or
// before a result is replaced. The kernel asks again where the request ends.
func TestTheKernelAsksAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	roles := []string{changereq.RoleCoordinator}
	lc, findings := changereq.Compile(lifecycle.Definition{
		ID: "hasty", Version: 1, Initial: []string{"Draft"},
		States: []lifecycle.State{
			{Name: "Draft", Category: lifecycle.Intake},
			{Name: "ForDecision", Category: lifecycle.Decide},
			{Name: "Building", Category: lifecycle.Build},
			{Name: "Checking", Category: lifecycle.Verify},
			{Name: "Closed", Category: lifecycle.Done, Terminal: true},
		},
		Edges: []lifecycle.Edge{
			{From: "Draft", Event: "present", To: "ForDecision", Roles: roles},
			{From: "ForDecision", Event: "approve", To: "Building", Guards: []string{"briefed", "approved"}},
			{From: "Building", Event: "finish", To: "Checking", Roles: roles, Guards: []string{"told", "settled"}, Tells: true},
			{From: "Checking", Event: "close", To: "Closed", Roles: roles},
		},
	})
	require.NotNil(t, lc, "%v", findings)
	o := approvedUnder(t, lc)
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.Move{Event: "finish"})
	o.refuses(carol, changereq.Move{Event: "close"}, "told")
	for _, p := range changereq.Permitted(lc, &o.req, changereq.Env{Now: o.now, Actor: carol}) {
		require.NotEmpty(t, p.Unmet, "what is refused is not listed as possible")
	}
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "D", Predecessor: "B", Cites: []changereq.ID{"CR1"}})
	o.tell()
	o.refuses(carol, changereq.Move{Event: "close"}, "settled")
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "D", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.Move{Event: "close"})
	o.state("Closed")
}

// approvedUnder is an office in which a request was presented and approved.
func approvedUnder(t *testing.T, lc *changereq.Lifecycle) *office {
	t.Helper()
	o := &office{t: t, lc: lc, now: epoch}
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	o.do(carol, changereq.Move{Event: "present"})
	a := assessment()
	a.Relevance = &changereq.Relevance{Verdict: changereq.Relevant}
	o.do(carol, changereq.Assess{Parts: a})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	return o
}
