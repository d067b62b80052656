package schedule

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule/level"
)

// CrewMember is a person as levelling sees people.
type CrewMember struct {
	ID     string
	Hours  *Hours // when he or she can be assigned
	Skills []CrewSkill
}

// CrewSkill is a qualification of one person; zero dates set no bound.
type CrewSkill struct {
	Name     string
	Level    int
	From, To Date
}

// LevelOptions steers Level.
type LevelOptions struct {
	// Search is given to level.Solve. Without a number of schedules it gets 100.
	Search level.Options
	// Slot is the grain in which the search counts open time; zero is an hour.
	// Durations round up, presence rounds down. Dates are exact all the same.
	Slot time.Duration
	// Relax tries what would help most, at most so many single changes.
	Relax int
}

// Levelled is a plan in which nobody is wanted twice at a time.
type Levelled struct {
	Status     level.Status // of the search; see Level for what it is about
	LowerBound time.Duration
	Dates      []Dates // in the order of the plan
	Finish     time.Time
	Links      []Link   // the turns people take
	Left       []string // requirements left out: too few qualify at all
	Bounds     []Bound  // why activities begin later than their relations ask for
	Relaxed    []Relaxation
}

// Bound is what holds an activity that begins later than relations alone would
// let it.
type Bound struct {
	Activity string
	Delay    time.Duration // open time
	Kind     BoundKind
	From     string // the activity before, for BoundRelation and BoundPerson
	Person   string
	Text     string
}

// BoundKind says what holds an activity.
type BoundKind string

// The kinds of bound.
const (
	BoundRelation BoundKind = "relation" // something before it is delayed itself
	BoundPerson   BoundKind = "person"   // somebody is at work elsewhere
	BoundReceipt  BoundKind = "receipt"  // something it needs comes late
	BoundAbsence  BoundKind = "absence"  // too few are there earlier, or the search found no better place
)

// Relaxation is one change and what it would bring.
type Relaxation struct {
	Text   string
	Finish time.Time // never later than without: the plan as it is stays possible
	Gain   time.Duration
}

// maxSlots is the longest axis of a search.
const maxSlots = 1 << 20

