package changereq_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// second is version 2 of normal, altered.
func second(t *testing.T, alter func(*lifecycle.Definition)) *changereq.Lifecycle {
	t.Helper()
	def := lifecycle.Normal()
	def.Version = 2
	alter(&def)
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	return lc
}

func asBefore(*lifecycle.Definition) {}

// renamed calls a state something else.
func renamed(old, name string) func(*lifecycle.Definition) {
	return func(def *lifecycle.Definition) {
		for i := range def.States {
			if def.States[i].Name == old {
				def.States[i].Name = name
			}
		}
		for i := range def.Edges {
			for _, end := range []*string{&def.Edges[i].From, &def.Edges[i].To} {
				if *end == old {
					*end = name
				}
			}
		}
	}
}

func TestMigrateToARenamedState(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	v2 := second(t, renamed("Assessing", "Studying"))
	o.env.Target = v2
	migrate := changereq.Migrate{To: v2.Ref(), Reason: "Plainer words."}
	refusal := o.refusal(carol, migrate, "unmapped-state")
	require.Equal(t, "Assessing", refusal.Unmet[0].Ref)
	require.Equal(t, changereq.LifecycleRef{ID: "normal", Version: 1}, o.req.Lifecycle)

	migrate.States = map[string]string{"Assessing": "Studying"}
	o.refuses(ann, migrate, "role")
	o.do(carol, migrate)
	o.state("Studying")
	require.Equal(t, changereq.LifecycleRef{ID: "normal", Version: 2}, o.req.Lifecycle)
	require.Equal(t, lifecycle.Assess, o.req.Category)

	o.lc = v2
	known := len(o.events)
	o.do(carol, migrate)
	require.Len(t, o.events, known, "migrating twice is migrating once")
	o.do(carol, changereq.Assess{Parts: assessment()})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})
	o.state("ForDecision")
}

// Every reason is given at once.
func TestMigrateIsRefusedWithAllReasons(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Approved")
	v2 := second(t, func(def *lifecycle.Definition) {
		renamed("Assessing", "Studying")(def)
		renamed("Deferred", "Waiting")(def)
	})
	o.env.Target = v2
	o.refuses(carol, changereq.Migrate{To: v2.Ref(), Reason: "x", States: map[string]string{"Triage": "Closed"}},
		"ended-by-migration", "unmapped-state", "unmapped-state")
	o.env.Target = nil
	o.refuses(carol, changereq.Migrate{To: v2.Ref(), Reason: "x"}, "lifecycle")
}

// Migrating is no way into the work or past the decision.
func TestMigrateDoesNotStartTheWork(t *testing.T) {
	t.Parallel()
	v2 := second(t, asBefore)
	o := upTo(t, "Triage")
	o.env.Target = v2
	migrate := changereq.Migrate{To: v2.Ref(), Reason: "x", States: map[string]string{"Triage": "Implementing"}}
	o.refuses(carol, migrate, "gate-bypassed")
}

// What the definitions let pass the kernel still asks: the gate was on the way
// to Scheduled, and the approval holds no longer.
func TestMigrateIntoTheWorkAsksTheKernel(t *testing.T) {
	t.Parallel()
	v2 := second(t, asBefore)
	o := upTo(t, "Scheduled")
	o.env.Target = v2
	migrate := changereq.Migrate{To: v2.Ref(), Reason: "x", States: map[string]string{"Scheduled": "Implementing"}}
	decided := o.req.Decision
	o.req.Decision = changereq.Decision{}
	o.refuses(carol, migrate, "approved")
	o.req.Decision = decided
	o.do(carol, migrate)
	o.state("Implementing")
}

func TestEndedRequestsDoNotMigrate(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Closed")
	o.env.Target = second(t, asBefore)
	o.refuses(carol, changereq.Migrate{To: o.env.Target.Ref(), Reason: "x"}, "state")
}

// The kind of a change is changed only where requests begin.
func TestTheKindChangesOnlyInDraft(t *testing.T) {
	t.Parallel()
	for _, target := range changereq.BuiltIn()[1:] {
		o := upTo(t, "Draft")
		o.env.Target = target
		migrate := changereq.Migrate{To: target.Ref(), Reason: "Of another kind."}
		o.do(carol, migrate)
		require.Equal(t, target.Ref(), o.req.Lifecycle)
		o.state("Draft")
		o.lc = target
		o.do(ann, changereq.Move{Event: "submit"})

		o = upTo(t, "Submitted")
		o.env.Target = target
		o.refuses(carol, migrate, "state")
	}
	o := upTo(t, "Draft")
	o.env.Target = changereq.BuiltIn()[1]
	o.refuses(carol, changereq.Migrate{
		To: o.env.Target.Ref(), Reason: "x", States: map[string]string{"Draft": "Submitted"},
	}, "state")
}

// secondBoard is version 2 of boardPolicy, altered.
func secondBoard(tb testing.TB, alter func(*approval.Policy)) *approval.Judge {
	tb.Helper()
	p := boardPolicy()
	p.Version = 2
	alter(&p)
	return compiled(tb, p)
}

