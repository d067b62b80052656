package approval

import (
	"fmt"
	"slices"
)

// Known is what the office knows while a policy is compiled. What is nil is not
// known, and nothing is found against it.
type Known struct {
	Directory Directory // who is in which role and group
	Facts     []string  // the facts that requests have
	Classes   []Class   // the classes that their content has; nil: those of this package
}

// Directory says who holds a role and who is in a group. A role without an
// entry is known by what voters were vouched to hold when they voted; a group
// without an entry has nobody. Lists may be in any order and overlap.
type Directory struct {
	Roles  map[string][]string
	Groups map[string][]string
}

// Judge judges cases by one policy. It is immutable and safe for concurrent
// use.
type Judge struct{ policy Policy }

// Policy returns a copy of the policy it judges by.
func (j *Judge) Policy() Policy { return j.policy.Clone() }

// Overridable reports whether the policy lets anybody set requirements aside.
func (j *Judge) Overridable() bool { return !j.policy.Override.empty() }

// Names lists the roles and groups that the policy names, each once, in the
// order of the policy: what has to be looked up before it can be judged.
func (j *Judge) Names() (roles, groups []string) {
	add := func(f From) {
		roles, groups = missing(roles, f.Roles), missing(groups, f.Groups)
	}
	for i := range j.policy.Stages {
		for k := range j.policy.Stages[i].Requirements {
			r := &j.policy.Stages[i].Requirements[k]
			add(r.From)
			add(r.Vetoers)
		}
	}
	add(j.policy.Override)
	return roles, groups
}

