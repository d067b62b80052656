package changereq

import (
	"slices"
	"time"
)

// RecordDecision decides, on exactly the brief that it names, or dismisses in
// triage without one. It moves the request along the edge of that decision.
// Approving casts the decider's vote, if the policy asks the decider, and is
// refused while the policy is not satisfied.
type RecordDecision struct {
	Brief      int        `json:"brief,omitempty"` // required but for a dismissal
	Verdict    Verdict    `json:"verdict"`
	Reason     ReasonCode `json:"reason,omitempty"`     // required when rejecting or dismissing
	Text       string     `json:"text,omitempty"`       // what the applicant will read
	Conditions []string   `json:"conditions,omitempty"` // required when approving with conditions
	Until      *time.Time `json:"until,omitempty"`      // required when deferring
	Expires    *time.Time `json:"expires,omitempty"`    // of an approval
	Sign       bool       `json:"sign,omitempty"`       // the vote that approving casts, with a signature of the decider's
}

// Name of the command.
func (RecordDecision) Name() string { return "decide" }

func (c RecordDecision) validate(f *fields) {
	f.oneOf("/verdict", string(c.Verdict),
		string(Approved), string(ApprovedWithConditions), string(Rejected), string(Dismissed), string(Deferred))
	f.text("/text", c.Text, maxText)
	f.time("/until", c.Until)
	f.time("/expires", c.Expires)
	f.atMost("/conditions", len(c.Conditions), maxLines)
	for i, x := range c.Conditions {
		at := element("", "conditions", i)
		f.require(at, x)
		f.text(at, x, maxText)
	}
	if c.Verdict == Dismissed {
		f.only("/brief", c.Brief != 0, "dismissing happens before there is a brief: leave it out")
	} else if c.Brief < 1 {
		f.add("/brief", "required", "is missing: name the number of the brief you decide on")
	}
	switch c.Verdict {
	case Rejected:
		f.oneOf("/reason", string(c.Reason), string(ReasonIrrelevant), string(ReasonDuplicate), string(ReasonInfeasible),
			string(ReasonNotWorth), string(ReasonObsolete))
	case Dismissed:
		f.oneOf("/reason", string(c.Reason), string(ReasonIrrelevant), string(ReasonDuplicate))
	case Pending, Approved, ApprovedWithConditions, Deferred, Withdrawn:
		f.only("/reason", c.Reason != "", "belongs to rejecting and dismissing: leave it out")
	}
	if c.Verdict == ApprovedWithConditions && len(c.Conditions) == 0 {
		f.add("/conditions", "required", "is empty: name the conditions, or approve without")
	}
	if c.Verdict == Deferred && c.Until == nil {
		f.add("/until", "required", "is missing: say until when it is deferred")
	}
	f.only("/conditions", c.Verdict != ApprovedWithConditions && len(c.Conditions) > 0, "belongs to approving with conditions: leave it out")
	f.only("/until", c.Verdict != Deferred && c.Until != nil, "belongs to deferring: leave it out")
	f.only("/sign", !c.Verdict.Approves() && c.Sign, "belongs to approving: leave it out")
	f.only("/expires", !c.Verdict.Approves() && c.Expires != nil, "belongs to approving: leave it out")
}

func (c RecordDecision) decide(d *deliberation) error {
	if open := d.apart(c.event(), ""); len(open) > 0 {
		return refused(d.command, open...)
	}
	if open := c.untimely(d.env.Now); len(open) > 0 {
		return refused(d.command, open...)
	}
	if open := d.unforeseen(c.Verdict); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.noteUses()
	if err := d.castWith(c); err != nil {
		return err
	}
	d.cast(c)
	v := d.view()
	v.Brief = c.Brief
	reason := c.Text
	if c.Reason != "" {
		reason = string(c.Reason)
	}
	if reason == "" {
		reason = string(c.Verdict)
	}
	return d.fire(c.event(), v, MovedData{Reason: reason})
}

// cast records the decision, bound to the content as it stands and to the brief
// it names.
func (d *deliberation) cast(c RecordDecision) {
	now := d.env.Now
	dec := Decision{
		Verdict: c.Verdict, Reason: c.Reason, Text: c.Text, Until: instant(c.Until), Expires: instant(c.Expires),
		Brief: c.Brief, Material: d.req.Digests.Material, By: d.env.Actor.ID, In: d.req.State, At: &now,
	}
	if b := d.req.Brief; b != nil && b.Number == c.Brief {
		dec.Document = b.Digest
		if c.Verdict.Approves() {
			dec.Without = slices.Clone(b.Missing)
		}
	}
	d.emit(DecidedData{Decision: dec, Conditions: slices.Clone(c.Conditions)})
}

// unforeseen keeps an approval from an item that uses what changes and that
// nobody has said anything about, also if it came into use after the brief was
// presented. An emergency is approved first and gets its dispositions by the end.
func (d *deliberation) unforeseen(v Verdict) []Unmet {
	if !v.Approves() || d.lc.def.Emergency {
		return nil
	}
	return d.view().undispositionedUses()
}

// untimely finds dates that cannot be kept.
func (c RecordDecision) untimely(now time.Time) []Unmet {
	var out []Unmet
	if c.Until != nil && !c.Until.After(now) {
		out = append(out, unmet("until", "the deferral would end before it begins: name a later time"))
	}
	if c.Expires != nil && !c.Expires.After(now) {
		out = append(out, unmet("expires", "the approval would expire at once: name a later time"))
	}
	return out
}

// event is the edge of the lifecycle that the verdict moves along.
func (c RecordDecision) event() string {
	switch c.Verdict {
	case Approved, ApprovedWithConditions:
		return approveEvent
	case Rejected:
		return "reject"
	case Deferred:
		return "defer"
	case Dismissed:
		return "dismiss"
	case Pending, Withdrawn:
	}
	return string(c.Verdict)
}

// MeetCondition records, with evidence, that a condition of the approval is met.
type MeetCondition struct {
	Condition int    `json:"condition"` // from 1
	Evidence  string `json:"evidence"`
}

// Name of the command.
func (MeetCondition) Name() string { return "meet-condition" }

func (c MeetCondition) validate(f *fields) {
	f.within("/condition", c.Condition, 1, maxLines)
	f.require("/evidence", c.Evidence)
	f.text("/evidence", c.Evidence, maxText)
}

func (c MeetCondition) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator, RoleVerifier); err != nil {
		return err
	}
	if c.Condition > len(d.req.Conditions) {
		return refused(d.command, unmet("conditions", "the approval has %d conditions: name one of them", len(d.req.Conditions)))
	}
	if d.req.Conditions[c.Condition-1].MetAt != nil {
		return nil
	}
	d.emit(ConditionMetData{Condition: c.Condition - 1, Evidence: c.Evidence})
	return nil
}
