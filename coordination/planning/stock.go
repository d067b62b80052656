package planning

import (
	"context"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// CountLots says what lots hold now, all or none: lots that are not there are
// added. Where a count differs from what a lot should hold, reason says why.
// Errors: *schedule.ValidationError.
func (s *Service) CountLots(ctx context.Context, tenant, by string, lots []supply.Lot, reason string) error {
	stamp := s.Stamp(by)
	return s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx register.Tx) error { return s.CountLotsTx(ctx, tx, stamp, lots, reason) })
}

// CountLotsTx is CountLots inside the caller's transaction.
func (s *Service) CountLotsTx(ctx context.Context, tx register.Tx, stamp Stamp, lots []supply.Lot, reason string) error {
	_, err := s.countLots(ctx, tx, stamp, lots, reason, 0)
	return err
}

// CountLot counts one lot, at the revision that was seen.
func (s *Service) CountLot(ctx context.Context, tenant, by string, rev int64, lot supply.Lot, reason string) (register.Row[supply.Lot], error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[supply.Lot], error) {
		return s.countLots(ctx, tx, stamp, []supply.Lot{lot}, reason, rev)
	})
}

func (s *Service) countLots(ctx context.Context, tx register.Tx, stamp Stamp, lots []supply.Lot, reason string, rev int64) (row register.Row[supply.Lot], err error) {
	if err := stamp.check(); err != nil {
		return row, err
	}
	held, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return row, err
	}
	for i := range lots {
		l := lots[i]
		if row, err = find(ctx, tx, lotBook(), l.ID); err != nil {
			return row, err
		}
		if err := seen(&row, BookLot, rev); err != nil {
			return row, err
		}
		if err := s.known(ctx, tx, &held.Value, l.Item, l.Place); err != nil {
			return row, err
		}
		there := row.Rev > 0
		if there && row.Value.Item != l.Item {
			return row, &schedule.RefusedError{Command: "count", Unmet: []schedule.Unmet{{Condition: "item", Ref: l.ID, Text: "lot " + l.ID + " is of " + row.Value.Item + ": a lot keeps its item"}}}
		}
		was := row.Value
		b, err := supply.Count(was, there, l.Quantity, reason)
		if err != nil {
			return row, err
		}
		row.Value = l
		row.Value.Quantity = was.Quantity
		if row, err = s.book(ctx, tx, stamp, row, b); err != nil {
			return row, err
		}
	}
	return row, release(ctx, tx, supplyBook(), held)
}

// known refuses items and places that nobody has put.
func (s *Service) known(ctx context.Context, tx register.Tx, terms *SupplyTerms, item, place string) error {
	f := &schedule.Faults{}
	row, err := find(ctx, tx, itemBook(), item)
	if err != nil && item != "" {
		return err
	}
	if item == "" || row.Rev == 0 {
		f.Addf("/item", "unknown", "names no item: %q; put it first", item)
	}
	found := place == ""
	for i := range terms.Places {
		found = found || terms.Places[i].ID == place
	}
	if !found {
		f.Addf("/place", "unknown", "names no place: %q; put it into the terms of supply first", place)
	}
	return f.Err()
}

// booked is what a booking says in the journal, with what the lot holds after it.
type booked struct {
	supply.Booking

	Lot supply.Lot `json:"lot"`
}

// book stores a lot after a booking.
func (s *Service) book(ctx context.Context, tx register.Tx, stamp Stamp, row register.Row[supply.Lot], b supply.Booking) (register.Row[supply.Lot], error) {
	row.Value = supply.Booked(row.Value, b)
	ev, err := stamp.event(string(b.Kind), booked{b, row.Value})
	if err != nil {
		return row, err
	}
	return lotBook().Put(ctx, tx, row, ev)
}

// IssueLot takes a quantity out of a lot for a demand, and out of what is reserved
// for it. Errors: *schedule.RefusedError where the lot holds less.
func (s *Service) IssueLot(ctx context.Context, tenant, by, lot string, rev int64, quantity int64, demand string) (register.Row[supply.Lot], error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[supply.Lot], error) {
		return s.IssueLotTx(ctx, tx, stamp, lot, rev, quantity, demand)
	})
}

// IssueLotTx is IssueLot inside the caller's transaction.
func (s *Service) IssueLotTx(ctx context.Context, tx register.Tx, stamp Stamp, lot string, rev, quantity int64, demand string) (register.Row[supply.Lot], error) {
	if err := stamp.check(); err != nil {
		return register.Row[supply.Lot]{}, err
	}
	held, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return register.Row[supply.Lot]{}, err
	}
	row, err := lotBook().Get(ctx, tx, lot)
	if err != nil {
		return row, err
	}
	if err := seen(&row, BookLot, rev); err != nil {
		return row, err
	}
	b, err := supply.Take(row.Value, supply.Issued, quantity, demand)
	if err != nil {
		return row, err
	}
	if row, err = s.book(ctx, tx, stamp, row, b); err != nil {
		return row, err
	}
	if err := s.use(ctx, tx, stamp, demand, row.Value, quantity); err != nil {
		return row, err
	}
	return row, release(ctx, tx, supplyBook(), held)
}

