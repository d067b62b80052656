package supply

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Book is what is known of materials at one moment.
type Book struct {
	// Calendar is of the buyer: administrative lead and security time count its
	// open days, order-by dates fall on them. Empty is open every day, in UTC.
	Calendar     string
	Calendars    []schedule.Calendar
	Places       []Place
	Items        []Item
	Lots         []Lot
	Orders       []Order
	Reservations []Reservation
	Sources      []Source
	// Demands are what others want: other plans, sales. They are served with
	// those of the plan asked about, by need date.
	Demands []schedule.Demand
}

// Place is where material lies. What lies in a place serves demands at the
// place and at every place it is part of.
type Place struct {
	ID           string `json:"id,omitzero"`
	Parent       string `json:"parent,omitzero"`
	Calendar     string `json:"calendar,omitzero"`      // of its days, and its zone for the date of a need
	HandlingDays int    `json:"handling_days,omitzero"` // open days from the dock to the point of use
	NotUsable    bool   `json:"not_usable,omitzero"`    // a shelf for returns or scrap: nothing in it serves anybody
}

// Item is a material. With kit lines it is made from others.
type Item struct {
	ID          string   `json:"id,omitzero"`
	Name        string   `json:"name,omitzero"`
	Unit        string   `json:"unit,omitzero"`
	Kit         []Line   `json:"kit,omitzero"`
	Alternates  []string `json:"alternates,omitzero"` // that may stand in, one for one, in this order
	SafetyStock int64    `json:"safety_stock,omitzero"`
	// ReorderLevel asks for an order whenever projected stock falls below it.
	ReorderLevel int64 `json:"reorder_level,omitzero"`
}

// Line is a component of a kit.
type Line struct {
	Item     string `json:"item,omitzero"`
	Quantity int64  `json:"quantity,omitzero"` // for one kit
	Scrap    int    `json:"scrap,omitzero"`    // of a thousand taken, how many are lost
}

// Lot is stock of one item in one place.
type Lot struct {
	ID          string        `json:"id,omitzero"`
	Item        string        `json:"item,omitzero"`
	Place       string        `json:"place,omitzero"`
	Quantity    int64         `json:"quantity,omitzero"`
	Expires     schedule.Date `json:"expires,omitzero"`     // last day of use; zero is never
	UsableFrom  schedule.Date `json:"usable_from,omitzero"` // such as the end of a quarantine; zero is now
	Quarantined bool          `json:"quarantined,omitzero"` // without a date of release: serves nobody
}

// Reservation keeps stock of an item, or of one lot, for one demand. While the
// demand is not known, the stock serves nobody else.
type Reservation struct {
	Demand   string `json:"demand,omitzero"` // its ID
	Item     string `json:"item,omitzero"`
	Place    string `json:"place,omitzero"` // where; empty is anywhere
	Lot      string `json:"lot,omitzero"`   // empty is any
	Quantity int64  `json:"quantity,omitzero"`
}

// Source is one way to get an item: from a supplier, or made by ourselves.
type Source struct {
	Item         string        `json:"item,omitzero"`
	Supplier     string        `json:"supplier,omitzero"`
	Make         bool          `json:"make,omitzero"`
	LeadDays     int           `json:"lead_days,omitzero"`     // open days of Calendar
	Calendar     string        `json:"calendar,omitzero"`      // of the supplier or the plant; empty is open every day
	TransitDays  int           `json:"transit_days,omitzero"`  // elapsed days
	AdminDays    int           `json:"admin_days,omitzero"`    // open days of the buyer before the order is out
	SecurityDays int           `json:"security_days,omitzero"` // open days of the buyer that it should be there early
	DailyRate    int64         `json:"daily_rate,omitzero"`    // made a day, for Make; the lead grows with the quantity
	BufferDays   int           `json:"buffer_days,omitzero"`   // open days of Calendar, for Make
	Minimum      int64         `json:"minimum,omitzero"`
	Multiple     int64         `json:"multiple,omitzero"`
	Maximum      int64         `json:"maximum,omitzero"` // of one order; more is several orders
	Yield        int           `json:"yield,omitzero"`   // good ones of a thousand; zero is all
	From         schedule.Date `json:"from,omitzero"`
	To           schedule.Date `json:"to,omitzero"`
	UnitCost     int64         `json:"unit_cost,omitzero"` // minor units of the house's currency
}

