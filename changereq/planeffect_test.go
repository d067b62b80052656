package changereq_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

func planEffect() changereq.PlanEffect {
	return changereq.PlanEffect{
		AsOf: epoch, Source: "plan P-7, revision 12",
		Cost:      []changereq.Amount{{What: "a second shift", Low: 100, Likely: 200, High: 300, Currency: "EUR"}},
		Delays:    []changereq.Delay{{What: "first delivery", Before: epoch, After: epoch.AddDate(0, 0, 9)}},
		Shortages: []changereq.Shortage{{Item: "BOLT-8", Short: 40, Unit: "pcs", NeedBy: epoch.AddDate(0, 0, 3)}},
		People:    []string{"olga", "ivo", "olga"},
	}
}

// planned assesses the effect on the plan by hand.
func planned(change func(*changereq.PlanEffect)) changereq.Command {
	e := planEffect()
	change(&e)
	return changereq.Assess{Parts: changereq.Assessment{Plan: &e}}
}

// The plan is asked by a command of its own; the answer stands in the brief
// with the time it holds for, and deciding asks nobody.
func TestThePlanIsAsked(t *testing.T) {
	t.Parallel()
	answer, asked := planEffect(), 0
	s := service(t, func(c *changereq.Config) {
		c.PlanEffect = func(_ context.Context, tenant string, p changereq.Proposal) (changereq.PlanEffect, error) {
			asked++
			require.Equal(t, "acme", tenant)
			require.Equal(t, changereq.ID("CR1"), p.Request)
			require.Len(t, p.Content.Affected, 2)
			return answer, nil
		}
	})
	walk(t, s, "Assessing")
	require.ErrorIs(t, try(t, s, ann, changereq.AskPlan{}), changereq.ErrRefused)
	asked = 0
	r := give(t, s, carol, changereq.AskPlan{})
	got := r.Assessment.Plan
	require.Equal(t, "carol", got.By)
	require.Equal(t, epoch, got.AsOf)
	require.Equal(t, []string{"ivo", "olga"}, got.People)
	r = give(t, s, carol, changereq.IssueBrief{Recommendation: "Approve."})
	require.Equal(t, got, r.Brief.Assessment.Plan)
	give(t, s, carol, changereq.Move{Event: "present"})
	give(t, s, paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	require.Equal(t, 1, asked, "only asking asks")

	answer.AsOf = epoch.AddDate(0, 0, 1)
	r = give(t, s, carol, changereq.AskPlan{})
	require.Equal(t, "Approved", r.State, "the same answer later outdates nothing")
	answer.Delays[0].After = epoch.AddDate(0, 0, 10)
	r = give(t, s, carol, changereq.AskPlan{})
	require.Equal(t, "ForDecision", r.State, "another answer does")
	answer.Shortages[0].Short = -1
	require.ErrorIs(t, try(t, s, carol, changereq.AskPlan{}), changereq.ErrInvalid, "an answer is checked like any other input")
}

func TestWithoutAPlanItIsAssessedByHand(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.refuses(carol, changereq.AskPlan{}, "plan")
	o.do(carol, planned(func(e *changereq.PlanEffect) { e.AsOf = epoch.Add(1).In(time.FixedZone("", 3600)) }))
	require.Equal(t, epoch, o.req.Assessment.Plan.AsOf)
	require.NoError(t, o.req.Storable())
	o = upTo(t, "Implementing")
	o.env.PlanEffect = new(planEffect())
	o.refuses(carol, changereq.AskPlan{}, "state")
}

// odoo/odoo#47002: there a bill of materials with two equal lines showed changes
// that nobody had made. Lines are a set here: another order is no change, and
// two equal lines are two.
func TestOrderOfLinesIsNoChange(t *testing.T) {
	t.Parallel()
	line := changereq.Amount{What: "hinge", Low: 1, Likely: 2, High: 3, Currency: "EUR"}
	other := changereq.Amount{What: "screw", Low: 1, Likely: 2, High: 3, Currency: "EUR"}
	risk := changereq.Risk{Title: "jams", Inherent: changereq.Rating{Likelihood: 1, Impact: 1}, Residual: changereq.Rating{Likelihood: 1, Impact: 1}}
	loud := changereq.Risk{Title: "is loud", Inherent: changereq.Rating{Likelihood: 2, Impact: 1}, Residual: changereq.Rating{Likelihood: 1, Impact: 1}}
	parts := changereq.Assessment{
		Risk: &changereq.Risks{Risks: []changereq.Risk{risk, loud, risk}},
		Cost: &changereq.Estimate{Amounts: []changereq.Amount{line, other, line}},
	}
	o := upTo(t, "Assessing")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.Assess{Parts: parts})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})

	slices.Reverse(parts.Cost.Amounts[:2])
	slices.Reverse(parts.Risk.Risks[1:])
	o.do(carol, changereq.Assess{Parts: parts})
	c := o.req.Content.Clone()
	slices.Reverse(c.Affected)
	count := len(o.events)
	o.do(ann, changereq.Amend{Content: c})
	require.Len(t, o.events, count, "the same items in another order are the same items")
	o.state("Approved")

	parts.Cost.Amounts = []changereq.Amount{line, other}
	o.do(carol, changereq.Assess{Parts: parts})
	o.state("ForDecision") // one of two equal lines was dropped
}

// Everything in a brief is under its digest, who assessed it and on what
// evidence included.
func TestABriefIsFrozenWhole(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	a := assessment()
	a.Relevance = &changereq.Relevance{Verdict: changereq.Relevant, Reason: "ours", Part: changereq.Part{Evidence: []string{"R-1"}}}
	a.Plan = new(planEffect())
	o.do(carol, changereq.Assess{Parts: a})
	o.env.Discount = 500
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	require.True(t, o.req.Brief.Intact())
	require.Equal(t, [2]string{"CR1", "CR-2026-0001"}, [2]string{string(o.req.Brief.Request), o.req.Brief.RequestNumber})
	require.Equal(t, 500, o.req.Brief.PresentValues[0].Rate)
	for name, change := range map[string]func(*changereq.Brief){
		"evidence":   func(b *changereq.Brief) { b.Assessment.Relevance.Evidence[0] = "R-2" },
		"assessor":   func(b *changereq.Brief) { b.Assessment.Risk.By = "cora" },
		"reason":     func(b *changereq.Brief) { b.Assessment.Relevance.Reason = "theirs" },
		"mitigation": func(b *changereq.Brief) { b.Assessment.Risk.Risks[0].Mitigation = "" },
		"as of":      func(b *changereq.Brief) { b.Assessment.Plan.AsOf = epoch.AddDate(0, 0, 1) },
		"title":      func(b *changereq.Brief) { b.Content.Title = "Narrower hinge" },
		"figure":     func(b *changereq.Brief) { b.PresentValues[0].Likely++ },
		"number":     func(b *changereq.Brief) { b.Number++ },
		"digest":     func(b *changereq.Brief) { b.Digest = digestOf("a") },
	} {
		b := o.req.Clone().Brief
		change(b)
		require.False(t, b.Intact(), name)
	}
}
