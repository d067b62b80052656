package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// linked is what was looked up: requests and what each requires.
func linked(requires map[changereq.ID][]changereq.ID) map[changereq.ID]changereq.Linked {
	out := make(map[changereq.ID]changereq.Linked)
	for id, list := range requires {
		out[id] = changereq.Linked{ID: id, Number: "N-" + string(id), Requires: list, Category: lifecycle.Assess, State: "Assessing"}
	}
	return out
}

func requiring(o *office, ids ...changereq.ID) changereq.Amend {
	c := o.req.Content.Clone()
	c.Requires = ids
	return changereq.Amend{Content: c}
}

func TestACircleOfLinksIsNamedInFull(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.do(ann, changereq.Open{ID: "CR1", Content: content()})
	o.env.Linked = linked(map[changereq.ID][]changereq.ID{"A": {"X", "B"}, "B": {"C"}, "C": {"CR1"}, "X": nil})
	refused := o.refusal(ann, requiring(o, "A"), "requires")
	require.Contains(t, refused.Error(), "CR-2026-0001 requires N-A requires N-B requires N-C requires CR-2026-0001:")
	require.Contains(t, o.refusal(ann, requiring(o, "CR1"), "requires").Error(), "CR-2026-0001 requires CR-2026-0001")
	require.Contains(t, o.refusal(ann, requiring(o, "none", "X"), "requires").Error(), "none is required and does not exist")
	o.do(ann, requiring(o, "X"))
	require.Equal(t, []changereq.ID{"X"}, o.req.Content.Requires)

	o = newOffice(t)
	c := content()
	c.Supersedes = []changereq.ID{"A"}
	o.env.Linked = map[changereq.ID]changereq.Linked{"A": {ID: "A", Number: "N-A", Supersedes: []changereq.ID{"CR1"}}}
	refused = o.refusal(ann, changereq.Open{ID: "CR1", Content: c}, "supersedes")
	require.Contains(t, refused.Error(), "CR-2026-0001 supersedes N-A supersedes CR-2026-0001")
}

// What a request requires is material, and work waits for it.
func TestWorkWaitsForWhatIsRequired(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Scheduled")
	o.env.Linked = linked(map[changereq.ID][]changereq.ID{"A": nil})
	o.do(ann, requiring(o, "A"))
	o.state("ForDecision")
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved})
	o.do(carol, changereq.Move{Event: "schedule", Window: &changereq.Window{Start: epoch.AddDate(0, 2, 0), End: epoch.AddDate(0, 2, 1)}})
	for name, c := range map[string]struct {
		category lifecycle.Category
		outcome  changereq.Outcome
		text     string
	}{
		"being built": {lifecycle.Build, "", "its work has to be done first"},
		"withdrawn":   {lifecycle.Void, changereq.OutcomeWithdrawn, "will not be carried out"},
		"backed out":  {lifecycle.Verify, changereq.OutcomeBackedOut, "will not be carried out"},
	} {
		o.env.Linked["A"] = changereq.Linked{ID: "A", Number: "N-A", State: "S", Category: c.category, Outcome: c.outcome}
		require.Contains(t, o.refusal(ivo, changereq.Move{Event: "start"}, "requires").Error(), c.text, name)
	}
	for _, p := range changereq.Permitted(o.lc, &o.req, changereq.Env{Now: o.now, Actor: ivo, Linked: o.env.Linked}) {
		if p.Event == "start" {
			require.Len(t, p.Unmet, 1, "what is refused is listed as refused")
		}
	}
	o.env.Linked = nil
	require.Contains(t, o.refusal(ivo, changereq.Move{Event: "start"}, "requires").Error(), "does not exist", "what nobody looked up is not done")
	o.env.Linked = map[changereq.ID]changereq.Linked{"A": {ID: "A", Category: lifecycle.Verify}}
	o.do(ivo, changereq.Move{Event: "start"})
}
