package planning_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

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

const (
	hour = time.Hour
	acme = "acme"
)

var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

func date(s string) schedule.Date {
	d, err := schedule.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// bench is a service on a store, with a clock that stands.
type bench struct {
	*planning.Service

	store register.Store
}

func newBench(tb testing.TB, store coordination.Store) *bench {
	tb.Helper()
	b := &bench{store: coordination.Registers(store)}
	s, err := planning.New(planning.Config{Store: b.store, Now: func() time.Time { return monday }, Keep: 4})
	require.NoError(tb, err)
	b.Service = s
	return b
}

func TestMain(m *testing.M) { os.Exit(everystore.Main(m)) }

// dump is every sheet of a tenant, with its revision and the length of its history.
func (b *bench) dump(t require.TestingT, tenant string) []string {
	var out []string
	err := b.store.View(context.Background(), tenant, func(ctx context.Context, tx register.Tx) error {
		for _, book := range []string{
			planning.BookPlan, planning.BookPage, planning.BookProposal, planning.BookSupply, planning.BookItem, planning.BookLot, planning.BookOrder,
			planning.BookReservation, planning.BookStaff, planning.BookPerson, planning.BookAttendance,
		} {
			for after, more := "", true; more; {
				page, next, err := tx.Sheets(ctx, register.Query{Book: book, After: after, Limit: register.MaxLimit})
				if err != nil {
					return err
				}
				for _, s := range page {
					out = append(out, fmt.Sprintf("%s %s %d %d %s", s.Book, s.ID, s.Rev, s.Events, s.Body))
				}
				after, more = next, next != ""
			}
		}
		return nil
	})
	require.NoError(t, err)
	return out
}

func task(id string, hours int, needs ...schedule.Requirement) schedule.Activity {
	return schedule.Activity{ID: id, Duration: time.Duration(hours) * hour, Needs: needs}
}

func material(item string, quantity int64) schedule.Requirement {
	return schedule.Requirement{Material: &schedule.Material{Item: item, Quantity: quantity}}
}

func people(skill string, count int) schedule.Requirement {
	return schedule.Requirement{Staff: &schedule.Staff{Skill: skill, Count: count}}
}

func item(id string, sources ...supply.Source) planning.Item {
	for i := range sources {
		sources[i].Item = id
	}
	return planning.Item{Item: supply.Item{ID: id}, Sources: sources}
}

func person(id string, skills ...string) planning.Person {
	p := planning.Person{Person: staff.Person{ID: id}}
	for _, s := range skills {
		p.Skills = append(p.Skills, staff.Skill{Name: s, Level: 1})
	}
	return p
}

// office is a bench with a plan that needs ten bolts and a welder a week ahead.
func office(tb testing.TB) *bench {
	tb.Helper()
	b := newBench(tb, memory.New())
	ctx := tb.Context()
	weld := task("weld", 8, material("bolt", 10), people("welding", 1))
	weld.StartBy.NotBefore = monday.Add(7 * 24 * hour)
	_, err := b.Do(ctx, acme, "ann", "P", 0, plans.Create{Plan: schedule.Plan{ID: "P", Start: monday, Activities: []schedule.Activity{weld, task("paint", 8)}, Relations: []schedule.Relation{{From: "weld", To: "paint"}}}})
	require.NoError(tb, err)
	require.NoError(tb, b.PutItems(ctx, acme, "ann", []planning.Item{item("bolt", supply.Source{Supplier: "acme", LeadDays: 3, UnitCost: 5})}))
	require.NoError(tb, b.PutPeople(ctx, acme, "ann", []planning.Person{person("ida", "welding")}))
	return b
}

func (b *bench) verdict(t *testing.T) schedule.Verdict {
	t.Helper()
	r, err := b.Readiness(t.Context(), acme, "P", monday)
	require.NoError(t, err)
	x, ok := r.Of("weld")
	require.True(t, ok)
	return x.Verdict
}

// TestEveryPromiseCountsAtOnce: each thing that is stored moves the readiness with
// the next question.
func TestEveryPromiseCountsAtOnce(t *testing.T) {
	t.Parallel()
	b := office(t)
	ctx := t.Context()
	do := func(by, id string, c supply.Command) supply.Order {
		o, err := b.DoOrder(ctx, acme, by, id, 0, c)
		require.NoError(t, err)
		return o
	}
	require.Equal(t, schedule.ReadyIf, b.verdict(t), "can be ordered in time")
	do("ann", "R1", supply.Create{Order: supply.Order{ID: "R1", Item: "bolt", Quantity: 10, Supplier: "acme"}})
	require.Equal(t, schedule.ReadyIf, b.verdict(t), "a requisition must be ordered")
	do("ann", "R1", supply.Submit{})
	_, err := b.DoOrder(ctx, acme, "ann", "R1", 0, supply.Approve{})
	require.ErrorIs(t, err, schedule.ErrRefused)
	do("bob", "R1", supply.Approve{})
	do("ann", "R1", supply.PlaceOrder{On: date("2026-03-02"), Due: date("2026-03-05")})
	require.Equal(t, schedule.Ready, b.verdict(t))
	do("ann", "R1", supply.Confirm{Due: date("2026-03-20")})
	require.Equal(t, schedule.ReadyIf, b.verdict(t), "the supplier comes too late, another order would be in time")
	do("ann", "R1", supply.Receive{Receipt: supply.Receipt{On: date("2026-03-06"), Quantity: 4}})
	do("ann", "R1", supply.Receive{Receipt: supply.Receipt{On: date("2026-03-06"), Quantity: 3, Wrong: true}})
	do("ann", "R1", supply.Receive{Receipt: supply.Receipt{On: date("2026-03-06"), Quantity: 8}})
	require.Equal(t, schedule.Ready, b.verdict(t))
	o := do("ann", "R1", supply.Return{Receipt: 2, Quantity: 5, Reason: "bent"})
	require.Equal(t, supply.Partly, o.State)
	require.Equal(t, schedule.ReadyIf, b.verdict(t))
	lots, _, err := b.Lots(ctx, acme, "bolt", "", 0)
	require.NoError(t, err)
	require.Len(t, lots, 2)
	require.Equal(t, int64(7), lots[0].Value.Quantity+lots[1].Value.Quantity)

	require.NoError(t, b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "old", Item: "bolt", Quantity: 3}}, ""))
	require.Equal(t, schedule.Ready, b.verdict(t))
	_, err = b.RecordAttendance(ctx, acme, "ida", []staff.Record{{ID: "A1", Person: "ida", Kind: staff.Leave, State: staff.Requested, Date: date("2026-03-09")}})
	require.NoError(t, err)
	require.Equal(t, schedule.ReadyIf, b.verdict(t))
	_, err = b.RecordAttendance(ctx, acme, "bob", []staff.Record{{ID: "A2", Person: "ida", Kind: staff.Leave, State: staff.Approved, Date: date("2026-03-09"), Corrects: "A1", Reason: "granted"}})
	require.NoError(t, err)
	require.Equal(t, schedule.Late, b.verdict(t))
	_, err = b.PutPerson(ctx, acme, "ann", 0, person("joe", "welding"))
	require.NoError(t, err)
	require.Equal(t, schedule.Ready, b.verdict(t))
	_, err = b.Reserve(ctx, acme, "ann", "K1", 0, supply.Reservation{Demand: "other", Item: "bolt", Quantity: 1})
	require.NoError(t, err)
	require.Equal(t, schedule.ReadyIf, b.verdict(t))
	_, err = b.IssueLot(ctx, acme, "ann", "old", 0, 1, "other")
	require.NoError(t, err)
	kept, _, err := b.Reservations(ctx, acme, "", 0)
	require.NoError(t, err)
	require.Zero(t, kept[0].Value.Quantity, "what was issued is not kept any more")
	_, err = b.Do(ctx, acme, "ann", "P", 0, plans.Revise{Activities: []schedule.Activity{task("weld", 8)}})
	require.NoError(t, err)
	require.Equal(t, schedule.Ready, b.verdict(t), "nothing is needed any more")

	history, next, err := b.OrderHistory(ctx, acme, "R1", 0, 0)
	require.NoError(t, err)
	require.Zero(t, next)
	var folded supply.Order
	for _, e := range history {
		folded = supply.Evolve(folded, e)
	}
	stored, err := b.Order(ctx, acme, "R1")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(stored, folded))
}

