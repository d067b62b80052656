package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Move fires an event of the lifecycle, such as submit, receive, start, finish
// or close. Deciding and dismissing go by RecordDecision alone.
type Move struct {
	Event       string  `json:"event"`
	Reason      string  `json:"reason,omitempty"`
	Window      *Window `json:"window,omitempty"`      // with schedule
	Implementer string  `json:"implementer,omitempty"` // with schedule: who carries it out
	Successor   ID      `json:"successor,omitempty"`   // with supersede
}

// Name of the command.
func (c Move) Name() string { return c.Event }

func (c Move) validate(f *fields) {
	f.name("/event", c.Event, required)
	f.text("/reason", c.Reason, maxText)
	f.window("/window", c.Window)
	f.name("/implementer", c.Implementer, optional)
	f.only("/implementer", c.Implementer != "" && c.Window == nil, "belongs to a window: give the window too")
	if c.Successor != "" {
		f.id("/successor", string(c.Successor))
	}
}

func (c Move) decide(d *deliberation) error {
	if slices.Contains(decidingEvents(), c.Event) {
		return refused(d.command, unmet("decision", "%s is a decision: record the decision, which moves the request", c.Event))
	}
	if d.lc.asks(d.req.State, c.Event, guardDispositioned) {
		d.noteUses()
	}
	v := d.view()
	v.Window = normalWindow(c.Window)
	return d.fire(c.Event, v, MovedData{
		Reason: c.Reason, Window: v.Window, Implementer: c.Implementer, Successor: c.Successor,
	})
}

const approveEvent = "approve"

func decidingEvents() []string { return []string{approveEvent, "reject", "defer", "dismiss"} }

// Refresh changes nothing by itself: it lets what time has made true happen,
// such as an approval that expired. It is idempotent.
type Refresh struct{}

// Name of the command.
func (Refresh) Name() string { return "refresh" }

func (Refresh) validate(*fields) {}

func (Refresh) decide(*deliberation) error { return nil }

// PutOnHold suspends a request: only cancelling and telling people go on.
type PutOnHold struct {
	Reason string `json:"reason"`
}

// Name of the command.
func (PutOnHold) Name() string { return "hold" }

func (c PutOnHold) validate(f *fields) {
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c PutOnHold) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	if d.req.Category == lifecycle.Void || d.req.Category == lifecycle.Done {
		return refused(d.command, unmet("state", "a request that is ending in %s cannot be held", d.req.State))
	}
	d.emit(HeldData(c))
	return nil
}

// Release lifts the hold.
type Release struct{}

// Name of the command.
func (Release) Name() string { return "release" }

func (Release) validate(*fields) {}

func (Release) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	if d.req.Held == nil {
		return refused(d.command, unmet("held", "the request is not on hold"))
	}
	d.emit(ReleasedData{})
	return nil
}
