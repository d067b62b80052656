package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/register"
)

// AnalyseProcess analyses a log and keeps what was found. The log is read before
// the unit of work in which that is kept.
func (a *api) AnalyseProcess(ctx context.Context, in AnalyseProcessRequestObject) (AnalyseProcessResponseObject, error) {
	p := principalOf(ctx)
	order, err := analysisFrom(*in.Body)
	if err != nil {
		return nil, err
	}
	var prepared *coordination.PreparedAnalysis
	prepare := func() error {
		prepared, err = a.desk.PrepareAnalysis(ctx, p.Tenant, p.Actor, order)
		return err
	}
	return a.prepared(ctx, in.Params.IdempotencyKey, prepare, func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		if err := a.desk.KeepAnalysisTx(ctx, tx, prepared); err != nil {
			return reply{}, err
		}
		return created(analysisTo(prepared.Analysis), map[string]string{"Location": "/v1/analyses/" + prepared.ID})
	})
}

// ListAnalyses lists analyses.
func (a *api) ListAnalyses(ctx context.Context, in ListAnalysesRequestObject) (ListAnalysesResponseObject, error) {
	page, next, err := a.desk.Analyses(ctx, principalOf(ctx).Tenant, pageQuery(in.Params.PageToken, in.Params.PageSize))
	if err != nil {
		return nil, badToken(err)
	}
	return ListAnalyses200JSONResponse{Items: listed(page, analysisTo), NextPageToken: text(next)}, nil
}

// GetAnalysis returns an analysis.
func (a *api) GetAnalysis(ctx context.Context, in GetAnalysisRequestObject) (GetAnalysisResponseObject, error) {
	found, err := a.desk.Analysis(ctx, principalOf(ctx).Tenant, in.ID)
	return GetAnalysis200JSONResponse(analysisTo(found)), err
}

// GetFigures returns the statistics of an analysis.
func (a *api) GetFigures(ctx context.Context, in GetFiguresRequestObject) (GetFiguresResponseObject, error) {
	found, err := a.desk.Figures(ctx, principalOf(ctx).Tenant, in.ID)
	return finding{found}, err
}

// GetWaits returns why and where work waits.
func (a *api) GetWaits(ctx context.Context, in GetWaitsRequestObject) (GetWaitsResponseObject, error) {
	found, err := a.desk.Waits(ctx, principalOf(ctx).Tenant, in.ID)
	return finding{found}, err
}

// GetPictures returns what can be drawn of an analysis.
func (a *api) GetPictures(ctx context.Context, in GetPicturesRequestObject) (GetPicturesResponseObject, error) {
	found, err := a.desk.Pictures(ctx, principalOf(ctx).Tenant, in.ID)
	return finding{found}, err
}

// DrawMap draws the map of an analysis.
func (a *api) DrawMap(ctx context.Context, in DrawMapRequestObject) (DrawMapResponseObject, error) {
	tenant := principalOf(ctx).Tenant
	about, err := a.desk.Analysis(ctx, tenant, in.ID)
	if err != nil {
		return nil, err
	}
	if a.cfg.DrawProcess == nil {
		return nil, fmt.Errorf("%w: this office draws no pictures", register.ErrNotFound)
	}
	found, err := a.desk.Pictures(ctx, tenant, in.ID)
	if err != nil {
		return nil, err
	}
	format := value(in.Params.Format)
	if format == "" {
		format = DrawMapParamsFormatMermaid
	}
	return DrawMap200TextResponse(a.cfg.DrawProcess(found.Map.View(), about.Title, string(format))), nil
}

// GetAnalysisBrief returns the page of an analysis.
func (a *api) GetAnalysisBrief(ctx context.Context, in GetAnalysisBriefRequestObject) (GetAnalysisBriefResponseObject, error) {
	found, err := a.desk.ProcessBrief(ctx, principalOf(ctx).Tenant, in.ID)
	return GetAnalysisBrief200JSONResponse{Markdown: found}, err
}

// finding is a part of an analysis, which is kept in the form in which it is sent.
type finding struct{ value any }

// VisitGetFiguresResponse sends the statistics.
func (f finding) VisitGetFiguresResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitGetWaitsResponse sends the waits.
func (f finding) VisitGetWaitsResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitGetPicturesResponse sends the pictures.
func (f finding) VisitGetPicturesResponse(w http.ResponseWriter) error { return f.send(w) }

