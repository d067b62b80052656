package supply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/schedule"
)

// answer is what is known of a want or a planned order once everything that it
// is made from has been netted.
type answer struct {
	verdict  schedule.Verdict
	earliest schedule.Date // zero if never
	covered  int64
	actBy    schedule.Date
	actions  []schedule.Action
	cause    string
}

// worse takes over a verdict, with its cause, if it is worse; of several of the
// same kind the later one counts.
func (a *answer) worse(v schedule.Verdict, earliest schedule.Date, cause string) {
	later := v == schedule.Late && a.verdict == schedule.Late && earliest > a.earliest
	if v > a.verdict || later || a.cause == "" {
		a.cause = cause
	}
	a.verdict = max(a.verdict, v)
	if earliest > a.earliest {
		a.earliest = earliest
	}
}

func (a *answer) act(x schedule.Action) {
	if slices.ContainsFunc(a.actions, func(y schedule.Action) bool { return y.ID == x.ID }) {
		return
	}
	a.actions = append(a.actions, x)
	a.by(x.By)
}

// by notes a last day to act, if there is one; the earliest counts.
func (a *answer) by(d schedule.Date) {
	if d != 0 && (a.actBy == 0 || d < a.actBy) {
		a.actBy = d
	}
}

func (a *answer) actAll(x *answer) {
	a.by(x.actBy)
	for _, y := range x.actions {
		a.act(y)
	}
}

// settle works out the answer of a want.
func (n *netting) settle(w *want) *answer {
	if w.answer != nil {
		return w.answer
	}
	a := &answer{earliest: w.need}
	w.answer = a
	for _, g := range w.pegs {
		n.settlePeg(a, w, g)
	}
	if w.rest > 0 {
		a.worse(schedule.Short, 0, n.shortage(w))
	}
	if a.verdict == schedule.Short {
		a.earliest = 0
	}
	if a.verdict == schedule.Ready {
		a.cause = ""
	}
	return a
}

func (n *netting) settlePeg(a *answer, w *want, g peg) {
	item := n.p.book.Items[w.item].ID
	switch {
	case g.order != nil:
		o := n.resolve(g.order)
		if o.verdict == schedule.Ready {
			a.covered += g.quantity
		}
		if o.verdict == schedule.Late && o.earliest <= w.need {
			// Too late for whom it is made, and in time for this one if it is
			// acted on at once.
			a.worse(schedule.ReadyIf, w.need, fmt.Sprintf("%d of %s come with %s, there %s, if ordered now", g.quantity, item, g.order.ID, o.earliest))
			a.by(n.asOf)
		} else {
			a.worse(o.verdict, o.earliest, o.cause)
		}
		a.actAll(o)
	case g.from.at > w.need:
		text := fmt.Sprintf("%d of %s come %s (%s), needed %s", g.quantity, item, g.from.at, g.from.ref, w.need)
		a.worse(schedule.Late, g.from.at, text)
		a.act(schedule.Action{
			ID: "expedite/" + g.from.ref, Kind: schedule.ActExpedite, Ref: item, From: g.from.ref, Place: w.place, Quantity: g.quantity,
			Need: w.need, Arrives: n.p.hoursOfPlace(w.place).StartOf(g.from.at), Text: fmt.Sprintf("expedite %s to %s", g.from.ref, w.need),
		})
	case g.source == schedule.PegRequisition:
		by := n.asOf
		if s := n.sourceOf(w.item, g.from.requisition.Supplier); s != nil {
			by = max(n.p.route(s, g.from.place, g.from.requisition.Open()).backward(w.need), n.asOf)
		}
		text := fmt.Sprintf("order requisition %s (%d of %s) by %s", g.from.ref, g.quantity, item, by)
		a.worse(schedule.ReadyIf, w.need, text)
		a.act(schedule.Action{
			ID: "release/" + g.from.ref, Kind: schedule.ActRelease, Ref: item, From: g.from.requisition.Supplier, Place: w.place, Quantity: g.quantity,
			By: by, Need: w.need, Arrives: n.p.hoursOfPlace(w.place).StartOf(g.from.at), Text: text,
		})
	case g.source == schedule.PegSafety:
		by := max(n.asOf, n.p.own.LastOpenDay(w.need))
		text := fmt.Sprintf("%d of %s come out of the safety stock: refill it", g.quantity, item)
		a.worse(schedule.ReadyIf, w.need, text)
		a.act(schedule.Action{
			ID: "safety/" + item, Kind: schedule.ActReplenish, Ref: item, Place: w.place, Quantity: g.quantity, By: by, Need: w.need, Text: text,
			Arrives: n.p.hoursOfPlace(w.place).StartOf(w.need),
		})
	default:
		a.covered += g.quantity
		a.worse(schedule.Ready, w.need, "")
	}
}

