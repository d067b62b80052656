package level

import (
	"fmt"
	"slices"
)

// Check reports whether a schedule keeps every rule of a problem. It shares no
// code with the methods that build schedules: it counts unit by unit from the
// problem alone. The error is a *ViolationError for the first broken rule.
// The problem must be valid; see Problem.Validate.
func Check(p *Problem, s Schedule) error {
	for _, rule := range []func(*Problem, Schedule) error{
		checkShape, checkDates, checkRelations, checkResources, checkTotals, checkStocks, checkStaff,
	} {
		if err := rule(p, s); err != nil {
			return err
		}
	}
	return nil
}

func violation(rule string, activity, slot int, format string, args ...any) error {
	return &ViolationError{Rule: rule, Activity: activity, Slot: slot, Detail: fmt.Sprintf(format, args...)}
}

func checkShape(p *Problem, s Schedule) error {
	n := len(p.Activities)
	if len(s.Start) != n || len(s.Mode) != n {
		return violation("shape", -1, -1, "%d starts and %d modes for %d activities", len(s.Start), len(s.Mode), n)
	}
	if s.Staff != nil && len(s.Staff) != n {
		return violation("shape", -1, -1, "%d staff lists for %d activities", len(s.Staff), n)
	}
	for i, m := range s.Mode {
		if m < 0 || m >= len(p.Activities[i].Modes) {
			return violation("mode", i, -1, "activity %s has no mode %d", p.name(i), m)
		}
	}
	return nil
}

func checkDates(p *Problem, s Schedule) error {
	for i := range p.Activities {
		a := &p.Activities[i]
		start := s.Start[i]
		finish := start + a.Modes[s.Mode[i]].Duration
		switch {
		case start < 0 || start < a.Release:
			return violation("release", i, start, "activity %s starts at %d, before %d", p.name(i), start, max(0, a.Release))
		case a.Deadline > 0 && finish > a.Deadline:
			return violation("deadline", i, finish, "activity %s finishes at %d, after %d", p.name(i), finish, a.Deadline)
		case p.Horizon > 0 && finish > p.Horizon:
			return violation("deadline", i, finish, "activity %s finishes at %d, after the horizon %d", p.name(i), finish, p.Horizon)
		case a.Fixed && start != a.Planned:
			return violation("fixed", i, start, "activity %s starts at %d, fixed at %d", p.name(i), start, a.Planned)
		}
	}
	return nil
}

func checkRelations(p *Problem, s Schedule) error {
	end := func(i int, finish bool) int {
		if finish {
			return s.Start[i] + p.Activities[i].Modes[s.Mode[i]].Duration
		}
		return s.Start[i]
	}
	for _, r := range p.Relations {
		from := end(r.From, r.Kind == FinishStart || r.Kind == FinishFinish)
		to := end(r.To, r.Kind == FinishFinish || r.Kind == StartFinish)
		if to < from+r.Lag {
			return violation("relation", r.To, to, "activity %s is at %d, %s at %d, wanted lag %d",
				p.name(r.To), to, p.name(r.From), from, r.Lag)
		}
	}
	return nil
}

// event is a change of a level at a slot.
type event struct {
	slot, change int
}

// inOrder sorts events by slot; within a slot, what is given back comes first
// or last as wanted.
func inOrder(events []event) []event {
	slices.SortStableFunc(events, func(a, b event) int { return a.slot - b.slot })
	return events
}

func checkResources(p *Problem, s Schedule) error {
	for r := range p.Resources {
		res := &p.Resources[r]
		free := []event{{0, res.Capacity}}
		level := res.Capacity
		for _, step := range res.Steps {
			free = append(free, event{step.Slot, step.Quantity - level})
			level = step.Quantity
		}
		for i := range p.Activities {
			m := &p.Activities[i].Modes[s.Mode[i]]
			if use := at(m.Uses, r); use > 0 && m.Duration > 0 {
				free = append(free, event{s.Start[i], -use}, event{s.Start[i] + m.Duration, use})
			}
		}
		if slot, left := firstBelowZero(inOrder(free)); left < 0 {
			return violation("capacity", -1, slot, "resource %s is short of %d in slot %d", label(res.ID, r), -left, slot)
		}
	}
	return nil
}

// firstBelowZero adds up events slot by slot and returns the first slot after
// which the level is below zero, with that level.
func firstBelowZero(events []event) (slot, level int) {
	for i, e := range events {
		level += e.change
		if level < 0 && (i+1 == len(events) || events[i+1].slot > e.slot) {
			return e.slot, level
		}
	}
	return 0, 0
}

