package summary

import (
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/view"
)

// Pictures are what can be drawn, as data.
type Pictures struct {
	Map      Map       `json:"map"`
	Spectrum []Segment `json:"spectrum"` // between the activities where most waits
	Dots     Dots      `json:"dots"`
	Omitted  int64     `json:"omitted"` // nodes, edges, lines and dots
}

// Map is the process map. Edges are taken by frequency until they hold nine
// tenths of all pairs, and of every activity the most frequent in and out.
type Map struct {
	Nodes       []Node    `json:"nodes"`
	Edges       []MapEdge `json:"edges"`
	HiddenEdges int64     `json:"hidden_edges"`
	HiddenPairs int64     `json:"hidden_pairs"`
}

// Node is an activity of a map.
type Node struct {
	Activity    string `json:"activity"`
	N           int64  `json:"n"`
	Starts      int64  `json:"starts"`
	Ends        int64  `json:"ends"`
	MeanService int64  `json:"mean_service_us"`
}

// MapEdge is a directly-follows relation of a map, with its share of all waiting.
type MapEdge struct {
	From     string  `json:"from"`
	To       string  `json:"to"`
	N        int64   `json:"n"`
	MeanUs   int64   `json:"mean_us"`
	MedianUs int64   `json:"median_us"`
	Waiting  float64 `json:"waiting"`
}

// View gives the map to whoever draws it.
func (m Map) View() view.Map {
	out := view.Map{HiddenEdges: int(m.HiddenEdges), HiddenPairs: m.HiddenPairs}
	for _, n := range m.Nodes {
		out.Nodes = append(out.Nodes, view.MapNode{
			Activity: n.Activity, Count: int(n.N), Starts: int(n.Starts), Ends: int(n.Ends), MeanService: process.Seconds(n.MeanService),
		})
	}
	for _, e := range m.Edges {
		out.Edges = append(out.Edges, view.MapEdge{
			From: e.From, To: e.To, Count: e.N, Mean: process.Seconds(e.MeanUs), Median: process.Seconds(e.MedianUs), Waiting: e.Waiting,
		})
	}
	return out
}

// Segment is the ways from one activity to the next: a line for each, with its
// quarter by length from 0, the fastest.
type Segment struct {
	From       string  `json:"from"`
	To         string  `json:"to"`
	QuartersUs []int64 `json:"quarters_us"`
	Lines      []Line  `json:"lines"`
	N          int64   `json:"n"` // lines that there are
}

// Line is one way.
type Line struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Class int64     `json:"class"`
}

// Dots is the dotted chart: rows are cases in order of their first starts.
type Dots struct {
	Rows int64 `json:"rows"`
	N    int64 `json:"n"` // dots that there are
	Dots []Dot `json:"dots"`
}

// Dot is an event.
type Dot struct {
	Row      int64     `json:"row"`
	At       time.Time `json:"at"`
	Activity string    `json:"activity"`
}

// How much is drawn: the share of pairs that a map holds, segments, lines of
// each, and dots. Of more lines or dots every so-manieth is taken.
const (
	covered     = 0.9
	mostSegment = 8
	mostLines   = 250
	mostDots    = 1500
)

func picturesOf(log *process.Log, cases *process.Cases, s *process.Statistics) Pictures {
	p := Pictures{Spectrum: []Segment{}}
	drawn := view.NewMap(s, covered)
	p.Map.HiddenEdges, p.Map.HiddenPairs = int64(drawn.HiddenEdges), drawn.HiddenPairs
	var omitted [2]int64
	p.Map.Nodes, omitted[0] = fill(drawn.Nodes, MaxPart/6, func(n view.MapNode) (Node, []string) {
		out := Node{Activity: cut(n.Activity), N: int64(n.Count), Starts: int64(n.Starts), Ends: int64(n.Ends), MeanService: micros(n.MeanService)}
		return out, []string{out.Activity}
	})
	p.Map.Edges, omitted[1] = fill(drawn.Edges, MaxPart/4, func(e view.MapEdge) (MapEdge, []string) {
		out := MapEdge{From: cut(e.From), To: cut(e.To), N: e.Count, MeanUs: micros(e.Mean), MedianUs: micros(e.Median), Waiting: e.Waiting}
		return out, []string{out.From, out.To}
	})
	p.Omitted = omitted[0] + omitted[1] + p.segments(log, cases, s) + p.dots(log, cases)
	return p
}

// segments draws the spectrum between the activities with most waiting.
func (p *Pictures) segments(log *process.Log, cases *process.Cases, s *process.Statistics) (omitted int64) {
	var pairs [][2]string
	for _, e := range bottleneck.Edges(s) {
		if len(pairs) == mostSegment {
			break
		}
		pairs = append(pairs, [2]string{e.From, e.To})
	}
	for _, segment := range view.Spectrum(log, cases, pairs) {
		out := Segment{
			From: cut(segment.From), To: cut(segment.To), QuartersUs: segment.Quarters[:], Lines: []Line{}, N: int64(len(segment.Lines)),
		}
		for i := range evenly(len(segment.Lines), mostLines) {
			l := segment.Lines[i]
			out.Lines = append(out.Lines, Line{From: at(l.From), To: at(l.To), Class: int64(l.Class)})
		}
		omitted += out.N - int64(len(out.Lines))
		p.Spectrum = append(p.Spectrum, out)
	}
	return omitted
}

func (p *Pictures) dots(log *process.Log, cases *process.Cases) (omitted int64) {
	all := view.Dots(cases, false)
	p.Dots = Dots{Rows: int64(cases.Len()), N: int64(len(all)), Dots: []Dot{}}
	r := room(MaxPart / 4)
	for i := range evenly(len(all), mostDots) {
		out := Dot{Row: int64(all[i].Row), At: at(all[i].At), Activity: cut(log.Activities.Of(all[i].Activity))}
		if !r.take(out.Activity) {
			break
		}
		p.Dots.Dots = append(p.Dots.Dots, out)
	}
	return p.Dots.N - int64(len(p.Dots.Dots))
}

// evenly yields up to most of the positions 0..n-1, all the same way apart.
func evenly(n, most int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		taken := min(n, most)
		for i := range taken {
			if !yield(i * n / taken) {
				return
			}
		}
	}
}
