package supply

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// want is one demand at work: of the plan, of the book, of a kit, or the safety
// level of an item.
type want struct {
	id       string
	seq      int
	item     int32
	place    string
	quantity int64
	need     schedule.Date
	priority int
	rest     int64 // not pegged yet
	pegs     []peg
	answer   *answer
}

// peg gives part of a want one source: a stock of something or a planned order.
type peg struct {
	from     *stock
	order    *planned
	quantity int64
	source   schedule.PegSource
}

// stock is a lot or an order that exists, as far as nobody has claimed it.
type stock struct {
	source      schedule.PegSource
	ref         string
	item        int32
	place       string
	at          schedule.Date // when it can be used at the place; zero is now
	expires     schedule.Date
	left        int64
	kept        int64 // reserved, for demands that are served first or not known
	owner       string
	requisition *Order
	firstNeed   schedule.Date // of what is pegged to it
}

// planned is an order nobody has asked for.
type planned struct {
	PlannedOrder

	seq      int
	left     int64 // good ones not pegged
	children []*want
	route    route
	source   *Source
	state    *answer
}

// netting is one run over some groups.
type netting struct {
	p      *Position
	asOf   schedule.Date
	wants  map[int32][]*want // by item
	stocks map[int32][]*stock
	plans  map[int32][]*planned
	count  int
	err    error
}

// net serves demands group by group.
func (p *Position) net(asOf time.Time, demands []schedule.Demand, all bool) (Result, error) {
	if err := check(demands); err != nil {
		return Result{}, err
	}
	n := &netting{p: p, asOf: dayOf(asOf, p.own), wants: make(map[int32][]*want), stocks: make(map[int32][]*stock), plans: make(map[int32][]*planned)}
	own := make([]*want, len(demands))
	arena := make([]want, len(demands))
	touched := make(map[string]bool)
	var groups []string
	touch := func(g string) {
		if !touched[g] {
			touched[g] = true
			groups = append(groups, g)
		}
	}
	known := make(map[string]bool, len(demands))
	for i := range demands {
		d := &demands[i]
		at, ok := p.index[d.Item]
		if !ok {
			continue
		}
		known[d.ID] = true
		arena[i] = n.wantOf(d, at)
		own[i] = &arena[i]
		n.wants[at] = append(n.wants[at], own[i])
		touch(p.group[at])
	}
	if all {
		for i := range p.items {
			touch(p.group[i])
		}
	}
	slices.Sort(groups)
	var others []*want
	if all {
		others = make([]*want, len(p.book.Demands))
	}
	for _, g := range groups {
		for _, k := range p.others[g] {
			d := &p.book.Demands[k]
			if known[d.ID] { // the plan asks for it itself
				continue
			}
			w := n.wantOf(d, p.index[d.Item])
			n.wants[w.item] = append(n.wants[w.item], &w)
			if all {
				others[k] = &w
			}
		}
		n.serve(p.members[g])
		if n.err != nil {
			return Result{}, n.err
		}
	}
	var out Result
	out.Coverages = make([]schedule.Coverage, len(demands))
	for i := range demands {
		out.Coverages[i] = n.coverage(&demands[i], own[i])
	}
	if all {
		out.Others = make([]schedule.Coverage, len(others))
		for i, w := range others {
			if w != nil {
				out.Others[i] = n.coverage(&p.book.Demands[i], w)
			}
		}
		n.report(&out, groups)
	}
	for _, g := range groups {
		for _, i := range p.members[g] {
			for _, o := range n.plans[i] {
				n.resolve(o)
				out.Orders = append(out.Orders, o.PlannedOrder)
			}
		}
	}
	return out, nil
}

func (n *netting) wantOf(d *schedule.Demand, item int32) want {
	need := dayOf(d.Need, n.p.hoursOfPlace(d.Place))
	return want{id: d.ID, item: item, place: d.Place, quantity: d.Quantity, rest: d.Quantity, need: need, priority: d.Priority}
}