// Level dates the plan under the people there are: the search of package level
// finds an order and who does what, on an axis of the hours in which any calendar
// of the plan is open; the order is then dated exactly, each person's turns being
// relations. So the dates keep every relation and calendar and give nobody two
// activities at once; status and bound are those of the problem in slots. What
// readiness knows to be late is waited for. The context bounds the time.
//
// An activity whose people cannot be there throughout, as in an absence that the
// slots hide, shows when the dates are assessed: AssessAt.
func (r *Readiness) Level(ctx context.Context, crew []CrewMember, o LevelOptions) (*Levelled, error) {
	o.Slot = cmp.Or(o.Slot, time.Hour)
	if o.Slot < time.Minute {
		return nil, &ValidationError{Fields: []Field{{"/slot", "out_of_range", "must be a minute at least"}}}
	}
	if o.Search.Schedules == 0 {
		o.Search.Schedules = 100
	}
	l := &levelling{r: r, crew: crew, slot: o.Slot.Microseconds()}
	l.open()
	out, err := l.solve(ctx, o.Search, relax{receipt: -1})
	if err != nil {
		return nil, err
	}
	if out.Status == level.Optimal || out.Status == level.Feasible {
		if out.Relaxed, err = l.relaxations(ctx, o, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// levelling is one plan on its way through the search.
type levelling struct {
	r      *Readiness
	crew   []CrewMember
	slot   int64
	axis   []span  // hours in which anything is open
	before []int64 // open time of the axis before each span
}

// relax is one change that is tried: a person more with a skill, or a late
// requirement that is there in time.
type relax struct {
	skill   string
	level   int
	receipt int32 // number of the requirement; -1 for none
}

// open lays the axis out: the union of the calendars, from the status date on.
func (l *levelling) open() {
	d := l.r.wanted
	total := int64(0)
	for _, w := range l.r.net.work {
		total += w
	}
	last, _ := l.r.expected.last()
	until := max(last, d.first) + 3*total // everything one after the other, with nights and weekends
	until = min(until, yearStart(lastYear+1)-1, max(last, d.first)+4*365*day)
	seen := make(map[*Hours]bool)
	var all []span
	for _, h := range l.r.net.hours {
		if seen[h] {
			continue
		}
		seen[h] = true
		for s := range h.windows(d.first, until) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.open, b.open) })
	l.axis = merge(all)
	sum := int64(0)
	for _, s := range l.axis {
		l.before = append(l.before, sum)
		sum += s.shut - s.open
	}
}

// at is the open time of the axis before an instant.
func (l *levelling) at(t int64) int64 {
	i, _ := slices.BinarySearchFunc(l.axis, t, func(s span, t int64) int { return cmp.Compare(s.shut, t) })
	switch {
	case i == len(l.axis) && i == 0:
		return 0
	case i == len(l.axis):
		return l.before[i-1] + l.axis[i-1].shut - l.axis[i-1].open
	}
	return l.before[i] + max(0, t-l.axis[i].open)
}

func (l *levelling) up(t int64) int   { return int(min((l.at(t)+l.slot-1)/l.slot, maxSlots)) }
func (l *levelling) down(t int64) int { return int(min(l.at(t)/l.slot, maxSlots)) }

// skillKey is a skill at a level, as it is asked for.
type skillKey struct {
	name  string
	level int
}

// problem translates the plan. Durations are measured on the axis from the
// wanted start: exact where all activities keep to one calendar.
func (l *levelling) problem(x relax) (*level.Problem, []string) {
	r := l.r
	p := &level.Problem{Activities: make([]level.Activity, len(r.activities))}
	skills := make(map[skillKey]int)
	var keys []skillKey
	var left []string
	for i := range r.activities {
		a := &r.net.plan.Activities[i]
		out := &p.Activities[i]
		out.ID = a.ID
		mode := level.Mode{}
		start, finish := r.wanted.start[i], r.wanted.finish[i]
		if a.Actual.Done() || start == -never {
			out.Modes = []level.Mode{mode}
			continue
		}
		if r.net.work[i] > 0 {
			mode.Duration = int((l.at(finish) - l.at(max(start, r.wanted.asOf)) + l.slot - 1) / l.slot)
		}
		out.Release = l.up(max(start, r.wanted.first))
		if l.r.wanted.free(int32(i)) {
			out.Release = l.release(int32(i), x)
		} else {
			out.Fixed, out.Planned = true, out.Release
		}
		for k := r.first[i]; k < r.first[i+1]; k++ {
			s := r.requirement(k).Staff
			if s == nil || mode.Duration == 0 {
				continue
			}
			if l.qualified(s, x) < s.Count {
				left = append(left, r.id(k))
				continue
			}
			key := skillKey{s.Skill, s.Level}
			if _, ok := skills[key]; !ok {
				skills[key] = len(keys)
				keys = append(keys, key)
			}
			mode.Staff = append(mode.Staff, level.Assignee{Skill: skills[key], People: s.Count})
		}
		out.Modes = []level.Mode{mode}
	}
	l.relations(p)
	l.people(p, keys, x)
	return p, left
}

// release is the first slot that bounds and late requirements leave.
func (l *levelling) release(i int32, x relax) int {
	a := &l.r.net.plan.Activities[i]
	at := max(l.r.wanted.first, instantOr(a.StartBy.NotBefore))
	if t := a.FinishBy.NotBefore; !t.IsZero() {
		at = max(at, l.r.net.hours[i].sub(instantOf(t), l.r.net.work[i]))
	}
	return l.up(max(at, l.late(i, x)))
}

// late is the first start that late requirements for materials, documents and
// approvals leave; people are what the search is about.
func (l *levelling) late(i int32, x relax) int64 {
	out := -never
	for k := l.r.first[i]; k < l.r.first[i+1]; k++ {
		if c := &l.r.coverage[k]; c.Verdict == Late && l.r.requirement(k).Staff == nil && k != x.receipt {
			out = max(out, instantOf(c.Earliest))
		}
	}
	return out
}

func (l *levelling) relations(p *level.Problem) {
	for _, c := range l.r.net.arcs {
		if from, to := &l.r.net.plan.Activities[c.from], &l.r.net.plan.Activities[c.to]; from.Actual.Done() || to.Actual.Done() || !to.Actual.Start.IsZero() || to.Manual {
			continue
		}
		kind := [...]level.Kind{level.FinishStart, level.StartStart, level.FinishFinish, level.StartFinish}[c.kind]
		from, _ := c.ends(l.r.wanted.start, l.r.wanted.finish)
		lag := 0
		switch shifted := c.shift(from); {
		case c.lag > 0:
			lag = int((l.at(shifted) - l.at(from) + l.slot - 1) / l.slot)
		case c.lag < 0:
			lag = -int((l.at(from) - l.at(shifted)) / l.slot)
		}
		p.Relations = append(p.Relations, level.Relation{From: int(c.from), To: int(c.to), Kind: kind, Lag: lag})
	}
}

// holds reports whether a person has a skill from the status date to the wanted
// end: the search knows no days on which a skill begins or ends.
func (l *levelling) holds(m *CrewMember, name string, lvl int) bool {
	end, _ := l.r.wanted.last()
	first, last := dateAt(timeAt(l.r.wanted.first)), dateAt(timeAt(end))
	return slices.ContainsFunc(m.Skills, func(s CrewSkill) bool {
		return s.Name == name && s.Level >= lvl && s.From <= first && (s.To == 0 || s.To >= last)
	})
}

func (l *levelling) qualified(s *Staff, x relax) int {
	n := 0
	if x.skill == s.Skill && x.level >= s.Level {
		n++
	}
	for i := range l.crew {
		if l.holds(&l.crew[i], s.Skill, s.Level) {
			n++
		}
	}
	return n
}

func (l *levelling) people(p *level.Problem, keys []skillKey, x relax) {
	if len(keys) == 0 {
		return
	}
	for i := range l.crew {
		m := &l.crew[i]
		out := level.Person{ID: m.ID, Away: l.away(m.Hours)}
		for k, key := range keys {
			if l.holds(m, key.name, key.level) {
				out.Skills = append(out.Skills, k)
			}
		}
		p.People = append(p.People, out)
	}
	if x.skill != "" {
		more := level.Person{ID: "one more"}
		for k, key := range keys {
			if key.name == x.skill && x.level >= key.level {
				more.Skills = append(more.Skills, k)
			}
		}
		p.People = append(p.People, more)
	}
}

// away are the slots in which a person is away for a whole day or longer:
// shorter gaps are the hours of plants, which differ, and dated exactly later.
func (l *levelling) away(h *Hours) []level.Window {
	if h == nil || len(l.axis) == 0 {
		return nil
	}
	var out []level.Window
	last := l.axis[0].open
	note := func(until int64) {
		if l.at(until)-l.at(last) >= 8*3600*second {
			if w := (level.Window{From: l.down(last), To: l.up(until)}); w.From < w.To {
				if n := len(out); n > 0 && out[n-1].To >= w.From {
					out[n-1].To = w.To
				} else {
					out = append(out, w)
				}
			}
		}
	}
	end := l.axis[len(l.axis)-1].shut
	for s := range h.windows(last, end) {
		note(s.open)
		last = s.shut
	}
	note(end)
	return out
}

// solve searches and dates what it finds.
func (l *levelling) solve(ctx context.Context, search level.Options, x relax) (*Levelled, error) {
	p, left := l.problem(x)
	found, err := level.Solve(ctx, p, search)
	if err != nil {
		return nil, fmt.Errorf("schedule: levelling: %w", err)
	}
	out := &Levelled{Status: found.Status, LowerBound: time.Duration(int64(found.LowerBound)*l.slot) * time.Microsecond, Left: left}
	if found.Status != level.Optimal && found.Status != level.Feasible {
		return out, nil
	}
	out.Links = l.turns(p, found.Schedule)
	d, err := l.date(out.Links, x)
	if err != nil {
		return nil, err
	}
	finish, _ := d.last()
	out.Finish = timeAt(finish)
	for i := range d.start {
		out.Dates = append(out.Dates, Dates{timeAt(d.start[i]), timeAt(d.finish[i])})
	}
	out.Bounds = l.bounds(d, out.Links)
	return out, nil
}

// queue holds activities that may come next, by their start.
type queue struct {
	start []int
	list  []int32
}

func (q *queue) Len() int { return len(q.list) }
func (q *queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q.start[q.list[i]], q.start[q.list[j]]), cmp.Compare(q.list[i], q.list[j])) < 0
}
func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(x any)    { q.list = append(q.list, x.(int32)) } //nolint:forcetypeassert // heap gives what it was given
func (q *queue) Pop() any {
	x := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return x
}

