package window

import "slices"

// Booking is a change with the window it is, or is to be, carried out in.
type Booking struct {
	ID          string
	Number      string // for people
	Window      Window
	Items       []string // what is changed; each once
	Implementer string   // who carries it out; empty if nobody is named
}

// Kind says what is in the way.
type Kind string

// The kinds of conflict.
const (
	SameItem           Kind = "same-item"
	RelatedItem        Kind = "related-item"
	SameImplementer    Kind = "same-implementer"
	FreezeTime         Kind = "freeze"
	OutsideMaintenance Kind = "outside-maintenance"
)

// Severity says what a conflict keeps from happening.
type Severity string

// The severities, worst first.
const (
	Block Severity = "block" // the change is neither scheduled nor started
	Hold  Severity = "hold"  // it is scheduled, but not started while this stands
	Warn  Severity = "warn"  // it is shown and recorded
)

// Conflict is one thing in the way of a booking. With and Number are those of
// the other booking, Name is that of the freeze or the maintenance hours.
type Conflict struct {
	Kind        Kind     `json:"kind"`
	Severity    Severity `json:"severity"`
	With        string   `json:"with,omitempty"`
	Number      string   `json:"number,omitempty"`
	Name        string   `json:"name,omitempty"`
	Item        string   `json:"item,omitempty"`  // of the booking that was asked about
	Other       string   `json:"other,omitempty"` // the item of the other booking that is related to it
	Implementer string   `json:"implementer,omitempty"`
	Window      Window   `json:"window"` // of the other booking or of the freeze; else the booking's own
}

// Conflicts compares a booking with the calendar and with other bookings: first
// the freezes and maintenance hours as they stand in the rules, then the others
// in the order given, by kind and in the order of the booking's items. A booking
// with the same id is the same change and never in its own way.
//
// related says for an item which others depend on it; it is read in both
// directions, so it need not be symmetric.
func (r Rules) Conflicts(b Booking, others []Booking, related map[string][]string) []Conflict {
	if b.Window.Empty() {
		return nil
	}
	out := r.calendar(b)
	for i := range others {
		if o := &others[i]; o.ID != b.ID && o.Window.Overlaps(b.Window) {
			out = r.between(out, &b, o, related)
		}
	}
	return out
}

func (r Rules) between(out []Conflict, b, o *Booking, related map[string][]string) []Conflict {
	found := Conflict{With: o.ID, Number: o.Number, Window: o.Window}
	for _, item := range b.Items {
		if slices.Contains(o.Items, item) {
			c := found
			c.Kind, c.Severity, c.Item = SameItem, r.SameItem.or(Block), item
			out = append(out, c)
		}
	}
	for _, item := range b.Items {
		for _, other := range o.Items {
			if item != other && (slices.Contains(related[item], other) || slices.Contains(related[other], item)) {
				c := found
				c.Kind, c.Severity, c.Item, c.Other = RelatedItem, r.RelatedItem.or(Warn), item, other
				out = append(out, c)
			}
		}
	}
	if b.Implementer != "" && b.Implementer == o.Implementer {
		found.Kind, found.Severity, found.Implementer = SameImplementer, r.SameImplementer.or(Hold), b.Implementer
		out = append(out, found)
	}
	return out
}

func (s Severity) or(otherwise Severity) Severity {
	if s == "" {
		return otherwise
	}
	return s
}
