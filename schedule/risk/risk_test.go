package risk_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/risk"
)

const hour = time.Hour

var monday = time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)

func timetable(tb testing.TB, p *schedule.Plan) *schedule.Timetable {
	tb.Helper()
	n, err := schedule.Compile(p)
	require.NoError(tb, err)
	t, err := n.CriticalPath(monday)
	require.NoError(tb, err)
	return t
}

func simulate(tb testing.TB, p *schedule.Plan, m risk.Model, o risk.Options) *risk.Result {
	tb.Helper()
	r, err := risk.Simulate(timetable(tb, p), m, o)
	require.NoError(tb, err)
	return r
}

func TestQuantiles(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name string
		d    risk.Dist
		q    float64
		want float64 // hours, worked out by hand
	}{
		{"fixed", risk.Fixed(8 * hour), 0.3, 8},
		{"triangular at the likely", risk.Triangular(0, 25*hour, 100*hour), 0.25, 25},
		{"triangular above", risk.Triangular(0, 25*hour, 100*hour), 0.5, 100 - math.Sqrt(0.5*100*75)},
		{"pert, even", risk.PERT(0, 50*hour, 100*hour), 0.5, 50},
		{"pert, even, low", risk.PERT(0, 50*hour, 100*hour), 0.1, 24.66}, // beta(3,3)
		{"lognormal", risk.LogNormal(10*hour, 40*hour), 0.5, 20},
		{"lognormal at 90", risk.LogNormal(10*hour, 40*hour), 0.9, 40},
		{"observed", risk.Observed(5*hour, 1*hour, 3*hour), 0.5, 3},
		{"observed, top", risk.Observed(5*hour, 1*hour, 3*hour), 1, 5},
		{"of no width", risk.PERT(5*hour, 5*hour, 5*hour), 0.7, 5},
		{"of no width, triangular", risk.Triangular(5*hour, 5*hour, 5*hour), 0.7, 5},
	} {
		require.InDelta(t, x.want, x.d.Quantile(x.q).Hours(), 0.02, x.name)
	}
}

// TestSumOfTwo compares a chain of two uniform-like durations with the exact
// distribution of their sum.
func TestSumOfTwo(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{ID: "p", Activities: []schedule.Activity{{ID: "a", Duration: hour}, {ID: "b", Duration: hour}, {ID: "end", Kind: schedule.Gate}}, Relations: []schedule.Relation{{From: "a", To: "b"}, {From: "b", To: "end"}}}
	tri := risk.Triangular(0, 50*hour, 100*hour)
	r := simulate(t, p, risk.Model{Durations: map[string]risk.Dist{"a": tri, "b": tri}}, risk.Options{Runs: 40_000, Seed: 7})
	require.InDelta(t, 100, r.Finish.P50.Sub(monday).Hours(), 0.6)
	// Standard deviation of the sum: 100/sqrt(24)*sqrt(2) = 28.9; P80 of the sum
	// of two symmetric triangles lies 24.8 above the mean.
	require.InDelta(t, 124.8, r.Finish.P80.Sub(monday).Hours(), 0.8)
	require.Equal(t, r.Finish, r.Gates[0].Spread)
	require.False(t, r.Finish.P80Low.After(r.Finish.P80))
	require.False(t, r.Finish.P80High.Before(r.Finish.P80))
	require.InDelta(t, 1, r.Activities[0].Criticality, 0)
}

func TestParallelPathsShareCriticality(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{
		ID: "p", Activities: []schedule.Activity{{ID: "a", Duration: hour}, {ID: "b", Duration: hour}, {ID: "c", Duration: hour}, {ID: "end", Kind: schedule.Gate}},
		Relations: []schedule.Relation{{From: "a", To: "end"}, {From: "b", To: "end"}, {From: "c", To: "end"}},
	}
	tri := risk.Triangular(10*hour, 20*hour, 60*hour)
	r := simulate(t, p, risk.Model{Durations: map[string]risk.Dist{"a": tri, "b": tri, "c": risk.Fixed(5 * hour)}}, risk.Options{Seed: 1})
	require.InDelta(t, 0.5, r.Activities[0].Criticality, 0.02)
	require.InDelta(t, 1, r.Activities[0].Criticality+r.Activities[1].Criticality, 1e-9)
	require.Zero(t, r.Activities[2].Criticality)
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	p := &schedule.Plan{
		ID: "p", Activities: []schedule.Activity{{ID: "a", Duration: hour, StartBy: schedule.Bounds{NotBefore: monday.Add(100 * hour)}}, {ID: "b", Duration: hour, StartBy: schedule.Bounds{NotBefore: monday.Add(100 * hour)}}, {ID: "end", Kind: schedule.Gate}},
		Relations: []schedule.Relation{{From: "a", To: "end"}, {From: "b", To: "end"}},
	}
	lead := risk.Triangular(60*hour, 90*hour, 120*hour) // in time with 1-(20²/2)/(30²) = 7/9
	both := func(correlation float64) *risk.Result {
		return simulate(t, p, risk.Model{Correlation: correlation, Deliveries: []risk.Delivery{
			{ID: "x", Activity: "a", Supplier: "acme", Ordered: monday, Lead: lead}, {ID: "y", Activity: "b", Supplier: "acme", Ordered: monday, Lead: lead},
		}}, risk.Options{Seed: 3, Runs: 20_000, Service: 7.0 / 9})
	}
	r := both(0)
	require.InDelta(t, 7.0/9, r.Deliveries[0].InTime, 0.01)
	require.InDelta(t, 1-7.0/9, r.Deliveries[0].Waits, 0.01)
	require.WithinDuration(t, monday, r.Deliveries[0].OrderBy, time.Minute)
	require.InDelta(t, 49.0/81, r.Gates[0].OnTime, 0.012, "independent")
	half := both(0.5)
	require.InDelta(t, 7.0/9, half.Deliveries[0].InTime, 0.01, "sharing a factor changes no delivery by itself")
	require.Greater(t, half.Gates[0].OnTime, r.Gates[0].OnTime+0.02)
	together := both(1)
	require.InDelta(t, 7.0/9, together.Deliveries[1].InTime, 0.01)
	require.InDelta(t, 7.0/9, together.Gates[0].OnTime, 0.01, "late together")
}

