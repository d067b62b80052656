package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Relaxation is one change and what it brings: levelled with the change assumed,
// by the same search, the plan ends at Finish.
type Relaxation struct {
	Kind   RelaxationKind
	Skill  string // RelaxPerson: one more who has it, at the level, and is always there
	Level  int
	Ref    string // RelaxReceipt: the order, document or approval
	Days   int    // RelaxReceipt: how much earlier; no fewer days bring as much
	Text   string
	Finish time.Time // never later than without: the plan as it is stays possible
	Gain   time.Duration
}

// RelaxationKind is a class of change.
type RelaxationKind string

// The kinds of change.
const (
	RelaxPerson  RelaxationKind = "person"
	RelaxReceipt RelaxationKind = "receipt"
)

// person is the one that is assumed.
func (x Relaxation) person(number int) CrewMember {
	return CrewMember{ID: fmt.Sprintf("one more %s (%d)", x.Skill, number), Hours: Always(), Skills: []CrewSkill{{Name: x.Skill, Level: x.Level}}}
}

func (x Relaxation) describe() string {
	if x.Kind == RelaxPerson {
		return fmt.Sprintf("one more %s of level %d", x.Skill, x.Level)
	}
	return fmt.Sprintf("%s %d days earlier", x.Ref, x.Days)
}

// wish is a relaxation worth trying, with the delays it might take away.
type wish struct {
	Relaxation

	delay time.Duration
}

// wishes lists what bounds name: first what holds the last activity or anything
// it waits for, then the most delayed. A receipt is wished for as early as the
// activity that waits could use it.
func (x *placing) wishes(bounds []Bound) []wish {
	var out []wish
	add := func(r Relaxation, b Bound) {
		same := func(w wish) bool {
			return w.Kind == r.Kind && w.Skill == r.Skill && w.Level == r.Level && w.Ref == r.Ref
		}
		k := slices.IndexFunc(out, same)
		if k < 0 {
			k = len(out)
			out = append(out, wish{Relaxation: r})
		}
		out[k].Days = max(out[k].Days, r.Days)
		out[k].delay += b.Delay
	}
	driving := x.driving(bounds)
	for _, wanted := range [...]bool{true, false} {
		from := len(out)
		for _, b := range bounds {
			if driving[b.Activity] != wanted {
				continue
			}
			switch b.Kind {
			case BoundPerson, BoundAbsence:
				add(Relaxation{Kind: RelaxPerson, Skill: b.Skill, Level: b.Level}, b)
			case BoundReceipt, BoundPrerequisite:
				could := max(x.m.l.alone.start[x.d.net.index[b.Activity]], x.d.first)
				days := int((instantOf(b.Until) - could + day - 1) / day)
				if b.Ref != "" && days > 0 {
					add(Relaxation{Kind: RelaxReceipt, Ref: b.Ref, Days: days}, b)
				}
			case BoundRelation:
			}
		}
		slices.SortStableFunc(out[from:], func(a, b wish) int { return cmp.Compare(b.delay, a.delay) })
	}
	return out
}

// driving marks the activities that set the end of the plan: the last one, and
// whatever its bounds and theirs name.
func (x *placing) driving(bounds []Bound) map[string]bool {
	of := make(map[string][]Bound)
	for _, b := range bounds {
		of[b.Activity] = append(of[b.Activity], b)
	}
	out := make(map[string]bool)
	_, last := x.d.last()
	if last < 0 {
		return out
	}
	queue := []string{x.d.net.plan.Activities[last].ID}
	for k := 0; k < len(queue); k++ {
		if id := queue[k]; !out[id] {
			out[id] = true
			for _, b := range of[id] {
				if b.From != "" {
					queue = append(queue, b.From)
				}
			}
		}
	}
	return out
}

// relaxations tries single changes: one more person for each skill that is short,
// each late receipt so much earlier that less would bring less. Those that gain
// most come first. A context that ends leaves the rest untried.
func (l *levelling) relaxations(ctx context.Context, o LevelOptions, base *placing, found *Levelled) ([]Relaxation, error) {
	o.Improved, o.Search.Improved = nil, nil
	try := func(x Relaxation) (time.Time, error) {
		got, _, err := l.solve(ctx, o, append(slices.Clip(o.Assume), x))
		if err != nil {
			return time.Time{}, err
		}
		if got.Finish.IsZero() || got.Finish.After(found.Finish) {
			return found.Finish, nil // what is possible without the change stays so
		}
		return got.Finish, nil
	}
	ended := func() bool { return ctx.Err() != nil }
	var out []Relaxation
	wishes := base.wishes(found.Bounds)
	for _, w := range wishes[:min(len(wishes), max(o.Relax, 0))] {
		x := w.Relaxation
		finish, err := try(x)
		for low := 1; err == nil && low < x.Days && finish.Before(found.Finish); {
			var less time.Time
			y := x
			y.Days = (low + x.Days) / 2
			if less, err = try(y); less.After(finish) {
				low = y.Days + 1
			} else {
				x.Days, finish = y.Days, less
			}
		}
		if err != nil {
			return nil, err
		}
		if ended() {
			return out, nil
		}
		x.Finish, x.Gain, x.Text = finish, found.Finish.Sub(finish), x.describe()
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Relaxation) int { return cmp.Compare(b.Gain, a.Gain) })
	return out, nil
}
