package supply_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// run gives commands to one order, all of which must be allowed.
func run(t require.TestingT, commands ...supply.Command) (supply.Order, []supply.Event) {
	var o supply.Order
	var all []supply.Event
	for _, c := range commands {
		who := "ada"
		if _, ok := c.(supply.Approve); ok {
			who = "bob"
		}
		events, err := supply.Decide(o, c, who, on("2026-05-01"))
		require.NoError(t, err)
		for _, e := range events {
			o = supply.Evolve(o, e)
			all = append(all, e)
		}
	}
	return o, all
}

func ordered(quantity int64) []supply.Command {
	return []supply.Command{
		supply.Create{Order: supply.Order{ID: "r1", Item: "i", Quantity: quantity, Supplier: "acme"}},
		supply.Submit{},
		supply.Approve{},
		supply.PlaceOrder{On: date("2026-05-02"), Due: date("2026-05-20")},
		supply.Confirm{Due: date("2026-05-18")},
	}
}

func delivery(quantity int64, day string) supply.Command {
	return supply.Receive{Receipt: supply.Receipt{On: date(day), Quantity: quantity}}
}

func TestOrderIsReceivedPartlyLateOverAndWrong(t *testing.T) {
	t.Parallel()
	o, events := run(t, append(ordered(10), delivery(4, "2026-05-17"))...)
	require.Equal(t, supply.Partly, o.State)
	require.Equal(t, int64(6), o.Open())
	require.False(t, events[5].Late)

	o, events = run(t, append(ordered(10), delivery(4, "2026-05-17"), supply.Receive{Receipt: supply.Receipt{On: date("2026-05-19"), Quantity: 6, Wrong: true}})...)
	require.Equal(t, int64(6), o.Open(), "what was wrong does not count")
	require.True(t, events[6].Late)
	require.Len(t, o.Stock(), 1)

	o, events = run(t, append(ordered(10), delivery(4, "2026-05-17"), delivery(9, "2026-05-18"))...)
	require.Equal(t, supply.Received, o.State)
	require.Equal(t, int64(3), events[6].Over)
	require.Zero(t, o.Open())

	back, _ := run(t, append(ordered(10), delivery(10, "2026-05-17"), supply.Return{Receipt: 0, Quantity: 3, Reason: "bent"})...)
	require.Equal(t, supply.Partly, back.State)
	require.Equal(t, int64(3), back.Open())
	require.Equal(t, int64(7), back.Stock()[0].Quantity)

	short, _ := run(t, append(ordered(10), delivery(4, "2026-05-17"), supply.Close{Reason: "discontinued"})...)
	require.Zero(t, short.Open())
}

func TestOrderRefusesWhatItsStateForbids(t *testing.T) {
	t.Parallel()
	placed, _ := run(t, ordered(5)...)
	draft, _ := run(t, ordered(5)[0])
	for _, x := range []struct {
		o supply.Order
		c supply.Command
	}{
		{draft, supply.Approve{}},
		{draft, supply.PlaceOrder{On: 5}},
		{draft, delivery(1, "2026-05-01")},
		{draft, ordered(1)[0]},
		{placed, supply.Submit{}},
		{placed, supply.Refuse{Reason: "no"}},
		{supply.Order{}, supply.Submit{}},
		{supply.Order{ID: "x", State: supply.Cancelled}, supply.Confirm{Due: 5}},
	} {
		_, err := supply.Decide(x.o, x.c, "ada", on("2026-05-01"))
		var refused *schedule.RefusedError
		require.ErrorAs(t, err, &refused, "%T", x.c)
		require.ErrorIs(t, err, schedule.ErrRefused)
	}
	for _, c := range []supply.Command{
		supply.Cancel{},
		supply.Close{},
		supply.Confirm{},
		delivery(0, "2026-05-01"), delivery(-1, "2026-05-01"),
		supply.Return{Receipt: 3, Quantity: 1, Reason: "x"},
		supply.Return{Quantity: 1},
	} {
		_, err := supply.Decide(placed, c, "ada", on("2026-05-01"))
		require.ErrorIs(t, err, schedule.ErrInvalid, "%T", c)
	}
	_, err := supply.Decide(supply.Order{}, supply.Create{}, "ada", on("2026-05-01"))
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

// TestOrderBalance: whatever is done, what was received is what the receipts
// say, and an order that has ended expects nothing.
func TestOrderBalance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, _ := run(t, ordered(20)...)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			var c supply.Command
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				c = supply.Receive{Receipt: supply.Receipt{On: anyDate(t, "on"), Quantity: int64(rapid.IntRange(1, 12).Draw(t, "q")), Wrong: rapid.IntRange(0, 3).Draw(t, "wrong") == 0}}
			case 2:
				c = supply.Return{Receipt: rapid.IntRange(0, 4).Draw(t, "which"), Quantity: int64(rapid.IntRange(1, 5).Draw(t, "q")), Reason: "bent"}
			case 3:
				c = supply.Confirm{Due: anyDate(t, "due")}
			case 4:
				c = supply.Close{Reason: "enough"}
			}
			before := o
			events, err := supply.Decide(o, c, "ada", on("2026-05-01"))
			if err != nil {
				continue
			}
			o = supply.Evolve(o, events[0])
			require.Equal(t, before.Rev+1, o.Rev)
			kept := int64(0)
			for _, r := range o.Receipts {
				if !r.Wrong {
					kept += r.Quantity - r.Returned
				}
			}
			require.Equal(t, kept, o.Received)
			if o.State == supply.Closed {
				require.Zero(t, o.Open())
			} else {
				require.Equal(t, max(0, o.Quantity-kept), o.Open())
			}
		}
	})
}