// ranks puts the activities in the order of their starts, as far as that goes
// with the relations: one with a lead may let an activity begin before the one
// it depends on, and a turn the other way round would close a cycle.
func (l *levelling) ranks(start []int) []int {
	n := l.r.net
	waiting := make([]int, len(start))
	for i := range n.arcs {
		waiting[n.arcs[i].to]++
	}
	q := &queue{start: start}
	for i := range waiting {
		if waiting[i] == 0 {
			heap.Push(q, int32(i))
		}
	}
	out := make([]int, len(start))
	for k := 0; q.Len() > 0; k++ {
		i := heap.Pop(q).(int32) //nolint:forcetypeassert // heap gives what it was given
		out[i] = k
		for _, r := range n.out.of(i) {
			to := n.arcs[r].to
			if waiting[to]--; waiting[to] == 0 {
				heap.Push(q, to)
			}
		}
	}
	return out
}

// turns lists, for each person, one activity after the other.
func (l *levelling) turns(p *level.Problem, s level.Schedule) []Link {
	rank := l.ranks(s.Start)
	of := make([][]int, len(p.People))
	for i, team := range s.Staff {
		for _, who := range team {
			of[who] = append(of[who], i)
		}
	}
	var out []Link
	for who, list := range of {
		slices.SortFunc(list, func(a, b int) int { return cmp.Compare(rank[a], rank[b]) })
		for k := 1; k < len(list); k++ {
			out = append(out, Link{p.People[who].ID, l.r.net.plan.Activities[list[k-1]].ID, l.r.net.plan.Activities[list[k]].ID})
		}
	}
	return out
}

