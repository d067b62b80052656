package planning_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/planning"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/plans"
	"github.com/coordkit/coordkit/schedule/staff"
	"github.com/coordkit/coordkit/schedule/supply"
)

// model is what the office should know, kept in plain values and fed to the pure
// rooms directly.
type model struct {
	*bench

	tenant string
	plan   schedule.Plan
	rival  schedule.Plan // wants the same materials
	book   supply.Book
	orders map[string]supply.Order
	people staff.Roster
}

// tenants gives every run of the model a tenant of its own.
var tenants atomic.Int64

// TestStoredIsWhatWasPromised gives random commands to stores and to the model:
// the office refuses what the rules refuse and then stores nothing; what is kept
// gives the readiness of the pure rooms; every plan and order is the fold of its
// events, and every lot the sum of its bookings.
func TestStoredIsWhatWasPromised(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		store := open(t)
		b := newBench(t, store)
		_, quick := store.(*memory.DB)
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > 15 && !quick {
				return // a database differs in how it keeps, not in what follows
			}
			m := &model{bench: b, tenant: fmt.Sprint("t", tenants.Add(1)), orders: make(map[string]supply.Order)}
			m.begin(rt)
			rt.Repeat(map[string]func(*rapid.T){
				"plan": m.revise, "order": m.order, "stock": m.stock, "item": m.item, "staff": m.staff, "propose": m.propose, "compete": m.compete, "": m.check,
			})
		})
	})
}

func (m *model) begin(t *rapid.T) {
	ctx := context.Background()
	p := schedule.Plan{ID: "P", Start: monday, Frozen: 48 * hour, Activities: []schedule.Activity{task("a", 8), task("b", 8)}}
	got, err := m.Do(ctx, m.tenant, "ann", "P", 0, plans.Create{Plan: p})
	require.NoError(t, err)
	m.plan = got
	z := task("z", 8, material("bolt", 3))
	z.StartBy.NotBefore = monday.Add(5 * 24 * hour)
	m.rival, err = m.Do(ctx, m.tenant, "ann", "Q", 0, plans.Create{Plan: schedule.Plan{ID: "Q", Start: monday, Activities: []schedule.Activity{z}}})
	require.NoError(t, err)
	for _, id := range []string{"bolt", "nut"} {
		x := item(id, supply.Source{Supplier: "acme", LeadDays: 5, UnitCost: 3})
		require.NoError(t, m.PutItems(ctx, m.tenant, "ann", []planning.Item{x}))
		m.book.Items, m.book.Sources = append(m.book.Items, x.Item), append(m.book.Sources, x.Sources...)
	}
	m.people.Parts = []staff.DayPart{{Name: "morning", To: schedule.At(12, 0)}}
	_, err = m.ConfigureStaff(ctx, m.tenant, "ann", 0, planning.StaffTerms{Parts: m.people.Parts})
	require.NoError(t, err)
}

// agree checks that the office and the rules say the same, and that a refusal
// stores nothing.
func (m *model) agree(t *rapid.T, ruled error, fn func(context.Context) error) bool {
	before := m.dump(t, m.tenant)
	err := fn(context.Background())
	require.Equal(t, ruled == nil, err == nil, "rules: %v; office: %v", ruled, err)
	if err != nil {
		require.Equal(t, before, m.dump(t, m.tenant))
	}
	return err == nil
}

func (m *model) need(t *rapid.T) []schedule.Requirement {
	var out []schedule.Requirement
	for range rapid.IntRange(0, 2).Draw(t, "needs") {
		if rapid.Bool().Draw(t, "material") {
			out = append(out, material(rapid.SampledFrom([]string{"bolt", "nut", "glue"}).Draw(t, "item"), rapid.Int64Range(1, 9).Draw(t, "quantity")))
		} else {
			out = append(out, people(rapid.SampledFrom([]string{"weld", "paint"}).Draw(t, "skill"), rapid.IntRange(1, 2).Draw(t, "count")))
		}
	}
	return out
}

