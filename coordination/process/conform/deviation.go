package conform

import (
	"cmp"
	"slices"
)

// sum adds the variants up.
func (c *Conformance) sum(m *Model) {
	slices.SortFunc(c.Variants, func(a, b Checked) int {
		return cmp.Or(cmp.Compare(len(b.Cases), len(a.Cases)), slices.Compare(a.Activities, b.Activities))
	})
	type where struct {
		kind            MoveKind
		activity, after string
	}
	places, worst := make(map[where]int), 0
	for _, v := range c.Variants {
		c.Cases += len(v.Cases)
		c.Cost += v.Cost * len(v.Cases)
		worst += (len(v.Activities) + m.shortest) * len(v.Cases)
		if v.Cost == 0 {
			c.Fitting += len(v.Cases)
		}
		for _, move := range v.Moves {
			if move.Kind == Both {
				continue
			}
			w := where{kind: move.Kind, activity: move.Activity}
			if move.Position > 0 {
				w.after = v.Activities[move.Position-1]
			}
			at, known := places[w]
			if !known {
				at = len(c.Deviations)
				places[w] = at
				c.Deviations = append(c.Deviations, Located{Kind: w.kind, Activity: w.activity, After: w.after})
			}
			d := &c.Deviations[at]
			d.Times += len(v.Cases)
			d.Cases = append(d.Cases, v.Cases...)
		}
	}
	c.Fitness = 1
	if worst > 0 {
		c.Fitness = 1 - float64(c.Cost)/float64(worst)
	}
	for i := range c.Deviations {
		d := &c.Deviations[i]
		slices.Sort(d.Cases)
		d.Cases = slices.Compact(d.Cases)
	}
	slices.SortFunc(c.Deviations, func(a, b Located) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Activity, b.Activity), cmp.Compare(a.After, b.After))
	})
}
