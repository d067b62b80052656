package schedule

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/schedule/level"
)

// placing dates activities one by one in the order that the search found, each
// as early as its bounds, its materials and its people allow, against the hours
// of everybody concerned. An activity that the search places at a slot finds its
// people there by that time where the slots are exact; elsewhere others who are
// free take over.
type placing struct {
	m     *model
	d     *dating
	order []int32
	wait  [][]supplied // of each activity
	posts [][]post     // of each activity
	busy  [][]stint    // of each person, in order of time
	spare []int32      // stamps of people, for matching
	stamp int32
	left  []string // requirements for which nobody is there at all
	leave map[int32]bool
}

// post is a person's part in an activity.
type post struct {
	k      int32 // number of the requirement
	person int32
	span
}

// stint is the time a person has for an activity.
type stint struct {
	span

	activity int32
}

// place turns a schedule of slots into dates.
func (m *model) place(s level.Schedule) (*placing, error) {
	r := m.l.r
	x := &placing{
		m: m, d: r.net.newDating(r.asOf), order: r.net.byStart(s.Start), posts: make([][]post, len(s.Start)),
		busy: make([][]stint, len(m.crew)), spare: make([]int32, len(m.crew)), leave: make(map[int32]bool),
	}
	x.d.pinned = r.wanted.pinned
	x.wait = m.allot(x.order)
	x.d.need = make([]int64, len(s.Start))
	for i := range x.d.need {
		x.d.need[i] = m.need[i]
		for _, w := range x.wait[i] {
			x.d.need[i] = max(x.d.need[i], w.at)
		}
	}
	for _, i := range r.net.order { // facts have their people before anybody else
		if !x.d.free(i) {
			x.d.place(i)
			x.hold(i, x.presentAt(i))
		}
	}
	for _, i := range x.order {
		x.d.place(i)
		if len(m.needs[i]) == 0 || !x.d.free(i) {
			continue
		}
		b := x.bound(i)
		at, team := x.byName(i, b, s)
		if m.l.at(at) > int64(s.Start[i])*m.l.slot {
			at, team = x.earliest(i, b, nil)
		}
		x.date(i, b, at, team)
	}
	x.moveUp()
	return x, x.d.fits()
}

// begin is the earliest start of an activity by all but its people, and the
// finish it has to wait for.
type begin struct{ start, finish int64 }

// bound returns the earliest start of an activity by all but its people.
func (x *placing) bound(i int32) begin {
	return x.beginBy(i, x.d.bounds(i, &x.d.net.plan.Activities[i]))
}

func (x *placing) beginBy(i int32, l limits) begin {
	b := begin{l.start, l.finish}
	if l.finish > -never {
		back := x.d.net.hours[i].sub(l.finish, x.d.work[i])
		if x.d.net.plan.Activities[i].Solid {
			back = l.finish - x.d.work[i]
		}
		b.start = max(b.start, back)
	}
	return b
}

// run returns when an activity that may begin at t runs.
func (x *placing) run(i int32, b begin, t int64) span {
	h, w := x.d.net.hours[i], x.d.work[i]
	t = max(t, b.start)
	if x.d.net.plan.Activities[i].Solid {
		start := h.fit(t, w)
		return span{start, min(start+w, never)}
	}
	start := h.next(t)
	return span{start, min(max(h.add(start, w), b.finish), never)}
}

// byName returns the first time at which the people whom the search named can do
// an activity.
func (x *placing) byName(i int32, b begin, s level.Schedule) (int64, []post) {
	if s.Staff == nil {
		return never, nil
	}
	var team []post
	next := 0
	for n := range x.m.needs[i] {
		q := &x.m.needs[i][n]
		if !q.named {
			return never, nil
		}
		for range q.s.Count {
			team = append(team, post{k: q.k, person: int32(s.Staff[i][next])})
			next++
		}
	}
	at := x.run(i, b, b.start)
	for n := 0; n < len(team) && at.open < never; n++ {
		if later := x.open(i, b, x.m.need1(i, team[n].k), team[n].person, at.open); later > at.open {
			at = x.run(i, b, later)
			n = -1
		}
	}
	for n := range team {
		team[n].span = at
	}
	return at.open, team
}

// need1 returns the need of an activity for a requirement.
func (m *model) need1(i, k int32) *staffNeed {
	n := slices.IndexFunc(m.needs[i], func(q staffNeed) bool { return q.k == k })
	return &m.needs[i][n]
}

// open returns the first start from t on at which a person can be given a place
// in an activity from start to finish, or never; beyond the axis nobody is known
// to be there.
func (x *placing) open(i int32, b begin, q *staffNeed, who int32, t int64) int64 {
	for {
		at := x.run(i, b, t)
		if at.open >= never || at.shut > x.m.l.end() {
			return never
		}
		t = at.open
		if later := x.m.crew[who].skilled(q.s, at); later > t {
			t = later
		} else if later := x.freeFrom(who, i, at); later > t {
			t = later
		} else if later := x.thereFrom(who, i, at); later > t {
			t = later
		} else {
			return t
		}
		if t >= never {
			return never
		}
	}
}

