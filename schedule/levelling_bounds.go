package schedule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bound is what holds an activity that begins later than relations and bounds
// alone would let it. Where several things hold it there is a Bound for each:
// with everything else as it is, the activity would begin earlier without all of
// them, and not without some only.
type Bound struct {
	Activity string
	Delay    time.Duration // open time of the activity
	Kind     BoundKind
	From     string // BoundRelation: the activity before; BoundPerson: one that has somebody
	Person   string // BoundPerson: who is at work on it; BoundAbsence: one who is not there
	Skill    string // BoundPerson and BoundAbsence: what is short, at which level and by how many
	Level    int
	Missing  int
	Window   Interval // BoundPerson and BoundAbsence: when they would be needed
	Ref      string   // BoundReceipt: the order; BoundPrerequisite: the document or approval
	Until    time.Time
	Text     string
}

// BoundKind says what holds an activity.
type BoundKind string

// The kinds of bound.
const (
	BoundRelation     BoundKind = "relation"     // something before it is delayed itself
	BoundPerson       BoundKind = "person"       // somebody it needs is at work elsewhere
	BoundAbsence      BoundKind = "absence"      // too few are there, or qualified yet
	BoundReceipt      BoundKind = "receipt"      // material that it takes is still to come
	BoundPrerequisite BoundKind = "prerequisite" // a document or an approval comes late
)

// bounds explains every delay against the dates of relations alone.
func (x *placing) bounds() []Bound {
	var out []Bound
	for i := range int32(len(x.d.start)) {
		if x.d.start[i] > x.m.l.alone.start[i] && x.d.free(i) {
			out = append(out, x.explain(i)...)
		}
	}
	return out
}

// limit is one thing that an activity waits for.
type limit struct {
	at     int64
	finish bool  // it bounds the finish
	arc    int32 // -1 for what it needs
	wait   supplied
}

// limits lists what an activity waits for besides people.
func (x *placing) limits(i int32) []limit {
	var out []limit
	for _, r := range x.d.net.in.of(i) {
		c := &x.d.net.arcs[r]
		if x.d.finish[c.from] == -never {
			continue
		}
		from, _ := c.ends(x.d.start, x.d.finish)
		out = append(out, limit{at: c.shift(from), finish: c.kind == FinishFinish || c.kind == StartFinish, arc: r})
	}
	for _, w := range x.wait[i] {
		out = append(out, limit{at: w.at, arc: -1, wait: w})
	}
	for k := x.m.l.r.first[i]; k < x.m.l.r.first[i+1]; k++ {
		if s, ok := x.m.kept[k]; ok {
			out = append(out, limit{at: s.at, arc: -1, wait: s})
		}
	}
	return out
}

// begins returns the earliest start by some limits and the activity's own bounds.
func (x *placing) begins(i int32, of []limit) begin {
	a := &x.d.net.plan.Activities[i]
	l := limits{start: max(x.d.first, instantOr(a.StartBy.NotBefore)), finish: instantOr(a.FinishBy.NotBefore)}
	for _, y := range of {
		if y.finish {
			l.finish = max(l.finish, y.at)
		} else {
			l.start = max(l.start, y.at)
		}
	}
	return x.beginBy(i, l)
}

// starts returns the start that a limit alone would give.
func (x *placing) starts(i int32, b begin) int64 {
	if x.d.work[i] == 0 {
		return b.start
	}
	return x.run(i, b, b.start).open
}

// explain takes away what holds an activity, one thing after the other, until it
// could begin earlier.
func (x *placing) explain(i int32) []Bound {
	var out []Bound
	rest, more := x.limits(i), extra{}
	posts := x.posts[i]
	x.release(i)
	defer x.hold(i, posts)
	now := x.d.start[i]
	for {
		var kept []limit
		for _, y := range rest {
			if x.starts(i, x.begins(i, []limit{y})) < now {
				kept = append(kept, y)
				continue
			}
			out = append(out, x.held(i, y))
		}
		rest = kept
		b := x.begins(i, rest)
		if len(x.m.needs[i]) == 0 {
			return out
		}
		at, _, lacks := x.search(i, b, more)
		if at < now || len(lacks) == 0 {
			return out
		}
		for _, y := range lacks {
			more[y.k] += y.missing
			out = append(out, x.lacking(i, y))
		}
	}
}

