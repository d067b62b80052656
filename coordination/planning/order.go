package planning

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// DoOrder gives a command to a requisition or an order and returns it as it is
// afterwards. What is received and good goes into stock in the same unit of work,
// and what is returned leaves it. rev is the revision that was seen, 0 for whatever
// there is. Errors: those of supply.Decide; register.ErrNotFound and ErrConflict.
func (s *Service) DoOrder(ctx context.Context, tenant, by, id string, rev int64, c supply.Command) (supply.Order, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (supply.Order, error) {
		return s.DoOrderTx(ctx, tx, stamp, id, rev, c)
	})
}

// DoOrderTx is DoOrder inside the caller's transaction.
func (s *Service) DoOrderTx(ctx context.Context, tx register.Tx, stamp Stamp, id string, rev int64, c supply.Command) (supply.Order, error) {
	if err := stamp.check(); err != nil {
		return supply.Order{}, err
	}
	held, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return supply.Order{}, err
	}
	row, err := s.openOrder(ctx, tx, &held.Value, id, c)
	if err != nil {
		return supply.Order{}, err
	}
	if err := seen(&row, BookOrder, rev); err != nil {
		return supply.Order{}, err
	}
	happened, err := supply.Decide(row.Value, c, stamp.By, stamp.At)
	if err != nil {
		return supply.Order{}, err
	}
	var events []register.Event
	for _, e := range happened {
		row.Value = supply.Evolve(row.Value, e)
		data, err := supply.MarshalData(e)
		if err != nil {
			return supply.Order{}, err
		}
		events = append(events, register.Event{Kind: e.Kind(), At: e.At, Actor: e.By, Data: data})
	}
	if row, err = orderBook().Put(ctx, tx, row, events...); err != nil {
		return supply.Order{}, err
	}
	if err := s.followOrder(ctx, tx, stamp, &row.Value, c); err != nil {
		return supply.Order{}, err
	}
	return row.Value, release(ctx, tx, supplyBook(), held)
}

func (s *Service) openOrder(ctx context.Context, tx register.Tx, terms *SupplyTerms, id string, c supply.Command) (register.Row[supply.Order], error) {
	x, create := c.(supply.Create)
	if !create {
		return orderBook().Get(ctx, tx, id)
	}
	if x.Order.ID != id {
		return register.Row[supply.Order]{}, invalidf("/id", "invalid", "must be that of the order")
	}
	row, err := find(ctx, tx, orderBook(), id)
	if err != nil {
		return row, err
	}
	return row, s.known(ctx, tx, terms, x.Order.Item, x.Order.Place)
}

// followOrder books what a delivery brings or what is sent back. The lots of an
// order are those of Order.Stock.
func (s *Service) followOrder(ctx context.Context, tx register.Tx, stamp Stamp, o *supply.Order, c supply.Command) error {
	switch c := c.(type) {
	case supply.Receive:
		if c.Receipt.Wrong {
			return nil
		}
		return s.takeIn(ctx, tx, stamp, o, len(o.Receipts)-1)
	case supply.Return:
		if o.Receipts[c.Receipt].Wrong {
			return nil // it never went into stock
		}
		row, err := lotBook().Get(ctx, tx, o.LotOf(c.Receipt))
		if err != nil {
			return err
		}
		b, err := supply.Take(row.Value, supply.SentBack, c.Quantity, o.ID)
		if err != nil {
			return err
		}
		_, err = s.book(ctx, tx, stamp, row, b)
		return err
	}
	return nil
}

func (s *Service) takeIn(ctx context.Context, tx register.Tx, stamp Stamp, o *supply.Order, receipt int) error {
	row, err := find(ctx, tx, lotBook(), o.LotOf(receipt))
	if err != nil {
		return err
	}
	if row.Rev == 0 {
		row.Value = supply.Lot{ID: row.ID, Item: o.Item, Place: o.Place}
	}
	if row.Value.Item != o.Item || row.Value.Place != o.Place {
		return &schedule.RefusedError{Command: "receive", Unmet: []schedule.Unmet{{
			Condition: "lot", Ref: row.ID, Text: fmt.Sprintf("lot %q is of another item or lies at another place: name another lot", row.ID),
		}}}
	}
	_, err = s.book(ctx, tx, stamp, row, supply.Booking{Kind: supply.TakenIn, By: o.Receipts[receipt].Quantity, Ref: o.ID})
	return err
}

// Order returns a requisition or an order, or register.ErrNotFound.
func (s *Service) Order(ctx context.Context, tenant, id string) (supply.Order, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (supply.Order, error) {
		row, err := orderBook().Get(ctx, tx, id)
		return row.Value, err
	})
}

// Orders returns a page of the orders by id, or of those in a state.
func (s *Service) Orders(ctx context.Context, tenant string, state supply.OrderState, after string, limit int) ([]supply.Order, string, error) {
	q := register.Query{After: after, Limit: limit}
	if state != "" {
		q.Key = "state"
		q = q.Only(string(state))
	}
	rows, next, err := list(ctx, s, tenant, orderBook(), q)
	var out []supply.Order
	for i := range rows {
		out = append(out, rows[i].Value)
	}
	return out, next, err
}

// OrderHistory returns a page of what happened to an order, the oldest first; next
// is 0 at the end.
func (s *Service) OrderHistory(ctx context.Context, tenant, id string, after int64, limit int) (page []supply.Event, next int64, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		page = nil
		if _, err := orderBook().Get(ctx, tx, id); err != nil {
			return err
		}
		rows, more, err := orderBook().History(ctx, tx, id, after, limit)
		for _, r := range rows {
			e, err := supply.UnmarshalData(r.Kind, r.Data)
			if err != nil {
				return err
			}
			e.Order, e.At, e.By = id, r.At, r.Actor
			page = append(page, e)
		}
		next = more
		return err
	})
	return page, next, err
}
