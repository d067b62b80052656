package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
)

// PreviewDisposal says what a disposal would be.
func (a *api) PreviewDisposal(ctx context.Context, in PreviewDisposalRequestObject) (PreviewDisposalResponseObject, error) {
	p, records := principalOf(ctx), eachOf(in.Body.Records, plain[string, archive.RecordID])
	reading, err := a.reading(ctx)
	if err == nil {
		err = reading.Disposable(records)
	}
	if err != nil {
		return nil, err
	}
	b, err := a.desk.PreviewDisposal(ctx, p.Tenant, p.Actor.ID, retention.Action(in.Body.Action), records)
	return PreviewDisposal200JSONResponse{Scope: b.Scope, Needed: narrow(b.Needed), Items: listed(b.Items, disposalItemTo)}, err
}

// AskDisposal asks for the end of records.
func (a *api) AskDisposal(ctx context.Context, in AskDisposalRequestObject) (AskDisposalResponseObject, error) {
	b, now := in.Body, a.now()
	ask := retention.Ask{ID: value(b.ID), Action: retention.Action(b.Action), Reason: b.Reason}
	if ask.ID == "" {
		ask.ID = a.cfg.NewID()
	}
	records := eachOf(b.Records, plain[string, archive.RecordID])
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err == nil {
			err = reading.Disposable(records)
		}
		if err != nil {
			return reply{}, err
		}
		row, err := a.desk.AskDisposalTx(ctx, tx, p.Actor.ID, now, ask, records)
		if err != nil {
			return reply{}, err
		}
		return created(disposalTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/disposals/" + row.ID})
	})
}

// ListDisposals lists disposals.
func (a *api) ListDisposals(ctx context.Context, in ListDisposalsRequestObject) (ListDisposalsResponseObject, error) {
	p := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Disposals(ctx, cut(string(value(p.By)), value(p.Value), p.PageSize, p.PageToken))
	if err != nil {
		return nil, badToken(err)
	}
	return ListDisposals200JSONResponse{Items: listed(page, disposalTo), NextPageToken: text(next)}, nil
}

// GetDisposal returns a disposal.
func (a *api) GetDisposal(ctx context.Context, in GetDisposalRequestObject) (GetDisposalResponseObject, error) {
	row, err := a.desk.Disposal(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	if etag := etagOf(row.Rev); current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetDisposal200JSONResponse{currentDisposal(row)}, nil
}

// ApproveDisposal says yes to a scope.
func (a *api) ApproveDisposal(ctx context.Context, in ApproveDisposalRequestObject) (ApproveDisposalResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.ApproveDisposal(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Scope)
	return ApproveDisposal200JSONResponse{currentDisposal(row)}, err
}

// WithdrawDisposal ends a disposal.
func (a *api) WithdrawDisposal(ctx context.Context, in WithdrawDisposalRequestObject) (WithdrawDisposalResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.WithdrawDisposal(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Reason)
	return WithdrawDisposal200JSONResponse{currentDisposal(row)}, err
}

// DestroyRecord carries out one record of a disposal.
func (a *api) DestroyRecord(ctx context.Context, in DestroyRecordRequestObject) (DestroyRecordResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.Destroy(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), archive.RecordID(in.Body.Record))
	return DestroyRecord200JSONResponse{currentDisposal(row)}, err
}

// TakeReceipt keeps what the receiver of a transfer says that he has.
func (a *api) TakeReceipt(ctx context.Context, in TakeReceiptRequestObject) (TakeReceiptResponseObject, error) {
	p, b := principalOf(ctx), in.Body
	row, err := a.desk.TakeReceipt(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), retention.TakeReceipt{
		Receiver: b.Receiver, Items: eachOf(b.Items, func(r ReceivedInput) retention.Received {
			return retention.Received{Record: archive.RecordID(r.Record), Digests: eachOf(r.Digests, plain[string, archive.Digest])}
		}),
	})
	return TakeReceipt200JSONResponse{currentDisposal(row)}, err
}

// HandOverRecord has our copy of a record go that a receiver has.
func (a *api) HandOverRecord(ctx context.Context, in HandOverRecordRequestObject) (HandOverRecordResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.HandOver(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), retention.HandOver{Record: archive.RecordID(in.Body.Record)})
	return HandOverRecord200JSONResponse{currentDisposal(row)}, err
}

// GetCertificate says what was done under a disposal.
func (a *api) GetCertificate(ctx context.Context, in GetCertificateRequestObject) (GetCertificateResponseObject, error) {
	c, err := a.desk.Certificate(ctx, principalOf(ctx).Tenant, in.ID)
	return GetCertificate200JSONResponse(certificateTo(c)), err
}

func currentDisposal(row coordination.Disposal) CurrentDisposalJSONResponse {
	return CurrentDisposalJSONResponse{Body: disposalTo(row), Headers: CurrentDisposalResponseHeaders{ETag: etagOf(row.Rev)}}
}
