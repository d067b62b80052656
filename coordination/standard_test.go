package coordination_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// carriedOut brings a request through to Closed.
func (b *bench) carriedOut(id changereq.ID, content changereq.Content) {
	b.t.Helper()
	b.do(ann, "", changereq.Open{ID: id, Content: content})
	b.do(ann, id, changereq.Move{Event: "submit"})
	b.do(carol, id, changereq.Move{Event: "receive"})
	b.do(carol, id, changereq.Assess{Parts: changereq.Assessment{
		Relevance: &changereq.Relevance{Verdict: changereq.Relevant}, Risk: &changereq.Risks{Summary: "none found"},
		Benefit: &changereq.Estimate{Summary: "no votes"}, Cost: &changereq.Estimate{Summary: "none"},
	}})
	b.do(carol, id, changereq.Move{Event: "admit"})
	b.do(carol, id, changereq.IssueBrief{Recommendation: "Approve."})
	b.do(carol, id, changereq.Move{Event: "present"})
	b.do(paul, id, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	b.do(carol, id, changereq.Move{Event: "schedule"})
	b.do(ivo, id, changereq.Move{Event: "start"})
	r := b.do(ivo, id, changereq.Move{Event: "finish"})
	for _, o := range r.Obligations {
		b.do(carol, id, changereq.RecordSent{Obligation: o.ID, Evidence: "mail"})
	}
	b.do(carol, id, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "Fine."})
	b.do(carol, id, changereq.Move{Event: "close"})
}

// The desk finds the template of a standard change in the store, and sees that
// it was retired before the next thing is done.
func TestStandardChangeFollowsItsTemplate(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.carriedOut("TPL", changereq.Content{
		Title: "Hinge screws", Description: "Screws may be changed.", Justification: "It happens every week.",
		Template: &changereq.Template{
			Items: []changereq.ItemID{"DRW-12"}, Actions: []changereq.Action{changereq.ActionModify}, MaxBand: changereq.BandLow,
		},
	})
	asked := changereq.Content{
		Title: "M5 screws", Description: "M5 for M4.", Justification: "M4 is sold out.", FromTemplate: "TPL",
		Affected: []changereq.AffectedItem{{Item: "DRW-12", Action: changereq.ActionModify, Base: "B"}},
	}
	standard := changereq.LifecycleRef{ID: "standard"}
	r := b.do(ann, "", changereq.Open{ID: "CR1", Lifecycle: standard, Content: asked})
	require.Equal(t, changereq.LifecycleRef{ID: "standard", Version: 1}, r.Lifecycle, "the newest version is pinned")
	b.do(ann, "CR1", changereq.Move{Event: "submit"})
	list, err := b.Permitted(t.Context(), tenant, carol, "CR1")
	require.NoError(t, err)
	require.Equal(t, "authorise", list[0].Event)
	require.Empty(t, list[0].Unmet)
	require.Equal(t, "Approved", b.do(carol, "CR1", changereq.Move{Event: "authorise"}).State)

	b.do(paul, "TPL", changereq.RetireTemplate{Reason: "M4 is back."})
	require.Equal(t, "Submitted", b.do(carol, "CR1", changereq.Refresh{}).State)
	_, err = b.Do(t.Context(), tenant, carol, "CR1", 0, changereq.Move{Event: "authorise"})
	require.ErrorIs(t, err, changereq.ErrRefused)

	asked.FromTemplate = "NOWHERE"
	b.do(ann, "", changereq.Open{ID: "CR2", Lifecycle: standard, Content: asked})
	b.do(ann, "CR2", changereq.Move{Event: "submit"})
	_, err = b.Do(t.Context(), tenant, carol, "CR2", 0, changereq.Move{Event: "authorise"})
	require.ErrorContains(t, err, "NOWHERE is no template")
}

func TestLifecyclesOfTheDesk(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var ids []string
	for _, def := range b.Lifecycles() {
		ids = append(ids, def.ID)
	}
	require.Equal(t, []string{"normal", "emergency", "standard", "engineering-change"}, ids)
	def, err := b.Lifecycle(changereq.LifecycleRef{ID: "emergency"})
	require.NoError(t, err)
	require.True(t, def.Emergency)
	_, err = b.Lifecycle(changereq.LifecycleRef{ID: "emergency", Version: 2})
	require.ErrorIs(t, err, changereq.ErrNotFound)
	for _, id := range ids {
		r := b.do(ann, "", changereq.Open{Lifecycle: changereq.LifecycleRef{ID: id, Version: 1}, Content: changereq.Content{Title: "x"}})
		require.Equal(t, id, r.Lifecycle.ID)
	}
}
