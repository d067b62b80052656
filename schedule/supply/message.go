package supply

import (
	"fmt"

	"github.com/coordkit/coordkit/schedule"
)

// deferDays is how much too early an order must come before anybody is asked
// to put it off.
const deferDays = 30

// report adds what only a whole run can tell: what is left over, and what to
// ask of suppliers. An order they have is never altered, they are asked.
func (n *netting) report(out *Result, groups []string) {
	for _, g := range groups {
		for _, i := range n.p.members[g] {
			item := n.p.book.Items[i]
			safe := item.SafetyStock
			for _, s := range n.stocks[i] {
				if s.left+s.kept > 0 {
					out.Left = append(out.Left, Leftover{s.source, s.ref, item.ID, s.left + s.kept})
				}
				spare := s.left
				if safe > 0 { // what refills the safety stock is wanted
					q := min(safe, spare)
					safe -= q
					spare -= q
				}
				if s.source == schedule.PegReceipt {
					if m, ok := n.message(i, s, spare); ok {
						m.Item = item.ID
						out.Messages = append(out.Messages, m)
					}
				}
			}
		}
	}
}

func (n *netting) message(i int32, s *stock, spare int64) (Message, bool) {
	var o *Order
	for _, k := range n.p.items[i].orders {
		if n.p.book.Orders[k].ID == s.ref {
			o = &n.p.book.Orders[k]
		}
	}
	open := o.Open()
	switch {
	case s.firstNeed != 0 && s.firstNeed < s.at:
		return Message{Kind: Expedite, Order: s.ref, To: s.firstNeed, Text: fmt.Sprintf("expedite %s from %s to %s", s.ref, s.at, s.firstNeed)}, true
	case spare == open:
		return Message{Kind: Cancels, Order: s.ref, Quantity: open, Text: fmt.Sprintf("cancel %s: nobody needs its %d", s.ref, open)}, true
	case spare > 0 && n.less(i, o, open-spare):
		return Message{Kind: Decrease, Order: s.ref, Quantity: spare, Text: fmt.Sprintf("decrease %s by %d", s.ref, spare)}, true
	case s.firstNeed > s.at.Add(deferDays):
		return Message{Kind: Defer, Order: s.ref, To: s.firstNeed, Text: fmt.Sprintf("defer %s from %s to %s", s.ref, s.at, s.firstNeed)}, true
	}
	return Message{}, false
}

// less reports whether the supplier would take an order of less.
func (n *netting) less(i int32, o *Order, needed int64) bool {
	s := n.sourceOf(i, o.Supplier)
	if s == nil {
		return true
	}
	q, _ := s.lots(needed)
	return q < o.Open()
}
