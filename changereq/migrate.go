package changereq

import (
	"fmt"
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
//
// With Policy the request pins another version of its policy, under the same
// lifecycle or another version of it. Votes are judged by that one from then on,
// and the voters are told. It takes somebody who did not write what is judged.
type Migrate struct {
	To     LifecycleRef      `json:"to"`
	Policy *PolicyRef        `json:"policy,omitempty"` // nil: the one that is pinned stays
	States map[string]string `json:"states,omitempty"` // where requests of an old state go, if it is not the state of that name
	Reason string            `json:"reason"`
}

const maxMapped = lifecycle.MaxStates

// Name of the command.
func (Migrate) Name() string { return "migrate" }

func (c Migrate) validate(f *fields) {
	f.name("/to/id", c.To.ID, required)
	f.within("/to/version", c.To.Version, 1, 1<<31-1)
	if c.Policy != nil {
		f.name("/policy/id", c.Policy.ID, required)
		f.within("/policy/version", c.Policy.Version, 1, 1<<31-1)
	}
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
	pins := c.Policy != nil && *c.Policy != d.req.Policy
	switch old := d.lc.Ref(); {
	case updated == nil || updated.Ref() != c.To:
		return refused(d.command, unmet("lifecycle", "this office has no lifecycle %s of version %d", c.To.ID, c.To.Version))
	case updated.Ref() == old && !pins:
		return nil
	case d.ended():
		return refused(d.command, unmet("state", "the request has ended in %s: it stays under the lifecycle it ended under", d.req.State))
	}
	to, open := c.place(d, updated)
	if pins {
		open = append(open, c.judgedAnew(d)...)
	}
	if len(open) > 0 {
		return refused(d.command, open...)
	}
	from := d.lc.Ref()
	d.lc = updated
	data := MigratedData{Before: from, After: updated.Ref(), From: d.req.State, To: to, Reason: c.Reason}
	if pins {
		data.PolicyBefore, data.PolicyAfter = clonePtr(&d.req.Policy), clonePtr(c.Policy)
		d.env.Policy = d.env.TargetPolicy
	}
	if in := d.req.Decision.In; in != "" {
		data.DecidedIn, _ = c.named(updated, in)
	}
	state, _ := updated.State(to)
	data.Category = state.Category
	entered := state.Category != d.req.Category || state.Terminal
	if open := d.kernel(lifecycle.Edge{To: to}, d.view()); entered && len(open) > 0 {
		return refused(d.command, open...)
	}
	d.emit(data)
	if pins {
		d.oweTo(fmt.Sprintf("%s: judged by version %d of policy %s from now on", d.req.Number, c.Policy.Version, c.Policy.ID), d.askedSoFar()...)
	}
	return nil
}

// named is what the new lifecycle calls a state, and whether the command says so.
func (c Migrate) named(updated *Lifecycle, state string) (name string, said bool) {
	if name, said = c.States[state]; !said {
		name, _ = updated.Fold(state)
	}
	return name, said
}

// judgedAnew is what stands against judging the request by the other policy.
func (c Migrate) judgedAnew(d *deliberation) []Unmet {
	j, actor := d.env.TargetPolicy, d.env.Actor.ID
	switch {
	case d.req.Policy == PolicyRef{}:
		return []Unmet{unmet("policy", "the request pins its policy when it is submitted: leave the policy out")}
	case c.Policy.ID != d.req.Policy.ID:
		return []Unmet{unmet("policy", "the request is judged by policy %s: only the version of it can be another", d.req.Policy.ID)}
	case j == nil || !c.Policy.of(j):
		return []Unmet{unmet("policy", "this office has no policy %s of version %d", c.Policy.ID, c.Policy.Version)}
	case actor == d.req.Applicant || actor == d.req.LastAmender:
		return []Unmet{unmet(guardDuties, "%s answers for what stands there and does not choose by what it is judged: another coordinator has to", actor)}
	}
	v := d.view()
	v.Policy = j
	return v.shortages()
}

// askedSoFar are the applicant and everybody who has voted.
func (d *deliberation) askedSoFar() []string {
	out := []string{d.req.Applicant}
	for i := range d.req.Votes {
		out = append(out, d.req.Votes[i].By, d.req.Votes[i].For)
	}
	return out
}

// ended reports whether the request is in a terminal state of its lifecycle.
func (d *deliberation) ended() bool {
	s, _ := d.lc.State(d.req.State)
	return s.Terminal
}

// place finds the state that the request goes to, or all that stands against
// the migration.
func (c Migrate) place(d *deliberation, updated *Lifecycle) (string, []Unmet) {
	to, said := c.named(updated, d.req.State)
	switch same := d.lc.Ref() == updated.Ref(); {
	case same && len(c.States) > 0:
		return "", []Unmet{unmet("lifecycle", "the request stays under the lifecycle it lives by: leave the states out")}
	case same:
		return d.req.State, nil
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
