package httpapi

import (
	"cmp"
	"context"
	"fmt"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/schedule/supply"
)

// termsRev reads If-Match for terms, which have the tag of revision 0 as long as
// nobody has set them.
func termsRev(ifMatch string) int64 {
	if ifMatch == etagOf(0) {
		return planning.Absent
	}
	return revOf(ifMatch)
}

// GetSupply returns what holds for all materials.
func (a *api) GetSupply(ctx context.Context, _ GetSupplyRequestObject) (GetSupplyResponseObject, error) {
	terms, rev, err := a.desk.Planning().Supply(ctx, principalOf(ctx).Tenant)
	return GetSupply200JSONResponse{Body: supplyTermsTo(terms), Headers: GetSupply200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// ConfigureSupply sets it.
func (a *api) ConfigureSupply(ctx context.Context, in ConfigureSupplyRequestObject) (ConfigureSupplyResponseObject, error) {
	var r planReader
	terms := r.supplyTerms(*in.Body)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	rev, err := a.desk.Planning().ConfigureSupply(ctx, p.Tenant, p.Actor.ID, termsRev(in.Params.IfMatch), terms)
	return ConfigureSupply200JSONResponse{Body: supplyTermsTo(terms), Headers: ConfigureSupply200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// ListItems lists items by id.
func (a *api) ListItems(ctx context.Context, in ListItemsRequestObject) (ListItemsResponseObject, error) {
	page, next, err := a.desk.Planning().Items(ctx, principalOf(ctx).Tenant, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListItems200JSONResponse{Items: listed(page, itemTo), NextPageToken: text(next)}, nil
}

// PutItems puts items, all or none.
func (a *api) PutItems(ctx context.Context, in PutItemsRequestObject) (PutItemsResponseObject, error) {
	var r planReader
	items := make([]planning.Item, len(in.Body.Items))
	for i, x := range in.Body.Items {
		items[i] = r.item(fmt.Sprintf("/items/%d", i), x)
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	err := a.desk.Planning().PutItems(ctx, p.Tenant, p.Actor.ID, items)
	return PutItems200JSONResponse{Stored: narrow(len(items))}, err
}

// GetItem returns an item.
func (a *api) GetItem(ctx context.Context, in GetItemRequestObject) (GetItemResponseObject, error) {
	row, err := a.desk.Planning().Item(ctx, principalOf(ctx).Tenant, in.ID)
	return GetItem200JSONResponse{Body: itemTo(row), Headers: GetItem200ResponseHeaders{ETag: etagOf(row.Rev)}}, err
}

// PutItem changes an item.
func (a *api) PutItem(ctx context.Context, in PutItemRequestObject) (PutItemResponseObject, error) {
	var r planReader
	item := r.item("", *in.Body)
	if in.Body.ID != in.ID {
		r.faults.Addf("/id", codeInvalid, "must be that of the path")
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p, s := principalOf(ctx), a.desk.Planning()
	if _, err := s.Item(ctx, p.Tenant, in.ID); err != nil {
		return nil, err
	}
	rev, err := s.PutItem(ctx, p.Tenant, p.Actor.ID, revOf(in.Params.IfMatch), item)
	out := itemTo(rowOf(in.ID, rev, item))
	return PutItem200JSONResponse{Body: out, Headers: PutItem200ResponseHeaders{ETag: etagOf(rev)}}, err
}

// ListLots lists stock.
func (a *api) ListLots(ctx context.Context, in ListLotsRequestObject) (ListLotsResponseObject, error) {
	page, next, err := a.desk.Planning().Lots(ctx, principalOf(ctx).Tenant, value(in.Params.Item), value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListLots200JSONResponse{Items: listed(page, lotTo), NextPageToken: text(next)}, nil
}

// CountStock says what lots hold.
func (a *api) CountStock(ctx context.Context, in CountStockRequestObject) (CountStockResponseObject, error) {
	var r planReader
	lots := make([]supply.Lot, len(in.Body.Lots))
	for i, x := range in.Body.Lots {
		lots[i] = r.lot(fmt.Sprintf("/lots/%d", i), x)
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	err := a.desk.Planning().CountLots(ctx, p.Tenant, p.Actor.ID, lots, value(in.Body.Reason))
	return CountStock200JSONResponse{Stored: narrow(len(lots))}, err
}

// IssueStock takes stock for a demand.
func (a *api) IssueStock(ctx context.Context, in IssueStockRequestObject) (IssueStockResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.Planning().IssueLot(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.Quantity, value(in.Body.Demand))
	return IssueStock200JSONResponse{CurrentLotJSONResponse{Body: lotTo(row), Headers: CurrentLotResponseHeaders{ETag: etagOf(row.Rev)}}}, err
}

// TransferStock moves stock to another place.
func (a *api) TransferStock(ctx context.Context, in TransferStockRequestObject) (TransferStockResponseObject, error) {
	p := principalOf(ctx)
	row, err := a.desk.Planning().MoveLot(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), in.Body.To, in.Body.Place, in.Body.Quantity)
	return TransferStock200JSONResponse{CurrentLotJSONResponse{Body: lotTo(row), Headers: CurrentLotResponseHeaders{ETag: etagOf(row.Rev)}}}, err
}

// ReserveStock keeps stock for a demand.
func (a *api) ReserveStock(ctx context.Context, in ReserveStockRequestObject) (ReserveStockResponseObject, error) {
	p, x := principalOf(ctx), in.Body
	row, err := a.desk.Planning().Reserve(ctx, p.Tenant, p.Actor.ID, in.ID, 0, supply.Reservation{
		Demand: x.Demand, Item: x.Item, Place: value(x.Place), Lot: value(x.Lot), Quantity: x.Quantity,
	})
	return ReserveStock200JSONResponse(reservationTo(row)), err
}

// ListReservations lists what is kept for demands.
func (a *api) ListReservations(ctx context.Context, in ListReservationsRequestObject) (ListReservationsResponseObject, error) {
	page, next, err := a.desk.Planning().Reservations(ctx, principalOf(ctx).Tenant, value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListReservations200JSONResponse{Items: listed(page, reservationTo), NextPageToken: text(next)}, nil
}

const orderPath = "/v1/supply-orders/"

// CreateRequisition drafts a requisition.
func (a *api) CreateRequisition(ctx context.Context, in CreateRequisitionRequestObject) (CreateRequisitionResponseObject, error) {
	var r planReader
	x := in.Body
	o := supply.Order{
		ID: cmp.Or(value(x.ID), a.cfg.NewID()), Item: x.Item, Quantity: x.Quantity, Place: value(x.Place), Supplier: value(x.Supplier), For: value(x.For),
		NeedBy: r.date("/need_by", x.NeedBy),
	}
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	stamp := a.desk.Planning().Stamp(principalOf(ctx).Actor.ID)
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, _ Principal) (reply, error) {
		kept, err := a.desk.Planning().DoOrderTx(ctx, tx, stamp, o.ID, 0, supply.Create{Order: o})
		if err != nil {
			return reply{}, err
		}
		return created(orderTo(kept), map[string]string{"ETag": etagOf(kept.Rev), "Location": orderPath + kept.ID})
	})
}

// ListSupplyOrders lists requisitions and orders.
func (a *api) ListSupplyOrders(ctx context.Context, in ListSupplyOrdersRequestObject) (ListSupplyOrdersResponseObject, error) {
	page, next, err := a.desk.Planning().Orders(ctx, principalOf(ctx).Tenant, word[supply.OrderState](in.Params.State), value(in.Params.PageToken), int(value(in.Params.PageSize)))
	if err != nil {
		return nil, badToken(err)
	}
	return ListSupplyOrders200JSONResponse{Items: listed(page, orderTo), NextPageToken: text(next)}, nil
}

func currentOrder(o supply.Order) CurrentSupplyOrderJSONResponse {
	return CurrentSupplyOrderJSONResponse{Body: orderTo(o), Headers: CurrentSupplyOrderResponseHeaders{ETag: etagOf(o.Rev)}}
}

// GetSupplyOrder returns a requisition or an order.
func (a *api) GetSupplyOrder(ctx context.Context, in GetSupplyOrderRequestObject) (GetSupplyOrderResponseObject, error) {
	o, err := a.desk.Planning().Order(ctx, principalOf(ctx).Tenant, in.ID)
	return GetSupplyOrder200JSONResponse{currentOrder(o)}, err
}

// StepSupplyOrder takes one a step further.
func (a *api) StepSupplyOrder(ctx context.Context, in StepSupplyOrderRequestObject) (StepSupplyOrderResponseObject, error) {
	var r planReader
	c := r.step(*in.Body)
	if err := r.faults.Err(); err != nil {
		return nil, err
	}
	p := principalOf(ctx)
	o, err := a.desk.Planning().DoOrder(ctx, p.Tenant, p.Actor.ID, in.ID, revOf(in.Params.IfMatch), c)
	return StepSupplyOrder200JSONResponse{currentOrder(o)}, err
}

// ListLeadTimes says how long orders really took.
func (a *api) ListLeadTimes(ctx context.Context, _ ListLeadTimesRequestObject) (ListLeadTimesResponseObject, error) {
	got, err := a.desk.Planning().Learned(ctx, principalOf(ctx).Tenant)
	return ListLeadTimes200JSONResponse{Items: listed(got, func(l supply.Learned) LeadTime {
		return LeadTime{Supplier: l.Supplier, Item: l.Item, Deliveries: narrow(l.Deliveries), Late: narrow(l.Late), Days: listed(l.Days, narrow)}
	})}, err
}