func TestProposals(t *testing.T) {
	t.Parallel()
	b := office(t)
	ctx := t.Context()
	p, err := b.Propose(ctx, acme, "ann", "X1", "P", 1, planning.Terms{AsOf: monday})
	require.NoError(t, err)
	require.Equal(t, 2, p.Count)
	stored, err := b.Proposal(ctx, acme, "X1")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(p, stored), "the moves follow from what is kept")
	plan, err := b.AcceptProposal(ctx, acme, "bob", "X1", p.Rev, nil)
	require.NoError(t, err)
	require.Equal(t, monday.Add(7*24*hour), plan.Activities[0].Planned.Start)
	_, err = b.AcceptProposal(ctx, acme, "bob", "X1", 0, nil)
	require.ErrorIs(t, err, schedule.ErrRefused)

	// A proposal that waits for supplies moves what cannot be there in time.
	_, err = b.PutItem(ctx, acme, "ann", 1, item("bolt", supply.Source{Supplier: "acme", LeadDays: 30}))
	require.NoError(t, err)
	_, err = b.PutItem(ctx, acme, "ann", 1, item("bolt"))
	require.ErrorIs(t, err, register.ErrConflict)
	late, err := b.Propose(ctx, acme, "ann", "X2", "P", 0, planning.Terms{AsOf: monday, WaitForSupplies: true})
	require.NoError(t, err)
	require.Equal(t, 2, late.Count)
	require.Equal(t, date("2026-04-01"), schedule.DateIn(late.Moves.Moves[0].New.Start, time.UTC))
	_, err = b.Do(ctx, acme, "ann", "P", 2, plans.Revise{Head: &plans.Head{Start: monday, Frozen: 30 * 24 * hour}})
	require.NoError(t, err)
	_, err = b.AcceptProposal(ctx, acme, "bob", "X2", 0, nil)
	require.ErrorIs(t, err, schedule.ErrConflict, "the plan has moved on")
	list, _, err := b.Proposals(ctx, acme, "P", "", 0)
	require.NoError(t, err)
	require.Equal(t, []bool{false, true}, []bool{list[0].Stale, list[1].Stale})
	shown, err := b.Proposal(ctx, acme, "X2")
	require.NoError(t, err)
	require.Empty(t, shown.Moves.Moves)

	_, err = b.Propose(ctx, acme, "ann", "X3", "P", 0, planning.Terms{AsOf: monday, WaitForSupplies: true, Move: []string{"weld", "paint"}})
	require.NoError(t, err)
	_, err = b.AcceptProposal(ctx, acme, "bob", "X3", 0, []string{"weld"})
	require.ErrorIs(t, err, schedule.ErrRefused)
	_, err = b.AcceptProposal(ctx, acme, "bob", "X3", 0, []string{"weld", "paint"})
	require.NoError(t, err)
	_, err = b.Propose(ctx, acme, "ann", "X3", "P", 0, planning.Terms{AsOf: monday})
	require.ErrorIs(t, err, register.ErrConflict)
	_, err = b.Propose(ctx, acme, "ann", "X4", "P", 1, planning.Terms{AsOf: monday})
	require.ErrorIs(t, err, schedule.ErrConflict)
	_, err = b.Proposal(ctx, acme, "none")
	require.ErrorIs(t, err, register.ErrNotFound)
}

