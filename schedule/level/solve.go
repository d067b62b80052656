package level

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Solve looks for a schedule of least cost until it has proven one, has spent
// its number of schedules, or the context ends; a context that has ended is no
// error. The result holds the best schedule found, which has passed Check, and
// a lower bound. The error is about the problem: it wraps ErrInvalid.
func Solve(ctx context.Context, p *Problem, o Options) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, fmt.Errorf("solve: %w", err)
	}
	s := newSearch(ctx, p, o)
	s.begin()
	for s.open() {
		s.round()
	}
	return s.finish(), nil
}

// search drives the methods over one problem. It works in rounds: in each,
// every method runs for a fixed number of schedules from what is known at its
// start, in as many goroutines as there are workers; then their findings are
// joined in a fixed order. So the number of workers changes how long a round
// takes and nothing else.
type search struct {
	p       *Problem
	pr      *project
	options Options
	stop    func() bool

	result  Result
	limit   float64 // schedules
	spent   float64
	dropped float64 // of spent, by methods that are no more
	rounds  int
	bred    []breeder
	exacts  []*exact
	racing  bool // the cores do not yet tell each other what they found; see race.go
	tried   bool // the core has been built, or cannot be
	refuted bool
}

// breeder is a method that builds schedules by passes of the generator.
type breeder interface {
	// run spends passes until a schedule costs no more than enough.
	run(passes, enough int, stop func() bool)
	// found returns the best schedule, if there is one that keeps every rule.
	found() (s Schedule, cost int, ok bool)
	// spent returns the passes so far.
	spent() int
}

func newSearch(ctx context.Context, p *Problem, o Options) *search {
	s := &search{p: p, options: o, limit: math.Inf(1)}
	s.stop = func() bool { return ctx.Err() != nil }
	if o.Schedules > 0 {
		s.limit = math.Max(1, float64(o.Schedules-reserve))
	}
	return s
}

// reserve is what the last go of a method may overrun its part by: it ends
// with the schedule or the justification at hand.
const reserve = 8

// begin sets the bound, takes over the caller's schedule and makes the methods.
func (s *search) begin() {
	if s.late() {
		return
	}
	s.pr = newProject(s.p)
	if s.late() {
		return
	}
	var possible bool
	if s.result.LowerBound, possible = lowerBound(s.pr); !possible {
		s.refuted = true
		return
	}
	if given := s.options.Start; given != nil && Check(s.p, *given) == nil {
		s.take(given.Clone(), s.p.Cost(*given))
	}
	if len(s.p.Activities) == 0 {
		s.take(Schedule{Start: []int{}, Mode: []int{}}, 0)
		return
	}
	for k := range s.populations() {
		if s.late() {
			return
		}
		s.bred = append(s.bred, newBreeder(s.pr, s.size(), newRandom(s.options.Seed, uint64(2*k))))
	}
}

// late reports whether the context has ended and the plan is too large for the
// next step to take no time: then not even a bound is worked out.
func (s *search) late() bool { return len(s.p.Activities) > coreMostTasks && s.stop() }

// populations returns how many breed at a time: with a limit of schedules it
// must not depend on the workers.
func (s *search) populations() int {
	if s.options.Schedules > 0 {
		return 1
	}
	return max(1, s.options.Workers/2)
}

// newBreeder returns the method for a problem: the population where no mode is
// to be chosen and the totals allow the only ones there are.
func newBreeder(pr *project, size int, r *random) breeder {
	if !pr.p.multiMode() && pr.p.affordable() {
		return newPopulation(pr, size, r)
	}
	return newModeSearch(pr, r)
}

// affordable reports whether the first modes keep to the totals.
func (p *Problem) affordable() bool {
	for t := range p.Totals {
		sum := 0
		for i := range p.Activities {
			sum += at(p.Activities[i].Modes[0].Spends, t)
		}
		if sum > p.Totals[t].Capacity {
			return false
		}
	}
	return true
}

// size returns how many members a population should have for the schedules it
// will be given.
func (s *search) size() int {
	const least, most, usual = 10, 250, 60
	switch {
	case len(s.p.Activities) >= manyActivities:
		return least // there is no time for more
	case s.options.Schedules == 0:
		return usual
	}
	return min(max(int(1.2*math.Sqrt(s.limit*firstPart)), least), most)
}

// Parts of a limit of schedules.
const (
	firstPart = 0.45 // spent on the population alone
	firstMost = 200  // passes for each activity at most; a small plan is bred soon
	roundPart = 0.02 // spent on it in each later round, beside the core
	exactPart = 0.10 // spent on the core in each later round
)

// open reports whether there is anything left to do and to do it with.
func (s *search) open() bool {
	return !s.refuted && !s.proven() && s.spent < s.limit && !s.stop() &&
		len(s.bred)+len(s.exacts) > 0
}

func (s *search) proven() bool {
	return s.result.Status == Optimal
}

