package httpapi

import (
	"cmp"
	"context"
	"time"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

const planPath = "/v1/plans/"

// statusDate is the instant to answer for; none is now.
func (a *api) statusDate(t *time.Time) time.Time {
	if t == nil {
		return a.now()
	}
	return moment(t)
}

// CreatePlan keeps a plan.
func (a *api) CreatePlan(ctx context.Context, in CreatePlanRequestObject) (CreatePlanResponseObject, error) {
	var r planReader
	p := r.plan(*in.Body)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	stamp := a.desk.Planning().Stamp(principalOf(ctx).Actor.ID)
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		kept, err := a.desk.Planning().DoTx(ctx, tx, stamp, p.ID, 0, plans.Create{Plan: p})
		if err != nil {
			return reply{}, err
		}
		return created(inShort(kept), map[string]string{"ETag": etagOf(kept.Rev), "Location": planPath + kept.ID})
	})
}

// ListPlans lists plans by id.
func (a *api) ListPlans(ctx context.Context, in ListPlansRequestObject) (ListPlansResponseObject, error) {
	page, next, err := a.desk.Planning().Plans(ctx, principalOf(ctx).Tenant, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListPlans200JSONResponse{Items: listed(page, planSummaryTo), NextPageToken: text(next)}, nil
}

// GetPlan returns a plan as it is or was.
func (a *api) GetPlan(ctx context.Context, in GetPlanRequestObject) (GetPlanResponseObject, error) {
	tenant := principalOf(ctx).Tenant
	if in.Params.AsOf != nil {
		p, err := a.desk.Planning().PlanAsOf(ctx, tenant, in.ID, moment(in.Params.AsOf))
		p.Rev = 0
		return GetPlan200JSONResponse{PlanStateJSONResponse{Body: keptPlanTo(p)}}, err
	}
	p, err := a.desk.Planning().Plan(ctx, tenant, in.ID)
	if err != nil {
		return nil, err
	}
	etag := etagOf(p.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetPlan200JSONResponse{PlanStateJSONResponse{Body: keptPlanTo(p), Headers: PlanStateResponseHeaders{ETag: &etag}}}, nil
}

// changePlan gives a command to a plan.
func (a *api) changePlan(ctx context.Context, id, ifMatch string, c plans.Command) (CurrentPlanJSONResponse, error) {
	p := principalOf(ctx)
	kept, err := a.desk.Planning().Do(ctx, p.Tenant, p.Actor.ID, id, revOf(ifMatch), c)
	return currentPlan(kept), err
}

func currentPlan(p schedule.Plan) CurrentPlanJSONResponse {
	return CurrentPlanJSONResponse{Body: inShort(p), Headers: CurrentPlanResponseHeaders{ETag: etagOf(p.Rev)}}
}

// RevisePlan changes what is planned.
func (a *api) RevisePlan(ctx context.Context, in RevisePlanRequestObject) (RevisePlanResponseObject, error) {
	var r planReader
	c := r.revision(*in.Body)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	out, err := a.changePlan(ctx, in.ID, in.Params.IfMatch, c)
	return RevisePlan200JSONResponse{out}, err
}

// RecordProgress sets what has happened.
func (a *api) RecordProgress(ctx context.Context, in RecordProgressRequestObject) (RecordProgressResponseObject, error) {
	out, err := a.changePlan(ctx, in.ID, in.Params.IfMatch, plans.Record{Progress: eachOf(in.Body.Items, func(x ActivityProgressInput) plans.Progress {
		return plans.Progress{Activity: x.Activity, Actual: actualFrom(x.Actual)}
	})})
	return RecordProgress200JSONResponse{out}, err
}

// TakeBaseline keeps the dates of the plan.
func (a *api) TakeBaseline(ctx context.Context, in TakeBaselineRequestObject) (TakeBaselineResponseObject, error) {
	out, err := a.changePlan(ctx, in.ID, in.Params.IfMatch, plans.TakeBaseline{Label: in.Body.Name, AsOf: a.statusDate(in.Body.AsOf)})
	return TakeBaseline200JSONResponse{out}, err
}

const proposalPath = "/v1/plan-proposals/"

// ProposePlanChange works out what would have to move.
func (a *api) ProposePlanChange(ctx context.Context, in ProposePlanChangeRequestObject) (ProposePlanChangeResponseObject, error) {
	p, s := principalOf(ctx), a.desk.Planning()
	terms, err := s.Settle(ctx, p.Tenant, in.ID, planning.Terms{
		AsOf: a.statusDate(in.Body.AsOf), PullIn: value(in.Body.PullIn), Move: in.Body.Move, WaitForSupplies: value(in.Body.WaitForSupplies),
		Floors: eachOf(in.Body.Floors, floorFrom),
	})
	if err != nil {
		return nil, err
	}
	stamp, id := s.Stamp(p.Actor.ID), cmp.Or(value(in.Body.ID), a.cfg.NewID())
	return a.once(ctx, in.Params.IdempotencyKey, in.ID, func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		kept, err := s.ProposeTx(ctx, tx, stamp, id, in.ID, value(in.Body.Rev), terms)
		if err != nil {
			return reply{}, err
		}
		out := planProposalTo(kept)
		out.Moves = nil // they are asked for
		return created(out, map[string]string{"ETag": etagOf(kept.Rev), "Location": proposalPath + kept.ID})
	})
}

// ListPlanProposals lists the proposals of a plan.
func (a *api) ListPlanProposals(ctx context.Context, in ListPlanProposalsRequestObject) (ListPlanProposalsResponseObject, error) {
	page, next, err := a.desk.Planning().Proposals(ctx, principalOf(ctx).Tenant, in.ID, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListPlanProposals200JSONResponse{Items: listed(page, planProposalTo), NextPageToken: text(next)}, nil
}

// GetPlanProposal returns a proposal with its moves.
func (a *api) GetPlanProposal(ctx context.Context, in GetPlanProposalRequestObject) (GetPlanProposalResponseObject, error) {
	p, err := a.desk.Planning().Proposal(ctx, principalOf(ctx).Tenant, in.ID)
	return GetPlanProposal200JSONResponse{Body: planProposalTo(p), Headers: GetPlanProposal200ResponseHeaders{ETag: etagOf(p.Rev)}}, err
}

// AcceptPlanProposal makes a proposal the plan.
func (a *api) AcceptPlanProposal(ctx context.Context, in AcceptPlanProposalRequestObject) (AcceptPlanProposalResponseObject, error) {
	p := principalOf(ctx)
	kept, err := a.desk.Planning().AcceptProposal(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Confirm)
	return AcceptPlanProposal200JSONResponse{currentPlan(kept)}, err
}
