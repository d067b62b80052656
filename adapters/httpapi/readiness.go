package httpapi

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

// GetReadiness says whether everything is in place.
func (a *api) GetReadiness(ctx context.Context, in GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	r, err := a.desk.Planning().Readiness(ctx, principalOf(ctx).Tenant, in.ID, a.statusDate(in.Params.AsOf))
	if err != nil {
		return nil, err
	}
	return GetReadiness200JSONResponse(readinessTo(r)), nil
}

// ListPlanActions lists what is to be done by when.
func (a *api) ListPlanActions(ctx context.Context, in ListPlanActionsRequestObject) (ListPlanActionsResponseObject, error) {
	r, err := a.desk.Planning().Readiness(ctx, principalOf(ctx).Tenant, in.ID, a.statusDate(in.Params.AsOf))
	if err != nil {
		return nil, err
	}
	var of []schedule.Part
	for p := schedule.Materials; in.Params.Part != nil && p <= schedule.Approvals; p++ {
		if p.String() == string(*in.Params.Part) {
			of = append(of, p)
		}
	}
	return ListPlanActions200JSONResponse{Items: listed(r.OpenActions(of...), actionTo)}, nil
}

// ExplainActivity says why an activity stands as it does.
func (a *api) ExplainActivity(ctx context.Context, in ExplainActivityRequestObject) (ExplainActivityResponseObject, error) {
	r, err := a.desk.Planning().Readiness(ctx, principalOf(ctx).Tenant, in.ID, a.statusDate(in.Params.AsOf))
	if err != nil {
		return nil, err
	}
	e, ok := r.Explain(in.Params.Activity)
	if !ok {
		return nil, fmt.Errorf("%w: plan %q has no activity %q", errNoPath, in.ID, in.Params.Activity)
	}
	return ExplainActivity200JSONResponse(explanationTo(e)), nil
}

// AnswerWhatIf says what a change would do.
func (a *api) AnswerWhatIf(ctx context.Context, in AnswerWhatIfRequestObject) (AnswerWhatIfResponseObject, error) {
	var r planReader
	q := planning.Question{Moves: eachOf(in.Body.Moves, floorFrom)}
	for i, x := range in.Body.Orders {
		q.Orders = append(q.Orders, planning.OrderNow{
			Item: x.Item, Place: value(x.Place), Supplier: value(x.Supplier), Quantity: x.Quantity, Due: r.date(fmt.Sprintf("/orders/%d/due", i), x.Due),
		})
	}
	for i, x := range in.Body.Pulls {
		q.Pulls = append(q.Pulls, planning.Pull{Order: x.Order, Due: r.date(fmt.Sprintf("/pulls/%d/due", i), &x.Due)})
	}
	for i, x := range in.Body.People {
		q.People = append(q.People, staff.Person{ID: x.ID, Calendar: value(x.Calendar), Skills: r.skills(fmt.Sprintf("/people/%d", i), x.Skills)})
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	answer, err := a.desk.Planning().WhatIf(ctx, principalOf(ctx).Tenant, in.ID, a.statusDate(in.Body.AsOf), q)
	if err != nil {
		return nil, err
	}
	return AnswerWhatIf200JSONResponse{
		Before: sumTo(answer.Before.Plan()), After: sumTo(answer.After.Plan()), Changes: changesTo(answer.Before, answer.After),
	}, nil
}

// SimulateRisk says how sure the dates are.
func (a *api) SimulateRisk(ctx context.Context, in SimulateRiskRequestObject) (SimulateRiskResponseObject, error) {
	b := in.Body
	seed := value(b.Seed)
	got, err := a.desk.Planning().Risk(ctx, principalOf(ctx).Tenant, in.ID, a.statusDate(b.AsOf), planning.RiskTerms{
		Runs: int(value(b.Runs)), Seed: uint64(seed), Low: int(value(b.Low)), High: int(value(b.High)),
		LeadLow: int(value(b.LeadLow)), LeadHigh: int(value(b.LeadHigh)), Correlation: value(b.Correlation),
	})
	if err != nil {
		return nil, err
	}
	return SimulateRisk200JSONResponse(riskRunTo(got, seed)), nil
}
