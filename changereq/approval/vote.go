package approval

import (
	"slices"
	"time"
)

// Digest is a digest of content, compared byte by byte and opaque otherwise.
type Digest string

// ClassDigest is the digest of everything in one class.
type ClassDigest struct {
	Class  Class  `json:"class"`
	Digest Digest `json:"digest"`
}

// Digests are the digests of a content, one for each class, in any order.
type Digests []ClassDigest

// Changed lists the classes in which d and o differ, in the order of d and then
// of o. A class that only one of them has differs.
func (d Digests) Changed(o Digests) []Class {
	if slices.Equal(d, o) { // as a rule, and for every vote
		return nil
	}
	var out []Class
	for _, x := range d {
		if y, ok := o.of(x.Class); !ok || y != x.Digest {
			out = append(out, x.Class)
		}
	}
	for _, y := range o {
		if _, ok := d.of(y.Class); !ok {
			out = append(out, y.Class)
		}
	}
	return out
}

func (d Digests) of(c Class) (Digest, bool) {
	for _, x := range d {
		if x.Class == c {
			return x.Digest, true
		}
	}
	return "", false
}

// Vote is one person's word on exactly the content that Digests name. Votes are
// kept for ever; what became of one stands in Changed and Ended.
type Vote struct {
	ID        string     `json:"id"`
	By        string     `json:"by"`            // who cast it
	For       string     `json:"for,omitempty"` // whom the caster stood in for
	Kind      Kind       `json:"kind"`
	Comment   string     `json:"comment,omitempty"`
	Roles     []string   `json:"roles,omitempty"` // the caster's, as vouched for when casting
	Brief     int        `json:"brief,omitempty"`
	Content   Digest     `json:"content,omitempty"` // of all that is material
	Digests   Digests    `json:"digests"`
	At        time.Time  `json:"at"`
	Changed   []Class    `json:"changed,omitempty"` // amended since; never shrinks
	Ended     *End       `json:"ended,omitempty"`
	Signature *Signature `json:"signature,omitempty"`
}

// Kind is what a vote says.
type Kind string

// The kinds of vote.
const (
	Approve        Kind = "approve"
	Reject         Kind = "reject"          // stops the request where it is a veto
	Abstain        Kind = "abstain"         // heard; lifts no objection of the same person
	RequestChanges Kind = "request-changes" // stops it until the same person approves or it is dismissed
)

// End says how a vote was taken back, or that it was cast for a decision that is
// over.
type End struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"` // of a dismissal; a vote taken back needs none
	Over   bool      `json:"over,omitempty"`   // nobody took it back: another decision is asked for since
}

// Person is whose voice the vote is.
func (v *Vote) Person() string {
	if v.For != "" {
		return v.For
	}
	return v.By
}

func (v *Vote) objects() bool { return v.Kind == Reject || v.Kind == RequestChanges }

// Clone returns a copy that shares no memory with v.
func (v Vote) Clone() Vote {
	v.Roles, v.Digests, v.Changed = slices.Clone(v.Roles), slices.Clone(v.Digests), slices.Clone(v.Changed)
	if v.Ended != nil {
		e := *v.Ended
		v.Ended = &e
	}
	v.Signature = v.Signature.clone()
	return v
}

// Delegation lets To speak for From. A delegate cannot pass it on.
type Delegation struct {
	ID      string     `json:"id"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Scope   []string   `json:"scope,omitempty"` // requirements; empty means all
	Start   time.Time  `json:"start"`
	End     time.Time  `json:"end"` // the first instant at which it is over
	Reason  string     `json:"reason"`
	Roles   []string   `json:"roles,omitempty"`   // From's, as vouched for when delegating
	Revoked *time.Time `json:"revoked,omitempty"` // from then on votes cast under it count no more

	Standing string `json:"standing,omitempty"` // the standing delegation that it comes from, if any
}

// Covers reports whether the delegation is in force at t for the requirement.
func (d *Delegation) Covers(requirement string, t time.Time) bool {
	return d.Revoked == nil && !t.Before(d.Start) && t.Before(d.End) &&
		(len(d.Scope) == 0 || slices.Contains(d.Scope, requirement))
}

// Clone returns a copy that shares no memory with d.
func (d Delegation) Clone() Delegation {
	d.Scope, d.Roles = slices.Clone(d.Scope), slices.Clone(d.Roles)
	if d.Revoked != nil {
		t := *d.Revoked
		d.Revoked = &t
	}
	return d
}

// Override sets one requirement aside on exactly the content that Digests name.
// It takes two persons; until the second consents it has no effect.
type Override struct {
	ID          string   `json:"id"`
	Requirement string   `json:"requirement"`
	Reason      string   `json:"reason"`
	First       Consent  `json:"first"`
	Second      *Consent `json:"second,omitempty"`
	Brief       int      `json:"brief,omitempty"`
	Content     Digest   `json:"content,omitempty"`
	Digests     Digests  `json:"digests"`
	Changed     []Class  `json:"changed,omitempty"` // amended since; never shrinks
	Ended       *End     `json:"ended,omitempty"`   // with the decision it was meant for
}

// Consent is one person's part in an override.
type Consent struct {
	By    string    `json:"by"`
	Roles []string  `json:"roles,omitempty"`
	At    time.Time `json:"at"`
}

// Clone returns a copy that shares no memory with o.
func (o Override) Clone() Override {
	o.First.Roles = slices.Clone(o.First.Roles)
	if o.Second != nil {
		s := *o.Second
		s.Roles = slices.Clone(s.Roles)
		o.Second = &s
	}
	if o.Ended != nil {
		e := *o.Ended
		o.Ended = &e
	}
	o.Digests, o.Changed = slices.Clone(o.Digests), slices.Clone(o.Changed)
	return o
}