func (x *placing) blank(i int32) Bound {
	return Bound{
		Activity: x.d.net.plan.Activities[i].ID, Until: timeAt(x.d.start[i]),
		Delay: time.Duration(x.d.net.hours[i].between(x.m.l.alone.start[i], x.d.start[i])) * time.Microsecond,
	}
}

// held says which relation, receipt or prerequisite holds an activity.
func (x *placing) held(i int32, y limit) Bound {
	b, p := x.blank(i), x.d.net.plan
	if y.arc >= 0 {
		c := &x.d.net.arcs[y.arc]
		b.Kind, b.From = BoundRelation, p.Activities[c.from].ID
		b.Text = fmt.Sprintf("%s waits for %s (%s)", b.Activity, b.From, c.kind)
		return b
	}
	b.Until = timeAt(y.at)
	q := x.m.l.r.requirement(y.wait.k)
	if q.Prerequisite != nil {
		b.Kind, b.Ref = BoundPrerequisite, q.Prerequisite.Ref
		b.Text = fmt.Sprintf("%s waits for %s %s, there %s", b.Activity, q.Prerequisite.Kind, b.Ref, stamp(y.at))
		return b
	}
	b.Kind, b.Ref = BoundReceipt, y.wait.ref
	b.Text = fmt.Sprintf("%s waits for %d of %s, the last of it there %s", b.Activity, q.Material.Quantity, q.Material.Item, stamp(y.at))
	if b.Ref != "" {
		b.Text = fmt.Sprintf("%s waits for %d of %s, the last of it with %s, there %s", b.Activity, q.Material.Quantity, q.Material.Item, b.Ref, stamp(y.at))
	}
	return b
}

// lacking says who is missing just before an activity begins, and where they are.
func (x *placing) lacking(i int32, y lack) Bound {
	const named = 3
	b, q := x.blank(i), x.m.need1(i, y.k)
	b.Kind, b.Skill, b.Level, b.Missing = BoundAbsence, q.s.Skill, q.s.Level, y.missing
	b.Window = Interval{timeAt(y.at.open), timeAt(y.at.shut)}
	var where []string
	for _, who := range q.able {
		c := &x.m.crew[who]
		k := slices.IndexFunc(x.busy[who], func(s stint) bool { return s.shut > y.at.open && s.open < y.at.shut })
		switch {
		case k >= 0:
			s := x.busy[who][k]
			on := x.d.net.plan.Activities[s.activity].ID
			if b.Kind != BoundPerson {
				b.Kind, b.Person, b.From = BoundPerson, c.ID, on
			}
			where = append(where, fmt.Sprintf("%s is at work on %s until %s", c.ID, on, stamp(s.shut)))
		case c.skilled(q.s, y.at) != y.at.open:
			where = append(where, c.ID+" is not qualified then")
		case x.thereFrom(who, i, y.at) != y.at.open:
			where = append(where, c.ID+" is away")
		default:
			continue // has a place in it
		}
		if b.Person == "" {
			b.Person = c.ID
		}
	}
	more := ""
	if n := len(where) - named; n > 0 {
		where, more = where[:named], fmt.Sprintf(" and %d more are not free", n)
	}
	b.Text = fmt.Sprintf("%s is short of %d with %s %d from %s to %s: %s%s", b.Activity, y.missing, q.s.Skill, q.s.Level,
		stamp(y.at.open), stamp(y.at.shut), strings.Join(where, ", "), more)
	return b
}
