package changereq

import (
	"slices"
	"time"
)

// Decision is the standing decision on a request. The zero value is pending.
type Decision struct {
	Verdict  Verdict    `json:"verdict,omitempty"`
	Reason   ReasonCode `json:"reason,omitempty"` // why it was rejected or dismissed
	Text     string     `json:"text,omitempty"`
	Until    *time.Time `json:"until,omitempty"`    // of a deferral
	Expires  *time.Time `json:"expires,omitempty"`  // of an approval: good before this instant
	Brief    int        `json:"brief,omitempty"`    // the number of the brief it was made on
	Document Digest     `json:"document,omitempty"` // the digest of that brief
	Material Digest     `json:"material,omitempty"` // the content digest it is bound to
	By       string     `json:"by,omitempty"`
	In       string     `json:"in,omitempty"` // the state in which it was made
	At       *time.Time `json:"at,omitempty"`
	Lapsed   Lapse      `json:"lapsed,omitempty"`  // why a given approval holds no longer
	Without  []string   `json:"without,omitempty"` // parts of the assessment that the brief of an emergency lacked
}

// Verdict is what was decided.
type Verdict string

// The verdicts. The empty verdict is a decision that is pending.
const (
	Pending                Verdict = ""
	Approved               Verdict = "approved"
	ApprovedWithConditions Verdict = "approved-with-conditions"
	Rejected               Verdict = "rejected"
	Dismissed              Verdict = "dismissed" // in triage, without a brief
	Deferred               Verdict = "deferred"
	Withdrawn              Verdict = "withdrawn"
)

// ReasonCode classes a refusal so that refusals can be counted.
type ReasonCode string

// The reasons for rejecting or dismissing.
const (
	ReasonIrrelevant ReasonCode = "irrelevant"
	ReasonDuplicate  ReasonCode = "duplicate"
	ReasonInfeasible ReasonCode = "infeasible"
	ReasonNotWorth   ReasonCode = "not-worth"
	ReasonObsolete   ReasonCode = "obsolete"
)

// Lapse says why an approval holds no longer.
type Lapse string

// The ways an approval lapses.
const (
	LapseContent Lapse = "content" // what was approved has been changed
	LapseExpiry  Lapse = "expiry"
	LapseVotes   Lapse = "votes" // the policy is satisfied no more: a vote or an authority was taken back, or somebody objects
)

// Approves reports whether the verdict lets the change go ahead.
func (v Verdict) Approves() bool { return v == Approved || v == ApprovedWithConditions }

// covers reports whether the decision is bound to what stands there now. Parts
// of the assessment that its brief named as missing may be supplied afterwards;
// what the brief showed may not be altered.
func (d *Decision) covers(r *Request) bool {
	if d.Material == r.Digests.Material {
		return true
	}
	if len(d.Without) == 0 {
		return false
	}
	return DigestsOf(r.Content, r.Assessment.without(d.Without)).Material == d.Material
}

func (d Decision) clone() Decision {
	d.Without = slices.Clone(d.Without)
	d.Until, d.Expires, d.At = clonePtr(d.Until), clonePtr(d.Expires), clonePtr(d.At)
	return d
}
