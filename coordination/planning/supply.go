package planning

import (
	"context"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// SupplyTerms are what holds for all materials of an office.
type SupplyTerms struct {
	Calendar  string              `json:"calendar,omitempty"` // of the buyer; empty is open every day
	Calendars []schedule.Calendar `json:"calendars,omitempty"`
	Places    []supply.Place      `json:"places,omitempty"`
	// Adopt plans with the lead times that deliveries have shown.
	Adopt *Adopt `json:"adopt,omitempty"`
}

// Adopt says when a learned lead time takes the place of the stated one.
type Adopt struct {
	Quantile   float64 `json:"quantile"`   // that is planned with, such as 0.8
	Deliveries int     `json:"deliveries"` // at least so many
}

// Item is a material with the ways to get it.
type Item struct {
	supply.Item

	Sources []supply.Source `json:"sources,omitempty"` // their Item is that of the item
}

func supplyBook() register.Register[SupplyTerms] {
	return register.Register[SupplyTerms]{Book: BookSupply}
}

func itemBook() register.Register[Item] { return register.Register[Item]{Book: BookItem} }

func lotBook() register.Register[supply.Lot] {
	return register.Register[supply.Lot]{Book: BookLot, Keys: func(l supply.Lot) []register.Key {
		return []register.Key{{Name: "item", Value: l.Item}, {Name: "place", Value: l.Place}}
	}}
}

// orderBook finds orders by state; "open" are those of which more is to come.
func orderBook() register.Register[supply.Order] {
	return register.Register[supply.Order]{Book: BookOrder, Keys: func(o supply.Order) []register.Key {
		keys := []register.Key{{Name: "item", Value: o.Item}, {Name: "state", Value: string(o.State)}}
		if o.State.Requisition() || o.State.AtSupplier() {
			keys = append(keys, register.Key{Name: "open", Value: o.Item})
		}
		return keys
	}}
}

func reservationBook() register.Register[supply.Reservation] {
	return register.Register[supply.Reservation]{Book: BookReservation, Keys: func(r supply.Reservation) []register.Key {
		return []register.Key{{Name: "demand", Value: r.Demand}, {Name: "item", Value: r.Item}}
	}}
}

// The ids of the sheets that guard the lists.
const (
	guardSupply = "supply"
	guardStaff  = "staff"
)

// guard reads the sheet that guards the lists of materials or people, before
// anything they hold; release raises its revision after everything is stored.
func guard[T any](ctx context.Context, tx register.Tx, r register.Register[T], id string) (register.Row[T], error) {
	return find(ctx, tx, r, id)
}

func release[T any](ctx context.Context, tx register.Tx, r register.Register[T], row register.Row[T], events ...register.Event) error {
	_, err := r.Put(ctx, tx, row, events...)
	return err
}

// Supply returns the terms that hold for all materials and their revision.
func (s *Service) Supply(ctx context.Context, tenant string) (SupplyTerms, int64, error) {
	row, err := view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[SupplyTerms], error) {
		return guard(ctx, tx, supplyBook(), guardSupply)
	})
	return row.Value, row.Rev, err
}

// ConfigureSupply sets the terms that hold for all materials. Places that lots
// lie in must stay. Errors: *schedule.ValidationError.
func (s *Service) ConfigureSupply(ctx context.Context, tenant, by string, rev int64, terms SupplyTerms) (int64, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (int64, error) {
		if err := stamp.check(); err != nil {
			return 0, err
		}
		row, err := guard(ctx, tx, supplyBook(), guardSupply)
		if err != nil {
			return 0, err
		}
		if err := seen(&row, BookSupply, rev); err != nil {
			return 0, err
		}
		if a := terms.Adopt; a != nil && (a.Quantile <= 0 || a.Quantile > 1 || a.Deliveries < 1) {
			return 0, invalidf("/adopt", "out_of_range", "needs a quantile above 0 and up to 1, and at least one delivery")
		}
		row.Value = terms
		book, err := loadBook(ctx, tx, &row.Value)
		if err != nil {
			return 0, err
		}
		if _, err := supply.Compile(book); err != nil {
			return 0, err
		}
		ev, err := stamp.event("configured", terms)
		if err != nil {
			return 0, err
		}
		stored, err := supplyBook().Put(ctx, tx, row, ev)
		return stored.Rev, err
	})
}

func invalidf(pointer, code, format string, args ...any) error {
	f := &schedule.Faults{}
	f.Addf(pointer, code, format, args...)
	return f.Err()
}

// PutItems puts items in the place of those of the same id, or adds them, all or
// none. Errors: *schedule.ValidationError with pointers into the list,
// *supply.CycleError where kits would be made of themselves.
func (s *Service) PutItems(ctx context.Context, tenant, by string, items []Item) error {
	stamp := s.Stamp(by)
	return s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx register.Tx) error { return s.PutItemsTx(ctx, tx, stamp, items) })
}

// PutItemsTx is PutItems inside the caller's transaction.
func (s *Service) PutItemsTx(ctx context.Context, tx register.Tx, stamp Stamp, items []Item) error {
	_, err := s.putItems(ctx, tx, stamp, items, nil)
	return err
}

// PutItem puts one item, at the revision that was seen, and returns the new one.
func (s *Service) PutItem(ctx context.Context, tenant, by string, rev int64, item Item) (int64, error) {
	stamp := s.Stamp(by)
	return update(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (int64, error) {
		return s.putItems(ctx, tx, stamp, []Item{item}, func(row *register.Row[Item]) error { return seen(row, BookItem, rev) })
	})
}

