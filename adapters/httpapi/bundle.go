package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
)

// CreateBundle keeps change requests together.
func (a *api) CreateBundle(ctx context.Context, in CreateBundleRequestObject) (CreateBundleResponseObject, error) {
	p := principalOf(ctx)
	cmds := []bundle.Command{bundle.Create{ID: value(in.Body.ID), Title: in.Body.Title, Mode: bundle.Mode(in.Body.Mode)}}
	for _, id := range in.Body.Members {
		cmds = append(cmds, bundle.Add{Request: id})
	}
	order := a.desk.PrepareBundle(p.Tenant, p.Actor, "", 0, cmds...)
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		b, err := a.desk.DoBundleTx(ctx, tx, order)
		if err != nil {
			return reply{}, err
		}
		return created(bundleTo(b), map[string]string{"ETag": etagOf(b.Rev), "Location": "/v1/bundles/" + b.ID})
	})
}

// ListBundles lists bundles, newest first.
func (a *api) ListBundles(ctx context.Context, in ListBundlesRequestObject) (ListBundlesResponseObject, error) {
	page, next, err := a.desk.ChangeBundles(ctx, principalOf(ctx).Tenant, bundle.Query{
		After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListBundles200JSONResponse{Items: listed(page, bundleTo), NextPageToken: text(next)}, nil
}

// GetBundle returns a bundle.
func (a *api) GetBundle(ctx context.Context, in GetBundleRequestObject) (GetBundleResponseObject, error) {
	b, err := a.desk.ChangeBundle(ctx, principalOf(ctx).Tenant, changereq.ID(in.ID))
	if err != nil {
		return nil, err
	}
	etag := etagOf(b.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetBundle200JSONResponse{currentBundle(b)}, nil
}

// AddMember makes a request a member.
func (a *api) AddMember(ctx context.Context, in AddMemberRequestObject) (AddMemberResponseObject, error) {
	out, err := a.changeBundle(ctx, in.ID, in.Params.IfMatch, bundle.Add{Request: in.Body.Request})
	return AddMember200JSONResponse{out}, err
}

// RemoveMember takes a member out.
func (a *api) RemoveMember(ctx context.Context, in RemoveMemberRequestObject) (RemoveMemberResponseObject, error) {
	out, err := a.changeBundle(ctx, in.ID, in.Params.IfMatch, bundle.Remove{Request: in.Body.Request, Reason: in.Body.Reason})
	return RemoveMember200JSONResponse{out}, err
}

// DecideBundle decides on all members.
func (a *api) DecideBundle(ctx context.Context, in DecideBundleRequestObject) (DecideBundleResponseObject, error) {
	out, err := a.together(ctx, in.ID, in.Params.IfMatch, bundleDecisionFrom(*in.Body))
	return DecideBundle200JSONResponse{out}, err
}

// MoveBundle moves all members.
func (a *api) MoveBundle(ctx context.Context, in MoveBundleRequestObject) (MoveBundleResponseObject, error) {
	out, err := a.together(ctx, in.ID, in.Params.IfMatch, changereq.Together{Command: moveFrom(*in.Body)})
	return MoveBundle200JSONResponse{out}, err
}

func (a *api) changeBundle(ctx context.Context, id, ifMatch string, cmd bundle.Command) (CurrentBundleJSONResponse, error) {
	p := principalOf(ctx)
	b, err := a.desk.DoBundle(ctx, p.Tenant, p.Actor, changereq.ID(id), revOf(ifMatch), cmd)
	return currentBundle(b), err
}

func (a *api) together(ctx context.Context, id, ifMatch string, t changereq.Together) (CurrentBundleJSONResponse, error) {
	p := principalOf(ctx)
	b, err := a.desk.Together(ctx, p.Tenant, p.Actor, changereq.ID(id), revOf(ifMatch), t)
	return currentBundle(b), err
}

func currentBundle(b bundle.Bundle) CurrentBundleJSONResponse {
	return CurrentBundleJSONResponse{Body: bundleTo(b), Headers: CurrentBundleResponseHeaders{ETag: etagOf(b.Rev)}}
}

func bundleTo(b bundle.Bundle) Bundle {
	return Bundle{
		ID: b.ID, Rev: b.Rev, Title: b.Title, Mode: BundleMode(b.Mode), Members: b.Members, By: b.By, Created: b.Created, Updated: b.Updated,
	}
}

func membershipTo(m changereq.Membership) Membership {
	return Membership{Bundle: string(m.Bundle), Atomic: m.Atomic}
}

func bundleDecisionFrom(in BundleDecisionInput) changereq.Together {
	briefs := make(map[changereq.ID]int, len(in.Briefs))
	for _, b := range in.Briefs {
		briefs[changereq.ID(b.Request)] = int(b.Brief)
	}
	return changereq.Together{Briefs: briefs, Command: changereq.RecordDecision{
		Verdict: changereq.Verdict(in.Verdict), Reason: word[changereq.ReasonCode](in.Reason), Text: value(in.Text),
		Conditions: in.Conditions, Until: instantFrom(in.Until), Expires: instantFrom(in.Expires),
	}}
}