func bothEngineers(p *approval.Policy) {
	p.Stages[0].Requirements[0].Need = approval.Need{Kind: approval.All}
}

var toSecondBoard = changereq.Migrate{
	To: changereq.LifecycleRef{ID: "normal", Version: 1}, Policy: &changereq.PolicyRef{ID: "board", Version: 2}, Reason: "Both have to agree.",
}

func TestMigrateToAnotherVersionOfThePolicy(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	o.state("Approved")
	stricter := secondBoard(t, bothEngineers)
	o.env.Target, o.env.TargetPolicy = o.lc, stricter
	o.do(cora, toSecondBoard)
	o.env.Policy = stricter
	require.Equal(t, changereq.PolicyRef{ID: "board", Version: 2}, o.req.Policy)
	require.Equal(t, []string{"ann", "quinn", "paul"}, o.owedAbout("migrated"))
	o.state("ForDecision")
	require.Equal(t, approval.Waiting, o.verdict().State, "judged by the new version at once")
	for _, ev := range o.events {
		if d, ok := ev.Data.(changereq.MigratedData); ok {
			require.Equal(t, changereq.PolicyRef{ID: "board", Version: 1}, *d.PolicyBefore)
			require.Equal(t, changereq.PolicyRef{ID: "board", Version: 2}, *d.PolicyAfter)
			require.Equal(t, d.Before, d.After)
		}
	}
	known := len(o.events)
	o.do(cora, toSecondBoard)
	require.Len(t, o.events, known, "migrating twice is migrating once")
	o.refuses(paul, approve, "approved")
	o.do(quade, yes)
	o.do(paul, approve)
	o.state("Approved")
}

// The lifecycle and the policy in one step.
func TestMigrateToBoth(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.do(quinn, yes)
	o.do(paul, approve)
	v2 := second(t, renamed("ForDecision", "Deciding"))
	o.env.Target, o.env.TargetPolicy = v2, secondBoard(t, bothEngineers)
	both := toSecondBoard
	both.To, both.States = v2.Ref(), map[string]string{"ForDecision": "Deciding"}
	o.do(cora, both)
	o.lc, o.env.Policy = v2, o.env.TargetPolicy
	require.Equal(t, v2.Ref(), o.req.Lifecycle)
	o.state("Deciding")
	o.do(quade, yes)
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.state("Approved") // quinn's vote still counts: to rename a state ends no round
}

func TestMigrateThePolicyIsRefused(t *testing.T) {
	t.Parallel()
	o := board(t)
	o.env.Target = o.lc
	o.refuses(cora, toSecondBoard, "policy") // which is not registered
	nobody := secondBoard(t, func(p *approval.Policy) { p.Stages[0].Requirements[0].From = approval.From{Users: []string{"ann"}} })
	o.env.TargetPolicy = nobody
	refused := o.refusal(cora, toSecondBoard, "policy")
	require.Contains(t, refused.Unmet[0].Text, "nobody could satisfy requirement engineers")
	require.Equal(t, "engineers", refused.Unmet[0].Ref)

	o.env.TargetPolicy = secondBoard(t, bothEngineers)
	o.refuses(paul, toSecondBoard, "role")
	o.refuses(changereq.Actor{ID: "ann", Roles: []string{changereq.RoleCoordinator}}, toSecondBoard, "separation-of-duties")
	other := toSecondBoard
	other.Policy = &changereq.PolicyRef{ID: "product-manager", Version: 1}
	o.refuses(cora, other, "policy")
	moved := toSecondBoard
	moved.States = map[string]string{"ForDecision": "Triage"}
	o.refuses(cora, moved, "lifecycle")
	require.Equal(t, changereq.PolicyRef{ID: "board", Version: 1}, o.req.Policy)

	o = upTo(t, "Draft")
	o.env.Target, o.env.TargetPolicy = o.lc, secondBoard(t, bothEngineers)
	o.refuses(cora, toSecondBoard, "policy") // nothing is pinned yet
}

// The directory is asked about the people of both versions.
func TestMigrateThePolicyLooksPeopleUp(t *testing.T) {
	t.Parallel()
	elsewhere := secondBoard(t, func(p *approval.Policy) {
		p.Stages[0].Requirements[0].From = approval.From{Groups: []string{"engineering"}}
	})
	members := []string{"quinn"}
	s, _ := approvalService(t, func(c *changereq.Config) {
		c.Policies = []*approval.Judge{compiled(t, boardPolicy()), elsewhere}
		c.People = func(_ context.Context, _ string, _, _ []string) (approval.Directory, error) {
			return approval.Directory{
				Roles:  map[string][]string{changereq.RoleProductManager: {"paul"}},
				Groups: map[string][]string{"engineering": members},
			}, nil
		}
	})
	walk(t, s, "Assessing")
	members = nil
	_, err := s.Do(t.Context(), "acme", cora, "CR1", 0, toSecondBoard)
	require.ErrorIs(t, err, changereq.ErrRefused, "nobody is in the group")
	members = []string{"quinn"}
	require.Equal(t, 2, give(t, s, cora, toSecondBoard).Policy.Version)
}
