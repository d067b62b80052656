package level

import (
	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// core is the problem as constraints of the exact solver: one variable for
// each start, one for the cost, and literals for modes and people where there
// is a choice.
type core struct {
	p     *Problem
	pr    *project
	s     *lcg.Solver
	start []lcg.Var
	end   []term
	mode  [][]lcg.Lit // per activity and mode; lcg.Always where there is one mode
	pools []pool
	staff [][][]places // per activity, mode and need; nil without people
	cost  lcg.Var
	span  int32 // every start and finish lies in [0, span]
	stop  func() bool
}

// term is a variable plus a constant.
type term struct {
	v      lcg.Var
	offset int32
}

// newCore builds the constraints for schedules with every finish up to span
// and a cost up to most. It returns nil if the problem is beyond the core. Told to
// stop it leaves constraints out that others imply.
func newCore(pr *project, span, most int32, stop func() bool) *core {
	p := pr.p
	if !coreHolds(p, span) {
		return nil
	}
	c := &core{p: p, pr: pr, s: lcg.New(), span: span, stop: stop}
	c.addActivities()
	c.addCost(most)
	c.addRelations()
	c.addResources()
	c.addPairs()
	c.addTotals()
	c.addStocks()
	c.addStaff()
	return c
}

func (c *core) addActivities() {
	for i := range c.p.Activities {
		a := &c.p.Activities[i]
		low, latest := int32(a.Release), c.span
		shortest := int32(a.Modes[0].Duration)
		for _, m := range a.Modes {
			shortest = min(shortest, int32(m.Duration))
		}
		if a.Deadline > 0 {
			latest = min(latest, int32(a.Deadline))
		}
		if c.p.Horizon > 0 {
			latest = min(latest, int32(c.p.Horizon))
		}
		high := latest - shortest
		if a.Fixed {
			low, high = max(low, int32(a.Planned)), min(high, int32(a.Planned))
		}
		start := c.s.NewVar(low, high)
		c.start = append(c.start, start)
		if len(a.Modes) == 1 {
			c.mode = append(c.mode, []lcg.Lit{lcg.Always})
			c.end = append(c.end, term{start, int32(a.Modes[0].Duration)})
			continue
		}
		c.addModes(a, start, c.s.NewVar(low+shortest, latest))
	}
}

// addModes adds a literal for each mode, of which exactly one holds and ties
// the end to the start.
func (c *core) addModes(a *Activity, start, end lcg.Var) {
	group := lcg.Choice{}
	for _, m := range a.Modes {
		l := c.s.NewVar(0, 1).GE(1)
		group.Lits = append(group.Lits, l)
		group.Weights = append(group.Weights, int64(m.Duration))
	}
	c.s.AddClause(group.Lits...)
	for k, l := range group.Lits {
		for _, o := range group.Lits[:k] {
			c.s.AddClause(l.Not(), o.Not())
		}
		if !c.p.possible(&a.Modes[k]) {
			c.forbid(l)
		}
		d := int32(a.Modes[k].Duration)
		c.s.AddArc(start, end, d, l)
		c.s.AddArc(end, start, -d, l)
	}
	c.s.AddShortest(start, end, group)
	c.mode = append(c.mode, group.Lits)
	c.end = append(c.end, term{end, 0})
}

// possible reports whether a mode asks for no more of any resource than there
// ever is.
func (p *Problem) possible(m *Mode) bool {
	for r, use := range m.Uses {
		if m.Duration > 0 && use > p.Resources[r].most() {
			return false
		}
	}
	return true
}

// forbid makes a mode's literal false; without another mode nothing is left.
func (c *core) forbid(l lcg.Lit) {
	if l.Side < 0 {
		c.s.AddClause()
		return
	}
	c.s.AddClause(l.Not())
}

// most returns the greatest capacity a resource ever has.
func (r *Resource) most() int {
	most := r.Capacity
	for _, s := range r.Steps {
		most = max(most, s.Quantity)
	}
	return most
}

func (c *core) addRelations() {
	for _, r := range c.p.Relations {
		from, to := term{c.start[r.From], 0}, term{c.start[r.To], 0}
		if r.Kind == FinishStart || r.Kind == FinishFinish {
			from = c.end[r.From]
		}
		if r.Kind == FinishFinish || r.Kind == StartFinish {
			to = c.end[r.To]
		}
		c.s.AddArc(from.v, to.v, from.offset+int32(r.Lag)-to.offset, lcg.Always)
	}
}

func (c *core) addCost(most int32) {
	c.cost = c.s.NewVar(0, most)
	var terms []lcg.Var
	var weights []int64
	for i := range c.p.Activities {
		a := &c.p.Activities[i]
		switch {
		case c.p.Objective == Makespan:
			c.s.AddArc(c.end[i].v, c.cost, c.end[i].offset, lcg.Always)
			continue
		case a.Weight == 0:
			continue
		}
		v := c.s.NewVar(0, c.span)
		if c.p.Objective == WeightedTardiness {
			c.s.AddArc(c.end[i].v, v, c.end[i].offset-int32(a.Due), lcg.Always)
		} else {
			c.s.AddArc(c.start[i], v, -int32(a.Planned), lcg.Always)
			c.s.AddMirroredArc(c.start[i], v, int32(a.Planned))
		}
		terms = append(terms, v)
		weights = append(weights, int64(a.Weight))
	}
	if terms != nil {
		c.s.AddLinear(terms, weights, c.cost)
	}
	if c.p.Objective == Makespan {
		c.addTails()
	}
}

// addTails ties every start to the makespan by its longest path, so that a
// bound on the makespan explains a latest start in one step. With a choice of
// modes there is no one longest path.
func (c *core) addTails() {
	if c.p.multiMode() {
		return
	}
	tail := make([]int32, c.pr.n)
	c.pr.tails(tail)
	for i := range c.start {
		if len(c.pr.out.of(int32(i))) > 0 {
			c.s.AddArc(c.start[i], c.cost, tail[i], lcg.Always)
		}
	}
}

// multiMode reports whether any activity has more than one mode.
func (p *Problem) multiMode() bool {
	for i := range p.Activities {
		if len(p.Activities[i].Modes) > 1 {
			return true
		}
	}
	return false
}

func (c *core) addResources() {
	rows := make([][]int32, c.span)
	cells := make([]int32, int(c.span)*len(c.p.Resources))
	for t := range rows {
		rows[t], cells = cells[:len(c.p.Resources)], cells[len(c.p.Resources):]
	}
	for r := range c.p.Resources {
		res := &c.p.Resources[r]
		level, next := res.Capacity, 0
		for t := range rows {
			for ; next < len(res.Steps) && res.Steps[next].Slot <= t; next++ {
				level = res.Steps[next].Quantity
			}
			rows[t][r] = int32(level)
		}
	}
	table := lcg.NewTimetable(len(c.p.Resources), rows)
	for i := range c.p.Activities {
		for k := range c.p.Activities[i].Modes {
			m := &c.p.Activities[i].Modes[k]
			if m.Duration == 0 || !anyPositive(m.Uses) {
				continue
			}
			if !c.p.possible(m) {
				c.forbid(c.mode[i][k])
				continue
			}
			demand := make([]int32, len(m.Uses))
			for r, use := range m.Uses {
				demand[r] = int32(use)
			}
			table.AddTask(c.start[i], int32(m.Duration), demand, c.mode[i][k])
		}
	}
	table.Post(c.s)
}

func anyPositive(list []int) bool {
	for _, v := range list {
		if v > 0 {
			return true
		}
	}
	return false
}

// addPairs gives every two activities that can never overlap a literal for
// which comes first.
func (c *core) addPairs() {
	if c.p.multiMode() {
		return
	}
	pairs := 0
	after := c.pr.reach()
	large := make([]bool, c.pr.n) // more than half of something; without one two fit
	for i := range large {
		for r, use := range c.p.Activities[i].Modes[0].Uses {
			large[i] = large[i] || 2*use > c.p.Resources[r].most()
		}
	}
	for i := range c.p.Activities {
		if c.stop() {
			return
		}
		for j := range i {
			if !large[i] && !large[j] {
				continue
			}
			a, b := &c.p.Activities[i].Modes[0], &c.p.Activities[j].Modes[0]
			if after.has(i, j) || after.has(j, i) || !c.exclude(a, b) {
				continue
			}
			if pairs++; pairs > coreMostPairs {
				return
			}
			first := c.s.NewVar(0, 1)
			c.s.AddArc(c.start[i], c.start[j], int32(a.Duration), first.GE(1))
			c.s.AddArc(c.start[j], c.start[i], int32(b.Duration), first.LE(0))
		}
	}
}

// exclude reports whether two modes together ask for more than there is.
func (c *core) exclude(a, b *Mode) bool {
	if a.Duration == 0 || b.Duration == 0 {
		return false
	}
	for r := range c.p.Resources {
		if at(a.Uses, r)+at(b.Uses, r) > c.p.Resources[r].most() {
			return true
		}
	}
	return false
}

func (c *core) addTotals() {
	for t := range c.p.Totals {
		var groups []lcg.Choice
		for i := range c.p.Activities {
			g := lcg.Choice{Lits: c.mode[i]}
			for k := range c.p.Activities[i].Modes {
				g.Weights = append(g.Weights, int64(at(c.p.Activities[i].Modes[k].Spends, t)))
			}
			groups = append(groups, g)
		}
		c.s.AddBudget(groups, int64(c.p.Totals[t].Capacity))
	}
}

func (c *core) addStocks() {
	stocks := make([]*lcg.Reservoir, len(c.p.Stocks))
	for k := range stocks {
		given := []lcg.Level{{Slot: 0, Quantity: int64(c.p.Stocks[k].Initial)}}
		for _, r := range c.p.Stocks[k].Receipts {
			given = append(given, lcg.Level{Slot: int32(r.Slot), Quantity: int64(r.Quantity)})
		}
		stocks[k] = lcg.NewReservoir(given)
	}
	for i := range c.p.Activities {
		for m := range c.p.Activities[i].Modes {
			mode := &c.p.Activities[i].Modes[m]
			for _, a := range mode.Takes {
				if a.Quantity > 0 {
					stocks[a.Stock].AddDraw(c.start[i], 0, int64(a.Quantity), c.mode[i][m])
				}
			}
			for _, a := range mode.Makes {
				if a.Quantity > 0 {
					stocks[a.Stock].AddSupply(c.start[i], int32(mode.Duration), int64(a.Quantity), c.mode[i][m])
				}
			}
		}
	}
	for _, r := range stocks {
		r.Post(c.s)
	}
}

// improve asks for a schedule that costs less than the given one.
func (c *core) improve(cost int32) { c.s.Force(c.cost.LE(cost - 1)) }

// lower returns the proven lower bound of the cost.
func (c *core) lower() int32 { return c.s.Lo(c.cost) }

// schedule reads a solution.
func (c *core) schedule(values []int32) Schedule {
	s := Schedule{Start: make([]int, c.pr.n), Mode: make([]int, c.pr.n)}
	for i := range c.start {
		s.Start[i] = int(values[c.start[i]])
		for k, l := range c.mode[i] {
			if len(c.mode[i]) > 1 && values[l.Side.Var()] == 1 {
				s.Mode[i] = k
			}
		}
	}
	c.readStaff(&s, values)
	return s
}

// wish turns a schedule into the values the search tries first.
func (c *core) wish(s Schedule) []int32 {
	w := make([]int32, c.s.Vars())
	for i, v := range c.start {
		w[v] = int32(s.Start[i])
		if len(c.mode[i]) > 1 {
			w[c.mode[i][s.Mode[i]].Side.Var()] = 1
			w[c.end[i].v] = int32(s.Start[i] + c.p.Activities[i].Modes[s.Mode[i]].Duration)
		}
	}
	return w
}

// inputs returns the variables that decide a schedule, modes first.
func (c *core) inputs() []lcg.Var {
	var in []lcg.Var
	in = append(in, c.start...)
	for i := range c.mode {
		if len(c.mode[i]) > 1 {
			for _, l := range c.mode[i] {
				in = append(in, l.Side.Var())
			}
		}
	}
	for i := range c.staff {
		for _, needs := range c.staff[i] {
			for n := range needs {
				in = append(in, needs[n].inputs()...)
			}
		}
	}
	return in
}
