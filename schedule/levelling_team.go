package schedule

import "slices"

// extra are heads that are assumed to be there besides, by requirement; it serves
// explanations.
type extra map[int32]int

// lack is a requirement that found too few people at a time.
type lack struct {
	k       int32
	missing int
	at      span // when they were wanted
}

// earliest returns the first start of an activity at which enough people are
// there, each for one place; never if there is no such time.
func (x *placing) earliest(i int32, b begin, more extra) (int64, []post) {
	at, team, _ := x.search(i, b, more)
	return at, team
}

// search is earliest that also says who was missing at the last time before.
func (x *placing) search(i int32, b begin, more extra) (int64, []post, []lack) {
	const tries = 20_000
	var lacks []lack
	at := x.run(i, b, b.start)
	known := make(opens)
	for range tries {
		if at.open >= never || at.shut > x.m.l.end() {
			break
		}
		team, short := x.match(i, at, more)
		if len(short) == 0 {
			return at.open, team, lacks
		}
		lacks = short
		later := x.later(i, b, at, known)
		if later >= never {
			break
		}
		at = x.run(i, b, later)
	}
	return never, nil, lacks
}

// opens remembers when a person can next be given a place for a requirement: the
// answer holds for every time before it.
type opens map[[2]int32]int64

// later returns the next start after one that failed at which somebody who
// qualifies can be given a place and could not before.
func (x *placing) later(i int32, b begin, at span, known opens) int64 {
	next := never
	for n := range x.m.needs[i] {
		q := &x.m.needs[i][n]
		if q.s.Handover {
			// People change at an opening: any later one may do.
			for w := range x.d.net.hours[i].windows(at.open, at.shut) {
				if w.open > at.open {
					next = min(next, w.open)
					break
				}
			}
			next = min(next, x.d.net.hours[i].next(at.shut))
			continue
		}
		for _, who := range q.able {
			t, ok := known[[2]int32{q.k, who}]
			if !ok || t <= at.open {
				t = x.open(i, b, q, who, at.open)
				known[[2]int32{q.k, who}] = t
			}
			if t > at.open {
				next = min(next, t)
			}
		}
	}
	return next
}

// match finds people for all places of an activity at a time, by augmenting
// paths; those who can do least else come first. It returns what is lacking.
func (x *placing) match(i int32, at span, more extra) ([]post, []lack) {
	var team []post
	var lacks []lack
	for n := range x.m.needs[i] {
		q := &x.m.needs[i][n]
		if x.leave[q.k] || q.s.Handover {
			continue
		}
		for have := more[q.k]; have < q.s.Count; have++ {
			x.stamp++
			if !x.seat(i, &team, q, at) {
				lacks = append(lacks, lack{q.k, q.s.Count - have, at})
				break
			}
		}
	}
	for n := range x.m.needs[i] {
		if q := &x.m.needs[i][n]; q.s.Handover && !x.leave[q.k] {
			posts, short := x.relay(i, q, at, team, more)
			team = append(team, posts...)
			lacks = append(lacks, short...)
		}
	}
	return team, lacks
}

// seat gives one place to somebody, moving others to another place if need be.
func (x *placing) seat(i int32, team *[]post, q *staffNeed, at span) bool {
	for _, who := range q.able {
		if x.spare[who] == x.stamp || !x.can(i, q, who, at) {
			continue
		}
		x.spare[who] = x.stamp
		n := slices.IndexFunc(*team, func(p post) bool { return p.person == who })
		if n < 0 {
			*team = append(*team, post{q.k, who, at})
			return true
		}
		if (*team)[n].k == q.k {
			continue // no gain within one requirement
		}
		if x.seat(i, team, x.m.need1(i, (*team)[n].k), at) {
			(*team)[n].k = q.k
			return true
		}
	}
	return false
}

// can reports whether a person can be given a place at a time.
func (x *placing) can(i int32, q *staffNeed, who int32, at span) bool {
	return x.m.crew[who].skilled(q.s, at) == at.open && x.freeFrom(who, i, at) == at.open && x.thereFrom(who, i, at) == at.open
}

// relay finds people for a requirement who may change from one stretch of open
// time to the next.
func (x *placing) relay(i int32, q *staffNeed, at span, team []post, more extra) (posts []post, lacks []lack) {
	for w := range x.d.net.hours[i].windows(at.open, at.shut) {
		have := more[q.k]
		for _, who := range q.able {
			if have == q.s.Count {
				break
			}
			taken := func(p post) bool { return p.person == who && p.open < w.shut && w.open < p.shut }
			if slices.ContainsFunc(team, taken) || slices.ContainsFunc(posts, taken) || !x.can(i, q, who, w) {
				continue
			}
			posts = append(posts, post{q.k, who, w})
			have++
		}
		if have < q.s.Count {
			return posts, append(lacks, lack{q.k, q.s.Count - have, w})
		}
	}
	return posts, nil
}
