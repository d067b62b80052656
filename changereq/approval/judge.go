package approval

import (
	"slices"
	"time"
)

// Verdict judges the case. It changes nothing and keeps nothing of it but
// texts.
func (j *Judge) Verdict(c *Case) Verdict {
	l := newLedger(c)
	v := j.verdict(l)
	if (v.State == Satisfied || v.State == LastCall) && l.onlyImplementers() {
		next, turns := l.next, l.turns
		l = newLedger(c)
		l.alone, l.next, l.turns = true, next, turns
		v = j.verdict(l)
	}
	return v
}

// verdict judges what the ledger holds.
func (j *Judge) verdict(l *ledger) Verdict {
	c := l.c
	v := Verdict{State: Satisfied, Stages: make([]StageVerdict, 0, len(j.policy.Stages))}
	opened, isOpen := c.Asked, true
	var since time.Time
	edges := make([]uint64, len(c.Votes))
	var stamp int32
	for i := range j.policy.Stages {
		clear(edges)
		s := &session{ledger: l, policy: &j.policy, stage: &j.policy.Stages[i], edges: edges}
		s.hear(&stamp)
		s.match()
		sv := s.conclude(isOpen, opened)
		v.Stages = append(v.Stages, sv)
		for k := range s.items {
			v.Barred = append(v.Barred, s.items[k].bars...)
		}
		if s.since.After(since) {
			since = s.since
		}
		if isOpen && !sv.State.Done() {
			v.State, v.Stage = sv.State, sv.Name
			v.Asked = s.asks()
			isOpen = false
		}
		opened = since
		if since.Before(c.Asked) {
			opened = c.Asked
		}
	}
	j.close(l, &v, since)
	return v
}

// close puts the whole together: objections anywhere, the last call, what was
// not listened to.
func (j *Judge) close(l *ledger, v *Verdict, since time.Time) {
	for _, worst := range []State{Vetoed, Blocked} {
		if i := slices.IndexFunc(v.Stages, func(s StageVerdict) bool { return s.State == worst }); i >= 0 {
			v.State, v.Stage = worst, v.Stages[i].Name
			if worst == Vetoed {
				v.Asked = nil // what is stopped asks nobody
			}
			break
		}
	}
	if v.State == Satisfied {
		v.Since = &since
		if end := j.policy.LastCall.after(since); j.policy.LastCall > 0 && l.c.Now.Before(end) {
			v.State = LastCall
			l.passes(end)
		}
	}
	for i := range l.c.Delegations {
		if d := &l.c.Delegations[i]; d.Revoked == nil {
			l.passes(d.Start)
			l.passes(d.End)
		}
	}
	for i := range l.c.Votes {
		if x := &l.c.Votes[i]; !l.heard[i] && x.Ended == nil && l.newest(int32(i+1)) {
			v.Ignored = append(v.Ignored, Standing{Vote: x.ID, By: x.By, For: x.For, Kind: x.Kind, Status: NotListed})
		}
	}
	v.Next, v.Turns = known(l.next), known(l.turns)
}

// known is a time to point at, nil for none.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (l *ledger) newest(n int32) bool {
	p := &l.people[l.id(l.vote(n).Person())]
	return p.own == n || p.proxy == n
}

// onlyImplementers reports whether implementers approved and nobody else did.
func (l *ledger) onlyImplementers() bool {
	if len(l.c.Implementers) == 0 {
		return false
	}
	some := false
	for i := range l.people {
		if l.people[i].approves {
			if !slices.Contains(l.c.Implementers, l.people[i].name) {
				return false
			}
			some = true
		}
	}
	return some
}
