package coordination

import (
	"context"
	"time"

	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/retention"
)

// rulesOf are the schedules that a record came under, one after the other.
func (d *Desk) rulesOf(ctx context.Context, tx Tx, f *fileplan.Filing) ([]retention.Rule, error) {
	day := func(at time.Time) retention.Date { return retention.DateOf(at, d.cfg.Office.Zone) }
	var out []retention.Rule
	for i, c := range f.Classified {
		class, _, err := lookup(ctx, tx, classes(), c.Class)
		if err != nil {
			return nil, err
		}
		var end retention.Date // zero: it is in the class still
		if i+1 < len(f.Classified) {
			end = day(f.Classified[i+1].At).Days(1) // what is in force on the day it left counts: it came under that in the morning
		}
		under := stretches(class.Value.Versions, day(c.At), end, func(v fileplan.Class) retention.Date { return day(v.From) })
		for k, s := range under {
			schedule, _, err := lookup(ctx, tx, schedules(), s.value.Schedule)
			if err != nil {
				return nil, err
			}
			for n, v := range stretches(schedule.Value.Versions, s.from, s.end, func(v retention.Schedule) retention.Date { return v.From }) {
				rule := retention.Rule{Schedule: v.value, From: v.from, Authority: v.value.Shortens}
				if n == 0 { // it came under the version with the class, not with the version's own day
					rule.Authority = ""
					if k == 0 {
						rule.Authority = c.Authority
					}
				}
				out = append(out, rule)
			}
		}
	}
	return out, nil
}

// stretch is the days for which a version was in force within others; a zero end is
// none.
type stretch[T any] struct {
	value     T
	from, end retention.Date
}

// stretches cuts the time from a day on to the versions in force. What was before the
// first version is left out.
func stretches[T any](versions []T, from, end retention.Date, since func(T) retention.Date) []stretch[T] {
	var out []stretch[T]
	for i, v := range versions {
		s := stretch[T]{value: v, from: later(from, since(v)), end: end}
		if i+1 < len(versions) {
			if next := since(versions[i+1]); end == (retention.Date{}) || next.Compare(end) < 0 {
				s.end = next
			}
		}
		if s.end == (retention.Date{}) || s.from.Compare(s.end) < 0 {
			out = append(out, s)
		}
	}
	return out
}

func later(a, b retention.Date) retention.Date {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}
