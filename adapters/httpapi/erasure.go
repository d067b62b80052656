package httpapi

import (
	"context"
	"net/http"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// FindMentions finds where somebody is named.
func (a *api) FindMentions(ctx context.Context, in FindMentionsRequestObject) (FindMentionsResponseObject, error) {
	if _, err := a.sealer(); err != nil {
		return nil, err
	}
	b := in.Body
	positions, next, err := a.desk.Mentions(ctx, principalOf(ctx).Tenant, b.Value, value(b.After), int(value(b.PageSize)))
	return FindMentions200JSONResponse{Positions: append([]int64{}, positions...), Next: optional(next)}, err
}

// ErasePersonalData erases values of entries, and then whatever the index and the
// files of the store still have of them: that is done again if the request is.
func (a *api) ErasePersonalData(ctx context.Context, in ErasePersonalDataRequestObject) (ErasePersonalDataResponseObject, error) {
	if _, err := a.sealer(); err != nil {
		return nil, err
	}
	b, now := in.Body, a.now()
	order := coordination.Erasure{ID: value(b.ID), Positions: b.Positions, Value: value(b.Value), Authority: b.Authority}
	if order.ID == "" {
		order.ID = a.cfg.NewID()
	}
	out, err := a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		row, err := a.desk.EraseTx(ctx, tx, p.Actor.ID, now, order)
		if err != nil {
			return reply{}, err
		}
		return created(erasureTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/erasures"})
	})
	if err == nil {
		err = a.desk.Purge(ctx, principalOf(ctx).Tenant)
	}
	return out, err
}

// VisitErasePersonalDataResponse sends the reply.
func (p reply) VisitErasePersonalDataResponse(w http.ResponseWriter) error { return p.send(w) }

// ListErasures lists erasures.
func (a *api) ListErasures(ctx context.Context, in ListErasuresRequestObject) (ListErasuresResponseObject, error) {
	q := register.Query{After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize))}
	page, next, err := a.desk.Erasures(ctx, principalOf(ctx).Tenant, q)
	if err != nil {
		return nil, badToken(err)
	}
	return ListErasures200JSONResponse{Items: listed(page, erasureTo), NextPageToken: text(next)}, nil
}

func erasureTo(row coordination.ErasureRow) Erasure {
	e := row.Value
	return Erasure{
		ID: e.ID, By: e.By, At: e.At, Authority: e.Authority, Positions: e.Positions, Parts: int64(e.Parts),
		Records: eachOf(e.Records, plain[archive.RecordID, string]),
	}
}
