package approval

import (
	"slices"
	"time"
)

// item is one requirement of a stage while it is being judged.
type item struct {
	r         *Requirement
	v         RequirementVerdict
	applies   bool
	aside     bool    // an override holds
	openEnded bool    // nobody knows who else may approve
	voters    []int32 // who cast the votes of the voices
	askable   []int32 // people without a word that stands
	expired   int
	outdated  int
	vetoed    bool
	blocked   bool
	first     int32 // with a need that the first response decides: that response
	lifted    time.Time
	bars      []Bar
}

// hear collects what the people whom a requirement lists have said about it.
// bit is its place in the stage; edges gathers, by vote, the approvals.
func (l *ledger) hear(it *item, stamp int32, bit uint64, edges []uint64) {
	r := it.r
	if most := min(len(l.c.Votes), l.listed(r.From)); most > 0 {
		it.v.Voices, it.voters = make([]Standing, 0, most), make([]int32, 0, most)
	}
	l.eachLister(r.From, &it.openEnded, func(id int32) {
		if l.people[id].stamp == stamp {
			return
		}
		l.people[id].stamp = stamp
		l.hearOne(it, id, bit, edges)
	})
	it.count()
	if r.Need.first() {
		l.firstDecides(it, bit, edges)
	}
	var unknown bool
	l.eachLister(r.Vetoers, &unknown, func(id int32) {
		n, status := l.standing(&l.people[id], r)
		l.lift(it, n, true)
		if n > 0 && status == Counts && l.vote(n).objects() {
			l.object(it, n, l.vote(n).Kind == Reject)
		}
	})
}

// hearOne takes down one listed person's word.
func (l *ledger) hearOne(it *item, id int32, bit uint64, edges []uint64) {
	r, p := it.r, &l.people[id]
	n, status := l.standing(p, r)
	veto := r.Veto == VetoAny && !r.Need.first()
	l.lift(it, n, veto)
	if n > 0 && l.vote(n).objects() && status == Counts {
		l.object(it, n, veto && l.vote(n).Kind == Reject)
	}
	if duty := l.bars(p.name, r); duty != "" {
		it.bars = append(it.bars, Bar{Person: p.name, Requirement: r.ID, Duty: duty})
		if n > 0 && !l.vote(n).objects() {
			l.note(it, n, VoteBarred)
		}
		return
	}
	it.v.Eligible++
	if n == 0 {
		it.askable = append(it.askable, id)
		return
	}
	v := l.vote(n)
	switch {
	case v.objects() && status == Counts: // noted above
		if r.Need.first() && v.Kind == Reject && (it.first == 0 || n < it.first) {
			it.first = n
		}
		return
	case status == Counts:
		first := l.since(n, r)
		edges[first-1] |= bit
		if r.Need.first() && (it.first == 0 || first < it.first) {
			it.first = first
		}
	case status != Heard:
		it.askable = append(it.askable, id)
		if status == VoteExpired {
			it.expired++
		}
		if status == VoteOutdated {
			it.outdated++
		}
	}
	l.note(it, n, status)
}

// object takes down an objection.
func (l *ledger) object(it *item, n int32, veto bool) {
	status := Counts
	it.vetoed = it.vetoed || veto
	if l.blocks(n) {
		it.blocked = true
	} else if !veto {
		status = Heard
	}
	for i := range it.v.Voices { // listed twice: the stronger counts
		if it.v.Voices[i].Vote == l.vote(n).ID && l.heard[n-1] {
			if status == Counts {
				it.v.Voices[i].Status = Counts
			}
			return
		}
	}
	l.note(it, n, status)
}

// blocks reports whether changes are still requested by the voice that the
// objection n speaks for: a rejection does not lift a request for changes.
func (l *ledger) blocks(n int32) bool {
	for ; n > 0; n = l.before[n-1] {
		switch v := l.vote(n); {
		case !v.objects() || v.Ended != nil:
			return false
		case v.Kind == RequestChanges:
			return true
		}
	}
	return false
}

// lift notes when the voice that vote n speaks for gave up the last objection
// that stopped the requirement.
func (l *ledger) lift(it *item, n int32, veto bool) {
	for next := int32(0); n > 0; n, next = l.before[n-1], n {
		v := l.vote(n)
		if v.Kind != RequestChanges && (v.Kind != Reject || !veto) || v.For != "" && !l.c.delegated(v.For, v.By, it.r.ID, v.At) {
			continue
		}
		switch {
		case v.Ended != nil:
			it.lift(v.Ended.At)
		case next > 0:
			it.lift(l.vote(next).At)
		}
		return
	}
}

func (it *item) lift(t time.Time) {
	if t.After(it.lifted) {
		it.lifted = t
	}
}

func (l *ledger) note(it *item, n int32, status Status) {
	v := l.vote(n)
	l.heard[n-1] = true
	it.voters = append(it.voters, l.voter[n-1])
	it.v.Voices = append(it.v.Voices, Standing{Vote: v.ID, By: v.By, For: v.For, Kind: v.Kind, Status: status})
}

// count works out how many approvals are needed.
func (it *item) count() {
	n := it.v.Eligible
	it.v.Need = it.r.Need.Of(n)
	if it.openEnded {
		it.v.Eligible = -1
		if it.r.Need.Kind == All || it.r.Need.Kind == Percent {
			it.v.Need, it.openEnded = n+1, false // a share of nobody knows how many
		}
	}
}

// firstDecides leaves only the first response standing.
func (l *ledger) firstDecides(it *item, bit uint64, edges []uint64) {
	for i := range edges {
		if int32(i+1) != it.first {
			edges[i] &^= bit
		}
	}
	it.v.Need = 1
	it.vetoed = it.vetoed || it.first > 0 && l.vote(it.first).Kind == Reject
}

// listed is about how many people from names.
func (l *ledger) listed(from From) int {
	n := len(from.Users)
	for _, role := range from.Roles {
		n += len(l.c.Directory.Roles[role])
	}
	for _, group := range from.Groups {
		n += len(l.c.Directory.Groups[group])
	}
	if from.Owners {
		n += len(l.c.Owners)
	}
	return n
}

// eachLister goes over everybody whom from names, some of them perhaps twice.
// Of a role that the directory does not know, it finds those who were vouched
// to hold it when they voted or delegated, and sets open.
func (l *ledger) eachLister(from From, open *bool, yield func(id int32)) {
	each := func(names []string) {
		for _, name := range names {
			yield(l.id(name))
		}
	}
	each(from.Users)
	for _, role := range from.Roles {
		members, known := l.c.Directory.Roles[role]
		if known {
			each(members)
			continue
		}
		*open = true
		for i := range l.c.Votes {
			if v := &l.c.Votes[i]; v.Person() == v.By && slices.Contains(v.Roles, role) {
				yield(l.id(v.By))
			}
		}
		for i := range l.c.Delegations {
			if d := &l.c.Delegations[i]; slices.Contains(d.Roles, role) {
				yield(l.id(d.From))
			}
		}
	}
	for _, group := range from.Groups {
		each(l.c.Directory.Groups[group])
	}
	if from.Owners {
		each(l.c.Owners)
	}
}
