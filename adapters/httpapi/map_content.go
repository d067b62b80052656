package httpapi

import (
	"time"

	"github.com/coordkit/coordkit/changereq"
)

func contentFrom(in ContentInput) changereq.Content {
	return changereq.Content{
		Title: in.Title, Labels: in.Labels, Description: value(in.Description), Justification: value(in.Justification),
		BackOutPlan: value(in.BackOutPlan), Window: windowFrom(in.Window), Affected: eachOf(in.Affected, affectedFrom),
		Supersedes: eachOf(in.Supersedes, plain[string, changereq.ID]),
	}
}

func contentTo(c changereq.Content) Content {
	return Content{
		Title: c.Title, Labels: c.Labels, Description: text(c.Description), Justification: text(c.Justification),
		BackOutPlan: text(c.BackOutPlan), Window: via(c.Window, windowTo), Affected: eachOf(c.Affected, affectedTo),
		Supersedes: eachOf(c.Supersedes, plain[changereq.ID, string]),
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
