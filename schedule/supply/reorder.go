package supply

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Reorder lists the orders that items with a reorder level need: whenever stock,
// with what is on order and less what is wanted, falls below the level. The date
// of need is the day it falls there plus the lead time: the level is meant to
// last until then. Demands are those of the book and the ones given.
func (p *Position) Reorder(asOf time.Time, demands []schedule.Demand) ([]PlannedOrder, error) {
	if err := check(demands); err != nil {
		return nil, err
	}
	today := dayOf(asOf, p.own)
	var out []PlannedOrder
	for i := range p.book.Items {
		x := &p.book.Items[i]
		if x.ReorderLevel == 0 || len(p.items[i].sources) == 0 {
			continue
		}
		n := &netting{p: p, asOf: today, stocks: make(map[int32][]*stock)}
		hit, level, ok := n.falls(int32(i), demands)
		if !ok {
			continue
		}
		s := &p.book.Sources[p.items[i].sources[0]]
		quantity, orders := s.lots(x.ReorderLevel - level)
		r := p.route(s, "", quantity)
		need := r.forward(hit)
		out = append(out, PlannedOrder{
			ID: x.ID + "@/level/" + hit.String(), Item: x.ID, Supplier: s.Supplier, Make: s.Make, Quantity: quantity, Orders: orders,
			Need: need, OrderBy: hit, Arrives: need, Cost: saturate(quantity, s.UnitCost),
		})
	}
	return out, nil
}

// falls finds the first day on which the projection is below the level.
func (n *netting) falls(i int32, demands []schedule.Demand) (hit schedule.Date, level int64, ok bool) {
	n.openStock(i)
	type change struct {
		on schedule.Date
		by int64
	}
	var changes []change
	for _, s := range n.stocks[i] {
		changes = append(changes, change{max(s.at, n.asOf), s.left})
	}
	item := n.p.book.Items[i].ID
	for _, list := range [][]schedule.Demand{n.p.book.Demands, demands} {
		for k := range list {
			if d := &list[k]; d.Item == item {
				changes = append(changes, change{max(dayOf(d.Need, n.p.hoursOfPlace(d.Place)), n.asOf), -d.Quantity})
			}
		}
	}
	// An order on the way counts from today: it has been asked for already.
	for k := range changes {
		if changes[k].by > 0 {
			changes[k].on = n.asOf
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		if a.on != b.on {
			return int(a.on) - int(b.on)
		}
		if a.by > b.by {
			return -1
		}
		return 1
	})
	want := n.p.book.Items[i].ReorderLevel
	if len(changes) == 0 || changes[0].on > n.asOf {
		return n.asOf, 0, true
	}
	for k, c := range changes {
		level += c.by
		if last := k == len(changes)-1 || changes[k+1].on != c.on; last && level < want {
			return c.on, level, true
		}
	}
	return 0, 0, false
}
