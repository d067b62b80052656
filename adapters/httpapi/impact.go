package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// TraceUses looks up and records what uses the items that change.
func (a *api) TraceUses(ctx context.Context, in TraceUsesRequestObject) (TraceUsesResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", changereq.TraceUses{})
	return TraceUses200JSONResponse{out}, err
}

// RebaseItem takes an affected item to another base revision.
func (a *api) RebaseItem(ctx context.Context, in RebaseItemRequestObject) (RebaseItemResponseObject, error) {
	out, err := a.command(ctx, in.ID, in.Params.IfMatch, "", rebaseFrom(*in.Body))
	return RebaseItem200JSONResponse{out}, err
}

// AuditRevisions holds released revisions against the changes they cite.
func (a *api) AuditRevisions(ctx context.Context, in AuditRevisionsRequestObject) (AuditRevisionsResponseObject, error) {
	found, err := a.desk.Unauthorised(ctx, principalOf(ctx).Tenant, listed(in.Body.Revisions, releasedFrom))
	return AuditRevisions200JSONResponse{Items: listed(found, findingTo)}, err
}
