package httpapi

import (
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/risk"
)

// mostUrgent is how many facts a readiness lists.
const mostUrgent = 10

func readinessTo(r *schedule.Readiness) PlanReadiness {
	p, plan := r.Plan(), r.Network().Plan()
	return PlanReadiness{
		Plan: plan.ID, Rev: plan.Rev, AsOf: r.AsOf(), Verdict: p.Verdict.String(), Met: narrow(p.Met), Total: narrow(p.Total), Wanted: p.Wanted,
		Expected: optionalTime(p.Expected), SlipUs: p.Slip.Microseconds(), Gates: listed(r.Gates(), gateTo), Activities: listed(r.Activities(), activityReadinessTo),
		Urgent: listed(r.Urgent(mostUrgent), func(f schedule.Fact) UrgentFact {
			return UrgentFact{Verdict: f.Verdict.String(), Part: f.Part.String(), Activity: f.Activity, By: f.By.String(), Wanted: f.Wanted, Text: f.Text}
		}),
	}
}

func activityReadinessTo(x schedule.ActivityReadiness) ActivityReadiness {
	return ActivityReadiness{
		Activity: x.Activity, Verdict: x.Verdict.String(), Met: narrow(x.Met), Total: narrow(x.Total), Wanted: PlanDates{Start: x.Wanted.Start, Finish: x.Wanted.Finish},
		Expected: datesTo(x.Expected), SlipUs: x.Slip.Microseconds(), ActBy: day(x.ActBy), Cause: text(x.Cause),
	}
}

func gateTo(g schedule.GateReadiness) GateReadiness {
	return GateReadiness{
		Gate: g.Gate, Verdict: g.Verdict.String(), Own: g.Own.String(), Met: narrow(g.Met), Total: narrow(g.Total), Wanted: g.Wanted,
		Expected: optionalTime(g.Expected), Before: g.Before, Worst: text(g.Worst),
	}
}

func actionTo(t schedule.OpenAction) PlanAction {
	return PlanAction{
		ID: t.ID, Kind: string(t.Kind), Part: t.Part.String(), Verdict: t.Verdict.String(), Ref: t.Ref, From: text(t.From), Place: text(t.Place), Quantity: t.Quantity,
		By: day(t.By), Need: t.Need.String(), Arrives: optionalTime(t.Arrives), Option: t.Option, Cost: optional(t.Cost), Text: t.Text, Activities: t.Activities,
		Wanted: t.Wanted,
	}
}

func explanationTo(e schedule.Explanation) ActivityExplanation {
	out := ActivityExplanation{Readiness: activityReadinessTo(e.ActivityReadiness), Needs: listed(e.Requirements, needReadinessTo)}
	if r := e.Root; r != nil {
		out.Root = &DelayRoot{Activity: r.Activity, Chain: r.Chain, Unknown: r.Unknown, Cause: text(r.Cause)}
	}
	return out
}

func needReadinessTo(q schedule.RequirementReadiness) NeedReadiness {
	return NeedReadiness{
		Index: narrow(q.Index), Part: q.Requirement.Part().String(), Verdict: q.Verdict.String(), Wanted: q.Wanted, Covered: q.Covered,
		Earliest: optionalTime(q.Earliest), ActBy: day(q.ActBy), Cause: text(q.Cause),
		Pegs: eachOf(q.Pegs, func(g schedule.Peg) Peg {
			return Peg{Source: string(g.Source), Ref: text(g.Ref), Quantity: g.Quantity, At: optionalTime(g.At)}
		}),
	}
}

func sumTo(p schedule.PlanReadiness) ReadinessSum {
	return ReadinessSum{Verdict: p.Verdict.String(), Met: narrow(p.Met), Total: narrow(p.Total), Wanted: p.Wanted, Expected: optionalTime(p.Expected)}
}

// changesTo lists activities that stand otherwise.
func changesTo(before, after *schedule.Readiness) []ReadinessChange {
	was, is := before.Activities(), after.Activities()
	out := []ReadinessChange{}
	for i := range was {
		if was[i].Verdict != is[i].Verdict || was[i].Wanted != is[i].Wanted || was[i].Expected != is[i].Expected || was[i].Met != is[i].Met || was[i].ActBy != is[i].ActBy {
			out = append(out, ReadinessChange{Before: activityReadinessTo(was[i]), After: activityReadinessTo(is[i])})
		}
	}
	return out
}

func dateSpreadTo(s risk.Spread) DateSpread {
	return DateSpread{P50: s.P50, P80: s.P80, P95: s.P95, P80Low: s.P80Low, P80High: s.P80High}
}

func riskRunTo(r *risk.Result, seed int64) RiskRun {
	out := RiskRun{Runs: narrow(r.Runs), Seed: seed, Finish: dateSpreadTo(r.Finish), Activities: []ActivityRisk{}}
	out.Gates = listed(r.Gates, func(g risk.GateRisk) GateRisk {
		return GateRisk{Gate: g.Gate, Spread: dateSpreadTo(g.Spread), Wanted: g.Wanted, OnTime: g.OnTime, ByDate: g.ByDate}
	})
	for _, a := range r.Activities {
		if a.Criticality > 0 {
			out.Activities = append(out.Activities, ActivityRisk{Activity: a.Activity, Criticality: a.Criticality})
		}
	}
	out.Deliveries = listed(r.Deliveries, func(d risk.DeliveryRisk) DeliveryRisk {
		return DeliveryRisk{Delivery: d.Delivery, Activity: d.Activity, InTime: d.InTime, Waits: d.Waits, OrderBy: d.OrderBy}
	})
	return out
}
