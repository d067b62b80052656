package approval

import (
	"slices"
	"time"
)

// ledger is the votes of a case by the person whose voice they are.
type ledger struct {
	c      *Case
	index  map[string]int32
	people []person
	voter  []int32 // by vote: who cast it
	before []int32 // by vote: the vote of the same voice and kind of speaker before it, from 1
	heard  []bool  // by vote: a requirement listened to it
	next   time.Time
	turns  time.Time
	alone  bool // the implementers are barred too
}

// person is everybody whom a vote or a policy names.
type person struct {
	name  string
	own   int32  // the newest vote cast by the person, from 1; 0 is none
	proxy int32  // the newest cast by somebody else for the person
	stamp int32  // the last requirement that listed the person
	set   uint64 // the requirements of the stage that the person approves, as a human being

	serves   uint64 // the requirements of the stage that the person is counted for
	placed   bool   // the matching of the stage has a place for the person
	approves bool   // some stage heard a good approval of the person's
	asked    bool
}

func newLedger(c *Case) *ledger {
	l := &ledger{
		c: c, index: make(map[string]int32, len(c.Votes)+16), people: make([]person, 0, len(c.Votes)+16),
		voter: make([]int32, len(c.Votes)), before: make([]int32, len(c.Votes)), heard: make([]bool, len(c.Votes)),
	}
	for i := range c.Votes {
		v := &c.Votes[i]
		id := l.id(v.By)
		l.voter[i] = id
		last := &l.people[id].own
		if v.For != "" && v.For != v.By {
			last = &l.people[l.id(v.For)].proxy
		}
		if v.Kind == Abstain && *last > 0 {
			if earlier := &c.Votes[*last-1]; earlier.objects() && earlier.Ended == nil {
				continue // an abstention lifts no objection
			}
		}
		l.before[i] = *last
		*last = int32(i + 1)
	}
	return l
}

// id finds or adds a person.
func (l *ledger) id(name string) int32 {
	if i, ok := l.index[name]; ok {
		return i
	}
	i := int32(len(l.people))
	l.index[name] = i
	l.people = append(l.people, person{name: name, stamp: -1})
	return i
}

// vote returns the vote with that number, from 1.
func (l *ledger) vote(n int32) *Vote { return &l.c.Votes[n-1] }

// passes notes an instant at which time may change how something stands.
func (l *ledger) passes(t time.Time) {
	l.lapses(t)
	if t.After(l.c.Now) && (l.turns.IsZero() || t.Before(l.turns)) {
		l.turns = t
	}
}

// lapses notes an instant at which time may change the verdict.
func (l *ledger) lapses(t time.Time) {
	if t.After(l.c.Now) && (l.next.IsZero() || t.Before(l.next)) {
		l.next = t
	}
}

// standing finds the vote, from 1, that is the person's voice on a requirement,
// and how it stands: the principal's own while it stands, else the newest of a
// delegate that was cast after it. 0 is no vote.
func (l *ledger) standing(p *person, r *Requirement) (int32, Status) {
	best, how := p.own, NotListed
	if best > 0 {
		if how = l.status(l.vote(best), r); how == Counts || how == Heard {
			return best, how
		}
	}
	for n := p.proxy; n > p.own; n = l.before[n-1] {
		v := l.vote(n)
		if l.c.delegated(v.For, v.By, r.ID, v.At) {
			return n, l.status(v, r)
		}
		if best == 0 {
			best, how = n, Unentitled
		}
	}
	return best, how
}

// status says how one vote stands on a requirement, apart from who else votes.
func (l *ledger) status(v *Vote, r *Requirement) Status {
	switch {
	case v.Ended != nil && v.Ended.Over:
		return EarlierRound
	case v.Ended != nil && v.Ended.Reason == "":
		return Revoked
	case v.Ended != nil:
		return Dismissed
	case v.objects():
		return Counts
	case v.Kind == Approve && (l.bars(v.By, r) != "" || l.bars(v.For, r) != ""):
		return VoteBarred
	case v.Kind == Approve && r.Signed && v.Signature == nil:
		return Unsigned
	case slices.Contains(l.c.BadSignatures, v.ID):
		return BadSignature
	case !r.keeps(v.Changed) || !r.keeps(v.Digests.Changed(l.c.Content)):
		return VoteOutdated
	}
	if r.Expires > 0 {
		end := r.Expires.after(v.At)
		if !l.c.Now.Before(end) {
			return VoteExpired
		}
		l.passes(end)
	}
	if v.Kind == Approve {
		return Counts
	}
	return Heard
}

// bars says which duty keeps the person from approving, or "".
func (l *ledger) bars(name string, r *Requirement) Duty {
	if l.alone && name != "" && slices.Contains(l.c.Implementers, name) {
		return Implementer
	}
	return l.c.barred(name, r)
}

// since is the first vote of the unbroken run of equal approvals that ends with
// vote n: saying yes again does not begin anew.
func (l *ledger) since(n int32, r *Requirement) int32 {
	for {
		v, prev := l.vote(n), l.before[n-1]
		if prev == 0 {
			return n
		}
		p := l.vote(prev)
		if p.By != v.By || p.Kind != Approve || p.Ended != nil || !r.keeps(p.Changed) || !r.keeps(p.Digests.Changed(v.Digests)) ||
			r.Expires > 0 && !v.At.Before(r.Expires.after(p.At)) {
			return n
		}
		n = prev
	}
}
