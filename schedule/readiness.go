package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Facts are the rooms that are asked. Where one is nil nothing is known, and
// what needs it is Short.
type Facts struct {
	Supply SupplyPosition
	Staff  Availability
}

// Readiness is the answer for a plan at a status date: a coverage for each
// requirement and the verdicts they add up to. It does not change; WhatIf gives
// another one.
type Readiness struct {
	net   *Network
	asOf  time.Time
	facts Facts

	wanted   *dating // when activities are wanted
	expected *dating // when they can be, as far as is known
	held     []Dates // the dates given, or nil

	first    []int32 // of each activity, its first requirement; one more at the end
	owner    []int32 // activity of each requirement
	coverage []Coverage
	supplies map[string][]int32 // requirements by group
	staffing map[string][]int32

	activities []tally
	unknown    []bool // expected dates cannot be told: something is Short
}

// tally is the sum of the requirements of an activity.
type tally struct {
	verdict    Verdict
	part       [parts]Verdict
	met, total [parts]int32
}

// Assess says for every requirement of a plan whether it is covered at the
// wanted date: the planned one, as far as progress and relations allow. Errors:
// those of CriticalPath and of the rooms asked.
func Assess(n *Network, asOf time.Time, f Facts) (*Readiness, error) {
	return AssessAt(n, asOf, f, nil)
}

// AssessAt is Assess for dates given in the order of the plan's activities, such
// as those of a levelled plan. They are taken as they are; see Check.
func AssessAt(n *Network, asOf time.Time, f Facts, dates []Dates) (*Readiness, error) {
	r := &Readiness{net: n, asOf: asOf, facts: f, held: dates}
	if err := r.date(); err != nil {
		return nil, err
	}
	r.number()
	if err := r.cover(r.supplies, r.staffing); err != nil {
		return nil, err
	}
	r.activities = make([]tally, len(n.plan.Activities))
	for i := range r.activities {
		r.activities[i] = r.tally(int32(i))
	}
	r.expect()
	return r, nil
}

// date sets the wanted dates.
func (r *Readiness) date() error {
	if !known(r.asOf) {
		return &ValidationError{Fields: []Field{{"/as_of", "out_of_range", "lies outside the years 1900 to 2200"}}}
	}
	d, _, err := r.net.proposal(r.asOf, ProposeOptions{})
	if err != nil {
		return err
	}
	r.wanted = d
	if r.held == nil {
		d.forward()
		if err := d.fits(); err != nil {
			return err
		}
		d.late()
		return nil
	}
	if len(r.held) != len(r.net.plan.Activities) {
		return &ValidationError{Fields: []Field{{"/dates", "invalid", "must be one for each activity"}}}
	}
	for i, x := range r.held {
		if !known(x.Start) || !known(x.Finish) || x.Finish.Before(x.Start) {
			return &ValidationError{Fields: []Field{{"/dates/" + strconv.Itoa(i), "out_of_range", "must begin before they end, in the years 1900 to 2200"}}}
		}
		d.start[i], d.finish[i], d.driver[i] = instantOf(x.Start), instantOf(x.Finish), drivenByPlanned
	}
	return nil
}

// number gives the requirements numbers and sorts them into groups.
func (r *Readiness) number() {
	p := r.net.plan
	r.first = make([]int32, len(p.Activities)+1)
	for i := range p.Activities {
		r.first[i+1] = r.first[i] + int32(len(p.Activities[i].Needs))
	}
	total := r.first[len(p.Activities)]
	r.owner, r.coverage = make([]int32, total), make([]Coverage, total)
	for i := range p.Activities {
		for k := r.first[i]; k < r.first[i+1]; k++ {
			r.owner[k] = int32(i)
		}
	}
	r.supplies, r.staffing = r.bySupply(), r.byStaff()
}

func (r *Readiness) bySupply() map[string][]int32 {
	out := make(map[string][]int32)
	for k := range r.owner {
		if m := r.requirement(int32(k)).Material; m != nil && r.facts.Supply != nil {
			g := r.facts.Supply.Group(m.Item)
			out[g] = append(out[g], int32(k))
		} else if m != nil {
			out[""] = append(out[""], int32(k))
		}
	}
	return out
}

