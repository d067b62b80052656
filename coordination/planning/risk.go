package planning

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/risk"
)

// RiskTerms say what is uncertain where nothing better is known, in thousandths of
// what is planned.
type RiskTerms struct {
	Runs int // 0 is 10,000
	Seed uint64
	// Low and High are the shortest and the longest duration of an activity, and
	// LeadLow and LeadHigh of a delivery; zero is 800, 1600, 900 and 1300.
	Low, High         int
	LeadLow, LeadHigh int
	Correlation       float64 // of the deliveries of one supplier, 0 to 1
	Durations         map[string]risk.Dist
}

func (t *RiskTerms) defaults() error {
	for _, x := range []struct {
		v   *int
		def int
	}{{&t.Low, 800}, {&t.High, 1600}, {&t.LeadLow, 900}, {&t.LeadHigh, 1300}} {
		if *x.v == 0 {
			*x.v = x.def
		}
	}
	if t.Low < 1 || t.Low > 1000 || t.High < 1000 || t.High > 100_000 || t.LeadLow < 1 || t.LeadLow > 1000 || t.LeadHigh < 1000 || t.LeadHigh > 100_000 {
		return invalidf("/low", "out_of_range", "the shortest is 1 to 1000 thousandths of what is planned, the longest 1000 to 100000")
	}
	return nil
}

// Risk simulates a plan: durations and deliveries that vary, people who go on to
// their next work when they are free. The same terms and the same facts give the
// same result. It stores nothing. Errors: register.ErrNotFound,
// *schedule.ValidationError.
func (s *Service) Risk(ctx context.Context, tenant, plan string, asOf time.Time, t RiskTerms) (*risk.Result, error) {
	if err := t.defaults(); err != nil {
		return nil, err
	}
	a, err := s.answer(ctx, tenant, plan, asOf)
	if err != nil {
		return nil, err
	}
	r := a.readiness
	links := r.Links()
	linked := r.Network().Linked(links)
	n, err := schedule.Compile(&linked)
	if err != nil {
		return nil, fmt.Errorf("the order in which people work: %w", err)
	}
	wanted, err := n.CriticalPath(a.asOf)
	if err != nil {
		return nil, err
	}
	m := risk.Model{Durations: make(map[string]risk.Dist), Correlation: t.Correlation, Links: links, Deliveries: t.deliveries(r, a.asOf)}
	for i := range linked.Activities {
		x := &linked.Activities[i]
		if d := n.Work(x.ID); d > 0 && x.Kind == schedule.Task && x.Actual.Start.IsZero() && !x.Actual.Done() {
			m.Durations[x.ID] = risk.PERT(scaled(d, t.Low), d, scaled(d, t.High))
		}
	}
	maps.Copy(m.Durations, t.Durations)
	return risk.Simulate(wanted, m, risk.Options{Runs: t.Runs, Seed: t.Seed})
}

func scaled(d time.Duration, thousandths int) time.Duration {
	return min(d/1000*time.Duration(thousandths), schedule.MaxDuration)
}

// deliveries are the orders the plan waits for: those nobody has placed yet, at
// their last day or today.
func (t *RiskTerms) deliveries(r *schedule.Readiness, asOf time.Time) []risk.Delivery {
	var out []risk.Delivery
	for _, x := range r.OpenActions(schedule.Materials) {
		if (x.Kind != schedule.ActOrder && x.Kind != schedule.ActMake) || x.Arrives.IsZero() || len(x.Activities) == 0 {
			continue
		}
		ordered, there := asOf, x.Arrives
		if !x.Overdue() {
			ordered, there = x.By.Midnight(), x.Need.Midnight()
		}
		if lead := there.Sub(ordered); lead > 0 {
			out = append(out, risk.Delivery{
				ID: x.ID, Activity: x.Activities[0], Supplier: x.From, Ordered: ordered,
				Lead: risk.PERT(scaled(lead, t.LeadLow), lead, scaled(lead, t.LeadHigh)),
			})
		}
	}
	return out
}
