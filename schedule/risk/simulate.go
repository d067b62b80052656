package risk

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Model says what is uncertain.
type Model struct {
	// Durations of activities by id; the others take what is planned.
	Durations  map[string]Dist
	Deliveries []Delivery
	// Correlation of the lead times of one supplier, 0 to 1.
	Correlation float64
	// Links are whose turns to check; see schedule.Readiness.Links.
	Links []schedule.Link
}

// Delivery is a material an activity waits for.
type Delivery struct {
	ID       string
	Activity string
	Supplier string
	Ordered  time.Time // when it was, or will be, ordered
	Lead     Dist      // elapsed, from there to the place of use
}

// Options of a simulation.
type Options struct {
	Runs    int // default 10,000; at most 1,000,000
	Seed    uint64
	Workers int     // goroutines; they end before Simulate returns
	Service float64 // for order-by dates; default 0.95
}

const maxRuns = 1_000_000

// Simulate runs the model on a network. Wanted dates, with which everything is
// compared, are those of the timetable. Errors: *schedule.ValidationError, and
// *schedule.NoTimeError where a run does not fit into the known years.
func Simulate(wanted *schedule.Timetable, m Model, o Options) (*Result, error) {
	if o.Runs == 0 {
		o.Runs = 10_000
	}
	if o.Service == 0 {
		o.Service = 0.95
	}
	s, err := newSimulation(wanted, m, o)
	if err != nil {
		return nil, err
	}
	workers := min(max(o.Workers, 1), o.Runs)
	errs := make([]error, workers)
	counts := make([]counts, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { counts[w], errs[w] = s.work(o.Runs*w/workers, o.Runs*(w+1)/workers) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	for _, c := range counts[1:] {
		counts[0].add(c)
	}
	return s.result(counts[0]), nil
}

// simulation is a model with its ids looked up.
type simulation struct {
	o          Options
	m          Model
	wanted     *schedule.Timetable
	plan       *schedule.Plan
	uncertain  []draw
	deliveries []delivery
	watched    []int // activities whose finish is kept: the gates
	links      [][2]int
	finishes   []int64 // of the plan, by run, in microseconds
	gates      [][]int64
}

type draw struct {
	activity int
	dist     Dist
	stream   stream
}

type delivery struct {
	activity int
	wanted   time.Time
	dist     Dist
	own      stream
	supplier stream
}

func newSimulation(wanted *schedule.Timetable, m Model, o Options) (*simulation, error) {
	f := &schedule.Faults{}
	if o.Runs < 1 || o.Runs > maxRuns {
		f.Addf("/runs", "out_of_range", "must be from 1 to %d", maxRuns)
	}
	if !(o.Service > 0 && o.Service < 1) {
		f.Addf("/service", "out_of_range", "must lie between 0 and 1")
	}
	if !(m.Correlation >= 0 && m.Correlation <= 1) {
		f.Addf("/correlation", "out_of_range", "must be from 0 to 1")
	}
	s := &simulation{o: o, m: m, wanted: wanted, plan: wanted.Network().Plan()}
	index := make(map[string]int, len(s.plan.Activities))
	for i := range s.plan.Activities {
		a := &s.plan.Activities[i]
		index[a.ID] = i
		if a.Kind == schedule.Gate {
			s.watched = append(s.watched, i)
		}
		if d, ok := m.Durations[a.ID]; ok {
			d.check(f, "/durations/"+a.ID)
			if a.Actual.Start.IsZero() && !a.Actual.Done() && a.Kind == schedule.Task {
				s.uncertain = append(s.uncertain, draw{i, d, streamOf("duration", a.ID)})
			}
		}
	}
	unknown := make([]string, 0)
	for id := range m.Durations {
		if _, ok := index[id]; !ok {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	for _, id := range unknown {
		f.Addf("/durations/"+id, "unknown", "names no activity of the plan")
	}
	for k, x := range m.Deliveries {
		at := fmt.Sprintf("/deliveries/%d", k)
		i, ok := index[x.Activity]
		if !ok {
			f.Addf(at+"/activity", "unknown", "names no activity of the plan: %q", x.Activity)
			continue
		}
		if y := x.Ordered.Year(); y < 1900 || y > 2200 {
			f.Addf(at+"/ordered", "out_of_range", "lies outside the years 1900 to 2200")
		}
		x.Lead.check(f, at+"/lead")
		d, _ := wanted.Of(x.Activity)
		s.deliveries = append(s.deliveries, delivery{i, d.Start, x.Lead, streamOf("delivery", x.ID), streamOf("supplier", x.Supplier)})
	}
	for k, l := range m.Links {
		from, ok := index[l.From]
		to, there := index[l.To]
		if !ok || !there {
			f.Addf(fmt.Sprintf("/links/%d", k), "unknown", "names an activity that is not of the plan")
		}
		s.links = append(s.links, [2]int{from, to})
	}
	s.finishes = make([]int64, max(o.Runs, 0)*b2i(f.Err() == nil))
	s.gates = make([][]int64, len(s.watched))
	for k := range s.gates {
		s.gates[k] = make([]int64, len(s.finishes))
	}
	return s, f.Err()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// counts are sums over runs; adding them up in any order gives the same.
type counts struct {
	driving []int // by activity: runs in which it is on the chain to the end
	inTime  []int // by delivery
	free    []int // by link: the person is free at the wanted start
	drives  []int // by delivery: runs in which the activity waits for it
}

func (c *counts) add(x counts) {
	for _, pair := range [...][2][]int{{c.driving, x.driving}, {c.inTime, x.inTime}, {c.free, x.free}, {c.drives, x.drives}} {
		for i := range pair[0] {
			pair[0][i] += pair[1][i]
		}
	}
}

// work does the runs from one number to another.
func (s *simulation) work(from, to int) (counts, error) {
	c := counts{make([]int, len(s.plan.Activities)), make([]int, len(s.deliveries)), make([]int, len(s.links)), make([]int, len(s.deliveries))}
	trial, err := s.wanted.Network().NewTrial(s.wanted.AsOf())
	if err != nil {
		return c, err
	}
	due := make([]time.Time, len(s.links))
	for k, l := range s.links {
		d, _ := s.wanted.Of(s.plan.Activities[l[1]].ID)
		due[k] = d.Start
	}
	arrivals := make([]time.Time, len(s.deliveries))
	for run := from; run < to; run++ {
		for k := range s.uncertain {
			u := &s.uncertain[k]
			trial.Work[u.activity] = u.dist.Quantile(u.stream.uniform(s.o.Seed, run))
		}
		for k := range s.deliveries {
			trial.Earliest[s.deliveries[k].activity] = time.Time{}
		}
		for k := range s.deliveries {
			d := &s.deliveries[k]
			arrivals[k] = s.m.Deliveries[k].Ordered.Add(d.dist.Quantile(s.luck(d, run)))
			if arrivals[k].After(trial.Earliest[d.activity]) {
				trial.Earliest[d.activity] = arrivals[k]
			}
			if !arrivals[k].After(d.wanted) {
				c.inTime[k]++
			}
		}
		if err := trial.Run(); err != nil {
			return c, err
		}
		s.note(run, trial, &c, arrivals, due)
	}
	return c, nil
}

// luck is the probability level of a delivery in a run: its own luck and that of
// its supplier, mixed so that the levels of all deliveries are uniform.
func (s *simulation) luck(d *delivery, run int) float64 {
	own := d.own.uniform(s.o.Seed, run)
	if s.m.Correlation == 0 {
		return own
	}
	z := math.Sqrt(s.m.Correlation)*inverseNormal(d.supplier.uniform(s.o.Seed, run)) + math.Sqrt(1-s.m.Correlation)*inverseNormal(own)
	return normal(z)
}

func (s *simulation) note(run int, trial *schedule.Trial, c *counts, arrivals, due []time.Time) {
	end, at := trial.Finish()
	s.finishes[run] = end.UnixMicro()
	for ; at >= 0; at = trial.Before(at) {
		c.driving[at]++
	}
	for k, i := range s.watched {
		s.gates[k][run] = trial.Dates(i).Finish.UnixMicro()
	}
	for k := range s.deliveries {
		i := s.deliveries[k].activity
		if trial.Held(i) && arrivals[k].Equal(trial.Earliest[i]) {
			c.drives[k]++
		}
	}
	for k, l := range s.links {
		if !trial.Dates(l[0]).Finish.After(due[k]) {
			c.free[k]++
		}
	}
}
