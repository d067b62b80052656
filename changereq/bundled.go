package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Membership says which bundle a request belongs to. The bundle names the
// request too; both are written in one unit of work.
type Membership struct {
	Bundle ID   `json:"bundle"`
	Atomic bool `json:"atomic"` // decided and started together with the other members
}

// JoinBundle makes a request a member of a bundle. It is given by adding the
// request to the bundle, see Service.DoBundle, and by nothing else.
type JoinBundle struct {
	Bundle ID   `json:"bundle"`
	Atomic bool `json:"atomic"`
}

// LeaveBundle takes a request out of its bundle; as with JoinBundle, by way of
// the bundle.
type LeaveBundle struct {
	Bundle ID     `json:"bundle"`
	Reason string `json:"reason"`
}

// Name of the command.
func (JoinBundle) Name() string { return "join-bundle" }

// Name of the command.
func (LeaveBundle) Name() string { return "leave-bundle" }

func (c JoinBundle) validate(f *fields) { f.id("/bundle", string(c.Bundle)) }

func (c LeaveBundle) validate(f *fields) {
	f.id("/bundle", string(c.Bundle))
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c JoinBundle) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	m := d.req.Bundle
	switch {
	case d.env.Together != c.Bundle:
		return refused(d.command, unmet("bundle", "a request joins a bundle by way of the bundle: add it there"))
	case m != nil && m.Bundle == c.Bundle:
		return nil
	case m != nil:
		return refused(d.command, unmet("bundle", "%s belongs to bundle %s: take it out there first", d.req.Number, m.Bundle))
	case c.Atomic && (d.req.Decision.Verdict != Pending || d.req.Authorisation != nil):
		return refused(d.command, unmet("bundle", "%s is %s already and cannot be decided together with others", d.req.Number, d.req.Decision.Verdict))
	}
	if c.Atomic {
		if err := d.requireCategory("joining an atomic bundle", lifecycle.Intake, lifecycle.Assess, lifecycle.Decide); err != nil {
			return err
		}
	}
	d.emit(BundledData(c))
	return nil
}

func (c LeaveBundle) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	m := d.req.Bundle
	switch {
	case d.env.Together != c.Bundle:
		return refused(d.command, unmet("bundle", "a request leaves a bundle by way of the bundle: take it out there"))
	case m == nil || m.Bundle != c.Bundle:
		return refused(d.command, unmet("bundle", "%s does not belong to bundle %s", d.req.Number, c.Bundle))
	case m.Atomic && d.req.Decision.Verdict.Approves() && (d.req.Category == lifecycle.Decide || d.req.Category == lifecycle.Build):
		return refused(d.command, unmet("bundle", "%s was approved together with the others: it leaves when it has ended, or when the approval has lapsed", d.req.Number))
	}
	d.emit(UnbundledData(c))
	return nil
}

// apart refuses to decide or start a member of an atomic bundle by itself.
func (d *deliberation) apart(event string, to lifecycle.Category) []Unmet {
	m := d.req.Bundle
	if m == nil || !m.Atomic || m.Bundle == d.env.Together {
		return nil
	}
	starts := to == lifecycle.Build && d.req.Category != lifecycle.Build && d.req.Category != lifecycle.Verify
	if !starts && !slices.Contains(decidingEvents(), event) {
		return nil
	}
	u := unmet("bundle", "%s is decided and started together with the other members of bundle %s: give this to the bundle, or take it out there", d.req.Number, m.Bundle)
	u.Ref = string(m.Bundle)
	return []Unmet{u}
}

// settledWith reports whether a member needs nothing more of a command that goes
// to the whole bundle: it was decided in the same way and that holds, or it was
// started. open says why it can never go along.
func settledWith(r *Request, cmd Command) (done bool, open []Unmet) {
	ended := r.Category == lifecycle.Void || r.Outcome != "" && r.Outcome != OutcomeImplemented
	if ended {
		return false, []Unmet{memberUnmet(r, "it has ended or is about to: take it out of the bundle")}
	}
	switch c := cmd.(type) {
	case RecordDecision:
		standing := r.Decision.Verdict
		switch {
		case standing == Pending || r.Decision.Lapsed != "":
			return false, nil
		case standing.Approves() == c.Verdict.Approves() && (standing.Approves() || standing == c.Verdict):
			return true, nil
		}
		return false, []Unmet{memberUnmet(r, "it is "+string(standing)+", and members are never decided differently")}
	case Move:
		begun := r.Category == lifecycle.Build || r.Category == lifecycle.Verify || r.Category == lifecycle.Done
		return begun && c.Event == startEvent, nil
	}
	return false, nil
}

const startEvent = "start"

func memberUnmet(r *Request, text string) Unmet {
	u := unmet("bundle", "%s: %s", r.Number, text)
	u.Ref = string(r.ID)
	return u
}

// atomicOf is the bundle that a request is decided and started with, or none.
func (r *Request) atomicOf() ID {
	if r.Bundle == nil || !r.Bundle.Atomic {
		return ""
	}
	return r.Bundle.Bundle
}

func isAtomic(b *bundle.Bundle) bool { return b.Mode == bundle.Atomic }
