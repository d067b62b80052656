package httpapi

import (
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
)

func voteFrom(in VoteInput) changereq.CastVote {
	return changereq.CastVote{
		Brief: int(in.Brief), Kind: approval.Kind(in.Kind), Comment: value(in.Comment), For: value(in.For), Sign: value(in.Sign),
	}
}

func delegateFrom(in DelegationInput) changereq.Delegate {
	return changereq.Delegate{
		To: in.To, Scope: in.Scope, Start: changereq.Instant(in.Start), End: changereq.Instant(in.End), Reason: in.Reason,
	}
}

func overrideFrom(in OverrideInput) changereq.Override {
	return changereq.Override{Requirement: in.Requirement, Brief: int(in.Brief), Reason: in.Reason}
}

func policyRefTo(p changereq.PolicyRef) PolicyRef {
	return PolicyRef{ID: p.ID, Version: narrow(p.Version)}
}

// policyPinned leaves out a policy that is not pinned yet.
func policyPinned(p changereq.PolicyRef) *PolicyRef {
	if p == (changereq.PolicyRef{}) {
		return nil
	}
	return new(policyRefTo(p))
}

func digestListTo(d approval.Digests) []ClassDigest {
	return listed(d, func(x approval.ClassDigest) ClassDigest {
		return ClassDigest{Class: string(x.Class), Digest: string(x.Digest)}
	})
}

func voteTo(v approval.Vote) Vote {
	return Vote{
		ID: v.ID, By: v.By, For: text(v.For), Kind: string(v.Kind), Comment: text(v.Comment), Roles: v.Roles,
		Brief: optional(narrow(v.Brief)), Content: text(v.Content), Digests: digestListTo(v.Digests), At: v.At,
		Changed: eachOf(v.Changed, plain[approval.Class, string]), Ended: via(v.Ended, voteEndTo), Signature: via(v.Signature, signatureTo),
	}
}

func signedVoteTo(s changereq.SignedVote) SignedVote {
	v := voteTo(s.Vote)
	return SignedVote{
		ID: v.ID, By: v.By, For: v.For, Kind: v.Kind, Comment: v.Comment, Roles: v.Roles, Brief: v.Brief, Content: v.Content,
		Digests: v.Digests, At: v.At, Changed: v.Changed, Ended: v.Ended, Signature: v.Signature, Signed: string(s.Signed),
	}
}

func voteEndTo(e approval.End) VoteEnd {
	return VoteEnd{By: e.By, At: e.At, Reason: text(e.Reason), Over: optional(e.Over)}
}

func signatureTo(s approval.Signature) Signature {
	return Signature{Name: s.Name, Meaning: s.Meaning, Key: text(s.Key), Value: s.Value}
}

func delegationTo(d approval.Delegation) Delegation {
	return Delegation{
		ID: d.ID, From: d.From, To: d.To, Scope: d.Scope, Start: d.Start, End: d.End, Reason: d.Reason, Roles: d.Roles, Revoked: d.Revoked,
		Standing: text(d.Standing),
	}
}

func overrideTo(o approval.Override) Override {
	return Override{
		ID: o.ID, Requirement: o.Requirement, Reason: o.Reason, First: consentTo(o.First), Second: via(o.Second, consentTo),
		Brief: optional(narrow(o.Brief)), Content: text(o.Content), Digests: digestListTo(o.Digests),
		Changed: eachOf(o.Changed, plain[approval.Class, string]), Ended: via(o.Ended, voteEndTo),
	}
}

func consentTo(c approval.Consent) Consent { return Consent{By: c.By, Roles: c.Roles, At: c.At} }

func approvalTo(a changereq.Approval) Approval {
	v := a.Verdict
	return Approval{
		Policy: policyRefTo(changereq.PolicyRef{ID: a.Policy.ID, Version: a.Policy.Version}), Pinned: a.Pinned, At: a.At,
		State: string(v.State), Stage: text(v.Stage), Explanation: v.Explain(), Stages: listed(v.Stages, stageVerdictTo),
		Asked: eachOf(v.Asked, func(x approval.Ask) Ask {
			return Ask{Person: x.Person, For: text(x.For), Requirement: x.Requirement}
		}),
		Barred: eachOf(v.Barred, func(x approval.Bar) Bar {
			return Bar{Person: x.Person, Requirement: x.Requirement, Duty: string(x.Duty)}
		}),
		Ignored: eachOf(v.Ignored, standingTo), Since: v.Since, Next: v.Next, Votes: listed(a.Votes, signedVoteTo),
		Delegations: eachOf(a.Delegations, delegationTo), Overrides: eachOf(a.Overrides, overrideTo),
	}
}

func stageVerdictTo(s approval.StageVerdict) StageVerdict {
	return StageVerdict{Name: s.Name, State: string(s.State), Opened: s.Opened, Requirements: listed(s.Requirements, requirementVerdictTo)}
}

// requirementVerdictTo leaves out how many may approve if nobody knows.
func requirementVerdictTo(r approval.RequirementVerdict) RequirementVerdict {
	out := RequirementVerdict{
		ID: r.ID, State: string(r.State), Optional: optional(r.Optional), Need: narrow(r.Need), Have: narrow(r.Have),
		Voices: eachOf(r.Voices, standingTo), Override: text(r.Override), Due: r.Due, Overdue: optional(r.Overdue),
	}
	if r.Eligible >= 0 {
		out.Eligible = new(narrow(r.Eligible))
	}
	return out
}

func standingTo(s approval.Standing) Standing {
	return Standing{Vote: s.Vote, By: s.By, For: text(s.For), Kind: string(s.Kind), Status: string(s.Status)}
}

func policyTo(p approval.Policy) Policy {
	return Policy{
		ID: p.ID, Version: narrow(p.Version), Title: text(p.Title), LastCall: durationTo(p.LastCall), Override: policyFromTo(p.Override),
		Stages: listed(p.Stages, func(s approval.Stage) PolicyStage {
			return PolicyStage{Name: s.Name, Matching: text(s.Matching), Requirements: listed(s.Requirements, requirementTo)}
		}),
	}
}

func requirementTo(r approval.Requirement) Requirement {
	return Requirement{
		ID: r.ID, Meaning: text(r.Meaning), From: value(policyFromTo(r.From)), Optional: optional(r.Optional), Veto: text(r.Veto),
		Vetoers: policyFromTo(r.Vetoers), Allow: eachOf(r.Allow, plain[approval.Duty, string]), Signed: optional(r.Signed),
		Expires: durationTo(r.Expires), Sticky: eachOf(r.Sticky, plain[approval.Class, string]), Due: durationTo(r.Due),
		Need: Need{
			Kind: string(r.Need.Kind), Count: optional(narrow(r.Need.Count)), BasisPoints: optional(narrow(r.Need.BasisPoints)),
			Rounding: text(r.Need.Rounding),
		},
		When: eachOf(r.When, func(w approval.Condition) PolicyCondition {
			return PolicyCondition{Fact: w.Fact, In: w.In, AtLeast: w.AtLeast}
		}),
	}
}

// policyFromTo leaves out people that are nobody.
func policyFromTo(f approval.From) *PolicyFrom {
	if len(f.Users)+len(f.Roles)+len(f.Groups) == 0 && !f.Owners {
		return nil
	}
	return &PolicyFrom{Users: f.Users, Roles: f.Roles, Groups: f.Groups, Owners: optional(f.Owners)}
}

func durationTo(d approval.Duration) *string {
	if d == 0 {
		return nil
	}
	return new(time.Duration(d).String())
}