// use takes what was issued for a demand out of what is reserved for it.
func (s *Service) use(ctx context.Context, tx register.Tx, stamp Stamp, demand string, lot supply.Lot, quantity int64) error {
	if demand == "" {
		return nil
	}
	rows, err := all(ctx, tx, reservationBook(), register.Query{Key: "demand"}.Only(demand))
	if err != nil {
		return err
	}
	for _, row := range rows {
		r := &row.Value
		if r.Item != lot.Item || (r.Lot != "" && r.Lot != lot.ID) || r.Quantity == 0 {
			continue
		}
		q := min(quantity, r.Quantity)
		r.Quantity -= q
		quantity -= q
		ev, err := stamp.event("used", row.Value)
		if err != nil {
			return err
		}
		if _, err := reservationBook().Put(ctx, tx, row, ev); err != nil {
			return err
		}
	}
	return nil
}

// MoveLot takes a quantity from a lot to another lot of the item, which is added
// at the place if it is not there.
func (s *Service) MoveLot(ctx context.Context, tenant, by, from string, rev int64, to, place string, quantity int64) (register.Row[supply.Lot], error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[supply.Lot], error) {
		return s.MoveLotTx(ctx, tx, stamp, from, rev, to, place, quantity)
	})
}

// MoveLotTx is MoveLot inside the caller's transaction.
func (s *Service) MoveLotTx(ctx context.Context, tx register.Tx, stamp Stamp, from string, rev int64, to, place string, quantity int64) (register.Row[supply.Lot], error) {
	none := register.Row[supply.Lot]{}
	if err := stamp.check(); err != nil {
		return none, err
	}
	held, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return none, err
	}
	source, err := lotBook().Get(ctx, tx, from)
	if err != nil {
		return none, err
	}
	if err := seen(&source, BookLot, rev); err != nil {
		return none, err
	}
	out, err := supply.Take(source.Value, supply.MovedOut, quantity, to)
	if err != nil {
		return none, err
	}
	target, err := find(ctx, tx, lotBook(), to)
	if err != nil {
		return none, err
	}
	if err := s.known(ctx, tx, &held.Value, source.Value.Item, place); err != nil {
		return none, err
	}
	if target.Rev == 0 {
		target.Value = source.Value
		target.Value.ID, target.Value.Place, target.Value.Quantity = to, place, 0
	}
	if to == from || target.Value.Item != source.Value.Item || target.Value.Place != place {
		return none, &schedule.RefusedError{Command: "move", Unmet: []schedule.Unmet{{Condition: "lot", Ref: to, Text: "lot " + to + " is another item's or lies at another place: name another lot"}}}
	}
	if _, err := s.book(ctx, tx, stamp, source, out); err != nil {
		return none, err
	}
	if target, err = s.book(ctx, tx, stamp, target, supply.Booking{Kind: supply.MovedIn, By: quantity, Ref: from}); err != nil {
		return none, err
	}
	return target, release(ctx, tx, supplyBook(), held)
}

// Lot returns a lot, or register.ErrNotFound.
func (s *Service) Lot(ctx context.Context, tenant, id string) (register.Row[supply.Lot], error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[supply.Lot], error) {
		return lotBook().Get(ctx, tx, id)
	})
}

// Lots returns a page of the lots, by id, or those of one item.
func (s *Service) Lots(ctx context.Context, tenant, item, after string, limit int) ([]register.Row[supply.Lot], string, error) {
	q := register.Query{After: after, Limit: limit}
	if item != "" {
		q.Key = "item"
		q = q.Only(item)
	}
	return list(ctx, s, tenant, lotBook(), q)
}

// Reserve keeps stock for a demand, under an id of the reservation; a quantity of
// 0 gives it free. Errors: *schedule.ValidationError.
func (s *Service) Reserve(ctx context.Context, tenant, by, id string, rev int64, r supply.Reservation) (register.Row[supply.Reservation], error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[supply.Reservation], error) {
		none := register.Row[supply.Reservation]{}
		if err := stamp.check(); err != nil {
			return none, err
		}
		if r.Demand == "" || r.Quantity < 0 || r.Quantity > supply.MaxQuantity {
			return none, invalidf("/demand", "invalid", "a reservation needs a demand and a quantity from 0 to %d", int64(supply.MaxQuantity))
		}
		held, err := guard(ctx, tx, supplyBook(), guardSupply)
		if err != nil {
			return none, err
		}
		row, err := find(ctx, tx, reservationBook(), id)
		if err != nil {
			return none, err
		}
		if err := seen(&row, BookReservation, rev); err != nil {
			return none, err
		}
		if err := s.known(ctx, tx, &held.Value, r.Item, r.Place); err != nil {
			return none, err
		}
		row.Value = r
		ev, err := stamp.event("reserved", r)
		if err != nil {
			return none, err
		}
		if row, err = reservationBook().Put(ctx, tx, row, ev); err != nil {
			return none, err
		}
		return row, release(ctx, tx, supplyBook(), held)
	})
}

// Reservations returns a page of the reservations, by id.
func (s *Service) Reservations(ctx context.Context, tenant, after string, limit int) ([]register.Row[supply.Reservation], string, error) {
	return list(ctx, s, tenant, reservationBook(), register.Query{After: after, Limit: limit})
}