func (m *model) revise(t *rapid.T) {
	id := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	var c plans.Command
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0, 1:
		a := task(id.Draw(t, "activity"), rapid.IntRange(0, 20).Draw(t, "hours"), m.need(t)...)
		a.StartBy.NotBefore = monday.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "day")) * 24 * hour)
		r := plans.Revise{Activities: []schedule.Activity{a}}
		if rapid.Bool().Draw(t, "relate") {
			r.Relations = []schedule.Relation{{From: id.Draw(t, "from"), To: id.Draw(t, "to")}}
		}
		c = r
	case 2:
		c = plans.Record{Progress: []plans.Progress{{Activity: id.Draw(t, "activity"), Actual: schedule.Actual{Start: monday, Remaining: 4 * hour}}}}
	case 3:
		c = plans.TakeBaseline{Label: rapid.SampledFrom([]string{"B1", "B2"}).Draw(t, "label"), AsOf: monday}
	}
	m.do(t, c)
}

// do gives a command to plan and model, now and then at a revision that is past.
func (m *model) do(t *rapid.T, c plans.Command) {
	rev := rapid.SampledFrom([]int64{0, m.plan.Rev, m.plan.Rev - 1}).Draw(t, "rev")
	events, ruled := plans.Decide(&m.plan, c, "ann", monday)
	if ruled == nil && rev != 0 && rev != m.plan.Rev {
		ruled = schedule.ErrConflict
	}
	if m.agree(t, ruled, func(ctx context.Context) error { _, err := m.Do(ctx, m.tenant, "ann", "P", rev, c); return err }) {
		for _, e := range events {
			m.plan = plans.Evolve(m.plan, e)
		}
	}
}

// compete changes what the other plan wants.
func (m *model) compete(t *rapid.T) {
	z := task("z", 8, m.need(t)...)
	z.StartBy.NotBefore = monday.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "day")) * 24 * hour)
	z.Priority = rapid.IntRange(0, 1).Draw(t, "priority")
	got, err := m.Do(context.Background(), m.tenant, "ann", "Q", m.rival.Rev, plans.Revise{Activities: []schedule.Activity{z}})
	require.NoError(t, err)
	m.rival = got
}

func (m *model) propose(t *rapid.T) {
	ctx := context.Background()
	id := rapid.StringMatching(`[xy]`).Draw(t, "id")
	terms := planning.Terms{AsOf: monday, PullIn: rapid.Bool().Draw(t, "pull"), Move: []string{"a"}}
	p, err := m.Propose(ctx, m.tenant, "ann", id, "P", 0, terms)
	if err != nil {
		require.ErrorIs(t, err, register.ErrConflict)
		if p, err = m.Proposal(ctx, m.tenant, id); err != nil {
			t.Fatal(err)
		}
	}
	confirm := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b"}), func(s string) string { return s }).Draw(t, "confirm")
	var ruled error
	var events []plans.Event
	switch {
	case p.State != planning.ProposalOpen || p.Stale:
		ruled = schedule.ErrRefused
	default:
		events, ruled = plans.Decide(&m.plan, plans.Accept{Proposal: p.Moves, Confirm: confirm}, "bob", monday)
	}
	if m.agree(t, ruled, func(ctx context.Context) error {
		_, err := m.AcceptProposal(ctx, m.tenant, "bob", id, 0, confirm)
		return err
	}) {
		for _, e := range events {
			m.plan = plans.Evolve(m.plan, e)
		}
	}
}

