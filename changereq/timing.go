package changereq

import (
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Timing is when time alone bears on the approval of a request, as its policy
// made it after the last command. It stands in the history, so that a list of
// what is due needs no policy and no directory.
type Timing struct {
	Due   *time.Time `json:"due,omitempty"`   // by when the first requirement that is waited for should be met
	Turns *time.Time `json:"turns,omitempty"` // when next a vote expires, a delegation begins or ends, or the last call is over
}

func (t Timing) clone() Timing {
	return Timing{Due: clonePtr(t.Due), Turns: clonePtr(t.Turns)}
}

func (t Timing) equal(o Timing) bool {
	return sameInstant(t.Due, o.Due) && sameInstant(t.Turns, o.Turns)
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// time records when time bears on the approval, if that is news, wherever an
// approval is being given or is not used up. What a template allows asks nobody.
func (d *deliberation) time() {
	if d.req.Category != lifecycle.Decide || d.req.Policy == (PolicyRef{}) || d.req.Authorisation != nil {
		return
	}
	if len(d.req.Delegations) == 0 && d.req.Timing == (Timing{}) && !d.judge().Timed() {
		return
	}
	if now := timing(d.view().Verdict()); !now.equal(d.req.Timing) {
		d.emit(ApprovalTimedData{Timing: now})
	}
}

func timing(v approval.Verdict) Timing {
	t := Timing{Turns: instant(v.Turns)}
	for i := range v.Stages {
		for k := range v.Stages[i].Requirements {
			r := &v.Stages[i].Requirements[k]
			if r.Due != nil && !r.Optional && !r.State.Done() && (t.Due == nil || r.Due.Before(*t.Due)) {
				t.Due = instant(r.Due)
			}
		}
	}
	return t
}
