package changereq

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Storable reports, as ErrInvalid, text that is not valid UTF-8 or holds NUL
// and times that are not whole microseconds in UTC: what some backend could
// not give back as it was. Every backend asks it before it stores a request.
func (r *Request) Storable() error {
	var c storable
	c.text(string(r.ID), r.Number, r.Lifecycle.ID, r.State, string(r.Category), r.Applicant, string(r.Successor),
		string(r.Outcome), r.LastAmender)
	c.time(r.Opened, r.Updated)
	if !r.Entered.IsZero() {
		c.time(r.Entered)
	}
	c.content(&r.Content)
	c.assessment(&r.Assessment)
	c.whereUsed(r.WhereUsed)
	c.brief(r.Brief)
	d := &r.Decision
	c.text(string(d.Verdict), string(d.Reason), d.Text, d.By, d.In)
	c.optional(d.Until, d.Expires, d.At)
	c.text(r.Policy.ID)
	c.optional(r.Asked, r.Timing.Due, r.Timing.Turns)
	c.approval(r)
	for i := range r.Conditions {
		c.text(r.Conditions[i].Text, r.Conditions[i].MetBy, r.Conditions[i].Evidence)
		c.optional(r.Conditions[i].MetAt)
	}
	c.window(r.Window)
	c.text(r.Implementer)
	if r.Bundle != nil {
		c.text(string(r.Bundle.Bundle))
	}
	for i := range r.Conflicts {
		x := &r.Conflicts[i]
		c.text(x.With, x.Number, x.Name, x.Item, x.Other, x.Implementer)
		c.window(&x.Window)
	}
	for i := range r.Results {
		x := &r.Results[i]
		c.text(string(x.Item), x.Revision, x.Predecessor, string(x.Digest), x.RecordedBy, x.VerifiedBy, x.Restored)
		c.ids(x.Cites)
		c.time(x.RecordedAt)
		c.optional(x.VerifiedAt)
	}
	if x := r.Review; x != nil {
		c.text(string(x.Verdict), x.Text, x.By)
		c.time(x.At)
	}
	if x := r.Authorisation; x != nil {
		c.text(string(x.Template), string(x.Material), x.By)
		c.time(x.At)
	}
	if x := r.Retired; x != nil {
		c.text(x.Reason, string(x.Successor), x.By)
		c.time(x.At)
	}
	c.optional(r.Closed)
	for i := range r.Realised {
		x := &r.Realised[i]
		c.text(x.What, x.Currency, x.RecordedBy)
		c.text(x.Evidence...)
		c.time(x.At, x.RecordedAt)
	}
	if x := r.Held; x != nil {
		c.text(x.Reason, x.By)
		c.time(x.At)
	}
	for i := range r.Obligations {
		o := &r.Obligations[i]
		c.text(o.ID, o.Recipient, o.Subject, o.OwedBy, string(o.State), o.Evidence, o.Reason, o.By, string(o.Digest))
		c.time(o.OwedAt)
		c.optional(o.At, o.Due, o.AnswerBy)
	}
	if x := r.Origin; x != nil {
		c.text(x.Source)
	}
	return c.err()
}

// storable remembers the first kind of fault it meets.
type storable struct{ badText, badTime bool }

func (c *storable) err() error {
	var f fields
	if c.badText {
		f.add("/", "invalid", "holds text that is not valid UTF-8 or has a NUL character: remove it")
	}
	if c.badTime {
		f.add("/", "invalid", "holds a time that is not in UTC and whole microseconds: bring it there with Instant")
	}
	return f.err()
}

func (c *storable) text(texts ...string) {
	for _, s := range texts {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			c.badText = true
		}
	}
}

func (c *storable) ids(ids []ID) {
	for _, id := range ids {
		c.text(string(id))
	}
}

func (c *storable) time(times ...time.Time) {
	for _, t := range times {
		if t.Location() != time.UTC || t.Nanosecond()%1000 != 0 {
			c.badTime = true
		}
	}
}

func (c *storable) optional(times ...*time.Time) {
	for _, t := range times {
		if t != nil {
			c.time(*t)
		}
	}
}

func (c *storable) window(w *Window) {
	if w != nil {
		c.time(w.Start, w.End)
	}
}

func (c *storable) content(x *Content) {
	c.text(x.Title, x.Description, x.Justification, x.BackOutPlan)
	c.text(x.Labels...)
	c.window(x.Window)
	c.ids(x.Supersedes)
	c.ids(x.Requires)
	c.text(string(x.FromTemplate))
	x.Template.storable(c)
	x.Plan.storable(c)
	for i := range x.Affected {
		a := &x.Affected[i]
		c.text(string(a.Item), string(a.Action), a.Base, a.Owner)
	}
}

