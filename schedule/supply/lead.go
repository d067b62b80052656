package supply

import (
	"math/bits"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// route is the way of an order of one quantity from one source to a place: a
// chain of steps in days, each on its own calendar. Forward and Backward are
// inverse in this sense: Forward(d) is not after x exactly if d is not after
// Backward(x).
type route struct {
	own, source, place                   *schedule.Hours
	admin, lead, transit, handling, safe int
	from, to                             schedule.Date
}

func (p *Position) route(s *Source, place string, quantity int64) route {
	r := route{
		own: p.own, source: p.hours[s.Calendar], place: p.hoursOfPlace(place),
		admin: s.AdminDays, lead: s.LeadDays, transit: s.TransitDays, safe: s.SecurityDays,
		from: s.From, to: s.To,
	}
	if i, ok := p.places[place]; ok {
		r.handling = p.book.Places[i].HandlingDays
	}
	if s.Make {
		r.lead += s.BufferDays
		if s.DailyRate > 0 {
			r.lead += int(min((quantity+s.DailyRate-1)/s.DailyRate, maxDays))
		}
	}
	return r
}

// forward is the day an order is at the place of use if we act on d. Zero is
// beyond the known years.
func (r route) forward(d schedule.Date) schedule.Date {
	d = r.own.OpenDay(max(d, r.from))
	d = r.source.DaysAfter(r.own.DaysAfter(d, r.admin), r.lead)
	if d == 0 {
		return 0
	}
	return r.own.DaysAfter(r.place.DaysAfter(d.Add(r.transit), r.handling), r.safe)
}

// backward is the last day to act for an order that is needed on d; zero if
// there is none.
func (r route) backward(d schedule.Date) schedule.Date {
	d = r.place.DaysBefore(r.own.DaysBefore(d, r.safe), r.handling)
	if d = d.Add(-r.transit); d <= 0 {
		return 0
	}
	d = r.own.DaysBefore(r.source.DaysBefore(d, r.lead), r.admin)
	if r.to != 0 {
		d = min(d, r.to)
	}
	d = r.own.LastOpenDay(d)
	if d < r.from {
		return 0
	}
	return d
}

// lots is what to order for a net quantity, and in how many orders: first
// grossed up for yield, then raised to the minimum and the multiple; what is
// above the maximum goes into further orders.
func (s *Source) lots(net int64) (quantity, orders int64) {
	q := s.gross(net)
	if s.Maximum == 0 {
		return s.fit(q), 1
	}
	full := s.Maximum
	if s.Multiple > 1 {
		full -= full % s.Multiple
	}
	orders = q / full
	quantity = orders * full
	if rest := q - quantity; rest > 0 {
		quantity += min(s.fit(rest), full)
		orders++
	}
	return quantity, orders
}

// fit raises one order to the minimum and the multiple.
func (s *Source) fit(q int64) int64 {
	q = max(q, s.Minimum)
	if s.Multiple > 1 {
		q = (q + s.Multiple - 1) / s.Multiple * s.Multiple
	}
	return q
}

// gross is what has to be ordered to get a net quantity of good ones.
func (s *Source) gross(net int64) int64 {
	if s.Yield == 0 {
		return net
	}
	return ceilOf(net, 1000, int64(s.Yield))
}

// good is what an order gives; at least one, so that ordering comes to an end.
func (s *Source) good(gross int64) int64 {
	if s.Yield == 0 {
		return gross
	}
	hi, lo := bits.Mul64(uint64(gross), uint64(s.Yield))
	q, _ := bits.Div64(hi, lo, 1000)
	return max(1, int64(q))
}

// ceilOf is q*num/den, rounded up, with no overflow on the way.
func ceilOf(q, num, den int64) int64 {
	hi, lo := bits.Mul64(uint64(q), uint64(num))
	out, rest := bits.Div64(hi, lo, uint64(den))
	if rest > 0 {
		out++
	}
	return int64(out)
}

// Arrival is the day on which an order that goes out on the status date is at the
// place of use: from the supplier, or from the first that takes orders if none is
// named. Errors: *schedule.ValidationError.
func (p *Position) Arrival(item, supplier, place string, quantity int64, asOf time.Time) (schedule.Date, error) {
	i, ok := p.index[item]
	if !ok {
		return 0, invalid("/item", "names no item of the book: "+item)
	}
	today := dayOf(asOf, p.own)
	for _, k := range p.items[i].sources {
		s := &p.book.Sources[k]
		if (supplier != "" && s.Supplier != supplier) || (s.To != 0 && s.To < today) {
			continue
		}
		if d := p.route(s, place, quantity).forward(today); d != 0 {
			return d, nil
		}
	}
	return 0, invalid("/supplier", "nobody takes an order for "+item+" that would come: name the day it comes")
}
