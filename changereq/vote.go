package changereq

import (
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// CastVote votes on exactly the content that the current brief shows. Casting
// the same vote again while it stands changes nothing.
type CastVote struct {
	Brief   int           `json:"brief"` // the number of the current brief
	Kind    approval.Kind `json:"kind"`
	Comment string        `json:"comment,omitempty"` // required when rejecting or requesting changes
	For     string        `json:"for,omitempty"`     // whom the voter stands in for
	Sign    bool          `json:"sign,omitempty"`    // with a signature of the voter's
}

// RevokeVote takes back a vote; its caster may, and whoever it was cast for.
type RevokeVote struct {
	Vote string `json:"vote"`
}

// DismissVote sets a request for changes aside that nobody takes back. The
// coordinator may, and the voter and the applicant are told. A veto is not
// dismissed: it is taken back, or its requirement is overridden.
type DismissVote struct {
	Vote   string `json:"vote"`
	Reason string `json:"reason"`
}

// Name of the command.
func (CastVote) Name() string { return "vote" }

// Name of the command.
func (RevokeVote) Name() string { return "revoke-vote" }

// Name of the command.
func (DismissVote) Name() string { return "dismiss-vote" }

func (c CastVote) validate(f *fields) {
	f.oneOf("/kind", string(c.Kind), string(approval.Approve), string(approval.Reject), string(approval.Abstain), string(approval.RequestChanges))
	f.within("/brief", c.Brief, 1, maxFacts)
	f.text("/comment", c.Comment, maxText)
	if c.Kind == approval.Reject || c.Kind == approval.RequestChanges {
		f.require("/comment", c.Comment)
	}
	f.name("/for", c.For, optional)
}

func (c RevokeVote) validate(f *fields) { f.name("/vote", c.Vote, required) }

func (c DismissVote) validate(f *fields) {
	f.name("/vote", c.Vote, required)
	f.require("/reason", c.Reason)
	f.text("/reason", c.Reason, maxText)
}

func (c CastVote) decide(d *deliberation) error {
	if err := d.votable(); err != nil {
		return err
	}
	v := d.view()
	v.Brief = c.Brief
	if open := briefed(v); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.deputise(c.For)
	b := d.ballot(c.Kind, c.For)
	if open := b.refusal(); len(open) > 0 {
		return refused(d.command, open...)
	}
	if b.stands() {
		return nil
	}
	return b.record(c.Comment, c.Sign)
}

// votable refuses where nothing is being decided.
func (d *deliberation) votable() error {
	in := []lifecycle.Category{lifecycle.Decide}
	if d.lc.def.Emergency {
		in = append(in, lifecycle.Build, lifecycle.Verify)
	}
	return d.requireCategory("voting", in...)
}

// ballot is a vote that is about to be cast.
type ballot struct {
	*deliberation

	kind    approval.Kind
	person  string // whose voice it is
	proxy   string // For of the vote
	roles   []string
	judge   *approval.Judge
	inCase  *approval.Case
	verdict approval.Verdict
	listed  []string // requirements that list the person
}

func (d *deliberation) ballot(kind approval.Kind, principal string) *ballot {
	b := &ballot{deliberation: d, kind: kind, person: d.env.Actor.ID, roles: d.req.roles(d.env.Actor), judge: d.judge()}
	b.inCase = d.view().approvalCase()
	if principal != "" && principal != b.person {
		b.person, b.proxy, b.roles = principal, principal, d.req.delegatedRoles(principal, b.person)
	}
	b.listed = b.judge.Lists(b.inCase, b.person, b.roles)
	b.verdict = b.judge.Verdict(b.inCase)
	return b
}

// refusal says what stands against the vote: whoever is not asked cannot
// answer.
func (b *ballot) refusal() []Unmet {
	actor, policy := b.env.Actor.ID, b.judge.Policy().ID
	if len(b.listed) == 0 {
		return []Unmet{unmet("role", "policy %s does not ask %s: only whom a requirement lists can vote", policy, b.person)}
	}
	if b.proxy != "" {
		b.listed = slices.DeleteFunc(slices.Clone(b.listed), func(req string) bool {
			return !slices.ContainsFunc(b.req.Delegations, func(x approval.Delegation) bool {
				return x.From == b.person && x.To == actor && x.Covers(req, b.inCase.Now)
			})
		})
		if len(b.listed) == 0 {
			return []Unmet{unmet("delegation", "%s does not stand in for %s now: %s has to delegate first", actor, b.person, b.person)}
		}
	}
	if b.kind != approval.Approve {
		return nil
	}
	if duty, all := b.barred(actor); all {
		return []Unmet{unmet(guardDuties, "%s is barred from approving as %s: somebody else has to", actor, duty)}
	}
	if !slices.ContainsFunc(b.listed, b.open) {
		return []Unmet{unmet("stage", "the stage that asks %s is not open: stage %s comes first", b.person, b.verdict.Stage)}
	}
	return nil
}

// barred reports the duty that keeps the voice from every requirement that
// lists it.
func (b *ballot) barred(actor string) (duty approval.Duty, all bool) {
	for _, req := range b.listed {
		bar := b.judge.Bars(b.inCase, req, actor)
		if bar == "" {
			bar = b.judge.Bars(b.inCase, req, b.person)
		}
		if bar == "" {
			return "", false
		}
		duty = bar
	}
	return duty, true
}

// open reports whether the stage of a requirement is open or was.
func (b *ballot) open(requirement string) bool {
	for _, s := range b.verdict.Stages {
		for _, r := range s.Requirements {
			if r.ID == requirement {
				return r.State != approval.NotOpen
			}
		}
	}
	return false
}

// stands reports whether the same vote of the same voter was cast and stands.
func (b *ballot) stands() bool {
	for _, s := range b.verdict.Stages {
		for _, r := range s.Requirements {
			for _, x := range r.Voices {
				if x.By == b.env.Actor.ID && x.For == b.proxy && x.Kind == b.kind &&
					(x.Status == approval.Counts || x.Status == approval.Spare || x.Status == approval.Heard) {
					return true
				}
			}
		}
	}
	return false
}

// record records the vote, bound to the content that was judged.
func (b *ballot) record(comment string, sign bool) error {
	v := approval.Vote{
		ID: strconv.FormatInt(b.req.Events+1, 10), By: b.env.Actor.ID, For: b.proxy, Kind: b.kind, Comment: comment,
		Content: approval.Digest(b.req.Digests.Material), Digests: b.inCase.Content, At: b.inCase.Now,
	}
	for _, role := range b.req.roles(b.env.Actor) {
		if role != RoleApplicant && !slices.Contains(v.Roles, role) {
			v.Roles = append(v.Roles, role)
		}
	}
	if b.req.Brief != nil {
		v.Brief = b.req.Brief.Number
	}
	if sign {
		if b.env.Signature == nil {
			return refused(b.command, unmet("signature", "this office has nothing to sign with: vote without a signature, or configure a signer"))
		}
		sig := *b.env.Signature
		sig.Meaning = b.meaning()
		v.Signature = &sig
	}
	b.emit(VoteCastData{Vote: v})
	return nil
}

// meaning is what the approval says: the meaning of the first requirement that
// asks for it.
func (b *ballot) meaning() string {
	for _, req := range b.listed {
		if r, ok := b.judge.Requirement(req); ok && r.Meaning != "" && b.open(req) {
			return r.Meaning
		}
	}
	return string(b.kind)
}

// castWith casts the decider's vote by the decision, where the policy lists the
// decider and the vote does not stand already. Whoever is barred or not asked
// casts none; the policy then has to be satisfied without.
func (d *deliberation) castWith(c RecordDecision) error {
	if !c.Verdict.Approves() {
		return nil
	}
	b := d.ballot(approval.Approve, "")
	switch open := b.refusal(); {
	case len(open) == 0 && !b.stands():
		return b.record(c.Text, c.Sign)
	case c.Sign:
		return refused(d.command, unmet("signature", "the decision casts no vote of %s's that could be signed: decide without a signature", d.env.Actor.ID))
	}
	return nil
}

func (c RevokeVote) decide(d *deliberation) error {
	v, err := d.voteNamed(c.Vote)
	switch {
	case err != nil:
		return err
	case v.By != d.env.Actor.ID && v.For != d.env.Actor.ID:
		return refused(d.command, unmet("role", "the vote is %s's: only the voter, or whom it was cast for, can take it back", v.By))
	case v.Ended != nil:
		return nil
	}
	if err := d.votable(); err != nil {
		return err
	}
	d.emit(VoteRevokedData(c))
	return nil
}

func (c DismissVote) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	v, err := d.voteNamed(c.Vote)
	switch actor := d.env.Actor.ID; {
	case err != nil:
		return err
	case v.Kind != approval.RequestChanges:
		return refused(d.command, unmet("vote", "vote %s is no request for changes: its voter can take it back, or an override sets it aside", v.ID))
	case actor == d.req.Applicant || actor == d.req.LastAmender:
		return refused(d.command, unmet(guardDuties, "%s answers for what stands there and cannot dismiss objections to it: another coordinator has to", actor))
	case v.Ended != nil:
		return nil
	}
	if err := d.votable(); err != nil {
		return err
	}
	d.emit(VoteDismissedData(c))
	d.oweTo(d.req.Number+": the request for changes of "+v.By+" was dismissed", d.req.Applicant, v.By, v.For)
	return nil
}

