package approval_test

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
)

// The oracle judges small cases by trying everything: which votes are good it
// finds by walking the list for every person and requirement, and whether they
// are enough by trying every way of giving people to requirements. It knows
// policies of users and of roles with a directory, in one or more stages.
type oracle struct {
	p approval.Policy
	c approval.Case
}

// approved reports whether every requirement of every stage is satisfied and
// nobody objects.
func (o oracle) approved() bool {
	humans := map[string]bool{}
	ok := o.satisfied(nil, humans)
	if !ok {
		return false
	}
	for h := range humans {
		if !slices.Contains(o.c.Implementers, h) {
			return true
		}
	}
	if len(humans) == 0 {
		return true
	}
	return o.satisfied(o.c.Implementers, map[string]bool{})
}

func (o oracle) satisfied(alsoBarred []string, humans map[string]bool) bool {
	some := false
	for _, s := range o.p.Stages {
		var needs []int
		var good [][]string // by requirement: the humans
		for _, r := range s.Requirements {
			if !o.applies(r) {
				continue
			}
			overridden := o.overridden(r)
			if !overridden && o.objected(r) {
				return false
			}
			list, n := o.good(r, alsoBarred)
			for _, h := range list {
				humans[h] = true
			}
			if r.Optional {
				continue
			}
			some = true
			if overridden {
				continue
			}
			needs, good = append(needs, r.Need.Of(n)), append(good, list)
		}
		if s.Matching == approval.Shared {
			for i := range needs {
				if len(good[i]) < needs[i] {
					return false
				}
			}
		} else if !assign(needs, good, 0, map[string]bool{}) {
			return false
		}
	}
	return some
}

// assign tries every choice of people for the requirements from i on.
func assign(needs []int, good [][]string, i int, used map[string]bool) bool {
	for i < len(needs) && needs[i] == 0 {
		i++
	}
	if i == len(needs) {
		return true
	}
	for _, h := range good[i] {
		if used[h] {
			continue
		}
		used[h] = true
		needs[i]--
		ok := assign(needs, good, i, used)
		needs[i]++
		delete(used, h)
		if ok {
			return true
		}
	}
	return false
}

func (o oracle) applies(r approval.Requirement) bool {
	for _, w := range r.When {
		hit := false
		for _, have := range o.c.Facts[w.Fact] {
			hit = hit || slices.Contains(w.In, have)
		}
		if !hit {
			return false
		}
	}
	return true
}

