package planning

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
)

// Do gives a command to a plan and returns the plan as it is afterwards. rev is
// the revision that was seen, 0 for whatever there is. Errors: those of
// plans.Decide; register.ErrNotFound; *schedule.ConflictError if the plan is at
// another revision.
func (s *Service) Do(ctx context.Context, tenant, by, plan string, rev int64, c plans.Command) (schedule.Plan, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (schedule.Plan, error) {
		return s.DoTx(ctx, tx, stamp, plan, rev, c)
	})
}

// DoTx is Do inside the caller's transaction.
func (s *Service) DoTx(ctx context.Context, tx register.Tx, stamp Stamp, plan string, rev int64, c plans.Command) (schedule.Plan, error) {
	if err := stamp.check(); err != nil {
		return schedule.Plan{}, err
	}
	row, was, err := s.openPlan(ctx, tx, plan, c)
	if err != nil {
		return schedule.Plan{}, err
	}
	if rev != 0 && rev != row.Rev {
		return schedule.Plan{}, &schedule.ConflictError{Plan: plan, Have: row.Rev, Want: rev}
	}
	happened, err := plans.Decide(was, c, stamp.By, stamp.At)
	if err != nil {
		return schedule.Plan{}, err
	}
	is := *was
	events := make([]register.Event, len(happened))
	for i, e := range happened {
		is = plans.Evolve(is, e)
		data, err := plans.MarshalData(e)
		if err != nil {
			return schedule.Plan{}, err
		}
		events[i] = register.Event{Kind: string(e.Data.Kind()), At: e.At, Actor: e.By, Data: data}
	}
	if err := storePlan(ctx, tx, row, was, &is, events); err != nil {
		return schedule.Plan{}, err
	}
	return clonePlan(&is), nil
}

// openPlan reads a plan for a command; one that is to be created has revision 0.
func (s *Service) openPlan(ctx context.Context, tx register.Tx, id string, c plans.Command) (register.Row[head], *schedule.Plan, error) {
	if x, ok := c.(plans.Create); ok {
		if len(id) > MaxPlanID || x.Plan.ID != id {
			return register.Row[head]{}, nil, &schedule.ValidationError{Fields: []schedule.Field{{
				Pointer: "/id", Code: "invalid", Text: fmt.Sprintf("must be that of the plan and have at most %d bytes", MaxPlanID),
			}}}
		}
		row, err := find(ctx, tx, headBook(), id)
		if err != nil || row.Rev == 0 {
			return row, &schedule.Plan{ID: id}, err
		}
		return row, &schedule.Plan{ID: id, Rev: row.Rev}, nil
	}
	row, err := headBook().Get(ctx, tx, id)
	if err != nil {
		return row, nil, err
	}
	p, err := loadPlan(ctx, tx, &row)
	return row, p, err
}

// Plan returns a plan, or register.ErrNotFound.
func (s *Service) Plan(ctx context.Context, tenant, id string) (schedule.Plan, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (schedule.Plan, error) {
		n, err := s.network(ctx, tx, tenant, id)
		if err != nil {
			return schedule.Plan{}, err
		}
		return clonePlan(n.Plan()), nil
	})
}

// Summary is a plan in a list.
type Summary struct {
	ID         string
	Rev        int64
	Activities int
	Finish     time.Time // latest planned; zero if nothing is
	Baselines  []string
}

// Plans returns a page of the plans, by id.
func (s *Service) Plans(ctx context.Context, tenant, after string, limit int) (page []Summary, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		rows, more, err := headBook().List(ctx, tx, register.Query{After: after, Limit: limit})
		for i := range rows {
			x := Summary{ID: rows[i].ID, Rev: rows[i].Rev, Activities: rows[i].Value.Activities, Finish: rows[i].Value.Finish}
			for _, b := range rows[i].Value.Baselines {
				x.Baselines = append(x.Baselines, b.Name)
			}
			page = append(page, x)
		}
		next = more
		return err
	})
	return page, next, err
}

// History returns a page of the events of a plan, the oldest first; next is 0 at
// the end.
func (s *Service) History(ctx context.Context, tenant, plan string, after int64, limit int) (page []plans.Event, next int64, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		page, next, err = history(ctx, tx, plan, after, limit)
		return err
	})
	return page, next, err
}

func history(ctx context.Context, tx register.Tx, plan string, after int64, limit int) (page []plans.Event, next int64, err error) {
	if _, err := headBook().Get(ctx, tx, plan); err != nil {
		return nil, 0, err
	}
	rows, next, err := headBook().History(ctx, tx, plan, after, limit)
	for _, r := range rows {
		rev, data, err := plans.UnmarshalData(plans.Kind(r.Kind), r.Data)
		if err != nil {
			return nil, 0, err
		}
		page = append(page, plans.Event{Plan: plan, Rev: rev, At: r.At, By: r.Actor, Data: data})
	}
	return page, next, err
}

// PlanAsOf returns a plan as it was kept at a time: the fold of its events until
// then. Before its first event it is register.ErrNotFound.
func (s *Service) PlanAsOf(ctx context.Context, tenant, id string, t time.Time) (schedule.Plan, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (schedule.Plan, error) {
		var p schedule.Plan
		for after := int64(0); ; {
			events, next, err := history(ctx, tx, id, after, register.MaxLimit)
			if err != nil {
				return schedule.Plan{}, err
			}
			for _, e := range events {
				if e.At.After(t) {
					next = 0
					break
				}
				p = plans.Evolve(p, e)
			}
			if after = next; next == 0 {
				break
			}
		}
		if p.Rev == 0 {
			return p, fmt.Errorf("%w: plan %q was not kept yet at %s", register.ErrNotFound, id, t.Format(time.RFC3339))
		}
		return p, nil
	})
}

// clonePlan returns a copy that shares no memory with p.
func clonePlan(p *schedule.Plan) schedule.Plan {
	out := *p
	out.Calendars, out.Relations = slices.Clone(p.Calendars), slices.Clone(p.Relations)
	for i := range out.Calendars {
		c := &out.Calendars[i]
		for d := range c.Week {
			c.Week[d] = slices.Clone(c.Week[d])
		}
		c.Exceptions = slices.Clone(c.Exceptions)
		for k := range c.Exceptions {
			c.Exceptions[k].Shifts = slices.Clone(c.Exceptions[k].Shifts)
		}
	}
	out.Activities = slices.Clone(p.Activities)
	for i := range out.Activities {
		a := &out.Activities[i]
		a.Needs = slices.Clone(a.Needs)
		for k, q := range a.Needs {
			a.Needs[k] = schedule.Requirement{Material: clone(q.Material), Staff: clone(q.Staff), Prerequisite: clone(q.Prerequisite)}
		}
	}
	out.Baselines = slices.Clone(p.Baselines)
	for i := range out.Baselines {
		dates := make(map[string]schedule.Dates, len(out.Baselines[i].Dates))
		maps.Copy(dates, out.Baselines[i].Dates)
		out.Baselines[i].Dates = dates
	}
	return out
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	x := *p
	return &x
}
