package plancsv

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Dropped is something of a plan that the table does not hold.
type Dropped struct {
	Where, What string
}

// ErrUnwritable is the class of errors about values that the cells of a table
// cannot hold so that they are read back as they are.
var ErrUnwritable = errors.New("plancsv: cannot write the plan")

// WriteActivities writes the activities of a plan with their relations as
// Activities reads them, and reports what of the plan has no place in the table.
// Everything is checked before anything is written. The error wraps
// ErrUnwritable, or is that of out.
func WriteActivities(out io.Writer, p *schedule.Plan) ([]Dropped, error) {
	fields := activityFields()
	rows := make([][]string, 0, len(p.Activities)+1)
	head := make([]string, len(fields))
	for i, f := range fields {
		head[i] = f.name
	}
	rows = append(rows, head)
	before := make(map[string][]string)
	for _, r := range p.Relations {
		s := r.From + " " + r.Kind.String()
		if r.Lag.Time != 0 {
			s = strings.TrimSpace(fmt.Sprintf("%s %v %s %s", s, r.Lag.Time, r.Lag.In, r.Lag.Calendar))
		}
		before[r.To] = append(before[r.To], s)
	}
	w := writer{}
	w.plan(p)
	for i := range p.Activities {
		cells := w.activity(&p.Activities[i])
		cells["predecessors"] = w.list(p.Activities[i].ID, before[p.Activities[i].ID])
		row := make([]string, len(fields))
		for k, f := range fields {
			row[k] = cells[f.name]
		}
		rows = append(rows, row)
	}
	if w.err != nil {
		return nil, w.err
	}
	if err := csv.NewWriter(out).WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	return w.dropped, nil
}

type writer struct {
	dropped []Dropped
	err     error
}

func (w *writer) dropf(where, format string, args ...any) {
	w.dropped = append(w.dropped, Dropped{where, fmt.Sprintf(format, args...)})
}

// plan reports what belongs to a plan and not to its activities.
func (w *writer) plan(p *schedule.Plan) {
	for i := range p.Calendars {
		w.dropf("calendar "+p.Calendars[i].ID, "a table of activities holds no calendars")
	}
	for i := range p.Baselines {
		w.dropf("baseline "+p.Baselines[i].Name, "a table of activities holds no baselines")
	}
	if !p.Start.IsZero() {
		w.dropf("plan", "its start %s", stamp(p.Start))
	}
	if p.Calendar != "" {
		w.dropf("plan", "its calendar %q", p.Calendar)
	}
	if p.Frozen != 0 {
		w.dropf("plan", "its frozen horizon of %v", p.Frozen)
	}
}

func (w *writer) activity(a *schedule.Activity) map[string]string {
	cells := map[string]string{
		"activity": w.cell(a.ID, a.ID), "name": w.cell(a.ID, a.Name), "kind": string(a.Kind), "duration": duration(a.Duration),
		"effort": duration(a.Effort), "calendar": w.cell(a.ID, a.Calendar), "place": w.cell(a.ID, a.Place), "solid": yes(a.Solid),
		"not before": stamp(a.StartBy.NotBefore), "start by": stamp(a.StartBy.NotAfter),
		"finish not before": stamp(a.FinishBy.NotBefore), "deadline": stamp(a.FinishBy.NotAfter),
		"as late": yes(a.AsLate), "manual": yes(a.Manual), "start": stamp(a.Planned.Start), "finish": stamp(a.Planned.Finish),
		"actual start": stamp(a.Actual.Start), "actual finish": stamp(a.Actual.Finish), "remaining": duration(a.Actual.Remaining),
		"cancelled": yes(a.Actual.Cancelled), "priority": strconv.Itoa(a.Priority),
	}
	var columns [4][]string // materials, people, documents, approvals
	last := schedule.Materials
	for i := range a.Needs {
		part := a.Needs[i].Part()
		if part < last {
			w.dropf("activity "+a.ID, "the order of its requirements: they are read back materials first, then people, documents, approvals")
		}
		last = max(last, part)
		columns[part] = append(columns[part], need(&a.Needs[i]))
	}
	for part, name := range [...]string{"materials", "people", "documents", "approvals"} {
		cells[name] = w.list(a.ID, columns[part])
	}
	return cells
}

func need(q *schedule.Requirement) string {
	switch {
	case q.Material != nil:
		s := q.Material.Item + ":" + strconv.FormatInt(q.Material.Quantity, 10)
		if q.Material.Place != "" {
			s += "@" + q.Material.Place
		}
		return s
	case q.Staff != nil:
		s := fmt.Sprintf("%s:%d*%d", q.Staff.Skill, q.Staff.Level, q.Staff.Count)
		if q.Staff.Handover {
			s += " handover"
		}
		return s
	case q.Prerequisite == nil:
		return ""
	case q.Prerequisite.Met:
		return q.Prerequisite.Ref + "=met"
	case q.Prerequisite.ExpectedBy.IsZero():
		return q.Prerequisite.Ref
	}
	s := q.Prerequisite.Ref + "@" + stamp(q.Prerequisite.ExpectedBy)
	if !q.Prerequisite.ActBy.IsZero() {
		s += "/" + stamp(q.Prerequisite.ActBy)
	}
	return s
}

// cell refuses what would be read back otherwise.
func (w *writer) cell(id, s string) string {
	if s != strings.TrimSpace(s) || strings.ContainsAny(s, "\r\x00") || len(s) > MaxCell {
		w.refuse(id, s)
	}
	return s
}

func (w *writer) list(id string, values []string) string {
	for _, s := range values {
		if s != strings.TrimSpace(s) || strings.ContainsAny(s, "|;\r\n\x00") {
			w.refuse(id, s)
		}
	}
	return strings.Join(values, " | ")
}

func (w *writer) refuse(id, s string) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: activity %q: %q holds what parts values, or blanks at an end", ErrUnwritable, id, s)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