// launch is a plan of so many activities in layers, with a calendar.
func launch(n int) (*schedule.Plan, risk.Model) {
	r := rand.New(rand.NewPCG(5, 6))
	p := &schedule.Plan{ID: "p", Calendar: "c", Calendars: []schedule.Calendar{schedule.WorkWeek("c", "Europe/Berlin", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})}}
	m := risk.Model{Durations: map[string]risk.Dist{}, Correlation: 0.5}
	for i := range n {
		a := schedule.Activity{ID: fmt.Sprint("a", i), Duration: time.Duration(8+r.IntN(40)) * hour}
		if i == n-1 {
			a.Kind, a.Duration = schedule.Gate, 0
		}
		p.Activities = append(p.Activities, a)
		for range min(i, 2) {
			p.Relations = append(p.Relations, schedule.Relation{From: p.Activities[max(0, i-1-r.IntN(8))].ID, To: a.ID})
		}
		m.Durations[a.ID] = risk.PERT(a.Duration/2, a.Duration, a.Duration*2)
		if i%10 == 5 {
			m.Deliveries = append(m.Deliveries, risk.Delivery{ID: fmt.Sprint("d", i), Activity: a.ID, Supplier: fmt.Sprint("s", i%3), Ordered: monday, Lead: risk.Triangular(100*hour, 300*hour, 900*hour)})
		}
	}
	m.Links = []schedule.Link{{Person: "ann", From: "a1", To: "a20"}}
	return p, m
}

func TestSameSeedSameAnswerOnAnyNumberOfWorkers(t *testing.T) {
	t.Parallel()
	p, m := launch(60)
	one := simulate(t, p, m, risk.Options{Runs: 999, Seed: 42, Workers: 1})
	for _, workers := range []int{2, 3, 8, 2000} {
		require.Equal(t, one, simulate(t, p, m, risk.Options{Runs: 999, Seed: 42, Workers: workers}))
	}
	require.NotEqual(t, one.Finish, simulate(t, p, m, risk.Options{Runs: 999, Seed: 43}).Finish)
}

func TestOneActivityMoreChangesNoLuck(t *testing.T) {
	t.Parallel()
	p, m := launch(40)
	before := simulate(t, p, m, risk.Options{Runs: 500, Seed: 9})
	p.Activities = append([]schedule.Activity{{ID: "apart", Duration: hour}}, p.Activities...)
	m.Durations["apart"] = risk.PERT(hour, 2*hour, 3*hour)
	after := simulate(t, p, m, risk.Options{Runs: 500, Seed: 9})
	require.Equal(t, before.Finish, after.Finish)
	require.Equal(t, before.Deliveries, after.Deliveries)
}

func TestMalformedModels(t *testing.T) {
	t.Parallel()
	p, _ := launch(5)
	table := timetable(t, p)
	for pointer, x := range map[string]struct {
		m risk.Model
		o risk.Options
	}{
		"/runs":                  {o: risk.Options{Runs: -1}},
		"/service":               {o: risk.Options{Service: 1.5}},
		"/correlation":           {m: risk.Model{Correlation: math.NaN()}},
		"/durations/zz":          {m: risk.Model{Durations: map[string]risk.Dist{"zz": risk.Fixed(hour)}}},
		"/durations/a1":          {m: risk.Model{Durations: map[string]risk.Dist{"a1": risk.PERT(3*hour, 2*hour, hour)}}},
		"/deliveries/0/activity": {m: risk.Model{Deliveries: []risk.Delivery{{Activity: "zz"}}}},
		"/deliveries/0/ordered":  {m: risk.Model{Deliveries: []risk.Delivery{{Activity: "a1", Lead: risk.Fixed(hour)}}}},
		"/deliveries/0/lead":     {m: risk.Model{Deliveries: []risk.Delivery{{Activity: "a1", Ordered: monday, Lead: risk.Observed()}}}},
		"/links/0":               {m: risk.Model{Links: []schedule.Link{{From: "zz"}}}},
	} {
		_, err := risk.Simulate(table, x.m, x.o)
		var v *schedule.ValidationError
		require.ErrorAs(t, err, &v, pointer)
		require.Equal(t, pointer, v.Fields[0].Pointer)
	}
	_, err := risk.Simulate(table, risk.Model{Durations: map[string]risk.Dist{"a1": risk.Fixed(schedule.MaxDuration)}}, risk.Options{Runs: 3})
	require.ErrorIs(t, err, schedule.ErrInvalid)
}

func BenchmarkSimulate(b *testing.B) {
	p, m := launch(120)
	table := timetable(b, p)
	b.ReportAllocs()
	for b.Loop() {
		_, err := risk.Simulate(table, m, risk.Options{Runs: 10_000, Seed: 1})
		require.NoError(b, err)
	}
}
