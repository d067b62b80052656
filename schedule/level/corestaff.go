package level

import (
	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// places is what one need of a mode may take: for each option the literals "at
// least one head", "at least two", and so on.
type places struct {
	options []option
	heads   [][]lcg.Lit // beside options; nil where the whole need falls to the only one
}

// addStaff makes each pool of people a resource whose capacity is the heads that
// are there. A need that only one pool can meet holds it like any resource; for
// the others literals say how many heads each pool gives.
func (c *core) addStaff() {
	if !c.p.needsStaff() {
		return
	}
	c.pools = c.p.pools()
	rows := make([][]int32, c.span)
	cells := make([]int32, int(c.span)*len(c.pools))
	for t := range rows {
		rows[t], cells = cells[:len(c.pools)], cells[len(c.pools):]
	}
	for k := range c.pools {
		heads, next := 0, 0
		for t := range rows {
			for ; next < len(c.pools[k].steps) && c.pools[k].steps[next].Slot <= t; next++ {
				heads = c.pools[k].steps[next].Quantity
			}
			rows[t][k] = int32(heads)
		}
	}
	table := lcg.NewTimetable(len(c.pools), rows)
	able := options(c.pools)
	c.staff = make([][][]places, c.pr.n)
	still := newCrew(c.pr) // for what takes no time
	for i := range c.p.Activities {
		c.staff[i] = make([][]places, len(c.p.Activities[i].Modes))
		for k := range c.p.Activities[i].Modes {
			m := &c.p.Activities[i].Modes[k]
			if m.Duration == 0 {
				if !still.canMeet(i, m) {
					c.forbid(c.mode[i][k])
				}
				continue
			}
			for _, need := range m.Staff {
				c.staff[i][k] = append(c.staff[i][k], c.addNeed(table, able[need.Skill], i, k, need.People))
			}
		}
	}
	table.Post(c.s)
}

// needsStaff reports whether any mode asks for people.
func (p *Problem) needsStaff() bool {
	for i := range p.Activities {
		for k := range p.Activities[i].Modes {
			if len(p.Activities[i].Modes[k].Staff) > 0 {
				return true
			}
		}
	}
	return false
}

// addNeed adds a number of heads that one mode of an activity asks for.
func (c *core) addNeed(table *lcg.Timetable, able []option, i, k, heads int) places {
	only, d := c.mode[i][k], int32(c.p.Activities[i].Modes[k].Duration)
	task := func(o option, demand int, when lcg.Lit) {
		row := make([]int32, o.pool+1)
		row[o.pool] = int32(demand)
		table.AddTask(c.start[i], d, row, when)
		c.keepTo(i, d, o.times, when)
	}
	switch {
	case heads == 0:
		return places{}
	case len(able) == 1 && heads <= len(c.pools[able[0].pool].members):
		task(able[0], heads, only)
		return places{options: able}
	}
	out := places{options: able, heads: make([][]lcg.Lit, len(able))}
	var open []lcg.Lit
	for n, o := range able {
		for m := range min(heads, len(c.pools[o.pool].members)) {
			l := c.s.NewVar(0, 1).GE(1)
			if only.Side >= 0 {
				c.s.AddClause(l.Not(), only)
			}
			if m > 0 {
				c.s.AddClause(l.Not(), out.heads[n][m-1])
			}
			out.heads[n] = append(out.heads[n], l)
			open = append(open, l)
			task(o, 1, l)
		}
	}
	if len(open) < heads {
		c.forbid(only)
		return out
	}
	c.s.AddAtLeast(open, heads, only)
	return out
}

// keepTo bounds an activity to the times of an option, wherever a literal holds:
// before the end of one of them or after the beginning of the next.
func (c *core) keepTo(i int, d int32, times []Window, when lcg.Lit) {
	start := c.start[i]
	rule := func(lits ...lcg.Lit) {
		if when.Side >= 0 {
			lits = append(lits, when.Not())
		}
		c.s.AddClause(lits...)
	}
	rule(start.GE(int32(times[0].From)))
	for k, w := range times {
		if k+1 < len(times) {
			rule(start.LE(int32(w.To)-d), start.GE(int32(times[k+1].From)))
		} else {
			rule(start.LE(int32(w.To) - d))
		}
	}
}

// readStaff reads who does what from a solution. The search may set more heads
// than asked for; the first ones do it.
func (c *core) readStaff(s *Schedule, values []int32) {
	if c.staff == nil {
		return
	}
	picked := make([][]int32, c.pr.n)
	start, duration := starts(*s), make([]int32, c.pr.n)
	still := newCrew(c.pr)
	for i := range c.p.Activities {
		m := &c.p.Activities[i].Modes[s.Mode[i]]
		duration[i] = int32(m.Duration)
		if m.Duration == 0 {
			still.canMeet(i, m)
			picked[i] = still.places(nil, int32(i))
			continue
		}
		for q, need := range m.Staff {
			picked[i] = append(picked[i], c.staff[i][s.Mode[i]][q].read(need.People, values)...)
		}
	}
	s.Staff = names(c.pools, picked, start, duration)
}

// read returns the pool of each place of a need.
func (x *places) read(heads int, values []int32) []int32 {
	var out []int32
	for n, o := range x.options {
		if x.heads == nil {
			for range heads {
				out = append(out, o.pool)
			}
			return out
		}
		for _, l := range x.heads[n] {
			if len(out) < heads && values[l.Side.Var()] == 1 {
				out = append(out, o.pool)
			}
		}
	}
	return out
}

// inputs returns the variables of the staffing.
func (x *places) inputs() []lcg.Var {
	var out []lcg.Var
	for _, list := range x.heads {
		for _, l := range list {
			out = append(out, l.Side.Var())
		}
	}
	return out
}
