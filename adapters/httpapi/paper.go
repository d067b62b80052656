package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// RegisterPaperItem takes in an item.
func (a *api) RegisterPaperItem(ctx context.Context, in RegisterPaperItemRequestObject) (RegisterPaperItemResponseObject, error) {
	item, prefix, now := paperItemFrom(*in.Body), value(in.Body.Prefix), a.now()
	return a.once(ctx, in.Params.IdempotencyKey, "", func(ctx context.Context, tx coordination.Tx, p Principal) (reply, error) {
		reading, err := a.reading(ctx)
		if err != nil {
			return reply{}, err
		}
		row, err := a.desk.RegisterItemTx(ctx, reading.Named(tx), p.Actor.ID, now, prefix, item)
		if err != nil {
			return reply{}, err
		}
		placed := coordination.PlacedItem{Item: row, Place: paper.Place{Shelf: row.Value.At}}
		return created(paperItemTo(placed), map[string]string{"ETag": etagOf(row.Rev), "Location": "/v1/paper-items/" + row.ID})
	})
}

// ListPaperItems lists items.
func (a *api) ListPaperItems(ctx context.Context, in ListPaperItemsRequestObject) (ListPaperItemsResponseObject, error) {
	p := in.Params
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	var (
		page []coordination.Item
		next string
	)
	if value(p.Overdue) {
		page, next, err = reading.OverdueItems(ctx, value(p.PageToken), int(value(p.PageSize)))
	} else {
		page, next, err = reading.Items(ctx, cut(string(value(p.By)), value(p.Value), p.PageSize, p.PageToken))
	}
	if err != nil {
		return nil, badToken(err)
	}
	now := a.now()
	return ListPaperItems200JSONResponse{NextPageToken: text(next), Items: listed(page, func(row coordination.Item) PaperItem {
		return paperItemTo(coordination.PlacedItem{Item: row, Overdue: row.Value.Overdue(now)})
	})}, nil
}

// GetPaperItem returns an item and where it is.
func (a *api) GetPaperItem(ctx context.Context, in GetPaperItemRequestObject) (GetPaperItemResponseObject, error) {
	row, err := a.desk.Item(ctx, principalOf(ctx).Tenant, paper.Barcode(in.ID))
	if err != nil {
		return nil, err
	}
	if etag := etagOf(row.Rev); row.Value.In == "" && row.Value.Loan == nil && current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil // what is in a box moves without a change of its own
	}
	return GetPaperItem200JSONResponse{currentPaperItem(row)}, nil
}

// MovePaperItem moves an item to a shelf.
func (a *api) MovePaperItem(ctx context.Context, in MovePaperItemRequestObject) (MovePaperItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Move{Code: paper.Barcode(in.ID), To: paper.Shelf(in.Body.Shelf)})
	return MovePaperItem200JSONResponse{out}, err
}

// RehomeItem changes where an item belongs.
func (a *api) RehomeItem(ctx context.Context, in RehomeItemRequestObject) (RehomeItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Rehome{Code: paper.Barcode(in.ID), To: paper.Shelf(in.Body.Shelf)})
	return RehomeItem200JSONResponse{out}, err
}

// PackItem puts an item into a container.
func (a *api) PackItem(ctx context.Context, in PackItemRequestObject) (PackItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Put{Code: paper.Barcode(in.ID), Into: paper.Barcode(in.Body.Container)})
	return PackItem200JSONResponse{out}, err
}

// LendItem lends an item.
func (a *api) LendItem(ctx context.Context, in LendItemRequestObject) (LendItemResponseObject, error) {
	b := in.Body
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Lend{Code: paper.Barcode(in.ID), To: b.To, Purpose: b.Purpose, Due: changereq.Instant(b.Due)})
	return LendItem200JSONResponse{out}, err
}

// ReturnItem takes an item back.
func (a *api) ReturnItem(ctx context.Context, in ReturnItemRequestObject) (ReturnItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Return{Code: paper.Barcode(in.ID), Condition: in.Body.Condition, Pages: int(in.Body.Pages)})
	return ReturnItem200JSONResponse{out}, err
}

// MissItem says that an item cannot be found.
func (a *api) MissItem(ctx context.Context, in MissItemRequestObject) (MissItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Miss{Code: paper.Barcode(in.ID)})
	return MissItem200JSONResponse{out}, err
}

