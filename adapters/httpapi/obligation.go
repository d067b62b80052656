package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/notice"
)

// ListObligations lists notices owed, oldest first.
func (a *api) ListObligations(ctx context.Context, in ListObligationsRequestObject) (ListObligationsResponseObject, error) {
	q := in.Params
	page, next, err := a.desk.Obligations(ctx, principalOf(ctx).Tenant, notice.Query{
		Recipient: value(q.Recipient), State: word[notice.State](q.State),
		After: value(q.PageToken), Limit: int(value(q.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListObligations200JSONResponse{Items: listed(page, obligationTo), NextPageToken: text(next)}, nil
}

// GetObligation returns an obligation.
func (a *api) GetObligation(ctx context.Context, in GetObligationRequestObject) (GetObligationResponseObject, error) {
	o, err := a.desk.Obligation(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	etag := etagOf(o.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetObligation200JSONResponse{currentObligation(o)}, nil
}

// DispatchObligation records that a notice was sent.
func (a *api) DispatchObligation(ctx context.Context, in DispatchObligationRequestObject) (DispatchObligationResponseObject, error) {
	out, err := a.answer(ctx, in.ID, in.Params.IfMatch, changereq.RecordSent{Obligation: in.ID, Evidence: in.Body.Evidence})
	return DispatchObligation200JSONResponse{out}, err
}

// AcknowledgeObligation records that the recipient has the notice.
func (a *api) AcknowledgeObligation(
	ctx context.Context, in AcknowledgeObligationRequestObject,
) (AcknowledgeObligationResponseObject, error) {
	out, err := a.answer(ctx, in.ID, in.Params.IfMatch, changereq.Acknowledge{Obligation: in.ID})
	return AcknowledgeObligation200JSONResponse{out}, err
}

// RecordSilence records that nobody answered a notice.
func (a *api) RecordSilence(ctx context.Context, in RecordSilenceRequestObject) (RecordSilenceResponseObject, error) {
	out, err := a.answer(ctx, in.ID, in.Params.IfMatch, changereq.RecordSilence{Obligation: in.ID, Evidence: in.Body.Evidence})
	return RecordSilence200JSONResponse{out}, err
}

// DisputeObligation records that the recipient finds the notice wrong.
func (a *api) DisputeObligation(ctx context.Context, in DisputeObligationRequestObject) (DisputeObligationResponseObject, error) {
	out, err := a.answer(ctx, in.ID, in.Params.IfMatch, changereq.Dispute{Obligation: in.ID, Reason: in.Body.Reason})
	return DisputeObligation200JSONResponse{out}, err
}

// WaiveObligation lets a notice go.
func (a *api) WaiveObligation(ctx context.Context, in WaiveObligationRequestObject) (WaiveObligationResponseObject, error) {
	out, err := a.answer(ctx, in.ID, in.Params.IfMatch, changereq.Waive{Obligation: in.ID, Reason: in.Body.Reason})
	return WaiveObligation200JSONResponse{out}, err
}

func (a *api) answer(
	ctx context.Context, id, ifMatch string, cmd changereq.Command,
) (CurrentObligationJSONResponse, error) {
	p := principalOf(ctx)
	o, err := a.desk.Answer(ctx, p.Tenant, p.Actor, id, revOf(ifMatch), cmd)
	if err != nil {
		return CurrentObligationJSONResponse{}, err
	}
	return currentObligation(o), nil
}

func currentObligation(o notice.Obligation) CurrentObligationJSONResponse {
	return CurrentObligationJSONResponse{
		Body: obligationTo(o), Headers: CurrentObligationResponseHeaders{ETag: etagOf(o.Rev)},
	}
}
