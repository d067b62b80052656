package approval

import (
	"slices"
	"strconv"
	"time"
)

// Case is everything a verdict depends on besides the policy. Now must not lie
// before any vote. Votes stand in the order in which they were cast.
type Case struct {
	Now     time.Time
	Asked   time.Time // when people were asked, the instant the first stage opened; zero: not known
	Content Digests   // as it stands

	Applicant    string
	Amender      string // the last to amend something material
	Recommender  string
	Assessors    []string
	Implementers []string
	Owners       []string            // of what is affected
	Facts        map[string][]string // what conditions ask for
	Directory    Directory

	Votes       []Vote
	Delegations []Delegation
	Deputies    []Delegation // who could stand in, but does not yet: asked, never counted
	Overrides   []Override

	// BadSignatures are the votes, by id, whose signature was found not to
	// verify: they count for nothing.
	BadSignatures []string
}

// applies reports whether every condition of the requirement holds.
func (c *Case) applies(r *Requirement) bool {
	for i := range r.When {
		if !r.When[i].holds(c.Facts) {
			return false
		}
	}
	return true
}

func (w *Condition) holds(facts map[string][]string) bool {
	return slices.ContainsFunc(facts[w.Fact], func(have string) bool {
		if w.AtLeast == nil {
			return slices.Contains(w.In, have)
		}
		n, err := strconv.ParseInt(have, 10, 64)
		return err == nil && n >= *w.AtLeast
	})
}

// barred says which duty keeps the person from approving, or "".
func (c *Case) barred(person string, r *Requirement) Duty {
	switch {
	case person == "":
		return ""
	case person == c.Applicant:
		return Applicant
	case person == c.Amender:
		return Amender
	case person == c.Recommender && !slices.Contains(r.Allow, Recommender):
		return Recommender
	case slices.Contains(c.Assessors, person) && !slices.Contains(r.Allow, Assessor):
		return Assessor
	}
	return ""
}

// delegated reports whether the person was entitled to speak for the principal
// on the requirement at t.
func (c *Case) delegated(principal, to, requirement string, t time.Time) bool {
	return slices.ContainsFunc(c.Delegations, func(d Delegation) bool {
		return d.From == principal && d.To == to && d.Covers(requirement, t)
	})
}

// delegation is one of the delegations, or one of the deputies after them.
func (c *Case) delegation(i int) *Delegation {
	if n := len(c.Delegations); i >= n {
		return &c.Deputies[i-n]
	}
	return &c.Delegations[i]
}

// overridden finds an override of the requirement that holds for the content.
func (c *Case) overridden(p *Policy, r *Requirement) *Override {
	for i := range c.Overrides {
		if o := &c.Overrides[i]; o.Requirement == r.ID && c.effective(p, r, o) {
			return o
		}
	}
	return nil
}

func (c *Case) effective(p *Policy, r *Requirement, o *Override) bool {
	return o.Second != nil && o.Ended == nil && o.First.By != o.Second.By &&
		c.mayOverride(p, o.First) && c.mayOverride(p, *o.Second) &&
		r.keeps(o.Changed) && r.keeps(o.Digests.Changed(c.Content))
}

func (c *Case) mayOverride(p *Policy, x Consent) bool {
	return x.By != c.Applicant && x.By != c.Amender && c.Directory.lists(p.Override, x.By, x.Roles, c.Owners)
}

// keeps reports whether an approval survives amendments of these classes.
func (r *Requirement) keeps(changed []Class) bool {
	for _, class := range changed {
		if class != Editorial && !slices.Contains(r.Sticky, class) {
			return false
		}
	}
	return true
}

// lists reports whether f names the person, who was vouched to hold roles.
func (d Directory) lists(f From, person string, roles, owners []string) bool {
	if slices.Contains(f.Users, person) || f.Owners && slices.Contains(owners, person) {
		return true
	}
	for _, role := range f.Roles {
		if members, known := d.Roles[role]; known && slices.Contains(members, person) || !known && slices.Contains(roles, role) {
			return true
		}
	}
	return slices.ContainsFunc(f.Groups, func(group string) bool { return slices.Contains(d.Groups[group], person) })
}
