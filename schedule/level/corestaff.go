package level

import (
	"slices"

	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// addStaff gives every place in a staff list and every person who could take
// it a literal. A person is a resource of capacity one, absent while away.
func (c *core) addStaff() {
	if len(c.p.People) == 0 && !c.p.needsStaff() {
		return
	}
	rows := make([][]int32, c.span)
	for t := range rows {
		rows[t] = make([]int32, len(c.p.People))
		for who := range c.p.People {
			rows[t][who] = 1
		}
	}
	for who := range c.p.People {
		for _, w := range c.p.People[who].Away {
			for t := w.From; t < min(w.To, int(c.span)); t++ {
				rows[t][who] = 0
			}
		}
	}
	table := lcg.NewTimetable(len(c.p.People), rows)
	c.staff = make([][][]lcg.Lit, c.pr.n)
	for i := range c.p.Activities {
		for k := range c.p.Activities[i].Modes {
			c.addPlaces(table, i, k)
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

// addPlaces adds what one mode of an activity asks of people.
func (c *core) addPlaces(table *lcg.Timetable, i, k int) {
	m := &c.p.Activities[i].Modes[k]
	only := c.mode[i][k]
	taken := make([][]lcg.Lit, len(c.p.People))
	for _, need := range m.Staff {
		var open []lcg.Lit
		place := make([]lcg.Lit, len(c.p.People))
		for who := range c.p.People {
			place[who] = lcg.Always // stands for: cannot take it
			if !c.p.People[who].has(need.Skill) || need.People == 0 {
				continue
			}
			l := c.s.NewVar(0, 1).GE(1)
			place[who] = l
			open = append(open, l)
			if only.Side >= 0 {
				c.s.AddClause(l.Not(), only)
			}
			for _, o := range taken[who] {
				c.s.AddClause(l.Not(), o.Not())
			}
			taken[who] = append(taken[who], l)
			if m.Duration > 0 {
				demand := make([]int32, who+1)
				demand[who] = 1
				table.AddTask(c.start[i], int32(m.Duration), demand, l)
			}
		}
		if need.People > 0 {
			c.s.AddAtLeast(open, need.People, only)
		}
		c.staff[i] = append(c.staff[i], place)
	}
}

// readStaff reads who does what from a solution. The search may set more
// people than asked for; the first ones do it.
func (c *core) readStaff(s *Schedule, values []int32) {
	if c.staff == nil {
		return
	}
	s.Staff = make([][]int, c.pr.n)
	for i := range c.p.Activities {
		skip := 0
		for k := range s.Mode[i] {
			skip += len(c.p.Activities[i].Modes[k].Staff)
		}
		for q, need := range c.p.Activities[i].Modes[s.Mode[i]].Staff {
			left := need.People
			for who, l := range c.staff[i][skip+q] {
				if left > 0 && l.Side >= 0 && values[l.Side.Var()] == 1 && !slices.Contains(s.Staff[i], who) {
					s.Staff[i] = append(s.Staff[i], who)
					left--
				}
			}
		}
	}
}
