package process

import "slices"

// gather collects durations one at a time for a Distribution.
type gather struct {
	count    int64
	sum      Sum
	squares  squares
	min, max int64
	values   []int64 // nil once there are more than keep
	sketch   *Sketch // nil if all values are kept
}

// add counts a duration and keeps up to keep values, below zero all.
func (g *gather) add(v int64, keep int) {
	if g.count == 0 {
		g.min, g.max = v, v
		if keep >= 0 {
			g.sketch = &Sketch{}
		}
	}
	g.count++
	g.min, g.max = min(g.min, v), max(g.max, v)
	g.sum.Add(v)
	g.squares.add(v)
	if g.sketch != nil {
		g.sketch.Add(v)
	}
	switch {
	case keep < 0 || g.count <= int64(keep):
		g.values = append(g.values, v)
	case g.values != nil:
		g.values = nil
	}
}

// distribution gives what was collected so far; collecting may go on.
func (g *gather) distribution() Distribution {
	d := Distribution{Count: g.count, Sum: g.sum, squares: g.squares, Min: g.min, Max: g.max}
	if int64(len(g.values)) == g.count {
		d.values = slices.Clone(g.values)
		sortMicros(d.values)
	}
	if g.sketch != nil {
		d.sketch = g.sketch.clone()
	}
	return d
}