func (r *Readiness) byStaff() map[string][]int32 {
	out := make(map[string][]int32)
	for k := range r.owner {
		if s := r.requirement(int32(k)).Staff; s != nil && r.facts.Staff != nil {
			g := r.facts.Staff.Group(s.Skill)
			out[g] = append(out[g], int32(k))
		} else if s != nil {
			out[""] = append(out[""], int32(k))
		}
	}
	return out
}

func (r *Readiness) requirement(k int32) *Requirement {
	i := r.owner[k]
	return &r.net.plan.Activities[i].Needs[k-r.first[i]]
}

// RequirementID is the id under which rooms are asked for a requirement of an
// activity; a reservation names it.
func RequirementID(plan, activity string, requirement int) string {
	return plan + "/" + activity + "/" + strconv.Itoa(requirement)
}

func (r *Readiness) id(k int32) string {
	i := r.owner[k]
	return RequirementID(r.net.plan.ID, r.net.plan.Activities[i].ID, int(k-r.first[i]))
}

// cover asks the rooms about groups of requirements. Activities that are done
// need nothing; one under way has its materials and documents, and needs its
// people for what remains.
func (r *Readiness) cover(supplies, staffing map[string][]int32) error {
	var demands []Demand
	var calls []Call
	var asked, called []int32
	for _, k := range sorted(supplies) {
		d, open := r.demand(k)
		if !open {
			r.coverage[k] = inPlace(d.Quantity)
			continue
		}
		demands, asked = append(demands, d), append(asked, k)
	}
	for _, k := range sorted(staffing) {
		i := r.owner[k]
		a, s := &r.net.plan.Activities[i], r.requirement(k).Staff
		if a.Actual.Done() {
			r.coverage[k] = inPlace(int64(s.Count))
			continue
		}
		start := r.wanted.start[i]
		if !a.Actual.Start.IsZero() {
			start = max(start, min(r.wanted.asOf, r.wanted.finish[i]))
		}
		calls = append(calls, Call{
			ID: r.id(k), Plan: r.net.plan.ID, Activity: a.ID, Skill: s.Skill, Level: s.Level, Count: s.Count, Handover: s.Handover,
			Start: timeAt(start), Finish: timeAt(r.wanted.finish[i]), Hours: r.net.hours[i], Priority: a.Priority,
		})
		called = append(called, k)
	}
	if err := r.ask(demands, asked, calls, called); err != nil {
		return err
	}
	return nil
}

// demand is what a requirement asks of a supply position; it is not open where
// the material has been used.
func (r *Readiness) demand(k int32) (d Demand, open bool) {
	a, m := &r.net.plan.Activities[r.owner[k]], r.requirement(k).Material
	return Demand{
		ID: r.id(k), Plan: r.net.plan.ID, Activity: a.ID, Item: m.Item, Place: m.Place, Quantity: m.Quantity,
		Need: timeAt(r.wanted.start[r.owner[k]]), Priority: a.Priority,
	}, a.WantsMaterial()
}

// WantsMaterial reports whether an activity still asks for material: it has not
// begun and some requirement is of one.
func (a *Activity) WantsMaterial() bool {
	return a.Actual.Start.IsZero() && !a.Actual.Done() && slices.ContainsFunc(a.Needs, func(q Requirement) bool { return q.Material != nil })
}

// Demands lists what Assess asks of a supply position for a plan at a status date,
// in the order of the plan, so that it can be netted with what other plans want.
// Errors: those of Assess.
func Demands(n *Network, asOf time.Time) ([]Demand, error) {
	r := &Readiness{net: n, asOf: asOf}
	if err := r.date(); err != nil {
		return nil, err
	}
	r.number()
	var out []Demand
	for _, k := range sorted(r.supplies) {
		if d, open := r.demand(k); open {
			out = append(out, d)
		}
	}
	return out, nil
}

// sorted lists the requirements of groups by number.
func sorted(groups map[string][]int32) []int32 {
	var out []int32
	for _, list := range groups {
		out = append(out, list...)
	}
	slices.Sort(out)
	return out
}

func inPlace(quantity int64) Coverage {
	return Coverage{Verdict: Ready, Wanted: quantity, Covered: quantity}
}