// serve nets the items of one group, level by level: items come in order of
// level, so that kits are planned before their components.
func (n *netting) serve(members []int32) {
	for from := 0; from < len(members); {
		to := from
		for to < len(members) && n.p.items[members[to]].level == n.p.items[members[from]].level {
			to++
		}
		level := members[from:to]
		for _, i := range level {
			n.openStock(i)
			slices.SortStableFunc(n.wants[i], byDate)
			n.pegReserved(i)
			n.pegInTime(i)
		}
		for _, i := range level {
			n.pegAlternates(i)
		}
		for _, i := range level {
			n.pegRest(i)
		}
		from = to
	}
}

// openStock lists what there is and will be of an item, in the order it is
// used: stock that expires first, then by place and id; orders by date.
func (n *netting) openStock(i int32) {
	info, b := &n.p.items[i], n.p.book
	var out []*stock
	for _, k := range info.lots {
		l := &b.Lots[k]
		if l.Quantity <= 0 || (l.Expires != 0 && l.Expires < n.asOf) || !n.p.serves(l.Place, "") || (l.Quarantined && l.UsableFrom == 0) {
			continue
		}
		at := l.UsableFrom
		if at <= n.asOf {
			at = 0
		}
		out = append(out, &stock{source: schedule.PegStock, ref: l.ID, item: i, place: l.Place, at: at, expires: l.Expires, left: l.Quantity})
	}
	for _, k := range info.orders {
		o := &b.Orders[k]
		if o.Open() == 0 || !n.p.serves(o.Place, "") {
			continue
		}
		s := &stock{source: schedule.PegReceipt, ref: o.ID, item: i, place: o.Place, left: o.Open(), owner: o.For}
		if o.State.Requisition() {
			s.source, s.requisition = schedule.PegRequisition, o
		}
		s.at = n.arrival(i, o)
		if s.at == 0 {
			continue // nobody knows when: as good as nothing
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b *stock) int { return a.before(b) })
	n.stocks[i] = out
}

func (s *stock) before(x *stock) int {
	expiry := func(s *stock) schedule.Date {
		if s.expires == 0 {
			return 1 << 30
		}
		return s.expires
	}
	switch {
	case s.at != x.at:
		return int(s.at) - int(x.at)
	case s.source != x.source:
		return rank(s.source) - rank(x.source)
	case expiry(s) != expiry(x):
		return int(expiry(s)) - int(expiry(x))
	case s.ref < x.ref:
		return -1
	case s.ref > x.ref:
		return 1
	}
	return 0
}

func rank(s schedule.PegSource) int {
	return slices.Index([]schedule.PegSource{schedule.PegStock, schedule.PegReceipt, schedule.PegRequisition}, s)
}

// arrival is the day an existing order can be used: the supplier's date, or for
// a requisition the day it would come if it were ordered now. What is overdue
// cannot come before today.
func (n *netting) arrival(i int32, o *Order) schedule.Date {
	if o.State.Requisition() {
		if s := n.sourceOf(i, o.Supplier); s != nil {
			return n.p.route(s, o.Place, o.Open()).forward(n.asOf)
		}
		if o.Due == 0 {
			return 0
		}
	}
	due := max(o.Due, n.asOf)
	if o.Due == 0 {
		s := n.sourceOf(i, o.Supplier)
		if s == nil {
			return 0
		}
		r := n.p.route(s, o.Place, o.Open())
		r.admin, r.from = 0, 0 // it is ordered already
		return max(r.forward(max(o.Ordered, 1)), n.asOf)
	}
	handling := 0
	if k, ok := n.p.places[o.Place]; ok {
		handling = n.p.book.Places[k].HandlingDays
	}
	return n.p.hoursOfPlace(o.Place).DaysAfter(due, handling)
}

// sourceOf finds the terms of a supplier for an item, else the first terms.
func (n *netting) sourceOf(i int32, supplier string) *Source {
	list := n.p.items[i].sources
	for _, k := range list {
		if n.p.book.Sources[k].Supplier == supplier {
			return &n.p.book.Sources[k]
		}
	}
	if supplier == "" && len(list) > 0 {
		return &n.p.book.Sources[list[0]]
	}
	return nil
}