// Limits of a book.
const (
	MaxItems    = 200_000
	MaxQuantity = 1 << 40
	maxDays     = 3650
	maxRows     = 2_000_000
)

// Validate notes everything that is wrong with the form of a book, except for
// kit cycles, which Compile names. The error is a *schedule.ValidationError.
func (b *Book) Validate() error {
	f := &schedule.Faults{}
	if len(b.Items) > MaxItems || len(b.Lots)+len(b.Orders)+len(b.Demands)+len(b.Sources)+len(b.Reservations) > maxRows {
		f.Addf("", "out_of_range", "holds more than %d items or %d rows", MaxItems, maxRows)
		return f.Err()
	}
	calendars := ids(f, "/calendars", b.Calendars, func(c *schedule.Calendar) string { return c.ID })
	places := ids(f, "/places", b.Places, func(p *Place) string { return p.ID })
	items := ids(f, "/items", b.Items, func(i *Item) string { return i.ID })
	v := validator{f: f, calendars: calendars, places: places, items: items}
	v.calendar("/calendar", b.Calendar)
	for i, x := range b.Places {
		at := fmt.Sprintf("/places/%d", i)
		v.place(at+"/parent", x.Parent)
		v.calendar(at+"/calendar", x.Calendar)
		v.days(at+"/handling_days", x.HandlingDays)
		v.rooted(at, b.Places, i)
	}
	for i := range b.Items {
		v.itemAt(fmt.Sprintf("/items/%d", i), &b.Items[i])
	}
	for i, x := range b.Lots {
		at := fmt.Sprintf("/lots/%d", i)
		v.item(at+"/item", x.Item)
		v.place(at+"/place", x.Place)
		v.quantity(at+"/quantity", x.Quantity, 0)
	}
	for i := range b.Orders {
		v.order(fmt.Sprintf("/orders/%d", i), &b.Orders[i])
	}
	for i, x := range b.Reservations {
		at := fmt.Sprintf("/reservations/%d", i)
		v.item(at+"/item", x.Item)
		v.place(at+"/place", x.Place)
		v.quantity(at+"/quantity", x.Quantity, 1)
	}
	for i, x := range b.Sources {
		v.source(fmt.Sprintf("/sources/%d", i), x)
	}
	ids(f, "/demands", b.Demands, func(d *schedule.Demand) string { return d.ID })
	for i := range b.Demands {
		v.demand(fmt.Sprintf("/demands/%d", i), &b.Demands[i])
	}
	return f.Err()
}

func ids[T any](f *schedule.Faults, at string, list []T, id func(*T) string) map[string]int {
	out := make(map[string]int, len(list))
	for i := range list {
		name := id(&list[i])
		if _, ok := out[name]; ok || name == "" {
			f.Addf(fmt.Sprintf("%s/%d", at, i), "duplicate", "needs an id that no other has: %q", name)
		}
		out[name] = i
	}
	return out
}

// validator knows the names of a book.
type validator struct {
	f                        *schedule.Faults
	calendars, places, items map[string]int
}

func (v *validator) calendar(at, id string) { v.name(at, "calendar", id, v.calendars) }
func (v *validator) place(at, id string)    { v.name(at, "place", id, v.places) }

func (v *validator) name(at, what, id string, known map[string]int) {
	if _, ok := known[id]; id != "" && !ok {
		v.f.Addf(at, "unknown", "names no %s of the book: %q", what, id)
	}
}