func (m *model) order(t *rapid.T) {
	id := rapid.SampledFrom([]string{"R1", "R2"}).Draw(t, "order")
	o := m.orders[id]
	quantity := rapid.Int64Range(1, 9).Draw(t, "quantity")
	day := date("2026-03-02").Add(rapid.IntRange(0, 30).Draw(t, "day"))
	receive := supply.Receive{Receipt: supply.Receipt{On: day, Quantity: quantity}}
	back := supply.Return{Receipt: 0, Quantity: quantity, Reason: "bent"}
	likely := map[supply.OrderState]supply.Command{ // so that orders get on
		"": supply.Create{Order: supply.Order{ID: id, Item: "bolt", Quantity: quantity, Supplier: "acme"}}, supply.Draft: supply.Submit{},
		supply.Submitted: supply.Approve{}, supply.Approved: supply.PlaceOrder{On: day, Due: day.Add(5)}, supply.Placed: receive, supply.Confirmed: receive,
		supply.Partly: back, supply.Received: back,
	}
	c := likely[o.State]
	if c == nil || rapid.IntRange(0, 2).Draw(t, "any") == 0 {
		c = rapid.SampledFrom([]supply.Command{
			likely[""],
			supply.Submit{},
			supply.Approve{},
			likely[supply.Approved],
			supply.Confirm{Due: day},
			receive, back,
			supply.Receive{Receipt: supply.Receipt{On: day, Quantity: quantity, Wrong: true}},
			supply.Close{Reason: "enough"},
			supply.Cancel{Reason: "no"},
			supply.Refuse{Reason: "no"},
		}).Draw(t, "command")
	}
	by := rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "by")
	events, ruled := supply.Decide(o, c, by, monday)
	// What was used cannot be sent back.
	if x, ok := c.(supply.Return); ok && ruled == nil && !o.Receipts[x.Receipt].Wrong {
		if k := m.lot(o.LotOf(x.Receipt)); m.book.Lots[k].Quantity < x.Quantity {
			ruled = schedule.ErrRefused
		}
	}
	if !m.agree(t, ruled, func(ctx context.Context) error { _, err := m.DoOrder(ctx, m.tenant, by, id, o.Rev, c); return err }) {
		return
	}
	for _, e := range events {
		o = supply.Evolve(o, e)
	}
	m.orders[id] = o
	switch x := c.(type) {
	case supply.Receive:
		if !x.Receipt.Wrong {
			m.book.Lots = append(m.book.Lots, supply.Lot{ID: o.LotOf(len(o.Receipts) - 1), Item: "bolt", Quantity: quantity})
		}
	case supply.Return:
		if !o.Receipts[x.Receipt].Wrong {
			m.book.Lots[m.lot(o.LotOf(x.Receipt))].Quantity -= x.Quantity
		}
	}
}

func (m *model) lot(id string) int {
	return slices.IndexFunc(m.book.Lots, func(l supply.Lot) bool { return l.ID == id })
}

func (m *model) stock(t *rapid.T) {
	id := rapid.SampledFrom([]string{"L1", "L2", "R1/1"}).Draw(t, "lot")
	quantity := rapid.Int64Range(0, 9).Draw(t, "quantity")
	k := m.lot(id)
	if rapid.Bool().Draw(t, "issue") {
		ruled := register.ErrNotFound
		if k >= 0 {
			_, ruled = supply.Take(m.book.Lots[k], supply.Issued, quantity, "x")
		}
		if m.agree(t, ruled, func(ctx context.Context) error {
			_, err := m.IssueLot(ctx, m.tenant, "ann", id, 0, quantity, "x")
			return err
		}) {
			m.book.Lots[k].Quantity -= quantity
		}
		return
	}
	l := supply.Lot{ID: id, Item: "bolt", Quantity: quantity}
	reason := rapid.SampledFrom([]string{"", "found"}).Draw(t, "reason")
	var was supply.Lot
	if k >= 0 {
		was = m.book.Lots[k]
	}
	_, ruled := supply.Count(was, k >= 0, quantity, reason)
	if id == "R1/1" && k < 0 {
		return // the order's lots are its own
	}
	if m.agree(t, ruled, func(ctx context.Context) error { return m.CountLots(ctx, m.tenant, "ann", []supply.Lot{l}, reason) }) {
		if k < 0 {
			m.book.Lots = append(m.book.Lots, l)
		} else {
			m.book.Lots[k] = l
		}
	}
}

