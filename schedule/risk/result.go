package risk

import (
	"math"
	"slices"
	"time"
)

// Result is what the runs have in common.
type Result struct {
	Runs       int
	Finish     Spread // of the plan
	Gates      []GateRisk
	Activities []ActivityRisk
	Deliveries []DeliveryRisk
	People     []PersonRisk
}

// Spread is a date with its uncertainty. The interval of P80 holds the true
// quantile with 95 % confidence, as far as the model is true.
type Spread struct {
	P50, P80, P95   time.Time
	P80Low, P80High time.Time
}

// GateRisk is the risk of a gate.
type GateRisk struct {
	Gate string
	Spread
	Wanted time.Time
	OnTime float64 // share of runs not after the wanted date
	ByDate float64 // share of runs not after the deadline; 1 without one
}

// ActivityRisk is how often an activity is on the chain that sets the end.
type ActivityRisk struct {
	Activity    string
	Criticality float64
}

// DeliveryRisk is the risk of a delivery.
type DeliveryRisk struct {
	Delivery, Activity string
	InTime             float64   // share of runs in which it is there at the wanted start
	Waits              float64   // share of runs in which the activity waits for it and nothing else
	OrderBy            time.Time // last time to order at the level of service
}

// PersonRisk is how likely a person is free when wanted.
type PersonRisk struct {
	Person   string
	Activity string
	After    string // what he or she does before
	Free     float64
}

func (s *simulation) result(c counts) *Result {
	n := float64(s.o.Runs)
	out := &Result{Runs: s.o.Runs, Finish: spread(s.finishes)}
	for k, i := range s.watched {
		a := &s.plan.Activities[i]
		d, _ := s.wanted.Of(a.ID)
		g := GateRisk{Gate: a.ID, Spread: spread(s.gates[k]), Wanted: d.Finish, OnTime: share(s.gates[k], d.Finish), ByDate: 1}
		if !a.FinishBy.NotAfter.IsZero() {
			g.ByDate = share(s.gates[k], a.FinishBy.NotAfter)
		}
		out.Gates = append(out.Gates, g)
	}
	for i := range s.plan.Activities {
		out.Activities = append(out.Activities, ActivityRisk{s.plan.Activities[i].ID, float64(c.driving[i]) / n})
	}
	for k, d := range s.deliveries {
		out.Deliveries = append(out.Deliveries, DeliveryRisk{
			Delivery: s.m.Deliveries[k].ID, Activity: s.m.Deliveries[k].Activity, InTime: float64(c.inTime[k]) / n, Waits: float64(c.drives[k]) / n,
			OrderBy: d.wanted.Add(-d.dist.Quantile(s.o.Service)),
		})
	}
	for k, l := range s.m.Links {
		out.People = append(out.People, PersonRisk{l.Person, l.To, l.From, float64(c.free[k]) / n})
	}
	return out
}

// spread sorts the finishes.
func spread(finishes []int64) Spread {
	slices.Sort(finishes)
	n := len(finishes)
	at := func(k float64) time.Time {
		return time.UnixMicro(finishes[min(max(int(math.Ceil(k))-1, 0), n-1)]).UTC()
	}
	half := 1.96 * math.Sqrt(float64(n)*0.8*0.2) // of the rank of the quantile: binomial
	return Spread{
		P50: at(0.5 * float64(n)), P80: at(0.8 * float64(n)), P95: at(0.95 * float64(n)),
		P80Low: at(0.8*float64(n) - half), P80High: at(0.8*float64(n) + half + 1),
	}
}

// share counts sorted finishes that are not after a date.
func share(finishes []int64, by time.Time) float64 {
	k, _ := slices.BinarySearch(finishes, by.UnixMicro()+1)
	return float64(k) / float64(len(finishes))
}
