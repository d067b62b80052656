package level

import (
	"cmp"
	"slices"
)

// pool is a number of people whom nothing tells apart: they hold the same skills
// at the same times and are away together. The search decides how many of a pool
// an activity has; who they are is settled when a schedule is shown.
type pool struct {
	members []int
	held    []tenure
	steps   []Step // heads that are there, the first step at slot 0
}

// tenure is a skill and the times in which a pool holds it, ascending and apart.
type tenure struct {
	skill int
	times []Window
}

// pools returns the people of a problem in pools, as far as anything asks for
// their skills; those with fewest skills come first.
func (p *Problem) pools() []pool {
	asked := p.askedSkills()
	var out []pool
	for who := range p.People {
		held := p.People[who].held(asked)
		if len(held) == 0 {
			continue
		}
		same := func(x pool) bool {
			return slices.EqualFunc(x.held, held, tenure.equal) && slices.Equal(p.People[x.members[0]].Away, p.People[who].Away)
		}
		if k := slices.IndexFunc(out, same); k >= 0 {
			out[k].members = append(out[k].members, who)
		} else {
			out = append(out, pool{members: []int{who}, held: held})
		}
	}
	for k := range out {
		out[k].steps = presence(p.People[out[k].members[0]].Away, len(out[k].members))
	}
	slices.SortStableFunc(out, func(a, b pool) int { return cmp.Compare(len(a.held), len(b.held)) })
	return out
}

// askedSkills tells which skills any mode asks for.
func (p *Problem) askedSkills() map[int]bool {
	asked := make(map[int]bool)
	for i := range p.Activities {
		for k := range p.Activities[i].Modes {
			for _, need := range p.Activities[i].Modes[k].Staff {
				asked[need.Skill] = true
			}
		}
	}
	return asked
}

func (x tenure) equal(y tenure) bool { return x.skill == y.skill && slices.Equal(x.times, y.times) }

// held lists the skills among those asked for, by number, with the times they
// are held; terms that touch are joined.
func (p *Person) held(asked map[int]bool) []tenure {
	var terms []Term
	for _, s := range p.Skills {
		if asked[s] {
			terms = append(terms, Term{s, 0, int(never)})
		}
	}
	for _, x := range p.Terms {
		if asked[x.Skill] && x.From < x.To {
			terms = append(terms, x)
		}
	}
	slices.SortFunc(terms, func(a, b Term) int {
		return cmp.Or(cmp.Compare(a.Skill, b.Skill), cmp.Compare(a.From, b.From))
	})
	var out []tenure
	for _, x := range terms {
		if n := len(out); n == 0 || out[n-1].skill != x.Skill {
			out = append(out, tenure{x.Skill, []Window{{x.From, x.To}}})
			continue
		}
		times := &out[len(out)-1].times
		if last := &(*times)[len(*times)-1]; x.From <= last.To {
			last.To = max(last.To, x.To)
		} else {
			*times = append(*times, Window{x.From, x.To})
		}
	}
	return out
}

// presence returns the heads of a pool over time.
func presence(away []Window, heads int) []Step {
	out := []Step{{0, heads}}
	set := func(slot, quantity int) {
		if last := &out[len(out)-1]; last.Slot == slot {
			last.Quantity = quantity
		} else {
			out = append(out, Step{slot, quantity})
		}
	}
	for _, w := range away {
		if w.From < w.To {
			set(w.From, 0)
			set(w.To, heads)
		}
	}
	return out
}

// option is a pool whose members can take a place, in these times.
type option struct {
	pool  int32
	times []Window
}

// within returns the first start from t on for which d slots lie in one of the
// times, or never.
func (o option) within(t, d int) int {
	k, _ := slices.BinarySearchFunc(o.times, t, func(w Window, t int) int { return w.To - t })
	for ; k < len(o.times); k++ {
		if from := max(t, o.times[k].From); from+d <= o.times[k].To {
			return from
		}
	}
	return int(never)
}

// options lists, by skill, the pools that hold it.
func options(pools []pool) map[int][]option {
	out := make(map[int][]option)
	for k := range pools {
		for _, x := range pools[k].held {
			out[x.skill] = append(out[x.skill], option{int32(k), x.times})
		}
	}
	return out
}

// names gives the places of all activities to people, from the pools picked for
// them. In order of start the first member who is back takes a place: intervals
// of which never more than so many overlap are served by so many people.
func names(pools []pool, picked [][]int32, start, duration []int32) [][]int {
	out := make([][]int, len(start))
	order := make([]int32, len(start))
	for j := range order {
		order[j] = int32(j)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(start[a], start[b]) })
	back := make([][]int32, len(pools)) // when each member is free again
	for k := range pools {
		back[k] = make([]int32, len(pools[k].members))
	}
	for _, j := range order {
		for _, k := range picked[j] {
			for m, who := range pools[k].members {
				if duration[j] > 0 && back[k][m] > start[j] || slices.Contains(out[j], who) {
					continue
				}
				out[j] = append(out[j], who)
				if duration[j] > 0 {
					back[k][m] = start[j] + duration[j]
				}
				break
			}
		}
	}
	return out
}
