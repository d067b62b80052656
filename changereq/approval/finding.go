package approval

import (
	"fmt"
	"slices"
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

// The kinds of finding. All but ClassMissing and LaxSticky are errors.
const (
	NoMandatoryApprover Code = "no-mandatory-approver" // a request could need nobody's approval
	QuorumUnreachable   Code = "quorum-unreachable"    // more approvals are needed than people could give
	PercentRange        Code = "percent-range"         // a share of nothing, or of more than all
	ClassMissing        Code = "class-missing"         // a field of the content belongs to no class; it counts as scope
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

// Materiality says to which class each field of a content belongs.
type Materiality map[string]Class

// Of returns the class of a field. One that nobody has classed is Scope: what is
// not known to be harmless is material.
func (m Materiality) Of(field string) Class {
	if c, ok := m[field]; ok {
		return c
	}
	return Scope
}

// Check finds the fields of a content that have no class, in their order.
func (m Materiality) Check(fields ...string) []Finding {
	var out []Finding
	for _, field := range fields {
		if _, ok := m[field]; !ok {
			out = append(out, Finding{
				Code: ClassMissing, Severity: Warning, Text: "the field " + field + " has no class and counts as scope",
				Advice: "give it the class it belongs to",
			})
		}
	}
	return out
}
