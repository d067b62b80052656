package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

func day(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.Format(time.DateOnly)
}

func by(d schedule.Date) string {
	if d == 0 {
		return "overdue"
	}
	return d.String()
}

// orders and people are what to do about materials and about staff.
func (o *office) orders() []schedule.OpenAction { return o.readiness.OpenActions(schedule.Materials) }
func (o *office) people() []schedule.OpenAction { return o.readiness.OpenActions(schedule.People) }

// print tells people.
func (o *office) print(out io.Writer, all bool) error {
	w := &writer{out: out}
	p := o.readiness.Plan()
	w.linef("Launch of the drill, as of %s: %v, %d of %d requirements in place (%d %%)", day(o.asOf), p.Verdict, p.Met, p.Total, p.Percent())
	w.linef("  activities: %d ready, %d ready if, %d late, %d short; end wanted %s, expected %s",
		p.Activities[0], p.Activities[1], p.Activities[2], p.Activities[3], day(p.Wanted), day(p.Expected))
	w.linef("\nGates")
	for _, g := range o.readiness.Gates() {
		w.linef("  %-4s %-7v %3d %%  wanted %s  expected %-10s  %s", g.Gate, g.Verdict, g.Percent(), day(g.Wanted), day(g.Expected), parts(g.Parts))
	}
	w.linef("\nActivities")
	for _, a := range o.readiness.Activities() {
		if a.Verdict != schedule.Ready || all {
			w.linef("  %-26s %-7v %3d %%  %s  %s", a.Activity, a.Verdict, a.Percent(), day(a.Wanted.Start), a.Cause)
		}
	}
	w.linef("\nTo order, by the last day")
	for _, t := range o.orders() {
		w.linef("  %-10s %s", by(t.By), t.Text)
	}
	w.linef("\nPeople to get, by the last day (of options one is enough)")
	for _, t := range o.people() {
		w.linef("  %-10s %s", by(t.By), t.Text)
	}
	w.linef("\nMost urgent")
	for n, f := range o.readiness.Urgent(10) {
		w.linef("  %2d. %s  %s: %s", n+1, f.By, f.Activity, f.Text)
	}
	last := o.risk.Gates[len(o.risk.Gates)-1]
	w.linef("\nLaunch (%d runs): P50 %s, P80 %s (%s to %s), P95 %s; by the deadline with %.0f %%",
		o.risk.Runs, day(last.P50), day(last.P80), day(last.P80Low), day(last.P80High), day(last.P95), 100*last.ByDate)
	o.printLevelled(w)
	return w.err
}

func (o *office) printLevelled(w *writer) {
	if o.levelled == nil {
		return
	}
	w.linef("\nWith nobody wanted twice (%v): end %s", o.levelled.Status, day(o.levelled.Finish))
	for _, b := range o.levelled.Bounds {
		if b.Kind != schedule.BoundRelation {
			w.linef("  %-26s %5.0f h later: %s", b.Activity, b.Delay.Hours(), b.Text)
		}
	}
	for _, x := range o.levelled.Relaxed {
		w.linef("  %s: end %s, %.0f days earlier", x.Text, day(x.Finish), x.Gain.Hours()/24)
	}
}

func parts(list []schedule.PartReadiness) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = fmt.Sprintf("%v %d/%d", p.Part, p.Met, p.Total)
	}
	return strings.Join(out, ", ")
}

// writer keeps the first error.
type writer struct {
	out io.Writer
	err error
}

func (w *writer) linef(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format+"\n", args...)
	}
}

func (w *writer) encode(v any) {
	if w.err == nil {
		w.err = json.NewEncoder(w.out).Encode(v)
	}
}