// TestAnotherApproves: nobody approves what he or she asked for, also after a
// round of events through their stored form.
func TestAnotherApproves(t *testing.T) {
	t.Parallel()
	o, events := run(t, ordered(10)[:2]...)
	require.Equal(t, "ada", o.AskedBy)
	_, err := supply.Decide(o, supply.Approve{}, "ada", on("2026-05-01"))
	var refused *schedule.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "another", refused.Unmet[0].Condition)
	_, err = supply.Decide(o, supply.Approve{}, "bob", on("2026-05-01"))
	require.NoError(t, err)
	require.Len(t, events, 2)
}

// TestStoredEvents: an order is the fold of its events as they are stored.
func TestStoredEvents(t *testing.T) {
	t.Parallel()
	commands := append(ordered(10), delivery(4, "2026-05-19"), delivery(9, "2026-05-20"), supply.Return{Receipt: 1, Quantity: 3, Reason: "bent"}, supply.Return{Receipt: 1, Quantity: 1, Reason: "bent"}, supply.Close{Reason: "rest not wanted"})
	want, events := run(t, commands[:8]...)
	refused, more := run(t, append(ordered(10)[:2], supply.Refuse{Reason: "no"})...)
	cancelled, still := run(t, append(ordered(10), supply.Cancel{Reason: "no"})...)
	closed, last := run(t, append(ordered(10), delivery(4, "2026-05-19"), supply.Close{Reason: "no"})...)
	for _, x := range []struct {
		want   supply.Order
		events []supply.Event
	}{{want, events}, {refused, more}, {cancelled, still}, {closed, last}} {
		var got supply.Order
		for _, e := range x.events {
			data, err := supply.MarshalData(e)
			require.NoError(t, err)
			back, err := supply.UnmarshalData(e.Kind(), data)
			require.NoError(t, err)
			back.Order, back.At, back.By = e.Order, e.At, e.By
			require.Equal(t, e, back)
			got = supply.Evolve(got, back)
		}
		require.Equal(t, x.want, got)
	}
	_, err := supply.UnmarshalData("explode", []byte("{}"))
	require.ErrorIs(t, err, schedule.ErrInvalid)
	_, err = supply.UnmarshalData("submit", []byte("{"))
	require.Error(t, err)
}

func TestLotsAreBooked(t *testing.T) {
	t.Parallel()
	l := supply.Lot{ID: "L", Item: "i", Quantity: 5}
	b, err := supply.Take(l, supply.Issued, 3, "p/a/0")
	require.NoError(t, err)
	require.Equal(t, int64(2), supply.Booked(l, b).Quantity)
	_, err = supply.Take(l, supply.Issued, 6, "p/a/0")
	require.ErrorIs(t, err, schedule.ErrRefused)
	_, err = supply.Take(supply.Lot{Quantity: 5, Quarantined: true}, supply.Issued, 1, "")
	require.ErrorIs(t, err, schedule.ErrRefused)
	_, err = supply.Take(l, supply.Issued, 0, "")
	require.ErrorIs(t, err, schedule.ErrInvalid)
	_, err = supply.Count(l, true, 4, "")
	require.ErrorIs(t, err, schedule.ErrInvalid)
	b, err = supply.Count(l, true, 4, "one was broken")
	require.NoError(t, err)
	require.Equal(t, int64(-1), b.By)
	_, err = supply.Count(l, true, -1, "x")
	require.ErrorIs(t, err, schedule.ErrInvalid)
}
