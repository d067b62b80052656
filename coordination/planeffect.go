package coordination

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
)

// planEffect asks the stored plan that a request names what its change would do.
// The status date is the full hour that has begun: within it the readiness of the
// plan as it stands is worked out once. Work that names no earliest start and that
// the plan has not yet does not begin before the window of the request.
func (d *Desk) planEffect(ctx context.Context, tenant string, p changereq.Proposal) (changereq.PlanEffect, error) {
	if p.Content.Plan == nil {
		return changereq.PlanEffect{}, noPlan("the request does not say what it changes in a plan: add it to the content, or assess the effect on plan and stock by hand")
	}
	asOf := d.cfg.Now().UTC().Truncate(time.Hour)
	r, err := d.plans.Readiness(ctx, tenant, p.Content.Plan.Plan, asOf)
	if errors.Is(err, register.ErrNotFound) {
		return changereq.PlanEffect{}, noPlan(fmt.Sprintf("there is no plan %q in this office: name another one", p.Content.Plan.Plan))
	}
	if err != nil {
		return changereq.PlanEffect{}, err
	}
	x, unknown := revisionOf(r.Network().Plan(), p)
	if len(unknown) > 0 {
		return changereq.PlanEffect{}, noPlan(fmt.Sprintf("plan %q has no activity %s: name others", p.Content.Plan.Plan, strings.Join(unknown, ", ")))
	}
	e, err := r.EffectOf(x)
	if errors.Is(err, schedule.ErrInvalid) {
		return changereq.PlanEffect{}, noPlan("the plan would not hold together with the change: " + err.Error())
	}
	if err != nil {
		return changereq.PlanEffect{}, err
	}
	return d.effectOf(e), nil
}

func noPlan(text string) error {
	return &changereq.RefusedError{Command: changereq.AskPlan{}.Name(), Unmet: []changereq.Unmet{{Condition: "plan", Status: lifecycle.Unsatisfied, Text: text}}}
}

// revisionOf is the change of a request as a revision of the plan, and what it
// names that the plan does not have.
func revisionOf(plan *schedule.Plan, p changereq.Proposal) (x schedule.Revision, unknown []string) {
	index := make(map[string]int, len(plan.Activities))
	for i := range plan.Activities {
		index[plan.Activities[i].ID] = i
	}
	change := p.Content.Plan
	for i := range change.Work {
		w := &change.Work[i]
		var a schedule.Activity
		if k, ok := index[w.Activity]; ok {
			a = plan.Activities[k]
		} else if a.ID = w.Activity; p.Window != nil {
			a.StartBy.NotBefore = p.Window.Start
		}
		x.Activities = append(x.Activities, workOf(a, w))
		for _, before := range w.After {
			x.Relations = append(x.Relations, schedule.Relation{From: before, To: w.Activity})
		}
	}
	added := make(map[string]bool, len(x.Activities))
	for i := range x.Activities {
		added[x.Activities[i].ID] = true
	}
	for _, r := range x.Relations {
		if _, ok := index[r.From]; !ok && !added[r.From] {
			unknown = append(unknown, r.From)
		}
	}
	for _, id := range change.Cancel {
		if _, ok := index[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	x.Cancel = change.Cancel
	return x, unknown
}

// workOf is an activity as a request would have it.
func workOf(a schedule.Activity, w *changereq.PlannedWork) schedule.Activity {
	if w.Name != "" {
		a.Name = w.Name
	}
	if w.Duration > 0 {
		a.Duration = time.Duration(w.Duration) * time.Microsecond
	}
	if w.NotBefore != nil {
		a.StartBy.NotBefore = *w.NotBefore
	}
	if w.Deadline != nil {
		a.FinishBy.NotAfter = *w.Deadline
	}
	needs := make([]schedule.Requirement, 0, len(a.Needs)+len(w.Materials)+len(w.People))
	for _, q := range a.Needs {
		if !saysAnew(q, w) {
			needs = append(needs, q)
		}
	}
	for _, m := range w.Materials {
		if m.Quantity > 0 {
			needs = append(needs, schedule.Requirement{Material: &schedule.Material{Item: string(m.Item), Quantity: m.Quantity, Place: m.Place}})
		}
	}
	for _, s := range w.People {
		if s.Count > 0 {
			needs = append(needs, schedule.Requirement{Staff: &schedule.Staff{Skill: s.Skill, Level: s.Level, Count: s.Count}})
		}
	}
	a.Needs = needs
	return a
}

// saysAnew reports whether a request says anew what a requirement says.
func saysAnew(q schedule.Requirement, w *changereq.PlannedWork) bool {
	for _, m := range w.Materials {
		if q.Material != nil && q.Material.Item == string(m.Item) {
			return true
		}
	}
	for _, s := range w.People {
		if q.Staff != nil && q.Staff.Skill == s.Skill {
			return true
		}
	}
	return false
}

// The most of a list that a plan effect holds; the summary counts all.
const (
	maxEffectLines  = 100
	maxEffectPeople = 500
	maxEffectName   = 200
)

// effectOf is an effect of the plan as an assessment records it.
func (d *Desk) effectOf(e schedule.Effect) changereq.PlanEffect {
	out := changereq.PlanEffect{AsOf: e.AsOf, Source: clipped(e.Source), Summary: e.Summary, People: e.People[:min(len(e.People), maxEffectPeople)]}
	var unknown []string
	for _, x := range e.Delays {
		switch {
		case x.Unknown || x.Before.IsZero() || x.After.IsZero():
			unknown = append(unknown, x.What)
		case len(out.Delays) < maxEffectLines:
			out.Delays = append(out.Delays, changereq.Delay{What: clipped(x.What), Before: x.Before, After: x.After})
		}
	}
	for _, x := range e.Shortages[:min(len(e.Shortages), maxEffectLines)] {
		out.Shortages = append(out.Shortages, changereq.Shortage{Item: changereq.ItemID(x.Item), Short: max(x.Short, 1), NeedBy: x.NeedBy})
	}
	if len(unknown) > 0 {
		out.Summary += fmt.Sprintf(" Nobody can tell the new date of %s.", strings.Join(unknown[:min(len(unknown), 20)], ", "))
	}
	switch {
	case e.Cost == 0:
	case d.cfg.Currency == "":
		out.Summary += fmt.Sprintf(" What would have to be ordered or got besides costs %d minor units.", e.Cost)
	default:
		out.Cost = []changereq.Amount{{What: "orders and staff", Low: e.Cost, Likely: e.Cost, High: e.Cost, Currency: d.cfg.Currency}}
	}
	return out
}

func clipped(s string) string {
	if len(s) <= maxEffectName {
		return s
	}
	return strings.ToValidUTF8(s[:maxEffectName-len("…")], "") + "…"
}