func (c *storable) part(p *Part) {
	c.text(p.By, string(p.Confidence))
	c.text(p.Evidence...)
	c.time(p.At)
}

func (c *storable) assessment(a *Assessment) {
	if x := a.Relevance; x != nil {
		c.part(&x.Part)
		c.text(string(x.Verdict), string(x.DuplicateOf), x.Reason)
	}
	if a.Risk != nil {
		c.risks(a.Risk)
	}
	for i := range a.Opinions {
		c.risks(&a.Opinions[i])
	}
	for _, x := range []*Estimate{a.Benefit, a.Cost} {
		if x != nil {
			c.part(&x.Part)
			c.text(x.Summary)
			c.amounts(x.Amounts)
		}
	}
	c.plan(a.Plan)
}

func (c *storable) risks(x *Risks) {
	c.part(&x.Part)
	c.text(x.Summary, x.OnParts, x.InProcess, x.OnDelivered, x.Matrix, string(x.Band))
	for i := range x.Risks {
		y := &x.Risks[i]
		c.text(y.Title, y.Mitigation, string(y.Inherent.Band), string(y.Residual.Band))
	}
}

func (c *storable) amounts(list []Amount) {
	for i := range list {
		c.text(list[i].What, list[i].Currency)
	}
}

func (c *storable) plan(x *PlanEffect) {
	if x == nil {
		return
	}
	c.part(&x.Part)
	c.time(x.AsOf)
	c.text(x.Source, x.Summary)
	c.amounts(x.Cost)
	for i := range x.Delays {
		c.text(x.Delays[i].What)
		c.time(x.Delays[i].Before, x.Delays[i].After)
	}
	for i := range x.Shortages {
		c.text(string(x.Shortages[i].Item), x.Shortages[i].Unit)
		c.time(x.Shortages[i].NeedBy)
	}
	c.text(x.People...)
}

func (c *storable) whereUsed(x *WhereUsed) {
	if x == nil {
		return
	}
	c.text(x.By)
	c.time(x.At)
	for _, u := range x.Uses {
		c.text(string(u.Item))
		for _, item := range u.Path {
			c.text(string(item))
		}
	}
}

func (c *storable) brief(b *Brief) {
	if b == nil {
		return
	}
	c.text(string(b.Request), b.RequestNumber, b.Applicant, b.Recommendation, b.By)
	c.whereUsed(b.WhereUsed)
	c.content(&b.Content)
	c.assessment(&b.Assessment)
	for i := range b.Options {
		c.text(b.Options[i].Title, b.Options[i].Summary)
	}
	c.optional(b.DecideBy)
	c.time(b.At)
}

func (c *storable) approval(r *Request) {
	for i := range r.Votes {
		v := &r.Votes[i]
		c.text(v.ID, v.By, v.For, string(v.Kind), v.Comment, string(v.Content))
		c.text(v.Roles...)
		c.time(v.At)
		c.digests(v.Digests, v.Changed)
		c.voteEnd(v.Ended)
		if s := v.Signature; s != nil {
			c.text(s.Name, s.Meaning, s.Key)
		}
	}
	for i := range r.Delegations {
		x := &r.Delegations[i]
		c.text(x.ID, x.From, x.To, x.Reason, x.Standing)
		c.text(x.Scope...)
		c.text(x.Roles...)
		c.time(x.Start, x.End)
		c.optional(x.Revoked)
	}
	for i := range r.Overrides {
		o := &r.Overrides[i]
		c.text(o.ID, o.Requirement, o.Reason, string(o.Content))
		c.digests(o.Digests, o.Changed)
		c.consent(&o.First)
		if o.Second != nil {
			c.consent(o.Second)
		}
		c.voteEnd(o.Ended)
	}
}

func (c *storable) voteEnd(e *approval.End) {
	if e != nil {
		c.text(e.By, e.Reason)
		c.time(e.At)
	}
}

func (c *storable) consent(x *approval.Consent) {
	c.text(x.By)
	c.text(x.Roles...)
	c.time(x.At)
}

func (c *storable) digests(d approval.Digests, changed []Class) {
	for _, x := range d {
		c.text(string(x.Class), string(x.Digest))
	}
	for _, x := range changed {
		c.text(string(x))
	}
}
