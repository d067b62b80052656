package changereq

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Standing lets somebody speak for somebody else on every request that asks them:
// a deputy during an absence. The office that knows of absences keeps it, and
// Config.Standing asks for it.
//
// It comes into effect on a request when the deputy votes for the principal: the
// request then gets a delegation of its own that names it, with the scope and the
// times that it has, and the verdict rests on that alone, so that a history can be
// judged without the office's other books. What was cast under it therefore stands
// when it is ended later; the principal's own vote, or RevokeDelegation on the
// request, takes it away. What holds for any delegation holds for it: it cannot be
// passed on, the applicant neither gives nor uses one, and nothing goes in circles.
type Standing struct {
	approval.Delegation // ID names it within the office

	Policies []string `json:"policies,omitempty"` // ids of the policies it is for; empty means all
}

// in reports whether it is in force now under a policy.
func (s *Standing) in(env *Env, policy string) bool {
	return s.Revoked == nil && !env.Now.Before(s.Start) && env.Now.Before(s.End) &&
		(len(s.Policies) == 0 || slices.Contains(s.Policies, policy))
}

// deputise puts the standing delegation from the principal to the actor on the
// request, if there is one that may be used and that the request does not know.
// What is not found here the ballot refuses.
func (d *deliberation) deputise(principal string) {
	policy := d.judge().Policy().ID
	for i := range d.env.Standing {
		s := &d.env.Standing[i]
		if s.From != principal || s.To != d.env.Actor.ID || !s.in(&d.env, policy) || d.req.knows(s) {
			continue
		}
		x := s.Clone()
		x.ID, x.Standing = strconv.FormatInt(d.req.Events+1, 10), s.ID
		x.Scope = d.asked(&x)
		if len(d.undelegable(&x)) > 0 || len(s.Scope) > 0 && len(x.Scope) == 0 {
			continue
		}
		d.delegate(x)
	}
}

// asked is the scope of a delegation as far as the policy asks the principal: the
// scope of a standing one may name requirements of other policies.
func (d *deliberation) asked(x *approval.Delegation) []string {
	lists := d.judge().Lists(d.view().approvalCase(), x.From, x.Roles)
	return slices.DeleteFunc(slices.Clone(x.Scope), func(s string) bool { return !slices.Contains(lists, s) })
}

// knows reports whether the request has a delegation of it, taken back or not.
func (r *Request) knows(s *Standing) bool {
	return slices.ContainsFunc(r.Delegations, func(x approval.Delegation) bool { return x.Standing == s.ID })
}

// deputies are the standing delegations that may be used on the request and are
// not: people who can be asked.
func (v *View) deputies() []approval.Delegation {
	var out []approval.Delegation
	env := Env{Now: v.Now}
	for i := range v.Standing {
		s := &v.Standing[i]
		if s.in(&env, v.Policy.Policy().ID) && !v.Request.knows(s) && s.From != v.Request.Applicant && s.To != v.Request.Applicant {
			out = append(out, s.Delegation)
		}
	}
	return out
}

// standing asks for the standing delegations of a principal; empty means all.
func (s *Service) standing(ctx context.Context, tenant, principal string, env *Env) ([]Standing, error) {
	if s.cfg.Standing == nil {
		return nil, nil
	}
	found, err := s.cfg.Standing(ctx, tenant, principal, env.Now)
	if err != nil {
		return nil, fmt.Errorf("changereq: standing delegations: %w", err)
	}
	out := cloneEach(found, func(x Standing) Standing {
		x.Delegation, x.Policies = x.Clone(), slices.Clone(x.Policies)
		x.Start, x.End, x.Revoked = Instant(x.Start), Instant(x.End), instant(x.Revoked)
		slices.Sort(x.Scope)
		return x
	})
	var f fields
	for i := range out {
		out[i].validate(&f, element("", "standing", i))
	}
	if err := f.err(); err != nil {
		return nil, fmt.Errorf("changereq: standing delegations: %v", err) //nolint:errorlint // not the caller's fault, and so not ErrInvalid
	}
	return out, nil
}

// validate holds what the office answers to the form that requests are kept in.
func (s *Standing) validate(f *fields, at string) {
	f.name(at+"/id", s.ID, required)
	f.name(at+"/from", s.From, required)
	f.name(at+"/to", s.To, required)
	f.atMost(at+"/scope", len(s.Scope), maxLines)
	for _, name := range slices.Concat(s.Scope, s.Roles) {
		f.name(at+"/scope", name, required)
	}
	f.time(at+"/start", &s.Start)
	f.time(at+"/end", &s.End)
	f.require(at+"/reason", s.Reason)
	f.text(at+"/reason", s.Reason, maxText)
}
