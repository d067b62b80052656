package httpapi

import (
	"context"
	"math"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
)

// GetProcess says how the office's own work runs.
func (a *api) GetProcess(ctx context.Context, in GetProcessRequestObject) (GetProcessResponseObject, error) {
	r, err := a.desk.Process(ctx, principalOf(ctx).Tenant, word[coordination.Room](in.Params.Room))
	if err != nil {
		return nil, err
	}
	s := r.Statistics
	out := Process{
		Cases: int64(s.Cases), Events: int64(s.Events), Variants: int64(len(s.Variants)), Duration: lapseTo(s.Duration),
		Activities: listed(s.Activities, happenedTo), Starts: listed(s.Starts, happenedTo), Ends: listed(s.Ends, happenedTo),
		Edges: listed(s.Edges, func(e process.Edge) Hop { return Hop{From: e.From, To: e.To, Time: lapseTo(e.Time)} }),
		Waits: []Jam{},
	}
	for _, kind := range []bottleneck.Kind{bottleneck.Activity, bottleneck.Resource, bottleneck.HandOff} {
		out.Waits = append(out.Waits, listed(r.Bottlenecks.All(kind), jamTo)...)
	}
	return GetProcess200JSONResponse(out), nil
}

func happenedTo(c process.Count) Count { return Count{Name: c.Name, N: int64(c.Count)} }

func lapseTo(d process.Distribution) Lapse {
	median, _ := d.Median()
	p95, _ := d.Percentile(95)
	return Lapse{N: d.Count, MeanUs: int64(math.Round(d.Mean() * 1e6)), MedianUs: int64(math.Round(median * 1e6)), P95Us: p95}
}

func jamTo(f bottleneck.Finding) Jam {
	waiting, fits := f.Waiting.Int64()
	if !fits {
		waiting = math.MaxInt64
	}
	return Jam{
		Kind: f.Kind.String(), From: f.From, Name: f.Name, Rank: int64(f.Rank), Instances: int64(f.Instances), WaitingUs: waiting, Share: f.Share,
		Reasons: f.Reasons,
	}
}
