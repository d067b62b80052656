package changereq

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// PolicyRef pins the approval policy, by id and version, that a request is
// judged by.
type PolicyRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// DefaultPolicy asks for one product manager, who must not be the applicant,
// the last to amend something material, or the author of the recommendation.
func DefaultPolicy() approval.Policy {
	return approval.Policy{
		ID: "product-manager", Version: 1, Title: "One product manager",
		Stages: []approval.Stage{{Name: "decision", Requirements: []approval.Requirement{{
			ID: RoleProductManager, Meaning: "approved", From: approval.From{Roles: []string{RoleProductManager}},
			Need: approval.Need{Kind: approval.Any}, Allow: []approval.Duty{approval.Assessor},
		}}}},
	}
}

// The facts that conditions of a policy can ask for.
const (
	FactLifecycle = "lifecycle" // its id
	FactItem      = "item"      // the affected items
	FactAction    = "action"    // what is done to them
	FactRisk      = "risk"      // the band of the highest residual risk
	FactCost      = "cost"      // minor units: the highest total of high estimates in one currency
)

// CompilePolicy checks a policy against what requests have and returns its
// judge, nil if a finding is an error.
func CompilePolicy(p approval.Policy) (*approval.Judge, []approval.Finding) {
	return compilePolicy(p, approval.Directory{})
}

// compilePolicy is CompilePolicy where it is known who holds the roles.
func compilePolicy(p approval.Policy, people approval.Directory) (*approval.Judge, []approval.Finding) {
	return approval.Compile(p, approval.Known{
		Directory: people,
		Facts:     []string{FactLifecycle, FactItem, FactAction, FactRisk, FactCost},
		Classes:   []Class{ClassEditorial, ClassSchedule, ClassScope, ClassRisk, ClassCost, ClassAffected},
	})
}

// defaultJudge judges by DefaultPolicy.
func defaultJudge() *approval.Judge {
	j, _ := CompilePolicy(DefaultPolicy()) // a test compiles it without a finding
	return j
}

// judge is the one of the policy that the request pins or is to pin.
func (d *deliberation) judge() *approval.Judge {
	if d.env.Policy != nil {
		return d.env.Policy
	}
	return d.lc.policy
}

// unsatisfiable keeps a policy from being pinned that nobody could satisfy.
func (d *deliberation) unsatisfiable(edge lifecycle.Edge, v *View) []Unmet {
	if !d.pins(edge) {
		return nil
	}
	return v.shortages()
}

// shortages are the requirements of the policy that nobody could satisfy.
func (v *View) shortages() []Unmet {
	var out []Unmet
	for _, s := range v.Policy.Unreachable(v.approvalCase()) {
		u := unmet("policy", "nobody could satisfy requirement %s of policy %s: it takes %d approvals, and %d people could give one; name more people or another policy",
			s.Requirement, v.Policy.Policy().ID, s.Need, s.Could)
		u.Ref = s.Requirement
		out = append(out, u)
	}
	return out
}

// pins reports whether the move is the first out of where requests begin.
func (d *deliberation) pins(edge lifecycle.Edge) bool {
	return d.req.Policy == (PolicyRef{}) && d.lc.def.Mode == lifecycle.Govern && edge.Outcome == ""
}

// pinned is the policy to pin with a move.
func (d *deliberation) pinned(edge lifecycle.Edge) *PolicyRef {
	if !d.pins(edge) {
		return nil
	}
	ref := refOf(d.judge())
	return &ref
}

func refOf(j *approval.Judge) PolicyRef {
	p := j.Policy()
	return PolicyRef{ID: p.ID, Version: p.Version}
}

// of reports whether the judge judges by that version of that policy.
func (r PolicyRef) of(j *approval.Judge) bool { return refOf(j) == r }

// Verdict judges the request by the policy of the view; the decision itself is
// another matter, see Guards.
func (v *View) Verdict() approval.Verdict { return v.Policy.Verdict(v.approvalCase()) }

// approvalCase is what the judge looks at.
func (v *View) approvalCase() *approval.Case {
	r := v.Request
	now := v.Now
	if now.Before(r.Updated) { // time never falls within a request
		now = r.Updated
	}
	c := &approval.Case{
		Now: now, Content: r.judged().classes(), Applicant: r.Applicant, Amender: r.LastAmender,
		Assessors: r.Assessment.authors(), Implementers: r.implementers(), Owners: r.owners(), Facts: r.facts(),
		Directory: v.People, Votes: r.Votes, Delegations: r.Delegations, Deputies: v.deputies(), Overrides: r.Overrides, BadSignatures: v.BadSignatures,
	}
	if r.Asked != nil {
		c.Asked = *r.Asked
	}
	if r.Brief != nil {
		c.Recommender = r.Brief.By
	}
	return c
}

// judged is the digests that votes are compared with: parts of the assessment
// that an emergency has to do without do not count.
func (r *Request) judged() Digests {
	var without []string
	switch {
	case r.Decision.Verdict.Approves():
		without = r.Decision.Without
	case r.Brief != nil:
		without = r.Brief.Missing
	}
	if len(without) == 0 {
		return r.Digests
	}
	return DigestsOf(r.Content, r.Assessment.without(without))
}