func TestWhatIfStoresNothing(t *testing.T) {
	t.Parallel()
	b := office(t)
	ctx := t.Context()
	before := b.dump(t, acme)
	of := func(q planning.Question) schedule.Verdict {
		a, err := b.WhatIf(ctx, acme, "P", monday, q)
		require.NoError(t, err)
		x, _ := a.After.Of("weld")
		was, _ := a.Before.Of("weld")
		require.Equal(t, schedule.ReadyIf, was.Verdict)
		return x.Verdict
	}
	require.Equal(t, schedule.Ready, of(planning.Question{Orders: []planning.OrderNow{{Item: "bolt", Quantity: 10}}}))
	require.Equal(t, schedule.ReadyIf, of(planning.Question{Orders: []planning.OrderNow{{Item: "bolt", Quantity: 10, Due: date("2026-03-20")}}, Moves: []schedule.Floor{{Activity: "weld", At: monday.Add(8 * 24 * hour)}}}))
	require.Equal(t, schedule.ReadyIf, of(planning.Question{People: []staff.Person{{ID: "new", Skills: []staff.Skill{{Name: "welding"}}}}}))
	for _, q := range []planning.Question{
		{Orders: []planning.OrderNow{{Item: "none", Quantity: 1}}},
		{Orders: []planning.OrderNow{{Item: "bolt", Supplier: "other", Quantity: 1}}},
		{Pulls: []planning.Pull{{Order: "none", Due: date("2026-03-03")}}},
		{Moves: []schedule.Floor{{Activity: "none", At: monday}}},
		{People: []staff.Person{{ID: "ida"}}},
	} {
		_, err := b.WhatIf(ctx, acme, "P", monday, q)
		require.ErrorIs(t, err, schedule.ErrInvalid, "%+v", q)
	}
	_, err := b.WhatIf(ctx, acme, "Q", monday, planning.Question{})
	require.ErrorIs(t, err, register.ErrNotFound)
	e, err := b.EffectOf(ctx, acme, "P", monday, schedule.Revision{Activities: []schedule.Activity{task("weld", 16, material("bolt", 20), people("welding", 1))}})
	require.NoError(t, err)
	require.Equal(t, int64(50), e.Cost)
	first, err := b.Risk(ctx, acme, "P", monday, planning.RiskTerms{Runs: 500, Seed: 7})
	require.NoError(t, err)
	again, err := b.Risk(ctx, acme, "P", monday, planning.RiskTerms{Runs: 500, Seed: 7})
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.True(t, first.Finish.P50.After(monday))
	_, err = b.Risk(ctx, acme, "P", monday, planning.RiskTerms{Low: 2000})
	require.ErrorIs(t, err, schedule.ErrInvalid)
	require.Equal(t, before, b.dump(t, acme))
}

