package planning

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// Question is a change that is only thought of; all its parts are at once.
type Question struct {
	Moves  []schedule.Floor // activities that begin not before a time
	Orders []OrderNow       // what is ordered today
	Pulls  []Pull           // orders that come on another day
	People []staff.Person   // who are there besides
}

// OrderNow is an order that would go out on the status date.
type OrderNow struct {
	Item     string
	Place    string
	Supplier string // empty is the first that takes it
	Quantity int64
	Due      schedule.Date // when it comes; zero follows from the supplier's terms
}

// Pull is an order that would come on another day.
type Pull struct {
	Order string
	Due   schedule.Date
}

// Answer is a question's: how things stand and how they would.
type Answer struct {
	Before, After *schedule.Readiness
}

// WhatIf answers a question about a plan and stores nothing. Errors:
// register.ErrNotFound; *schedule.ValidationError for a question that names what
// is not there.
func (s *Service) WhatIf(ctx context.Context, tenant, plan string, asOf time.Time, q Question) (Answer, error) {
	a, err := s.answer(ctx, tenant, plan, asOf)
	if err != nil {
		return Answer{}, err
	}
	c := schedule.Change{Moves: q.Moves}
	if len(q.Orders)+len(q.Pulls) > 0 {
		if c.Supply, c.Items, err = a.materials.changed(a.asOf, q); err != nil {
			return Answer{}, err
		}
	}
	if len(q.People) > 0 {
		team, skills, err := a.crew.team.With(q.People...)
		if err != nil {
			return Answer{}, err
		}
		c.Staff, c.Skills = team, skills
	}
	after, err := a.readiness.WhatIf(c)
	if err != nil {
		return Answer{}, err
	}
	return Answer{a.readiness, after}, nil
}

// changed is the position with the orders of a question, and the items they are of.
func (m materials) changed(asOf time.Time, q Question) (schedule.SupplyPosition, []string, error) {
	f := &schedule.Faults{}
	orders := make([]supply.Order, 0, len(q.Pulls)+len(q.Orders))
	for i, x := range q.Pulls {
		k := slices.IndexFunc(m.book.Orders, func(o supply.Order) bool { return o.ID == x.Order })
		if k < 0 || x.Due == 0 {
			f.Addf(fmt.Sprintf("/pulls/%d", i), "unknown", "needs an order of which more is to come, and a day: %q", x.Order)
			continue
		}
		o := m.book.Orders[k]
		o.Due = x.Due
		orders = append(orders, o)
	}
	for i, x := range q.Orders {
		due := x.Due
		if due == 0 {
			var err error
			if due, err = m.position.Arrival(x.Item, x.Supplier, x.Place, x.Quantity, asOf); err != nil {
				f.Addf(fmt.Sprintf("/orders/%d", i), "unknown", "%v", err)
				continue
			}
		}
		orders = append(orders, supply.Order{
			ID: fmt.Sprintf("what-if/%d", i+1), Item: x.Item, Place: x.Place, Supplier: x.Supplier, Quantity: x.Quantity, State: supply.Placed, Due: due,
		})
	}
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	return m.position.With(orders...)
}
