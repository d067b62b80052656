package schedule

import "time"

// Requirement is one thing an activity needs to start. Exactly one of its
// parts is set.
type Requirement struct {
	Material     *Material     `json:"material,omitzero"`
	Staff        *Staff        `json:"staff,omitzero"`
	Prerequisite *Prerequisite `json:"prerequisite,omitzero"`
}

// Material asks for a quantity of an item, at a place, by the start.
type Material struct {
	Item     string `json:"item,omitzero"`
	Quantity int64  `json:"quantity,omitzero"` // in the smallest unit of the item
	Place    string `json:"place,omitzero"`    // empty is anywhere
}

// Staff asks for people with a skill, the same ones from start to finish
// unless Handover allows others to go on at a change of shift.
type Staff struct {
	Skill    string `json:"skill,omitzero"`
	Level    int    `json:"level,omitzero"` // that level or a higher one
	Count    int    `json:"count,omitzero"`
	Handover bool   `json:"handover,omitzero"`
}

// Prerequisite is a document or an approval, known here by a reference and the
// dates its keeper gives.
type Prerequisite struct {
	Kind       PrerequisiteKind `json:"kind,omitzero"`
	Ref        string           `json:"ref,omitzero"`         // opaque
	Met        bool             `json:"met,omitzero"`         // it is there
	ExpectedBy time.Time        `json:"expected_by,omitzero"` // when it will be there; zero is unknown
	ActBy      time.Time        `json:"act_by,omitzero"`      // the last moment to set it going; zero if it is under way
}

// PrerequisiteKind says what a prerequisite is.
type PrerequisiteKind string

// The kinds of prerequisite.
const (
	Document PrerequisiteKind = "document"
	Approval PrerequisiteKind = "approval"
)

// Part names the class of a requirement: materials, staff, documents or approvals.
func (r Requirement) Part() Part {
	switch {
	case r.Material != nil:
		return Materials
	case r.Staff != nil:
		return People
	case r.Prerequisite != nil && r.Prerequisite.Kind == Approval:
		return Approvals
	}
	return Documents
}

// Part is a class of requirements that is summed up apart.
type Part uint8

// The parts of readiness.
const (
	Materials Part = iota
	People
	Documents
	Approvals
	parts
)

// String returns the name of the part.
func (p Part) String() string {
	if p >= parts {
		return "?"
	}
	return [...]string{"materials", "staff", "documents", "approvals"}[p]
}
