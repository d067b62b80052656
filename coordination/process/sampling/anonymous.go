package sampling

import (
	"cmp"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Anonymise gives a log in which roles stand in the place of people. A role of
// fewer than least people, and people without a role, become process.Other; if
// those are too few as well, the resource is unknown. The names of people are
// not in the new log; its attributes are the old, so drop those that name people
// when reading.
func Anonymise(log *process.Log, roleOf map[string]string, least int) *process.Log {
	people := make(map[string]int)
	for id := 1; id < log.Resources.Len(); id++ {
		people[roleOf[log.Resources.Of(uint32(id))]]++
	}
	others := 0
	for role, n := range people {
		if role == "" || n < least {
			others += n
		}
	}
	out := *log
	out.Resources = &process.Names{}
	to := make([]uint32, log.Resources.Len())
	for id := 1; id < len(to); id++ {
		role := roleOf[log.Resources.Of(uint32(id))]
		switch {
		case role != "" && people[role] >= least:
			to[id] = out.Resources.Add(role)
		case others >= least:
			to[id] = out.Resources.Add(process.Other)
		}
	}
	out.Events = slices.Clone(log.Events)
	for i := range out.Events {
		out.Events[i].Resource = to[out.Events[i].Resource]
	}
	return &out
}

// Cell is a figure of a table of roles and activities.
type Cell struct {
	Row, Column string
	Cases       int
	Value       float64
	Hidden      bool
}

// Suppress hides the cells behind which fewer than least cases stand, and as
// many more that no row and no column has exactly one hidden cell, which its
// total would give away. More are hidden rather than one too few: always the
// smallest that is left of the row or column.
func Suppress(cells []Cell, least int) []Cell {
	out := slices.Clone(cells)
	for i := range out {
		out[i].Hidden = out[i].Cases < least
	}
	row, column := func(c Cell) string { return c.Row }, func(c Cell) string { return c.Column }
	for hidMore := true; hidMore; {
		hidMore = hideLonely(out, row)
		hidMore = hideLonely(out, column) || hidMore
	}
	return out
}

// hideLonely hides a second cell in each line that has one hidden cell.
func hideLonely(cells []Cell, line func(Cell) string) bool {
	hidden, candidate := make(map[string]int), make(map[string]int)
	for i, c := range cells {
		name := line(c)
		if c.Hidden {
			hidden[name]++
			continue
		}
		if best, ok := candidate[name]; !ok || compareCells(c, cells[best]) < 0 {
			candidate[name] = i
		}
	}
	more := false
	for name, n := range hidden {
		if i, ok := candidate[name]; ok && n == 1 {
			cells[i].Hidden, more = true, true
		}
	}
	return more
}

func compareCells(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Cases, b.Cases), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
}
