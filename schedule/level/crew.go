package level

import "slices"

// crew is the profile of the people: how many of each pool are free when. The
// places of one activity are matched to pools by augmenting paths (Kuhn 1955),
// pools with the fewest skills first; activities already placed keep theirs.
type crew struct {
	pools    []pool
	free     [][]Step // heads of each pool, now
	changed  []int32  // pools that differ from their presence
	able     map[int][]option
	needs    [][]Assignee
	duration []int32
	picked   [][]int32 // pool of each place of an activity as placed

	room []int32 // by pool: heads that the activity at hand may still have
	seen []int32 // by pool: the match that set its room
	now  int32
	held []seat // places taken in the match at hand
	// tried marks the pools of the search for one place.
	tried []int32
	round int32
}

// seat is a place that a pool has taken.
type seat struct {
	need int32
	pool int32
}

func newCrew(pr *project) *crew {
	pools := pr.p.pools()
	c := &crew{
		pools: pools, free: make([][]Step, len(pools)), able: options(pools), needs: make([][]Assignee, pr.n),
		duration: make([]int32, pr.n), picked: make([][]int32, pr.n),
		room: make([]int32, len(pools)), seen: make([]int32, len(pools)), tried: make([]int32, len(pools)),
	}
	for k := range pools {
		c.free[k] = slices.Clone(pools[k].steps)
	}
	c.choose(pr)
	return c
}

func (c *crew) choose(pr *project) {
	copy(c.duration, pr.duration)
	for j := range c.needs {
		c.needs[j] = pr.p.Activities[j].Modes[pr.mode[j]].Staff
	}
}

func (c *crew) reset(bool, int32) {
	for _, k := range c.changed {
		c.free[k] = append(c.free[k][:0], c.pools[k].steps...)
	}
	c.changed = c.changed[:0]
}

// earliest tries t and then each later moment at which a pool that could help
// has one head more for long enough.
func (c *crew) earliest(j, t int32) int32 {
	if len(c.needs[j]) == 0 {
		return t
	}
	for !c.match(j, t) {
		next := never
		if d := int(c.duration[j]); d > 0 {
			for _, need := range c.needs[j] {
				for _, o := range c.able[need.Skill] {
					next = min(next, c.rise(o, int(t), d))
				}
			}
		}
		if next >= never {
			return never
		}
		t = next
	}
	return t
}

// rise returns the first start after t at which an option has more heads for d
// slots than at t, or never.
func (c *crew) rise(o option, t, d int) int32 {
	heads := 1
	if o.covers(int32(t), int32(d)) {
		heads += least(c.free[o.pool], t, d)
	}
	if heads > len(c.pools[o.pool].members) {
		return never // as many as there are; elsewhere there cannot be more
	}
	for at := o.within(t, d); at < int(never); {
		from := after(c.free[o.pool], heads, at, d)
		if from >= int(never) {
			return never
		}
		if at = o.within(from, d); at == from {
			return int32(at)
		}
	}
	return never
}

// least returns the least quantity of steps in d slots from t on.
func least(steps []Step, t, d int) int {
	k := index(steps, t)
	q := steps[k].Quantity
	for k++; k < len(steps) && steps[k].Slot < t+d; k++ {
		q = min(q, steps[k].Quantity)
	}
	return q
}

func (c *crew) take(j, t int32) {
	c.picked[j] = c.picked[j][:0]
	if len(c.needs[j]) == 0 || !c.match(j, t) {
		return
	}
	c.picked[j] = c.places(c.picked[j], j)
	from, to := int(t), int(t+c.duration[j])
	if from == to {
		return
	}
	for _, k := range c.picked[j] {
		c.changed = append(c.changed, k)
		steps := split(split(c.free[k], from), to)
		c.free[k] = steps
		for at := index(steps, from); at < len(steps) && steps[at].Slot < to; at++ {
			steps[at].Quantity--
		}
	}
}

// match finds a pool for every place of an activity from t on. What takes no
// time needs skilled people, whatever else they do.
func (c *crew) match(j, t int32) bool {
	c.now++
	c.held = c.held[:0]
	d := c.duration[j]
	for n, need := range c.needs[j] {
		for _, o := range c.able[need.Skill] {
			if c.seen[o.pool] != c.now && o.covers(t, d) {
				c.seen[o.pool] = c.now
				c.room[o.pool] = int32(len(c.pools[o.pool].members))
				if d > 0 {
					c.room[o.pool] = int32(least(c.free[o.pool], int(t), int(d)))
				}
			}
		}
		for range need.People {
			c.round++
			if !c.seat(j, t, int32(n)) {
				return false
			}
		}
	}
	return true
}

// covers reports whether an option holds its skill for d slots from t on.
func (o option) covers(t, d int32) bool {
	return d == 0 || o.within(int(t), int(d)) == int(t)
}

// seat finds a pool for one place, moving others to another pool if need be.
func (c *crew) seat(j, t, need int32) bool {
	able := c.able[c.needs[j][need].Skill]
	d := c.duration[j]
	for _, o := range able {
		if o.covers(t, d) && c.room[o.pool] > 0 {
			c.room[o.pool]--
			c.held = append(c.held, seat{need, o.pool})
			return true
		}
	}
	if len(c.needs[j]) == 1 {
		return false
	}
	for _, o := range able {
		if !o.covers(t, d) || c.tried[o.pool] == c.round {
			continue
		}
		c.tried[o.pool] = c.round
		for k := range c.held {
			if c.held[k].pool != o.pool || c.held[k].need == need {
				continue
			}
			if c.seat(j, t, c.held[k].need) { // the other place has a pool more than it needs
				c.held[k].need = need
				return true
			}
		}
	}
	return false
}

// canMeet reports whether an activity in a mode that takes no time finds its
// people; they may be at work elsewhere.
func (c *crew) canMeet(i int, m *Mode) bool {
	c.needs[i], c.duration[i] = m.Staff, 0
	return c.match(int32(i), 0)
}

// places appends the pools of the last match, in the order of the places.
func (c *crew) places(out []int32, j int32) []int32 {
	for n := range c.needs[j] {
		for _, s := range c.held {
			if int(s.need) == n {
				out = append(out, s.pool)
			}
		}
	}
	return out
}

// staff names the people of a schedule built by the generator.
func (c *crew) staff(start []int32) [][]int {
	return names(c.pools, c.picked, start, c.duration)
}
