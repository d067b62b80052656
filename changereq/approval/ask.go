package approval

// MayOverride reports whether the person, who holds roles, may set requirements
// aside in this case.
func (j *Judge) MayOverride(c *Case, person string, roles []string) bool {
	return c.mayOverride(&j.policy, Consent{By: person, Roles: roles})
}

// Lists returns the requirements that apply and list the person, who holds
// roles, among those who may approve or veto, whether or not a duty bars them.
func (j *Judge) Lists(c *Case, person string, roles []string) []string {
	var out []string
	for i := range j.policy.Stages {
		for k := range j.policy.Stages[i].Requirements {
			r := &j.policy.Stages[i].Requirements[k]
			if c.applies(r) && (c.Directory.lists(r.From, person, roles, c.Owners) || c.Directory.lists(r.Vetoers, person, roles, c.Owners)) {
				out = append(out, r.ID)
			}
		}
	}
	return out
}

// Bars says which duty keeps the person from approving the requirement, or "".
// It says nothing about an implementer, who is barred only from being alone.
func (j *Judge) Bars(c *Case, requirement, person string) Duty {
	if r := j.find(requirement); r != nil {
		return c.barred(person, r)
	}
	return ""
}

// Outdates reports whether an amendment of these classes takes an approval of
// some requirement away.
func (j *Judge) Outdates(changed []Class) bool {
	return j.any(func(r *Requirement) bool { return !r.keeps(changed) })
}

// AsksSignatures reports whether some requirement counts signed approvals only.
func (j *Judge) AsksSignatures() bool {
	return j.any(func(r *Requirement) bool { return r.Signed })
}

// Timed reports whether time alone can change a verdict of the policy, apart
// from delegations.
func (j *Judge) Timed() bool {
	return j.policy.LastCall > 0 || j.any(func(r *Requirement) bool { return r.Expires > 0 || r.Due > 0 })
}

func (j *Judge) any(holds func(*Requirement) bool) bool {
	for i := range j.policy.Stages {
		for k := range j.policy.Stages[i].Requirements {
			if holds(&j.policy.Stages[i].Requirements[k]) {
				return true
			}
		}
	}
	return false
}

// find returns the requirement with that id, or nil.
func (j *Judge) find(id string) *Requirement {
	for i := range j.policy.Stages {
		for k := range j.policy.Stages[i].Requirements {
			if r := &j.policy.Stages[i].Requirements[k]; r.ID == id {
				return r
			}
		}
	}
	return nil
}

// Requirement returns a copy of the requirement with that id.
func (j *Judge) Requirement(id string) (Requirement, bool) {
	if r := j.find(id); r != nil {
		return r.clone(), true
	}
	return Requirement{}, false
}
