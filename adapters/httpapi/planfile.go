package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// FileProblem is what was wrong with a row of a table or an entry of a calendar.
type FileProblem struct {
	Line  int
	Field string
	Value string
	Code  string
	Text  string
}

// FileReport says how a file was read.
type FileReport struct {
	Rows, Read int
	Problems   []FileProblem
	More       int // problems beyond those listed
	Ignored    []string
	Recoded    int
	Dropped    [][2]string // where, and what of one side the other does not know
}

// PlanFormat reads and writes plans as files of another program. Errors of Read
// are about the file and are told to the caller. The functions must be safe for
// concurrent use.
type PlanFormat struct {
	Read  func(in io.Reader, zone *time.Location) (schedule.Plan, FileReport, error)
	Write func(out io.Writer, p *schedule.Plan, zone *time.Location) (FileReport, error)
}

// TableFormat reads what a planner keeps in tables and calendars. Errors are
// about the file and are told to the caller. The functions must be safe for
// concurrent use.
type TableFormat struct {
	Items      func(in io.Reader, zone *time.Location) ([]supply.Item, []supply.Source, FileReport, error)
	Stock      func(in io.Reader, zone *time.Location) ([]supply.Lot, FileReport, error)
	People     func(in io.Reader, zone *time.Location) ([]staff.Person, FileReport, error)
	Attendance func(in io.Reader, zone *time.Location) ([]staff.Record, FileReport, error)
	Absences   func(in io.Reader, zone *time.Location, person string) ([]staff.Record, FileReport, error)
}

// zoneOf resolves the zone of times that name none.
func zoneOf(name *string) (*time.Location, error) {
	if value(name) == "Local" {
		return nil, malformed(Fault{In: new("query"), Name: new("zone"), Code: codeUnknown})
	}
	loc, err := time.LoadLocation(value(name))
	if err != nil {
		return nil, malformed(Fault{In: new("query"), Name: new("zone"), Code: codeUnknown})
	}
	return loc, nil
}

// unreadableFile tells the caller what is wrong with the file as such.
func unreadableFile(err error) error {
	f := &schedule.Faults{}
	f.Addf("", codeSyntax, "%v", err)
	return errors.Join(errFormat, f.Err())
}

// planFormat finds the format of a file, and the zone of its times that name none.
func (a *api) planFormat(name string, zone *string) (PlanFormat, *time.Location, error) {
	f, ok := a.cfg.Plans[name]
	if !ok {
		return f, nil, malformed(Fault{In: new("query"), Name: new("format"), Code: codeUnknown})
	}
	loc, err := zoneOf(zone)
	return f, loc, err
}

// ImportPlan creates a plan from a file.
func (a *api) ImportPlan(ctx context.Context, in ImportPlanRequestObject) (ImportPlanResponseObject, error) {
	format, zone, err := a.planFormat(in.Params.Format, in.Params.Zone)
	if err != nil {
		return nil, err
	}
	plan, report, err := format.Read(in.Body, zone)
	if err != nil {
		return nil, unreadableFile(err)
	}
	if len(report.Problems) > 0 && !value(in.Params.Partial) {
		return nil, rowFaults(report)
	}
	plan.ID = in.Params.ID
	stamp := a.desk.Planning().Stamp(principalOf(ctx).Actor.ID)
	resource := in.Params.ID + " " + in.Params.Format + " " + value(in.Params.Zone)
	return a.once(ctx, in.Params.IdempotencyKey, resource, func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		kept, err := a.desk.Planning().DoTx(ctx, tx, stamp, plan.ID, 0, plans.Create{Plan: plan})
		if err != nil {
			return reply{}, err
		}
		out := PlanImport{Plan: inShort(kept), Dropped: listed(report.Dropped, droppedTo), Problems: listed(report.Problems, fileProblemTo)}
		return created(out, map[string]string{"ETag": etagOf(kept.Rev), "Location": planPath + kept.ID})
	})
}

// rowFaults is a report as faults of the input.
func rowFaults(report FileReport) error {
	f := &schedule.Faults{}
	for _, p := range report.Problems[:min(len(report.Problems), maxFaults)] {
		f.Addf(fmt.Sprintf("/lines/%d/%s", p.Line, p.Field), p.Code, "%s", p.Text)
	}
	return f.Err()
}

func droppedTo(d [2]string) Dropped { return Dropped{Where: d[0], What: d[1]} }