// skilled returns the start of a time if a skill is held throughout, else the
// next time worth trying.
func (c *CrewMember) skilled(s *Staff, at span) int64 {
	next := never
	for _, y := range c.Skills {
		if y.Name != s.Skill || y.Level < s.Level {
			continue
		}
		switch t := y.term(c.Hours); {
		case t.open <= at.open && at.shut <= t.shut:
			return at.open
		case t.open > at.open:
			next = min(next, t.open)
		}
	}
	return next
}

// freeFrom returns the start of a time if a person has nothing else to do then,
// else the first time afterwards that leaves room for the work.
func (x *placing) freeFrom(who, i int32, at span) int64 {
	list := x.busy[who]
	k, _ := slices.BinarySearchFunc(list, at.open, func(s stint, t int64) int {
		if s.shut > t {
			return 1
		}
		return -1
	})
	if k == len(list) || list[k].open >= at.shut {
		return at.open
	}
	for k+1 < len(list) && list[k+1].open-list[k].shut < x.d.work[i] {
		k++
	}
	return list[k].shut
}

// thereFrom returns the start of a time if a person is there whenever the work
// goes on, else the end of the last absence in it.
func (x *placing) thereFrom(who, i int32, at span) int64 {
	gaps := x.m.l.missing(x.d.net.hours[i], x.m.crew[who].Hours).gaps
	k, _ := slices.BinarySearchFunc(gaps, at.shut, func(s span, t int64) int {
		if s.open >= t {
			return 1
		}
		return -1
	})
	if k == 0 || gaps[k-1].shut <= at.open {
		return at.open
	}
	return gaps[k-1].shut
}

// date gives an activity its dates and its people; nobody at all leaves the
// requirement out.
func (x *placing) date(i int32, b begin, at int64, team []post) {
	if at >= never {
		for n := range x.m.needs[i] {
			x.leave[x.m.needs[i][n].k] = true
			x.left = append(x.left, x.m.l.r.id(x.m.needs[i][n].k))
		}
		at, team = b.start, nil
	}
	run := x.run(i, b, at)
	x.d.start[i], x.d.finish[i] = run.open, run.shut
	x.hold(i, team)
}

func (x *placing) hold(i int32, team []post) {
	x.posts[i] = team
	for _, p := range team {
		list := x.busy[p.person]
		k, _ := slices.BinarySearchFunc(list, p.open, func(s stint, t int64) int {
			if s.open > t {
				return 1
			}
			return -1
		})
		x.busy[p.person] = slices.Insert(list, k, stint{p.span, i})
	}
}

func (x *placing) release(i int32) {
	for _, p := range x.posts[i] {
		x.busy[p.person] = slices.DeleteFunc(x.busy[p.person], func(s stint) bool { return s.activity == i })
	}
	x.posts[i] = nil
}

// presentAt finds people for an activity whose dates are facts.
func (x *placing) presentAt(i int32) []post {
	at := span{max(x.d.start[i], min(x.d.asOf, x.d.finish[i])), x.d.finish[i]}
	team, _ := x.match(i, at, nil)
	return team
}

// moveUp moves activities earlier where all others stay as they are, until none
// can.
func (x *placing) moveUp() {
	const most = 8
	for range most {
		moved := false
		for _, i := range x.order {
			if !x.d.free(i) || x.d.net.plan.Activities[i].Actual.Cancelled {
				continue
			}
			if len(x.m.needs[i]) == 0 {
				was := x.d.start[i]
				x.d.place(i)
				moved = moved || x.d.start[i] != was
				continue
			}
			b, was, posts := x.bound(i), x.d.start[i], x.posts[i]
			x.release(i)
			at, team := x.earliest(i, b, nil)
			if at >= was {
				x.hold(i, posts)
				continue
			}
			x.date(i, b, at, team)
			moved = true
		}
		if !moved {
			return
		}
	}
}

// finish is the end of the plan.
func (x *placing) finish() int64 {
	end, _ := x.d.last()
	return end
}

// levelled returns the dates with their people.
func (x *placing) levelled(found level.Result) *Levelled {
	p := x.d.net.plan
	out := &Levelled{
		Status: level.Feasible, LowerBound: x.m.lowerBound(found), Dates: make([]Dates, len(x.d.start)),
		Finish: timeAt(x.finish()), Left: slices.Concat(x.m.left, x.left),
	}
	for i := range x.d.start {
		out.Dates[i] = Dates{timeAt(x.d.start[i]), timeAt(x.d.finish[i])}
		for _, q := range x.posts[i] {
			out.Assigned = append(out.Assigned, Assignment{
				p.Activities[i].ID, int(q.k - x.m.l.r.first[i]), x.m.crew[q.person].ID, Interval{timeAt(q.open), timeAt(q.shut)},
			})
		}
	}
	if time.Duration(x.m.l.at(x.finish()))*time.Microsecond <= out.LowerBound {
		out.Status = level.Optimal
	}
	for who, list := range x.busy {
		var last int32 = -1
		for _, y := range list {
			if y.open > x.d.start[y.activity] || y.shut < x.d.finish[y.activity] {
				continue // others go on with it
			}
			if last >= 0 {
				out.Links = append(out.Links, Link{x.m.crew[who].ID, p.Activities[last].ID, p.Activities[y.activity].ID})
			}
			last = y.activity
		}
	}
	return out
}
