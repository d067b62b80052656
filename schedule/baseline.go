package schedule

import "time"

// TakeBaseline keeps the dates of a timetable for later comparison.
func TakeBaseline(name string, taken time.Time, t *Timetable) Baseline {
	b := Baseline{Name: name, Taken: taken, Dates: make(map[string]Dates, len(t.start))}
	for i := range t.start {
		if t.finish[i] != -never {
			b.Dates[t.net.plan.Activities[i].ID] = Dates{timeAt(t.start[i]), timeAt(t.finish[i])}
		}
	}
	return b
}

// Variance is how far an activity has come from a baseline, in open time of its
// calendars; positive is later.
type Variance struct {
	Activity      string
	Start, Finish time.Duration
	Added         bool // not in the baseline
}

// Variances compares a timetable with a baseline, in the order of the plan.
// Activities at their dates are left out.
func (t *Timetable) Variances(b Baseline) []Variance {
	var out []Variance
	for i := range t.start {
		if t.finish[i] == -never {
			continue
		}
		id, h := t.net.plan.Activities[i].ID, t.net.hours[i]
		d, ok := b.Dates[id]
		if !ok {
			out = append(out, Variance{Activity: id, Added: true})
			continue
		}
		if instantOf(d.Start) == t.start[i] && instantOf(d.Finish) == t.finish[i] {
			continue
		}
		out = append(out, Variance{
			Activity: id,
			Start:    time.Duration(h.between(instantOf(d.Start), t.start[i])) * time.Microsecond,
			Finish:   time.Duration(h.between(instantOf(d.Finish), t.finish[i])) * time.Microsecond,
		})
	}
	return out
}
