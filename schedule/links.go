package schedule

import (
	"cmp"
	"slices"
)

// Link is a relation that is not of the plan: two activities wait for the same
// person, in the order of their wanted dates.
type Link struct {
	Person   string
	From, To string
}

// Links follows each person who is assigned from one activity to the next. As
// relations of the plan they keep that order when dates move.
func (r *Readiness) Links() []Link {
	type turn struct{ activity, start, finish int64 }
	turns := make(map[string][]turn)
	var people []string
	for i := range r.activities {
		for k := r.first[i]; k < r.first[i+1]; k++ {
			for _, g := range r.coverage[k].Pegs {
				if g.Source != PegPerson {
					continue
				}
				if len(turns[g.Ref]) == 0 {
					people = append(people, g.Ref)
				}
				turns[g.Ref] = append(turns[g.Ref], turn{int64(i), r.wanted.start[i], r.wanted.finish[i]})
			}
		}
	}
	slices.Sort(people)
	var out []Link
	for _, who := range people {
		list := turns[who]
		slices.SortFunc(list, func(a, b turn) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.finish, b.finish), cmp.Compare(a.activity, b.activity))
		})
		for k := 1; k < len(list); k++ {
			if list[k-1].finish <= list[k].start && list[k-1].activity != list[k].activity {
				out = append(out, Link{who, r.net.plan.Activities[list[k-1].activity].ID, r.net.plan.Activities[list[k].activity].ID})
			}
		}
	}
	return out
}

// Linked returns the plan with relations added for the links, as far as they go
// with the relations it has: one that would close a cycle is left out.
func (n *Network) Linked(links []Link) Plan {
	p := *n.plan
	p.Relations = slices.Clone(p.Relations)
	for _, l := range links {
		// Along the order of the network no cycle can arise.
		from, ok := n.index[l.From]
		to, there := n.index[l.To]
		if ok && there && n.rank[from] < n.rank[to] {
			p.Relations = append(p.Relations, Relation{From: l.From, To: l.To})
		}
	}
	return p
}
