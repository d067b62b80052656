package main

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/risk"
	"github.com/coordkit/coordkit/schedule/supply"
)

// pick is a number below n that belongs to a name: the example has no data
// file, and is the same on every run.
func pick(n int, name ...string) int {
	h := fnv.New32a()
	for _, s := range name {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return int(h.Sum32() % uint32(n))
}

func suppliers() []string {
	return []string{"Halter", "Nordguss", "Sun Tech", "Weiqi", "Morava", "Kappa"}
}

// launchBook is what is known of materials: 20 parts for each of eight modules,
// and forty kits and consumables.
func launchBook(start time.Time) *supply.Book {
	b := &supply.Book{Calendar: "leipzig", Calendars: plants()}
	for _, c := range plants() {
		b.Places = append(b.Places, supply.Place{ID: c.ID, Calendar: c.ID, HandlingDays: 1}, supply.Place{ID: c.ID + "/store", Parent: c.ID}, supply.Place{ID: c.ID + "/returns", Parent: c.ID, NotUsable: true})
	}
	first := schedule.DateIn(start, time.UTC)
	for _, m := range modules() {
		for n, part := range m.parts {
			id := m.name + "/" + part
			item := supply.Item{ID: id, Name: part, Unit: "piece"}
			if n < 5 { // made from a material of its own
				raw := fmt.Sprintf("%s/raw-%d", m.name, n+1)
				item.Kit = []supply.Line{{Item: raw, Quantity: int64(1 + n%2), Scrap: 30}}
				b.Items = append(b.Items, supply.Item{ID: raw, Unit: "piece", SafetyStock: 20})
				b.Lots = append(b.Lots, supply.Lot{ID: "L-" + raw, Item: raw, Place: m.plant + "/store", Quantity: int64(100 + pick(400, raw))})
				b.Sources = append(b.Sources, bought(raw, start))
				b.Sources = append(b.Sources, supply.Source{Item: id, Make: true, Calendar: m.plant, DailyRate: 120, BufferDays: 1})
			} else {
				b.Sources = append(b.Sources, bought(id, start))
			}
			b.Items = append(b.Items, item)
			if q := pick(90, id, "stock"); q > 20 {
				b.Lots = append(b.Lots, supply.Lot{ID: "L-" + id, Item: id, Place: m.plant + "/store", Quantity: int64(q)})
			}
			if pick(4, id, "order") == 0 {
				b.Orders = append(b.Orders, supply.Order{
					ID: fmt.Sprintf("PO-%04d", 1000+len(b.Orders)), Item: id, Place: m.plant + "/store", Supplier: suppliers()[pick(6, id)], Quantity: 150,
					State: supply.Confirmed, Due: first.Add(60 + pick(90, id, "due")),
				})
			}
		}
	}
	return b
}

// bought are the terms of a part that is bought.
func bought(id string, start time.Time) supply.Source {
	s := supply.Source{
		Item: id, Supplier: suppliers()[pick(6, id)], LeadDays: 10 + pick(35, id, "lead"), Calendar: "leipzig", AdminDays: 2, SecurityDays: 2,
		Multiple: 50, UnitCost: int64(20 + pick(900, id, "cost")),
	}
	if s.Supplier == "Sun Tech" || s.Supplier == "Weiqi" {
		s.Calendar, s.TransitDays = "suzhou", 28
	}
	if pick(60, id, "new") == 0 {
		s.From = schedule.DateIn(start.AddDate(0, 0, 150), time.UTC) // a source that is not set up yet
	}
	return s
}

// deliveries are the orders the plan waits for, with what may happen to them:
// up to a third longer, and now and then twice as long.
func deliveries(r *schedule.Readiness, asOf time.Time) []risk.Delivery {
	var out []risk.Delivery
	for _, t := range r.OpenActions(schedule.Materials) {
		if (t.Kind != schedule.ActOrder && t.Kind != schedule.ActMake) || t.Arrives.IsZero() {
			continue
		}
		ordered := asOf
		if !t.Overdue() {
			ordered = t.By.Midnight()
		}
		lead := t.Need.Midnight().Sub(ordered)
		if t.Overdue() {
			lead = t.Arrives.Sub(ordered)
		}
		if lead <= 0 {
			continue
		}
		for _, a := range t.Activities[:1] {
			out = append(out, risk.Delivery{ID: t.ID, Activity: a, Supplier: t.From, Ordered: ordered, Lead: risk.PERT(lead*9/10, lead, lead*13/10)})
		}
	}
	return out
}
