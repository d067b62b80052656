package changereq

import (
	"maps"
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Migrate takes a request to another version of its lifecycle, or, while it is
// still where requests begin, to another lifecycle. Nothing else ever changes
// what a request lives by: rules that are altered later reach it only so.
//
// Another version must have a live place for every live state, and no request
// may come past a gate on the way; see lifecycle.CheckMigration. The move itself
// must pass the kernel: nobody gets into the work, or to an end, by migrating.
type Migrate struct {
	To     LifecycleRef      `json:"to"`
	States map[string]string `json:"states,omitempty"` // where requests of an old state go, if it is not the state of that name
	Reason string            `json:"reason"`
}

const maxMapped = lifecycle.MaxStates

// Name of the command.
func (Migrate) Name() string { return "migrate" }

func (c Migrate) validate(f *fields) {
	f.name("/to/id", c.To.ID, required)
	f.within("/to/version", c.To.Version, 1, 1<<31-1)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
	f.atMost("/states", len(c.States), maxMapped)
	for _, from := range slices.Sorted(maps.Keys(c.States)) {
		f.name("/states", from, required)
		f.name("/states", c.States[from], required)
	}
}

func (c Migrate) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	updated := d.env.Target
	switch old := d.lc.Ref(); {
	case updated == nil || updated.Ref() != c.To:
		return refused(d.command, unmet("lifecycle", "this office has no lifecycle %s of version %d", c.To.ID, c.To.Version))
	case updated.Ref() == old:
		return nil
	case d.ended():
		return refused(d.command, unmet("state", "the request has ended in %s: it stays under the lifecycle it ended under", d.req.State))
	}
	to, open := c.place(d, updated)
	if len(open) > 0 {
		return refused(d.command, open...)
	}
	from := d.lc.Ref()
	d.lc = updated
	state, _ := updated.State(to)
	entered := state.Category != d.req.Category || state.Terminal
	if open := d.kernel(lifecycle.Edge{To: to}, d.view()); entered && len(open) > 0 {
		return refused(d.command, open...)
	}
	d.emit(MigratedData{
		Before: from, After: updated.Ref(), From: d.req.State, To: to, Category: state.Category, Reason: c.Reason,
	})
	return nil
}

// ended reports whether the request is in a terminal state of its lifecycle.
func (d *deliberation) ended() bool {
	s, _ := d.lc.State(d.req.State)
	return s.Terminal
}

// place finds the state that the request goes to, or all that stands against
// the migration.
func (c Migrate) place(d *deliberation, updated *Lifecycle) (string, []Unmet) {
	to, said := c.States[d.req.State]
	if !said {
		to, _ = updated.Fold(d.req.State)
	}
	if d.lc.def.ID == updated.def.ID {
		return to, blockers(lifecycle.CheckMigration(d.lc.def, updated.def, Guards(), c.States))
	}
	switch {
	case !slices.Contains(d.lc.def.Initial, d.req.State):
		return "", []Unmet{unmet("state", "the request is in %s: the kind of a change can be changed only in %s", d.req.State, oneOf(d.lc.def.Initial))}
	case !said && !slices.Contains(updated.def.Initial, to):
		return updated.def.Initial[0], nil
	case !slices.Contains(updated.def.Initial, to):
		return "", []Unmet{unmet("state", "requests do not begin in %q of %s: they begin in %s", to, updated.def.ID, oneOf(updated.def.Initial))}
	}
	return to, nil
}

// blockers are the findings that are errors, as conditions.
func blockers(findings []lifecycle.Finding) []Unmet {
	var out []Unmet
	for _, x := range findings {
		if x.Severity == lifecycle.SeverityError {
			u := unmet(string(x.Code), "%s; %s", x.Text, x.Advice)
			u.Ref = x.State
			out = append(out, u)
		}
	}
	return out
}
