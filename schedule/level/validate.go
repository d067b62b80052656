package level

import (
	"errors"
	"fmt"
)

// Limits of a problem. They keep every sum of times inside 32 bits and refuse
// input that is surely a mistake.
const (
	MaxActivities = 200_000
	MaxSlot       = 1 << 26 // largest time, duration and absolute lag
	MaxQuantity   = 1 << 40 // largest capacity, request, quantity

	mostSpan = 1 << 29 // slots of a plan with all work end to end
	mostCost = 1 << 50
)

// Validate reports the first field that is not well formed, as an
// *InvalidError or *CycleError. Solve calls it.
func (p *Problem) Validate() error {
	if len(p.Activities) > MaxActivities {
		return invalid("Activities", "at most %d activities; split the plan", MaxActivities)
	}
	if err := inRange("Horizon", p.Horizon, 0, MaxSlot); err != nil {
		return err
	}
	if p.Objective > Stability {
		return invalid("Objective", "unknown objective %d; use a constant of this package", p.Objective)
	}
	for i := range p.Activities {
		if err := p.validateActivity(i); err != nil {
			return under(err, "Activities[%d]", i)
		}
	}
	if err := p.validateSupply(); err != nil {
		return err
	}
	if err := p.validatePeople(); err != nil {
		return err
	}
	for i, r := range p.Relations {
		if err := validateRelation(r, len(p.Activities)); err != nil {
			return under(err, "Relations[%d]", i)
		}
	}
	if err := p.validateSums(); err != nil {
		return err
	}
	return p.validateAcyclic()
}

func validateRelation(r Relation, n int) error {
	switch {
	case r.From < 0 || r.From >= n || r.To < 0 || r.To >= n:
		return invalid("From", "joins activities %d and %d; there are %d, numbered from 0", r.From, r.To, n)
	case r.Kind > StartFinish:
		return invalid("Kind", "unknown kind %d; use a constant of this package", r.Kind)
	}
	return inRange("Lag", r.Lag, -MaxSlot, MaxSlot)
}

// validateSums refuses plans whose times, or costs, add up to more than can be
// counted.
func (p *Problem) validateSums() error {
	span, weights := lastSlot(p), 0
	if span > mostSpan {
		return invalid("Activities", "dates, durations and lags add up to %d slots; at most %d, so take wider slots", span, mostSpan)
	}
	for i := range p.Activities {
		weights += p.Activities[i].Weight
	}
	if p.Objective != Makespan && weights > mostCost/max(1, span) {
		return invalid("Activities", "weights add up to %d over %d slots; take smaller weights", weights, span)
	}
	return nil
}

func invalid(field, rule string, args ...any) error {
	return &InvalidError{Field: field, Rule: fmt.Sprintf(rule, args...)}
}

func inRange(field string, v, low, high int) error {
	if v < low || v > high {
		return invalid(field, "is %d; must be from %d to %d", v, low, high)
	}
	return nil
}

// under puts the field of an error below the one it belongs to; only an error
// pays for its text.
func under(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return &InvalidError{Field: fmt.Sprintf(format, args...) + "." + invalid.Field, Rule: invalid.Rule}
	}
	return err
}

func (p *Problem) validateActivity(i int) error {
	a := &p.Activities[i]
	if len(a.Modes) == 0 {
		return invalid("Modes", "is empty; an activity needs at least one mode")
	}
	for _, v := range [...]struct {
		name string
		v    int
	}{{"Release", a.Release}, {"Deadline", a.Deadline}, {"Planned", a.Planned}, {"Due", a.Due}, {"Weight", a.Weight}} {
		if err := inRange(v.name, v.v, 0, MaxSlot); err != nil {
			return err
		}
	}
	for m := range a.Modes {
		if err := p.validateMode(&a.Modes[m]); err != nil {
			return under(err, "Modes[%d]", m)
		}
	}
	return nil
}

func (p *Problem) validateMode(m *Mode) error {
	if err := inRange("Duration", m.Duration, 0, MaxSlot); err != nil {
		return err
	}
	for _, list := range [...]struct {
		name   string
		values []int
		count  int
	}{
		{"Uses", m.Uses, len(p.Resources)},
		{"Spends", m.Spends, len(p.Totals)},
	} {
		if len(list.values) > list.count {
			return invalid(list.name, "has %d values for %d", len(list.values), list.count)
		}
		for i, v := range list.values {
			if v < 0 || v > MaxQuantity {
				return inRange(fmt.Sprintf("%s[%d]", list.name, i), v, 0, MaxQuantity)
			}
		}
	}
	if err := p.validateAmounts("Takes", m.Takes); err != nil {
		return err
	}
	if err := p.validateAmounts("Makes", m.Makes); err != nil {
		return err
	}
	for i, need := range m.Staff {
		if most := len(p.Activities) + MaxActivities; need.People < 0 || need.People > most {
			return inRange(fmt.Sprintf("Staff[%d].People", i), need.People, 0, most)
		}
		if need.Skill < 0 {
			return invalid(fmt.Sprintf("Staff[%d].Skill", i), "is negative; skills are numbered from 0")
		}
	}
	return nil
}

