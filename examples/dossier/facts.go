package main

import (
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// facts are what the references of a collection are like as a whole.
type facts struct {
	OneSided      []reference.Sides `json:"stated_by_one_side,omitempty"` // of types that the collection states from both
	AgainstTime   int               `json:"against_time,omitempty"`
	Circles       map[string]int    `json:"circles,omitempty"` // by type; a document that states itself is one too
	LargestCircle int               `json:"largest_circle,omitempty"`
	LongestChain  map[string]int    `json:"longest_chain,omitempty"` // in documents, of the types that have edges and make sense as chains
	ChainFrom     map[string]string `json:"longest_chain_from,omitempty"`
	Splits        int               `json:"superseded_by_several,omitempty"`
	Merges        int               `json:"supersede_several,omitempty"`
	Groups        *groups           `json:"components,omitempty"`         // over supersedes, amends and seeAlso
	GroupsOutside *groups           `json:"components_outside,omitempty"` // where what is not held joins them too
}

// groups are the documents that hang together.
type groups struct {
	Count   int   `json:"count"`
	Largest []int `json:"largest"` // up to three
	Alone   int   `json:"singletons"`
}

func groupsOf(sizes []int) *groups {
	g := &groups{Count: len(sizes), Largest: sizes[:min(3, len(sizes))]}
	for _, n := range sizes {
		if n == 1 {
			g.Alone++
		}
	}
	return g
}

// facts measures the references that were assembled.
func (o *office) facts() facts {
	f := facts{OneSided: o.report.Sides, AgainstTime: o.report.Count(reference.AgainstTime)}
	for _, c := range o.report.Circles {
		if f.Circles == nil {
			f.Circles = make(map[string]int)
		}
		f.Circles[string(c.Type)]++
		f.LargestCircle = max(f.LargestCircle, len(c.Ends))
	}
	for _, t := range []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.Requires} {
		if chain := o.graph.LongestChain(t); len(chain) > 1 {
			if f.LongestChain == nil {
				f.LongestChain, f.ChainFrom = make(map[string]int), make(map[string]string)
			}
			f.LongestChain[string(t)], f.ChainFrom[string(t)] = len(chain), chain[0].Value
		}
	}
	out, in := make(map[archive.End]int), make(map[archive.End]int)
	for i := range o.edges {
		if e := &o.edges[i]; e.Type == archive.Supersedes {
			out[e.Source]++
			in[e.Target]++
		}
	}
	several := func(m map[archive.End]int) (n int) {
		for end, k := range m {
			if k > 1 && o.graph.Held(end) {
				n++
			}
		}
		return n
	}
	f.Splits, f.Merges = several(in), several(out)
	together := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.SeeAlso}
	f.Groups, f.GroupsOutside = groupsOf(o.graph.Components(false, together...)), groupsOf(o.graph.Components(true, together...))
	return f
}

// rows writes the facts for people.
func (f *facts) rows(row func(name, format string, args ...any)) {
	for _, s := range f.OneSided {
		row("stated by one side", "%s: %d by the source alone, %d by the target alone; %d of them lead outside", s.Type, s.SourceOnly, s.TargetOnly, s.Outside)
	}
	for _, g := range []struct {
		name string
		*groups
	}{{"components", f.Groups}, {"with what is outside", f.GroupsOutside}} {
		row(g.name, "%d over supersedes, amends and seeAlso, the largest of %s documents, %d documents alone", g.Count, strings.Trim(fmt.Sprint(g.Largest), "[]"), g.Alone)
	}
	if len(f.Circles) > 0 {
		row("circles", "of %d documents at most%s", f.LargestCircle, counts(f.Circles))
	}
	chains := make([]string, 0, len(f.LongestChain))
	for _, t := range sortedKeys(f.LongestChain) {
		chains = append(chains, fmt.Sprintf("%s %d from %s", t, f.LongestChain[t], f.ChainFrom[t]))
	}
	if len(chains) > 0 {
		row("longest chains", "%s", strings.Join(chains, ", "))
		row("supersession", "%d superseded by several, %d supersede several", f.Splits, f.Merges)
	}
}
