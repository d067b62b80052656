package httpapi

import (
	"time"

	"github.com/coordkit/coordkit/changereq"
)

func contentFrom(in ContentInput) changereq.Content {
	return changereq.Content{
		Title: in.Title, Labels: in.Labels, Description: value(in.Description), Justification: value(in.Justification),
		BackOutPlan: value(in.BackOutPlan), Window: windowFrom(in.Window), Affected: eachOf(in.Affected, affectedFrom),
		Requires: eachOf(in.Requires, plain[string, changereq.ID]), Supersedes: eachOf(in.Supersedes, plain[string, changereq.ID]), FromTemplate: word[changereq.ID](in.FromTemplate),
		Template: via(in.Template, templateFrom), Plan: via(in.Plan, planChangeFrom),
	}
}

func contentTo(c changereq.Content) Content {
	return Content{
		Title: c.Title, Labels: c.Labels, Description: text(c.Description), Justification: text(c.Justification),
		BackOutPlan: text(c.BackOutPlan), Window: via(c.Window, windowTo), Affected: eachOf(c.Affected, affectedTo),
		Requires: eachOf(c.Requires, plain[changereq.ID, string]), Supersedes: eachOf(c.Supersedes, plain[changereq.ID, string]), FromTemplate: text(c.FromTemplate),
		Template: via(c.Template, templateTo), Plan: via(c.Plan, planChangeTo),
	}
}

func templateFrom(in TemplateInput) changereq.Template {
	return changereq.Template{
		Items: eachOf(in.Items, plain[string, changereq.ItemID]), Actions: eachOf(in.Actions, plain[string, changereq.Action]),
		MaxBand: changereq.Band(in.MaxBand), From: instantFrom(in.From), Until: instantFrom(in.Until),
		MaxCost: via(in.MaxCost, func(m MoneyInput) changereq.Money { return changereq.Money(m) }),
	}
}

func templateTo(t changereq.Template) Template {
	return Template{
		Items: listed(t.Items, plain[changereq.ItemID, string]), Actions: listed(t.Actions, plain[changereq.Action, string]),
		MaxBand: string(t.MaxBand), From: t.From, Until: t.Until,
		MaxCost: via(t.MaxCost, func(m changereq.Money) Money { return Money(m) }),
	}
}

func affectedFrom(in AffectedItemInput) changereq.AffectedItem {
	return changereq.AffectedItem{
		Item: changereq.ItemID(in.Item), Action: word[changereq.Action](in.Action), Base: value(in.Base), Owner: value(in.Owner),
	}
}

func affectedTo(a changereq.AffectedItem) AffectedItem {
	return AffectedItem{Item: string(a.Item), Action: text(a.Action), Base: text(a.Base), Owner: text(a.Owner)}
}

// windowFrom and instantFrom bring times into the form the office keeps.
func windowFrom(in *WindowInput) *changereq.Window {
	if in == nil {
		return nil
	}
	return &changereq.Window{Start: changereq.Instant(in.Start), End: changereq.Instant(in.End)}
}

func instantFrom(t *time.Time) *time.Time { return via(t, changereq.Instant) }

func windowTo(w changereq.Window) Window { return Window{Start: w.Start, End: w.End} }

func planChangeFrom(in PlanChangeInput) changereq.PlanChange {
	return changereq.PlanChange{Plan: in.Plan, Cancel: in.Cancel, Work: eachOf(in.Work, func(w PlannedWorkInput) changereq.PlannedWork {
		return changereq.PlannedWork{
			Activity: w.Activity, Name: value(w.Name), Duration: value(w.DurationUs), NotBefore: instantFrom(w.NotBefore), Deadline: instantFrom(w.Deadline),
			After: w.After,
			Materials: eachOf(w.Materials, func(m PlannedMaterialInput) changereq.PlannedMaterial {
				return changereq.PlannedMaterial{Item: changereq.ItemID(m.Item), Quantity: m.Quantity, Place: value(m.Place)}
			}),
			People: eachOf(w.People, func(x PlannedPeopleInput) changereq.PlannedPeople {
				return changereq.PlannedPeople{Skill: x.Skill, Level: int(value(x.Level)), Count: int(x.Count)}
			}),
		}
	})}
}

func planChangeTo(p changereq.PlanChange) PlanChange {
	return PlanChange{Plan: p.Plan, Cancel: p.Cancel, Work: eachOf(p.Work, func(w changereq.PlannedWork) PlannedWork {
		return PlannedWork{
			Activity: w.Activity, Name: text(w.Name), DurationUs: optional(w.Duration), NotBefore: w.NotBefore, Deadline: w.Deadline, After: w.After,
			Materials: eachOf(w.Materials, func(m changereq.PlannedMaterial) PlannedMaterial {
				return PlannedMaterial{Item: string(m.Item), Quantity: m.Quantity, Place: text(m.Place)}
			}),
			People: eachOf(w.People, func(x changereq.PlannedPeople) PlannedPeople {
				return PlannedPeople{Skill: x.Skill, Level: optional(narrow(x.Level)), Count: narrow(x.Count)}
			}),
		}
	})}
}
