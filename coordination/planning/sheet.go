package planning

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

// The books.
const (
	BookPlan        = "plan"
	BookPage        = "plan.page"
	BookProposal    = "plan.proposal"
	BookSupply      = "supply"
	BookItem        = "supply.item"
	BookLot         = "supply.lot"
	BookOrder       = "supply.order"
	BookReservation = "supply.reservation"
	BookStaff       = "staff"
	BookPerson      = "staff.person"
	BookAttendance  = "staff.attendance"
)

// MaxPlanID is the longest id of a plan, in bytes: the ids of its pages begin
// with it.
const MaxPlanID = 150

// head is the sheet of a plan: all of it but what stands on pages.
type head struct {
	plans.Head

	Pages     int         `json:"pages"`
	Baselines []baselined `json:"baselines,omitempty"`
	// For lists.
	Activities int       `json:"activities"`
	Finish     time.Time `json:"finish,omitzero"` // latest planned
	// Wanting counts the activities that still ask for material.
	Wanting int `json:"wanting,omitempty"`
}

type baselined struct {
	Name  string    `json:"name"`
	Taken time.Time `json:"taken"`
}

// page holds part of a plan: things of one kind, in their order.
type page struct {
	Plan       string                    `json:"plan"`
	Calendar   *schedule.Calendar        `json:"calendar,omitempty"`
	Activities []schedule.Activity       `json:"activities,omitempty"`
	Relations  []schedule.Relation       `json:"relations,omitempty"`
	Baseline   string                    `json:"baseline,omitempty"`
	Dates      map[string]schedule.Dates `json:"dates,omitempty"`
}

// How many of a kind stand on a page; plans.MaxActivity keeps pages within what
// a sheet may hold.
const (
	activitiesOfPage = 64
	relationsOfPage  = 800
	datesOfPage      = 1500
)

// headBook finds plans that still ask for material by the key "wanting".
func headBook() register.Register[head] {
	return register.Register[head]{Book: BookPlan, Keys: func(h head) []register.Key {
		if h.Wanting == 0 {
			return nil
		}
		return []register.Key{{Name: "wanting", Value: "material"}}
	}}
}

func pageBook() register.Register[page] {
	return register.Register[page]{Book: BookPage, Keys: func(p page) []register.Key { return []register.Key{{Name: "plan", Value: p.Plan}} }}
}

func pageID(plan, kind string, n int) string { return fmt.Sprintf("%s/%s/%06d", plan, kind, n) }

// paged is the pages of a plan by id. A page begins where it began before, since
// activities are only added behind the others.
func paged(p *schedule.Plan) (ids []string, pages map[string]page) {
	pages = make(map[string]page)
	add := func(kind string, n int, x page) {
		x.Plan = p.ID
		id := pageID(p.ID, kind, n)
		ids, pages[id] = append(ids, id), x
	}
	for i := range p.Calendars {
		add("c", i, page{Calendar: &p.Calendars[i]})
	}
	n := 0
	for part := range slices.Chunk(p.Activities, activitiesOfPage) {
		add("a", n, page{Activities: part})
		n++
	}
	n = 0
	for part := range slices.Chunk(p.Relations, relationsOfPage) {
		add("r", n, page{Relations: part})
		n++
	}
	n = 0
	for _, b := range p.Baselines {
		for part := range slices.Chunk(sorted(b.Dates), datesOfPage) {
			x := page{Baseline: b.Name, Dates: make(map[string]schedule.Dates, len(part))}
			for _, id := range part {
				x.Dates[id] = b.Dates[id]
			}
			add("b", n, x)
			n++
		}
	}
	return ids, pages
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// storePlan stores what has changed from one plan to the next one, with events.
func storePlan(ctx context.Context, tx register.Tx, row register.Row[head], was, is *schedule.Plan, events []register.Event) error {
	_, old := paged(was)
	ids, pages := paged(is)
	for _, id := range ids {
		before, there := old[id]
		if there && reflect.DeepEqual(before, pages[id]) {
			continue
		}
		x, err := find(ctx, tx, pageBook(), id) // a page that was emptied is used again
		if err != nil {
			return err
		}
		x.Value = pages[id]
		if _, err := pageBook().Put(ctx, tx, x); err != nil {
			return err
		}
	}
	for _, id := range sorted(old) {
		if _, kept := pages[id]; kept {
			continue
		}
		stored, err := pageBook().Get(ctx, tx, id)
		if err != nil {
			return err
		}
		stored.Value = page{Plan: is.ID} // sheets are not taken away: an empty page holds nothing
		if _, err := pageBook().Put(ctx, tx, stored); err != nil {
			return err
		}
	}
	h := head{Head: plans.Head{Start: is.Start, Calendar: is.Calendar, Frozen: is.Frozen}, Pages: len(ids), Activities: len(is.Activities)}
	for i := range is.Activities {
		if f := is.Activities[i].Planned.Finish; f.After(h.Finish) {
			h.Finish = f
		}
		if is.Activities[i].WantsMaterial() {
			h.Wanting++
		}
	}
	for _, b := range is.Baselines {
		h.Baselines = append(h.Baselines, baselined{b.Name, b.Taken})
	}
	row.Value = h
	_, err := headBook().Put(ctx, tx, row, events...)
	return err
}

// loadPlan reads a plan whose head is read already.
func loadPlan(ctx context.Context, tx register.Tx, row *register.Row[head]) (*schedule.Plan, error) {
	pages, err := all(ctx, tx, pageBook(), register.Query{Key: "plan"}.Only(row.ID))
	if err != nil {
		return nil, err
	}
	h := &row.Value
	p := &schedule.Plan{ID: row.ID, Rev: row.Rev, Start: h.Start, Calendar: h.Calendar, Frozen: h.Frozen}
	for _, b := range h.Baselines {
		p.Baselines = append(p.Baselines, schedule.Baseline{Name: b.Name, Taken: b.Taken, Dates: make(map[string]schedule.Dates)})
	}
	for i := range pages { // by id: calendars, activities and relations each in their order
		x := &pages[i].Value
		if x.Calendar != nil {
			p.Calendars = append(p.Calendars, *x.Calendar)
		}
		p.Activities, p.Relations = append(p.Activities, x.Activities...), append(p.Relations, x.Relations...)
		for k := range p.Baselines {
			if p.Baselines[k].Name == x.Baseline {
				maps.Copy(p.Baselines[k].Dates, x.Dates)
			}
		}
	}
	return p, nil
}
