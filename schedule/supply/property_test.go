package supply_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

var first = date("2026-05-01")

func anyDate(t *rapid.T, label string) schedule.Date {
	return first.Add(rapid.IntRange(0, 30).Draw(t, label))
}

// anyBook draws items of two levels with stock, orders, reservations, suppliers
// with lots, alternates, places and demands of others.
func anyBook(t *rapid.T) (supply.Book, []schedule.Demand) {
	b := supply.Book{
		Calendars: []schedule.Calendar{schedule.WorkWeek("week", "Europe/Berlin", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})},
		Places:    []supply.Place{{ID: "site"}, {ID: "a", Parent: "site"}, {ID: "b", Parent: "site", HandlingDays: 1}},
		Items:     []supply.Item{{ID: "kit", Kit: []supply.Line{{Item: "x", Quantity: 2}, {Item: "y", Quantity: 1, Scrap: 100}}}, {ID: "x"}, {ID: "y"}, {ID: "z"}},
	}
	if rapid.Bool().Draw(t, "alternate") {
		b.Items[1].Alternates = []string{"z"}
	}
	b.Items[2].SafetyStock = int64(rapid.IntRange(0, 5).Draw(t, "safety"))
	item := func() string { return rapid.SampledFrom([]string{"kit", "x", "y", "z"}).Draw(t, "item") }
	place := func() string { return rapid.SampledFrom([]string{"", "site", "a", "b"}).Draw(t, "place") }
	for k := range rapid.IntRange(0, 6).Draw(t, "lots") {
		l := supply.Lot{ID: fmt.Sprintf("l%d", k), Item: item(), Place: place(), Quantity: int64(rapid.IntRange(0, 20).Draw(t, "q"))}
		if rapid.IntRange(0, 3).Draw(t, "expires") == 0 {
			l.Expires = anyDate(t, "expiry")
		}
		b.Lots = append(b.Lots, l)
	}
	for k := range rapid.IntRange(0, 5).Draw(t, "orders") {
		b.Orders = append(b.Orders, supply.Order{
			ID: fmt.Sprintf("o%d", k), Item: item(), Place: place(), Quantity: int64(rapid.IntRange(1, 20).Draw(t, "q")), Due: anyDate(t, "due"),
			State: rapid.SampledFrom([]supply.OrderState{supply.Draft, supply.Confirmed, supply.Partly, supply.Closed}).Draw(t, "state"),
		})
	}
	for _, id := range []string{"kit", "x", "y"} {
		if rapid.IntRange(0, 3).Draw(t, "source") > 0 {
			b.Sources = append(b.Sources, supply.Source{
				Item: id, Make: id == "kit", LeadDays: rapid.IntRange(0, 10).Draw(t, "lead"), Calendar: rapid.SampledFrom([]string{"", "week"}).Draw(t, "calendar"),
				AdminDays: rapid.IntRange(0, 2).Draw(t, "admin"), Multiple: int64(rapid.IntRange(0, 6).Draw(t, "multiple")), Yield: rapid.SampledFrom([]int{0, 900}).Draw(t, "yield"),
			})
		}
	}
	var own []schedule.Demand
	for k := range rapid.IntRange(1, 7).Draw(t, "demands") {
		d := schedule.Demand{ID: fmt.Sprintf("d%d", k), Item: item(), Place: place(), Quantity: int64(rapid.IntRange(1, 15).Draw(t, "q")), Need: anyDate(t, "need").Midnight()}
		if rapid.IntRange(0, 3).Draw(t, "other") == 0 {
			b.Demands = append(b.Demands, d)
		} else {
			own = append(own, d)
		}
		if rapid.IntRange(0, 4).Draw(t, "reserve") == 0 {
			b.Reservations = append(b.Reservations, supply.Reservation{Demand: d.ID, Item: d.Item, Quantity: d.Quantity})
		}
	}
	return b, own
}

