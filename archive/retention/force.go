package retention

// Rule is a schedule that a record came under on a day: because it was classified,
// because its class got another schedule, or because the schedule got a new version.
type Rule struct {
	Schedule  Schedule
	From      Date
	Authority string // who allowed that it makes the record due earlier; empty: nobody
}

// InForce computes where a record stands today under the rules that it came under,
// one after the other: one that would make it due earlier counts only if it names an
// authority (see Revise). The phase is that of the rule that holds. Ok is false for a
// record that came under none.
func InForce(o Office, rules []Rule, today Date, facts []Fact, stops []Stop, reviewed int) (s Standing, phase Phase, ok bool) {
	for i := range rules {
		r := &rules[i]
		if r.From.Compare(today) > 0 {
			continue
		}
		next := r.Schedule.Assess(o, facts, stops, reviewed)
		if ok && Revise(s, next, r.Authority).Ignored {
			continue
		}
		s, phase, ok = next, r.Schedule.Phases[next.Phase], true
	}
	return s, phase, ok
}
