package level

import "slices"

// Serial schedule generation (Kelley 1963): activities are placed one by one,
// each as early as relations and free capacity allow. Every schedule it builds
// is active, and for makespan and tardiness some list of activities gives an
// optimal one.

// generator builds schedules from lists of activities that keep the
// relations. It owns scratch memory and belongs to one goroutine.
type generator struct {
	pr      *project
	profile profile
	extra   []profile // stocks and people, if there are any
	crew    *crew     // the people among extra, or nil
	passes  int       // schedules built so far

	// stop, if set, is asked now and then during a pass, which then ends with
	// never: a pass over a very large plan takes longer than a caller who has
	// cancelled should wait.
	stop func() bool

	count, sorted, key []int32 // for sorting
	placed             []bool
	rest               []int32
}

func newGenerator(pr *project) *generator {
	g := &generator{
		pr: pr, count: make([]int32, 8*pr.n+2),
		sorted: make([]int32, pr.n), key: make([]int32, pr.n), placed: make([]bool, pr.n),
	}
	if packable(pr.p, pr.horizon) {
		g.profile = newPacked(pr)
	} else {
		g.profile = newStepwise(pr)
	}
	if len(pr.p.Stocks) > 0 {
		g.extra = append(g.extra, newStocks(pr))
	}
	if pr.p.needsStaff() {
		g.crew = newCrew(pr)
		g.extra = append(g.extra, g.crew)
	}
	return g
}

// choose follows a change of the project's modes.
func (g *generator) choose() {
	g.profile.choose(g.pr)
	for _, e := range g.extra {
		e.choose(g.pr)
	}
}

// forward places the activities of list in order and fills start. It returns
// the latest finish, or never if an activity did not fit before the horizon.
func (g *generator) forward(list, start []int32) int32 {
	if !g.pr.plain {
		return g.forwardBound(list, start)
	}
	g.passes++
	g.profile.reset(false, 0)
	end := int32(0)
	for k, j := range list {
		if g.stopped(k) {
			return never
		}
		t := g.pr.release[j]
		for _, a := range g.pr.in.of(j) {
			t = max(t, start[a.node]+a.weight)
		}
		if t = g.profile.earliest(j, t); t >= never {
			return never
		}
		g.profile.take(j, t)
		start[j] = t
		end = max(end, t+g.pr.duration[j])
	}
	return end
}

// stopped asks every few hundred activities whether to end.
func (g *generator) stopped(k int) bool {
	return k&255 == 255 && g.stop != nil && g.stop()
}

// backward places the activities of list, successors first, as late as
// possible before slot end. It fills start with mirrored times: an activity
// with mirrored start s finishes at end - s. It is for plain problems.
func (g *generator) backward(list, start []int32, end int32) int32 {
	g.passes++
	g.profile.reset(true, end)
	span := int32(0)
	for k, j := range list {
		if g.stopped(k) {
			return never
		}
		t := int32(0)
		for _, a := range g.pr.out.of(j) {
			t = max(t, start[a.node]+a.weight)
		}
		if t = g.profile.earliest(j, t); t >= never {
			return never
		}
		g.profile.take(j, t)
		start[j] = t
		span = max(span, t+g.pr.duration[j])
	}
	return span
}

// forwardBound is forward for problems with pins, stocks, people or another
// objective than makespan. An activity that cannot be placed yet, for want of
// material that another one makes, waits for its turn in the next round.
func (g *generator) forwardBound(list, start []int32) int32 {
	g.passes++
	g.profile.reset(false, 0)
	for _, e := range g.extra {
		e.reset(false, 0)
	}
	clear(g.placed)
	end := int32(0)
	for j := range int32(g.pr.n) {
		if g.pr.p.Activities[j].Fixed {
			at := int32(g.pr.p.Activities[j].Planned)
			if g.fit(j, at) != at {
				return never
			}
			end = max(end, g.place(j, at, start))
		}
	}
	g.rest = append(g.rest[:0], list...)
	for len(g.rest) > 0 {
		waiting := g.rest[:0]
		before := len(g.rest)
		for k, j := range g.rest {
			if g.placed[j] {
				continue
			}
			if g.stopped(k) {
				return never
			}
			t, ready := g.from(j, start)
			if ready {
				t = g.fit(j, t)
			}
			if !ready || t >= never {
				waiting = append(waiting, j)
				continue
			}
			end = max(end, g.place(j, t, start))
		}
		if g.rest = waiting; len(waiting) == before {
			return never
		}
	}
	return end
}

// from returns the earliest start of an activity by its relations, if all of
// them are placed.
func (g *generator) from(j int32, start []int32) (t int32, ready bool) {
	t = g.pr.release[j]
	if g.pr.p.Objective == Stability {
		t = max(t, int32(g.pr.p.Activities[j].Planned))
	}
	for _, a := range g.pr.in.of(j) {
		if !g.placed[a.node] {
			return 0, false
		}
		t = max(t, start[a.node]+a.weight)
	}
	return t, true
}

// fit returns the first start from t on that every profile allows.
func (g *generator) fit(j, t int32) int32 {
	for {
		from := t
		t = g.profile.earliest(j, t)
		for _, e := range g.extra {
			if t < never {
				t = e.earliest(j, t)
			}
		}
		if t == from || t >= never {
			return t
		}
	}
}

// place holds what an activity needs from t on and returns its finish.
func (g *generator) place(j, t int32, start []int32) int32 {
	g.profile.take(j, t)
	for _, e := range g.extra {
		e.take(j, t)
	}
	g.placed[j] = true
	start[j] = t
	return t + g.pr.duration[j]
}

// sortBy reorders list by key, from 0 to most, keeping the order of equals.
func (g *generator) sortBy(list []int32, key []int32, most int32) {
	if int(most) > 8*len(list) {
		slices.SortStableFunc(list, func(a, b int32) int { return int(key[a] - key[b]) })
		return
	}
	count := g.count[:most+2]
	clear(count)
	for _, j := range list {
		count[key[j]+1]++
	}
	for t := int32(1); t <= most; t++ {
		count[t] += count[t-1]
	}
	for _, j := range list {
		k := key[j]
		g.sorted[count[k]] = j
		count[k]++
	}
	copy(list, g.sorted)
}
