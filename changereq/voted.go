package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/approval"
)

// The data of the events of approval.
type (
	// VoteCastData is a vote, bound to the digests of what was seen.
	VoteCastData struct {
		Vote approval.Vote `json:"vote"`
	}
	// VoteRevokedData says that a vote was taken back.
	VoteRevokedData struct {
		Vote string `json:"vote"`
	}
	// VoteDismissedData says that a request for changes was set aside.
	VoteDismissedData struct {
		Vote   string `json:"vote"`
		Reason string `json:"reason"`
	}
	// VoteOutdatedData says which votes and overrides an amendment has made
	// outdated. They stay, and never count for these classes again.
	VoteOutdatedData struct {
		Votes     []Outdated `json:"votes,omitempty"`
		Overrides []Outdated `json:"overrides,omitempty"`
	}
	// DelegatedData is a delegation.
	DelegatedData struct {
		Delegation approval.Delegation `json:"delegation"`
	}
	// DelegationRevokedData says that a delegation was taken back.
	DelegationRevokedData struct {
		Delegation string `json:"delegation"`
	}
	// OverrideProposedData is one person's proposal to set a requirement aside.
	OverrideProposedData struct {
		Override approval.Override `json:"override"`
	}
	// OverriddenData is the second person's consent: the requirement is set
	// aside.
	OverriddenData struct {
		Override string           `json:"override"`
		By       approval.Consent `json:"by"`
	}
	// ApprovalTimedData says when time alone bears on the approval from here on.
	ApprovalTimedData struct {
		Timing Timing `json:"timing"`
	}
)

// Outdated names a vote or an override and the classes that were amended.
type Outdated struct {
	ID      string  `json:"id"`
	Changed []Class `json:"changed"`
}

func (VoteCastData) kind() Kind          { return "vote-cast" }
func (VoteRevokedData) kind() Kind       { return "vote-revoked" }
func (VoteDismissedData) kind() Kind     { return "vote-dismissed" }
func (VoteOutdatedData) kind() Kind      { return "vote-outdated" }
func (DelegatedData) kind() Kind         { return "delegated" }
func (DelegationRevokedData) kind() Kind { return "delegation-revoked" }
func (OverrideProposedData) kind() Kind  { return "override-proposed" }
func (OverriddenData) kind() Kind        { return "overridden" }
func (ApprovalTimedData) kind() Kind     { return "approval-timed" }

// votingReaders read the data of the events of approval.
func votingReaders(kind Kind) (func([]byte) (Data, error), bool) {
	switch kind {
	case VoteCastData{}.kind():
		return read[VoteCastData], true
	case VoteRevokedData{}.kind():
		return read[VoteRevokedData], true
	case VoteDismissedData{}.kind():
		return read[VoteDismissedData], true
	case VoteOutdatedData{}.kind():
		return read[VoteOutdatedData], true
	case DelegatedData{}.kind():
		return read[DelegatedData], true
	case DelegationRevokedData{}.kind():
		return read[DelegationRevokedData], true
	case OverrideProposedData{}.kind():
		return read[OverrideProposedData], true
	case OverriddenData{}.kind():
		return read[OverriddenData], true
	case ApprovalTimedData{}.kind():
		return read[ApprovalTimedData], true
	}
	return nil, false
}

// cloneVoting is the data of an event of approval, sharing no memory with d;
// other data is d itself.
func cloneVoting(d Data) Data {
	switch d := d.(type) {
	case VoteCastData:
		return VoteCastData{Vote: d.Vote.Clone()}
	case VoteOutdatedData:
		return VoteOutdatedData{Votes: cloneEach(d.Votes, Outdated.clone), Overrides: cloneEach(d.Overrides, Outdated.clone)}
	case DelegatedData:
		return DelegatedData{Delegation: d.Delegation.Clone()}
	case OverrideProposedData:
		return OverrideProposedData{Override: d.Override.Clone()}
	case OverriddenData:
		d.By.Roles = slices.Clone(d.By.Roles)
		return d
	case ApprovalTimedData:
		return ApprovalTimedData{Timing: d.Timing.clone()}
	}
	return d
}

func (o Outdated) clone() Outdated {
	o.Changed = slices.Clone(o.Changed)
	return o
}

// voted is the request after an event of approval.
func (r Request) voted(ev Event) Request {
	switch d := ev.Data.(type) {
	case VoteCastData:
		r.Votes = append(slices.Clip(r.Votes), d.Vote.Clone())
	case VoteRevokedData:
		r = r.voteEnded(d.Vote, approval.End{By: ev.Actor, At: ev.At})
	case VoteDismissedData:
		r = r.voteEnded(d.Vote, approval.End{By: ev.Actor, At: ev.At, Reason: d.Reason})
	case VoteOutdatedData:
		r = r.outdated(d)
	case DelegatedData:
		r.Delegations = append(slices.Clip(r.Delegations), d.Delegation.Clone())
	case DelegationRevokedData:
		r.Delegations = cloneEach(r.Delegations, approval.Delegation.Clone)
		if x := r.delegation(d.Delegation); x != nil {
			x.Revoked = ev.at()
		}
	case OverrideProposedData:
		r.Overrides = append(slices.Clip(r.Overrides), d.Override.Clone())
	case OverriddenData:
		r.Overrides = cloneEach(r.Overrides, approval.Override.Clone)
		if o := r.override(d.Override); o != nil {
			by := d.By
			by.Roles = slices.Clone(by.Roles)
			o.Second = &by
		}
	case ApprovalTimedData:
		r.Timing = d.Timing.clone()
	}
	return r
}

func (r Request) voteEnded(id string, end approval.End) Request {
	r.Votes = cloneEach(r.Votes, approval.Vote.Clone)
	if v := r.vote(id); v != nil && v.Ended == nil {
		v.Ended = &end
	}
	return r
}

func (r Request) outdated(d VoteOutdatedData) Request {
	r.Votes = cloneEach(r.Votes, approval.Vote.Clone)
	for _, x := range d.Votes {
		if v := r.vote(x.ID); v != nil {
			v.Changed = append(v.Changed, newly(v.Changed, x.Changed)...)
		}
	}
	r.Overrides = cloneEach(r.Overrides, approval.Override.Clone)
	for _, x := range d.Overrides {
		if o := r.override(x.ID); o != nil {
			o.Changed = append(o.Changed, newly(o.Changed, x.Changed)...)
		}
	}
	return r
}

// roundEnds ends the votes and overrides of a decision: what is asked next is
// asked anew. An objection stands until it is taken back, unless the request is
// reopened.
func (r Request) roundEnds(ev Event, reopened bool) Request {
	end := approval.End{By: ev.Actor, At: ev.At, Over: true, Reason: "decided"}
	if reopened {
		end.Reason = "reopened"
	}
	r.Votes = cloneEach(r.Votes, approval.Vote.Clone)
	for i := range r.Votes {
		v := &r.Votes[i]
		objects := v.Kind == approval.Reject || v.Kind == approval.RequestChanges
		if v.Ended == nil && (reopened || !objects) {
			v.Ended = clonePtr(&end)
		}
	}
	r.Overrides = cloneEach(r.Overrides, approval.Override.Clone)
	for i := range r.Overrides {
		if o := &r.Overrides[i]; o.Ended == nil {
			o.Ended = clonePtr(&end)
		}
	}
	return r
}
