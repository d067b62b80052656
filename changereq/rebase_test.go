package changereq_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// A moved base is refused with the way out, and the way out leads back to the
// decision.
func TestRebase(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Scheduled")
	o.env.Heads = map[changereq.ItemID]string{"DRW-12": "C", "MAN-3": "4"}
	err := o.refusal(ivo, changereq.Move{Event: "start"}, "base")
	require.ErrorIs(t, err, changereq.ErrBaseMoved)
	require.Contains(t, err.Error(), "rebase it to C")
	o.refuses(ivo, changereq.Rebase{Item: "NEW", To: "C", Reason: "moved"}, "affected")
	o.refuses(ivo, changereq.Rebase{Item: "DRW-12", To: "D", Reason: "moved"}, "base")
	o.refuses(vera, changereq.Rebase{Item: "DRW-12", To: "C", Reason: "moved"}, "role")
	o.do(ivo, changereq.Rebase{Item: "MAN-3", To: "4", Reason: "nothing"})
	o.state("Scheduled")

	o.do(ivo, changereq.Rebase{Item: "DRW-12", To: "C", Reason: "CR-9 moved the screws; ours stands"})
	o.state("ForDecision")
	require.Equal(t, "C", o.req.Content.Affected[0].Base)
	require.Equal(t, "ivo", o.req.LastAmender)
	o.refuses(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}, "briefed")
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve on C."})
	o.do(paul, changereq.RecordDecision{Brief: 2, Verdict: changereq.Approved})
	o.do(carol, changereq.Move{Event: "schedule"})
	o.do(ivo, changereq.Move{Event: "start"})

	o = upTo(t, "Verifying")
	o.refuses(ivo, changereq.Rebase{Item: "DRW-12", To: "C", Reason: "late"}, "state")
	o = upTo(t, "Draft")
	c := o.req.Content.Clone()
	c.Affected = append(c.Affected, changereq.AffectedItem{Item: "NEW-1", Action: changereq.ActionAdd})
	o.do(ann, changereq.Amend{Content: c})
	o.refuses(ann, changereq.Rebase{Item: "NEW-1", To: "A", Reason: "?"}, "base")
}

// While building, a moved base takes the approval away as well.
func TestRebaseWhileBuilding(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Implementing")
	o.do(ivo, changereq.Rebase{Item: "DRW-12", To: "C", Reason: "CR-9 came first"})
	o.state("ForDecision")
}

func TestTheServiceKnowsTheHeads(t *testing.T) {
	t.Parallel()
	s := service(t, func(c *changereq.Config) {
		c.Heads = func(context.Context, string, []changereq.ItemID) (map[changereq.ItemID]string, error) {
			return map[changereq.ItemID]string{"DRW-12": "C"}, nil
		}
	})
	walk(t, s, "Scheduled")
	require.ErrorIs(t, try(t, s, ivo, changereq.Move{Event: "start"}), changereq.ErrBaseMoved)
	require.ErrorIs(t, try(t, s, ivo, changereq.Rebase{Item: "DRW-12", To: "D", Reason: "?"}), changereq.ErrRefused)
	r := give(t, s, ivo, changereq.Rebase{Item: "DRW-12", To: "C", Reason: "moved"})
	require.Equal(t, "ForDecision", r.State)
}
