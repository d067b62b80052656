package supply_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

func date(s string) schedule.Date {
	d, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func on(s string) time.Time { return date(s).Midnight().Add(8 * time.Hour) }

func want(id, item string, quantity int64, need string) schedule.Demand {
	return schedule.Demand{ID: id, Item: item, Quantity: quantity, Need: on(need)}
}

func position(t *testing.T, b supply.Book) *supply.Position {
	t.Helper()
	p, err := supply.Compile(&b)
	require.NoError(t, err)
	return p
}

func cover(t *testing.T, b supply.Book, asOf string, demands ...schedule.Demand) []schedule.Coverage {
	t.Helper()
	out, err := position(t, b).Cover(on(asOf), demands)
	require.NoError(t, err)
	return out
}

func planned(t *testing.T, b supply.Book, asOf string, demands ...schedule.Demand) supply.Result {
	t.Helper()
	out, err := position(t, b).Plan(on(asOf), demands)
	require.NoError(t, err)
	return out
}

// verdicts is the verdicts with the dates that matter, as one text.
func verdicts(list []schedule.Coverage) string {
	parts := make([]string, len(list))
	for i, c := range list {
		switch c.Verdict {
		case schedule.ReadyIf:
			parts[i] = "if by " + c.ActBy.String()
		case schedule.Late:
			parts[i] = "late " + c.Earliest.Format(time.DateOnly)
		default:
			parts[i] = strings.ToLower(c.Verdict.String())
		}
	}
	return strings.Join(parts, ", ")
}

func stock(item string, quantity int64) supply.Lot {
	return supply.Lot{ID: "lot-" + item, Item: item, Quantity: quantity}
}

func confirmed(id, item string, quantity int64, due string) supply.Order {
	return supply.Order{ID: id, Item: item, Quantity: quantity, State: supply.Confirmed, Due: date(due)}
}

// TestKnownFaults holds the cases in which programs of the kind were wrong,
// with the numbers they were reported under.
func TestKnownFaults(t *testing.T) {
	t.Parallel()
	items := func(ids ...string) []supply.Item {
		out := make([]supply.Item, len(ids))
		for i, id := range ids {
			out[i] = supply.Item{ID: id}
		}
		return out
	}
	for _, x := range []struct {
		name    string
		book    supply.Book
		asOf    string
		demands []schedule.Demand
		want    string
	}{
		{
			"frappe/erpnext#47237: lead of 5 days counts back from the start",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", LeadDays: 5}}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 1, "2026-05-15")},
			"if by 2026-05-10",
		},
		{
			"frappe/erpnext PR #59007: 49 at 48 a day take two days",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", Make: true, DailyRate: 48}}},
			"2026-09-01",
			[]schedule.Demand{want("d", "i", 49, "2026-09-30")},
			"if by 2026-09-28",
		},
		{
			"frappe/erpnext PR #59007: the buffer is a duration apart from the rate",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", Make: true, DailyRate: 48, BufferDays: 1}}},
			"2026-09-01",
			[]schedule.Demand{want("d", "i", 49, "2026-09-30")},
			"if by 2026-09-27",
		},
		{
			"frappe/erpnext PR #52190: nothing net, no order and no date",
			supply.Book{Items: items("i"), Lots: []supply.Lot{stock("i", 7)}, Sources: []supply.Source{{Item: "i", LeadDays: 26}}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 7, "2026-05-02")},
			"ready",
		},
		{
			"odoo/odoo#62571: lead 5, administrative 1 and security 1 leave nothing of 7 days",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", LeadDays: 5, AdminDays: 1, SecurityDays: 1}}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 1, "2026-05-08")},
			"if by 2026-05-01",
		},
		{
			"odoo/odoo PR #40315: making 20 days and buying 10 are 30",
			supply.Book{
				Items:   []supply.Item{{ID: "kit", Kit: []supply.Line{{Item: "part", Quantity: 1}}}, {ID: "part"}},
				Sources: []supply.Source{{Item: "kit", Make: true, LeadDays: 20}, {Item: "part", LeadDays: 10}},
			},
			"2026-05-01",
			[]schedule.Demand{want("d", "kit", 1, "2026-07-01")},
			"if by 2026-06-01",
		},
		{
			"odoo/odoo#9877, #7423: each level of a kit is offset from its own parent",
			supply.Book{
				Items: []supply.Item{
					{ID: "top", Kit: []supply.Line{{Item: "mid", Quantity: 1}}},
					{ID: "mid", Kit: []supply.Line{{Item: "low", Quantity: 1}}},
					{ID: "low"},
				},
				Sources: []supply.Source{{Item: "top", Make: true, LeadDays: 3}, {Item: "mid", Make: true, LeadDays: 4}, {Item: "low", LeadDays: 5}},
			},
			"2026-05-01",
			[]schedule.Demand{want("d", "top", 1, "2026-05-31")},
			"if by 2026-05-19",
		},
		{
			"frePPLe/frepple#72: administrative lead is added",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", LeadDays: 7, AdminDays: 1}}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 1, "2026-05-15")},
			"if by 2026-05-07",
		},
		{
			"frePPLe/frepple#73: days on which the supplier is closed do not count",
			supply.Book{
				Items:     items("i"),
				Calendars: []schedule.Calendar{schedule.WorkWeek("supplier", "", schedule.Shift{From: 0, To: schedule.At(24, 0)}).Holidays("May Day", date("2026-05-08"))},
				Sources:   []supply.Source{{Item: "i", LeadDays: 7, Calendar: "supplier"}},
			},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 1, "2026-05-15")},
			"if by 2026-05-05", // Friday 15th: 7 working days after the 5th, the 8th left out
		},
		{
			"odoo/odoo PR #257141: 20 in stock cover an own demand of 11",
			supply.Book{Items: items("i"), Lots: []supply.Lot{stock("i", 20)}, Demands: []schedule.Demand{want("d", "i", 11, "2026-05-10")}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 11, "2026-05-10")},
			"ready",
		},
		{
			"inventree/InvenTree#3653: 30 in stock of which 20 are allocated to this build",
			supply.Book{Items: items("i"), Lots: []supply.Lot{stock("i", 30)}, Reservations: []supply.Reservation{{Demand: "d", Item: "i", Quantity: 20}}},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 30, "2026-05-10")},
			"ready",
		},
		{
			"frappe/erpnext#5274: stock promised elsewhere serves nobody else",
			supply.Book{Items: items("i"), Lots: []supply.Lot{stock("i", 10)}, Reservations: []supply.Reservation{{Demand: "other", Item: "i", Quantity: 8}}},
			"2026-05-01",
			[]schedule.Demand{want("a", "i", 2, "2026-05-10"), want("b", "i", 1, "2026-05-11")},
			"ready, short",
		},
		{
			"odoo/odoo PR #208049: an order promised elsewhere serves nobody else",
			supply.Book{Items: items("i"), Orders: []supply.Order{{ID: "po", Item: "i", Quantity: 5, State: supply.Confirmed, Due: date("2026-05-03"), For: "other"}}},
			"2026-05-01",
			[]schedule.Demand{want("a", "i", 5, "2026-05-10")},
			"short",
		},
		{
			"frappe/erpnext#57315: one demand held at two places is one demand",
			supply.Book{
				Items: items("i"), Places: []supply.Place{{ID: "a"}, {ID: "b"}},
				Lots:         []supply.Lot{{ID: "1", Item: "i", Place: "a", Quantity: 6}, {ID: "2", Item: "i", Place: "b", Quantity: 6}},
				Reservations: []supply.Reservation{{Demand: "d", Item: "i", Place: "a", Quantity: 6}, {Demand: "d", Item: "i", Place: "b", Quantity: 4}},
			},
			"2026-05-01",
			[]schedule.Demand{want("d", "i", 10, "2026-05-10"), want("e", "i", 2, "2026-05-11")},
			"ready, ready",
		},
		{
			"frappe/erpnext#50809: an order closed short leaves the projection",
			supply.Book{Items: items("i"), Orders: []supply.Order{{ID: "po", Item: "i", Quantity: 9, Received: 4, State: supply.Closed, Due: date("2026-05-03")}}},
			"2026-05-01",
			[]schedule.Demand{want("a", "i", 1, "2026-05-10")},
			"short",
		},
		{
			"frappe/erpnext#23977: a group of places is the sum of its children",
			supply.Book{
				Items: items("i"), Places: []supply.Place{{ID: "site"}, {ID: "a", Parent: "site"}, {ID: "b", Parent: "site"}},
				Lots: []supply.Lot{{ID: "1", Item: "i", Place: "a", Quantity: 6}, {ID: "2", Item: "i", Place: "b", Quantity: 4}},
			},
			"2026-05-01",
			[]schedule.Demand{{ID: "d", Item: "i", Quantity: 10, Place: "site", Need: on("2026-05-10")}},
			"ready",
		},
		{
			"frappe/erpnext#46679: the shelf for returns counts for nobody",
			supply.Book{
				Items: items("i"), Places: []supply.Place{{ID: "site"}, {ID: "a", Parent: "site"}, {ID: "returns", Parent: "site", NotUsable: true}, {ID: "bin", Parent: "returns"}},
				Lots: []supply.Lot{{ID: "1", Item: "i", Place: "a", Quantity: 6}, {ID: "2", Item: "i", Place: "bin", Quantity: 4}},
			},
			"2026-05-01",
			[]schedule.Demand{{ID: "d", Item: "i", Quantity: 10, Place: "site", Need: on("2026-05-10")}},
			"short",
		},
		{
			"frePPLe/frepple#397: two equal demands and one far order: the second does not wait in silence",
			supply.Book{Items: items("i"), Orders: []supply.Order{confirmed("po", "i", 20, "2026-08-01")}, Sources: []supply.Source{{Item: "i", LeadDays: 5}}},
			"2026-05-01",
			[]schedule.Demand{want("a", "i", 10, "2026-05-03"), want("b", "i", 10, "2026-05-10")},
			"late 2026-05-06, if by 2026-05-05",
		},
		{
			"frePPLe/frepple#115: a source usable from a later date delays",
			supply.Book{Items: items("i"), Sources: []supply.Source{{Item: "i", LeadDays: 5, From: date("2026-05-20")}}},
			"2026-05-01",
			[]schedule.Demand{want("a", "i", 10, "2026-05-10")},
			"late 2026-05-25",
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, x.want, verdicts(cover(t, x.book, x.asOf, x.demands...)))
		})
	}
}

