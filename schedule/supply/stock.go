package supply

import (
	"fmt"

	"github.com/coordkit/coordkit/schedule"
)

// Booking is a change of the quantity of one lot. The quantity of a lot is the
// sum of its bookings: nothing comes or goes without one.
type Booking struct {
	Kind   BookingKind `json:"kind"`
	By     int64       `json:"by"`              // added; negative is taken
	Ref    string      `json:"ref,omitzero"`    // the order it came with or goes back to, or the demand it is issued for
	Reason string      `json:"reason,omitzero"` // of a count that differs
}

// BookingKind says why a quantity changes.
type BookingKind string

// The kinds of booking.
const (
	Counted  BookingKind = "counted"  // what is there was counted
	TakenIn  BookingKind = "taken-in" // a delivery
	Issued   BookingKind = "issued"   // used for a demand
	SentBack BookingKind = "sent-back"
	MovedOut BookingKind = "moved-out" // to another place
	MovedIn  BookingKind = "moved-in"
)

// Count is the booking that makes a lot hold what was counted; by zero if it
// does. A count that differs from a lot that was there says why.
func Count(l Lot, there bool, quantity int64, reason string) (Booking, error) {
	switch {
	case quantity < 0 || quantity > MaxQuantity:
		return Booking{}, invalid("/quantity", fmt.Sprintf("must be from 0 to %d", int64(MaxQuantity)))
	case there && quantity != l.Quantity && reason == "":
		return Booking{}, invalid("/reason", fmt.Sprintf("the lot should hold %d: say why the count differs", l.Quantity))
	}
	return Booking{Kind: Counted, By: quantity - l.Quantity, Reason: reason}, nil
}

// Take is the booking that takes a quantity out of a lot. It is refused where the
// lot holds less or is quarantined.
func Take(l Lot, kind BookingKind, quantity int64, ref string) (Booking, error) {
	refused := func(condition, text string) (Booking, error) {
		return Booking{}, &schedule.RefusedError{Command: string(kind), Unmet: []schedule.Unmet{{Condition: condition, Ref: l.ID, Text: text}}}
	}
	switch {
	case quantity < 1 || quantity > MaxQuantity:
		return Booking{}, invalid("/quantity", fmt.Sprintf("must be from 1 to %d", int64(MaxQuantity)))
	case quantity > l.Quantity:
		return refused("quantity", fmt.Sprintf("lot %q holds %d of %s, not %d", l.ID, l.Quantity, l.Item, quantity))
	case kind == Issued && l.Quarantined:
		return refused("quarantine", fmt.Sprintf("lot %q is quarantined", l.ID))
	}
	return Booking{Kind: kind, By: -quantity, Ref: ref}, nil
}

// Booked returns the lot as it is after a booking.
func Booked(l Lot, b Booking) Lot {
	l.Quantity += b.By
	return l
}
