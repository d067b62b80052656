package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process/engage"
)

// DefineMeasure defines a measure.
func (a *api) DefineMeasure(ctx context.Context, in DefineMeasureRequestObject) (DefineMeasureResponseObject, error) {
	id, m, now := in.Body.ID, measureFrom(in.Body.Measure), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		d, err := a.desk.DefineMeasureTx(ctx, tx, p.Actor, now, id, 0, m)
		if err != nil {
			return reply{}, err
		}
		return created(definitionTo(d), map[string]string{"ETag": etagOf(d.Rev), "Location": "/v1/measures/" + d.ID})
	})
}

// ListMeasures lists measures.
func (a *api) ListMeasures(ctx context.Context, in ListMeasuresRequestObject) (ListMeasuresResponseObject, error) {
	page, next, err := a.desk.Measures(ctx, principalOf(ctx).Tenant, pageQuery(in.Params.PageToken, in.Params.PageSize))
	if err != nil {
		return nil, badToken(err)
	}
	return ListMeasures200JSONResponse{Items: listed(page, definitionTo), NextPageToken: text(next)}, nil
}

// GetMeasure returns a measure.
func (a *api) GetMeasure(ctx context.Context, in GetMeasureRequestObject) (GetMeasureResponseObject, error) {
	d, err := a.desk.Measure(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	etag := etagOf(d.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetMeasure200JSONResponse{Body: definitionTo(d), Headers: GetMeasure200ResponseHeaders{ETag: etag}}, nil
}

// RedefineMeasure gives a measure a new version.
func (a *api) RedefineMeasure(ctx context.Context, in RedefineMeasureRequestObject) (RedefineMeasureResponseObject, error) {
	p := principalOf(ctx)
	d, err := a.desk.DefineMeasure(ctx, p.Tenant, p.Actor, in.ID, revOf(in.Params.IfMatch), measureFrom(*in.Body))
	return RedefineMeasure200JSONResponse{Body: definitionTo(d), Headers: RedefineMeasure200ResponseHeaders{ETag: etagOf(d.Rev)}}, err
}

// TakeReading computes a measure on a log.
func (a *api) TakeReading(ctx context.Context, in TakeReadingRequestObject) (TakeReadingResponseObject, error) {
	r, err := a.desk.TakeReading(ctx, principalOf(ctx).Tenant, in.ID, int(value(in.Body.Version)), sourceFrom(in.Body.Source), spanFrom(in.Body.Window))
	return TakeReading200JSONResponse(readingTo(r)), err
}

func measureFrom(in MeasureInput) engage.Measure {
	return engage.Measure{
		Formula: engage.Formula(in.Formula), Promise: value(in.PromiseUs), Attribute: value(in.Attribute), Currency: value(in.Currency),
		From: value(in.From), To: value(in.To), Lower: value(in.Lower),
	}
}

func measureTo(m engage.Measure) MeasureVersion {
	return MeasureVersion{
		Name: m.Name, Version: narrow(m.Version), Formula: string(m.Formula), PromiseUs: optional(m.Promise), Attribute: text(m.Attribute),
		Currency: text(m.Currency), From: text(m.From), To: text(m.To), Lower: m.Lower,
	}
}

func definitionTo(d coordination.MeasureDefinition) MeasureDefinition {
	return MeasureDefinition{ID: d.ID, Rev: d.Rev, Versions: listed(d.Value.Versions, measureTo), Changed: d.Value.Changed, By: d.Value.By}
}

func readingTo(r engage.Reading) Reading {
	return Reading{Measure: measureTo(r.Measure), Window: spanTo(r.Window), Cases: int64(r.Cases), Value: r.Value}
}
