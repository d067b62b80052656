package supply

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Order is a requisition that becomes an order and is received. Its state is
// the fold of its events; see Decide and Evolve.
type Order struct {
	ID       string        `json:"id,omitzero"`
	Rev      int64         `json:"rev,omitzero"`
	Item     string        `json:"item,omitzero"`
	Place    string        `json:"place,omitzero"` // where it is received
	Supplier string        `json:"supplier,omitzero"`
	Quantity int64         `json:"quantity,omitzero"`
	Received int64         `json:"received,omitzero"` // good ones that were kept
	State    OrderState    `json:"state,omitzero"`
	For      string        `json:"for,omitzero"` // a demand it is kept for; empty serves any
	NeedBy   schedule.Date `json:"need_by,omitzero"`
	Due      schedule.Date `json:"due,omitzero"`      // the supplier's date, or our estimate
	Promised schedule.Date `json:"promised,omitzero"` // first date the supplier confirmed
	Ordered  schedule.Date `json:"ordered,omitzero"`
	AskedBy  string        `json:"asked_by,omitzero"` // who submitted it, and so does not approve it
	Receipts []Receipt     `json:"receipts,omitzero"`
}

// Receipt is one delivery on an order, as it was taken in.
type Receipt struct {
	On       schedule.Date `json:"on,omitzero"`
	Quantity int64         `json:"quantity,omitzero"`
	Lot      string        `json:"lot,omitzero"`
	Wrong    bool          `json:"wrong,omitzero"`    // another item, or not fit for use: does not count
	Returned int64         `json:"returned,omitzero"` // of the quantity, sent back
}

// OrderState says how far an order is.
type OrderState string

// The states of an order. What is drafted, submitted or approved is a
// requisition: ours to change. From Placed on the supplier has it.
const (
	Draft     OrderState = "draft"
	Submitted OrderState = "submitted"
	Approved  OrderState = "approved"
	Placed    OrderState = "ordered"
	Confirmed OrderState = "confirmed"
	Partly    OrderState = "partly-received"
	Received  OrderState = "received"
	Closed    OrderState = "closed" // ended short: the remainder will not come
	Refused   OrderState = "refused"
	Cancelled OrderState = "cancelled"
)

// Requisition reports whether nothing binds us yet.
func (s OrderState) Requisition() bool { return s == Draft || s == Submitted || s == Approved }

// AtSupplier reports whether the supplier has the order and more is to come.
func (s OrderState) AtSupplier() bool { return s == Placed || s == Confirmed || s == Partly }

// Open is the quantity still to come.
func (o *Order) Open() int64 {
	if !o.State.Requisition() && !o.State.AtSupplier() {
		return 0
	}
	return max(0, o.Quantity-o.Received)
}

// Command is something somebody wants done with an order.
type Command interface {
	decide(o *Order) error
}

// The commands. Create makes a requisition; the others act on one that exists.
type (
	// Create makes a draft requisition.
	Create struct{ Order Order }
	// Submit asks for approval.
	Submit struct{}
	// Approve lets it be ordered.
	Approve struct{}
	// Refuse ends a requisition, with a reason.
	Refuse struct{ Reason string }
	// PlaceOrder sends it to a supplier.
	PlaceOrder struct {
		Supplier string
		On       schedule.Date
		Due      schedule.Date // estimate until the supplier confirms
	}
	// Confirm records the supplier's date; again if it changes.
	Confirm struct{ Due schedule.Date }
	// Receive takes in a delivery: part of the order, all, or more.
	Receive struct{ Receipt Receipt }
	// Return sends part of a receipt back. What was good is then open again.
	Return struct {
		Receipt  int // index into Receipts
		Quantity int64
		Reason   string
	}
	// Close ends an order whose remainder will not come.
	Close struct{ Reason string }
	// Cancel ends an order of which nothing was received.
	Cancel struct{ Reason string }
)

// Event is something that happened to an order.
type Event struct {
	Order   string
	Rev     int64
	At      time.Time
	By      string
	Command Command // what was done, with what it said
	Late    bool    // a receipt after the promised date
	Over    int64   // received beyond what was ordered
}

// Decide checks a command against an order and returns what happens. A zero
// order does not exist yet. Errors: *schedule.RefusedError for a command that
// the state of the order does not allow; *schedule.ValidationError for one that
// is not well formed. Stale revisions are the concern of who keeps the orders.
func Decide(o Order, c Command, by string, at time.Time) ([]Event, error) {
	if err := c.decide(&o); err != nil {
		return nil, err
	}
	if _, ok := c.(Approve); ok && by == o.AskedBy {
		return nil, &schedule.RefusedError{Command: "approve", Unmet: []schedule.Unmet{{
			Condition: "another", Ref: o.ID, Text: fmt.Sprintf("%s submitted requisition %q: somebody else approves it", by, o.ID),
		}}}
	}
	e := Event{Order: o.ID, Rev: o.Rev + 1, At: at, By: by, Command: c}
	switch c := c.(type) {
	case Create:
		e.Order = c.Order.ID
	case Receive:
		e.Late = o.Promised != 0 && c.Receipt.On > o.Promised
		if !c.Receipt.Wrong {
			e.Over = max(0, o.Received+c.Receipt.Quantity-max(o.Quantity, o.Received))
		}
	}
	return []Event{e}, nil
}

// must refuses a command unless the order is in a state for it.
func must(o *Order, command, want string, ok bool) error {
	if ok {
		return nil
	}
	is := string(o.State)
	if is == "" {
		is = "not there"
	}
	return &schedule.RefusedError{Command: command, Unmet: []schedule.Unmet{{
		Condition: "state", Ref: o.ID, Text: fmt.Sprintf("order %q is %s; it must be %s", o.ID, is, want),
	}}}
}