func (v *validator) item(at, id string) {
	if _, ok := v.items[id]; !ok {
		v.f.Addf(at, "unknown", "names no item of the book: %q", id)
	}
}

func (v *validator) quantity(at string, q, least int64) {
	if q < least || q > MaxQuantity {
		v.f.Addf(at, "out_of_range", "must be from %d to %d", least, int64(MaxQuantity))
	}
}

func (v *validator) order(at string, x *Order) {
	v.item(at+"/item", x.Item)
	v.place(at+"/place", x.Place)
	v.quantity(at+"/quantity", x.Quantity, 1)
	v.quantity(at+"/received", x.Received, 0)
}

func (v *validator) days(at string, n int) {
	if n < 0 || n > maxDays {
		v.f.Addf(at, "out_of_range", "must be from 0 to %d days", maxDays)
	}
}

// rooted walks up from a place and refuses a loop.
func (v *validator) rooted(at string, places []Place, i int) {
	for steps := 0; places[i].Parent != ""; steps++ {
		up, ok := v.places[places[i].Parent]
		if !ok {
			return
		}
		if steps > len(places) {
			v.f.Addf(at+"/parent", "invalid", "is part of itself")
			return
		}
		i = up
	}
}

func (v *validator) itemAt(at string, x *Item) {
	v.quantity(at+"/safety_stock", x.SafetyStock, 0)
	v.quantity(at+"/reorder_level", x.ReorderLevel, 0)
	for k, line := range x.Kit {
		p := fmt.Sprintf("%s/kit/%d", at, k)
		v.item(p+"/item", line.Item)
		if line.Quantity < 1 || line.Quantity > 1<<20 {
			v.f.Addf(p+"/quantity", "out_of_range", "must be from 1 to %d", 1<<20)
		}
		if line.Scrap < 0 || line.Scrap > 900 {
			v.f.Addf(p+"/scrap", "out_of_range", "must be from 0 to 900 of a thousand")
		}
	}
	for k, id := range x.Alternates {
		v.item(fmt.Sprintf("%s/alternates/%d", at, k), id)
	}
}

func (v *validator) source(at string, x Source) {
	v.item(at+"/item", x.Item)
	v.calendar(at+"/calendar", x.Calendar)
	for _, d := range [...]struct {
		name string
		n    int
	}{{"lead_days", x.LeadDays}, {"transit_days", x.TransitDays}, {"admin_days", x.AdminDays}, {"security_days", x.SecurityDays}, {"buffer_days", x.BufferDays}} {
		v.days(at+"/"+d.name, d.n)
	}
	for _, q := range [...]struct {
		name string
		n    int64
	}{{"minimum", x.Minimum}, {"multiple", x.Multiple}, {"maximum", x.Maximum}, {"daily_rate", x.DailyRate}, {"unit_cost", x.UnitCost}} {
		v.quantity(at+"/"+q.name, q.n, 0)
	}
	if x.Yield < 0 || x.Yield > 1000 {
		v.f.Addf(at+"/yield", "out_of_range", "must be from 1 to 1000 of a thousand, or 0 for all")
	}
	if x.Maximum > 0 && (x.Minimum > x.Maximum || x.Multiple > x.Maximum) {
		v.f.Addf(at+"/maximum", "invalid", "must not be below the minimum or the multiple")
	}
	if x.To != 0 && x.To < x.From {
		v.f.Addf(at+"/to", "invalid", "must not be before from")
	}
}

func (v *validator) demand(at string, x *schedule.Demand) {
	v.item(at+"/item", x.Item)
	v.place(at+"/place", x.Place)
	v.quantity(at+"/quantity", x.Quantity, 1)
	if y := x.Need.Year(); y < 1900 || y > 2200 {
		v.f.Addf(at+"/need", "out_of_range", "lies outside the years 1900 to 2200")
	}
}

// dayOf is the date of an instant where the calendar is.
func dayOf(t time.Time, h *schedule.Hours) schedule.Date { return h.DateOf(t) }
