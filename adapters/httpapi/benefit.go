package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// AskPlan asks the plan what the change would do to it.
func (a *api) AskPlan(ctx context.Context, in AskPlanRequestObject) (AskPlanResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.AskPlan{})
	return AskPlan200JSONResponse{out}, err
}

// RecordRealised records what a closed change has brought.
func (a *api) RecordRealised(ctx context.Context, in RecordRealisedRequestObject) (RecordRealisedResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", realisedFrom(*in.Body))
	return RecordRealised200JSONResponse{out}, err
}

// ScoreBenefits holds what a closed change has brought against its claims.
func (a *api) ScoreBenefits(ctx context.Context, in ScoreBenefitsRequestObject) (ScoreBenefitsResponseObject, error) {
	scores, err := a.desk.BenefitScores(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID))
	return ScoreBenefits200JSONResponse{Items: listed(scores, scoreTo)}, err
}
