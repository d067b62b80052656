package httpapi

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule/supply"
)

func (r *planReader) supplyTerms(in SupplyTermsInput) planning.SupplyTerms {
	out := planning.SupplyTerms{Calendar: value(in.Calendar), Calendars: r.calendars(in.Calendars), Places: eachOf(in.Places, func(x PlaceInput) supply.Place {
		return supply.Place{ID: x.ID, Parent: value(x.Parent), Calendar: value(x.Calendar), HandlingDays: int(value(x.HandlingDays)), NotUsable: value(x.NotUsable)}
	})}
	if x := in.Adopt; x != nil {
		out.Adopt = &planning.Adopt{Quantile: x.Quantile, Deliveries: int(x.Deliveries)}
	}
	return out
}

func supplyTermsTo(t planning.SupplyTerms) SupplyTerms {
	out := SupplyTerms{Calendar: text(t.Calendar), Calendars: eachOf(t.Calendars, calendarTo), Places: eachOf(t.Places, func(x supply.Place) Place {
		return Place{ID: x.ID, Parent: text(x.Parent), Calendar: text(x.Calendar), HandlingDays: optional(narrow(x.HandlingDays)), NotUsable: optional(x.NotUsable)}
	})}
	if x := t.Adopt; x != nil {
		out.Adopt = &AdoptLeads{Quantile: x.Quantile, Deliveries: narrow(x.Deliveries)}
	}
	return out
}

func (r *planReader) item(at string, in StockItemInput) planning.Item {
	out := planning.Item{Item: supply.Item{
		ID: in.ID, Name: value(in.Name), Unit: value(in.Unit), Alternates: in.Alternates, SafetyStock: value(in.SafetyStock), ReorderLevel: value(in.ReorderLevel),
		Kit: eachOf(in.Kit, func(x KitLineInput) supply.Line {
			return supply.Line{Item: x.Item, Quantity: x.Quantity, Scrap: int(value(x.Scrap))}
		}),
	}}
	for k, x := range in.Sources {
		p := fmt.Sprintf("%s/sources/%d", at, k)
		out.Sources = append(out.Sources, supply.Source{
			Item: in.ID, Supplier: value(x.Supplier), Make: value(x.Make), LeadDays: int(value(x.LeadDays)), Calendar: value(x.Calendar), TransitDays: int(value(x.TransitDays)),
			AdminDays: int(value(x.AdminDays)), SecurityDays: int(value(x.SecurityDays)), DailyRate: value(x.DailyRate), BufferDays: int(value(x.BufferDays)),
			Minimum: value(x.Minimum), Multiple: value(x.Multiple), Maximum: value(x.Maximum), Yield: int(value(x.Yield)),
			From: r.date(p+"/from", x.From), To: r.date(p+"/to", x.To), UnitCost: value(x.UnitCost),
		})
	}
	return out
}

func itemTo(row register.Row[planning.Item]) StockItem {
	x := row.Value
	return StockItem{
		ID: x.ID, Rev: row.Rev, Name: text(x.Name), Unit: text(x.Unit), Alternates: x.Alternates, SafetyStock: optional(x.SafetyStock), ReorderLevel: optional(x.ReorderLevel),
		Kit: eachOf(x.Kit, func(l supply.Line) KitLine {
			return KitLine{Item: l.Item, Quantity: l.Quantity, Scrap: optional(narrow(l.Scrap))}
		}),
		Sources: eachOf(x.Sources, func(s supply.Source) Source {
			return Source{
				Supplier: text(s.Supplier), Make: optional(s.Make), LeadDays: optional(narrow(s.LeadDays)), Calendar: text(s.Calendar), TransitDays: optional(narrow(s.TransitDays)),
				AdminDays: optional(narrow(s.AdminDays)), SecurityDays: optional(narrow(s.SecurityDays)), DailyRate: optional(s.DailyRate), BufferDays: optional(narrow(s.BufferDays)),
				Minimum: optional(s.Minimum), Multiple: optional(s.Multiple), Maximum: optional(s.Maximum), Yield: optional(narrow(s.Yield)),
				From: day(s.From), To: day(s.To), UnitCost: optional(s.UnitCost),
			}
		}),
	}
}

func (r *planReader) lot(at string, x LotInput) supply.Lot {
	return supply.Lot{
		ID: x.ID, Item: x.Item, Place: value(x.Place), Quantity: x.Quantity, Expires: r.date(at+"/expires", x.Expires),
		UsableFrom: r.date(at+"/usable_from", x.UsableFrom), Quarantined: value(x.Quarantined),
	}
}

func lotTo(row register.Row[supply.Lot]) Lot {
	l := row.Value
	return Lot{
		ID: l.ID, Rev: row.Rev, Item: l.Item, Place: text(l.Place), Quantity: l.Quantity, Expires: day(l.Expires), UsableFrom: day(l.UsableFrom),
		Quarantined: optional(l.Quarantined),
	}
}

func reservationTo(row register.Row[supply.Reservation]) Reservation {
	x := row.Value
	return Reservation{ID: row.ID, Rev: row.Rev, Demand: x.Demand, Item: x.Item, Place: text(x.Place), Lot: text(x.Lot), Quantity: x.Quantity}
}

func orderTo(o supply.Order) SupplyOrder {
	out := SupplyOrder{
		ID: o.ID, Rev: o.Rev, Item: o.Item, Place: text(o.Place), Supplier: text(o.Supplier), Quantity: o.Quantity, Received: o.Received, Open: o.Open(),
		State: string(o.State), For: text(o.For), NeedBy: day(o.NeedBy), Due: day(o.Due), Promised: day(o.Promised), Ordered: day(o.Ordered), AskedBy: text(o.AskedBy),
	}
	for k, r := range o.Receipts {
		out.Receipts = append(out.Receipts, Receipt{On: r.On.String(), Quantity: r.Quantity, Lot: o.LotOf(k), Wrong: r.Wrong, Returned: r.Returned})
	}
	return out
}

// step is the command that a step stands for.
func (r *planReader) step(in OrderStepInput) supply.Command {
	on, due, reason := r.date("/on", in.On), r.date("/due", in.Due), value(in.Reason)
	switch in.Step {
	case OrderStepInputStepApprove:
		return supply.Approve{}
	case OrderStepInputStepRefuse:
		return supply.Refuse{Reason: reason}
	case OrderStepInputStepPlace:
		return supply.PlaceOrder{Supplier: value(in.Supplier), On: on, Due: due}
	case OrderStepInputStepConfirm:
		return supply.Confirm{Due: due}
	case OrderStepInputStepReceive:
		return supply.Receive{Receipt: supply.Receipt{On: on, Quantity: value(in.Quantity), Lot: value(in.Lot), Wrong: value(in.Wrong)}}
	case OrderStepInputStepReturn:
		return supply.Return{Receipt: int(value(in.Receipt)), Quantity: value(in.Quantity), Reason: reason}
	case OrderStepInputStepClose:
		return supply.Close{Reason: reason}
	case OrderStepInputStepCancel:
		return supply.Cancel{Reason: reason}
	case OrderStepInputStepSubmit:
	}
	return supply.Submit{}
}
