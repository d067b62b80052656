package engage_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
)

const hour = int64(3_600_000_000)

// sample has three cases of 2, 4 and 6 hours; the third does A twice.
func sample(t *testing.T) *process.Log {
	t.Helper()
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	for _, e := range []struct {
		name, activity string
		start, end     int64
		cost           string
	}{
		{"1", "A", 0, 1, "1.10"}, {"1", "B", 1, 2, "2.20"}, {"2", "A", 0, 1, ""}, {"2", "B", 3, 4, "0.3"}, {"3", "A", 0, 1, "5"}, {"3", "A", 4, 6, "1e1"},
	} {
		require.NoError(t, b.Event(&process.Raw{
			Case: []byte(e.name), Activity: []byte(e.activity), HasStart: true, HasEnd: true,
			Start: process.Stamp{Micros: e.start * hour}, End: process.Stamp{Micros: e.end * hour},
			Attributes: []process.RawAttribute{{Key: []byte("cost"), Value: []byte(e.cost)}},
		}))
	}
	return b.Log()
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	log, all := sample(t), process.Interval{To: 7 * hour}
	for _, c := range []struct {
		measure engage.Measure
		window  process.Interval
		cases   int
		value   float64
	}{
		{engage.Measure{Formula: engage.Throughput}, all, 3, 3.0 / 7},
		{engage.Measure{Formula: engage.Throughput}, process.Interval{From: 3 * hour, To: 5 * hour}, 1, 0.5},
		{engage.Measure{Formula: engage.FirstPassYield}, all, 3, 2.0 / 3},
		{engage.Measure{Formula: engage.OnTime, Promise: 4 * hour}, all, 3, 2.0 / 3},
		{engage.Measure{Formula: engage.MeanDuration}, all, 3, 4 * 3600},
		{engage.Measure{Formula: engage.MeanDuration}, process.Interval{From: 4 * hour, To: 6 * hour}, 1, 4 * 3600},
		{engage.Measure{Formula: engage.CostPerCase, Attribute: "cost"}, all, 3, 6.2},
		{engage.Measure{Formula: engage.MeanWaiting, From: "A", To: "B"}, all, 2, 3600},
		{engage.Measure{Formula: engage.MeanDuration}, process.Interval{From: 9 * hour, To: 10 * hour}, 0, 0},
	} {
		c.measure.Name, c.measure.Version = "m", 1
		got, err := c.measure.Read(log, c.window)
		require.NoError(t, err)
		require.Equal(t, c.cases, got.Cases, c.measure)
		require.InDelta(t, c.value, got.Value, 1e-12, c.measure)
	}
	for _, m := range []engage.Measure{
		{},
		{Name: "m"},
		{Name: "m", Version: 1, Formula: "x"},
		{Name: "m", Version: 1, Formula: engage.OnTime},
		{Name: "m", Version: 1, Formula: engage.MeanWaiting, From: "A"},
	} {
		_, err := m.Read(log, all)
		require.ErrorIs(t, err, engage.ErrInvalid, m)
	}
	own := engage.Measure{Name: "m", Version: 1, Formula: engage.CostPerCase, Currency: "EUR"}
	b := process.NewBuilder(process.BuilderConfig{})
	for i, cost := range []string{"1.5", "2", ""} {
		require.NoError(t, b.Event(&process.Raw{
			Case: []byte{'1', byte('0' + i/2)}, Activity: []byte("A"), End: process.Stamp{Micros: int64(i)}, HasEnd: true, Cost: []byte(cost), Currency: []byte("EUR"),
		}))
	}
	costs := b.Log()
	got, err := own.Read(costs, all)
	require.NoError(t, err)
	require.Equal(t, 1, got.Cases, "a case of unknown cost does not count")
	require.InDelta(t, 3.5, got.Value, 0)
	own.Currency = "USD"
	_, err = own.Read(costs, all)
	require.ErrorIs(t, err, engage.ErrInvalid)
	b = process.NewBuilder(process.BuilderConfig{Attributes: true})
	require.NoError(t, b.Event(&process.Raw{Case: []byte("1"), Activity: []byte("A"), HasEnd: true, Attributes: []process.RawAttribute{{Key: []byte("cost"), Value: []byte("dear")}}}))
	_, err = engage.Measure{Name: "m", Version: 1, Formula: engage.CostPerCase, Attribute: "cost"}.Read(b.Log(), all)
	require.ErrorIs(t, err, engage.ErrInvalid)
}

var duration = engage.Measure{Name: "duration", Version: 2, Formula: engage.MeanDuration, Lower: true}

func reading(from int64, value float64, cases int) engage.Reading {
	return engage.Reading{Measure: duration, Window: process.Interval{From: from, To: from + 10}, Cases: cases, Value: value}
}

