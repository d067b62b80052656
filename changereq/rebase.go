package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Rebase takes an affected item from the base revision that was assessed to the
// newest released one, when somebody else's change came first. It changes the
// affected items, so an approval is outdated and the change is decided again,
// now against what it would really alter.
type Rebase struct {
	Item   ItemID `json:"item"`
	To     string `json:"to"`     // the new base revision
	Reason string `json:"reason"` // what the move means for this change
}

// Name of the command.
func (Rebase) Name() string { return "rebase" }

func (c Rebase) validate(f *fields) {
	f.name("/item", string(c.Item), required)
	f.name("/to", c.To, required)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c Rebase) decide(d *deliberation) error {
	if err := d.require(RoleApplicant, RoleCoordinator, RoleImplementer); err != nil {
		return err
	}
	if err := d.requireCategory("rebasing", lifecycle.Intake, lifecycle.Assess, lifecycle.Decide, lifecycle.Build); err != nil {
		return err
	}
	a := d.req.Content.affected(c.Item)
	switch head, known := d.env.Heads[c.Item]; {
	case a == nil:
		return refused(d.command, unmet("affected", "%s is not an affected item of %s: amend the request first", c.Item, d.req.Number))
	case a.Action == ActionAdd || a.Action == "":
		return refused(d.command, unmet(guardBase, "%s has no base revision: amend the request with its action and base", c.Item))
	case known && head != c.To:
		return refused(d.command, unmet(guardBase, "%s is at revision %s, not %s: rebase it to %s", c.Item, head, c.To, head))
	case a.Base == c.To:
		return nil
	}
	d.emit(RebasedData{Item: c.Item, From: a.Base, To: c.To, Reason: c.Reason})
	return nil
}

// rebased is the request with another base of an item.
func (r Request) rebased(ev Event, d RebasedData) Request {
	r.Content.Affected = slices.Clone(r.Content.Affected)
	if a := r.Content.affected(d.Item); a != nil {
		a.Base = d.To
	}
	r.Digests = DigestsOf(r.Content, r.Assessment)
	r.LastAmender = ev.Actor
	return r
}
