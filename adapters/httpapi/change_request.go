package httpapi

import (
	"context"
	"errors"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

const requestPath = "/v1/change-requests/"

// OpenChangeRequest drafts a change request.
func (a *api) OpenChangeRequest(ctx context.Context, in OpenChangeRequestRequestObject) (OpenChangeRequestResponseObject, error) {
	p := principalOf(ctx)
	order := a.desk.Prepare(p.Tenant, p.Actor, "", 0, openFrom(*in.Body))
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		r, err := a.desk.DoTx(ctx, tx, order)
		if err != nil {
			return reply{}, err
		}
		return created(requestTo(r), map[string]string{"ETag": etagOf(r.Rev), "Location": requestPath + string(r.ID)})
	})
}

// ListChangeRequests lists change requests, newest first.
func (a *api) ListChangeRequests(ctx context.Context, in ListChangeRequestsRequestObject) (ListChangeRequestsResponseObject, error) {
	q := in.Params
	page, next, err := a.desk.ChangeRequests(ctx, principalOf(ctx).Tenant, changereq.Query{
		State: value(q.State), Category: word[lifecycle.Category](q.Category), Applicant: value(q.Applicant),
		Item: word[changereq.ItemID](q.Item), Text: value(q.Q), After: value(q.PageToken), Limit: int(value(q.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListChangeRequests200JSONResponse{Items: listed(page, summaryTo), NextPageToken: text(next)}, nil
}

// GetChangeRequest returns a change request as it is or was.
func (a *api) GetChangeRequest(ctx context.Context, in GetChangeRequestRequestObject) (GetChangeRequestResponseObject, error) {
	tenant, id := principalOf(ctx).Tenant, changereq.ID(in.ID)
	if in.Params.AsOf != nil {
		r, err := a.desk.ChangeRequestAsOf(ctx, tenant, id, *in.Params.AsOf)
		return GetChangeRequest200JSONResponse{Body: requestTo(r)}, err
	}
	r, err := a.desk.ChangeRequest(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	etag := etagOf(r.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetChangeRequest200JSONResponse{Body: requestTo(r), Headers: GetChangeRequest200ResponseHeaders{ETag: &etag}}, nil
}

// ListPermissions lists what the caller could do next.
func (a *api) ListPermissions(ctx context.Context, in ListPermissionsRequestObject) (ListPermissionsResponseObject, error) {
	p := principalOf(ctx)
	list, err := a.desk.Permitted(ctx, p.Tenant, p.Actor, changereq.ID(in.ID))
	return ListPermissions200JSONResponse{Items: listed(list, permissionTo)}, err
}

// ListChangeRequestEvents lists the history of a request, oldest first.
func (a *api) ListChangeRequestEvents(
	ctx context.Context, in ListChangeRequestEventsRequestObject,
) (ListChangeRequestEventsResponseObject, error) {
	page, next, err := a.desk.ChangeRequestHistory(
		ctx, principalOf(ctx).Tenant, changereq.ID(in.ID), value(in.Params.After), int(value(in.Params.Limit)))
	if err != nil {
		return nil, err
	}
	out := ListChangeRequestEvents200JSONResponse{Items: make([]Event, len(page)), Next: optional(next)}
	for i, ev := range page {
		if out.Items[i], err = eventTo(ev); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ListChangeRequestReferences lists the references at a request.
func (a *api) ListChangeRequestReferences(
	ctx context.Context, in ListChangeRequestReferencesRequestObject,
) (ListChangeRequestReferencesResponseObject, error) {
	id := changereq.ID(in.ID)
	if _, err := a.desk.ChangeRequest(ctx, principalOf(ctx).Tenant, id); err != nil {
		return nil, err
	}
	page, err := a.references(ctx, archive.ReferenceQuery{
		End: archive.ToRef(coordination.ChangeRequestRef(id)), Direction: archive.Direction(value(in.Params.Direction)),
		After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize)),
	})
	return ListChangeRequestReferences200JSONResponse(page), err
}

// command gives a command about a request and returns the request as it is
// afterwards. The pointers of faults are relative to prefix, the place in the
// command that the body is.
func (a *api) command(
	ctx context.Context, id, ifMatch, prefix string, cmd changereq.Command,
) (CurrentChangeRequestJSONResponse, error) {
	p := principalOf(ctx)
	r, err := a.desk.Do(ctx, p.Tenant, p.Actor, changereq.ID(id), revOf(ifMatch), cmd)
	if err != nil {
		return CurrentChangeRequestJSONResponse{}, within(err, prefix)
	}
	return CurrentChangeRequestJSONResponse{
		Body: requestTo(r), Headers: CurrentChangeRequestResponseHeaders{ETag: etagOf(r.Rev)},
	}, nil
}

// within makes the pointers of faults relative to a part of the command.
func within(err error, prefix string) error {
	invalid, ok := errors.AsType[*changereq.ValidationError](err)
	if prefix == "" || !ok {
		return err
	}
	out := &changereq.ValidationError{Fields: make([]changereq.Field, len(invalid.Fields))}
	for i, f := range invalid.Fields {
		f.Pointer = strings.TrimPrefix(f.Pointer, prefix)
		out.Fields[i] = f
	}
	return out
}