func invalid(pointer, text string) error {
	return &schedule.ValidationError{Fields: []schedule.Field{{Pointer: pointer, Code: "invalid", Text: text}}}
}

func (c Create) decide(o *Order) error {
	switch {
	case o.State != "":
		return must(o, "create", "new", false)
	case c.Order.ID == "" || c.Order.Item == "":
		return invalid("/order", "needs an id and an item")
	case c.Order.Quantity < 1 || c.Order.Quantity > MaxQuantity:
		return invalid("/order/quantity", "must be positive, and below 2^40")
	}
	return nil
}

func (Submit) decide(o *Order) error {
	return must(o, "submit", "a draft", o.State == Draft)
}

func (Approve) decide(o *Order) error {
	return must(o, "approve", "submitted", o.State == Submitted)
}

func (c Refuse) decide(o *Order) error {
	if c.Reason == "" {
		return invalid("/reason", "says why")
	}
	return must(o, "refuse", "submitted or approved", o.State == Submitted || o.State == Approved)
}

func (c PlaceOrder) decide(o *Order) error {
	if c.On == 0 {
		return invalid("/on", "needs the day of the order")
	}
	return must(o, "place", "approved", o.State == Approved)
}

func (c Confirm) decide(o *Order) error {
	if c.Due == 0 {
		return invalid("/due", "needs the supplier's date")
	}
	return must(o, "confirm", "at the supplier", o.State.AtSupplier())
}

func (c Receive) decide(o *Order) error {
	if c.Receipt.Quantity < 1 || c.Receipt.Quantity > MaxQuantity || c.Receipt.On == 0 || c.Receipt.Returned != 0 {
		return invalid("/receipt", "needs a day and a positive quantity, and nothing returned yet")
	}
	return must(o, "receive", "at the supplier", o.State.AtSupplier() || o.State == Received)
}

func (c Return) decide(o *Order) error {
	switch {
	case c.Reason == "":
		return invalid("/reason", "says why")
	case c.Receipt < 0 || c.Receipt >= len(o.Receipts):
		return invalid("/receipt", "names no receipt of the order")
	case c.Quantity < 1 || c.Quantity > o.Receipts[c.Receipt].Quantity-o.Receipts[c.Receipt].Returned:
		return invalid("/quantity", "must be positive, and not more than was received and kept")
	}
	return must(o, "return", "partly received, received or closed", o.State == Partly || o.State == Received || o.State == Closed || o.State.AtSupplier())
}

func (c Close) decide(o *Order) error {
	if c.Reason == "" {
		return invalid("/reason", "says why the remainder will not come")
	}
	return must(o, "close", "at the supplier", o.State.AtSupplier())
}

func (c Cancel) decide(o *Order) error {
	if c.Reason == "" {
		return invalid("/reason", "says why")
	}
	return must(o, "cancel", "open, with nothing received", (o.State.Requisition() || o.State.AtSupplier()) && o.Received == 0)
}

// Evolve returns the order as it is after an event. The order given, with its
// receipts, stays as it was.
func Evolve(o Order, e Event) Order {
	o.Rev = e.Rev
	switch c := e.Command.(type) {
	case Create:
		o = c.Order
		o.Rev, o.State, o.Received, o.Receipts, o.AskedBy = e.Rev, Draft, 0, nil, ""
	case Submit:
		o.State, o.AskedBy = Submitted, e.By
	case Approve:
		o.State = Approved
	case Refuse:
		o.State = Refused
	case PlaceOrder:
		o.State, o.Ordered, o.Due = Placed, c.On, c.Due
		if c.Supplier != "" {
			o.Supplier = c.Supplier
		}
	case Confirm:
		o.Due = c.Due
		if o.Promised == 0 {
			o.Promised = c.Due
		}
		if o.State == Placed {
			o.State = Confirmed
		}
	case Receive:
		o.Receipts = append(append([]Receipt{}, o.Receipts...), c.Receipt)
		if !c.Receipt.Wrong {
			o.Received += c.Receipt.Quantity
		}
		o.State = o.progress()
	case Return:
		o.Receipts = append([]Receipt{}, o.Receipts...)
		r := &o.Receipts[c.Receipt]
		r.Returned += c.Quantity
		if !r.Wrong {
			o.Received -= c.Quantity
		}
		if o.State != Closed {
			o.State = o.progress()
		}
	case Close:
		o.State = Closed
	case Cancel:
		o.State = Cancelled
	}
	return o
}

// progress is the state of an order the supplier has, by what has come.
func (o *Order) progress() OrderState {
	switch {
	case o.Received >= o.Quantity:
		return Received
	case o.Received > 0:
		return Partly
	case o.Promised != 0:
		return Confirmed
	}
	return Placed
}

// Stock returns the lots that a delivery puts into stock: nothing of what was
// wrong or sent back.
func (o *Order) Stock() []Lot {
	var out []Lot
	for k, r := range o.Receipts {
		if q := r.Quantity - r.Returned; !r.Wrong && q > 0 {
			out = append(out, Lot{ID: o.LotOf(k), Item: o.Item, Place: o.Place, Quantity: q})
		}
	}
	return out
}

// LotOf is the id of the lot that a receipt goes into.
func (o *Order) LotOf(receipt int) string {
	if id := o.Receipts[receipt].Lot; id != "" {
		return id
	}
	return fmt.Sprintf("%s/%d", o.ID, receipt+1)
}
