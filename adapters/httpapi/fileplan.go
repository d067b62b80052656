package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// AddPlanClass adds a version of a class to the file plan.
func (a *api) AddPlanClass(ctx context.Context, in AddPlanClassRequestObject) (AddPlanClassResponseObject, error) {
	class, now := planClassFrom(*in.Body), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		row, err := a.desk.AddClassTx(ctx, tx, p.Actor.ID, now, class)
		if err != nil {
			return reply{}, err
		}
		return created(planClassTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/classes"})
	})
}

// ListPlanClasses lists the file plan.
func (a *api) ListPlanClasses(ctx context.Context, in ListPlanClassesRequestObject) (ListPlanClassesResponseObject, error) {
	page, next, err := a.desk.Classes(ctx, principalOf(ctx).Tenant, cut("", "", in.Params.PageSize, in.Params.PageToken))
	if err != nil {
		return nil, badToken(err)
	}
	return ListPlanClasses200JSONResponse{Items: listed(page, planClassTo), NextPageToken: text(next)}, nil
}

// OpenAggregation adds a file, folder or volume.
func (a *api) OpenAggregation(ctx context.Context, in OpenAggregationRequestObject) (OpenAggregationResponseObject, error) {
	b, now := in.Body, a.now()
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		row, err := a.desk.OpenAggregationTx(ctx, tx, p.Actor.ID, now, fileplan.Aggregation{ID: b.ID, Title: b.Title, Parent: value(b.Parent)})
		if err != nil {
			return reply{}, err
		}
		return created(aggregationTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/aggregations"})
	})
}

// ListAggregations lists aggregations, all or those in one.
func (a *api) ListAggregations(ctx context.Context, in ListAggregationsRequestObject) (ListAggregationsResponseObject, error) {
	by := ""
	if in.Params.Parent != nil {
		by = "parent"
	}
	page, next, err := a.desk.Aggregations(ctx, principalOf(ctx).Tenant, cut(by, value(in.Params.Parent), in.Params.PageSize, in.Params.PageToken))
	if err != nil {
		return nil, badToken(err)
	}
	return ListAggregations200JSONResponse{Items: listed(page, aggregationTo), NextPageToken: text(next)}, nil
}

// CloseAggregation closes an aggregation.
func (a *api) CloseAggregation(ctx context.Context, in CloseAggregationRequestObject) (CloseAggregationResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.CloseAggregation(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch))
	return CloseAggregation200JSONResponse{currentAggregation(row)}, err
}

// ReopenAggregation opens a closed aggregation again.
func (a *api) ReopenAggregation(ctx context.Context, in ReopenAggregationRequestObject) (ReopenAggregationResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.ReopenAggregation(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Authority, in.Body.Reason)
	return ReopenAggregation200JSONResponse{currentAggregation(row)}, err
}

func currentAggregation(row coordination.Aggregation) CurrentAggregationJSONResponse {
	return CurrentAggregationJSONResponse{Body: aggregationTo(row), Headers: CurrentAggregationResponseHeaders{ETag: etagOf(row.Rev)}}
}

// DefineRecordKind says what records of a kind have to have.
func (a *api) DefineRecordKind(ctx context.Context, in DefineRecordKindRequestObject) (DefineRecordKindResponseObject, error) {
	b, now := in.Body, a.now()
	kind := fileplan.Kind{Kind: archive.Kind(b.Kind), Mandatory: b.Mandatory, Allowed: b.Allowed}
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		row, err := a.desk.PutRecordKindTx(ctx, tx, p.Actor.ID, now, value(b.Rev), kind)
		if err != nil {
			return reply{}, err
		}
		return created(recordKindTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/record-kinds"})
	})
}

// ListRecordKinds lists the kinds of which something was said.
func (a *api) ListRecordKinds(ctx context.Context, in ListRecordKindsRequestObject) (ListRecordKindsResponseObject, error) {
	page, next, err := a.desk.RecordKinds(ctx, principalOf(ctx).Tenant, register.Query{After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize))})
	if err != nil {
		return nil, badToken(err)
	}
	return ListRecordKinds200JSONResponse{Items: listed(page, recordKindTo), NextPageToken: text(next)}, nil
}
