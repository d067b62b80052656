package approval

import (
	"fmt"
	"slices"
	"strconv"
)

// Finding is one thing wrong with a policy.
type Finding struct {
	Code        Code     `json:"code"`
	Severity    Severity `json:"severity"`
	Stage       string   `json:"stage,omitempty"`       // where it is wrong; empty when the whole policy is meant
	Requirement string   `json:"requirement,omitempty"` // likewise
	Text        string   `json:"text"`                  // what is wrong
	Advice      string   `json:"advice"`                // what to do about it
}

// Code names a kind of finding.
type Code string

// The kinds of finding. All but LaxSticky are errors.
const (
	NoMandatoryApprover Code = "no-mandatory-approver" // a request could need nobody's approval
	QuorumUnreachable   Code = "quorum-unreachable"    // more approvals are needed than people could give
	PercentRange        Code = "percent-range"         // a share of nothing, or of more than all
	LaxSticky           Code = "lax-sticky"            // an approval outlives amendments of the matter itself
	UndeclaredName      Code = "undeclared-name"       // a word, role, group, class or fact that is not there
	DuplicateName       Code = "duplicate-name"        // a name given twice
	TooLarge            Code = "too-large"             // beyond the limits
	Contradiction       Code = "contradiction"         // settings that exclude each other, or are missing
	SelfApproval        Code = "self-approval"         // a duty that never may approve is allowed
)

// Severity says whether a finding blocks the policy.
type Severity string

// The severities.
const (
	Warning Severity = "warning" // worth a look; the policy compiles
	Error   Severity = "error"
)

// String puts the finding in one line: where, what is wrong, and what to do.
func (f Finding) String() string {
	where := ""
	switch {
	case f.Requirement != "":
		where = " requirement " + f.Requirement
	case f.Stage != "":
		where = " stage " + f.Stage
	}
	return fmt.Sprintf("%s %s%s: %s; %s", f.Severity, f.Code, where, f.Text, f.Advice)
}

func blocking(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}

// Pointer is the place of a finding in the JSON of the policy, as a JSON pointer
// such as /stages/0/requirements/2; empty means the whole. Of what stands there
// twice it is the first.
func (p Policy) Pointer(f Finding) string {
	i := slices.IndexFunc(p.Stages, func(s Stage) bool { return s.Name == f.Stage })
	if f.Stage == "" || i < 0 {
		return ""
	}
	at := "/stages/" + strconv.Itoa(i)
	if k := slices.IndexFunc(p.Stages[i].Requirements, func(r Requirement) bool { return r.ID == f.Requirement }); f.Requirement != "" && k >= 0 {
		at += "/requirements/" + strconv.Itoa(k)
	}
	return at
}
