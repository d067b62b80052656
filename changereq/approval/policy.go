package approval

import "slices"

// Limits of a policy. They keep judging within microseconds whatever a file
// says.
const (
	MaxStages       = 20
	MaxRequirements = 32 // of one stage
	MaxNames        = 200
	MaxName         = 200 // bytes of a name
)

// Policy says whose approval a request needs. It is plain data with a stable
// JSON form. Stages come one after the other; the requirements of a stage are
// worked on side by side.
type Policy struct {
	ID       string   `json:"id"`
	Version  int      `json:"version"` // from 1; what it said under a version it says for ever
	Title    string   `json:"title,omitempty"`
	Stages   []Stage  `json:"stages,omitempty"`
	LastCall Duration `json:"last_call,omitempty"` // between the last approval needed and the verdict; an objection cancels it
	Override From     `json:"override,omitzero"`   // who may set a requirement aside, two together; empty: nobody
}

// Stage is a step of a policy. It opens when the stage before it is satisfied.
type Stage struct {
	Name         string        `json:"name"`
	Matching     Matching      `json:"matching,omitempty"`
	Requirements []Requirement `json:"requirements,omitempty"`
}

// Matching says how many requirements of a stage one approval serves.
type Matching string

const (
	// Distinct lets each person serve one requirement of the stage, so that two
	// requirements are two people. It is the default.
	Distinct Matching = ""
	// Shared lets each person serve every requirement that lists them.
	Shared Matching = "shared"
)

// Requirement is one thing that must be approved in its stage.
type Requirement struct {
	ID       string      `json:"id"`                // unique in the policy
	Meaning  string      `json:"meaning,omitempty"` // what an approval says, such as "technically feasible"
	When     []Condition `json:"when,omitempty"`    // all must hold, else the requirement does not apply
	From     From        `json:"from"`
	Need     Need        `json:"need"`
	Optional bool        `json:"optional,omitempty"` // asked, but not waited for; its veto counts
	Veto     Veto        `json:"veto,omitempty"`
	Vetoers  From        `json:"vetoers,omitzero"` // with Veto listed
	Allow    []Duty      `json:"allow,omitempty"`  // duties that do not bar from approving here
	Signed   bool        `json:"signed,omitempty"` // only approvals with a signature count
	Expires  Duration    `json:"expires,omitempty"`
	Sticky   []Class     `json:"sticky,omitempty"` // classes whose amendment leaves an approval standing; Editorial always does
	Due      Duration    `json:"due,omitempty"`    // after the stage opened; being late approves nothing
}

// From names people: by name, by role, by group, or as owners of what is
// affected. Several sources add up.
type From struct {
	Users  []string `json:"users,omitempty"`
	Roles  []string `json:"roles,omitempty"`
	Groups []string `json:"groups,omitempty"`
	Owners bool     `json:"owners,omitempty"` // the owners of the affected items
}

func (f From) empty() bool {
	return len(f.Users) == 0 && len(f.Roles) == 0 && len(f.Groups) == 0 && !f.Owners
}

// Condition asks for a fact about the request: one of its values stands in In,
// or is a whole number of at least AtLeast.
type Condition struct {
	Fact    string   `json:"fact"`
	In      []string `json:"in,omitempty"`
	AtLeast *int64   `json:"at_least,omitempty"`
}

// Veto says whose rejection stops the request.
type Veto string

const (
	// VetoAny is that of anybody who may approve. It is the default.
	VetoAny Veto = ""
	// VetoListed is that of the Vetoers.
	VetoListed Veto = "listed"
	// VetoNone is nobody's; a rejection is an approval that is not given.
	VetoNone Veto = "none"
)

// Duty is what somebody did for the request and what by default bars them from
// approving it.
type Duty string

// The duties. Only Recommender and Assessor can be allowed by a policy.
const (
	Applicant   Duty = "applicant"
	Amender     Duty = "amender"     // the last to amend something material
	Recommender Duty = "recommender" // wrote the recommendation of the brief
	Assessor    Duty = "assessor"
	Implementer Duty = "implementer" // counts, but never alone
)

// Class is a materiality class of the content: what belongs together when it is
// asked whether an amendment is material.
type Class string

// The materiality classes. Every one but Editorial is material.
const (
	Editorial Class = "editorial"
	Schedule  Class = "schedule"
	Scope     Class = "scope"
	Risk      Class = "risk"
	Cost      Class = "cost"
	Affected  Class = "affected"
)

// Clone returns a copy that shares no memory with p.
func (p Policy) Clone() Policy {
	p.Override = p.Override.clone()
	p.Stages = slices.Clone(p.Stages)
	for i := range p.Stages {
		s := &p.Stages[i]
		s.Requirements = slices.Clone(s.Requirements)
		for k := range s.Requirements {
			s.Requirements[k] = s.Requirements[k].clone()
		}
	}
	return p
}

func (r Requirement) clone() Requirement {
	r.From, r.Vetoers = r.From.clone(), r.Vetoers.clone()
	r.Allow, r.Sticky = slices.Clone(r.Allow), slices.Clone(r.Sticky)
	r.When = slices.Clone(r.When)
	for i := range r.When {
		w := &r.When[i]
		w.In = slices.Clone(w.In)
		if w.AtLeast != nil {
			n := *w.AtLeast
			w.AtLeast = &n
		}
	}
	return r
}

func (f From) clone() From {
	f.Users, f.Roles, f.Groups = slices.Clone(f.Users), slices.Clone(f.Roles), slices.Clone(f.Groups)
	return f
}