func TestLotsOfOneOrder(t *testing.T) { // odoo/odoo PR #173842: three orders of 15 are 45, not 75
	t.Parallel()
	b := supply.Book{Items: []supply.Item{{ID: "i"}}, Sources: []supply.Source{{Item: "i", Maximum: 15}}}
	r := planned(t, b, "2026-05-01", want("d", "i", 45, "2026-05-10"))
	require.Len(t, r.Orders, 1)
	require.Equal(t, int64(45), r.Orders[0].Quantity)
	require.Equal(t, int64(3), r.Orders[0].Orders)
}

func TestSecondRunAsksForNothing(t *testing.T) { // OCA/manufacture PR #301: one requisition more on every run
	t.Parallel()
	b := supply.Book{Items: []supply.Item{{ID: "i"}, {ID: "part"}}, Sources: []supply.Source{{Item: "i", Make: true, LeadDays: 2}, {Item: "part", Supplier: "acme", LeadDays: 4}}}
	b.Items[0].Kit = []supply.Line{{Item: "part", Quantity: 2, Scrap: 100}}
	d := want("d", "i", 9, "2026-05-20")
	first := planned(t, b, "2026-05-01", d)
	require.Len(t, first.Orders, 2)
	require.Equal(t, int64(20), first.Orders[1].Quantity) // 18, one in ten lost
	require.Equal(t, planned(t, b, "2026-05-01", d), first)
	for _, o := range first.Orders {
		events, err := supply.Decide(supply.Order{}, supply.Create{Order: o.Requisition()}, "ada", on("2026-05-01"))
		require.NoError(t, err)
		b.Orders = append(b.Orders, supply.Evolve(supply.Order{}, events[0]))
	}
	second := planned(t, b, "2026-05-02", d)
	require.Empty(t, second.Orders)
	require.Equal(t, "if by 2026-05-18", verdicts(second.Coverages))
}

