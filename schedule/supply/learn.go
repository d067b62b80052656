package supply

import (
	"cmp"
	"math"
	"slices"

	"github.com/coordkit/coordkit/schedule"
)

// Learned is what deliveries have shown of a supplier's lead time for an item,
// in open days of the supplier's calendar from order to complete delivery.
type Learned struct {
	Supplier, Item string
	Deliveries     int // complete ones
	Late           int // after the date first confirmed
	Days           []int
}

// Quantile is the least lead time that at least a share q of the deliveries
// kept, in open days; false without deliveries.
func (l Learned) Quantile(q float64) (int, bool) {
	if len(l.Days) == 0 {
		return 0, false
	}
	k := int(math.Ceil(q*float64(len(l.Days)))) - 1
	return l.Days[min(max(k, 0), len(l.Days)-1)], true
}

// Confidence is the probability that the longest lead time seen is not below
// the true q-quantile: 1 - q^n. It says how far to trust Quantile on few data.
func (l Learned) Confidence(q float64) float64 {
	return 1 - math.Pow(q, float64(len(l.Days)))
}

// Learn collects lead times from the orders of the book that are received in
// full, by supplier and item.
func (p *Position) Learn() []Learned {
	type key struct{ supplier, item string }
	found := make(map[key]*Learned)
	var keys []key
	for i := range p.book.Orders {
		o := &p.book.Orders[i]
		done := o.complete()
		if done == 0 || o.Ordered == 0 {
			continue
		}
		k := key{o.Supplier, o.Item}
		if found[k] == nil {
			found[k] = &Learned{Supplier: o.Supplier, Item: o.Item}
			keys = append(keys, k)
		}
		l := found[k]
		l.Deliveries++
		if o.Promised != 0 && done > o.Promised {
			l.Late++
		}
		l.Days = append(l.Days, p.calendarOf(o).DaysBetween(o.Ordered, done))
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.supplier, b.supplier), cmp.Compare(a.item, b.item)) })
	out := make([]Learned, len(keys))
	for i, k := range keys {
		out[i] = *found[k]
		slices.Sort(out[i].Days)
	}
	return out
}

// complete is the day on which what was ordered had come; zero if it has not.
func (o *Order) complete() schedule.Date {
	got := int64(0)
	for _, r := range o.Receipts {
		if r.Wrong {
			continue
		}
		if got += r.Quantity - r.Returned; got >= o.Quantity {
			return r.On
		}
	}
	return 0
}

func (p *Position) calendarOf(o *Order) *schedule.Hours {
	for _, k := range p.items[p.index[o.Item]].sources {
		if s := &p.book.Sources[k]; s.Supplier == o.Supplier {
			return p.hours[s.Calendar]
		}
	}
	return p.hours[""]
}

// Adopt returns the sources of a book with the lead times that were learned:
// the quantile of those with at least so many deliveries, and the stated lead
// time for the others.
func Adopt(sources []Source, learned []Learned, quantile float64, deliveries int) []Source {
	out := slices.Clone(sources)
	for i := range out {
		for _, l := range learned {
			if l.Supplier != out[i].Supplier || l.Item != out[i].Item || l.Deliveries < deliveries {
				continue
			}
			if days, ok := l.Quantile(quantile); ok {
				// What was learned runs to the dock: it holds the transit too.
				out[i].LeadDays, out[i].TransitDays = days, 0
			}
		}
	}
	return out
}
