package changereq

import (
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Delegate lets somebody else speak for the actor on this request, from Start
// up to End. A delegate cannot pass it on, and the applicant cannot be one.
type Delegate struct {
	To     string    `json:"to"`
	Scope  []string  `json:"scope,omitempty"` // requirements of the policy; empty: all that list the actor
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Reason string    `json:"reason"`
}

// RevokeDelegation takes a delegation back: votes that were cast under it count
// no more. Both ends may.
type RevokeDelegation struct {
	Delegation string `json:"delegation"`
}

// Name of the command.
func (Delegate) Name() string { return "delegate" }

// Name of the command.
func (RevokeDelegation) Name() string { return "revoke-delegation" }

func (c Delegate) validate(f *fields) {
	f.name("/to", c.To, required)
	f.atMost("/scope", len(c.Scope), maxLines)
	for i, s := range c.Scope {
		f.name(element("", "scope", i), s, required)
	}
	f.time("/start", &c.Start)
	f.time("/end", &c.End)
	if !c.Start.Before(c.End) {
		f.add("/end", "out_of_range", "is not after the start")
	}
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c RevokeDelegation) validate(f *fields) { f.name("/delegation", c.Delegation, required) }

func (c Delegate) decide(d *deliberation) error {
	from := d.env.Actor.ID
	x := approval.Delegation{
		ID: strconv.FormatInt(d.req.Events+1, 10), From: from, To: c.To, Scope: slices.Clone(c.Scope),
		Start: Instant(c.Start), End: Instant(c.End), Reason: c.Reason, Roles: slices.Clone(d.env.Actor.Roles),
	}
	slices.Sort(x.Scope)
	x.Scope = slices.Compact(x.Scope)
	if open := d.undelegable(&x); len(open) > 0 {
		return refused(d.command, open...)
	}
	if slices.ContainsFunc(d.req.Delegations, func(o approval.Delegation) bool { return sameDelegation(&o, &x) }) {
		return nil
	}
	d.delegate(x)
	return nil
}

// delegate records a delegation; both ends are told.
func (d *deliberation) delegate(x approval.Delegation) {
	d.emit(DelegatedData{Delegation: x})
	d.oweTo(d.req.Number+": "+x.To+" speaks for "+x.From+" until "+x.End.Format(time.RFC3339), x.From, x.To)
}

func sameDelegation(a, b *approval.Delegation) bool {
	return a.Revoked == nil && a.From == b.From && a.To == b.To && slices.Equal(a.Scope, b.Scope) && a.Start.Equal(b.Start) && a.End.Equal(b.End)
}

// undelegable says what stands against a delegation.
func (d *deliberation) undelegable(x *approval.Delegation) []Unmet {
	c, judge := d.view().approvalCase(), d.judge()
	lists := judge.Lists(c, x.From, x.Roles)
	switch {
	case d.req.Policy == PolicyRef{}:
		return []Unmet{unmet("state", "nobody is asked before the request is submitted: delegate afterwards")}
	case len(lists) == 0:
		return []Unmet{unmet("role", "the policy does not ask %s: there is nothing to delegate", x.From)}
	case x.To == x.From:
		return []Unmet{unmet("delegation", "%s cannot stand in for %s: name somebody else", x.To, x.From)}
	case x.To == d.req.Applicant || x.From == d.req.Applicant:
		return []Unmet{unmet(guardDuties, "%s asked for the change: the applicant neither delegates nor stands in for anybody", d.req.Applicant)}
	case !c.Now.Before(x.End):
		return []Unmet{unmet("delegation", "the delegation would be over before it begins: name a later end")}
	case d.req.leads(x.To, x.From, x, nil):
		return []Unmet{unmet("delegation", "%s has delegated, over others or at once, to %s: delegations do not go in circles", x.To, x.From)}
	}
	var out []Unmet
	for _, s := range x.Scope {
		if !slices.Contains(lists, s) {
			out = append(out, unmet("delegation", "requirement %s does not ask %s: leave it out of the scope", s, x.From))
		}
	}
	return out
}

// leads reports whether delegations that overlap x in time lead from one person
// to another.
func (r *Request) leads(from, to string, x *approval.Delegation, seen []string) bool {
	if slices.Contains(seen, from) {
		return false
	}
	for i := range r.Delegations {
		o := &r.Delegations[i]
		if o.From == from && o.Revoked == nil && o.Start.Before(x.End) && x.Start.Before(o.End) &&
			(o.To == to || r.leads(o.To, to, x, append(seen, from))) {
			return true
		}
	}
	return false
}

// delegatedRoles are the roles that the principal was vouched to hold when
// delegating to the person.
func (r *Request) delegatedRoles(principal, to string) []string {
	for i := range r.Delegations {
		if x := &r.Delegations[i]; x.From == principal && x.To == to && x.Revoked == nil {
			return x.Roles
		}
	}
	return nil
}

func (c RevokeDelegation) decide(d *deliberation) error {
	x := d.req.delegation(c.Delegation)
	switch {
	case x == nil:
		return refused(d.command, unmet("delegation", "%s has no such delegation: list its delegations", d.req.Number))
	case x.From != d.env.Actor.ID && x.To != d.env.Actor.ID:
		return refused(d.command, unmet("role", "only %s and %s can end the delegation between them", x.From, x.To))
	case x.Revoked != nil:
		return nil
	}
	from, to := x.From, x.To
	d.emit(DelegationRevokedData(c))
	d.oweTo(d.req.Number+": "+to+" speaks no more for "+from, from, to)
	return nil
}

func (r *Request) delegation(id string) *approval.Delegation {
	i := slices.IndexFunc(r.Delegations, func(x approval.Delegation) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Delegations[i]
}