func TestReorderLevel(t *testing.T) { // frappe/erpnext PR #44497: level hit on 4 December, lead 25 days
	t.Parallel()
	b := supply.Book{
		Items: []supply.Item{{ID: "i", ReorderLevel: 10}}, Lots: []supply.Lot{stock("i", 12)},
		Sources: []supply.Source{{Item: "i", LeadDays: 25, Minimum: 20}},
	}
	out, err := position(t, b).Reorder(on("2024-12-01"), []schedule.Demand{want("d", "i", 5, "2024-12-04")})
	require.NoError(t, err)
	require.Len(t, out, 1)
	require.Equal(t, date("2024-12-29"), out[0].Need)
	require.Equal(t, date("2024-12-04"), out[0].OrderBy)
	require.Equal(t, int64(20), out[0].Quantity)
	b.Orders = []supply.Order{confirmed("po", "i", 5, "2024-12-20")}
	out, err = position(t, b).Reorder(on("2024-12-01"), []schedule.Demand{want("d", "i", 5, "2024-12-04")})
	require.NoError(t, err)
	require.Empty(t, out, "it is on order")
}

func TestSafetyStockAlternatesExpiryAndYield(t *testing.T) {
	t.Parallel()
	b := supply.Book{
		Items: []supply.Item{{ID: "i", SafetyStock: 5, Alternates: []string{"j"}}, {ID: "j", SafetyStock: 1}},
		Lots: []supply.Lot{
			{ID: "old", Item: "i", Quantity: 4, Expires: date("2026-05-10")},
			{ID: "new", Item: "i", Quantity: 10},
			{ID: "locked", Item: "i", Quantity: 90, Quarantined: true},
			stock("j", 6),
		},
	}
	c := cover(t, b, "2026-05-01", want("a", "i", 6, "2026-05-09"), want("b", "i", 5, "2026-05-11"))
	require.Equal(t, "ready, if by 2026-05-11", verdicts(c))
	require.Equal(t, "old", c[0].Pegs[0].Ref)
	require.Equal(t, schedule.PegSafety, c[1].Pegs[1].Source)
	c = cover(t, b, "2026-05-01", want("a", "i", 18, "2026-05-11")) // 10 of new, of the alternate 5
	require.Equal(t, "short", verdicts(c))
	require.Equal(t, schedule.PegAlternate, c[0].Pegs[2].Source)
	require.Contains(t, c[0].Cause, "3 of 18 i are short")
	require.Contains(t, c[0].Cause, "4 expire before")

	held := supply.Book{Items: []supply.Item{{ID: "i"}}, Lots: []supply.Lot{stock("i", 10)}, Reservations: []supply.Reservation{{Demand: "other", Item: "i", Quantity: 8}}}
	kept := planned(t, held, "2026-05-01", want("a", "i", 4, "2026-05-11"))
	require.Contains(t, kept.Coverages[0].Cause, "8 are reserved for others")
	require.Equal(t, []supply.Leftover{{Source: schedule.PegStock, Ref: "lot-i", Item: "i", Quantity: 8}}, kept.Left)

	low := supply.Book{Items: []supply.Item{{ID: "i", SafetyStock: 5}}, Lots: []supply.Lot{stock("i", 5)}}
	require.Equal(t, "if by 2026-05-11", verdicts(cover(t, low, "2026-05-01", want("a", "i", 1, "2026-05-11"))))

	b.Sources = []supply.Source{{Item: "i", Yield: 900, Multiple: 10}}
	r := planned(t, b, "2026-05-01", want("a", "i", 33, "2026-05-11"))
	require.Equal(t, int64(20), r.Orders[0].Quantity) // 18 good ones are 20
}