func (r *Readiness) ask(demands []Demand, asked []int32, calls []Call, called []int32) error {
	if r.facts.Supply == nil {
		for _, k := range asked {
			r.coverage[k] = Coverage{Verdict: Short, Wanted: r.requirement(k).Material.Quantity, Cause: "nobody knows of stock and orders: connect a supply position"}
		}
	} else if len(demands) > 0 {
		got, err := r.facts.Supply.Cover(r.asOf, demands)
		if err != nil {
			return fmt.Errorf("supply: %w", err)
		}
		for n, k := range asked {
			r.coverage[k] = got[n]
		}
	}
	if r.facts.Staff == nil {
		for _, k := range called {
			r.coverage[k] = Coverage{Verdict: Short, Wanted: int64(r.requirement(k).Staff.Count), Cause: "nobody knows who is there: connect an availability"}
		}
	} else if len(calls) > 0 {
		got, err := r.facts.Staff.Assign(r.asOf, calls)
		if err != nil {
			return fmt.Errorf("staff: %w", err)
		}
		for n, k := range called {
			r.coverage[k] = got[n]
		}
	}
	return nil
}

// prerequisite is the coverage of a document or an approval.
func (r *Readiness) prerequisite(k int32) Coverage {
	i := r.owner[k]
	p, h := r.requirement(k).Prerequisite, r.net.hours[i]
	a := &r.net.plan.Activities[i]
	start := timeAt(r.wanted.start[i])
	out := Coverage{Wanted: 1}
	if p.Met || a.Actual.Done() || !a.Actual.Start.IsZero() {
		out.Covered, out.Earliest = 1, start
		return out
	}
	if p.ExpectedBy.IsZero() {
		out.Verdict, out.Cause = Short, fmt.Sprintf("%s %s is missing, and nobody says when it will be there", p.Kind, p.Ref)
		return out
	}
	there := p.ExpectedBy
	if !p.ActBy.IsZero() && p.ActBy.Before(r.asOf) {
		there = there.Add(r.asOf.Sub(p.ActBy)) // as much later as the start of it is overdue
	}
	act := Action{
		ID: "obtain/" + p.Ref, Kind: ActObtain, Ref: p.Ref, Quantity: 1, Need: h.DateOf(start), Arrives: there,
		Text: fmt.Sprintf("obtain %s %s: expected %s, needed %s", p.Kind, p.Ref, there.Format(time.DateOnly), start.Format(time.DateOnly)),
	}
	out.Earliest, out.Cause = there, act.Text
	if there.After(start) {
		out.Verdict = Late
	} else {
		out.Verdict, out.Earliest = ReadyIf, start
		act.By = h.DateOf(there)
		if !p.ActBy.IsZero() {
			act.By = h.DateOf(p.ActBy)
		}
		out.ActBy = act.By
	}
	out.Actions = []Action{act}
	return out
}

// tally sums the requirements of an activity up.
func (r *Readiness) tally(i int32) tally {
	var t tally
	for k := r.first[i]; k < r.first[i+1]; k++ {
		if r.requirement(k).Prerequisite != nil {
			r.coverage[k] = r.prerequisite(k)
		}
		part, v := r.requirement(k).Part(), r.coverage[k].Verdict
		t.total[part]++
		if v == Ready {
			t.met[part]++
		}
		t.part[part] = max(t.part[part], v)
		t.verdict = max(t.verdict, v)
	}
	return t
}

// expect works out when activities can begin, given what is late.
func (r *Readiness) expect() {
	d := *r.wanted
	count := len(d.start)
	d.start, d.finish, d.driver = make([]int64, count), make([]int64, count), make([]int32, count)
	d.need, d.floor = make([]int64, count), slices.Clone(r.wanted.start)
	d.pinned, d.loose = nil, true
	for i := range d.need {
		d.need[i] = r.earliest(int32(i))
	}
	r.expected = &d
	d.forward()
	r.spread()
}

// earliest is the first start that the requirements of an activity allow, as far
// as they are late.
func (r *Readiness) earliest(i int32) int64 {
	out := -never
	for k := r.first[i]; k < r.first[i+1]; k++ {
		if c := &r.coverage[k]; c.Verdict == Late {
			out = max(out, instantOf(c.Earliest))
		}
	}
	return out
}

// spread marks what waits for something that is Short.
func (r *Readiness) spread() {
	r.unknown = make([]bool, len(r.activities))
	for _, i := range r.net.order {
		a := &r.net.plan.Activities[i]
		if a.Actual.Done() || !a.Actual.Start.IsZero() {
			continue
		}
		r.unknown[i] = r.activities[i].verdict == Short
		for _, arc := range r.net.in.of(i) {
			r.unknown[i] = r.unknown[i] || r.unknown[r.net.arcs[arc].from]
		}
	}
}