func (m *model) item(t *rapid.T) {
	x := item(rapid.SampledFrom([]string{"bolt", "nut"}).Draw(t, "item"), supply.Source{Supplier: "acme", LeadDays: rapid.IntRange(0, 30).Draw(t, "lead"), UnitCost: 2})
	x.SafetyStock = rapid.Int64Range(0, 2).Draw(t, "safety")
	if rapid.IntRange(0, 3).Draw(t, "kit") == 0 {
		x.Kit = []supply.Line{{Item: rapid.SampledFrom([]string{"bolt", "nut", "glue"}).Draw(t, "part"), Quantity: 2}}
	}
	next := m.book
	next.Items, next.Sources = slices.Clone(next.Items), slices.Clone(next.Sources)
	for i := range next.Items {
		if next.Items[i].ID == x.ID {
			next.Items[i] = x.Item
		}
	}
	next.Sources = append(slices.DeleteFunc(next.Sources, func(s supply.Source) bool { return s.Item == x.ID }), x.Sources...)
	_, ruled := supply.Compile(&next)
	if m.agree(t, ruled, func(ctx context.Context) error { return m.PutItems(ctx, m.tenant, "ann", []planning.Item{x}) }) {
		m.book = next
	}
}

func (m *model) staff(t *rapid.T) {
	who := rapid.SampledFrom([]string{"ida", "joe"}).Draw(t, "who")
	k := slices.IndexFunc(m.people.People, func(p staff.Person) bool { return p.ID == who })
	if rapid.Bool().Draw(t, "person") {
		p := person(who, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"weld", "paint"}), 0, 2, func(s string) string { return s }).Draw(t, "skills")...)
		m.agree(t, nil, func(ctx context.Context) error { return m.PutPeople(ctx, m.tenant, "ann", []planning.Person{p}) })
		if k < 0 {
			m.people.People = append(m.people.People, p.Person)
		} else {
			m.people.People[k] = p.Person
		}
		return
	}
	r := staff.Record{
		ID: rapid.StringMatching(`[1-4]`).Draw(t, "record"), Person: who, Kind: rapid.SampledFrom([]staff.Kind{staff.Leave, staff.Work, "nap"}).Draw(t, "kind"),
		State: rapid.SampledFrom([]staff.State{staff.Requested, staff.Approved}).Draw(t, "state"), Date: date("2026-03-02").Add(rapid.IntRange(0, 9).Draw(t, "day")),
		Part: rapid.SampledFrom([]string{"", "morning", "night"}).Draw(t, "part"), Corrects: rapid.SampledFrom([]string{"", "", "1", "2"}).Draw(t, "corrects"),
		Reason: rapid.SampledFrom([]string{"", "wrong"}).Draw(t, "reason"), By: "ann", At: monday,
	}
	var of []staff.Record
	for _, x := range m.people.Attendance {
		if x.Person == who || x.ID == r.ID {
			of = append(of, x)
		}
	}
	_, ruled := staff.Append(of, r, m.people.Parts)
	if k < 0 {
		ruled = schedule.ErrInvalid
	} else if slices.Contains(m.people.Attendance, r) {
		ruled = nil // said again
	}
	if m.agree(t, ruled, func(ctx context.Context) error {
		_, err := m.RecordAttendance(ctx, m.tenant, "ann", []staff.Record{r})
		return err
	}) &&
		!slices.Contains(m.people.Attendance, r) {
		m.people.Attendance = append(m.people.Attendance, r)
	}
}