func TestLateOrderAgainstNewOne(t *testing.T) {
	t.Parallel()
	b := supply.Book{
		Items: []supply.Item{{ID: "i"}}, Orders: []supply.Order{confirmed("po", "i", 10, "2026-05-12")},
		Sources: []supply.Source{{Item: "i", Supplier: "acme", LeadDays: 20}},
	}
	c := cover(t, b, "2026-05-01", want("a", "i", 10, "2026-05-10"))
	require.Equal(t, "late 2026-05-12", verdicts(c))
	require.Equal(t, "10 of i come 2026-05-12 (po), needed 2026-05-10", c[0].Cause)
	require.Equal(t, schedule.ActExpedite, c[0].Actions[0].Kind)
	require.Equal(t, supply.Expedite, planned(t, b, "2026-05-01", want("a", "i", 10, "2026-05-10")).Messages[0].Kind)
	require.Equal(t, supply.Cancels, planned(t, b, "2026-05-01").Messages[0].Kind)
	require.Equal(t, supply.Defer, planned(t, b, "2026-05-01", want("a", "i", 10, "2026-08-10")).Messages[0].Kind)
	require.Equal(t, supply.Decrease, planned(t, b, "2026-05-01", want("a", "i", 3, "2026-05-20")).Messages[0].Kind)
}

