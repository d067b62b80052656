package approval

import "time"

// Verdict is what a judge makes of a case. Lists are in the order of the policy
// and of the votes.
type Verdict struct {
	State  State          `json:"state"`
	Stage  string         `json:"stage,omitempty"` // the one that is open; empty once all are satisfied
	Stages []StageVerdict `json:"stages"`

	Asked   []Ask      `json:"asked,omitempty"` // each person once for each of those they may speak for
	Barred  []Bar      `json:"barred,omitempty"`
	Ignored []Standing `json:"ignored,omitempty"` // votes that no requirement listens to

	Since *time.Time `json:"since,omitempty"` // when the last approval needed was given
	Next  *time.Time `json:"next,omitempty"`  // the first instant after now at which time alone may change the verdict
	Turns *time.Time `json:"turns,omitempty"` // likewise, but for a requirement that becomes overdue
}

// Approved reports whether the change may go ahead.
func (v Verdict) Approved() bool { return v.State == Satisfied }

// State is how a policy, a stage or a requirement stands.
type State string

// The states. A policy and a stage take the first of Vetoed and Blocked that
// one of their requirements is in, else the state of what is open.
const (
	Satisfied     State = "satisfied"
	Overridden    State = "overridden"
	NotApplicable State = "not-applicable"
	NotOpen       State = "not-open" // an earlier stage is not satisfied
	Waiting       State = "waiting"
	LastCall      State = "last-call"   // all approvals are there; objections are still heard
	Expired       State = "expired"     // there were enough approvals, and time has taken some
	Outdated      State = "outdated"    // there were enough approvals, and an amendment has taken some
	Unreachable   State = "unreachable" // too few are left who may approve
	Blocked       State = "blocked"     // changes were requested
	Vetoed        State = "vetoed"
)

// StageVerdict is how one stage stands.
type StageVerdict struct {
	Name         string               `json:"name"`
	State        State                `json:"state"`
	Opened       *time.Time           `json:"opened,omitempty"`
	Requirements []RequirementVerdict `json:"requirements"`
}

// RequirementVerdict is how one requirement stands.
type RequirementVerdict struct {
	ID       string     `json:"id"`
	State    State      `json:"state"`
	Optional bool       `json:"optional,omitempty"`
	Eligible int        `json:"eligible"` // who may approve, after those barred are gone; -1: not known
	Need     int        `json:"need"`
	Have     int        `json:"have"` // approvals that serve it
	Voices   []Standing `json:"voices,omitempty"`
	Override string     `json:"override,omitempty"` // the id of the one that holds
	Due      *time.Time `json:"due,omitempty"`
	Overdue  bool       `json:"overdue,omitempty"`
}

// Done reports whether nothing more is waited for here.
func (s State) Done() bool { return s == Satisfied || s == Overridden || s == NotApplicable }

// Standing is what became of a person's newest vote on a requirement.
type Standing struct {
	Vote   string `json:"vote"`
	By     string `json:"by"`
	For    string `json:"for,omitempty"`
	Kind   Kind   `json:"kind"`
	Status Status `json:"status"`
}

// String says who spoke: "B" or "B for A".
func (s Standing) String() string { return speaker(s.By, s.For) }

func speaker(by, principal string) string {
	if principal == "" {
		return by
	}
	return by + " for " + principal
}

// Status is what became of a vote.
type Status string

// The ways a vote can stand.
const (
	Counts       Status = "counts" // an approval that serves, or an objection that stops
	Spare        Status = "spare"  // a good approval that serves another requirement or is not needed
	Heard        Status = "heard"  // an abstention, or a rejection that is no veto
	VoteOutdated Status = "outdated"
	VoteExpired  Status = "expired"
	Revoked      Status = "revoked"
	Dismissed    Status = "dismissed"
	EarlierRound Status = "earlier-round" // cast for an earlier decision
	VoteBarred   Status = "barred"
	Unsigned     Status = "unsigned"      // a signature is asked for and missing
	BadSignature Status = "bad-signature" // there is one, and it does not verify
	Unentitled   Status = "unentitled"    // cast for somebody without a delegation in force
	NotListed    Status = "not-listed"
)

// Ask is one person who could now speak for a requirement.
type Ask struct {
	Person      string `json:"person"`
	For         string `json:"for,omitempty"`
	Requirement string `json:"requirement"`
}

// String says who is asked: "B" or "B for A".
func (a Ask) String() string { return speaker(a.Person, a.For) }

// Bar is a person whom a duty keeps from approving a requirement that lists
// them.
type Bar struct {
	Person      string `json:"person"`
	Requirement string `json:"requirement"`
	Duty        Duty   `json:"duty"`
}

// Shortage is a requirement that cannot be satisfied whoever approves.
type Shortage struct {
	Stage       string `json:"stage"`
	Requirement string `json:"requirement"`
	Need        int    `json:"need"`
	Could       int    `json:"could"` // who could approve it, when nobody is needed elsewhere
}