// TestEachUnitOnce balances every lot, order and demand over a whole run.
func TestEachUnitOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, own := anyBook(t)
		p, err := supply.Compile(&b)
		require.NoError(t, err)
		r, err := p.Plan(first.Midnight(), own)
		require.NoError(t, err)
		given, has := make(map[string]int64), make(map[string]int64)
		for _, l := range b.Lots {
			has[l.ID] = l.Quantity
		}
		for i := range b.Orders {
			has[b.Orders[i].ID] = b.Orders[i].Open()
		}
		for _, o := range r.Orders {
			has[o.ID] = o.Quantity
		}
		all := append(append([]schedule.Coverage{}, r.Coverages...), r.Others...)
		for i, c := range all {
			sum := int64(0)
			for _, g := range c.Pegs {
				require.Positive(t, g.Quantity)
				sum += g.Quantity
				given[g.Ref] += g.Quantity
			}
			require.LessOrEqual(t, sum, c.Wanted)
			require.LessOrEqual(t, c.Covered, sum)
			require.Equal(t, c.Verdict == schedule.Ready, c.Covered == c.Wanted, "%d: %+v", i, c)
			require.Equal(t, c.Verdict == schedule.Ready, c.Cause == "", c.Cause)
			if c.Verdict == schedule.ReadyIf {
				require.NotZero(t, c.ActBy)
				require.GreaterOrEqual(t, c.ActBy, first)
				require.NotEmpty(t, c.Actions)
			}
		}
		for ref, q := range given {
			if want, ok := has[ref]; ok { // kits put together on the spot have no order
				require.LessOrEqual(t, q, want, ref)
			}
		}
		for _, l := range r.Left {
			require.LessOrEqual(t, given[l.Ref]+l.Quantity, has[l.Ref], l.Ref)
		}
		again, err := p.Plan(first.Midnight(), own)
		require.NoError(t, err)
		require.Equal(t, r, again)
	})
}

// TestOrderByIsTheLastDay checks the chain of dates from outside: acting on the
// last day is in time, acting on the next open day is not.
func TestOrderByIsTheLastDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		week := schedule.WorkWeek("week", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)}).Holidays("h", anyDate(t, "holiday"), anyDate(t, "holiday"))
		calendar := rapid.SampledFrom([]string{"", "week"})
		s := supply.Source{
			Item: "i", LeadDays: rapid.IntRange(0, 12).Draw(t, "lead"), Calendar: calendar.Draw(t, "supplier"), TransitDays: rapid.IntRange(0, 4).Draw(t, "transit"),
			AdminDays: rapid.IntRange(0, 3).Draw(t, "admin"), SecurityDays: rapid.IntRange(0, 3).Draw(t, "security"),
		}
		b := supply.Book{
			Calendar: calendar.Draw(t, "buyer"), Calendars: []schedule.Calendar{week}, Items: []supply.Item{{ID: "i"}}, Sources: []supply.Source{s},
			Places: []supply.Place{{ID: "site", HandlingDays: rapid.IntRange(0, 2).Draw(t, "handling"), Calendar: calendar.Draw(t, "place")}},
		}
		p, err := supply.Compile(&b)
		require.NoError(t, err)
		need := anyDate(t, "need").Add(40)
		d := schedule.Demand{ID: "d", Item: "i", Place: "site", Quantity: 1, Need: need.Midnight().Add(8 * 3600e9)}
		ask := func(asOf schedule.Date) schedule.Coverage {
			c, err := p.Cover(asOf.Midnight(), []schedule.Demand{d})
			require.NoError(t, err)
			return c[0]
		}
		c := ask(first)
		require.Equal(t, schedule.ReadyIf, c.Verdict)
		require.Equal(t, c.ActBy, ask(c.ActBy).ActBy)
		late := ask(c.ActBy.Add(1))
		require.Equal(t, schedule.Late, late.Verdict)
		require.True(t, late.Earliest.After(d.Need.Add(-24*3600e9)))
		// Naive count of the same chain from the last day on.
		h, err := week.Compile()
		require.NoError(t, err)
		walk := func(day schedule.Date, n int, calendar string) schedule.Date {
			for n > 0 {
				if day++; calendar == "" || h.OpenOn(day) {
					n--
				}
			}
			return day
		}
		day := walk(c.ActBy, s.AdminDays, b.Calendar)
		day = walk(day, s.LeadDays, s.Calendar).Add(s.TransitDays)
		day = walk(walk(day, b.Places[0].HandlingDays, b.Places[0].Calendar), s.SecurityDays, b.Calendar)
		require.LessOrEqual(t, day, need)
	})
}