// classes are the digests in the form that votes carry.
func (d Digests) classes() approval.Digests {
	return approval.Digests{
		{Class: ClassEditorial, Digest: approval.Digest(d.Editorial)},
		{Class: ClassSchedule, Digest: approval.Digest(d.Schedule)},
		{Class: ClassScope, Digest: approval.Digest(d.Scope)},
		{Class: ClassRisk, Digest: approval.Digest(d.Risk)},
		{Class: ClassCost, Digest: approval.Digest(d.Cost)},
		{Class: ClassAffected, Digest: approval.Digest(d.Affected)},
	}
}

// authors are the people who assessed a part.
func (a Assessment) authors() []string {
	var out []string
	add := func(p Part) {
		if !slices.Contains(out, p.By) {
			out = append(out, p.By)
		}
	}
	if a.Relevance != nil {
		add(a.Relevance.Part)
	}
	if a.Risk != nil {
		add(a.Risk.Part)
	}
	for i := range a.Opinions {
		add(a.Opinions[i].Part)
	}
	if a.Plan != nil {
		add(a.Plan.Part)
	}
	for _, e := range []*Estimate{a.Benefit, a.Cost} {
		if e != nil {
			add(e.Part)
		}
	}
	return out
}

// implementers are the people who recorded what they changed.
func (r *Request) implementers() []string {
	var out []string
	for i := range r.Results {
		if x := &r.Results[i]; !x.Unchanged && !slices.Contains(out, x.RecordedBy) {
			out = append(out, x.RecordedBy)
		}
	}
	return out
}

func (r *Request) owners() []string {
	var out []string
	for _, a := range r.Content.Affected {
		if a.Owner != "" && !slices.Contains(out, a.Owner) {
			out = append(out, a.Owner)
		}
	}
	return out
}

// facts are what conditions of a policy ask for.
func (r *Request) facts() map[string][]string {
	f := map[string][]string{FactLifecycle: {r.Lifecycle.ID}}
	for _, a := range r.Content.Affected {
		f[FactItem] = append(f[FactItem], string(a.Item))
		if a.Action != "" && !slices.Contains(f[FactAction], string(a.Action)) {
			f[FactAction] = append(f[FactAction], string(a.Action))
		}
	}
	if r.Assessment.Risk != nil {
		f[FactRisk] = []string{string(r.Assessment.Risk.Band)}
	}
	f[FactCost] = []string{strconv.FormatInt(r.Assessment.dearest(), 10)}
	return f
}

// dearest is the largest total of the high estimates in any one currency, those
// of the plan included. The limits of amounts keep it from overflowing.
func (a Assessment) dearest() int64 {
	var amounts []Amount
	if a.Cost != nil {
		amounts = append(amounts, a.Cost.Amounts...)
	}
	if a.Plan != nil {
		amounts = append(amounts, a.Plan.Cost...)
	}
	var top int64
	totals := make(map[string]int64)
	for _, x := range amounts {
		totals[x.Currency] += x.High
		top = max(top, totals[x.Currency])
	}
	return top
}

