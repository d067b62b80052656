package level

import "slices"

// project is a problem under one choice of modes, laid out for the schedule
// generator: relations as start-to-start arcs in compressed rows, times in 32
// bits. It is rebuilt in place by choose and otherwise only read.
type project struct {
	p       *Problem
	n       int
	horizon int32 // every activity finishes by it
	order   []int32

	mode     []int32
	duration []int32
	in, out  arcs // in[j]: start j >= start i + weight; out: the same seen from the mirrored end

	release   []int32 // earliest start by the activity's own data
	latest    []int32 // latest start, tightened along the relations
	steady    bool    // no activity starts, or finishes, before one it waits for
	plain     bool    // makespan with nothing but resources, relations and releases
	symmetric bool    // plain, and the same forward and backward in time
}

// arcs holds, for each activity, the activities it is tied to and how far.
type arcs struct {
	first    []int32 // arcs of j are list[first[j]:first[j+1]]
	list     []arc
	relation []int32 // index into Problem.Relations, beside list
}

type arc struct {
	node   int32
	weight int32
}

func (a *arcs) of(j int32) []arc { return a.list[a.first[j]:a.first[j+1]] }

// newProject lays out a valid problem with every activity in its first mode.
func newProject(p *Problem) *project {
	n := len(p.Activities)
	pr := &project{
		p: p, n: n, order: topological(n, p.Relations), horizon: int32(lastSlot(p)),
		mode: make([]int32, n), duration: make([]int32, n),
		release: make([]int32, n), latest: make([]int32, n),
	}
	pr.in = newArcs(n, p.Relations, func(r Relation) (int, int) { return r.To, r.From })
	pr.out = newArcs(n, p.Relations, func(r Relation) (int, int) { return r.From, r.To })
	for i := range p.Activities {
		a := &p.Activities[i]
		pr.release[i] = int32(a.Release)
		if a.Fixed {
			pr.release[i] = int32(max(a.Release, a.Planned))
		}
	}
	pr.choose(pr.mode)
	pr.classify()
	return pr
}

// clone returns a copy that may choose other modes.
func (pr *project) clone() *project {
	c := *pr
	c.mode = slices.Clone(pr.mode)
	c.duration = slices.Clone(pr.duration)
	c.latest = slices.Clone(pr.latest)
	c.in.list = slices.Clone(pr.in.list)
	c.out.list = slices.Clone(pr.out.list)
	return &c
}

func newArcs(n int, relations []Relation, ends func(Relation) (row, node int)) arcs {
	a := arcs{first: make([]int32, n+1), list: make([]arc, len(relations)), relation: make([]int32, len(relations))}
	for _, r := range relations {
		row, _ := ends(r)
		a.first[row+1]++
	}
	for i := range n {
		a.first[i+1] += a.first[i]
	}
	next := slices.Clone(a.first[:n])
	for k, r := range relations {
		row, node := ends(r)
		a.list[next[row]] = arc{node: int32(node)}
		a.relation[next[row]] = int32(k)
		next[row]++
	}
	return a
}

// lastSlot returns a slot by which all work is done in some best schedule, if there
// is one at all: the last date in the data plus all work and lags end to end.
// Where the caller set a tighter horizon it limits latest starts only, so that a
// heuristic may pass through schedules that are too long.
func lastSlot(p *Problem) int {
	last, work := 0, 0
	for i := range p.Activities {
		a := &p.Activities[i]
		last = max(last, a.Release, a.Planned, a.Due)
		longest := 0
		for m := range a.Modes {
			longest = max(longest, a.Modes[m].Duration)
		}
		work += longest
	}
	for _, r := range p.Relations {
		work += max(0, r.Lag)
	}
	for i := range p.Resources {
		if s := p.Resources[i].Steps; len(s) > 0 {
			last = max(last, s[len(s)-1].Slot)
		}
	}
	for i := range p.Stocks {
		if s := p.Stocks[i].Receipts; len(s) > 0 {
			last = max(last, s[len(s)-1].Slot)
		}
	}
	for i := range p.People {
		if w := p.People[i].Away; len(w) > 0 {
			last = max(last, w[len(w)-1].To)
		}
		for _, x := range p.People[i].Terms {
			last = max(last, x.From)
		}
	}
	return last + work
}

// weight turns a relation into the least distance from start to start, given
// the durations at both ends.
func weight(r Relation, from, to int32) int32 {
	w := int32(r.Lag)
	if r.Kind == FinishStart || r.Kind == FinishFinish {
		w += from
	}
	if r.Kind == FinishFinish || r.Kind == StartFinish {
		w -= to
	}
	return w
}