// pegReserved gives owners what is kept for them, and sets aside what is kept
// for demands that are not known here.
func (n *netting) pegReserved(i int32) {
	owners := make(map[string]*want)
	if len(n.p.items[i].reserves) > 0 || slices.ContainsFunc(n.stocks[i], func(s *stock) bool { return s.owner != "" }) {
		for _, w := range n.wants[i] {
			if w.id != "" {
				owners[w.id] = w
			}
		}
	}
	for _, k := range n.p.items[i].reserves {
		r := &n.p.book.Reservations[k]
		left := r.Quantity
		w := owners[r.Demand]
		for _, s := range n.stocks[i] {
			if left == 0 {
				break
			}
			if s.source != schedule.PegStock || s.left == 0 || (r.Lot != "" && s.ref != r.Lot) || !n.p.serves(s.place, r.Place) {
				continue
			}
			q := min(left, s.left)
			if w != nil {
				if !n.p.serves(s.place, w.place) || !s.usable(w.need) || w.rest == 0 {
					continue
				}
				q = min(q, w.rest)
				n.take(w, s, q, schedule.PegReserved)
			} else {
				s.left -= q
				s.kept += q
			}
			left -= q
		}
	}
	for _, s := range n.stocks[i] {
		if s.owner == "" {
			continue
		}
		if w := owners[s.owner]; w != nil && w.rest > 0 && n.p.serves(s.place, w.place) {
			n.take(w, s, min(w.rest, s.left), s.source)
		}
		s.kept += s.left // for its owner alone
		s.left = 0
	}
}

// usable reports whether the stock is still good on the day of need.
func (s *stock) usable(need schedule.Date) bool { return s.expires == 0 || need <= s.expires }

func (n *netting) take(w *want, s *stock, q int64, as schedule.PegSource) {
	if q <= 0 {
		return
	}
	s.left -= q
	w.rest -= q
	if s.firstNeed == 0 || w.need < s.firstNeed {
		s.firstNeed = w.need
	}
	w.pegs = append(w.pegs, peg{from: s, quantity: q, source: as})
}

// pegInTime serves wants by need date from stock above the safety level, then
// from orders that come in time, then from the safety stock.
func (n *netting) pegInTime(i int32) {
	stocks := n.stocks[i]
	spare := -n.p.book.Items[i].SafetyStock
	for _, s := range stocks {
		if s.source == schedule.PegStock {
			spare += s.left
		}
	}
	first := 0
	for _, w := range n.wants[i] {
		for first < len(stocks) && stocks[first].left == 0 {
			first++
		}
		for _, stage := range [...]schedule.PegSource{schedule.PegStock, schedule.PegReceipt, schedule.PegSafety} {
			for _, s := range stocks[first:] {
				if w.rest == 0 || s.at > w.need {
					break
				}
				onHand := s.source == schedule.PegStock
				if s.left == 0 || onHand == (stage == schedule.PegReceipt) || !s.usable(w.need) || !n.p.serves(s.place, w.place) {
					continue
				}
				q := min(w.rest, s.left)
				if stage == schedule.PegStock {
					q = min(q, max(0, spare))
				}
				if onHand {
					spare -= q
				}
				as := stage
				if stage == schedule.PegReceipt {
					as = s.source
				}
				n.take(w, s, q, as)
			}
		}
	}
}

// pegAlternates serves what is left from what stands in, as far as it is there
// in time and above its own safety level.
func (n *netting) pegAlternates(i int32) {
	alternates := n.p.book.Items[i].Alternates
	if len(alternates) == 0 {
		return
	}
	for _, w := range n.wants[i] {
		for _, id := range alternates {
			k := n.p.index[id]
			spare := -n.p.book.Items[k].SafetyStock
			for _, s := range n.stocks[k] {
				if s.source == schedule.PegStock {
					spare += s.left
				}
			}
			for _, s := range n.stocks[k] {
				if w.rest == 0 || s.at > w.need {
					break
				}
				if s.left == 0 || s.source == schedule.PegRequisition || !s.usable(w.need) || !n.p.serves(s.place, w.place) {
					continue
				}
				q := min(w.rest, s.left)
				if s.source == schedule.PegStock {
					q = min(q, max(0, spare))
					spare -= q
				}
				n.take(w, s, q, schedule.PegAlternate)
			}
		}
	}
}