// unapproved says what the policy still waits for.
func (v *View) unapproved() []Unmet {
	if v.Policy == nil {
		return []Unmet{unmet(guardApproved, "there is no policy to judge the approval by")}
	}
	verdict := v.Verdict()
	if verdict.Approved() {
		return nil
	}
	id := v.Policy.Policy().ID
	var out []Unmet
	for _, s := range verdict.Stages {
		for _, r := range s.Requirements {
			if r.State.Done() || r.State == approval.NotOpen || r.Optional && r.State != approval.Vetoed && r.State != approval.Blocked {
				continue
			}
			u := unmet(guardApproved, "policy %s: %s", id, r.Explain(verdict))
			u.Ref = r.ID
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		out = append(out, unmet(guardApproved, "policy %s: %s", id, verdict.Explain()[0]))
	}
	return out
}

// Policies lists the policies that requests may be judged by, the default
// first.
func (s *Service) Policies() []approval.Policy {
	out := make([]approval.Policy, len(s.cfg.Policies))
	for i, j := range s.cfg.Policies {
		out[i] = j.Policy()
	}
	return out
}

// Policy returns the policy of that id and version, the newest for version 0,
// or ErrNotFound.
func (s *Service) Policy(ref PolicyRef) (approval.Policy, error) {
	var found approval.Policy
	for _, j := range s.cfg.Policies {
		if p := j.Policy(); p.ID == ref.ID && (p.Version == ref.Version || ref.Version == 0 && p.Version > found.Version) {
			found = p
		}
	}
	if found.ID == "" {
		return found, ErrNotFound
	}
	return found, nil
}

// policyFor finds the policy that the request pins or, before it does, is to
// pin.
func (s *Service) policyFor(r *Request) (*approval.Judge, error) {
	ref := r.Policy
	if ref == (PolicyRef{}) {
		if s.cfg.PolicyOf == nil {
			return s.cfg.Policies[0], nil
		}
		ref = s.cfg.PolicyOf(r.Clone())
	}
	if j := s.policies[ref]; j != nil {
		return j, nil
	}
	return nil, &ValidationError{Fields: []Field{{
		Pointer: "/policy", Code: "unknown", Text: "version " + strconv.Itoa(ref.Version) + " of " + strconv.Quote(ref.ID) + " is not a policy of this office: register it",
	}}}
}

// lookUpPolicy finds the policy, the people whom it names, and the signatures
// that do not verify, as far as the command may need them.
func (s *Service) lookUpPolicy(ctx context.Context, tenant string, r *Request, cmd Command, env Env) (Env, error) {
	if r.Events == 0 {
		return env, nil
	}
	var err error
	if env.Policy, err = s.policyFor(r); err != nil || !needsPeople(r, cmd) {
		return env, err
	}
	judges := []*approval.Judge{env.Policy}
	if c, ok := cmd.(Migrate); ok && c.Policy != nil {
		if env.TargetPolicy = s.policies[*c.Policy]; env.TargetPolicy != nil {
			judges = append(judges, env.TargetPolicy)
		}
	}
	if env.People, err = s.people(ctx, tenant, judges...); err != nil {
		return env, err
	}
	if c, ok := cmd.(CastVote); ok && c.For != "" {
		if env.Standing, err = s.standing(ctx, tenant, c.For, &env); err != nil {
			return env, err
		}
	}
	env.BadSignatures, err = s.badSignatures(ctx, tenant, r, judges...)
	return env, err
}

// needsPeople reports whether the command, or nil for a listing, may rest on
// who holds a role: wherever an approval is being given or is not used up.
func needsPeople(r *Request, cmd Command) bool {
	switch r.Category {
	case lifecycle.Done, lifecycle.Void:
		return false
	case lifecycle.Decide, lifecycle.Build, lifecycle.Verify:
		return true
	case lifecycle.Intake, lifecycle.Assess:
	}
	_, moves := cmd.(Move)
	_, decides := cmd.(RecordDecision)
	m, migrates := cmd.(Migrate)
	return cmd == nil || moves || decides || migrates && m.Policy != nil
}

// people asks the directory for the roles and groups that the policies name. What
// it does not answer nobody holds.
func (s *Service) people(ctx context.Context, tenant string, judges ...*approval.Judge) (approval.Directory, error) {
	var roles, groups []string
	for _, j := range judges {
		r, g := j.Names()
		roles, groups = append(roles, r...), append(groups, g...)
	}
	slices.Sort(roles)
	slices.Sort(groups)
	roles, groups = slices.Compact(roles), slices.Compact(groups)
	if s.cfg.People == nil || len(roles)+len(groups) == 0 {
		return approval.Directory{}, nil
	}
	found, err := s.cfg.People(ctx, tenant, roles, groups)
	if err != nil {
		return approval.Directory{}, err
	}
	dir := approval.Directory{Roles: make(map[string][]string, len(roles)), Groups: make(map[string][]string, len(groups))}
	for _, name := range roles {
		dir.Roles[name] = found.Roles[name]
	}
	for _, name := range groups {
		dir.Groups[name] = found.Groups[name]
	}
	return dir, nil
}

// Approval is how the approval of a request stands at a moment.
type Approval struct {
	Policy      approval.Policy
	Pinned      bool // false: the request is to pin it when it is submitted
	Verdict     approval.Verdict
	Votes       []SignedVote // all that were ever cast, oldest first
	Delegations []approval.Delegation
	Overrides   []approval.Override
	At          time.Time
}

// Approval judges the approval of a request now. Signatures are verified, and
// what came of it is stated with each vote.
func (s *Service) Approval(ctx context.Context, tenant string, id ID) (Approval, error) {
	var out Approval
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.ChangeRequest(ctx, id)
		if err != nil {
			return err
		}
		env := Env{Now: Instant(s.cfg.Now())}
		if env.Policy, err = s.policyFor(&r); err != nil {
			return err
		}
		if env.People, err = s.people(ctx, tenant, env.Policy); err != nil {
			return err
		}
		out = Approval{
			Policy: env.Policy.Policy(), Pinned: r.Policy != PolicyRef{}, At: env.Now,
			Delegations: cloneEach(r.Delegations, approval.Delegation.Clone), Overrides: cloneEach(r.Overrides, approval.Override.Clone),
		}
		if out.Votes, err = s.verifyVotes(ctx, tenant, &r); err != nil {
			return err
		}
		for _, v := range out.Votes {
			if v.Signed == SignatureInvalid || v.Signed == SignatureUnverified {
				env.BadSignatures = append(env.BadSignatures, v.ID)
			}
		}
		if env.Standing, err = s.standing(ctx, tenant, "", &env); err != nil {
			return err
		}
		v := &View{
			Request: &r, Now: env.Now, Policy: env.Policy, People: env.People, Standing: env.Standing, BadSignatures: env.BadSignatures,
		}
		out.Verdict = v.Verdict()
		return nil
	})
	return out, err
}
