package schedule

import "slices"

// branch returns a copy of a dating that can be changed on its own.
func (d *dating) branch() *dating {
	c := *d
	c.start, c.finish, c.driver = slices.Clone(d.start), slices.Clone(d.finish), slices.Clone(d.driver)
	c.need, c.floor = slices.Clone(d.need), slices.Clone(d.floor)
	return &c
}

// redate dates anew the activities given and whatever their dates reach, and
// returns all that moved, in order. It gives what dating everything would give.
func (d *dating) redate(changed []int32) []int32 {
	switch {
	case len(changed) == 0:
		return nil
	case d.net.asLate && !d.loose: // expected dates are as early as can be
		return d.redateAll()
	}
	dirty := make([]bool, len(d.start))
	first := len(d.start)
	for _, i := range changed {
		dirty[i] = true
		first = min(first, int(d.net.rank[i]))
	}
	var moved []int32
	for _, i := range d.net.order[first:] {
		if !dirty[i] {
			continue
		}
		start, finish := d.start[i], d.finish[i]
		d.place(i)
		if d.start[i] == start && d.finish[i] == finish {
			continue
		}
		moved = append(moved, i)
		for _, r := range d.net.out.of(i) {
			dirty[d.net.arcs[r].to] = true
		}
	}
	return moved
}

// redateAll is redate where activities are wanted as late as possible: those
// depend on what comes after them too.
func (d *dating) redateAll() []int32 {
	start, finish := slices.Clone(d.start), slices.Clone(d.finish)
	d.forward()
	d.late()
	var moved []int32
	for _, i := range d.net.order {
		if d.start[i] != start[i] || d.finish[i] != finish[i] {
			moved = append(moved, i)
		}
	}
	return moved
}
