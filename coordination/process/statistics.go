package process

import (
	"cmp"
	"slices"
)

// Count is how often a name came.
type Count struct {
	Name  string
	Count int
}

// Edge is a directly-follows relation (D2): how often To came next after From
// in a case, with the time between (D3).
type Edge struct {
	From, To string
	Time     Distribution // from the end of From to the start of To, zero where they overlap; Time.Count is the frequency
	Overlap  Sum          // microseconds by which To began before From ended: a sign that they run side by side
}

// Variant is a sequence of activities (D8) with how many cases went that way.
type Variant struct {
	Activities []string
	Cases      int
}

// Statistics are the figures of a log by the definitions D1 to D9 in the
// package documentation. They speak of names, not of ids, so those of shards
// can be merged. All lists are in the stated order: counts and edges by count,
// largest first, then by name; variants likewise.
//
// Every case counts, also one that goes on; see Observer.Close for figures of
// finished cases alone.
type Statistics struct {
	Cases, Events int
	Activities    []Count
	Starts, Ends  []Count // activities that come first and last (D9)
	Edges         []Edge
	Variants      []Variant
	Duration      Distribution // of cases (D7): from the earliest start to the latest end
	Service       []Service

	kept int // how many values each distribution keeps, below zero for all
}

// Service is the time worked on an activity (D10).
type Service struct {
	Activity string
	Time     Distribution // end − start of each instance
	Unknown  int          // instances whose start is not known; they count as zero
}

// Edge finds an edge by its activities.
func (s *Statistics) Edge(from, to string) (Edge, bool) {
	for _, e := range s.Edges {
		if e.From == from && e.To == to {
			return e, true
		}
	}
	return Edge{}, false
}

// Waiting is the sum of all edge times in microseconds.
func (s *Statistics) Waiting() Sum {
	var sum Sum
	for _, e := range s.Edges {
		sum.Merge(e.Time.Sum)
	}
	return sum
}

// Hops is the number of neighbouring pairs: events − cases.
func (s *Statistics) Hops() int {
	n := 0
	for _, e := range s.Edges {
		n += int(e.Time.Count)
	}
	return n
}

func compareCounts(a, b Count) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
}

func compareEdges(a, b Edge) int {
	return cmp.Or(cmp.Compare(b.Time.Count, a.Time.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

func compareVariants(a, b Variant) int {
	return cmp.Or(cmp.Compare(b.Cases, a.Cases), slices.Compare(a.Activities, b.Activities))
}

// order puts all lists in their order.
func (s *Statistics) order() {
	slices.SortFunc(s.Activities, compareCounts)
	slices.SortFunc(s.Starts, compareCounts)
	slices.SortFunc(s.Ends, compareCounts)
	slices.SortFunc(s.Edges, compareEdges)
	slices.SortFunc(s.Variants, compareVariants)
	slices.SortFunc(s.Service, func(a, b Service) int { return cmp.Compare(a.Activity, b.Activity) })
}
