package process

import (
	"encoding/binary"
)

// Measure computes the statistics of a log; all values are kept, so every
// quantile is exact. Its work grows with the number of events, plus sorting.
func Measure(log *Log) *Statistics { return MeasureCases(log, log.ByCase()) }

// MeasureCases is Measure for a log whose cases were grouped before.
func MeasureCases(log *Log, cases *Cases) *Statistics {
	m := measure{log: log, edges: newEdgeIndex(log.Activities.Len()), variants: make(map[string]int)}
	n := log.Activities.Len()
	m.activities, m.starts, m.ends = make([]int, n), make([]int, n), make([]int, n)
	m.unknown = make([]int, n)
	m.durations = make([]int64, 0, cases.Len())
	m.keys = make([]uint32, 0, len(log.Events))
	m.gaps = make([]int64, 0, len(log.Events))
	for _, events := range cases.All() {
		m.take(events)
	}
	return m.statistics(cases)
}

// measure collects what one walk over the cases gives.
type measure struct {
	log                *Log
	events             int
	edges              edgeIndex
	counts             []int   // by edge
	overlap            []Sum   // by edge
	activities, starts []int   // by activity
	ends, unknown      []int   // by activity
	gaps, durations    []int64 // of each pair; of each case
	keys               []uint32
	variants           map[string]int // position in cases, by activity ids
	cases              []int          // by variant
	way                []byte         // scratch: the activities of a case
}

func (m *measure) take(events []Event) {
	m.events += len(events)
	m.starts[events[0].Activity]++
	m.ends[events[len(events)-1].Activity]++
	first, last := events[0].Start, events[0].End
	m.way = m.way[:0]
	for i, e := range events {
		m.activities[e.Activity]++
		if e.Flags&NoStart != 0 {
			m.unknown[e.Activity]++
		}
		last = max(last, e.End)
		m.way = binary.LittleEndian.AppendUint32(m.way, e.Activity)
		if i > 0 {
			m.pair(events[i-1], e)
		}
	}
	m.durations = append(m.durations, last-first)
	at, ok := m.variants[string(m.way)]
	if !ok {
		at = len(m.cases)
		m.variants[string(m.way)] = at
		m.cases = append(m.cases, 0)
	}
	m.cases[at]++
}

func (m *measure) pair(x, y Event) {
	edge := m.edges.id(x.Activity, y.Activity)
	if int(edge) == len(m.counts) {
		m.counts = append(m.counts, 0)
		m.overlap = append(m.overlap, Sum{})
	}
	m.counts[edge]++
	gap := y.Start - x.End
	if gap < 0 {
		m.overlap[edge].Add(-gap)
		gap = 0
	}
	m.keys = append(m.keys, edge)
	m.gaps = append(m.gaps, gap)
}

func (m *measure) statistics(cases *Cases) *Statistics {
	s := &Statistics{Cases: cases.Len(), Events: m.events, Duration: NewDistribution(m.durations), kept: -1}
	names := m.log.Activities
	s.Activities, s.Starts, s.Ends = counted(m.activities, names), counted(m.starts, names), counted(m.ends, names)
	for edge, values := range scatter(m.keys, m.gaps, m.counts) {
		from, to := m.edges.ends(uint32(edge))
		s.Edges = append(s.Edges, Edge{
			From: names.Of(from), To: names.Of(to), Time: NewDistribution(values), Overlap: m.overlap[edge],
		})
	}
	for way, at := range m.variants {
		s.Variants = append(s.Variants, Variant{Activities: spell(way, names), Cases: m.cases[at]})
	}
	s.Service = m.service()
	s.order()
	return s
}

// service measures the time worked on each activity.
func (m *measure) service() []Service {
	keys, values := make([]uint32, 0, m.events), make([]int64, 0, m.events)
	for i := range m.log.Events {
		if e := &m.log.Events[i]; e.Case != None {
			keys = append(keys, e.Activity)
			values = append(values, e.End-e.Start)
		}
	}
	var out []Service
	for activity, part := range scatter(keys, values, m.activities) {
		if len(part) > 0 {
			out = append(out, Service{
				Activity: m.log.Activities.Of(uint32(activity)), Time: NewDistribution(part), Unknown: m.unknown[activity],
			})
		}
	}
	return out
}

// scatter sorts values by their keys, which are counted in counts: the result
// has a slice for each key, all cut from one.
func scatter(keys []uint32, values []int64, counts []int) [][]int64 {
	flat := make([]int64, len(values))
	out := make([][]int64, len(counts))
	at := 0
	for key, n := range counts {
		out[key] = flat[at : at : at+n]
		at += n
	}
	for i, key := range keys {
		out[key] = append(out[key], values[i])
	}
	return out
}

// counted lists the names with a count above zero, in the order of Statistics.
func counted(counts []int, names *Names) []Count {
	var out []Count
	for id, n := range counts {
		if n > 0 {
			out = append(out, Count{Name: names.Of(uint32(id)), Count: n})
		}
	}
	return out
}

func spell(way string, names *Names) []string {
	out := make([]string, 0, len(way)/4)
	for i := 0; i < len(way); i += 4 {
		out = append(out, names.Of(binary.LittleEndian.Uint32([]byte(way[i:i+4]))))
	}
	return out
}

// denseActivities is up to how many activities edges are found in a table of
// all pairs.
const denseActivities = 1024

// edgeIndex numbers pairs of activities in the order in which they come.
type edgeIndex struct {
	width uint32
	dense []uint32 // edge id + 1 by from·width + to
	rare  map[uint64]uint32
	pairs []uint64 // by edge id: from<<32 | to
}

func newEdgeIndex(activities int) edgeIndex {
	if activities <= denseActivities {
		return edgeIndex{width: uint32(activities), dense: make([]uint32, activities*activities)}
	}
	return edgeIndex{rare: make(map[uint64]uint32)}
}

// reach makes room for more activities.
func (x *edgeIndex) reach(activities int) {
	if x.dense == nil || activities <= int(x.width) {
		return
	}
	*x = edgeIndex{pairs: x.pairs}
	if activities > denseActivities {
		x.rare = make(map[uint64]uint32)
	} else {
		x.width = uint32(min(denseActivities, 2*activities))
		x.dense = make([]uint32, x.width*x.width)
	}
	for id, pair := range x.pairs {
		if x.dense != nil {
			x.dense[uint32(pair>>32)*x.width+uint32(pair)] = uint32(id) + 1
		} else {
			x.rare[pair] = uint32(id)
		}
	}
}

func (x *edgeIndex) id(from, to uint32) uint32 {
	if x.dense != nil {
		if at := &x.dense[from*x.width+to]; *at > 0 {
			return *at - 1
		}
		return x.add(from, to)
	}
	if id, ok := x.rare[uint64(from)<<32|uint64(to)]; ok {
		return id
	}
	return x.add(from, to)
}

func (x *edgeIndex) add(from, to uint32) uint32 {
	id, pair := uint32(len(x.pairs)), uint64(from)<<32|uint64(to)
	x.pairs = append(x.pairs, pair)
	if x.dense != nil {
		x.dense[from*x.width+to] = id + 1
	} else {
		x.rare[pair] = id
	}
	return id
}

// ends gives the two activities of an edge.
func (x *edgeIndex) ends(id uint32) (from, to uint32) {
	return uint32(x.pairs[id] >> 32), uint32(x.pairs[id])
}