func (o oracle) people(f approval.From) []string {
	var out []string
	for _, list := range append([][]string{f.Users}, o.members(f)...) {
		for _, p := range list {
			if !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

func (o oracle) members(f approval.From) [][]string {
	var out [][]string
	for _, r := range f.Roles {
		out = append(out, o.c.Directory.Roles[r])
	}
	return out
}

func (o oracle) barred(p string, r approval.Requirement, also []string) bool {
	return p == o.c.Applicant || p == o.c.Amender || slices.Contains(also, p) ||
		p == o.c.Recommender && !slices.Contains(r.Allow, approval.Recommender)
}

func (o oracle) entitled(v approval.Vote, r approval.Requirement) bool {
	if v.For == "" {
		return true
	}
	for _, d := range o.c.Delegations {
		if d.From == v.For && d.To == v.By && d.Revoked == nil && !v.At.Before(d.Start) && v.At.Before(d.End) &&
			(len(d.Scope) == 0 || slices.Contains(d.Scope, r.ID)) {
			return true
		}
	}
	return false
}

func (o oracle) fresh(v approval.Vote, r approval.Requirement) bool {
	sticky := append([]approval.Class{approval.Editorial}, r.Sticky...)
	for _, c := range v.Changed {
		if !slices.Contains(sticky, c) {
			return false
		}
	}
	for _, a := range o.c.Content {
		for _, b := range v.Digests {
			if a.Class == b.Class && a.Digest != b.Digest && !slices.Contains(sticky, a.Class) {
				return false
			}
		}
	}
	return r.Expires == 0 || o.c.Now.Before(v.At.Add(time.Duration(r.Expires)))
}

// word is what a person says on a requirement now: the own word while it
// stands, else the newest one said for them afterwards.
func (o oracle) word(p string, r approval.Requirement, also []string) *approval.Vote {
	own := o.last(p, func(v approval.Vote) bool { return v.By == p && (v.For == "" || v.For == p) })
	if own >= 0 && o.stands(o.c.Votes[own], r, also) {
		return &o.c.Votes[own]
	}
	proxy := o.last(p, func(v approval.Vote) bool { return v.For == p && v.By != p && o.entitled(v, r) })
	if proxy > own && o.stands(o.c.Votes[proxy], r, also) {
		return &o.c.Votes[proxy]
	}
	return nil
}

// last is the index of the last vote that fits and that is no abstention after
// an objection.
func (o oracle) last(_ string, fits func(approval.Vote) bool) int {
	out := -1
	for i, v := range o.c.Votes {
		if !fits(v) {
			continue
		}
		if v.Kind == approval.Abstain && out >= 0 && o.c.Votes[out].Ended == nil &&
			(o.c.Votes[out].Kind == approval.Reject || o.c.Votes[out].Kind == approval.RequestChanges) {
			continue
		}
		out = i
	}
	return out
}

func (o oracle) stands(v approval.Vote, r approval.Requirement, also []string) bool {
	switch {
	case v.Ended != nil:
		return false
	case v.Kind == approval.Reject || v.Kind == approval.RequestChanges:
		return true
	case v.Kind == approval.Approve && (o.barred(v.By, r, also) || v.For != "" && o.barred(v.For, r, also)):
		return false
	}
	return o.fresh(v, r)
}

func (o oracle) good(r approval.Requirement, also []string) (humans []string, eligible int) {
	for _, p := range o.people(r.From) {
		if o.barred(p, r, also) {
			continue
		}
		eligible++
		if w := o.word(p, r, also); w != nil && w.Kind == approval.Approve && !slices.Contains(humans, w.By) {
			humans = append(humans, w.By)
		}
	}
	return humans, eligible
}

func (o oracle) objected(r approval.Requirement) bool {
	for _, p := range o.people(r.From) {
		w := o.word(p, r, nil)
		if w != nil && (w.Kind == approval.Reject && r.Veto == approval.VetoAny || o.asked(*w)) {
			return true
		}
	}
	for _, p := range o.people(r.Vetoers) {
		if w := o.word(p, r, nil); w != nil && (w.Kind == approval.RequestChanges || w.Kind == approval.Reject) {
			return true
		}
	}
	return false
}

// asked reports whether the word is a request for changes or one that such a
// request stands behind.
func (o oracle) asked(w approval.Vote) bool {
	if w.Kind == approval.RequestChanges {
		return true
	}
	if w.Kind != approval.Reject {
		return false
	}
	open := false
	for _, v := range o.c.Votes {
		if v.Person() != w.Person() || (v.By == v.Person()) != (w.By == w.Person()) {
			continue
		}
		switch {
		case v.Ended != nil && v.Kind == approval.Abstain && open: // as if it were not there
		case v.Ended != nil:
			open = false
		case v.Kind == approval.RequestChanges:
			open = true
		case v.Kind == approval.Approve:
			open = false
		}
		if v.ID == w.ID {
			return open
		}
	}
	return open
}

func (o oracle) overridden(r approval.Requirement) bool {
	for _, x := range o.c.Overrides {
		if x.Requirement != r.ID || x.Second == nil || x.First.By == x.Second.By {
			continue
		}
		ok := o.fresh(approval.Vote{Digests: x.Digests, Changed: x.Changed, At: o.c.Now}, r)
		for _, by := range []string{x.First.By, x.Second.By} {
			ok = ok && by != o.c.Applicant && by != o.c.Amender && slices.Contains(o.people(o.p.Override), by)
		}
		if ok {
			return true
		}
	}
	return false
}