// date dates the plan with the turns as relations after its own.
func (l *levelling) date(links []Link, x relax) (*dating, error) {
	plan := *l.r.net.plan
	plan.Relations = slices.Clip(plan.Relations)
	for _, k := range links {
		plan.Relations = append(plan.Relations, Relation{From: k.From, To: k.To})
	}
	n, err := Compile(&plan)
	if err != nil {
		return nil, err
	}
	d := n.newDating(l.r.asOf)
	d.need = make([]int64, len(d.start))
	for i := range d.need {
		d.need[i] = l.late(int32(i), x)
	}
	d.forward()
	return d, d.fits()
}

// bounds compares with the dates of relations alone.
func (l *levelling) bounds(d *dating, links []Link) []Bound {
	alone := l.r.net.newDating(l.r.asOf)
	alone.forward()
	own := len(l.r.net.arcs)
	var out []Bound
	for i := range d.start {
		if d.start[i] <= alone.start[i] {
			continue
		}
		a := &l.r.net.plan.Activities[i]
		b := Bound{Activity: a.ID, Delay: time.Duration(l.r.net.hours[i].between(alone.start[i], d.start[i])) * time.Microsecond, Kind: BoundAbsence, Text: a.ID + " finds nobody earlier"}
		switch by := int(d.driver[i]); {
		case by >= own:
			k := links[by-own]
			b.Kind, b.From, b.Person = BoundPerson, k.From, k.Person
			b.Text = fmt.Sprintf("%s waits for %s, who is at work on %s until %s", a.ID, k.Person, k.From, stamp(d.finish[l.r.net.index[k.From]]))
		case by >= 0:
			b.Kind, b.From = BoundRelation, l.r.net.plan.Activities[l.r.net.arcs[by].from].ID
			b.Text = fmt.Sprintf("%s waits for %s (%s)", a.ID, b.From, l.r.net.arcs[by].kind)
		case by == drivenByRequirement:
			b.Kind = BoundReceipt
			for k := l.r.first[i]; k < l.r.first[i+1]; k++ {
				if c := &l.r.coverage[k]; c.Verdict == Late && instantOf(c.Earliest) == d.need[i] {
					b.Text = c.Cause
					break
				}
			}
		}
		out = append(out, b)
	}
	return out
}

// relaxations tries single changes: one more person for each skill that is
// waited for, each late requirement in time; those that gain most come first.
func (l *levelling) relaxations(ctx context.Context, o LevelOptions, base *Levelled) ([]Relaxation, error) {
	var tries []relax
	var texts []string
	seen := make(map[skillKey]bool)
	for _, b := range base.Bounds {
		i := l.r.net.index[b.Activity]
		for k := l.r.first[i]; k < l.r.first[i+1]; k++ {
			q := l.r.requirement(k)
			switch {
			case q.Staff != nil && b.Kind == BoundPerson:
				if key := (skillKey{q.Staff.Skill, q.Staff.Level}); !seen[key] {
					seen[key] = true
					tries, texts = append(tries, relax{key.name, key.level, -1}), append(texts, fmt.Sprintf("one more %s of level %d", key.name, key.level))
				}
			case q.Staff == nil && b.Kind == BoundReceipt && l.r.coverage[k].Verdict == Late:
				tries, texts = append(tries, relax{receipt: k}), append(texts, "in time: "+l.r.coverage[k].Cause)
			}
		}
	}
	var out []Relaxation
	for n, x := range tries[:min(len(tries), max(o.Relax, 0))] {
		got, err := l.solve(ctx, o.Search, x)
		if err != nil {
			return nil, err
		}
		// A list schedule may get longer where something is added; the plan
		// without the change stays possible then.
		finish := base.Finish
		if !got.Finish.IsZero() && got.Finish.Before(finish) {
			finish = got.Finish
		}
		out = append(out, Relaxation{texts[n], finish, base.Finish.Sub(finish)})
	}
	slices.SortStableFunc(out, func(a, b Relaxation) int { return cmp.Compare(b.Gain, a.Gain) })
	return out, nil
}