func (f finding) send(w http.ResponseWriter) error {
	body, err := json.Marshal(f.value)
	if err != nil {
		return fmt.Errorf("httpapi: part of an analysis: %w", err)
	}
	return reply{status: http.StatusOK, body: body}.send(w)
}

// pageQuery is a page of a register.
func pageQuery(token *string, size *int32) register.Query {
	return register.Query{After: value(token), Limit: int(value(size))}
}

func analysisFrom(in AnalysisInput) (coordination.AnalysisOrder, error) {
	order := coordination.AnalysisOrder{ID: value(in.ID), Title: value(in.Title), Source: sourceFrom(in.Source)}
	if len(in.Stages) > 0 {
		order.Stages = make(map[string]string, len(in.Stages))
	}
	for _, s := range in.Stages {
		order.Stages[s.Activity] = s.Stage
	}
	var err error
	order.Calendars, err = calendarsFrom(in.Calendars)
	return order, err
}

// sourceFrom reads which log is meant.
func sourceFrom(in LogSourceInput) coordination.LogSource {
	out := coordination.LogSource{
		Record: word[archive.RecordID](in.Record), Room: word[coordination.Room](in.Room), Form: string(value(in.Form)), Zone: value(in.Zone),
		Layout: value(in.Layout), ObjectType: value(in.ObjectType), Pair: value(in.Pair), Least: int(value(in.Least)),
		Lifecycle: value(in.Lifecycle), Observations: in.Observations,
	}
	if c := in.Columns; c != nil {
		out.Columns = coordination.LogColumns{
			Case: value(c.Case), Activity: value(c.Activity), Start: value(c.Start), End: value(c.End), Resource: value(c.Resource),
			Group: value(c.Group), Cost: value(c.Cost),
		}
	}
	if in.Roles != nil {
		out.Roles = make(map[string]string, len(in.Roles))
	}
	for _, r := range in.Roles {
		out.Roles[r.Resource] = r.Role
	}
	return out
}

func calendarsFrom(in []WorkCalendarInput) (map[string]*process.Calendar, error) {
	if len(in) == 0 {
		return nil, nil //nolint:nilnil // none are declared
	}
	out := make(map[string]*process.Calendar, len(in))
	for i, c := range in {
		var week []process.Shift
		for _, s := range c.Week {
			week = append(week, process.Shift{From: int(s.From), To: int(s.To)})
		}
		zone, err := zoneNamed(c.Zone)
		if err != nil {
			return nil, err
		}
		if out[c.Resource], err = process.NewCalendar(zone, week, eachOf(c.Off, spanFrom)); err != nil {
			return nil, fmt.Errorf("calendars/%d: %w", i, err)
		}
	}
	return out, nil
}

func analysisTo(a coordination.Analysis) Analysis {
	return Analysis{
		ID: a.ID, Title: text(clipped(a.Title)), Note: text(clipped(a.Note)), At: a.At, By: a.By,
		Source: LogSource{
			Record: text(a.Source.Record), Room: text(a.Source.Room), Form: text(a.Source.Form), Zone: text(a.Source.Zone),
			Layout: text(a.Source.Layout), ObjectType: text(a.Source.ObjectType), Pair: optional(a.Source.Pair),
			Lifecycle: text(a.Source.Lifecycle), Observations: a.Source.Observations,
			Anonymous: optional(a.Source.Roles != nil),
		},
		Outline: outlineTo(a),
	}
}

func outlineTo(a coordination.Analysis) LogOutline {
	o := a.Outline
	out := LogOutline{
		Cases: o.Cases, Events: o.Events, Activities: o.Activities, Variants: o.Variants, Duration: Lapse{N: o.Duration.N, MeanUs: o.Duration.MeanUs, MedianUs: o.Duration.MedianUs, P95Us: o.Duration.P95Us},
		Dropped: o.Dropped, Repaired: o.Repaired, Complete: o.Complete, Problems: []LogProblem{},
	}
	for _, p := range o.Problems {
		out.Problems = append(out.Problems, LogProblem{Reason: p.Reason, Effect: p.Effect, N: p.N, Lines: p.Lines, Detail: p.Detail})
	}
	return out
}

// clipped keeps text of a log within what the contract says.
func clipped(s string) string {
	const most = 1000
	runes := []rune(s)
	return string(runes[:min(len(runes), most)])
}
