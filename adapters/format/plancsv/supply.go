package plancsv

import (
	"io"

	"github.com/coordkit/coordkit/schedule/supply"
)

func itemFields() []field {
	return []field{
		{"item", true, []string{"item id", "id", "part", "part number", "part no", "material", "sku", "article", "article number", "product"}},
		{"name", false, []string{"item name", "description", "title", "text"}},
		{"unit", false, []string{"uom", "unit of measure", "base unit"}},
		{"safety stock", false, []string{"safety", "buffer stock"}},
		{"reorder level", false, []string{"reorder point", "minimum stock", "min stock"}},
		{"alternates", false, []string{"alternate", "alternatives", "substitutes"}},
		{"supplier", false, []string{"vendor", "supplier id", "vendor id", "preferred supplier"}},
		{"lead days", false, []string{"lead time", "lead time days", "leadtime", "delivery days", "planned delivery time"}},
		{"transit days", false, []string{"transit", "transit time"}},
		{"admin days", false, []string{"purchasing days", "processing days"}},
		{"minimum", false, []string{"minimum order", "minimum order quantity", "moq", "min order qty"}},
		{"multiple", false, []string{"order multiple", "lot size", "pack size"}},
		{"maximum", false, []string{"maximum order", "max order qty"}},
		{"unit cost", false, []string{"cost", "price", "unit price", "cost minor"}},
	}
}

// Items reads items and, where a row names a supplier, how it is got from there.
// An item may stand in several rows, one for each supplier; what else they say of
// it must agree or be left empty. Costs are minor units. Rows with problems are
// left out; the error wraps ErrFormat or is that of in.
func Items(in io.Reader, o Options) ([]supply.Item, []supply.Source, Report, error) {
	t, err := open(in, o, itemFields())
	if err != nil {
		return nil, nil, Report{}, err
	}
	var items []supply.Item
	var sources []supply.Source
	at := make(map[string]int)
	seen := make(map[string]int)
	for {
		more, err := t.next()
		if err != nil || !more {
			return items, sources, t.report, err
		}
		x := supply.Item{
			ID: t.needed("item"), Name: t.text("name"), Unit: t.text("unit"), Alternates: t.list("alternates"),
			SafetyStock: t.number("safety stock", 0, supply.MaxQuantity), ReorderLevel: t.number("reorder level", 0, supply.MaxQuantity),
		}
		s := supply.Source{
			Item: x.ID, Supplier: t.id("supplier"), LeadDays: t.count("lead days", 0, 3650), TransitDays: t.count("transit days", 0, 3650),
			AdminDays: t.count("admin days", 0, 3650), Minimum: t.number("minimum", 0, supply.MaxQuantity),
			Multiple: t.number("multiple", 0, supply.MaxQuantity), Maximum: t.number("maximum", 0, supply.MaxQuantity),
			UnitCost: t.number("unit cost", 0, supply.MaxQuantity),
		}
		t.terms(&s, seen)
		k, known := at[x.ID]
		if known {
			t.agrees(&items[k], &x)
		}
		if !t.used() {
			continue
		}
		if !known {
			at[x.ID] = len(items)
			items = append(items, x)
		}
		if s.Supplier != "" {
			sources = append(sources, s)
		}
	}
}

// terms checks what a row says of a supplier.
func (t *table) terms(s *supply.Source, seen map[string]int) {
	if s.Supplier == "" {
		if *s != (supply.Source{Item: s.Item, UnitCost: s.UnitCost}) {
			t.problemf("supplier", "", "required", "is empty, and the row has terms of one")
		}
		t.fresh(seen, "item", s.Item+"\x00")
		return
	}
	if t.text("lead days") == "" {
		t.problemf("lead days", "", "required", "is empty: how long the supplier takes is not known; write 0 if it takes no time")
	}
	if s.Maximum > 0 && (s.Minimum > s.Maximum || s.Multiple > s.Maximum) {
		t.problemf("maximum", t.text("maximum"), "invalid", "must not be below the minimum or the multiple")
	}
	t.fresh(seen, "supplier", s.Item+"\x00"+s.Supplier)
}

// agrees notes where a later row says something else of an item, and takes over
// what it adds.
func (t *table) agrees(old, x *supply.Item) {
	differ := func(name, was, is string) {
		if is != "" && is != was {
			t.problemf(name, is, "duplicate", "an earlier row of the item says %q", was)
		}
	}
	differ("name", old.Name, x.Name)
	differ("unit", old.Unit, x.Unit)
	if x.SafetyStock != old.SafetyStock && t.text("safety stock") != "" {
		t.problemf("safety stock", t.text("safety stock"), "duplicate", "an earlier row of the item says %d", old.SafetyStock)
	}
	if x.ReorderLevel != old.ReorderLevel && t.text("reorder level") != "" {
		t.problemf("reorder level", t.text("reorder level"), "duplicate", "an earlier row of the item says %d", old.ReorderLevel)
	}
}

func stockFields() []field {
	return []field{
		{"item", true, []string{"item id", "part", "part number", "part no", "material", "sku", "article", "article number", "product"}},
		{"quantity", true, []string{"qty", "stock", "on hand", "on hand quantity", "available"}},
		{"place", false, []string{"location", "warehouse", "site", "bin", "storage location", "plant"}},
		{"lot", false, []string{"lot id", "lot number", "batch", "batch number", "id"}},
		{"expires", false, []string{"expiry", "expiry date", "best before", "use by"}},
		{"usable from", false, []string{"available from", "release date"}},
		{"quarantined", false, []string{"quarantine", "blocked"}},
	}
}

// Stock reads lots. A row without a lot is that of its item and place, of which
// there may be one such row only. Rows with problems are left out; the error
// wraps ErrFormat or is that of in.
func Stock(in io.Reader, o Options) ([]supply.Lot, Report, error) {
	t, err := open(in, o, stockFields())
	if err != nil {
		return nil, Report{}, err
	}
	var out []supply.Lot
	seen := make(map[string]int)
	for {
		more, err := t.next()
		if err != nil || !more {
			return out, t.report, err
		}
		x := supply.Lot{
			ID: t.id("lot"), Item: t.needed("item"), Place: t.id("place"), Quantity: t.number("quantity", 0, supply.MaxQuantity),
			Expires: t.date("expires"), UsableFrom: t.date("usable from"), Quarantined: t.yes("quarantined"),
		}
		t.needed("quantity")
		name := "lot"
		if x.ID == "" {
			name, x.ID = "item", x.Item+"@"+x.Place
		}
		t.fresh(seen, name, x.ID)
		if t.used() {
			out = append(out, x)
		}
	}
}
