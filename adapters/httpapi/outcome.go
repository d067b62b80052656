package httpapi

import (
	"context"
	"net/http"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/coordination"
)

// RecordOutcome records an outcome.
func (a *api) RecordOutcome(ctx context.Context, in RecordOutcomeRequestObject) (RecordOutcomeResponseObject, error) {
	o, now := outcomeFrom(*in.Body), a.now()
	if o.ID == "" {
		o.ID = a.cfg.NewID()
	}
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err != nil {
			return reply{}, err
		}
		f, err := a.desk.RecordOutcomeTx(ctx, reading.Named(tx), p.Actor.ID, now, o)
		if err != nil {
			return reply{}, err
		}
		return created(outcomeTo(f), map[string]string{"Location": "/v1/outcomes/" + f.ID})
	})
}

// VisitRecordOutcomeResponse sends the reply.
func (p reply) VisitRecordOutcomeResponse(w http.ResponseWriter) error { return p.send(w) }

// ListOutcomes lists outcomes by id.
func (a *api) ListOutcomes(ctx context.Context, in ListOutcomesRequestObject) (ListOutcomesResponseObject, error) {
	q := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	page, next, err := reading.Outcomes(ctx, coordination.OutcomeQuery{
		Subject: word[archive.Ref](q.Subject), Verdict: word[outcome.Verdict](q.Verdict), Cause: value(q.Cause), InForce: value(q.InForce),
		After: value(q.PageToken), Limit: int(value(q.PageSize)),
	})
	if err != nil {
		return nil, badToken(err)
	}
	return ListOutcomes200JSONResponse{Items: listed(page, outcomeTo), NextPageToken: text(next)}, nil
}

// GetOutcome returns an outcome.
func (a *api) GetOutcome(ctx context.Context, in GetOutcomeRequestObject) (GetOutcomeResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	f, err := reading.Outcome(ctx, in.ID)
	return GetOutcome200JSONResponse(outcomeTo(f)), err
}

// GetOutcomeReport says how things came out.
func (a *api) GetOutcomeReport(ctx context.Context, in GetOutcomeReportRequestObject) (GetOutcomeReportResponseObject, error) {
	q := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	r, err := reading.OutcomeReport(ctx, coordination.OutcomeQuery{
		Subject: word[archive.Ref](q.Subject), Verdict: word[outcome.Verdict](q.Verdict), Cause: value(q.Cause),
	})
	return GetOutcomeReport200JSONResponse{
		Verdicts: listed(r.Verdicts, func(t outcome.Tally) VerdictCount {
			return VerdictCount{Verdict: string(t.Verdict), Outcomes: int64(t.Outcomes)}
		}),
		Causes: listed(r.Causes, func(c outcome.CauseCount) CauseCount { return CauseCount{Cause: c.Cause, Outcomes: int64(c.Outcomes)} }),
	}, err
}

func outcomeFrom(in OutcomeInput) outcome.Outcome {
	return outcome.Outcome{
		ID: value(in.ID), Subject: archive.Ref(in.Subject), Verdict: outcome.Verdict(in.Verdict), Causes: in.Causes,
		Measures: eachOf(in.Measures, func(m OutcomeMeasureInput) outcome.Measure {
			return outcome.Measure{Name: m.Name, Unit: value(m.Unit), Expected: m.Expected, Measured: m.Measured}
		}),
		Evidence:  eachOf(in.Evidence, func(e EndInput) archive.End { return archive.End{Kind: archive.EndKind(e.Kind), Value: e.Value} }),
		DecidedBy: value(in.DecidedBy), DecidedAt: value(instantFrom(in.DecidedAt)), Supersedes: value(in.Supersedes),
	}
}

func outcomeTo(f outcome.Filed) Outcome {
	return Outcome{
		ID: f.ID, Subject: string(f.Subject), Verdict: string(f.Verdict), Causes: f.Causes,
		Measures: eachOf(f.Measures, func(m outcome.Measure) OutcomeMeasure {
			return OutcomeMeasure{Name: m.Name, Unit: text(m.Unit), Expected: m.Expected, Measured: m.Measured}
		}),
		Evidence: eachOf(f.Evidence, endTo), DecidedBy: f.DecidedBy, DecidedAt: f.DecidedAt, Supersedes: text(f.Supersedes),
		SupersededBy: text(f.SupersededBy),
	}
}
