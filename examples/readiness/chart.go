package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/schedule"
)

// chart draws the plan: the activities by gate, with verdicts, and the load of
// the skills that are most in demand.
func (o *office) chart() diagram.Gantt {
	p := o.readiness.Plan()
	g := diagram.Gantt{
		ID: "readiness", Title: "Readiness of the drill's launch, as of " + day(o.asOf),
		Finding: fmt.Sprintf("%d of %d requirements are in place; %d activities are late and %d short.", p.Met, p.Total, p.Activities[2], p.Activities[3]),
		From:    o.asOf.AddDate(0, 0, -3), To: latest(p).AddDate(0, 0, 7), Today: o.asOf,
	}
	names := make(map[string]string)
	for _, a := range o.network.Plan().Activities {
		names[a.ID] = a.Name
	}
	for _, gate := range o.readiness.Gates() {
		g.Rows = append(g.Rows, diagram.Bar{Label: fmt.Sprintf("%s: %v, %d %% in place", names[gate.Gate], gate.Verdict, gate.Percent())})
		list := slices.Clone(gate.Activities)
		slices.SortStableFunc(list, func(a, b string) int { return o.start(a).Compare(o.start(b)) })
		for _, id := range append(list, gate.Gate) {
			g.Rows = append(g.Rows, o.bar(id, names[id]))
		}
	}
	path := o.table.DrivingPath()
	for k := 1; k < len(path); k++ {
		g.Links = append(g.Links, diagram.Link{From: path[k-1].Activity, To: path[k].Activity})
	}
	g.Loads = o.loads(g.From, g.To)
	return g
}

func latest(p schedule.PlanReadiness) time.Time {
	if p.Expected.After(p.Wanted) {
		return p.Expected
	}
	return p.Wanted
}

func (o *office) start(id string) time.Time {
	a, _ := o.readiness.Of(id)
	return a.Wanted.Start
}

func (o *office) bar(id, name string) diagram.Bar {
	a, _ := o.readiness.Of(id)
	d, _ := o.table.Of(id)
	return diagram.Bar{
		ID: id, Label: cmp.Or(name, id), Class: a.Verdict.String(), Start: a.Wanted.Start, Finish: a.Wanted.Finish,
		Expected: diagram.Span{Start: a.Expected.Start, Finish: a.Expected.Finish}, Note: a.Cause, Strong: d.Driving,
	}
}

// loads counts, week by week, the people asked for, for the six skills that are
// most over what there is.
func (o *office) loads(from, to time.Time) []diagram.Load {
	type skill struct {
		diagram.Load
		over int
	}
	var all []skill
	index := make(map[string]int)
	monday := from.AddDate(0, 0, (8-int(from.Weekday()))%7).Truncate(24 * time.Hour)
	for _, a := range o.readiness.Activities() {
		why, _ := o.readiness.Explain(a.Activity)
		for _, q := range why.Requirements {
			s := q.Requirement.Staff
			if s == nil {
				continue
			}
			k, ok := index[s.Skill]
			if !ok {
				k = len(all)
				index[s.Skill] = k
				all = append(all, skill{Load: diagram.Load{Label: s.Skill, Capacity: o.heads(s.Skill)}})
				for w := monday; w.Before(to); w = w.AddDate(0, 0, 7) {
					all[k].Columns = append(all[k].Columns, diagram.Column{Start: w, Finish: w.AddDate(0, 0, 7)})
				}
			}
			for c := range all[k].Columns {
				x := &all[k].Columns[c]
				if a.Wanted.Start.Before(x.Finish) && x.Start.Before(a.Wanted.Finish) {
					x.Wanted += s.Count
				}
			}
		}
	}
	for k := range all {
		for _, c := range all[k].Columns {
			all[k].over += max(0, c.Wanted-all[k].Capacity)
		}
	}
	slices.SortStableFunc(all, func(a, b skill) int { return cmp.Or(cmp.Compare(b.over, a.over), cmp.Compare(a.Label, b.Label)) })
	out := []diagram.Load{}
	for _, s := range all[:min(6, len(all))] {
		out = append(out, s.Load)
	}
	return out
}

// heads is how many people have a skill.
func (o *office) heads(skill string) int {
	n := 0
	for _, g := range groups() {
		if slices.Contains(g.skills, skill) {
			n += g.people
		}
	}
	return n
}

func (o *office) writeChart(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("-svg: %w", err)
	}
	if err := o.chart().WriteSVG(f); err != nil {
		f.Close()
		return fmt.Errorf("-svg: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("-svg: %w", err)
	}
	return nil
}
