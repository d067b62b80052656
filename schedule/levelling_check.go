package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// CheckLevelled reports whether a levelled plan can be carried out: Check holds
// for its dates; each requirement for people that is not left out has as many as
// it asks for, who have the skill on those days, are there whenever the work goes
// on, and have nothing else to do; and no stock that is pegged to the plan is
// used before it is there. It works from the answers of the readiness, not from
// what the search was given. Activities whose dates are facts need nobody. The
// error is a *ViolationError.
func CheckLevelled(r *Readiness, crew []CrewMember, o LevelOptions, x *Levelled) error {
	if err := Check(r.net, r.asOf, x.Dates); err != nil {
		return err
	}
	c := levelledCheck{r: r, x: x, members: make(map[string]CrewMember), posts: make(map[string][]Assignment)}
	earlier := make(map[string]int)
	for _, m := range crew {
		c.members[m.ID] = m
	}
	for k, y := range o.Assume {
		if y.Kind == RelaxPerson {
			m := y.person(len(crew) + heads(o.Assume[:k]))
			c.members[m.ID] = m
		} else {
			earlier[y.Ref] = max(earlier[y.Ref], y.Days)
		}
	}
	for _, a := range x.Assigned {
		id := RequirementID(r.net.plan.ID, a.Activity, a.Requirement)
		c.posts[id] = append(c.posts[id], a)
	}
	for i := range r.activities {
		if err := c.people(int32(i)); err != nil {
			return err
		}
	}
	if err := c.turns(); err != nil {
		return err
	}
	return c.materials(earlier)
}

// heads counts the people that are assumed.
func heads(list []Relaxation) int {
	n := 0
	for _, x := range list {
		if x.Kind == RelaxPerson {
			n++
		}
	}
	return n
}

type levelledCheck struct {
	r       *Readiness
	x       *Levelled
	members map[string]CrewMember
	posts   map[string][]Assignment // by requirement
}

// people checks the requirements of one activity.
func (c *levelledCheck) people(i int32) error {
	a := &c.r.net.plan.Activities[i]
	if !c.r.wanted.free(i) || c.r.net.work[i] == 0 {
		return nil
	}
	for k := c.r.first[i]; k < c.r.first[i+1]; k++ {
		s := c.r.requirement(k).Staff
		if s == nil || slices.Contains(c.x.Left, c.r.id(k)) {
			continue
		}
		for w := range c.r.net.hours[i].Windows(c.x.Dates[i].Start, c.x.Dates[i].Finish) {
			there := make(map[string]bool)
			for _, p := range c.posts[c.r.id(k)] {
				if p.Start.After(w.Start) || p.Finish.Before(w.Finish) {
					continue
				}
				there[p.Person] = true
				if err := c.fit(a, s, p, w); err != nil {
					return err
				}
			}
			if len(there) != s.Count || !s.Handover && len(c.posts[c.r.id(k)]) != s.Count {
				return &ViolationError{Rule: "people", Activity: a.ID, Detail: fmt.Sprintf("has %d of %d with %s from %s", len(there), s.Count, s.Skill, w.Start)}
			}
		}
	}
	return nil
}

// fit checks one person at one stretch of work.
func (c *levelledCheck) fit(a *Activity, s *Staff, p Assignment, w Interval) error {
	m, known := c.members[p.Person]
	hours := m.Hours
	if hours == nil {
		hours = Always()
	}
	holds := func(y CrewSkill) bool {
		first, last := hours.DateOf(w.Start), hours.DateOf(w.Finish.Add(-time.Microsecond))
		return y.Name == s.Skill && y.Level >= s.Level && y.From <= first && (y.To == 0 || last <= y.To)
	}
	switch {
	case !known || !slices.ContainsFunc(m.Skills, holds):
		return &ViolationError{Rule: "people", Activity: a.ID, Detail: fmt.Sprintf("has %s, who lacks %s at %s", p.Person, s.Skill, w.Start)}
	case hours.Between(w.Start, w.Finish) != w.Finish.Sub(w.Start):
		return &ViolationError{Rule: "people", Activity: a.ID, Detail: fmt.Sprintf("has %s, who is away between %s and %s", p.Person, w.Start, w.Finish)}
	}
	return nil
}

// turns checks that nobody is needed twice at a time.
func (c *levelledCheck) turns() error {
	list := slices.Clone(c.x.Assigned)
	slices.SortFunc(list, func(a, b Assignment) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), a.Start.Compare(b.Start), a.Finish.Compare(b.Finish))
	})
	for k := 1; k < len(list); k++ {
		if a, b := list[k-1], list[k]; a.Person == b.Person && b.Start.Before(a.Finish) && b.Start.Before(b.Finish) {
			return &ViolationError{Rule: "people", Activity: b.Activity, Detail: fmt.Sprintf("needs %s, who is at work on %s until %s", b.Person, a.Activity, a.Finish)}
		}
	}
	return nil
}

// materials follows each stock through the plan: what is pegged comes, what is
// asked for goes.
func (c *levelledCheck) materials(earlier map[string]int) error {
	type change struct {
		at       time.Time
		by       int64
		activity string
	}
	stocks := make(map[Material][]change)
	var keys []Material
	for k, i := range c.r.owner {
		q := c.r.requirement(int32(k)).Material
		a := &c.r.net.plan.Activities[i]
		if q == nil || a.Actual.Done() || !a.Actual.Start.IsZero() {
			continue
		}
		key := Material{Item: q.Item, Place: q.Place}
		if stocks[key] == nil {
			keys = append(keys, key)
		}
		for _, g := range c.r.coverage[k].Pegs {
			at := g.At
			if wanted := timeAt(c.r.wanted.start[i]); c.r.coverage[k].Verdict <= ReadyIf && at.After(wanted) {
				at = wanted
			}
			at = at.Add(-time.Duration(earlier[g.Ref]) * 24 * time.Hour)
			if g.Source != PegReserved {
				stocks[key] = append(stocks[key], change{at, g.Quantity, ""}, change{c.x.Dates[i].Start, -g.Quantity, a.ID})
			} else if c.x.Dates[i].Start.Before(at) {
				return &ViolationError{Rule: "material", Activity: a.ID, Detail: fmt.Sprintf("begins before %s, which is reserved for it, is there", g.Ref)}
			}
		}
	}
	for _, key := range keys {
		list := stocks[key]
		slices.SortStableFunc(list, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(b.by, a.by)) })
		left := int64(0)
		for _, y := range list {
			if left += y.by; left < 0 {
				return &ViolationError{Rule: "material", Activity: y.activity, Detail: fmt.Sprintf("takes %d of %s at %s before it is there", -left, key.Item, y.at)}
			}
		}
	}
	return nil
}