func checkTotals(p *Problem, s Schedule) error {
	for t := range p.Totals {
		sum := 0
		for i := range p.Activities {
			sum += at(p.Activities[i].Modes[s.Mode[i]].Spends, t)
		}
		if sum > p.Totals[t].Capacity {
			return violation("total", -1, -1, "total %s: %d spent of %d", label(p.Totals[t].ID, t), sum, p.Totals[t].Capacity)
		}
	}
	return nil
}

func checkStocks(p *Problem, s Schedule) error {
	events := make([][]event, len(p.Stocks))
	for k := range p.Stocks {
		events[k] = append(events[k], event{0, p.Stocks[k].Initial})
		for _, r := range p.Stocks[k].Receipts {
			events[k] = append(events[k], event{r.Slot, r.Quantity})
		}
	}
	for i := range p.Activities {
		m := &p.Activities[i].Modes[s.Mode[i]]
		for _, a := range m.Takes {
			events[a.Stock] = append(events[a.Stock], event{s.Start[i], -a.Quantity})
		}
		for _, a := range m.Makes {
			events[a.Stock] = append(events[a.Stock], event{s.Start[i] + m.Duration, a.Quantity})
		}
	}
	for k := range events {
		if slot, level := firstBelowZero(inOrder(events[k])); level < 0 {
			return violation("stock", -1, slot, "stock %s is short of %d in slot %d", label(p.Stocks[k].ID, k), -level, slot)
		}
	}
	return nil
}

// job is the time a person is needed or away.
type job struct{ activity, start, finish int }

func checkStaff(p *Problem, s Schedule) error {
	byPerson := make([][]job, len(p.People))
	for i := range p.Activities {
		m := &p.Activities[i].Modes[s.Mode[i]]
		var people []int
		if s.Staff != nil {
			people = s.Staff[i]
		}
		next := 0
		for _, need := range m.Staff {
			for range need.People {
				if next >= len(people) {
					return violation("staff", i, s.Start[i], "activity %s has too few people", p.name(i))
				}
				who := people[next]
				next++
				if who < 0 || who >= len(p.People) || !p.People[who].skilled(need.Skill, s.Start[i], s.Start[i]+m.Duration) {
					return violation("staff", i, s.Start[i], "activity %s: person %d lacks skill %d at the time", p.name(i), who, need.Skill)
				}
				byPerson[who] = append(byPerson[who], job{i, s.Start[i], s.Start[i] + m.Duration})
			}
		}
		if next != len(people) {
			return violation("staff", i, s.Start[i], "activity %s has %d people, needs %d", p.name(i), len(people), next)
		}
	}
	for who, jobs := range byPerson {
		for k := 1; k < len(jobs); k++ { // collected activity by activity
			if jobs[k].activity == jobs[k-1].activity {
				return violation("staff", jobs[k].activity, jobs[k].start, "person %s has two places in activity %s",
					label(p.People[who].ID, who), p.name(jobs[k].activity))
			}
		}
		for _, away := range p.People[who].Away {
			jobs = append(jobs, job{-1, away.From, away.To})
		}
		if a, b, found := overlapping(jobs); found {
			return violation("staff", max(a.activity, b.activity), b.start,
				"person %s is needed twice, or away, in slot %d", label(p.People[who].ID, who), b.start)
		}
	}
	return nil
}

// skilled walks from term to term over [from, to) and reports whether the person
// holds the skill all the way. What takes no time asks for the skill alone.
func (p *Person) skilled(skill, from, to int) bool {
	if slices.Contains(p.Skills, skill) {
		return true
	}
	some := false
	for moved := true; moved && (from < to || !some); {
		moved = false
		for _, x := range p.Terms {
			if x.Skill != skill || x.From == x.To {
				continue
			}
			some = true
			if x.From <= from && from < x.To && from < to {
				from, moved = x.To, true
			}
		}
	}
	return some && from >= to
}

// overlapping returns two jobs that share a slot, if any do.
func overlapping(jobs []job) (a, b job, found bool) {
	jobs = slices.DeleteFunc(jobs, func(j job) bool { return j.start >= j.finish })
	slices.SortFunc(jobs, func(a, b job) int { return a.start - b.start })
	for k := 1; k < len(jobs); k++ { // the earlier ones do not overlap, so the last ends last
		if jobs[k].start < jobs[k-1].finish {
			return jobs[k-1], jobs[k], true
		}
	}
	return job{}, job{}, false
}
