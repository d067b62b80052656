package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// ListRecordHeads tells what a record has become as of a date.
func (a *api) ListRecordHeads(ctx context.Context, in ListRecordHeadsRequestObject) (ListRecordHeadsResponseObject, error) {
	p := principalOf(ctx)
	heads, err := a.desk.Heads(ctx, p.Tenant, p.Actor.ID, archive.RecordID(in.ID), value(instantFrom(in.Params.AsOf)))
	return ListRecordHeads200JSONResponse{Items: listed(heads, plain[archive.RecordID, string])}, err
}

// ListOpenReferences lists the references that nobody has resolved, between what the caller may see.
func (a *api) ListOpenReferences(ctx context.Context, in ListOpenReferencesRequestObject) (ListOpenReferencesResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.OpenReferences(ctx, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	show := func(o coordination.OpenReference) OpenReference { return openReferenceTo(&o) }
	return ListOpenReferences200JSONResponse{Items: listed(page, show), NextPageToken: text(next)}, nil
}

// ResolveReference says which record the open end of a reference means.
func (a *api) ResolveReference(ctx context.Context, in ResolveReferenceRequestObject) (ResolveReferenceResponseObject, error) {
	now := a.now()
	return a.once(ctx, in.Params.IdempotencyKey, in.ID, func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		sight, err := a.desk.Sight(ctx, p.Tenant, p.Actor.ID)
		if err != nil {
			return reply{}, err
		}
		ref, err := a.desk.ResolveTx(ctx, tx, coordination.ResolutionOrder{
			Actor: p.Actor.ID, Now: now, Reference: in.ID, Record: word[archive.RecordID](in.Body.Record), Visible: sight,
		})
		if err != nil {
			return reply{}, err
		}
		return created(referenceTo(ref, archive.Outward), nil)
	})
}

// ListReferenceTypes lists the types of reference.
func (*api) ListReferenceTypes(context.Context, ListReferenceTypesRequestObject) (ListReferenceTypesResponseObject, error) {
	return ListReferenceTypes200JSONResponse{Items: listed(archive.ReferenceTypes(), referenceTypeTo)}, nil
}

func openReferenceTo(o *coordination.OpenReference) OpenReference {
	return OpenReference{
		ID: o.ID, Type: string(o.Type), Source: endTo(o.Source), Target: endTo(o.Target), Called: text(o.Called), Reason: text(o.Reason),
		Evidence: text(o.Evidence), Rule: text(o.Rule), Author: o.Author, At: o.At,
	}
}

func referenceTypeTo(i archive.TypeInfo) ReferenceTypeInfo {
	hold := ReferenceTypeInfoHold(i.Hold)
	if i.Hold == archive.CarryNone {
		hold = "none"
	}
	return ReferenceTypeInfo{
		Type: string(i.Type), Inverse: i.Inverse, Symmetric: i.Symmetric(), Acyclic: i.Acyclic, Later: i.Later, Family: i.Family, Hold: hold,
		Outward: int32(i.Dossier.Out), Inward: int32(i.Dossier.In), Dcmi: text(i.DCMI), Datacite: text(i.DataCite),
	}
}