// missing appends what of more is not yet there.
func missing(names, more []string) []string {
	for _, s := range more {
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return names
}

// Compile checks a copy of the policy and returns its judge. All findings come
// at once, in an order that depends on the arguments only. If any of them is an
// error, the judge is nil.
func Compile(p Policy, known Known) (*Judge, []Finding) {
	c := checker{policy: p.Clone(), known: known}
	c.whole()
	if !blocking(c.findings) {
		c.reach()
	}
	if blocking(c.findings) {
		return nil, c.findings
	}
	return &Judge{policy: c.policy}, c.findings
}

// checker collects what is wrong with a policy.
type checker struct {
	policy   Policy
	known    Known
	findings []Finding
	stage    string
	req      string
}

func (c *checker) findf(code Code, advice, format string, args ...any) {
	severity := Error
	if code == LaxSticky {
		severity = Warning
	}
	c.findings = append(c.findings, Finding{
		Code: code, Severity: severity, Stage: c.stage, Requirement: c.req, Text: fmt.Sprintf(format, args...), Advice: advice,
	})
}

func (c *checker) whole() {
	p := &c.policy
	if p.ID == "" || p.Version < 1 || len(p.ID) > MaxName {
		c.findf(Contradiction, "give an id and a version from 1", "the policy cannot be pinned")
	}
	if len(p.Stages) > MaxStages {
		c.findf(TooLarge, "split the policy", "%d stages are more than %d", len(p.Stages), MaxStages)
		return
	}
	c.duration("last_call", p.LastCall)
	c.from("override", p.Override, true)
	var stages, ids []string
	sure := false
	for i := range p.Stages {
		s := &p.Stages[i]
		c.stage, c.req = s.Name, ""
		c.name(&stages, "stage", s.Name)
		c.word("matching", string(s.Matching), string(Distinct), string(Shared))
		switch n := len(s.Requirements); {
		case n == 0:
			c.findf(NoMandatoryApprover, "give it a requirement or leave it out", "the stage asks nobody")
		case n > MaxRequirements:
			c.findf(TooLarge, "split the stage", "%d requirements are more than %d", n, MaxRequirements)
			continue
		}
		for k := range s.Requirements {
			r := &s.Requirements[k]
			c.req = r.ID
			c.name(&ids, "requirement", r.ID)
			c.requirement(r)
			sure = sure || !r.Optional && len(r.When) == 0
		}
	}
	c.stage, c.req = "", ""
	if !sure {
		c.findf(NoMandatoryApprover, "add a requirement that is not optional and has no condition",
			"a request could be approved without anybody's approval")
	}
}

func (c *checker) name(seen *[]string, what, name string) {
	switch {
	case name == "" || len(name) > MaxName:
		c.findf(UndeclaredName, "name it in 1 to 200 bytes", "a %s has no usable name", what)
	case slices.Contains(*seen, name):
		c.findf(DuplicateName, "rename one of them", "the %s %q stands twice", what, name)
	}
	*seen = append(*seen, name)
}

func (c *checker) word(what, word string, allowed ...string) {
	if !slices.Contains(allowed, word) {
		c.findf(UndeclaredName, fmt.Sprintf("use one of %q", allowed), "%s %q does not exist", what, word)
	}
}

func (c *checker) duration(what string, d Duration) {
	if d < 0 || d > maxDuration {
		c.findf(Contradiction, "give a length of time of up to a hundred years, or leave it out", "%s is out of range", what)
	}
}

func (c *checker) requirement(r *Requirement) {
	c.from("from", r.From, false)
	c.need(r.Need)
	c.word("veto", string(r.Veto), string(VetoAny), string(VetoListed), string(VetoNone))
	if (r.Veto == VetoListed) == r.Vetoers.empty() {
		c.findf(Contradiction, "give vetoers with veto listed, and only then", "veto %q and its vetoers do not fit", r.Veto)
	}
	c.from("vetoers", r.Vetoers, true)
	c.duration("expires", r.Expires)
	c.duration("due", r.Due)
	for _, d := range r.Allow {
		c.word("duty", string(d), string(Applicant), string(Amender), string(Recommender), string(Assessor), string(Implementer))
		if d == Applicant || d == Amender || d == Implementer {
			c.findf(SelfApproval, "leave it out: there is no exemption", "the %s is never allowed to approve alone", d)
		}
	}
	repeats(c, "allow", r.Allow)
	c.sticky(r)
	c.conditions(r.When)
}

func (c *checker) sticky(r *Requirement) {
	classes := c.known.Classes
	if classes == nil {
		classes = []Class{Editorial, Schedule, Scope, Risk, Cost, Affected}
	}
	for _, class := range r.Sticky {
		switch {
		case !slices.Contains(classes, class):
			c.findf(UndeclaredName, "name a class of the content", "the class %q does not exist", class)
		case class != Editorial && class != Schedule:
			c.findf(LaxSticky, "let the amendment ask for approval again", "an approval outlives an amendment of %s", class)
		}
	}
	repeats(c, "sticky", r.Sticky)
}

func (c *checker) conditions(when []Condition) {
	if len(when) > MaxNames {
		c.findf(TooLarge, "ask for fewer facts", "%d conditions are more than %d", len(when), MaxNames)
	}
	for _, w := range when {
		if c.known.Facts != nil && !slices.Contains(c.known.Facts, w.Fact) {
			c.findf(UndeclaredName, fmt.Sprintf("ask for one of %q", c.known.Facts), "requests have no fact %q", w.Fact)
		}
		if len(w.In) > 0 == (w.AtLeast != nil) {
			c.findf(Contradiction, "give either the values or the least value", "the condition on %q asks for nothing or for two things", w.Fact)
		}
		c.names("in", w.In)
	}
}

func (c *checker) need(n Need) {
	c.word("need", string(n.Kind), string(Count), string(Percent), string(All), string(Any))
	c.word("rounding", string(n.Rounding), string(Ceil), string(HalfUp))
	switch {
	case (n.Kind == Count) != (n.Count != 0) || n.Count < 0:
		c.findf(Contradiction, "give a count from 1 with kind count, and only then", "the count %d does not fit the kind %s", n.Count, n.Kind)
	case n.Kind != Percent && (n.BasisPoints != 0 || n.Rounding != Ceil):
		c.findf(Contradiction, "give basis points and rounding with kind percent only", "a share does not fit the kind %s", n.Kind)
	case n.Kind == Percent && n.Rounding == Ceil && (n.BasisPoints < 1 || n.BasisPoints > whole):
		c.findf(PercentRange, "give 1 to 10000 basis points", "%d basis points are not a share of the people", n.BasisPoints)
	}
}

func (c *checker) from(what string, f From, mayBeEmpty bool) {
	if f.empty() && !mayBeEmpty {
		c.findf(QuorumUnreachable, "name users, roles, groups or owners", "nobody may approve")
	}
	c.names(what+".users", f.Users)
	c.names(what+".roles", f.Roles)
	c.names(what+".groups", f.Groups)
	for _, name := range f.Roles {
		if _, ok := c.known.Directory.Roles[name]; !ok && c.known.Directory.Roles != nil {
			c.findf(UndeclaredName, "name a role of the directory", "the role %q does not exist", name)
		}
	}
	for _, name := range f.Groups {
		if _, ok := c.known.Directory.Groups[name]; !ok && c.known.Directory.Groups != nil {
			c.findf(UndeclaredName, "name a group of the directory", "the group %q does not exist", name)
		}
	}
}

func (c *checker) names(what string, names []string) {
	if len(names) > MaxNames {
		c.findf(TooLarge, "make a group of them", "%s has more than %d entries", what, MaxNames)
		return
	}
	for _, s := range names {
		if s == "" || len(s) > MaxName {
			c.findf(UndeclaredName, "name it in 1 to 200 bytes", "%s has an entry that is no usable name", what)
		}
	}
	repeats(c, what, names)
}

func repeats[T ~string](c *checker, what string, names []T) {
	for i, s := range names {
		if slices.Contains(names[:i], s) {
			c.findf(DuplicateName, "remove one", "%q stands twice in %s", s, what)
		}
	}
}

// reach finds requirements that could not be satisfied even if everybody known
// approved and nobody were barred. Conditions may exclude each other, so each
// conditional requirement is tried alone beside those without condition.
func (c *checker) reach() {
	j := &Judge{policy: c.policy}
	try := func(conditional string) {
		for _, u := range j.unreachable(&Case{Directory: c.known.Directory}, true, func(r *Requirement) bool {
			return len(r.When) == 0 || r.ID == conditional
		}) {
			if conditional != "" && u.Requirement != conditional {
				continue
			}
			c.stage, c.req = u.Stage, u.Requirement
			c.findf(QuorumUnreachable, "ask for fewer approvals, or name more people",
				"%d approvals are needed and at most %d people could give one", u.Need, u.Could)
		}
	}
	try("")
	for i := range c.policy.Stages {
		for k := range c.policy.Stages[i].Requirements {
			if r := &c.policy.Stages[i].Requirements[k]; len(r.When) > 0 {
				try(r.ID)
			}
		}
	}
}
