package changereq

import (
	"slices"
	"time"
)

// AffectedItem is one thing the change touches and what is to happen to it.
type AffectedItem struct {
	Item   ItemID `json:"item"`
	Action Action `json:"action,omitempty"` // empty until somebody has looked at it
	Base   string `json:"base,omitempty"`   // the revision that was assessed; none for an added item
	Owner  string `json:"owner,omitempty"`
}

// Action is what a change does to an affected item.
type Action string

// The actions. ActionNone says that the owner looked and nothing has to change;
// the owner signs it with SignUnchanged.
const (
	ActionAdd    Action = "add"
	ActionModify Action = "modify"
	ActionRemove Action = "remove"
	ActionNone   Action = "none-after-review"
)

// Result is what became of an affected item.
type Result struct {
	Item        ItemID     `json:"item"`
	Revision    string     `json:"revision,omitempty"`    // the resulting revision
	Predecessor string     `json:"predecessor,omitempty"` // the revision it grew from
	Digest      Digest     `json:"digest,omitempty"`
	Released    bool       `json:"released"`
	Cites       []ID       `json:"cites,omitempty"`
	Unchanged   bool       `json:"unchanged,omitempty"` // signed by the owner
	RecordedBy  string     `json:"recorded_by"`
	RecordedAt  time.Time  `json:"recorded_at"`
	VerifiedBy  string     `json:"verified_by,omitempty"`
	VerifiedAt  *time.Time `json:"verified_at,omitempty"`
	Restored    string     `json:"restored,omitempty"` // the revision put back in force by a back-out
}

func (x Result) clone() Result {
	x.Cites = slices.Clone(x.Cites)
	x.VerifiedAt = clonePtr(x.VerifiedAt)
	return x
}

func (c *Content) affected(item ItemID) *AffectedItem {
	i := slices.IndexFunc(c.Affected, func(a AffectedItem) bool { return a.Item == item })
	if i < 0 {
		return nil
	}
	return &c.Affected[i]
}
