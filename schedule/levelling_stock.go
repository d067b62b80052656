package schedule

import (
	"cmp"
	"slices"

	"github.com/coordkit/coordkit/schedule/level"
)

// stock is what is pegged to the plan of an item at a place, with the times it
// is there.
type stock struct {
	key   stockKey
	comes []receipt // ascending
}

type stockKey struct{ item, place string }

// receipt is a quantity that is there from an instant on.
type receipt struct {
	at       int64
	quantity int64
	ref      string
}

// draw is what an activity takes from a stock at its start.
type draw struct {
	stock    int
	quantity int64
	k        int32 // number of the requirement
}

// materials collects the pegs of the plan into stocks, as far as any of it is
// still to come, and what is kept for one activity into its earliest start.
// Documents and approvals are kept for one activity always.
func (m *model) materials(earlier map[string]int) {
	r := m.l.r
	index := make(map[stockKey]int)
	for i := range r.activities {
		m.need[i] = -never
		a := &r.net.plan.Activities[i]
		if a.Actual.Done() || !a.Actual.Start.IsZero() {
			continue
		}
		for k := r.first[i]; k < r.first[i+1]; k++ {
			q, c := r.requirement(k), &r.coverage[k]
			if q.Staff != nil {
				continue
			}
			if c.Verdict == Short {
				m.left = append(m.left, r.id(k))
			}
			switch {
			case q.Material != nil:
				m.material(int32(i), k, index, earlier)
			case c.Verdict == Late:
				m.keep(int32(i), supplied{instantOf(c.Earliest) - int64(earlier[q.Prerequisite.Ref])*day, k, q.Prerequisite.Ref})
			}
		}
	}
}

// keep notes when something that is for one requirement alone is there.
func (m *model) keep(i int32, s supplied) {
	m.need[i] = max(m.need[i], s.at)
	if was, ok := m.kept[s.k]; !ok || s.at > was.at {
		m.kept[s.k] = s
	}
}

// material adds the pegs of one requirement to its stock.
func (m *model) material(i, k int32, index map[stockKey]int, earlier map[string]int) {
	r := m.l.r
	c, q := &r.coverage[k], r.requirement(k).Material
	wanted := r.wanted.start[i]
	taken, last := int64(0), -never
	var open []receipt
	for _, g := range c.Pegs {
		at := instantOr(g.At)
		if c.Verdict <= ReadyIf {
			at = min(at, wanted) // in time by the day, as readiness counts
		}
		last = max(last, at)
		at -= int64(earlier[g.Ref]) * day
		if g.Source == PegReserved {
			m.keep(i, supplied{at, k, g.Ref})
			continue
		}
		taken += g.Quantity
		open = append(open, receipt{at, g.Quantity, g.Ref})
	}
	if c.Verdict == Late && instantOf(c.Earliest) > last { // something that is not pegged holds it up
		m.keep(i, supplied{instantOf(c.Earliest), k, ""})
	}
	if taken == 0 {
		return
	}
	key := stockKey{q.Item, q.Place}
	n, ok := index[key]
	if !ok {
		n = len(m.stocks)
		index[key] = n
		m.stocks = append(m.stocks, stock{key: key})
	}
	m.stocks[n].comes = append(m.stocks[n].comes, open...)
	m.draws[i] = append(m.draws[i], draw{n, taken, k})
}

// stockCurves gives the problem the stocks of which anything is still to come;
// of the others there is enough for everybody.
func (m *model) stockCurves() {
	number := make([]int, len(m.stocks))
	for n := range m.stocks {
		x := &m.stocks[n]
		slices.SortStableFunc(x.comes, func(a, b receipt) int { return cmp.Compare(a.at, b.at) })
		number[n] = -1
		if x.comes[len(x.comes)-1].at <= m.l.r.wanted.first {
			continue
		}
		number[n] = len(m.problem.Stocks)
		out := level.Stock{ID: x.key.item}
		for _, c := range x.comes {
			slot := m.l.up(c.at)
			m.relaxed = m.relaxed && (slot == 0 || m.l.whole(c.at))
			last := len(out.Receipts) - 1
			switch {
			case slot == 0:
				out.Initial += int(c.quantity)
			case last >= 0 && out.Receipts[last].Slot == slot:
				out.Receipts[last].Quantity += int(c.quantity)
			default:
				out.Receipts = append(out.Receipts, level.Step{Slot: slot, Quantity: int(c.quantity)})
			}
		}
		m.problem.Stocks = append(m.problem.Stocks, out)
	}
	for i := range m.draws {
		for _, d := range m.draws[i] {
			if number[d.stock] >= 0 {
				mode := &m.problem.Activities[i].Modes[0]
				mode.Takes = append(mode.Takes, level.Amount{Stock: number[d.stock], Quantity: int(d.quantity)})
			}
		}
	}
}

// supplied is what holds an activity until something is there.
type supplied struct {
	at  int64
	k   int32
	ref string // of the last unit to come; empty if it is not one thing
}

// allot gives the units of each stock to the activities in order, first come
// first served, and returns when the last one of each requirement is there.
func (m *model) allot(order []int32) [][]supplied {
	out := make([][]supplied, len(m.draws))
	next := make([]int, len(m.stocks))
	used := make([]int64, len(m.stocks))
	for _, i := range order {
		for _, d := range m.draws[i] {
			s := supplied{at: -never, k: d.k}
			for left := d.quantity; left > 0; {
				c := m.stocks[d.stock].comes[next[d.stock]]
				q := min(left, c.quantity-used[d.stock])
				if c.at > s.at {
					s.at, s.ref = c.at, c.ref
				}
				left -= q
				if used[d.stock] += q; used[d.stock] == c.quantity {
					next[d.stock]++
					used[d.stock] = 0
				}
			}
			if s.at > m.l.r.wanted.first {
				out[i] = append(out[i], s)
			}
		}
	}
	return out
}
