package plans

import (
	"maps"
	"slices"

	"github.com/coordkit/coordkit/schedule"
)

// Evolve returns the plan as it is after an event. The plan given stays as it was.
func Evolve(p schedule.Plan, e Event) schedule.Plan {
	switch d := e.Data.(type) {
	case Created:
		p = schedule.Plan{ID: e.Plan, Start: d.Start, Calendar: d.Calendar, Frozen: d.Frozen}
	case Revised:
		p = revise(p, d)
	case Progressed:
		p.Activities = slices.Clone(p.Activities)
		index := indexOf(p.Activities)
		for _, x := range d.Progress {
			if i, ok := index[x.Activity]; ok {
				p.Activities[i].Actual = x.Actual
			}
		}
	case Accepted:
		p = schedule.Evolve(p, schedule.Accepted{Plan: e.Plan, Rev: e.Rev, At: e.At, By: e.By, AsOf: d.AsOf, Moves: d.Moves})
	case Baselined:
		p.Baselines = baselined(p.Baselines, d)
	}
	p.Rev = e.Rev
	return p
}

// Fold is the plan that events make.
func Fold(events []Event) schedule.Plan {
	var p schedule.Plan
	for _, e := range events {
		p = Evolve(p, e)
	}
	return p
}

// baselined adds dates to the baseline of a name, which is the last one if there
// is one.
func baselined(list []schedule.Baseline, d Baselined) []schedule.Baseline {
	list = slices.Clone(list)
	if k := len(list) - 1; k >= 0 && list[k].Name == d.Label {
		dates := maps.Clone(list[k].Dates)
		maps.Copy(dates, d.Dates)
		list[k].Dates = dates
		return list
	}
	dates := maps.Clone(d.Dates)
	if dates == nil {
		dates = make(map[string]schedule.Dates)
	}
	return append(list, schedule.Baseline{Name: d.Label, Taken: d.Taken, Dates: dates})
}

// revise puts what is new in the place of what has the same name, else behind it.
func revise(p schedule.Plan, r Revised) schedule.Plan {
	if r.Head != nil {
		p.Start, p.Calendar, p.Frozen = r.Head.Start, r.Head.Calendar, r.Head.Frozen
	}
	if len(r.Calendars) > 0 {
		p.Calendars = put(p.Calendars, r.Calendars, func(c *schedule.Calendar) string { return c.ID })
	}
	if len(r.Activities) > 0 {
		p.Activities = put(p.Activities, r.Activities, func(a *schedule.Activity) string { return a.ID })
	}
	if len(r.Cancel) > 0 {
		p.Activities = slices.Clone(p.Activities)
		index := indexOf(p.Activities)
		for _, id := range r.Cancel {
			if i, ok := index[id]; ok {
				p.Activities[i].Actual.Cancelled = true
			}
		}
	}
	if len(r.Unrelate) > 0 {
		gone := make(map[schedule.Relation]bool, len(r.Unrelate))
		for i := range r.Unrelate {
			gone[ends(&r.Unrelate[i])] = true
		}
		p.Relations = slices.DeleteFunc(slices.Clone(p.Relations), func(x schedule.Relation) bool { return gone[ends(&x)] })
		if len(p.Relations) == 0 {
			p.Relations = nil
		}
	}
	if len(r.Relations) > 0 {
		p.Relations = put(p.Relations, r.Relations, ends)
	}
	return p
}

func put[T any, K comparable](list, with []T, key func(*T) K) []T {
	out := slices.Clone(list)
	index := make(map[K]int, len(out)+len(with))
	for i := range out {
		index[key(&out[i])] = i
	}
	for i := range with {
		k := key(&with[i])
		if at, ok := index[k]; ok {
			out[at] = with[i]
			continue
		}
		index[k] = len(out)
		out = append(out, with[i])
	}
	return out
}
