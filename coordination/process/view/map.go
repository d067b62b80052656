package view

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// MapNode is an activity of a map.
type MapNode struct {
	Activity    string
	Count       int
	Starts      int     // cases that begin with it
	Ends        int     // cases that end with it
	MeanService float64 // seconds
}

// MapEdge is a directly-follows relation of a map.
type MapEdge struct {
	From, To     string
	Count        int64
	Mean, Median float64 // seconds
	Waiting      float64 // share of the waiting of all edges, from 0 to 1
}

// Map is a process map. Nodes and edges come by count, largest first, then by
// name.
type Map struct {
	Nodes []MapNode
	Edges []MapEdge
	// HiddenEdges are left out, with HiddenPairs neighbouring pairs on them.
	HiddenEdges int
	HiddenPairs int64
}

// NewMap makes the map of a log. cover is the share of neighbouring pairs that
// the edges shown must hold, from 0 to 1: the most frequent edges are taken until
// they do, and of every activity the most frequent edge in and out, so that none
// stands alone.
func NewMap(s *process.Statistics, cover float64) Map {
	var m Map
	starts, ends, service := named(s.Starts), named(s.Ends), make(map[string]float64)
	for _, v := range s.Service {
		service[v.Activity] = v.Time.Mean()
	}
	for _, a := range s.Activities {
		m.Nodes = append(m.Nodes, MapNode{Activity: a.Name, Count: a.Count, Starts: starts[a.Name], Ends: ends[a.Name], MeanService: service[a.Name]})
	}
	all, shown := int64(s.Hops()), int64(0)
	in, out := make(map[string]bool), make(map[string]bool)
	waiting := s.Waiting().Big()
	for _, e := range s.Edges {
		// Edges come by count, so the first of an activity is its most frequent.
		needed := float64(shown) < cover*float64(all) || !out[e.From] || !in[e.To]
		out[e.From], in[e.To] = true, true
		if !needed {
			m.HiddenEdges++
			m.HiddenPairs += e.Time.Count
			continue
		}
		shown += e.Time.Count
		median, _ := e.Time.Median()
		edge := MapEdge{From: e.From, To: e.To, Count: e.Time.Count, Mean: e.Time.Mean(), Median: median}
		if waiting.Sign() > 0 {
			edge.Waiting, _ = new(big.Rat).SetFrac(e.Time.Sum.Big(), waiting).Float64()
		}
		m.Edges = append(m.Edges, edge)
	}
	return m
}

func named(counts []process.Count) map[string]int {
	out := make(map[string]int, len(counts))
	for _, c := range counts {
		out[c.Name] = c.Count
	}
	return out
}

// Line is one case's way over a segment of a spectrum, in microseconds since
// 1970 UTC. Class is its quarter among all lines of the segment, from 0 (the
// fastest) to 3.
type Line struct {
	Case     uint32
	From, To int64
	Class    uint8
}

// Segment is the ways from one activity to the next.
type Segment struct {
	From, To string
	Lines    []Line // by From, then To, then case
	Quarters [3]int64
}

// Spectrum gives the segments between the pairs of activities that are asked
// for, in that order. A line runs from the end of the first to the start of the
// second, or stands still where they overlap.
func Spectrum(log *process.Log, cases *process.Cases, pairs [][2]string) []Segment {
	out := make([]Segment, len(pairs))
	index := make(map[[2]uint32][]int)
	for i, p := range pairs {
		out[i].From, out[i].To = p[0], p[1]
		from, knownFrom := log.Activities.Find(p[0])
		to, knownTo := log.Activities.Find(p[1])
		if knownFrom && knownTo {
			index[[2]uint32{from, to}] = append(index[[2]uint32{from, to}], i)
		}
	}
	for id, events := range cases.All() {
		for i := 1; i < len(events); i++ {
			x, y := events[i-1], events[i]
			for _, at := range index[[2]uint32{x.Activity, y.Activity}] {
				out[at].Lines = append(out[at].Lines, Line{Case: id, From: x.End, To: max(x.End, y.Start)})
			}
		}
	}
	for i := range out {
		out[i].class()
	}
	return out
}

// class sorts the lines and finds their quarters, by nearest rank.
func (s *Segment) class() {
	n := len(s.Lines)
	if n == 0 {
		return
	}
	lengths := make([]int64, 0, n)
	for _, l := range s.Lines {
		lengths = append(lengths, l.To-l.From)
	}
	slices.Sort(lengths)
	for i := range s.Quarters {
		s.Quarters[i] = lengths[(n*(i+1)+3)/4-1]
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		for l.Class < 3 && l.To-l.From > s.Quarters[l.Class] {
			l.Class++
		}
	}
	slices.SortFunc(s.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Case, b.Case))
	})
}

// Dot is an event of a dotted chart.
type Dot struct {
	Row      int   // the case: rows are in order of first starts
	At       int64 // microseconds since 1970 UTC, or since the start of the case
	Activity uint32
	Resource uint32
}

// Dots gives the dots of a log, row by row. relative lets every case begin at 0.
func Dots(cases *process.Cases, relative bool) []Dot {
	type row struct {
		id    uint32
		first int64
	}
	rows := make([]row, 0, cases.Len())
	for id, events := range cases.All() {
		rows = append(rows, row{id, events[0].Start})
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.first, b.first) })
	var out []Dot
	for i, r := range rows {
		shift := int64(0)
		if relative {
			shift = r.first
		}
		for _, e := range cases.Of(r.id) {
			out = append(out, Dot{Row: i, At: e.Start - shift, Activity: e.Activity, Resource: e.Resource})
		}
	}
	return out
}