// TestRefusedWritesNothing gives commands that rules stand against.
func TestRefusedWritesNothing(t *testing.T) {
	t.Parallel()
	b := office(t)
	ctx := t.Context()
	require.NoError(t, b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "L", Item: "bolt", Quantity: 5}}, ""))
	_, err := b.DoOrder(ctx, acme, "ann", "R1", 0, supply.Create{Order: supply.Order{ID: "R1", Item: "bolt", Quantity: 10}})
	require.NoError(t, err)
	_, err = b.RecordAttendance(ctx, acme, "ida", []staff.Record{{ID: "A1", Person: "ida", Kind: staff.Leave, State: staff.Approved, Date: date("2026-03-09")}})
	require.NoError(t, err)
	rev, err := b.ConfigureSupply(ctx, acme, "ann", 0, planning.SupplyTerms{Places: []supply.Place{{ID: "dock"}}})
	require.NoError(t, err)
	before := b.dump(t, acme)
	for name, fn := range map[string]func() error{
		"plan there": func() error {
			_, err := b.Do(ctx, acme, "ann", "P", 0, plans.Create{Plan: schedule.Plan{ID: "P"}})
			return err
		},
		"other id": func() error {
			_, err := b.Do(ctx, acme, "ann", "Q", 0, plans.Create{Plan: schedule.Plan{ID: "P"}})
			return err
		},
		"stale": func() error {
			_, err := b.Do(ctx, acme, "ann", "P", 7, plans.Revise{Cancel: []string{"weld"}})
			return err
		},
		"nobody": func() error {
			_, err := b.Do(ctx, acme, "", "P", 0, plans.Revise{Cancel: []string{"weld"}})
			return err
		},
		"no plan": func() error {
			_, err := b.Do(ctx, acme, "ann", "Q", 0, plans.Revise{Cancel: []string{"weld"}})
			return err
		},
		"item": func() error {
			return b.PutItems(ctx, acme, "ann", []planning.Item{item("ok"), {Item: supply.Item{ID: "kit", Kit: []supply.Line{{Item: "none", Quantity: 1}}}}})
		},
		"cycle": func() error {
			return b.PutItems(ctx, acme, "ann", []planning.Item{{Item: supply.Item{ID: "bolt", Kit: []supply.Line{{Item: "bolt", Quantity: 1}}}}})
		},
		"source": func() error {
			return b.PutItems(ctx, acme, "ann", []planning.Item{{Item: supply.Item{ID: "nut"}, Sources: []supply.Source{{Item: "bolt"}}}})
		},
		"twice": func() error { return b.PutItems(ctx, acme, "ann", []planning.Item{item("nut"), item("nut")}) },
		"lot item": func() error {
			return b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "M", Item: "bolt", Quantity: 1}, {ID: "N", Item: "none", Quantity: 1}}, "")
		},
		"lot place": func() error {
			return b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "M", Item: "bolt", Place: "none", Quantity: 1}}, "")
		},
		"count": func() error {
			return b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "L", Item: "bolt", Quantity: 1}}, "")
		},
		"too much":  func() error { _, err := b.IssueLot(ctx, acme, "ann", "L", 0, 6, "d"); return err },
		"no lot":    func() error { _, err := b.IssueLot(ctx, acme, "ann", "none", 0, 6, "d"); return err },
		"move":      func() error { _, err := b.MoveLot(ctx, acme, "ann", "L", 0, "M", "dock", 6); return err },
		"move self": func() error { _, err := b.MoveLot(ctx, acme, "ann", "L", 0, "L", "", 1); return err },
		"move to":   func() error { _, err := b.MoveLot(ctx, acme, "ann", "L", 0, "M", "none", 1); return err },
		"order":     func() error { _, err := b.DoOrder(ctx, acme, "ann", "R1", 0, supply.Approve{}); return err },
		"order id": func() error {
			_, err := b.DoOrder(ctx, acme, "ann", "R2", 0, supply.Create{Order: supply.Order{ID: "R1", Item: "bolt", Quantity: 1}})
			return err
		},
		"order of": func() error {
			_, err := b.DoOrder(ctx, acme, "ann", "R2", 0, supply.Create{Order: supply.Order{ID: "R2", Item: "none", Quantity: 1}})
			return err
		},
		"no order":  func() error { _, err := b.DoOrder(ctx, acme, "ann", "R9", 0, supply.Submit{}); return err },
		"old order": func() error { _, err := b.DoOrder(ctx, acme, "ann", "R1", 9, supply.Submit{}); return err },
		"keep": func() error {
			_, err := b.Reserve(ctx, acme, "ann", "K", 0, supply.Reservation{Demand: "d", Item: "none", Quantity: 1})
			return err
		},
		"keep who": func() error {
			_, err := b.Reserve(ctx, acme, "ann", "K", 0, supply.Reservation{Item: "bolt", Quantity: 1})
			return err
		},
		"terms": func() error {
			_, err := b.ConfigureSupply(ctx, acme, "ann", rev, planning.SupplyTerms{Calendar: "none"})
			return err
		},
		"adopt": func() error {
			_, err := b.ConfigureSupply(ctx, acme, "ann", 0, planning.SupplyTerms{Adopt: &planning.Adopt{}})
			return err
		},
		"old terms": func() error { _, err := b.ConfigureSupply(ctx, acme, "ann", 1, planning.SupplyTerms{}); return err },
		"staff": func() error {
			_, err := b.ConfigureStaff(ctx, acme, "ann", 0, planning.StaffTerms{Calendar: "none"})
			return err
		},
		"old staff": func() error { _, err := b.ConfigureStaff(ctx, acme, "ann", 9, planning.StaffTerms{}); return err },
		"person": func() error {
			return b.PutPeople(ctx, acme, "ann", []planning.Person{person("new"), {Person: staff.Person{ID: "x", Calendar: "none"}}})
		},
		"record": func() error {
			_, err := b.RecordAttendance(ctx, acme, "ann", []staff.Record{{ID: "A2", Person: "ida", Kind: "nap", State: staff.Approved, Date: date("2026-03-09")}})
			return err
		},
		"stranger": func() error {
			_, err := b.RecordAttendance(ctx, acme, "ann", []staff.Record{{ID: "A2", Person: "none", Kind: staff.Sick, State: staff.Approved, Date: date("2026-03-09")}})
			return err
		},
		"otherwise": func() error {
			_, err := b.RecordAttendance(ctx, acme, "ann", []staff.Record{{ID: "A1", Person: "ida", Kind: staff.Sick, State: staff.Approved, Date: date("2026-03-09")}})
			return err
		},
	} {
		require.Error(t, fn(), name)
		require.Equal(t, before, b.dump(t, acme), name)
	}
	n, err := b.RecordAttendance(ctx, acme, "ida", []staff.Record{{ID: "A1", Person: "ida", Kind: staff.Leave, State: staff.Approved, Date: date("2026-03-09")}})
	require.NoError(t, err)
	require.Zero(t, n, "a record that is there already is passed over")
	require.Equal(t, before, b.dump(t, acme))
}

