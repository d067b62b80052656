package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// AddSchedule adds a version of a retention schedule.
func (a *api) AddSchedule(ctx context.Context, in AddScheduleRequestObject) (AddScheduleResponseObject, error) {
	schedule, now := scheduleFrom(*in.Body), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		row, err := a.desk.AddScheduleTx(ctx, tx, p.Actor.ID, now, schedule)
		if err != nil {
			return reply{}, err
		}
		return created(scheduleTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/schedules"})
	})
}

// ListSchedules lists retention schedules.
func (a *api) ListSchedules(ctx context.Context, in ListSchedulesRequestObject) (ListSchedulesResponseObject, error) {
	page, next, err := a.desk.Schedules(ctx, principalOf(ctx).Tenant, register.Query{After: value(in.Params.PageToken), Limit: int(value(in.Params.PageSize))})
	if err != nil {
		return nil, badToken(err)
	}
	return ListSchedules200JSONResponse{Items: listed(page, scheduleTo), NextPageToken: text(next)}, nil
}

// GetRetention says where a record stands.
func (a *api) GetRetention(ctx context.Context, in GetRetentionRequestObject) (GetRetentionResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	r, err := a.desk.Retention(ctx, principalOf(ctx).Tenant, archive.RecordID(in.ID))
	return GetRetention200JSONResponse(retentionTo(r, reading)), err
}

// ListDueRecords lists the records whose time is over.
func (a *api) ListDueRecords(ctx context.Context, in ListDueRecordsRequestObject) (ListDueRecordsResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.DueRecords(ctx, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	to := func(r coordination.Retention) RetentionStanding { return retentionTo(r, reading) }
	return ListDueRecords200JSONResponse{Items: listed(page, to), NextPageToken: text(next)}, nil
}

// RecordTrigger records that something happened to a record.
func (a *api) RecordTrigger(ctx context.Context, in RecordTriggerRequestObject) (RecordTriggerResponseObject, error) {
	id, now := archive.RecordID(in.ID), a.now()
	fact := retention.Fact{Trigger: in.Body.Trigger, At: changereq.Instant(in.Body.At)}
	return a.once(ctx, in.Params.IdempotencyKey, in.ID, func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err != nil {
			return reply{}, err
		}
		r, err := a.desk.TriggerTx(ctx, tx, p.Actor.ID, now, id, fact)
		if err != nil {
			return reply{}, err
		}
		return created(retentionTo(r, reading), nil)
	})
}

// ReviewRetention ends the phase of a record that is due for review.
func (a *api) ReviewRetention(ctx context.Context, in ReviewRetentionRequestObject) (ReviewRetentionResponseObject, error) {
	id, now := archive.RecordID(in.ID), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, in.ID, func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err != nil {
			return reply{}, err
		}
		r, err := a.desk.ReviewTx(ctx, tx, p.Actor.ID, now, id, in.Body.Reason)
		if err != nil {
			return reply{}, err
		}
		return created(retentionTo(r, reading), nil)
	})
}

// IssueHold keeps records for a matter.
func (a *api) IssueHold(ctx context.Context, in IssueHoldRequestObject) (IssueHoldResponseObject, error) {
	hold, now := recordHoldFrom(*in.Body), a.now()
	if hold.ID == "" {
		hold.ID = a.cfg.NewID()
	}
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err != nil {
			return reply{}, err
		}
		row, err := a.desk.IssueHoldTx(ctx, reading.Named(tx), p.Actor.ID, now, hold)
		if err != nil {
			return reply{}, err
		}
		return created(recordHoldTo(row), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/holds/" + row.ID})
	})
}

// ListHolds lists holds.
func (a *api) ListHolds(ctx context.Context, in ListHoldsRequestObject) (ListHoldsResponseObject, error) {
	p := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Holds(ctx, cut(string(value(p.By)), value(p.Value), p.PageSize, p.PageToken))
	if err != nil {
		return nil, badToken(err)
	}
	return ListHolds200JSONResponse{Items: listed(page, recordHoldTo), NextPageToken: text(next)}, nil
}

// GetHold returns a hold.
func (a *api) GetHold(ctx context.Context, in GetHoldRequestObject) (GetHoldResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	row, err := reading.Hold(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if etag := etagOf(row.Rev); current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetHold200JSONResponse{currentHold(row)}, nil
}

// ReleaseHold ends a hold.
func (a *api) ReleaseHold(ctx context.Context, in ReleaseHoldRequestObject) (ReleaseHoldResponseObject, error) {
	p := principalOf(ctx)
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	row, err := a.desk.ReleaseHold(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Reason)
	row.Value = reading.ShownHolds([]retention.Hold{row.Value})[0]
	return ReleaseHold200JSONResponse{currentHold(row)}, err
}

func currentHold(row coordination.Hold) CurrentRecordHoldJSONResponse {
	return CurrentRecordHoldJSONResponse{Body: recordHoldTo(row), Headers: CurrentRecordHoldResponseHeaders{ETag: etagOf(row.Rev)}}
}
