package level

import (
	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// exact is a resumable run of the exact core. It spends its conflicts on three
// things in turn: refuting the present lower bound, looking for anything
// better with the best schedule as a wish, and windows (lns.go).
type exact struct {
	pr     *project
	c      *core
	g      *generator
	random *random
	inputs []lcg.Var

	best  Schedule // valid if known
	known bool
	cost  int
	low   int
	gone  bool // nothing is better than best, or nothing at all exists
	// broken is set if the core returned a schedule that the checker refuses:
	// a fault of ours, on which nothing is built.
	broken bool

	share  [3]int     // wanted proportions of probe, full, window
	used   [3]float64 // conflicts spent on each
	slice  [3]int     // conflicts of the next go
	spent  float64    // schedules, see Options.Schedules
	gained float64    // of spent, when best was found
	window neighbourhood
}

const (
	probing = iota
	full
	windows
)

// newExact builds the core for schedules that cost less than the given one, or
// for any if it is not known. It returns nil if the problem is beyond the core.
func newExact(pr *project, best Schedule, known bool, cost, low int, r *random, stop func() bool) *exact {
	span, most := pr.horizon, int32(min(coreMostCost, costLimit(pr.p, int(pr.horizon))))
	if known {
		if cost > coreMostCost {
			return nil
		}
		most = int32(cost)
		if pr.p.Objective == Makespan {
			span = int32(cost)
		}
	}
	c := newCore(pr, span, most, stop)
	if c == nil {
		return nil
	}
	pr = pr.clone()
	x := &exact{
		pr: pr, c: c, g: newGenerator(pr), random: r, inputs: c.inputs(), low: low,
		share: [3]int{3, 3, 3}, slice: [3]int{300, 300, windowMost}, best: best, known: known, cost: cost,
		window: neighbourhood{tries: windowTries},
	}
	c.s.Force(c.cost.GE(int32(low)))
	if known {
		c.improve(int32(cost))
		x.renew()
	}
	return x
}

// smallPlan is up to how many activities proofs pay sooner than windows.
const smallPlan = 40

// plan sets how the k-th core divides its work. A limited number of schedules
// goes into windows for the most part, which pay sooner than proofs; the less
// so the smaller the plan and the larger the limit.
func (x *exact) plan(schedules, k int) {
	const ample = 500 // schedules for each activity
	if schedules > 0 {
		part := min(300, schedules/100+1)
		x.slice = [3]int{part, part, windowMost}
	}
	switch {
	case schedules > 0 && x.pr.n > smallPlan:
		x.share = [3]int{0, 0, 1}
		x.window.patience = 2500
	case schedules > ample*x.pr.n:
		x.share = [3]int{2, 3, 4}
	case schedules > 0:
		x.share = [3]int{1, 1, 3}
	case k%2 == 1:
		x.share = [3]int{1, 2, 4}
	}
}

// offer takes over a better schedule or bound found elsewhere.
func (x *exact) offer(s Schedule, cost, low int, known bool) {
	if x.gone {
		return
	}
	if low > x.low {
		x.low = low
		x.c.s.Force(x.c.cost.GE(int32(low)))
	}
	if known && (!x.known || cost < x.cost) {
		x.best, x.known, x.cost, x.gained = s.Clone(), true, cost, x.spent
		x.c.improve(int32(cost))
		x.renew()
	}
}

// run searches until it has spent a number of schedules or knows the answer.
func (x *exact) run(limit float64, stop func() bool) {
	end := x.spent + limit
	for x.spent < end && !x.gone && !x.broken && !stop() {
		what := x.turn()
		o := &lcg.Options{Conflicts: min(x.slice[what], int(end-x.spent)), Stop: stop, Inputs: x.inputs, Activity: true}
		part := 1.0
		switch what {
		case probing:
			o.Assume = []lcg.Lit{x.c.cost.LE(int32(x.low))}
		case full:
			if x.known {
				o.Wish = x.c.wish(x.best)
			}
		case windows:
			part = x.window.prepare(x, o)
			o.Conflicts = min(o.Conflicts, int((end-x.spent)/part))
		}
		before := x.c.s.Conflicts
		out := x.c.s.Solve(o)
		conflicts := x.c.s.Conflicts - before
		x.used[what] += float64(conflicts + 10)
		x.spent += part * float64(conflicts+1)
		x.digest(what, out, o, conflicts)
	}
}

// turn returns what is most behind its share.
func (x *exact) turn() int {
	if !x.known {
		return full
	}
	best := -1
	for what := range x.share {
		if x.share[what] == 0 || what == windows && x.pr.n < 12 || what == probing && x.low >= x.cost-1 {
			continue
		}
		if best < 0 || x.used[what]*float64(x.share[best]) < x.used[best]*float64(x.share[what]) {
			best = what
		}
	}
	return max(best, 0)
}

// digest draws the consequences of one search.
func (x *exact) digest(what int, out lcg.Outcome, o *lcg.Options, conflicts int) {
	switch out {
	case lcg.Solved:
		s := x.c.schedule(o.Values)
		if Check(x.pr.p, s) != nil {
			x.broken = true
			return
		}
		x.best, x.known, x.cost, x.gained = s, true, x.pr.p.Cost(s), x.spent
		x.c.improve(int32(x.cost))
		x.renew()
	case lcg.Excluded:
		x.gone = true
		if x.known {
			x.low = x.cost
		}
		return
	case lcg.Refuted, lcg.GaveUp:
		if what == windows {
			x.window.learn(out == lcg.GaveUp, conflicts)
		} else if out == lcg.GaveUp {
			x.slice[what] += x.slice[what] / 4
		}
	}
	x.low = max(x.low, int(x.c.lower()))
	if x.known && x.low >= x.cost {
		x.low, x.gone = x.cost, true
	}
}

// renew justifies the best schedule in its modes and prepares the windows for
// it.
func (x *exact) renew() {
	x.chooseModes()
	if !x.pr.symmetric {
		x.window.early, x.window.late = starts(x.best), starts(x.best)
		return
	}
	x.spent += 2
	list, start := make([]int32, x.pr.n), starts(x.best)
	end := int32(x.cost)
	x.g.sortStarts(list, start, end)
	span := x.g.rightJustify(list, start, end)
	late := make([]int32, x.pr.n)
	for j, s := range start {
		late[j] = end - s - x.pr.duration[j]
	}
	shorter := x.g.leftJustify(list, start, span, end)
	x.window.early, x.window.late = start, late
	if int(shorter) < x.cost {
		for j, s := range start {
			x.best.Start[j] = int(s)
		}
		x.cost = int(shorter)
		x.c.improve(shorter)
		x.renew()
	}
}

// chooseModes turns the project and the generator to the modes of the best
// schedule.
func (x *exact) chooseModes() {
	if !x.pr.p.multiMode() {
		return
	}
	mode := make([]int32, x.pr.n)
	for j, m := range x.best.Mode {
		mode[j] = int32(m)
	}
	x.pr.choose(mode)
	x.g.choose()
}

// starts returns the starts of a schedule in 32 bits.
func starts(s Schedule) []int32 {
	out := make([]int32, len(s.Start))
	for j, t := range s.Start {
		out[j] = int32(t)
	}
	return out
}
