package process

import (
	"cmp"
	"slices"
)

// WorkingEdge is an edge with its time twice: as it passed, and the part of it
// that was working time.
type WorkingEdge struct {
	From, To         string
	Elapsed, Working Distribution
}

// MeasureWorking measures the edges of a log by a calendar, that of whoever
// takes over or of the house. The order is that of Statistics.Edges.
func MeasureWorking(log *Log, cases *Cases, calendar *Calendar) []WorkingEdge {
	index := newEdgeIndex(log.Activities.Len())
	var elapsed, working [][]int64
	for _, events := range cases.All() {
		for i := 1; i < len(events); i++ {
			x, y := events[i-1], events[i]
			at := index.id(x.Activity, y.Activity)
			if int(at) == len(elapsed) {
				elapsed, working = append(elapsed, nil), append(working, nil)
			}
			elapsed[at] = append(elapsed[at], max(0, y.Start-x.End))
			working[at] = append(working[at], calendar.Working(x.End, y.Start))
		}
	}
	out := make([]WorkingEdge, 0, len(elapsed))
	for at := range elapsed {
		from, to := index.ends(uint32(at))
		out = append(out, WorkingEdge{
			From: log.Activities.Of(from), To: log.Activities.Of(to), Elapsed: NewDistribution(elapsed[at]), Working: NewDistribution(working[at]),
		})
	}
	slices.SortFunc(out, func(a, b WorkingEdge) int {
		return cmp.Or(cmp.Compare(b.Elapsed.Count, a.Elapsed.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}