// shortage says why nothing covers the rest of a want.
func (n *netting) shortage(w *want) string {
	x := &n.p.book.Items[w.item]
	var why []string
	if len(n.p.items[w.item].sources) == 0 {
		why = append(why, "no supplier is known")
	} else {
		why = append(why, "no supplier takes orders any more")
	}
	elsewhere, held, expired := int64(0), int64(0), int64(0)
	for _, s := range n.stocks[w.item] {
		switch {
		case s.left > 0 && !n.p.serves(s.place, w.place):
			elsewhere += s.left
		case s.left > 0 && !s.usable(w.need):
			expired += s.left
		}
		held += s.kept
	}
	for _, y := range [...]struct {
		q    int64
		text string
	}{{elsewhere, "lie elsewhere"}, {held, "are reserved for others"}, {expired, "expire before"}} {
		if y.q > 0 {
			why = append(why, fmt.Sprintf("%d %s", y.q, y.text))
		}
	}
	return fmt.Sprintf("%d of %d %s are short: %s", w.rest, w.quantity, x.ID, strings.Join(why, ", "))
}

// resolve works out the answer of a planned order from that of its components.
func (n *netting) resolve(o *planned) *answer {
	if o.state != nil {
		return o.state
	}
	a := &answer{earliest: o.Arrives}
	o.state = a
	verb, kind := "order", schedule.ActOrder
	if o.Make {
		verb, kind = "make", schedule.ActMake
	}
	from := ""
	if o.Supplier != "" {
		from = " from " + o.Supplier
	}
	act := schedule.Action{ID: o.ID, Kind: kind, Ref: o.Item, From: o.Supplier, Place: o.Place, Quantity: o.Quantity, Need: o.Need, Cost: o.Cost}
	switch {
	case o.source == nil && !o.Late: // put together from what is there
	case o.Late:
		a.worse(schedule.Late, o.Arrives, fmt.Sprintf("%d of %s%s cannot be there before %s, needed %s", o.Quantity, o.Item, from, o.Arrives, o.Need))
		act.Text = fmt.Sprintf("%s %d of %s%s now: there %s, needed %s", verb, o.Quantity, o.Item, from, o.Arrives, o.Need)
	default:
		act.By = o.OrderBy
		act.Text = fmt.Sprintf("%s %d of %s%s by %s, needed %s", verb, o.Quantity, o.Item, from, o.OrderBy, o.Need)
		a.worse(schedule.ReadyIf, o.Need, act.Text)
	}
	for _, c := range o.children {
		x := n.settle(c)
		switch x.verdict {
		case schedule.Ready:
		case schedule.ReadyIf:
			a.worse(schedule.ReadyIf, 0, x.cause)
		case schedule.Late:
			arrives := o.route.forward(x.earliest)
			if arrives == 0 {
				a.worse(schedule.Short, 0, x.cause)
				break
			}
			o.Late, o.Arrives = true, max(o.Arrives, arrives)
			a.worse(schedule.Late, arrives, "for "+o.Item+": "+x.cause)
		case schedule.Short:
			a.worse(schedule.Short, 0, "for "+o.Item+": "+x.cause)
		}
		a.actAll(x)
	}
	if o.source != nil {
		act.Arrives = n.p.hoursOfPlace(o.Place).StartOf(a.earliest)
		a.act(act)
	}
	if a.verdict == schedule.Short {
		a.earliest = 0
	}
	if a.verdict == schedule.Ready {
		a.cause = ""
	}
	return a
}

// coverage turns the answer of a want into that of a demand; without a want the
// item is not in the book.
func (n *netting) coverage(d *schedule.Demand, w *want) schedule.Coverage {
	out := schedule.Coverage{Wanted: d.Quantity}
	if w == nil {
		out.Verdict, out.Cause = schedule.Short, fmt.Sprintf("nothing is known of item %q: no stock, no supplier", d.Item)
		return out
	}
	a := n.settle(w)
	h := n.p.hoursOfPlace(w.place)
	out.Verdict, out.Covered, out.Cause = a.verdict, a.covered, a.cause
	switch a.verdict {
	case schedule.Short:
	case schedule.Late:
		out.Earliest = h.StartOf(a.earliest)
	default:
		out.Earliest = d.Need
	}
	if a.verdict == schedule.ReadyIf {
		out.ActBy = a.actBy
	}
	out.Actions = slices.Clone(a.actions)
	slices.SortStableFunc(out.Actions, func(x, y schedule.Action) int { return cmp.Or(cmp.Compare(x.By, y.By), cmp.Compare(x.ID, y.ID)) })
	out.Pegs = make([]schedule.Peg, len(w.pegs))
	for k, g := range w.pegs {
		out.Pegs[k] = schedule.Peg{Source: g.source, Quantity: g.quantity}
		if g.order != nil {
			out.Pegs[k].Ref, out.Pegs[k].At = g.order.ID, h.StartOf(n.resolve(g.order).earliest)
			continue
		}
		out.Pegs[k].Ref = g.from.ref
		if g.from.at != 0 {
			out.Pegs[k].At = h.StartOf(g.from.at)
		}
	}
	return out
}
