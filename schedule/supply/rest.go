package supply

import (
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/schedule"
)

// pegRest serves what no stock and no order covers in time: from what planned
// orders have over, from a new order, or from something late that comes before
// a new order would.
func (n *netting) pegRest(i int32) {
	for _, w := range n.wants[i] {
		for _, o := range n.plans[i] {
			if w.rest > 0 && o.left > 0 && o.Arrives <= w.need && n.p.serves(o.Place, w.place) {
				n.takePlanned(w, o)
			}
		}
		for w.rest > 0 && n.err == nil && n.pegOne(i, w) {
		}
	}
}

// pegOne pegs a want to the best there is, and reports whether there was any.
func (n *netting) pegOne(i int32, w *want) bool {
	fresh := n.best(i, w)
	if fresh != nil && !fresh.Late {
		n.commit(i, w, fresh)
		n.takePlanned(w, fresh)
		return true
	}
	var late *stock
	for _, s := range n.stocks[i] { // by date
		if s.left > 0 && s.at > w.need && s.usable(s.at) && n.p.serves(s.place, w.place) {
			late = s
			break
		}
	}
	var over *planned
	for _, o := range n.plans[i] {
		if o.left > 0 && n.p.serves(o.Place, w.place) && (over == nil || o.Arrives < over.Arrives) {
			over = o
		}
	}
	switch {
	case late != nil && (fresh == nil || late.at <= fresh.Arrives) && (over == nil || late.at <= over.Arrives):
		n.take(w, late, min(w.rest, late.left), late.source)
	case over != nil && (fresh == nil || over.Arrives <= fresh.Arrives):
		n.takePlanned(w, over)
	case fresh != nil:
		n.commit(i, w, fresh)
		n.takePlanned(w, fresh)
	default:
		return false
	}
	return true
}

func (n *netting) takePlanned(w *want, o *planned) {
	q := min(w.rest, o.left)
	o.left -= q
	w.rest -= q
	w.pegs = append(w.pegs, peg{order: o, quantity: q, source: schedule.PegPlanned})
}

// best is the order that would cover a want: from the first source that is in
// time, else from the one that is there first; nil without any source.
func (n *netting) best(i int32, w *want) *planned {
	item := &n.p.book.Items[i]
	var best *planned
	for _, k := range n.p.items[i].sources {
		s := &n.p.book.Sources[k]
		if s.To != 0 && s.To < n.asOf {
			continue
		}
		o := n.orderFrom(s, item.ID, w)
		if o == nil {
			continue
		}
		if !o.Late {
			return o
		}
		if best == nil || o.Arrives < best.Arrives {
			best = o
		}
	}
	if best == nil && len(item.Kit) > 0 && len(n.p.items[i].sources) == 0 {
		// Put together on the spot from its components.
		best = &planned{PlannedOrder: PlannedOrder{Item: item.ID, Place: w.place, Make: true, Quantity: w.rest, Orders: 1, Need: w.need, OrderBy: w.need, Arrives: max(w.need, n.asOf)}}
		best.Late = w.need < n.asOf
		best.route = route{own: n.p.own, source: n.p.own, place: n.p.own}
	}
	return best
}

func (n *netting) orderFrom(s *Source, item string, w *want) *planned {
	quantity, orders := s.lots(w.rest)
	o := &planned{source: s, route: n.p.route(s, w.place, quantity)}
	o.PlannedOrder = PlannedOrder{
		Item: item, Place: w.place, Supplier: s.Supplier, Make: s.Make, Quantity: quantity, Orders: orders, Need: w.need,
		OrderBy: o.route.backward(w.need), Arrives: w.need,
	}
	if o.OrderBy < n.asOf {
		o.Late, o.Arrives = true, o.route.forward(n.asOf)
		if o.Arrives == 0 {
			return nil
		}
	}
	return o
}

// commit makes a planned order part of the plan and asks for its components,
// each for the day its own parent begins.
func (n *netting) commit(i int32, w *want, o *planned) {
	o.left = o.Quantity
	if o.source != nil {
		o.left = max(o.source.good(o.Quantity), w.rest)
		o.Cost = saturate(o.Quantity, o.source.UnitCost)
	}
	n.count++
	o.seq = n.count
	o.ID = fmt.Sprintf("%s@%s/%s", o.Item, o.Place, o.Need)
	for same := 1; n.named(i, o.ID); same++ {
		o.ID = fmt.Sprintf("%s@%s/%s/%d", o.Item, o.Place, o.Need, same+1)
	}
	n.plans[i] = append(n.plans[i], o)
	if o.source != nil && !o.source.Make {
		return
	}
	begin := o.OrderBy
	if o.Late {
		begin = n.p.own.OpenDay(n.asOf)
	}
	for k, line := range n.p.book.Items[i].Kit {
		at := n.p.index[line.Item]
		q := ceilOf(o.Quantity, line.Quantity*1000, int64(1000-line.Scrap))
		if q > MaxQuantity {
			n.err = &schedule.ValidationError{Fields: []schedule.Field{{
				Pointer: fmt.Sprintf("/items/%d/kit/%d", i, k), Code: "out_of_range",
				Text: fmt.Sprintf("asks for more than %d of %q for %d of %q", int64(MaxQuantity), line.Item, o.Quantity, o.Item),
			}}}
			return
		}
		c := &want{seq: n.count, item: at, place: o.Place, quantity: q, rest: q, need: begin, priority: w.priority}
		o.children = append(o.children, c)
		n.wants[at] = append(n.wants[at], c)
	}
}

// named reports whether an order of the item, or the book, has the id. Only
// orders for the same day can have it, and they come one after the other.
func (n *netting) named(i int32, id string) bool {
	for _, o := range slices.Backward(n.plans[i]) {
		if o.ID == id {
			return true
		}
	}
	for _, k := range n.p.items[i].orders {
		if n.p.book.Orders[k].ID == id {
			return true
		}
	}
	return false
}

func saturate(q, cost int64) int64 {
	if cost > 0 && q > (1<<62)/cost {
		return 1 << 62
	}
	return q * cost
}