// round runs every method once and joins what they found.
func (s *search) round() {
	breed, core := s.shares()
	if s.rounds > 1 && !s.tried {
		s.addExacts()
	}
	s.rounds++
	var tasks []func()
	for _, b := range s.bred {
		tasks = append(tasks, func() { b.run(b.spent()+breed, s.result.LowerBound, s.stop) })
	}
	for _, x := range s.exacts {
		if !s.racing {
			x.offer(s.result.Schedule, s.result.Cost, s.result.LowerBound, s.known())
		}
		part := core
		if s.options.Schedules > 0 {
			part /= float64(len(s.exacts))
		}
		tasks = append(tasks, func() { x.run(part, s.stop) })
	}
	inParallel(tasks, s.options.Workers)
	s.join()
	s.halve()
}

// shares returns the passes of each breeder and the schedules of the core in the
// coming round: of each, or of all together if schedules are limited.
func (s *search) shares() (breed int, core float64) {
	left := s.limit - s.spent
	switch {
	case s.rounds == 0: // something to show at once
		return 1, 0
	case s.options.Schedules == 0 && s.rounds == 1:
		return s.smooth(2000), 0
	case s.options.Schedules == 0:
		return s.smooth(1000), 1000
	case s.rounds == 1:
		return max(1, min(int(s.limit*firstPart), firstMost*len(s.p.Activities))), 0
	case len(s.exacts) == 0 && s.tried:
		return max(1, int(left)), 0
	}
	breed = max(1, int(math.Min(s.limit*roundPart, left)))
	return breed, math.Min(s.limit*exactPart, left-float64(breed))
}

// smooth returns the passes of a round: fewer for a large plan, so that what
// is found is soon published.
func (s *search) smooth(passes int) int {
	const work, least = 200_000, 10 // activities placed in a round
	return max(least, min(passes, work/max(1, len(s.p.Activities))))
}

// addExacts builds the cores. For a limited number of schedules they race, or one
// works alone; without a limit, there is one for every second worker.
func (s *search) addExacts() {
	s.tried = true
	if s.addRace() {
		return
	}
	cores := 1
	if s.options.Schedules == 0 {
		cores = max(1, (s.options.Workers+1)/2)
	}
	for k := range cores {
		r := newRandom(s.options.Seed, uint64(2*k+1))
		x := newExact(s.pr, s.result.Schedule, s.known(), s.result.Cost, s.result.LowerBound, r, s.stop)
		if x == nil {
			return
		}
		x.plan(s.options.Schedules, k)
		s.exacts = append(s.exacts, x)
	}
}

func (s *search) known() bool { return s.result.Status == Feasible || s.result.Status == Optimal }

// inParallel runs tasks in order of index with a number of goroutines.
func inParallel(tasks []func(), workers int) {
	if workers <= 1 || len(tasks) <= 1 {
		for _, t := range tasks {
			t()
		}
		return
	}
	var wait sync.WaitGroup
	slots := make(chan struct{}, workers)
	for _, t := range tasks {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			t()
		})
	}
	wait.Wait()
}

// join takes over what the methods found, in a fixed order. A method whose
// schedule the checker refuses is at fault and is dropped.
func (s *search) join() {
	s.spent = s.dropped
	s.bred = slices.DeleteFunc(s.bred, func(b breeder) bool {
		found, cost, ok := b.found()
		return !s.accept(float64(b.spent()), found, cost, ok)
	})
	s.exacts = slices.DeleteFunc(s.exacts, func(x *exact) bool {
		return !s.accept(x.spent, x.best, x.cost, x.known) || x.broken
	})
	for _, x := range s.exacts {
		if x.gone && !x.known {
			s.refuted = true
		} else {
			s.raise(x.low)
		}
	}
	s.result.Schedules = int(s.spent)
}

// accept adds what a method has spent and takes over its schedule if it is
// better. It returns false if the checker refuses it.
func (s *search) accept(spent float64, found Schedule, cost int, ok bool) bool {
	s.spent += spent
	if !ok || s.known() && cost >= s.result.Cost {
		return true
	}
	if Check(s.p, found) != nil {
		s.dropped += spent
		return false
	}
	s.take(found.Clone(), cost)
	return true
}

// take makes a checked schedule the result.
func (s *search) take(found Schedule, cost int) {
	s.result.Schedule, s.result.Cost, s.result.Status = found, cost, Feasible
	s.publish()
}

// raise takes over a lower bound.
func (s *search) raise(bound int) {
	if bound > s.result.LowerBound {
		s.result.LowerBound = bound
		s.publish()
	}
}

func (s *search) publish() {
	if s.known() && s.result.LowerBound >= s.result.Cost {
		s.result.LowerBound, s.result.Status = s.result.Cost, Optimal
	}
	if s.options.Improved != nil {
		r := s.result
		r.Schedule = r.Schedule.Clone()
		s.options.Improved(r)
	}
}

// finish returns the result, with the causes if there is no schedule.
func (s *search) finish() Result {
	if s.refuted && !s.known() {
		s.result.Status = Infeasible
		s.result.Causes = causes(s.p, s.stop)
	}
	return s.result
}
