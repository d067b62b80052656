package schedule

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Change is a question: what if this were so? Fields left zero change nothing.
type Change struct {
	// Moves are activities that are to begin not before a time; see also Pull.
	Moves []Floor
	// Supply takes the place of the supply position. It differs from it in the
	// Items only; their groups must be the same in both.
	Supply SupplyPosition
	Items  []string
	// Staff takes the place of the availability. It differs from it in people
	// with the Skills only.
	Staff  Availability
	Skills []string
}

// WhatIf answers a change. Only what it touches is worked out anew: activities
// that a move reaches, and the groups of items and skills concerned. The answer
// is that of Assess for the changed facts. Moves do not apply to a readiness of
// given dates. Errors: those of Assess.
func (r *Readiness) WhatIf(c Change) (*Readiness, error) {
	out := *r
	out.coverage, out.activities = slices.Clone(r.coverage), slices.Clone(r.activities)
	moved, err := out.move(c.Moves)
	if err != nil {
		return nil, err
	}
	supplies, staffing := make(map[string][]int32), make(map[string][]int32)
	if c.Supply != nil {
		out.facts.Supply = c.Supply
		for _, item := range c.Items {
			g := c.Supply.Group(item)
			if list := r.supplies[g]; len(list) > 0 {
				supplies[g] = list
			}
		}
	}
	if c.Staff != nil {
		out.facts.Staff = c.Staff
		out.staffing = out.byStaff() // groups may have joined or come apart
		for _, skill := range c.Skills {
			g := c.Staff.Group(skill)
			if list := out.staffing[g]; len(list) > 0 {
				staffing[g] = list
			}
		}
	}
	touched := make(map[int32]bool)
	for _, i := range moved {
		touched[i] = true
		for k := out.first[i]; k < out.first[i+1]; k++ {
			switch q := out.requirement(k); {
			case q.Material != nil && out.facts.Supply != nil:
				g := out.facts.Supply.Group(q.Material.Item)
				supplies[g] = out.supplies[g]
			case q.Staff != nil && out.facts.Staff != nil:
				g := out.facts.Staff.Group(q.Staff.Skill)
				staffing[g] = out.staffing[g]
			}
		}
	}
	if err := out.cover(supplies, staffing); err != nil {
		return nil, err
	}
	for _, groups := range []map[string][]int32{supplies, staffing} {
		for list := range maps.Values(groups) {
			for _, k := range list {
				touched[out.owner[k]] = true
			}
		}
	}
	out.settle(touched)
	return &out, nil
}

// move gives activities a new earliest start and dates what that reaches.
func (r *Readiness) move(moves []Floor) ([]int32, error) {
	if len(moves) == 0 {
		return nil, nil
	}
	d := r.wanted.branch()
	var changed []int32
	var f Faults
	for k, m := range moves {
		i, ok := r.net.index[m.Activity]
		if !ok || !known(m.At) || r.held != nil {
			f.Addf(fmt.Sprintf("/moves/%d", k), "invalid", "needs an activity of a plan whose dates are not given, and a time of the years 1900 to 2200")
			continue
		}
		d.floor[i] = instantOf(m.At)
		changed = append(changed, i)
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	moved := d.redate(changed)
	for _, i := range moved {
		if d.start[i] >= never || d.finish[i] >= never {
			return nil, &NoTimeError{Calendar: r.net.hours[i].name, Activity: r.net.plan.Activities[i].ID, From: time.Time{}}
		}
	}
	r.wanted = d
	return moved, nil
}

// settle sums up activities anew and dates what they delay.
func (r *Readiness) settle(touched map[int32]bool) {
	d := r.expected.branch()
	list := slices.Sorted(maps.Keys(touched))
	short := false
	for _, i := range list {
		before := r.activities[i].verdict
		r.activities[i] = r.tally(i)
		short = short || (before == Short) != (r.activities[i].verdict == Short)
		d.need[i], d.floor[i] = r.earliest(i), r.wanted.start[i]
	}
	d.redate(list)
	r.expected = d
	if short {
		r.spread()
	}
}