func TestSurplusOfALateOrderIsInTimeForALaterNeed(t *testing.T) {
	t.Parallel()
	b := supply.Book{Items: []supply.Item{{ID: "i"}}, Sources: []supply.Source{{Item: "i", LeadDays: 10, Minimum: 50}}}
	c := cover(t, b, "2026-05-01", want("a", "i", 10, "2026-05-05"), want("b", "i", 10, "2026-06-05"))
	require.Equal(t, "late 2026-05-11, if by 2026-05-01", verdicts(c))
}

func TestUnknownAndMalformed(t *testing.T) {
	t.Parallel()
	c := cover(t, supply.Book{}, "2026-05-01", want("a", "ghost", 1, "2026-05-10"))
	require.Equal(t, schedule.Short, c[0].Verdict)
	require.Contains(t, c[0].Cause, "ghost")
	p := position(t, supply.Book{Items: []supply.Item{{ID: "i"}}})
	for _, bad := range [][]schedule.Demand{
		{want("a", "i", -1, "2026-05-10")},
		{want("", "i", 1, "2026-05-10")},
		{want("a", "i", 1, "2026-05-10"), want("a", "i", 1, "2026-05-10")},
		{{ID: "a", Item: "i", Quantity: 1}},
		{want("a", "i", 1<<50, "2026-05-10")},
	} {
		_, err := p.Cover(on("2026-05-01"), bad)
		require.ErrorIs(t, err, schedule.ErrInvalid)
	}
	for pointer, change := range map[string]func(*supply.Book){
		"/items/1":                 func(b *supply.Book) { b.Items = append(b.Items, supply.Item{ID: "i"}) },
		"/items/0/kit/0/item":      func(b *supply.Book) { b.Items[0].Kit = []supply.Line{{Item: "x", Quantity: 1}} },
		"/items/0/kit/0/scrap":     func(b *supply.Book) { b.Items[0].Kit = []supply.Line{{Item: "i", Quantity: 1, Scrap: 1000}} },
		"/items/0/kit/0/quantity":  func(b *supply.Book) { b.Items[0].Kit = []supply.Line{{Item: "i", Quantity: -1}} },
		"/items/0/alternates/0":    func(b *supply.Book) { b.Items[0].Alternates = []string{"y"} },
		"/lots/0/quantity":         func(b *supply.Book) { b.Lots = []supply.Lot{stock("i", -4)} },
		"/lots/0/item":             func(b *supply.Book) { b.Lots = []supply.Lot{stock("z", 4)} },
		"/orders/0/quantity":       func(b *supply.Book) { b.Orders = []supply.Order{{Item: "i"}} },
		"/reservations/0/quantity": func(b *supply.Book) { b.Reservations = []supply.Reservation{{Item: "i"}} },
		"/sources/0/lead_days":     func(b *supply.Book) { b.Sources = []supply.Source{{Item: "i", LeadDays: 1 << 30}} },
		"/sources/0/yield":         func(b *supply.Book) { b.Sources = []supply.Source{{Item: "i", Yield: 1001}} },
		"/sources/0/maximum":       func(b *supply.Book) { b.Sources = []supply.Source{{Item: "i", Maximum: 5, Multiple: 6}} },
		"/sources/0/to":            func(b *supply.Book) { b.Sources = []supply.Source{{Item: "i", From: 5, To: 4}} },
		"/demands/0/need":          func(b *supply.Book) { b.Demands = []schedule.Demand{{ID: "d", Item: "i", Quantity: 1}} },
		"/calendar":                func(b *supply.Book) { b.Calendar = "none" },
		"/places/0/parent": func(b *supply.Book) {
			b.Places = []supply.Place{{ID: "a", Parent: "b"}, {ID: "b", Parent: "a"}}
		},
	} {
		b := supply.Book{Items: []supply.Item{{ID: "i"}}}
		change(&b)
		_, err := supply.Compile(&b)
		var v *schedule.ValidationError
		require.ErrorAs(t, err, &v, pointer)
		require.Equal(t, pointer, v.Fields[0].Pointer)
	}
}