func plan() engage.Plan {
	return engage.Plan{
		ID: "E1", Aspect: "cases take too long", Measure: duration, Goal: 80, Exit: engage.ExitTest{InARow: 2, MinCases: 5}, End: 100,
		Watch: engage.Watch{Until: 200, Relapse: 90, InARow: 2},
	}
}

func TestProposalsAreChecked(t *testing.T) {
	t.Parallel()
	_, err := engage.Propose(plan(), reading(0, 120, 9), 20)
	require.NoError(t, err)
	for what, spoil := range map[string]func(*engage.Plan, *engage.Reading){
		"id": func(p *engage.Plan, _ *engage.Reading) { p.ID = "" }, "measure": func(p *engage.Plan, _ *engage.Reading) { p.Measure = engage.Measure{} },
		"definition": func(p *engage.Plan, _ *engage.Reading) { p.Measure.Version = 3 }, "cases": func(_ *engage.Plan, r *engage.Reading) { r.Cases = 0 },
		"future": func(_ *engage.Plan, r *engage.Reading) { r.Window.To = 21 }, "met": func(_ *engage.Plan, r *engage.Reading) { r.Value = 80 },
		"exit": func(p *engage.Plan, _ *engage.Reading) { p.Exit.InARow = 0 }, "end": func(p *engage.Plan, _ *engage.Reading) { p.End = 20 },
		"watch": func(p *engage.Plan, _ *engage.Reading) { p.Watch.Until = 99 }, "relapse": func(p *engage.Plan, _ *engage.Reading) { p.Watch.Relapse = 79 },
	} {
		p, r := plan(), reading(0, 120, 9)
		spoil(&p, &r)
		_, err := engage.Propose(p, r, 20)
		require.ErrorIs(t, err, engage.ErrInvalid, what)
	}
}

// follow decides and evolves, one command after the other.
func follow(t *testing.T, at int64, readings ...engage.Reading) engage.Engagement {
	t.Helper()
	e, err := engage.Propose(plan(), reading(0, 120, 9), 20)
	require.NoError(t, err)
	for _, r := range readings {
		events, err := engage.Decide(e, engage.Command{Reading: &r}, r.Window.To)
		require.NoError(t, err)
		for _, event := range events {
			e = engage.Evolve(e, event)
		}
	}
	events, err := engage.Decide(e, engage.Command{}, at)
	require.NoError(t, err)
	for _, event := range events {
		e = engage.Evolve(e, event)
	}
	return e
}

func TestWaysThroughAnEngagement(t *testing.T) {
	t.Parallel()
	met := []engage.Reading{reading(20, 79, 9), reading(30, 80, 9)}
	for _, c := range []struct {
		at       int64
		readings []engage.Reading
		want     engage.State
		streak   int
	}{
		{50, nil, engage.Measuring, 0},
		{50, met[:1], engage.Measuring, 1},
		{50, met, engage.Watching, 0},
		{50, []engage.Reading{met[0], reading(30, 81, 9), reading(40, 79, 9)}, engage.Measuring, 1},
		{50, []engage.Reading{met[0], reading(30, 81, 4), reading(40, 79, 9)}, engage.Watching, 0}, // too few cases say nothing
		{100, met[:1], engage.Expired, 1},
		{200, met, engage.Closed, 0},
		{100, append(met[:2:2], reading(50, 91, 9), reading(60, 89, 9), reading(70, 91, 9)), engage.Watching, 1},
		{100, append(met[:2:2], reading(50, 91, 9), reading(60, 95, 9)), engage.Returned, 2},
		{90, append(met[:1:1], reading(95, 90, 9)), engage.Expired, 0}, // the date of the reading counts
	} {
		e := follow(t, c.at, c.readings...)
		require.Equal(t, c.want, e.State, "%+v", c)
		require.Equal(t, c.streak, e.Streak, "%+v", c)
		require.Len(t, e.Readings, len(c.readings))
		require.InDelta(t, 120, e.Baseline.Value, 0, "the baseline is frozen")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	e := follow(t, 50, reading(20, 100, 9))
	other := reading(40, 70, 9)
	other.Measure.Version = 3
	for what, r := range map[string]engage.Reading{"definition": other, "future": reading(45, 70, 9), "overlap": reading(29, 70, 9)} {
		_, err := engage.Decide(e, engage.Command{Reading: &r}, 50)
		require.ErrorIs(t, err, engage.ErrRefused, what)
	}
	events, err := engage.Decide(e, engage.Command{Withdraw: "the department was closed"}, 60)
	require.NoError(t, err)
	e = engage.Evolve(e, events[0])
	require.Equal(t, engage.Withdrawn, e.State)
	_, err = engage.Decide(e, engage.Command{Withdraw: "again"}, 60)
	require.ErrorIs(t, err, engage.ErrRefused)
	none, err := engage.Decide(e, engage.Command{}, 900)
	require.NoError(t, err)
	require.Empty(t, none)
}
