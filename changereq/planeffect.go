package changereq

import (
	"context"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// PlanEffect is what the change would do to the plan and the stock, as whoever
// plans answered it. It holds for the plan as it stood at AsOf and is never
// computed silently: it is asked for, recorded, and shown with its time.
type PlanEffect struct {
	Part

	AsOf      time.Time  `json:"as_of"`
	Source    string     `json:"source,omitempty"` // which plan answered, such as plan P-7, revision 12
	Summary   string     `json:"summary,omitempty"`
	Cost      []Amount   `json:"cost,omitempty"`
	Delays    []Delay    `json:"delays,omitempty"`
	Shortages []Shortage `json:"shortages,omitempty"`
	People    []string   `json:"people,omitempty"` // whose work changes; a set, kept sorted
}

// Delay is a date that moves; it may also move forward.
type Delay struct {
	What   string    `json:"what"` // the activity, milestone or delivery
	Before time.Time `json:"before"`
	After  time.Time `json:"after"`
}

// Shortage is what would be missing in stock because of the change.
type Shortage struct {
	Item   ItemID    `json:"item"`
	Short  int64     `json:"short"` // in whole units
	Unit   string    `json:"unit,omitempty"`
	NeedBy time.Time `json:"need_by"`
}

// Proposal is the change that a plan is asked about.
type Proposal struct {
	Request ID
	Number  string
	Content Content
	Window  *Window // the scheduled one, or else the one asked for; nil when there is none yet
}

// AskPlan asks the plan what the change would do to it, and records the answer
// as a part of the assessment. Asking again replaces the answer; one that says
// the same outdates nothing.
type AskPlan struct{}

// Name of the command.
func (AskPlan) Name() string { return "ask-plan" }

func (AskPlan) validate(*fields) {}

func (AskPlan) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	if err := d.requireCategory("asking the plan", lifecycle.Intake, lifecycle.Assess, lifecycle.Decide); err != nil {
		return err
	}
	if d.env.PlanEffect == nil {
		return refused(d.command, unmet("plan", "no plan is connected to this office: assess the effect on plan and stock by hand"))
	}
	said := Assess{Parts: Assessment{Plan: d.env.PlanEffect}}
	if err := Validate(said); err != nil {
		return err
	}
	return said.decide(d)
}

// askPlan is nil when there is no plan to ask.
func (s *Service) askPlan(ctx context.Context, tenant string, r *Request) (*PlanEffect, error) {
	if s.cfg.PlanEffect == nil {
		return nil, nil //nolint:nilnil // nil is the answer that nobody plans
	}
	p := Proposal{Request: r.ID, Number: r.Number, Content: r.Content.Clone(), Window: clonePtr(r.Window)}
	if p.Window == nil {
		p.Window = clonePtr(r.Content.Window)
	}
	effect, err := s.cfg.PlanEffect(ctx, tenant, p)
	return &effect, err
}

func (e *PlanEffect) validate(f *fields, at string) {
	if e == nil {
		return
	}
	f.part(at, &e.Part)
	f.time(at+"/as_of", &e.AsOf)
	f.name(at+"/source", e.Source, optional)
	f.text(at+"/summary", e.Summary, maxText)
	if e.Summary == "" && e.Source == "" && len(e.Cost)+len(e.Delays)+len(e.Shortages)+len(e.People) == 0 {
		f.add(at, "required", "is empty: say what moves, or in the summary that nothing does")
	}
	amounts(f, at+"/cost", e.Cost)
	f.atMost(at+"/delays", len(e.Delays), maxLines)
	for i := range e.Delays {
		x, at := &e.Delays[i], element(at, "delays", i)
		f.name(at+"/what", x.What, required)
		f.time(at+"/before", &x.Before)
		f.time(at+"/after", &x.After)
	}
	f.atMost(at+"/shortages", len(e.Shortages), maxLines)
	for i := range e.Shortages {
		x, at := &e.Shortages[i], element(at, "shortages", i)
		f.name(at+"/item", string(x.Item), required)
		f.name(at+"/unit", x.Unit, optional)
		f.time(at+"/need_by", &x.NeedBy)
		if x.Short < 1 {
			f.add(at+"/short", "out_of_range", "is not a quantity that is missing: give a number above 0, or leave the line out")
		}
	}
	f.atMost(at+"/people", len(e.People), maxAffected)
	for i, who := range e.People {
		f.name(element(at, "people", i), who, required)
	}
}

// normal returns a copy in the form that is stored.
func (e *PlanEffect) normal() *PlanEffect {
	x := e.clone()
	x.AsOf = Instant(x.AsOf)
	for i := range x.Delays {
		x.Delays[i].Before, x.Delays[i].After = Instant(x.Delays[i].Before), Instant(x.Delays[i].After)
	}
	for i := range x.Shortages {
		x.Shortages[i].NeedBy = Instant(x.Shortages[i].NeedBy)
	}
	slices.Sort(x.People)
	x.People = slices.Compact(x.People)
	return x
}

func (e *PlanEffect) clone() *PlanEffect {
	if e == nil {
		return nil
	}
	x := *e
	x.Part = clonePart(x.Part)
	x.Cost, x.Delays = slices.Clone(x.Cost), slices.Clone(x.Delays)
	x.Shortages, x.People = slices.Clone(x.Shortages), slices.Clone(x.People)
	return &x
}

// writeSchedule and writeCost write what moves and what it costs, not when it
// was asked: the same answer later outdates nothing.

func (e *PlanEffect) writeSchedule(w writer) {
	if e == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(e.Summary)
	writeSet(w, e.Delays, func(w writer, x Delay) {
		w.text(x.What)
		w.time(x.Before)
		w.time(x.After)
	})
	writeSet(w, e.Shortages, func(w writer, x Shortage) {
		w.text(string(x.Item))
		w.number(x.Short)
		w.text(x.Unit)
		w.time(x.NeedBy)
	})
	w.texts(e.People)
}

func (e *PlanEffect) writeCost(w writer) {
	if e == nil {
		w.count(0)
		return
	}
	w.count(1)
	writeSet(w, e.Cost, writeAmount)
}
