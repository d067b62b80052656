package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// CastVote votes on the current brief.
func (a *api) CastVote(ctx context.Context, in CastVoteRequestObject) (CastVoteResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", voteFrom(*in.Body))
	return CastVote200JSONResponse{out}, err
}

// RevokeVote takes back a vote.
func (a *api) RevokeVote(ctx context.Context, in RevokeVoteRequestObject) (RevokeVoteResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.RevokeVote{Vote: in.Vote})
	return RevokeVote200JSONResponse{out}, err
}

// DismissVote sets a request for changes aside.
func (a *api) DismissVote(ctx context.Context, in DismissVoteRequestObject) (DismissVoteResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.DismissVote{Vote: in.Vote, Reason: in.Body.Reason})
	return DismissVote200JSONResponse{out}, err
}

// DelegateVote lets somebody else speak for the caller.
func (a *api) DelegateVote(ctx context.Context, in DelegateVoteRequestObject) (DelegateVoteResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", delegateFrom(*in.Body))
	return DelegateVote200JSONResponse{out}, err
}

// RevokeDelegation takes back a delegation.
func (a *api) RevokeDelegation(ctx context.Context, in RevokeDelegationRequestObject) (RevokeDelegationResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.RevokeDelegation{Delegation: in.Delegation})
	return RevokeDelegation200JSONResponse{out}, err
}

// ProposeOverride proposes to set a requirement aside.
func (a *api) ProposeOverride(ctx context.Context, in ProposeOverrideRequestObject) (ProposeOverrideResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", overrideFrom(*in.Body))
	return ProposeOverride200JSONResponse{out}, err
}

// ConsentOverride is the second person's consent.
func (a *api) ConsentOverride(ctx context.Context, in ConsentOverrideRequestObject) (ConsentOverrideResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.ConsentOverride{Override: in.Override, Brief: int(in.Body.Brief)})
	return ConsentOverride200JSONResponse{out}, err
}

// GetApproval says how the approval of a request stands.
func (a *api) GetApproval(ctx context.Context, in GetApprovalRequestObject) (GetApprovalResponseObject, error) {
	got, err := a.desk.Approval(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID))
	if err != nil {
		return nil, err
	}
	return GetApproval200JSONResponse(approvalTo(got)), nil
}

// ListPolicies lists the approval policies of this office, the default first.
func (a *api) ListPolicies(context.Context, ListPoliciesRequestObject) (ListPoliciesResponseObject, error) {
	return ListPolicies200JSONResponse{Items: listed(a.desk.Policies(), policyTo)}, nil
}

// GetPolicy returns a policy as it is defined.
func (a *api) GetPolicy(_ context.Context, in GetPolicyRequestObject) (GetPolicyResponseObject, error) {
	p, err := a.desk.Policy(changereq.PolicyRef{ID: in.ID, Version: int(value(in.Params.Version))})
	return GetPolicy200JSONResponse(policyTo(p)), err
}