func fileProblemTo(p FileProblem) TableProblem {
	return TableProblem{Line: narrow(p.Line), Field: text(p.Field), Value: text(p.Value), Code: text(p.Code), Text: p.Text}
}

// ExportPlan writes a plan as a file.
func (a *api) ExportPlan(ctx context.Context, in ExportPlanRequestObject) (ExportPlanResponseObject, error) {
	format, zone, err := a.planFormat(in.Params.Format, in.Params.Zone)
	if err != nil {
		return nil, err
	}
	p, err := a.desk.Planning().Plan(ctx, principalOf(ctx).Tenant, in.ID)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	report, err := format.Write(&out, &p, zone)
	if err != nil {
		f := &schedule.Faults{}
		f.Addf("", codeInvalid, "%v", err)
		return nil, f.Err()
	}
	return ExportPlan200JSONResponse{Format: in.Params.Format, Content: out.String(), Dropped: listed(report.Dropped, droppedTo)}, nil
}

// ImportTable reads a table or a calendar.
func (a *api) ImportTable(ctx context.Context, in ImportTableRequestObject) (ImportTableResponseObject, error) {
	zone, err := zoneOf(in.Params.Zone)
	switch {
	case err != nil:
		return nil, err
	case a.cfg.Tables == nil:
		return nil, malformed(Fault{In: new("query"), Name: new("kind"), Code: codeUnknown})
	}
	store, count, report, err := a.table(in, zone)
	if err != nil {
		return nil, unreadableFile(err)
	}
	out := ImportTable200JSONResponse{
		Kind: string(in.Params.Kind), Rows: narrow(report.Rows), Read: narrow(report.Read), Problems: listed(report.Problems, fileProblemTo),
		More: optional(narrow(report.More)), Ignored: report.Ignored, Recoded: optional(narrow(report.Recoded)),
	}
	if len(report.Problems)+report.More > 0 && !value(in.Params.Partial) {
		return out, nil
	}
	stored, err := store(ctx, principalOf(ctx), count)
	out.Stored = narrow(stored)
	return out, err
}

// keep stores what was read and returns how many things that were.
type keep func(ctx context.Context, p Principal, read int) (int, error)

// table reads a file of a kind, and says how to store what is in it.
func (a *api) table(in ImportTableRequestObject, zone *time.Location) (store keep, count int, report FileReport, err error) {
	s := a.desk.Planning()
	switch in.Params.Kind {
	case ImportTableParamsKindItems:
		list, sources, report, err := a.cfg.Tables.Items(in.Body, zone)
		items := withSources(list, sources)
		return func(ctx context.Context, p Principal, n int) (int, error) {
			return n, s.PutItems(ctx, p.Tenant, p.Actor.ID, items)
		}, len(items), report, err
	case ImportTableParamsKindStock:
		lots, report, err := a.cfg.Tables.Stock(in.Body, zone)
		return func(ctx context.Context, p Principal, n int) (int, error) {
			return n, s.CountLots(ctx, p.Tenant, p.Actor.ID, lots, value(in.Params.Reason))
		}, len(lots), report, err
	case ImportTableParamsKindPeople:
		list, report, err := a.cfg.Tables.People(in.Body, zone)
		people := eachOf(list, func(p staff.Person) planning.Person { return planning.Person{Person: p} })
		return func(ctx context.Context, p Principal, n int) (int, error) {
			return n, s.PutPeople(ctx, p.Tenant, p.Actor.ID, people)
		}, len(people), report, err
	case ImportTableParamsKindAbsences, ImportTableParamsKindAttendance:
	}
	var records []staff.Record
	if in.Params.Kind == ImportTableParamsKindAbsences {
		records, report, err = a.cfg.Tables.Absences(in.Body, zone, value(in.Params.Person))
	} else {
		records, report, err = a.cfg.Tables.Attendance(in.Body, zone)
	}
	return func(ctx context.Context, p Principal, _ int) (int, error) {
		return s.RecordAttendance(ctx, p.Tenant, p.Actor.ID, records)
	}, len(records), report, err
}

// withSources gives items their sources.
func withSources(items []supply.Item, sources []supply.Source) []planning.Item {
	of := make(map[string][]supply.Source)
	for _, s := range sources {
		of[s.Item] = append(of[s.Item], s)
	}
	return eachOf(items, func(x supply.Item) planning.Item { return planning.Item{Item: x, Sources: of[x.ID]} })
}
