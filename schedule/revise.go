package schedule

import (
	"maps"
	"slices"
)

// Revision is a change of the plan itself that is only thought of.
type Revision struct {
	Activities []Activity `json:"activities,omitzero"` // new ones, or in the place of those with the same id
	Relations  []Relation `json:"relations,omitzero"`  // added
	Cancel     []string   `json:"cancel,omitzero"`     // activities that fall away
	Moves      []Floor    `json:"moves,omitzero"`      // earliest starts
}

// Apply returns the plan as it would be. The plan given stays as it was; a
// revision that names what is not there shows when the result is compiled.
func (x Revision) Apply(p *Plan) Plan {
	out := *p
	out.Activities, out.Relations = slices.Clone(p.Activities), append(slices.Clip(p.Relations), x.Relations...)
	index := make(map[string]int, len(out.Activities))
	for i := range out.Activities {
		index[out.Activities[i].ID] = i
	}
	at := func(id string) *Activity {
		i, ok := index[id]
		if !ok {
			return nil
		}
		return &out.Activities[i]
	}
	for _, a := range x.Activities {
		if old := at(a.ID); old != nil {
			*old = a
			continue
		}
		out.Activities = append(out.Activities, a)
	}
	for _, id := range x.Cancel {
		if a := at(id); a != nil {
			a.Actual.Cancelled = true
		}
	}
	for _, m := range x.Moves {
		if a := at(m.Activity); a != nil && m.At.After(a.StartBy.NotBefore) {
			a.StartBy.NotBefore = m.At
		}
	}
	return out
}

// Revise is Assess for a plan that has changed: a plan of the same id, whose
// activities begin with those of the old one in their order. Only groups of
// requirements that differ are asked about.
func (r *Readiness) Revise(n *Network) (*Readiness, error) {
	out := &Readiness{net: n, asOf: r.asOf, facts: r.facts}
	if err := out.date(); err != nil {
		return nil, err
	}
	out.number()
	supplies, staffing := make(map[string][]int32), make(map[string][]int32)
	differ := func(k int32, x *Readiness) {
		switch q := x.requirement(k); {
		case q.Material != nil && out.facts.Supply != nil:
			g := out.facts.Supply.Group(q.Material.Item)
			supplies[g] = out.supplies[g]
		case q.Staff != nil && out.facts.Staff != nil:
			g := out.facts.Staff.Group(q.Staff.Skill)
			staffing[g] = out.staffing[g]
		}
	}
	for i := range n.plan.Activities {
		if i < len(r.net.plan.Activities) && r.sameNeeds(int32(i), out) {
			copy(out.coverage[out.first[i]:out.first[i+1]], r.coverage[r.first[i]:r.first[i+1]])
			continue
		}
		for k := out.first[i]; k < out.first[i+1]; k++ {
			differ(k, out)
		}
		if i < len(r.net.plan.Activities) {
			for k := r.first[i]; k < r.first[i+1]; k++ {
				differ(k, r)
			}
		}
	}
	if out.facts.Supply == nil {
		maps.Copy(supplies, out.supplies)
	}
	if out.facts.Staff == nil {
		maps.Copy(staffing, out.staffing)
	}
	if err := out.cover(supplies, staffing); err != nil {
		return nil, err
	}
	out.activities = make([]tally, len(n.plan.Activities))
	for i := range out.activities {
		out.activities[i] = out.tally(int32(i))
	}
	out.expect()
	return out, nil
}

// sameNeeds reports whether an activity asks for the same at the same time.
func (r *Readiness) sameNeeds(i int32, x *Readiness) bool {
	a, b := &r.net.plan.Activities[i], &x.net.plan.Activities[i]
	if r.wanted.start[i] != x.wanted.start[i] || r.wanted.finish[i] != x.wanted.finish[i] || a.Priority != b.Priority ||
		a.Actual != b.Actual || len(a.Needs) != len(b.Needs) || r.net.hours[i].name != x.net.hours[i].name {
		return false
	}
	return slices.EqualFunc(a.Needs, b.Needs, func(p, q Requirement) bool {
		return same(p.Material, q.Material) && same(p.Staff, q.Staff) && same(p.Prerequisite, q.Prerequisite)
	})
}

func same[T comparable](a, b *T) bool { return a == b || (a != nil && b != nil && *a == *b) }
