package bottleneck

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/coordkit/coordkit/coordination/process"
)

// Edge is a directly-follows relation as a candidate: work waits between From
// and To.
type Edge struct {
	Rank     int // from 1
	From, To string
	Count    int64
	Waiting  process.Sum // microseconds, over all cases
	Share    float64     // of the waiting of all edges, from 0 to 1
	Mean     float64     // seconds
	Median   float64     // seconds
	P95      int64       // microseconds
}

// Edges ranks edges by how much time cases spend waiting on them: by the sum,
// then by the 95th percentile and the count, all largest first, then by name.
// Edges on which nobody waits are left out.
//
// This is the waiting mass alone. A large mass may be a rule rather than a jam,
// such as a period for objections; Rank in this package looks at more.
func Edges(s *process.Statistics) []Edge {
	all := s.Waiting().Big()
	var out []Edge
	for _, e := range s.Edges {
		if e.Time.Sum.Big().Sign() == 0 {
			continue
		}
		p95, _ := e.Time.Percentile(95)
		median, _ := e.Time.Median()
		share, _ := new(big.Rat).SetFrac(e.Time.Sum.Big(), all).Float64()
		out = append(out, Edge{
			From: e.From, To: e.To, Count: e.Time.Count, Waiting: e.Time.Sum, Share: share, Mean: e.Time.Mean(), Median: median, P95: p95,
		})
	}
	slices.SortFunc(out, func(a, b Edge) int {
		return cmp.Or(b.Waiting.Big().Cmp(a.Waiting.Big()), cmp.Compare(b.P95, a.P95), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	for i := range out {
		out[i].Rank = i + 1
	}
	return out
}