// choose sets the modes and what follows from them.
func (pr *project) choose(mode []int32) {
	copy(pr.mode, mode)
	for i := range pr.n {
		pr.duration[i] = int32(pr.p.Activities[i].Modes[mode[i]].Duration)
	}
	for j := range int32(pr.n) {
		for k := pr.in.first[j]; k < pr.in.first[j+1]; k++ {
			a := &pr.in.list[k]
			a.weight = weight(pr.p.Relations[pr.in.relation[k]], pr.duration[a.node], pr.duration[j])
		}
		for k := pr.out.first[j]; k < pr.out.first[j+1]; k++ {
			a := &pr.out.list[k]
			di, dj := pr.duration[j], pr.duration[a.node]
			a.weight = weight(pr.p.Relations[pr.out.relation[k]], di, dj) + dj - di
		}
	}
	pr.steady = true
	for k := range pr.in.list {
		pr.steady = pr.steady && pr.in.list[k].weight >= 0 && pr.out.list[k].weight >= 0
	}
	pr.chooseLatest()
}

// chooseLatest derives latest starts from deadlines, pins and the horizon.
func (pr *project) chooseLatest() {
	for k := pr.n - 1; k >= 0; k-- {
		i := pr.order[k]
		a := &pr.p.Activities[i]
		l := pr.horizon - pr.duration[i]
		if pr.p.Horizon > 0 {
			l = min(l, int32(pr.p.Horizon)-pr.duration[i])
		}
		if a.Deadline > 0 {
			l = min(l, int32(a.Deadline)-pr.duration[i])
		}
		if a.Fixed {
			l = min(l, int32(a.Planned))
		}
		for _, o := range pr.out.of(i) {
			l = min(l, pr.latest[o.node]-(o.weight-pr.duration[o.node]+pr.duration[i]))
		}
		pr.latest[i] = l
	}
}

// earliest fills start with the earliest starts by relations and releases and
// returns the latest finish: the critical path.
func (pr *project) earliest(start []int32) int32 {
	end := int32(0)
	for _, j := range pr.order {
		t := pr.release[j]
		for _, a := range pr.in.of(j) {
			t = max(t, start[a.node]+a.weight)
		}
		start[j] = t
		end = max(end, t+pr.duration[j])
	}
	return end
}

// tails fills tail with the least time from each start to the end of the plan.
func (pr *project) tails(tail []int32) {
	for k := pr.n - 1; k >= 0; k-- {
		i := pr.order[k]
		t := pr.duration[i]
		for _, o := range pr.out.of(i) {
			t = max(t, tail[o.node]+o.weight-pr.duration[o.node]+pr.duration[i])
		}
		tail[i] = t
	}
}

// classify finds out what the problem consists of.
func (pr *project) classify() {
	p := pr.p
	pr.plain = p.Objective == Makespan && p.Horizon == 0 && len(p.Stocks) == 0 && !p.needsStaff()
	pr.symmetric = true
	for i := range p.Activities {
		a := &p.Activities[i]
		pr.plain = pr.plain && !a.Fixed && a.Deadline == 0
		pr.symmetric = pr.symmetric && a.Release == 0
	}
	for i := range p.Resources {
		pr.symmetric = pr.symmetric && len(p.Resources[i].Steps) == 0
	}
	pr.symmetric = pr.symmetric && pr.plain
}

// Costs of schedules that break a rule, for the heuristics.
const (
	tooLate = 1 << 52 // plus the slots by which starts are too late
	failed  = 1 << 60 // some activity did not fit at all
)

// cost returns the value of a schedule to the heuristics, to be made small.
// Starts that are too late count more than any cost.
func (pr *project) cost(start []int32, end int32) int {
	if end >= never {
		return failed
	}
	if pr.plain {
		return int(end)
	}
	cost, late := 0, 0
	for j, s := range start {
		a := &pr.p.Activities[j]
		late += int(max(0, s-pr.latest[j]))
		if a.Fixed {
			late += pr.tooEarly(int32(j), start)
		}
		switch pr.p.Objective {
		case Makespan:
			cost = max(cost, int(s+pr.duration[j]))
		case WeightedTardiness:
			cost += a.Weight * max(0, int(s+pr.duration[j])-a.Due)
		case Stability:
			cost += a.Weight * max(int(s)-a.Planned, a.Planned-int(s))
		}
	}
	if late > 0 {
		return tooLate + late
	}
	return cost
}

// tooEarly returns by how much a pinned activity starts before its release and
// what it waits for.
func (pr *project) tooEarly(j int32, start []int32) int {
	sum := max(0, pr.p.Activities[j].Release-int(start[j]))
	for _, a := range pr.in.of(j) {
		sum += int(max(0, start[a.node]+a.weight-start[j]))
	}
	return sum
}

// related reports whether a relation joins two activities.
func (pr *project) related(i, j int32) bool {
	for _, a := range pr.out.of(i) {
		if a.node == j {
			return true
		}
	}
	for _, a := range pr.in.of(i) {
		if a.node == j {
			return true
		}
	}
	return false
}