// voteNamed finds a vote.
func (d *deliberation) voteNamed(id string) (approval.Vote, error) {
	if v := d.req.vote(id); v != nil {
		return *v, nil
	}
	return approval.Vote{}, refused(d.command, unmet("vote", "%s has no such vote: list its votes", d.req.Number))
}

func (r *Request) vote(id string) *approval.Vote {
	i := slices.IndexFunc(r.Votes, func(v approval.Vote) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Votes[i]
}

// outdate records which votes and overrides an amendment has made outdated, and
// owes their owners and the applicant a notice. What is once outdated never
// comes back, not even when the text does.
func (d *deliberation) outdate() {
	if len(d.req.Votes) == 0 && len(d.req.Overrides) == 0 {
		return
	}
	now, judge := d.req.judged().classes(), d.judge()
	var data VoteOutdatedData
	tell := []string{d.req.Applicant}
	for i := range d.req.Votes {
		v := &d.req.Votes[i]
		changed := newly(v.Changed, v.Digests.Changed(now))
		if v.Ended != nil || v.Kind == approval.Reject || v.Kind == approval.RequestChanges || !judge.Outdates(changed) {
			continue
		}
		data.Votes = append(data.Votes, Outdated{ID: v.ID, Changed: changed})
		tell = append(tell, v.By, v.For)
	}
	for i := range d.req.Overrides {
		o := &d.req.Overrides[i]
		if changed := newly(o.Changed, o.Digests.Changed(now)); o.Ended == nil && judge.Outdates(changed) {
			data.Overrides = append(data.Overrides, Outdated{ID: o.ID, Changed: changed})
			tell = append(tell, o.First.By)
			if o.Second != nil {
				tell = append(tell, o.Second.By)
			}
		}
	}
	if len(data.Votes)+len(data.Overrides) == 0 {
		return
	}
	d.emit(data)
	d.oweTo(d.req.Number+": votes are outdated by an amendment", tell...)
}

// newly is what of the changed classes is material and was not known yet.
func newly(known, changed []Class) []Class {
	var out []Class
	for _, c := range changed {
		if c != ClassEditorial && !slices.Contains(known, c) {
			out = append(out, c)
		}
	}
	return out
}