func TestKitCyclesAreNamed(t *testing.T) {
	t.Parallel()
	line := func(id string) []supply.Line { return []supply.Line{{Item: id, Quantity: 1}} }
	b := supply.Book{Items: []supply.Item{{ID: "top", Kit: line("a")}, {ID: "a", Kit: line("b")}, {ID: "b", Kit: line("c")}, {ID: "c", Kit: line("a")}}}
	_, err := supply.Compile(&b)
	var cycle *supply.CycleError
	require.ErrorAs(t, err, &cycle)
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.Len(t, cycle.Items, 3)
	require.Equal(t, "a", cycle.Items[0])
	b = supply.Book{Items: []supply.Item{{ID: "a", Kit: line("a")}}}
	_, err = supply.Compile(&b)
	require.ErrorAs(t, err, &cycle)
	deep := supply.Book{Items: []supply.Item{{ID: "a", Kit: []supply.Line{{Item: "b", Quantity: 1 << 20}}}, {ID: "b", Kit: []supply.Line{{Item: "c", Quantity: 1 << 20}}}, {ID: "c"}}}
	_, err = position(t, deep).Cover(on("2026-05-01"), []schedule.Demand{want("d", "a", 1<<30, "2026-05-10")})
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.ErrorContains(t, err, "/items/0/kit/0")
}

func TestLearnedLeadTimes(t *testing.T) {
	t.Parallel()
	b := supply.Book{Items: []supply.Item{{ID: "i"}}, Sources: []supply.Source{{Item: "i", Supplier: "acme", LeadDays: 5}}}
	for k, days := range []int{5, 6, 9, 7, 12} {
		d := date("2026-01-01").Add(k)
		b.Orders = append(b.Orders, supply.Order{
			ID: strconv.Itoa(k), Item: "i", Supplier: "acme", Quantity: 3, Received: 3, State: supply.Received, Ordered: d, Promised: d.Add(7),
			Receipts: []supply.Receipt{{On: d.Add(2), Quantity: 3, Wrong: true}, {On: d.Add(3), Quantity: 1}, {On: d.Add(days), Quantity: 2}},
		})
	}
	l := position(t, b).Learn()
	require.Empty(t, cmp.Diff([]supply.Learned{{Supplier: "acme", Item: "i", Deliveries: 5, Late: 2, Days: []int{5, 6, 7, 9, 12}}}, l))
	days, ok := l[0].Quantile(0.8)
	require.True(t, ok)
	require.Equal(t, 9, days)
	require.InDelta(t, 1-0.8*0.8*0.8*0.8*0.8, l[0].Confidence(0.8), 1e-9)
	require.Equal(t, 9, supply.Adopt(b.Sources, l, 0.8, 5)[0].LeadDays)
	require.Equal(t, 5, supply.Adopt(b.Sources, l, 0.8, 6)[0].LeadDays, "too few to go by")
	_, ok = supply.Learned{}.Quantile(0.5)
	require.False(t, ok)
}