// TestOneOfTwoWins: of two who have seen the same revision one is told to read again.
func TestOneOfTwoWins(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, open func(testing.TB) coordination.Store) {
		t.Helper()
		b := newBench(t, open(t))
		ctx := t.Context()
		_, err := b.Do(ctx, acme, "ann", "P", 0, plans.Create{Plan: schedule.Plan{ID: "P", Activities: []schedule.Activity{task("a", 8)}}})
		require.NoError(t, err)
		require.NoError(t, b.PutItems(ctx, acme, "ann", []planning.Item{item("bolt")}))
		require.NoError(t, b.CountLots(ctx, acme, "ann", []supply.Lot{{ID: "L", Item: "bolt", Quantity: 5}}, ""))
		race := func(fn func() error) {
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { errs[i] = fn() })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				}
			}
			require.Equal(t, 1, won, "%v", errs)
		}
		race(func() error {
			_, err := b.Do(ctx, acme, "ann", "P", 1, plans.Revise{Activities: []schedule.Activity{task("b", 8)}})
			return err
		})
		race(func() error { _, err := b.IssueLot(ctx, acme, "ann", "L", 1, 1, "d"); return err })
		race(func() error { _, err := b.IssueLot(ctx, acme, "ann", "L", 0, 3, "d"); return err }) // 4 are left: for one only
		p, err := b.Propose(ctx, acme, "ann", "X", "P", 0, planning.Terms{AsOf: monday})
		require.NoError(t, err)
		race(func() error { _, err := b.AcceptProposal(ctx, acme, "ann", "X", p.Rev, nil); return err })
		lot, err := b.Lot(ctx, acme, "L")
		require.NoError(t, err)
		require.Equal(t, int64(1), lot.Value.Quantity)
	})
}

