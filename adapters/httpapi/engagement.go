package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
)

// Engage begins an engagement. Its baseline is read before the unit of work in
// which it is kept.
func (a *api) Engage(ctx context.Context, in EngageRequestObject) (EngageResponseObject, error) {
	var e engage.Engagement
	prepare := func() (err error) {
		e, err = a.desk.PrepareEngagement(ctx, principalOf(ctx).Tenant, engagementFrom(*in.Body))
		return err
	}
	return a.prepared(ctx, in.Params.IdempotencyKey, prepare, func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		out, err := a.desk.EngageTx(ctx, tx, p.Actor, e)
		if err != nil {
			return reply{}, err
		}
		return created(engagementTo(out), map[string]string{"ETag": etagOf(out.Rev), "Location": "/v1/engagements/" + out.ID})
	})
}

// ListEngagements lists engagements.
func (a *api) ListEngagements(ctx context.Context, in ListEngagementsRequestObject) (ListEngagementsResponseObject, error) {
	page, next, err := a.desk.Engagements(ctx, principalOf(ctx).Tenant, word[engage.State](in.Params.State), pageQuery(in.Params.PageToken, in.Params.PageSize))
	if err != nil {
		return nil, badToken(err)
	}
	return ListEngagements200JSONResponse{Items: listed(page, engagementTo), NextPageToken: text(next)}, nil
}

// GetEngagement returns an engagement.
func (a *api) GetEngagement(ctx context.Context, in GetEngagementRequestObject) (GetEngagementResponseObject, error) {
	e, err := a.desk.Engagement(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	etag := etagOf(e.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetEngagement200JSONResponse{Body: engagementTo(e), Headers: GetEngagement200ResponseHeaders{ETag: etag}}, nil
}

// ReportReading takes a reading.
func (a *api) ReportReading(ctx context.Context, in ReportReadingRequestObject) (ReportReadingResponseObject, error) {
	p := principalOf(ctx)
	e, err := a.desk.Report(ctx, p.Tenant, p.Actor, in.ID, revOf(in.Params.IfMatch), sourceFrom(in.Body.Source), spanFrom(in.Body.Window))
	return ReportReading200JSONResponse{Body: engagementTo(e), Headers: ReportReading200ResponseHeaders{ETag: etagOf(e.Rev)}}, err
}

// WithdrawEngagement withdraws an engagement.
func (a *api) WithdrawEngagement(ctx context.Context, in WithdrawEngagementRequestObject) (WithdrawEngagementResponseObject, error) {
	e, err := a.steer(ctx, in.ID, in.Params.IfMatch, engage.Command{Withdraw: in.Body.Reason})
	return WithdrawEngagement200JSONResponse{Body: engagementTo(e), Headers: WithdrawEngagement200ResponseHeaders{ETag: etagOf(e.Rev)}}, err
}

// RefreshEngagement looks at the date of an engagement.
func (a *api) RefreshEngagement(ctx context.Context, in RefreshEngagementRequestObject) (RefreshEngagementResponseObject, error) {
	e, err := a.steer(ctx, in.ID, in.Params.IfMatch, engage.Command{})
	return RefreshEngagement200JSONResponse{Body: engagementTo(e), Headers: RefreshEngagement200ResponseHeaders{ETag: etagOf(e.Rev)}}, err
}

func (a *api) steer(ctx context.Context, id, ifMatch string, command engage.Command) (coordination.Engagement, error) {
	p := principalOf(ctx)
	return a.desk.Steer(ctx, p.Tenant, p.Actor, id, revOf(ifMatch), command)
}

func engagementFrom(in EngagementInput) coordination.EngagementOrder {
	return coordination.EngagementOrder{
		Measure: in.Measure, Version: int(value(in.Version)), Source: sourceFrom(in.Baseline.Source), Baseline: spanFrom(in.Baseline.Window),
		Plan: engage.Plan{
			ID: value(in.ID), Aspect: in.Aspect, Goal: in.Goal, End: in.End.UnixMicro(),
			Exit:  engage.ExitTest{InARow: int(in.InARow), MinCases: int(in.MinCases)},
			Watch: engage.Watch{Until: in.WatchUntil.UnixMicro(), Relapse: in.Relapse, InARow: int(in.RelapseInARow)},
		},
	}
}

func engagementTo(row coordination.Engagement) Engagement {
	e := row.Value
	return Engagement{
		ID: e.ID, Rev: row.Rev, Aspect: e.Aspect, Measure: measureTo(e.Measure), Goal: e.Goal,
		InARow: int64(e.Exit.InARow), MinCases: int64(e.Exit.MinCases), End: process.Time(e.End),
		WatchUntil: process.Time(e.Watch.Until), Relapse: e.Watch.Relapse, RelapseInARow: int64(e.Watch.InARow),
		Baseline: readingTo(e.Baseline), State: string(e.State), Since: process.Time(e.Since), Reason: text(e.Reason), Streak: int64(e.Streak),
		Readings: listed(e.Readings, readingTo),
	}
}