// check compares what the office says with the pure rooms over the model, and
// rows with their events.
func (m *model) check(t *rapid.T) {
	ctx := context.Background()
	stored, err := m.Plan(ctx, m.tenant, "P")
	require.NoError(t, err)
	require.Empty(t, gocmp.Diff(m.plan, stored, cmpopts.EquateEmpty()))

	book, roster := m.book, m.people
	book.Items, book.Lots = byID(book.Items, func(x supply.Item) string { return x.ID }), byID(book.Lots, func(x supply.Lot) string { return x.ID })
	book.Sources = byID(book.Sources, func(x supply.Source) string { return x.Item })
	for _, id := range []string{"R1", "R2"} {
		if o := m.orders[id]; o.State.Requisition() || o.State.AtSupplier() {
			book.Orders = append(book.Orders, o)
		}
	}
	roster.People = byID(roster.People, func(x staff.Person) string { return x.ID })
	asOf := monday.Add(time.Duration(rapid.IntRange(-2, 5).Draw(t, "as of")) * 24 * hour)
	team, err := staff.Compile(&roster)
	require.NoError(t, err)
	given := make(map[string]int64)
	for _, of := range [][2]*schedule.Plan{{&m.plan, &m.rival}, {&m.rival, &m.plan}} {
		n, err := schedule.Compile(of[0])
		require.NoError(t, err)
		book.Demands = wants(t, &book, of[1], asOf)
		position, err := supply.Compile(&book)
		require.NoError(t, err)
		want, err := schedule.Assess(n, asOf, schedule.Facts{Supply: position, Staff: team})
		require.NoError(t, err)
		got, err := m.Readiness(ctx, m.tenant, of[0].ID, asOf)
		require.NoError(t, err)
		require.Empty(t, gocmp.Diff(want.Plan(), got.Plan()))
		require.Empty(t, gocmp.Diff(want.Activities(), got.Activities()))
		require.Empty(t, gocmp.Diff(want.OpenActions(), got.OpenActions()))
		pegged(got, given)
	}
	for _, l := range book.Lots {
		require.LessOrEqual(t, given[l.ID], l.Quantity, "lot %s", l.ID)
	}
	for i := range book.Orders {
		require.LessOrEqual(t, given[book.Orders[i].ID], book.Orders[i].Open(), "order %s", book.Orders[i].ID)
	}
	m.history(t)
}

// wants is what another plan asks for, of the items there are.
func wants(t *rapid.T, b *supply.Book, p *schedule.Plan, asOf time.Time) []schedule.Demand {
	n, err := schedule.Compile(p)
	require.NoError(t, err)
	r, err := schedule.Assess(n, asOf, schedule.Facts{})
	require.NoError(t, err)
	var out []schedule.Demand
	for i := range p.Activities {
		a := &p.Activities[i]
		x, _ := r.Of(a.ID)
		for k, q := range a.Needs {
			if q.Material == nil || !a.Actual.Start.IsZero() || a.Actual.Done() || !slices.ContainsFunc(b.Items, func(x supply.Item) bool { return x.ID == q.Material.Item }) {
				continue
			}
			out = append(out, schedule.Demand{
				ID: fmt.Sprintf("%s/%s/%d", p.ID, a.ID, k), Item: q.Material.Item, Quantity: q.Material.Quantity, Need: x.Wanted.Start, Priority: a.Priority,
			})
		}
	}
	return out
}

// pegged adds up what a readiness takes of each source.
func pegged(r *schedule.Readiness, given map[string]int64) {
	for _, a := range r.Activities() {
		x, _ := r.Explain(a.Activity)
		for _, q := range x.Requirements {
			for _, g := range q.Pegs {
				given[g.Ref] += g.Quantity
			}
		}
	}
}

func byID[T any](list []T, id func(T) string) []T {
	return slices.SortedStableFunc(slices.Values(list), func(a, b T) int { return cmp.Compare(id(a), id(b)) })
}

func (m *model) history(t *rapid.T) {
	ctx := context.Background()
	events, next, err := m.History(ctx, m.tenant, "P", 0, 500)
	require.NoError(t, err)
	require.Zero(t, next)
	require.Empty(t, gocmp.Diff(m.plan, plans.Fold(events), cmpopts.EquateEmpty()))
	for id, want := range m.orders {
		page, _, err := m.OrderHistory(ctx, m.tenant, id, 0, 500)
		require.NoError(t, err)
		var o supply.Order
		for _, e := range page {
			o = supply.Evolve(o, e)
		}
		require.Empty(t, gocmp.Diff(want, o, cmpopts.EquateEmpty()))
	}
	require.NoError(t, m.store.View(ctx, m.tenant, func(ctx context.Context, tx register.Tx) error {
		for _, l := range m.book.Lots {
			page, _, err := tx.SheetEvents(ctx, planning.BookLot, l.ID, 0, 500)
			if err != nil {
				return err
			}
			sum := int64(0)
			for _, e := range page {
				sum += booked(t, e.Data)
			}
			require.Equal(t, l.Quantity, sum, "lot %s", l.ID)
		}
		return nil
	}))
}