// TestMoreIsNeverWorse: with one item, an earlier order or more stock gives the
// first demand, by date of need, that it makes a difference to more in time, and
// a shorter lead time makes no answer worse. A later demand may lose by it: who
// needs first comes first.
func TestMoreIsNeverWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := supply.Book{Items: []supply.Item{{ID: "i"}}, Lots: []supply.Lot{stock("i", int64(rapid.IntRange(0, 10).Draw(t, "stock")))}}
		for k := range rapid.IntRange(1, 4).Draw(t, "orders") {
			b.Orders = append(b.Orders, confirmed(fmt.Sprint("o", k), "i", int64(rapid.IntRange(1, 10).Draw(t, "q")), anyDate(t, "due").String()))
		}
		if rapid.Bool().Draw(t, "source") {
			b.Sources = []supply.Source{{Item: "i", LeadDays: rapid.IntRange(1, 20).Draw(t, "lead")}}
		}
		var demands []schedule.Demand
		for k := range rapid.IntRange(1, 5).Draw(t, "demands") {
			demands = append(demands, want(fmt.Sprint("d", k), "i", int64(rapid.IntRange(1, 10).Draw(t, "q")), anyDate(t, "need").String()))
		}
		ask := func(b supply.Book) []schedule.Coverage {
			p, err := supply.Compile(&b)
			require.NoError(t, err)
			out, err := p.Cover(first.Midnight(), demands)
			require.NoError(t, err)
			return out
		}
		slices.SortStableFunc(demands, func(a, b schedule.Demand) int { return a.Need.Compare(b.Need) })
		before := ask(b)
		better := rapid.IntRange(0, 2).Draw(t, "better")
		switch better {
		case 0:
			b.Orders = append([]supply.Order{}, b.Orders...)
			b.Orders[0].Due = max(first, b.Orders[0].Due.Add(-rapid.IntRange(1, 20).Draw(t, "earlier")))
		case 1:
			b.Lots = append([]supply.Lot{{ID: "more", Item: "i", Quantity: int64(rapid.IntRange(1, 10).Draw(t, "more"))}}, b.Lots...)
		case 2:
			if len(b.Sources) > 0 {
				b.Sources = []supply.Source{{Item: "i", LeadDays: b.Sources[0].LeadDays - 1}}
			}
		}
		for k, c := range ask(b) {
			if better == 2 {
				require.LessOrEqual(t, c.Verdict, before[k].Verdict, "%s: %v, before %v", demands[k].ID, c.Cause, before[k].Cause)
			}
			if c.Covered != before[k].Covered {
				require.Greater(t, c.Covered, before[k].Covered, "%s: %v, before %v", demands[k].ID, c.Cause, before[k].Cause)
				break
			}
		}
	})
}

// TestGroupsDoNotMeet: an answer does not depend on demands of other groups.
func TestGroupsDoNotMeet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, own := anyBook(t)
		p, err := supply.Compile(&b)
		require.NoError(t, err)
		whole, err := p.Cover(first.Midnight(), own)
		require.NoError(t, err)
		byGroup := make(map[string][]int)
		for i, d := range own {
			byGroup[p.Group(d.Item)] = append(byGroup[p.Group(d.Item)], i)
		}
		for _, list := range byGroup {
			var part []schedule.Demand
			for _, i := range list {
				part = append(part, own[i])
			}
			out, err := p.Cover(first.Midnight(), part)
			require.NoError(t, err)
			for k, i := range list {
				require.Equal(t, whole[i], out[k])
			}
		}
	})
}