func (p *Problem) validateAmounts(field string, list []Amount) error {
	for i, a := range list {
		if a.Stock < 0 || a.Stock >= len(p.Stocks) {
			return invalid(fmt.Sprintf("%s[%d].Stock", field, i), "is %d; there are %d stocks, numbered from 0", a.Stock, len(p.Stocks))
		}
		if a.Quantity < 0 || a.Quantity > MaxQuantity {
			return inRange(fmt.Sprintf("%s[%d].Quantity", field, i), a.Quantity, 0, MaxQuantity)
		}
	}
	return nil
}

func (p *Problem) validateSupply() error {
	for i := range p.Resources {
		r := &p.Resources[i]
		field := fmt.Sprintf("Resources[%d]", i)
		if err := inRange(field+".Capacity", r.Capacity, 0, MaxQuantity); err != nil {
			return err
		}
		if err := validateSteps(field+".Steps", r.Steps); err != nil {
			return err
		}
	}
	for i := range p.Totals {
		if err := inRange(fmt.Sprintf("Totals[%d].Capacity", i), p.Totals[i].Capacity, 0, MaxQuantity); err != nil {
			return err
		}
	}
	for i := range p.Stocks {
		field := fmt.Sprintf("Stocks[%d]", i)
		if err := inRange(field+".Initial", p.Stocks[i].Initial, 0, MaxQuantity); err != nil {
			return err
		}
		if err := validateSteps(field+".Receipts", p.Stocks[i].Receipts); err != nil {
			return err
		}
	}
	return nil
}

func validateSteps(field string, steps []Step) error {
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := inRange(at+".Slot", s.Slot, 0, MaxSlot); err != nil {
			return err
		}
		if err := inRange(at+".Quantity", s.Quantity, 0, MaxQuantity); err != nil {
			return err
		}
		if i > 0 && s.Slot <= steps[i-1].Slot {
			return invalid(at+".Slot", "is %d, not after %d; sort by slot and join equal slots", s.Slot, steps[i-1].Slot)
		}
	}
	return nil
}

func (p *Problem) validatePeople() error {
	for i := range p.People {
		for k, s := range p.People[i].Skills {
			if s < 0 {
				return invalid(fmt.Sprintf("People[%d].Skills[%d]", i, k), "is negative; skills are numbered from 0")
			}
		}
		for k, x := range p.People[i].Terms {
			at := fmt.Sprintf("People[%d].Terms[%d]", i, k)
			if x.Skill < 0 {
				return invalid(at+".Skill", "is negative; skills are numbered from 0")
			}
			if x.From < 0 || x.To < x.From || x.To > MaxSlot {
				return invalid(at, "is [%d, %d); must end after it begins, from 0 to %d", x.From, x.To, MaxSlot)
			}
		}
		last := 0
		for k, w := range p.People[i].Away {
			if w.From < last || w.To < w.From || w.To > MaxSlot {
				return invalid(fmt.Sprintf("People[%d].Away[%d]", i, k),
					"is [%d, %d); windows must ascend without overlap, from 0 to %d", w.From, w.To, MaxSlot)
			}
			last = w.To
		}
	}
	return nil
}

func (p *Problem) validateAcyclic() error {
	order := topological(len(p.Activities), p.Relations)
	if len(order) == len(p.Activities) {
		return nil
	}
	cycle := findCycle(len(p.Activities), p.Relations, order)
	names := make([]string, len(cycle))
	for i, a := range cycle {
		names[i] = p.name(a)
	}
	return &CycleError{Activities: cycle, Names: names}
}

// topological returns the activities so that each relation goes forward, the
// smallest index first where there is a choice; it is shorter than n if there
// is a cycle.
func topological(n int, relations []Relation) []int32 {
	waits := make([]int32, n)
	out := make([][]int32, n)
	for _, r := range relations {
		waits[r.To]++
		out[r.From] = append(out[r.From], int32(r.To))
	}
	order := make([]int32, 0, n)
	for i := range n {
		if waits[i] == 0 {
			order = append(order, int32(i))
		}
	}
	for next := 0; next < len(order); next++ {
		for _, j := range out[order[next]] {
			if waits[j]--; waits[j] == 0 {
				order = append(order, j)
			}
		}
	}
	return order
}

// findCycle follows relations backward among the activities that no
// topological order reaches until one repeats.
func findCycle(n int, relations []Relation, sorted []int32) []int {
	in := make([]int, n) // an unsorted predecessor, or -1
	done := make([]bool, n)
	for _, i := range sorted {
		done[i] = true
	}
	for i := range in {
		in[i] = -1
	}
	at := -1
	for _, r := range relations {
		if !done[r.From] && !done[r.To] {
			in[r.To] = r.From
			at = r.To
		}
	}
	seen := make([]bool, n)
	for !seen[at] {
		seen[at] = true
		at = in[at]
	}
	cycle := []int{at}
	for i := in[at]; i != at; i = in[i] {
		cycle = append(cycle, i)
	}
	for i, j := 0, len(cycle)-1; i < j; i, j = i+1, j-1 {
		cycle[i], cycle[j] = cycle[j], cycle[i]
	}
	return cycle
}
