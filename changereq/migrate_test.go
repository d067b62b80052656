package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
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
