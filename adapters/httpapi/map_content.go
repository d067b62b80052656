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
		Template: via(in.Template, templateFrom),
	}
}

func contentTo(c changereq.Content) Content {
	return Content{
		Title: c.Title, Labels: c.Labels, Description: text(c.Description), Justification: text(c.Justification),
		BackOutPlan: text(c.BackOutPlan), Window: via(c.Window, windowTo), Affected: eachOf(c.Affected, affectedTo),
		Requires: eachOf(c.Requires, plain[changereq.ID, string]), Supersedes: eachOf(c.Supersedes, plain[changereq.ID, string]), FromTemplate: text(c.FromTemplate),
		Template: via(c.Template, templateTo),
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