// The lines of -json: one object each, told apart by their kind.
type (
	planLine struct {
		Kind     string           `json:"kind"`
		AsOf     string           `json:"as_of"`
		Verdict  schedule.Verdict `json:"verdict"`
		Met      int              `json:"met"`
		Total    int              `json:"total"`
		Percent  int              `json:"percent"`
		Wanted   string           `json:"wanted"`
		Expected string           `json:"expected"`
	}
	gateLine struct {
		Kind     string           `json:"kind"`
		Gate     string           `json:"gate"`
		Verdict  schedule.Verdict `json:"verdict"`
		Own      schedule.Verdict `json:"own"`
		Met      int              `json:"met"`
		Total    int              `json:"total"`
		Percent  int              `json:"percent"`
		Wanted   string           `json:"wanted"`
		Expected string           `json:"expected"`
		P50      string           `json:"p50"`
		P80      string           `json:"p80"`
		P95      string           `json:"p95"`
	}
	activityLine struct {
		Kind     string           `json:"kind"`
		Activity string           `json:"activity"`
		Verdict  schedule.Verdict `json:"verdict"`
		Percent  int              `json:"percent"`
		Start    string           `json:"start"`
		Expected string           `json:"expected"`
		SlipH    float64          `json:"slip_h"`
		ActBy    schedule.Date    `json:"act_by"`
		Cause    string           `json:"cause,omitempty"`
		Root     string           `json:"root,omitempty"`
	}
	actionLine struct {
		Kind       string              `json:"kind"`
		Action     schedule.ActionKind `json:"action"`
		ID         string              `json:"id"`
		Item       string              `json:"item"`
		From       string              `json:"from,omitempty"`
		Quantity   int64               `json:"quantity"`
		By         schedule.Date       `json:"by"`
		Need       schedule.Date       `json:"need"`
		Option     bool                `json:"option,omitempty"`
		Activities []string            `json:"activities"`
	}
	levelledLine struct {
		Kind    string   `json:"kind"`
		Status  string   `json:"status"`
		Finish  string   `json:"finish"`
		Delayed int      `json:"delayed"`
		Left    []string `json:"left"` // requirements that too few qualify for
	}
	factLine struct {
		Kind     string           `json:"kind"`
		Rank     int              `json:"rank"`
		By       schedule.Date    `json:"by"`
		Verdict  schedule.Verdict `json:"verdict"`
		Activity string           `json:"activity"`
		Text     string           `json:"text"`
	}
)

// printJSON tells machines.
func (o *office) printJSON(out io.Writer, all bool) error {
	w := &writer{out: out}
	p := o.readiness.Plan()
	w.encode(planLine{"plan", day(o.asOf), p.Verdict, p.Met, p.Total, p.Percent(), day(p.Wanted), day(p.Expected)})
	sure := make(map[string][3]string)
	for _, g := range o.risk.Gates {
		sure[g.Gate] = [3]string{day(g.P50), day(g.P80), day(g.P95)}
	}
	for _, g := range o.readiness.Gates() {
		q := sure[g.Gate]
		w.encode(gateLine{"gate", g.Gate, g.Verdict, g.Own, g.Met, g.Total, g.Percent(), day(g.Wanted), day(g.Expected), q[0], q[1], q[2]})
	}
	for _, a := range o.readiness.Activities() {
		if a.Verdict == schedule.Ready && !all {
			continue
		}
		line := activityLine{"activity", a.Activity, a.Verdict, a.Percent(), day(a.Wanted.Start), day(a.Expected.Start), a.Slip.Hours(), a.ActBy, a.Cause, ""}
		if why, ok := o.readiness.Explain(a.Activity); ok && why.Root != nil {
			line.Root = why.Root.Activity
		}
		w.encode(line)
	}
	for _, t := range o.orders() {
		w.encode(actionLine{"order", t.Kind, t.ID, t.Ref, t.From, t.Quantity, t.By, t.Need, t.Option, t.Activities})
	}
	for _, t := range o.people() {
		w.encode(actionLine{"staff", t.Kind, t.ID, t.Ref, t.From, t.Quantity, t.By, t.Need, t.Option, t.Activities})
	}
	if l := o.levelled; l != nil {
		w.encode(levelledLine{"levelled", l.Status.String(), day(l.Finish), len(l.Bounds), l.Left})
	}
	for n, f := range o.readiness.Urgent(10) {
		w.encode(factLine{"fact", n + 1, f.By, f.Verdict, f.Activity, f.Text})
	}
	return w.err
}
