package schedule

import (
	"fmt"
	"time"
)

// names maps ids to their index and notes doubles and blanks.
func names[T any](f *Faults, at string, list []T, id func(*T) string) map[string]int32 {
	out := make(map[string]int32, len(list))
	for i := range list {
		name := id(&list[i])
		if name == "" {
			f.Addf(fmt.Sprintf("%s/%d", at, i), "required", "needs an id")
			continue
		}
		if _, ok := out[name]; ok {
			f.Addf(fmt.Sprintf("%s/%d", at, i), "duplicate", "has the id of an earlier one")
			continue
		}
		out[name] = int32(i)
	}
	return out
}

const maxFaults = 100 // enough to act on; the rest shows once these are mended

// Validate notes everything that is wrong with the form of the plan. The error
// is a *ValidationError.
func (p *Plan) Validate() error {
	var f Faults
	if len(p.Activities) > MaxActivities || len(p.Relations) > MaxRelations {
		f.Addf("", "out_of_range", "holds more than %d activities or %d relations", MaxActivities, MaxRelations)
		return f.Err()
	}
	calendars := names(&f, "/calendars", p.Calendars, func(c *Calendar) string { return c.ID })
	activities := names(&f, "/activities", p.Activities, func(a *Activity) string { return a.ID })
	calendar := func(at, id string) {
		if _, ok := calendars[id]; id != "" && !ok {
			f.Addf(at, "unknown", "names no calendar of the plan: %q", id)
		}
	}
	calendar("/calendar", p.Calendar)
	instant(&f, "/start", p.Start)
	if p.Frozen < 0 || p.Frozen > MaxDuration {
		f.Addf("/frozen", "out_of_range", "must not be negative, nor longer than 100 years")
	}
	needs := 0
	for i := range p.Activities {
		if len(f.fields) > maxFaults {
			break
		}
		needs += len(p.Activities[i].Needs)
		at := fmt.Sprintf("/activities/%d", i)
		calendar(at+"/calendar", p.Activities[i].Calendar)
		calendar(at+"/place", p.Activities[i].Place)
		p.Activities[i].validate(&f, at)
	}
	if needs > MaxRequirements {
		f.Addf("/activities", "out_of_range", "hold more than %d requirements", MaxRequirements)
	}
	for i, r := range p.Relations {
		if len(f.fields) > maxFaults {
			break
		}
		at := fmt.Sprintf("/relations/%d", i)
		for _, end := range [...]struct{ name, id string }{{"from", r.From}, {"to", r.To}} {
			if _, ok := activities[end.id]; !ok {
				f.Addf(at+"/"+end.name, "unknown", "names no activity of the plan: %q", end.id)
			}
		}
		calendar(at+"/lag/calendar", r.Lag.Calendar)
		r.validate(&f, at)
	}
	return f.Err()
}

func instant(f *Faults, at string, t time.Time) {
	if !t.IsZero() && !known(t) {
		f.Addf(at, "out_of_range", "lies outside the years %d to %d", firstYear, lastYear)
	}
}

func span100(f *Faults, at string, d time.Duration) {
	if d < 0 || d > MaxDuration {
		f.Addf(at, "out_of_range", "must not be negative, nor longer than 100 years")
	}
}

func (a *Activity) validate(f *Faults, at string) {
	switch a.Kind {
	case Task:
	case Milestone, Gate:
		if a.Duration != 0 || a.Effort != 0 {
			f.Addf(at+"/duration", "invalid", "a %s takes no time: leave duration and effort out", a.Kind)
		}
	default:
		f.Addf(at+"/kind", "unknown", "must be empty, milestone or gate")
	}
	span100(f, at+"/duration", a.Duration)
	span100(f, at+"/effort", a.Effort)
	span100(f, at+"/actual/remaining", a.Actual.Remaining)
	for _, x := range [...]struct {
		name string
		t    time.Time
	}{
		{"/start_by/not_before", a.StartBy.NotBefore},
		{"/start_by/not_after", a.StartBy.NotAfter},
		{"/finish_by/not_before", a.FinishBy.NotBefore},
		{"/finish_by/not_after", a.FinishBy.NotAfter},
		{"/planned/start", a.Planned.Start},
		{"/planned/finish", a.Planned.Finish},
		{"/actual/start", a.Actual.Start},
		{"/actual/finish", a.Actual.Finish},
	} {
		instant(f, at+x.name, x.t)
	}
	ordered := func(name string, d Dates) {
		if !d.IsZero() && (d.Start.IsZero() || (!d.Finish.IsZero() && d.Finish.Before(d.Start))) {
			f.Addf(at+name, "invalid", "needs a start that is not after the finish")
		}
	}
	ordered("/planned", a.Planned)
	ordered("/actual", Dates{a.Actual.Start, a.Actual.Finish})
	for _, b := range [...]Bounds{a.StartBy, a.FinishBy} {
		if !b.NotBefore.IsZero() && !b.NotAfter.IsZero() && b.NotAfter.Before(b.NotBefore) {
			f.Addf(at+"/start_by", "invalid", "must not end before it begins")
		}
	}
	if a.Manual && (a.Planned.Start.IsZero() || a.Planned.Finish.IsZero()) {
		f.Addf(at+"/planned", "required", "a manual activity needs planned dates to stay at")
	}
	for i := range a.Needs {
		a.Needs[i].validate(f, fmt.Sprintf("%s/needs/%d", at, i))
	}
}

// maxQuantity keeps sums of a plan's requirements inside 64 bits.
const maxQuantity = 1 << 40

func (r *Requirement) validate(f *Faults, at string) {
	set := 0
	if m := r.Material; m != nil {
		set++
		if m.Item == "" {
			f.Addf(at+"/material/item", "required", "needs the id of an item")
		}
		if m.Quantity <= 0 || m.Quantity > maxQuantity {
			f.Addf(at+"/material/quantity", "out_of_range", "must be from 1 to %d", int64(maxQuantity))
		}
	}
	if s := r.Staff; s != nil {
		set++
		if s.Skill == "" {
			f.Addf(at+"/staff/skill", "required", "needs the id of a skill")
		}
		if s.Count <= 0 || s.Count > 10_000 {
			f.Addf(at+"/staff/count", "out_of_range", "must be from 1 to 10000")
		}
	}
	if p := r.Prerequisite; p != nil {
		set++
		if p.Kind != Document && p.Kind != Approval {
			f.Addf(at+"/prerequisite/kind", "unknown", "must be document or approval")
		}
		instant(f, at+"/prerequisite/expected_by", p.ExpectedBy)
		instant(f, at+"/prerequisite/act_by", p.ActBy)
	}
	if set != 1 {
		f.Addf(at, "invalid", "needs exactly one of material, staff and prerequisite")
	}
}

func (r *Relation) validate(f *Faults, at string) {
	if r.Kind > StartFinish {
		f.Addf(at+"/kind", "unknown", "must be FS, SS, FF or SF")
	}
	switch {
	case r.Lag.Time < -MaxDuration || r.Lag.Time > MaxDuration:
		f.Addf(at+"/lag/time", "out_of_range", "must be within 100 years")
	case r.Lag.In != Elapsed && r.Lag.In != Working && (r.Lag.In != "" || r.Lag.Time != 0):
		f.Addf(at+"/lag/in", "required", "must say whether the lag is elapsed or working time")
	case r.Lag.Calendar != "" && r.Lag.In != Working:
		f.Addf(at+"/lag/calendar", "invalid", "counts for working time only")
	}
}