func (s *Service) putItems(ctx context.Context, tx register.Tx, stamp Stamp, items []Item, may func(*register.Row[Item]) error) (rev int64, err error) {
	if err := stamp.check(); err != nil {
		return 0, err
	}
	held, err := guard(ctx, tx, supplyBook(), guardSupply)
	if err != nil {
		return 0, err
	}
	book, err := loadBook(ctx, tx, &held.Value)
	if err != nil {
		return 0, err
	}
	if err := withItems(book, items); err != nil {
		return 0, err
	}
	if _, err := supply.Compile(book); err != nil {
		return 0, err
	}
	for i := range items {
		row, err := find(ctx, tx, itemBook(), items[i].ID)
		if err != nil {
			return 0, err
		}
		if may != nil {
			if err := may(&row); err != nil {
				return 0, err
			}
		}
		row.Value = items[i]
		ev, err := stamp.event("put", items[i])
		if err != nil {
			return 0, err
		}
		if row, err = itemBook().Put(ctx, tx, row, ev); err != nil {
			return 0, err
		}
		rev = row.Rev
	}
	return rev, release(ctx, tx, supplyBook(), held)
}

// withItems puts items into a book, with their sources in the place of theirs.
func withItems(b *supply.Book, items []Item) error {
	f := &schedule.Faults{}
	index := make(map[string]int, len(b.Items)+len(items))
	for i := range b.Items {
		index[b.Items[i].ID] = i
	}
	given := make(map[string]bool, len(items))
	for i := range items {
		x := &items[i]
		at := fmt.Sprintf("/items/%d", i)
		if x.ID == "" || len(x.ID) > register.MaxID || given[x.ID] {
			f.Addf(at+"/id", "invalid", "needs an id of up to %d bytes that no other of the list has", register.MaxID)
			continue
		}
		given[x.ID] = true
		for k := range x.Sources {
			if x.Sources[k].Item != x.ID {
				f.Addf(fmt.Sprintf("%s/sources/%d/item", at, k), "invalid", "must be the item itself")
			}
		}
		if k, ok := index[x.ID]; ok {
			b.Items[k] = x.Item
			continue
		}
		index[x.ID] = len(b.Items)
		b.Items = append(b.Items, x.Item)
	}
	if err := f.Err(); err != nil {
		return err
	}
	sources := b.Sources[:0:0]
	for _, x := range b.Sources {
		if !given[x.Item] {
			sources = append(sources, x)
		}
	}
	for i := range items {
		sources = append(sources, items[i].Sources...)
	}
	b.Sources = sources
	return nil
}

// Item returns an item and its revision, or register.ErrNotFound.
func (s *Service) Item(ctx context.Context, tenant, id string) (register.Row[Item], error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) (register.Row[Item], error) {
		return itemBook().Get(ctx, tx, id)
	})
}

// Items returns a page of the items, by id.
func (s *Service) Items(ctx context.Context, tenant, after string, limit int) ([]register.Row[Item], string, error) {
	return list(ctx, s, tenant, itemBook(), register.Query{After: after, Limit: limit})
}

// list returns a page of a register.
func list[T any](ctx context.Context, s *Service, tenant string, r register.Register[T], q register.Query) (page []register.Row[T], next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx register.Tx) error {
		page, next, err = r.List(ctx, tx, q)
		return err
	})
	return page, next, err
}

// Learned tells how long the orders that have come really took, by supplier and
// item.
func (s *Service) Learned(ctx context.Context, tenant string) ([]supply.Learned, error) {
	return view(ctx, s, tenant, func(ctx context.Context, tx register.Tx) ([]supply.Learned, error) {
		held, err := guard(ctx, tx, supplyBook(), guardSupply)
		if err != nil {
			return nil, err
		}
		book, err := loadBook(ctx, tx, &held.Value)
		if err != nil {
			return nil, err
		}
		return learned(ctx, tx, book)
	})
}

// learned learns from all orders that were received.
func learned(ctx context.Context, tx register.Tx, book *supply.Book) ([]supply.Learned, error) {
	came, err := all(ctx, tx, orderBook(), register.Query{Key: "state"}.Only(string(supply.Received)))
	if err != nil {
		return nil, err
	}
	past := *book
	past.Orders = nil
	for i := range came {
		past.Orders = append(past.Orders, came[i].Value)
	}
	p, err := supply.Compile(&past)
	if err != nil {
		return nil, err
	}
	return p.Learn(), nil
}

// loadBook reads everything that is known of materials; the guard is read before.
// Of orders it reads those of which more is to come.
func loadBook(ctx context.Context, tx register.Tx, terms *SupplyTerms) (*supply.Book, error) {
	b := &supply.Book{Calendar: terms.Calendar, Calendars: terms.Calendars, Places: terms.Places}
	items, err := all(ctx, tx, itemBook(), register.Query{})
	if err != nil {
		return nil, err
	}
	for i := range items {
		b.Items, b.Sources = append(b.Items, items[i].Value.Item), append(b.Sources, items[i].Value.Sources...)
	}
	lots, err := all(ctx, tx, lotBook(), register.Query{})
	for i := range lots {
		b.Lots = append(b.Lots, lots[i].Value)
	}
	orders, err2 := all(ctx, tx, orderBook(), register.Query{Key: "open"})
	for i := range orders {
		b.Orders = append(b.Orders, orders[i].Value)
	}
	kept, err3 := all(ctx, tx, reservationBook(), register.Query{})
	for i := range kept {
		if kept[i].Value.Quantity > 0 {
			b.Reservations = append(b.Reservations, kept[i].Value)
		}
	}
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	if terms.Adopt != nil {
		times, err := learned(ctx, tx, b)
		if err != nil {
			return nil, err
		}
		b.Sources = supply.Adopt(b.Sources, times, terms.Adopt.Quantile, terms.Adopt.Deliveries)
	}
	return b, nil
}
