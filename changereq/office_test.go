package changereq_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// The people of the tests.
var (
	ann   = changereq.Actor{ID: "ann"} // asks
	carol = changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	cora  = changereq.Actor{ID: "cora", Roles: []string{changereq.RoleCoordinator}}
	paul  = changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}
	ivo   = changereq.Actor{ID: "ivo", Roles: []string{changereq.RoleImplementer}}
	vera  = changereq.Actor{ID: "vera", Roles: []string{changereq.RoleVerifier}}
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// office runs commands on one request in memory, by the rules alone.
type office struct {
	t      testing.TB
	lc     *changereq.Lifecycle
	now    time.Time
	req    changereq.Request
	events []changereq.Event
	env    changereq.Env
}

func newOffice(tb testing.TB) *office {
	tb.Helper()
	return &office{t: tb, lc: normal(tb), now: epoch}
}

func normal(tb testing.TB) *changereq.Lifecycle {
	tb.Helper()
	lc, findings := changereq.Compile(lifecycle.Normal())
	require.NotNil(tb, lc, "%v", findings)
	return lc
}

// try gives a command and returns its error; a refused command must leave the
// request as it was.
func (o *office) try(actor changereq.Actor, cmd changereq.Command) error {
	o.t.Helper()
	o.now = o.now.Add(time.Hour)
	env := o.env
	env.Now, env.Actor, env.Number = o.now, actor, "CR-2026-0001"
	before := o.req.Clone()
	events, err := changereq.Decide(o.lc, o.req, cmd, env)
	if diff := difference(before, o.req); diff != "" {
		o.t.Fatalf("Decide changed its input (-before +after):\n%s", diff)
	}
	if err != nil {
		require.Empty(o.t, events, "a refused command gives no events")
		return err
	}
	for _, ev := range events {
		o.req = changereq.Evolve(o.req, ev)
	}
	o.events = append(o.events, events...)
	return nil
}

func (o *office) do(actor changereq.Actor, cmd changereq.Command) {
	o.t.Helper()
	require.NoError(o.t, o.try(actor, cmd), "%s", cmd.Name())
}

// refuses checks that the command is refused for exactly these conditions.
func (o *office) refuses(actor changereq.Actor, cmd changereq.Command, conditions ...string) {
	o.t.Helper()
	_ = o.refusal(actor, cmd, conditions...)
}

// refusal is refuses and returns the error.
func (o *office) refusal(actor changereq.Actor, cmd changereq.Command, conditions ...string) *changereq.RefusedError {
	o.t.Helper()
	err := o.try(actor, cmd)
	var refused *changereq.RefusedError
	require.ErrorAs(o.t, err, &refused)
	require.ErrorIs(o.t, err, changereq.ErrRefused)
	got := make([]string, len(refused.Unmet))
	for i, u := range refused.Unmet {
		got[i] = u.Condition
		require.NotEmpty(o.t, u.Text)
	}
	require.Equal(o.t, conditions, got, "%v", err)
	return refused
}

func (o *office) state(want string) {
	o.t.Helper()
	require.Equal(o.t, want, o.req.State)
}

// tell sends every notice that is still owed.
func (o *office) tell() {
	o.t.Helper()
	for _, ob := range o.req.Obligations {
		if ob.State == changereq.ObligationOwed {
			o.do(carol, changereq.RecordSent{Obligation: ob.ID, Evidence: "mail 17"})
		}
	}
}

func content() changereq.Content {
	return changereq.Content{
		Title: "Wider hinge", Labels: []string{"door"}, Description: "Widen the hinge to 12 mm.",
		Justification: "Three returns in May.",
		Affected: []changereq.AffectedItem{
			{Item: "DRW-12", Action: changereq.ActionModify, Base: "B", Owner: "otto"},
			{Item: "MAN-3", Action: changereq.ActionNone, Base: "4", Owner: "olga"},
		},
	}
}

func assessment() changereq.Assessment {
	return changereq.Assessment{
		Risk: &changereq.Risks{Risks: []changereq.Risk{{
			Title: "Old doors no longer fit", Inherent: changereq.Rating{Likelihood: 3, Impact: 4},
			Mitigation: "Keep the screw pattern", Residual: changereq.Rating{Likelihood: 1, Impact: 4},
		}}},
		Benefit: &changereq.Estimate{Amounts: []changereq.Amount{{What: "fewer returns", Low: 10_000, Likely: 25_000, High: 40_000, Currency: "EUR", Horizon: 12}}},
		Cost:    &changereq.Estimate{Summary: "none beyond the tool"},
	}
}

// upTo brings a new request on the usual way to a state.
func upTo(tb testing.TB, state string) *office {
	tb.Helper()
	return bring(tb, state, "CR1", content())
}

// bring is upTo for a request of that id and content.
func bring(tb testing.TB, state string, id changereq.ID, asked changereq.Content) *office {
	tb.Helper()
	o := newOffice(tb)
	window := changereq.Window{Start: epoch.AddDate(0, 1, 0), End: epoch.AddDate(0, 1, 1)}
	steps := []struct {
		state string // reached before the step
		do    func()
	}{
		{"Draft", func() { o.do(ann, changereq.Move{Event: "submit"}) }},
		{"Submitted", func() { o.do(carol, changereq.Move{Event: "receive"}) }},
		{"Triage", func() {
			o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
			o.do(carol, changereq.Move{Event: "admit"})
		}},
		{"Assessing", func() {
			o.do(carol, changereq.Assess{Parts: assessment()})
			o.do(carol, changereq.IssueBrief{Recommendation: "Approve: it pays within the year."})
			o.do(carol, changereq.Move{Event: "present"})
		}},
		{"ForDecision", func() { o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Text: "Go ahead."}) }},
		{"Approved", func() { o.do(carol, changereq.Move{Event: "schedule", Window: &window}) }},
		{"Scheduled", func() { o.do(ivo, changereq.Move{Event: "start"}) }},
		{"Implementing", func() {
			o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{id}})
			o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
			o.do(ivo, changereq.Move{Event: "finish"})
		}},
		{"Verifying", func() {
			o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
			o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "No returns since."})
			o.tell()
			o.do(carol, changereq.Move{Event: "close"})
		}},
		{"Closed", func() {}},
	}
	o.do(ann, changereq.Open{ID: id, Content: asked})
	for _, step := range steps {
		o.state(step.state)
		if step.state == state {
			return o
		}
		step.do()
	}
	tb.Fatalf("the usual way does not pass %s", state)
	return nil
}
