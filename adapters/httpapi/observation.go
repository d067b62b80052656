package httpapi

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/sampling"
)

// FileObservation files a session.
func (a *api) FileObservation(ctx context.Context, in FileObservationRequestObject) (FileObservationResponseObject, error) {
	s, now := sessionFrom(*in.Body), a.now()
	s.ID = cmp.Or(s.ID, a.cfg.NewID())
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		o, err := a.desk.FileObservationTx(ctx, tx, p.Actor, now, 0, s)
		if err != nil {
			return reply{}, err
		}
		return created(observationTo(o), map[string]string{"ETag": etagOf(o.Rev), "Location": "/v1/observations/" + o.ID})
	})
}

// ListObservations lists sessions.
func (a *api) ListObservations(ctx context.Context, in ListObservationsRequestObject) (ListObservationsResponseObject, error) {
	var begin process.Interval
	if in.Params.From != nil || in.Params.To != nil {
		begin = process.Interval{From: math.MinInt64 / 1000, To: math.MaxInt64 / 1000}
		if in.Params.From != nil {
			begin.From = in.Params.From.UnixMicro()
		}
		if in.Params.To != nil {
			begin.To = in.Params.To.UnixMicro()
		}
	}
	page, next, err := a.desk.Observations(ctx, principalOf(ctx).Tenant, begin, pageQuery(in.Params.PageToken, in.Params.PageSize))
	if err != nil {
		return nil, badToken(err)
	}
	return ListObservations200JSONResponse{Items: listed(page, observationTo), NextPageToken: text(next)}, nil
}

// GetObservation returns a session.
func (a *api) GetObservation(ctx context.Context, in GetObservationRequestObject) (GetObservationResponseObject, error) {
	o, err := a.desk.Observation(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	etag := etagOf(o.Rev)
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetObservation200JSONResponse{Body: observationTo(o), Headers: GetObservation200ResponseHeaders{ETag: etag}}, nil
}

// CorrectObservation puts another session in the place of one.
func (a *api) CorrectObservation(ctx context.Context, in CorrectObservationRequestObject) (CorrectObservationResponseObject, error) {
	p, s := principalOf(ctx), sessionFrom(*in.Body)
	if s.ID != "" && s.ID != in.ID {
		return nil, fmt.Errorf("%w: the session has one id in the path and another in the body", sampling.ErrInvalid)
	}
	s.ID = in.ID
	o, err := a.desk.FileObservation(ctx, p.Tenant, p.Actor, revOf(in.Params.IfMatch), s)
	return CorrectObservation200JSONResponse{Body: observationTo(o), Headers: CorrectObservation200ResponseHeaders{ETag: etagOf(o.Rev)}}, err
}

// SummariseObservations says what the sessions of a period found.
func (a *api) SummariseObservations(ctx context.Context, in SummariseObservationsRequestObject) (SummariseObservationsResponseObject, error) {
	w, err := a.desk.Watched(ctx, principalOf(ctx).Tenant, coordination.WatchQuery{
		Period: process.Interval{From: in.Params.From.UnixMicro(), To: in.Params.To.UnixMicro()},
		Wanted: value(in.Params.Wanted), Least: int(value(in.Params.Least)),
	})
	if err != nil {
		return nil, err
	}
	out := WatchedPeriod{
		Sessions: int64(w.Sessions), WatchedUs: w.Coverage.Watched, PeriodUs: w.Coverage.Working, Gaps: listed(w.Coverage.Gaps, spanTo),
		Cases: int64(w.Coverage.Cases), Hidden: int64(w.Hidden), Timings: listed(w.Timings, timedTo), Places: listed(w.Places, sampledTo),
	}
	return SummariseObservations200JSONResponse(out), nil
}

// DrawRounds draws times to look.
func (*api) DrawRounds(_ context.Context, in DrawRoundsRequestObject) (DrawRoundsResponseObject, error) {
	period := process.Interval{From: in.Params.From.UnixMicro(), To: in.Params.To.UnixMicro()}
	times, err := sampling.Rounds(period, nil, int(in.Params.N), uint64(value(in.Params.Seed)))
	return DrawRounds200JSONResponse{Times: listed(times, process.Time)}, err
}

func spanFrom(in TimeSpanInput) process.Interval {
	return process.Interval{From: in.From.UnixMicro(), To: in.To.UnixMicro()}
}

func spanTo(i process.Interval) TimeSpan {
	return TimeSpan{From: process.Time(i.From), To: process.Time(i.To)}
}

func sessionFrom(in ObservationInput) sampling.Session {
	s := sampling.Session{
		ID: value(in.ID), Observer: value(in.Observer), Window: spanFrom(in.Window), Places: in.Places, Breaks: eachOf(in.Breaks, spanFrom),
	}
	if in.Method == ObservationInputMethodWorkSampling {
		s.Method = sampling.WorkSampling
	}
	for _, t := range in.Timings {
		s.Timings = append(s.Timings, sampling.Timing{
			Case: value(t.Case), Activity: t.Activity, Resource: value(t.Resource), Start: t.Start.UnixMicro(), End: t.End.UnixMicro(),
		})
	}
	for _, l := range in.Looks {
		seen := sampling.Busy
		for seen.String() != string(l.Seen) {
			seen++ // the contract knows no others
		}
		s.Looks = append(s.Looks, sampling.Look{At: l.At.UnixMicro(), Place: l.Place, Seen: seen})
	}
	return s
}

func observationTo(row coordination.Observation) Observation {
	o := row.Value
	method := "stopwatch"
	if o.Method == sampling.WorkSampling {
		method = "work-sampling"
	}
	return Observation{
		ID: o.ID, Rev: row.Rev, Observer: o.Observer, Method: method, Window: spanTo(o.Window),
		Places: listed(o.Places, plain[string, string]), Breaks: listed(o.Breaks, spanTo),
		Timings: listed(o.Timings, func(t sampling.Timing) ObservedTiming {
			return ObservedTiming{
				Case: text(t.Case), Activity: t.Activity, Resource: text(t.Resource), Start: process.Time(t.Start), End: process.Time(t.End),
			}
		}),
		Looks: listed(o.Looks, func(l sampling.Look) Look {
			return Look{At: process.Time(l.At), Place: l.Place, Seen: l.Seen.String()}
		}),
	}
}

func timedTo(s sampling.Summary) TimedActivity {
	us := func(seconds float64) int64 { return int64(math.Round(seconds * 1e6)) }
	return TimedActivity{
		Activity: s.Activity, N: s.Times.Count, MeanUs: us(s.Mean), LowUs: us(s.Low), HighUs: us(s.High), Needed: int64(s.Needed),
	}
}

func sampledTo(s sampling.Sampled) SampledPlace {
	share := func(seen sampling.Seen) Proportion {
		v := s.States[seen]
		return Proportion{Hits: int64(v.Hits), Of: int64(v.Of), Low: v.Low, High: v.High}
	}
	return SampledPlace{
		Place: s.Place, Looks: int64(s.Looks), Busy: share(sampling.Busy), Starved: share(sampling.Starved), Blocked: share(sampling.Blocked),
		Away: share(sampling.Away), Needed: int64(s.Needed),
	}
}

// zoneNamed finds the zone of a calendar.
func zoneNamed(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: there is no such zone: use a name like UTC or Europe/Berlin", process.ErrCalendar)
	}
	return zone, nil
}