// TestLearnedLeadTimes: orders that took long are planned with, once enough came.
func TestLearnedLeadTimes(t *testing.T) {
	t.Parallel()
	b := office(t)
	ctx := t.Context()
	for i, days := range []int{20, 22, 25} {
		id := fmt.Sprint("R", i)
		for _, c := range []supply.Command{
			supply.Create{Order: supply.Order{ID: id, Item: "bolt", Quantity: 1, Supplier: "acme"}},
			supply.Submit{},
			supply.Approve{},
			supply.PlaceOrder{On: date("2026-01-05"), Due: date("2026-01-09")},
			supply.Receive{Receipt: supply.Receipt{On: date("2026-01-05").Add(days), Quantity: 1}},
		} {
			by := "ann"
			if c == (supply.Approve{}) {
				by = "bob"
			}
			_, err := b.DoOrder(ctx, acme, by, id, 0, c)
			require.NoError(t, err)
		}
	}
	got, err := b.Learned(ctx, acme)
	require.NoError(t, err)
	require.Equal(t, []supply.Learned{{Supplier: "acme", Item: "bolt", Deliveries: 3, Days: []int{20, 22, 25}}}, got)
	require.Equal(t, schedule.ReadyIf, b.verdict(t))
	_, err = b.ConfigureSupply(ctx, acme, "ann", 0, planning.SupplyTerms{Adopt: &planning.Adopt{Quantile: 0.8, Deliveries: 3}})
	require.NoError(t, err)
	require.Equal(t, schedule.Late, b.verdict(t))
}