// FindPaperItem says that a missing item was found.
func (a *api) FindPaperItem(ctx context.Context, in FindPaperItemRequestObject) (FindPaperItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Find{Code: paper.Barcode(in.ID), On: paper.Shelf(in.Body.Shelf)})
	return FindPaperItem200JSONResponse{out}, err
}

// VerifyTwin links an item with its electronic twin.
func (a *api) VerifyTwin(ctx context.Context, in VerifyTwinRequestObject) (VerifyTwinResponseObject, error) {
	reading, err := a.reading(ctx)
	if err == nil {
		err = reading.Twin(archive.RecordID(in.Body.Record))
	}
	if err != nil {
		return nil, err
	}
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Verify{
		Code: paper.Barcode(in.ID), Record: archive.RecordID(in.Body.Record), Digest: archive.Digest(in.Body.Digest),
	})
	return VerifyTwin200JSONResponse{out}, err
}

// RemovePaperItem says that an item is gone.
func (a *api) RemovePaperItem(ctx context.Context, in RemovePaperItemRequestObject) (RemovePaperItemResponseObject, error) {
	out, err := a.handle(ctx, in.Params.IfMatch, paper.Remove{Code: paper.Barcode(in.ID), Reason: in.Body.Reason})
	return RemovePaperItem200JSONResponse{out}, err
}

// TakeInventory compares a shelf with what should stand there.
func (a *api) TakeInventory(ctx context.Context, in TakeInventoryRequestObject) (TakeInventoryResponseObject, error) {
	reading, err := a.reading(ctx)
	if err != nil {
		return nil, err
	}
	found, err := reading.TakeInventory(ctx, paper.Shelf(in.Body.Shelf), in.Body.Scanned)
	return TakeInventory200JSONResponse{Items: listed(found, differenceTo)}, err
}

func (a *api) handle(ctx context.Context, ifMatch string, cmd paper.Command) (CurrentPaperItemJSONResponse, error) {
	p := principalOf(ctx)
	if _, err := a.desk.Handle(ctx, p.Tenant, p.Actor.ID, revOf(ifMatch), cmd); err != nil {
		return CurrentPaperItemJSONResponse{}, err
	}
	row, err := a.desk.Item(ctx, p.Tenant, paper.Of(cmd))
	return currentPaperItem(row), err
}

func currentPaperItem(row coordination.PlacedItem) CurrentPaperItemJSONResponse {
	return CurrentPaperItemJSONResponse{Body: paperItemTo(row), Headers: CurrentPaperItemResponseHeaders{ETag: etagOf(row.Rev)}}
}

func paperItemFrom(in PaperItemInput) paper.Item {
	return paper.Item{
		Barcode: word[paper.Barcode](in.Barcode), Title: in.Title, Kind: paper.Kind(in.Kind), Record: word[archive.RecordID](in.Record),
		Copy: paper.Copy(value(in.Copy)), Pages: int(value(in.Pages)), Home: paper.Shelf(in.Home),
	}
}

func paperItemTo(row coordination.PlacedItem) PaperItem {
	i := row.Value
	return PaperItem{
		Barcode: string(i.Barcode), Rev: row.Rev, Title: i.Title, Kind: string(i.Kind), Record: text(i.Record), Copy: text(i.Copy), Pages: optional(narrow(i.Pages)),
		Home: string(i.Home), At: text(i.At), Container: text(i.In), Custodian: text(i.Custodian), Missing: optional(i.Missing), Gone: optional(i.Gone),
		Shelf: text(row.Place.Shelf), Borrower: text(row.Place.Borrower), Overdue: optional(row.Overdue),
		Loan: via(i.Loan, func(l paper.Loan) PaperLoan { return PaperLoan{To: l.To, Purpose: l.Purpose, Out: l.Out, Due: l.Due} }),
		Twin: via(i.Twin, func(t paper.Twin) Twin {
			return Twin{Record: string(t.Record), Digest: string(t.Digest), VerifiedBy: t.VerifiedBy, VerifiedAt: t.VerifiedAt}
		}),
	}
}

func differenceTo(d paper.Difference) InventoryDifference {
	return InventoryDifference{
		Barcode: string(d.Code), Kind: string(d.Kind), Shelf: text(d.Known.Shelf), Borrower: text(d.Known.Borrower), Missing: optional(d.Known.Missing),
	}
}
