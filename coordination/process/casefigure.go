package process

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// CaseFigure is what one case adds to the Statistics of its log.
type CaseFigure struct {
	Case     uint32
	Events   int
	Duration int64 // D7
	Waiting  int64 // the sum of its edge times (D3)
	Overlap  int64 // what those cut off
	Service  int64 // the sum of end − start of its events
}

// MeasureEachCase gives the figures of every case, in the order in which the log
// first names them. Their sums are those of Measure: Events, Duration.Sum,
// Waiting, and of edges and services.
func MeasureEachCase(cases *Cases) []CaseFigure {
	out := make([]CaseFigure, 0, cases.Len())
	for id, events := range cases.All() {
		c := CaseFigure{Case: id, Events: len(events)}
		last := events[0].End
		for i, e := range events {
			last = max(last, e.End)
			c.Service += e.End - e.Start
			if i > 0 {
				gap := e.Start - events[i-1].End
				c.Waiting += max(0, gap)
				c.Overlap += max(0, -gap)
			}
		}
		c.Duration = last - events[0].Start
		out = append(out, c)
	}
	return out
}

// VariantFigure is a variant with what its cases add up to.
type VariantFigure struct {
	Variant

	Events   int          // of all its cases
	Duration Distribution // of its cases
	Waiting  Sum
	Overlap  Sum
	Service  Sum
}

// MeasureEachVariant adds the cases of each variant up, in the order of
// Statistics.Variants. The sums over the variants are those over the cases.
func MeasureEachVariant(log *Log, cases *Cases) []VariantFigure {
	var out []VariantFigure
	var durations [][]int64
	index := make(map[string]int)
	var way []byte
	for _, c := range MeasureEachCase(cases) {
		way = way[:0]
		for _, e := range cases.Of(c.Case) {
			way = binary.LittleEndian.AppendUint32(way, e.Activity)
		}
		at, known := index[string(way)]
		if !known {
			at = len(out)
			index[string(way)] = at
			out = append(out, VariantFigure{Variant: Variant{Activities: spell(string(way), log.Activities)}})
			durations = append(durations, nil)
		}
		v := &out[at]
		v.Cases++
		v.Events += c.Events
		v.Waiting.Add(c.Waiting)
		v.Overlap.Add(c.Overlap)
		v.Service.Add(c.Service)
		durations[at] = append(durations[at], c.Duration)
	}
	for at := range out {
		out[at].Duration = NewDistribution(durations[at])
	}
	slices.SortFunc(out, func(a, b VariantFigure) int {
		return cmp.Or(cmp.Compare(b.Cases, a.Cases), slices.Compare(a.Activities, b.Activities))
	})
	return out
}
