package changereq

import (
	"slices"
	"time"
)

// PlanChange is what a request would change in a plan: the part of its content
// that AskPlan asks about. Whoever plans knows the ids in it.
type PlanChange struct {
	Plan   string        `json:"plan"`
	Work   []PlannedWork `json:"work,omitempty"`   // by activity, each once
	Cancel []string      `json:"cancel,omitempty"` // a set, kept sorted: activities that fall away
}

// PlannedWork is an activity that is added, or one that would become another. Of
// one that is there, what is left out stays as it is.
type PlannedWork struct {
	Activity  string            `json:"activity"`
	Name      string            `json:"name,omitempty"`
	Duration  int64             `json:"duration_us,omitempty"` // open time in microseconds
	NotBefore *time.Time        `json:"not_before,omitempty"`
	Deadline  *time.Time        `json:"deadline,omitempty"`
	After     []string          `json:"after,omitempty"` // a set, kept sorted: what it waits for besides
	Materials []PlannedMaterial `json:"materials,omitempty"`
	People    []PlannedPeople   `json:"people,omitempty"`
}

// PlannedMaterial is what a piece of work needs of an item; of one it needs
// already, the quantity it would need then. A quantity of 0 needs none any more.
type PlannedMaterial struct {
	Item     ItemID `json:"item"`
	Quantity int64  `json:"quantity"`
	Place    string `json:"place,omitempty"`
}

// PlannedPeople is how many people a piece of work needs; of a skill it needs
// already, how many it would need then.
type PlannedPeople struct {
	Skill string `json:"skill"`
	Level int    `json:"level,omitempty"`
	Count int    `json:"count"`
}

// The limits of a change of a plan.
const (
	maxWork     = 500
	maxOfWork   = 100
	maxQuantity = 1 << 40
	maxWorkTime = 100 * 365 * 24 * 3600 * 1_000_000
)

func (p *PlanChange) validate(f *fields, at string) {
	if p == nil {
		return
	}
	f.name(at+"/plan", p.Plan, required)
	if len(p.Work)+len(p.Cancel) == 0 {
		f.add(at, "required", "changes nothing: name the work, or leave the change of the plan out")
	}
	f.atMost(at+"/work", len(p.Work), maxWork)
	f.atMost(at+"/cancel", len(p.Cancel), maxWork)
	for i, id := range p.Cancel {
		f.name(element(at, "cancel", i), id, required)
	}
	seen := make(map[string]bool, len(p.Work))
	for i := range p.Work {
		w, at := &p.Work[i], element(at, "work", i)
		if seen[w.Activity] || slices.Contains(p.Cancel, w.Activity) {
			f.add(at+"/activity", "duplicate", "stands twice, or falls away as well: remove one")
		}
		seen[w.Activity] = true
		w.validate(f, at)
	}
}

func (w *PlannedWork) validate(f *fields, at string) {
	f.name(at+"/activity", w.Activity, required)
	f.text(at+"/name", w.Name, maxTitle)
	if w.Duration < 0 || w.Duration > maxWorkTime {
		f.add(at+"/duration_us", "out_of_range", "must not be negative, nor longer than 100 years")
	}
	f.time(at+"/not_before", w.NotBefore)
	f.time(at+"/deadline", w.Deadline)
	f.atMost(at+"/after", len(w.After), maxOfWork)
	for i, id := range w.After {
		f.name(element(at, "after", i), id, required)
	}
	f.atMost(at+"/materials", len(w.Materials), maxOfWork)
	for i, m := range w.Materials {
		at := element(at, "materials", i)
		f.name(at+"/item", string(m.Item), required)
		f.name(at+"/place", m.Place, optional)
		if m.Quantity < 0 || m.Quantity > maxQuantity {
			f.add(at+"/quantity", "out_of_range", "must not be negative, nor above 2^40")
		}
	}
	f.atMost(at+"/people", len(w.People), maxOfWork)
	for i, x := range w.People {
		at := element(at, "people", i)
		f.name(at+"/skill", x.Skill, required)
		f.within(at+"/level", x.Level, 0, 1000)
		f.within(at+"/count", x.Count, 0, 10_000)
	}
}

// normal returns a copy in the form that is stored.
func (p *PlanChange) normal() *PlanChange {
	x := p.clone()
	if x == nil {
		return nil
	}
	slices.Sort(x.Cancel)
	x.Cancel = slices.Compact(x.Cancel)
	for i := range x.Work {
		w := &x.Work[i]
		w.NotBefore, w.Deadline = instant(w.NotBefore), instant(w.Deadline)
		slices.Sort(w.After)
		w.After = slices.Compact(w.After)
	}
	return x
}

func (p *PlanChange) clone() *PlanChange {
	if p == nil {
		return nil
	}
	x := *p
	x.Cancel, x.Work = slices.Clone(x.Cancel), slices.Clone(x.Work)
	for i := range x.Work {
		w := &x.Work[i]
		w.NotBefore, w.Deadline = clonePtr(w.NotBefore), clonePtr(w.Deadline)
		w.After, w.Materials, w.People = slices.Clone(w.After), slices.Clone(w.Materials), slices.Clone(w.People)
	}
	return &x
}

func (p *PlanChange) storable(c *storable) {
	if p == nil {
		return
	}
	c.text(p.Plan)
	c.text(p.Cancel...)
	for i := range p.Work {
		w := &p.Work[i]
		c.text(w.Activity, w.Name)
		c.text(w.After...)
		c.optional(w.NotBefore, w.Deadline)
		for _, m := range w.Materials {
			c.text(string(m.Item), m.Place)
		}
		for _, x := range w.People {
			c.text(x.Skill)
		}
	}
}

// writeTo writes nothing for a request without one: its digest is what it was
// before plans were named.
func (p *PlanChange) writeTo(w writer) {
	if p == nil {
		return
	}
	w.count(-1) // no length: what comes before cannot go on like this
	w.text(p.Plan)
	w.texts(p.Cancel)
	writeSet(w, p.Work, func(w writer, x PlannedWork) {
		w.text(x.Activity)
		w.text(x.Name)
		w.number(x.Duration)
		for _, t := range []*time.Time{x.NotBefore, x.Deadline} {
			if t == nil {
				w.count(0)
				continue
			}
			w.count(1)
			w.time(*t)
		}
		w.texts(x.After)
		writeSet(w, x.Materials, func(w writer, m PlannedMaterial) {
			w.text(string(m.Item))
			w.number(m.Quantity)
			w.text(m.Place)
		})
		writeSet(w, x.People, func(w writer, m PlannedPeople) {
			w.text(m.Skill)
			w.count(m.Level)
			w.count(m.Count)
		})
	})
}
