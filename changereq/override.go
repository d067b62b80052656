package changereq

import (
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Override proposes to set one requirement of the policy aside on exactly the
// content that the current brief shows. It has no effect until a second person
// consents with ConsentOverride; it can never be undone or hidden.
type Override struct {
	Requirement string `json:"requirement"`
	Brief       int    `json:"brief"`
	Reason      string `json:"reason"`
}

// ConsentOverride is the second person's consent to an override.
type ConsentOverride struct {
	Override string `json:"override"`
	Brief    int    `json:"brief"`
}

// Name of the command.
func (Override) Name() string { return "override" }

// Name of the command.
func (ConsentOverride) Name() string { return "consent-override" }

func (c Override) validate(f *fields) {
	f.name("/requirement", c.Requirement, required)
	f.within("/brief", c.Brief, 1, maxFacts)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c ConsentOverride) validate(f *fields) {
	f.name("/override", c.Override, required)
	f.within("/brief", c.Brief, 1, maxFacts)
}

func (c Override) decide(d *deliberation) error {
	if err := d.overriding(c.Brief); err != nil {
		return err
	}
	if _, ok := d.judge().Requirement(c.Requirement); !ok {
		return refused(d.command, unmet("policy", "policy %s has no requirement %s: name one of its own", d.req.Policy.ID, c.Requirement))
	}
	inCase := d.view().approvalCase()
	d.emit(OverrideProposedData{Override: approval.Override{
		ID: strconv.FormatInt(d.req.Events+1, 10), Requirement: c.Requirement, Reason: c.Reason,
		First: d.consent(inCase), Brief: c.Brief, Content: approval.Digest(d.req.Digests.Material), Digests: inCase.Content,
	}})
	d.oweTo(d.req.Number+": "+d.env.Actor.ID+" proposes to set requirement "+c.Requirement+" aside", d.req.Applicant)
	return nil
}

func (c ConsentOverride) decide(d *deliberation) error {
	o := d.req.override(c.Override)
	if o == nil {
		return refused(d.command, unmet("override", "%s has no such override: list its overrides", d.req.Number))
	}
	if err := d.overriding(c.Brief); err != nil {
		return err
	}
	switch {
	case o.Second != nil:
		return nil
	case o.First.By == d.env.Actor.ID:
		return refused(d.command, unmet(guardDuties, "%s proposed the override: it takes the consent of a second person", o.First.By))
	case o.Ended != nil:
		return refused(d.command, unmet("override", "it was proposed for an earlier decision: propose it again"))
	case len(o.Changed) > 0:
		return refused(d.command, unmet("override", "what it was proposed on has been amended: propose it again"))
	}
	requirement := o.Requirement
	d.emit(OverriddenData{Override: o.ID, By: d.consent(d.view().approvalCase())})
	d.oweTo(d.req.Number+": requirement "+requirement+" was set aside", append(d.objectors(), d.req.Applicant)...)
	return nil
}

// overriding refuses whoever may not override, or has not the current brief
// before them.
func (d *deliberation) overriding(brief int) error {
	if err := d.votable(); err != nil {
		return err
	}
	v := d.view()
	v.Brief = brief
	if open := briefed(v); len(open) > 0 {
		return refused(d.command, open...)
	}
	actor := d.env.Actor
	switch {
	case actor.ID == d.req.Applicant || actor.ID == d.req.LastAmender:
		return refused(d.command, unmet(guardDuties, "%s answers for what stands there and overrides nothing: two others have to", actor.ID))
	case !d.judge().MayOverride(v.approvalCase(), actor.ID, actor.Roles):
		return refused(d.command, unmet("role", "%s may not override: only whom the policy names for it", actor.ID))
	}
	return nil
}

func (d *deliberation) consent(c *approval.Case) approval.Consent {
	return approval.Consent{By: d.env.Actor.ID, Roles: slices.Clone(d.env.Actor.Roles), At: c.Now}
}

// objectors are the people whose objections stand.
func (d *deliberation) objectors() []string {
	var out []string
	for i := range d.req.Votes {
		if v := &d.req.Votes[i]; v.Ended == nil && (v.Kind == approval.Reject || v.Kind == approval.RequestChanges) {
			out = append(out, v.By, v.For)
		}
	}
	return out
}

func (r *Request) override(id string) *approval.Override {
	i := slices.IndexFunc(r.Overrides, func(o approval.Override) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Overrides[i]
}
