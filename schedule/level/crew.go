package level

import "slices"

// crew is the profile of the people: who is free when, and who can take which
// place. People are matched to the places of one activity by augmenting paths
// (Kuhn 1955), those with the fewest skills first; activities already placed
// keep theirs.
type crew struct {
	people   []Person
	narrow   []int // people, fewest skills first
	busy     [][]Window
	needs    [][]Assignee
	duration []int32
	staff    [][]int // people of each activity as placed

	places []int // skill of each place of the activity at hand
	holder []int // person at each place, or -1
	free   []bool
	tried  []bool
}

func newCrew(pr *project) *crew {
	c := &crew{
		people: pr.p.People, busy: make([][]Window, len(pr.p.People)), needs: make([][]Assignee, pr.n),
		duration: make([]int32, pr.n), staff: make([][]int, pr.n), free: make([]bool, len(pr.p.People)),
		tried: make([]bool, len(pr.p.People)),
	}
	for who := range c.people {
		c.narrow = append(c.narrow, who)
	}
	slices.SortStableFunc(c.narrow, func(a, b int) int { return len(c.people[a].Skills) - len(c.people[b].Skills) })
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
	for who := range c.busy {
		c.busy[who] = append(c.busy[who][:0], c.people[who].Away...)
	}
}

// earliest tries t and then each later moment at which somebody is back.
func (c *crew) earliest(j, t int32) int32 {
	if len(c.needs[j]) == 0 {
		return t
	}
	for {
		if c.match(j, t) {
			return t
		}
		next := int(never)
		for who := range c.busy {
			for _, w := range c.busy[who] {
				if w.To > int(t) {
					next = min(next, w.To)
				}
			}
		}
		if next >= int(never) {
			return never
		}
		t = int32(next)
	}
}

func (c *crew) take(j, t int32) {
	c.staff[j] = c.staff[j][:0]
	if !c.match(j, t) {
		return
	}
	for _, who := range c.holder {
		c.staff[j] = append(c.staff[j], who)
		w := Window{int(t), int(t + c.duration[j])}
		k, _ := slices.BinarySearchFunc(c.busy[who], w, func(a, b Window) int { return a.From - b.From })
		c.busy[who] = slices.Insert(c.busy[who], k, w)
	}
}

// match finds people for every place of an activity from t on.
func (c *crew) match(j, t int32) bool {
	c.places, c.holder = c.places[:0], c.holder[:0]
	for _, need := range c.needs[j] {
		for range need.People {
			c.places = append(c.places, need.Skill)
			c.holder = append(c.holder, -1)
		}
	}
	if len(c.places) > len(c.people) {
		return false
	}
	from, to := int(t), int(t+c.duration[j])
	for who := range c.people {
		c.free[who] = !slices.ContainsFunc(c.busy[who], func(w Window) bool {
			return w.From < to && from < w.To && w.From < w.To && from < to
		})
	}
	for place := range c.places {
		clear(c.tried)
		if !c.seat(place) {
			return false
		}
	}
	return true
}

// seat finds somebody for a place, moving others to another place if need be.
func (c *crew) seat(place int) bool {
	for _, who := range c.narrow {
		if !c.free[who] || c.tried[who] || !c.people[who].has(c.places[place]) {
			continue
		}
		c.tried[who] = true
		at := slices.Index(c.holder, who)
		if at < 0 || c.seat(at) {
			c.holder[place] = who
			return true
		}
	}
	return false
}