// TestPlanAsOf: a plan is what it was at a time.
func TestPlanAsOf(t *testing.T) {
	t.Parallel()
	now := monday
	store := coordination.Registers(memory.New())
	s, err := planning.New(planning.Config{Store: store, Now: func() time.Time { now = now.Add(hour); return now }})
	require.NoError(t, err)
	ctx := t.Context()
	var want []schedule.Plan
	for _, c := range []plans.Command{
		plans.Create{Plan: schedule.Plan{ID: "P", Activities: []schedule.Activity{task("a", 8)}}},
		plans.Revise{Activities: []schedule.Activity{task("b", 8)}, Relations: []schedule.Relation{{From: "a", To: "b"}}},
		plans.TakeBaseline{Label: "B1", AsOf: monday},
		plans.Revise{Unrelate: []schedule.Relation{{From: "a", To: "b"}}},
		plans.Revise{Relations: []schedule.Relation{{From: "b", To: "a"}}},
	} {
		p, err := s.Do(ctx, acme, "ann", "P", 0, c)
		require.NoError(t, err)
		stored, err := s.Plan(ctx, acme, "P")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(p, stored))
		want = append(want, p)
	}
	for i, p := range want {
		got, err := s.PlanAsOf(ctx, acme, "P", monday.Add(time.Duration(i+1)*hour))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(p, got))
	}
	_, err = s.PlanAsOf(ctx, acme, "P", monday)
	require.ErrorIs(t, err, register.ErrNotFound)
	list, next, err := s.Plans(ctx, acme, "", 0)
	require.NoError(t, err)
	require.Empty(t, next)
	require.Equal(t, []planning.Summary{{ID: "P", Rev: 5, Activities: 2, Baselines: []string{"B1"}}}, list)
	_, err = planning.New(planning.Config{})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// TestReturnedValuesAreCopies: whoever changes what he got changes nothing kept.
func TestReturnedValuesAreCopies(t *testing.T) {
	t.Parallel()
	b := office(t)
	p, err := b.Plan(t.Context(), acme, "P")
	require.NoError(t, err)
	p.Activities[0].Needs[0].Material.Quantity = 1
	p.Relations[0].From = "x"
	again, err := b.Plan(t.Context(), acme, "P")
	require.NoError(t, err)
	require.Equal(t, int64(10), again.Activities[0].Needs[0].Material.Quantity)
	require.Equal(t, "weld", again.Relations[0].From)
}

// booked is the part of a lot's event that conservation is about.
func booked(t require.TestingT, data json.RawMessage) int64 {
	var x struct {
		By int64 `json:"by"`
	}
	require.NoError(t, json.Unmarshal(data, &x))
	return x.By
}
