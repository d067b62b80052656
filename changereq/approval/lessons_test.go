package approval_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Each of these went wrong in the project it is named after.

// GLPI#19198: anybody could answer somebody else's approval request.
func TestGLPI19198OnlyThePersonAnswers(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.voteFor(approval.Approve, "mallory", "paul")
	v := b.is(approval.Waiting)
	require.Equal(t, approval.Unentitled, v.Stages[0].Requirements[0].Voices[0].Status)
	b.approve("mallory")
	b.is(approval.Waiting)
}

// GLPI#24399: an approval asked for later did not put the request back to
// waiting.
func TestGLPI24399ALaterRequirementWaits(t *testing.T) {
	t.Parallel()
	security := byRole("security", "qa", need(1))
	security.When = []approval.Condition{{Fact: "item", In: []string{"firewall"}}}
	b := convene(t, oneStage(byRole("pm", "pm", need(1)), security))
	b.approve("paul")
	b.is(approval.Satisfied)
	b.c.Facts = map[string][]string{"item": {"door", "firewall"}}
	b.is(approval.Waiting)
	b.asks("quinn", "qadir")
}

// GLPI#841: people were still asked when enough had answered.
func TestGLPI841ASatisfiedRequirementAsksNobody(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1)), byRole("qa", "qa", need(2))))
	b.approve("paul")
	b.asks("quinn", "qadir")
}

// Gerrit issue 14744: a vote was kept because the list of files was the same,
// though what stood in them was not.
func TestGerrit14744TheAmenderDoesNotChooseTheClass(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	b.amend(approval.Scope, "other words, same items")
	b.is(approval.Outdated)
}

// unidoc/isms#197: rewriting justification, risk and roll-back plan kept the
// approval.
func TestISMS197EveryMaterialClassOutdates(t *testing.T) {
	t.Parallel()
	for _, class := range []approval.Class{approval.Schedule, approval.Scope, approval.Risk, approval.Affected} {
		b := convene(t, oneStage(byRole("pm", "pm", need(1))))
		b.approve("paul")
		b.amend(class, "rewritten")
		v := b.is(approval.Outdated)
		require.Equal(t, approval.VoteOutdated, v.Stages[0].Requirements[0].Voices[0].Status, "kept and shown")
	}
}

// 18F/C2#315 and others: correcting a typing error asked everybody again.
func TestEditorialAmendmentsLeaveApprovalsStanding(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	b.amend(approval.Editorial, "Wider hinge")
	b.is(approval.Satisfied)
	relaxed := byRole("pm", "pm", need(1))
	relaxed.Sticky = []approval.Class{approval.Schedule}
	b = convene(t, oneStage(relaxed))
	b.approve("paul")
	b.amend(approval.Schedule, "a week later")
	b.is(approval.Satisfied)
	b.amend(approval.Risk, "worse")
	b.is(approval.Outdated)
}

// Flagsmith#7056: a change request could be edited after it was approved, and
// what was published was not what was approved.
func TestFlagsmith7056EditingAfterApproval(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	before := b.c.Content
	b.amend(approval.Scope, "something else")
	b.is(approval.Outdated)
	b.c.Content = before // changed back
	b.is(approval.Outdated)
	b.approve("paul")
	b.is(approval.Satisfied)
}

// growthbook#6859: approval survived a rebase on what others had published.
func TestGrowthbook6859RebasingOutdates(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	b.amend(approval.Affected, "hinge at base revision C")
	b.is(approval.Outdated)
}

// Odoo's product lifecycle: with approvers that are all optional, Apply works
// at once.
func TestOdooWithoutARequiredApprover(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	r.Optional = true
	p := oneStage(r)
	p.ID, p.Version = "odoo", 1
	j, findings := approval.Compile(p, approval.Known{})
	require.Nil(t, j)
	require.Equal(t, approval.NoMandatoryApprover, findings[0].Code)
}

// golang/go#40699: one person satisfied two rules that were meant to need two.
func TestGo40699TwoRequirementsAreTwoPeople(t *testing.T) {
	t.Parallel()
	p := oneStage(byRole("pm", "pm", need(1)), byRole("qa", "qa", need(1)))
	b := convene(t, p)
	b.c.Directory.Roles["qa"] = []string{"paul", "quinn"}
	b.approve("paul")
	b.is(approval.Waiting)
	b.asks("petra", "quinn") // petra would free paul for the other
	b.approve("petra")
	v := b.is(approval.Satisfied)
	require.Equal(t, "qa: 1 of 1 approvals; given by paul", v.Explain()[2])
	p.Stages[0].Matching = approval.Shared
	b = convene(t, p)
	b.c.Directory.Roles["qa"] = []string{"paul", "quinn"}
	b.approve("paul")
	b.is(approval.Satisfied)
}

// GitHub's rule of the last pusher: who changed it last cannot approve it, even
// if asked to review the rest.
func TestTheLastPusherDoesNotApprove(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("pm", "pm", need(1))))
	b.approve("paul")
	b.is(approval.Satisfied)
	b.amend(approval.Scope, "paul's improvement")
	b.c.Amender = "paul"
	b.approve("paul")
	b.is(approval.Waiting)
	b.asks("petra")
}

// powercat#181 asked for approval by silence.
func TestNoApprovalBySilence(t *testing.T) {
	t.Parallel()
	r := byRole("pm", "pm", need(1))
	r.Due, r.Expires = 1, 1
	p := oneStage(r)
	p.LastCall = 1
	b := convene(t, p)
	b.c.Now = epoch.AddDate(100, 0, 0)
	b.is(approval.Waiting)
}

// No role exempts from separation of duties, not even the administrator's.
func TestNoExemptionForAdministrators(t *testing.T) {
	t.Parallel()
	b := convene(t, oneStage(byRole("admin", "admin", need(1))))
	b.approve("ann") // administrator and applicant
	b.is(approval.Waiting)
}
