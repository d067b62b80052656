package changereq

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// DueKind says what is due.
type DueKind string

// The kinds of what is due, in the order in which they are listed at one
// instant.
const (
	DueDecision DueKind = "decide-by"        // the brief asks for a decision by then
	DueApproval DueKind = "approval-due"     // the policy asks for an approval by then
	DueResume   DueKind = "deferred-until"   // a deferral is over
	DueExpiry   DueKind = "approval-expires" // an approval holds only until then
	DueTurn     DueKind = "approval-turns"   // a vote expires, a delegation begins or ends, or the last call is over: Refresh
	DueNotice   DueKind = "notice-owed"      // somebody waits for a notice
	DueState    DueKind = "state-age"        // the request has been in its state for long
)

// DueKinds lists the kinds in their order.
func DueKinds() []DueKind {
	return []DueKind{DueDecision, DueApproval, DueResume, DueExpiry, DueTurn, DueNotice, DueState}
}

// Deadlines are the limits of an office. The zero value knows no limits of its
// own: only what briefs, deferrals and approvals say themselves is due.
type Deadlines struct {
	// Expiry is how long before an approval expires somebody should know.
	Expiry time.Duration
	// Notice is how long a notice may be owed; 0 is for ever.
	Notice time.Duration
	// States is how long a request may be in each state, by the state's name;
	// states that are not named have no limit.
	States map[string]time.Duration
}

// Escalation is one thing about a request that is due.
type Escalation struct {
	Kind    DueKind   `json:"kind"`
	Due     time.Time `json:"due"`
	Request ID        `json:"request"`
	Number  string    `json:"number"`
	State   string    `json:"state"`
	Ref     string    `json:"ref,omitempty"` // the oldest obligation of DueNotice
	Text    string    `json:"text"`          // what is due, and what to do
}

// Due lists what is due at now, most urgent first: by Due, then in the order of
// the kinds. While a request is held, nobody has to decide or go on, but
// approvals expire and notices are owed all the same. It is pure: what the policy
// asks for is known from the last command, and Refresh brings it up to date.
func Due(r *Request, limits Deadlines, now time.Time) []Escalation {
	var out []Escalation
	for _, kind := range DueKinds() {
		at := r.Deadline(kind)
		shift, limited := limits.shift(kind, r.State)
		if at == nil || !limited || at.Add(shift).After(now) {
			continue
		}
		e := Escalation{Kind: kind, Due: at.Add(shift), Request: r.ID, Number: r.Number, State: r.State}
		e.Text, e.Ref = r.dueText(kind)
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Escalation) int { return a.Due.Compare(b.Due) })
	return out
}

// shift is what lies between the instant that a request bears and when it is
// due; false if there is no limit.
func (l Deadlines) shift(kind DueKind, state string) (time.Duration, bool) {
	switch kind {
	case DueDecision, DueApproval, DueResume, DueTurn:
		return 0, true
	case DueExpiry:
		return -l.Expiry, true
	case DueNotice:
		return l.Notice, l.Notice > 0
	case DueState:
		limit, limited := l.States[state]
		return limit, limited
	}
	return 0, false
}

// Deadline is the instant that the request bears for a kind, before the limits
// of the office, or nil: the date to decide by, the end of a deferral, the expiry
// of an approval that was not used, the dates of Timing, since when a notice is
// owed, and since when the request is in its state. Backends find requests by it; see
// Tx.ChangeRequestsDue.
func (r *Request) Deadline(kind DueKind) *time.Time {
	switch kind {
	case DueDecision:
		if r.Held == nil && r.Category == lifecycle.Decide && r.Decision.Verdict == Pending && r.Brief != nil {
			return r.Brief.DecideBy
		}
	case DueApproval:
		if r.Held == nil && r.Category == lifecycle.Decide && r.Decision.Verdict == Pending {
			return r.Timing.Due
		}
	case DueTurn:
		if d := &r.Decision; r.Category == lifecycle.Decide && (d.Verdict == Pending || d.Verdict.Approves() && d.Lapsed == "") {
			return r.Timing.Turns
		}
	case DueResume:
		if r.Held == nil && r.Category == lifecycle.Decide && r.Decision.Verdict == Deferred {
			return r.Decision.Until
		}
	case DueExpiry:
		if r.Category == lifecycle.Decide && r.Decision.Verdict.Approves() && r.Decision.Lapsed == "" {
			return r.Decision.Expires
		}
	case DueNotice:
		if o, _ := r.oldestOwed(); o != nil {
			return &o.OwedAt
		}
	case DueState:
		if r.Held == nil && !r.Entered.IsZero() {
			return &r.Entered
		}
	}
	return nil
}

// oldestOwed is the obligation that is owed for longest, and how many are owed.
func (r *Request) oldestOwed() (oldest *Obligation, count int) {
	for i := range r.Obligations {
		o := &r.Obligations[i]
		if o.State != ObligationOwed {
			continue
		}
		if count++; oldest == nil || o.OwedAt.Before(oldest.OwedAt) {
			oldest = o
		}
	}
	return oldest, count
}

func (r *Request) dueText(kind DueKind) (text, ref string) {
	at := r.Deadline(kind).Format(time.RFC3339)
	switch kind {
	case DueDecision:
		return fmt.Sprintf("brief %d asks for a decision by %s: decide, defer, or return it", r.Brief.Number, at), ""
	case DueApproval:
		return "the policy asks for approval by " + at + ": remind whom it waits for", ""
	case DueTurn:
		return "on " + at + " a vote expires, a delegation begins or ends, or the last call is over: refresh it, and see whom it waits for", ""
	case DueResume:
		return "the deferral ended on " + at + ": resume it, or end it", ""
	case DueExpiry:
		return "the approval expires on " + at + ": start, or have it decided again", ""
	case DueNotice:
		o, count := r.oldestOwed()
		return fmt.Sprintf("%d notices are owed, one to %s since %s: send them", count, o.Recipient, at), o.ID
	case DueState:
		return fmt.Sprintf("it has been in %s since %s: move it on, hold it, or cancel it", r.State, at), ""
	}
	return "", ""
}

// DueMark is a place in the list of what is due: that of one request and kind.
type DueMark struct {
	Due  time.Time
	Kind DueKind
	ID   ID
}

// compare is the order of the list: urgent first, then by kind, then by id.
func (m DueMark) compare(o DueMark) int {
	kinds := DueKinds()
	return cmp.Or(m.Due.Compare(o.Due), cmp.Compare(slices.Index(kinds, m.Kind), slices.Index(kinds, o.Kind)), cmp.Compare(m.ID, o.ID))
}

// deferralOver lets a lifecycle take a deferred request up by itself.
func deferralOver(v *View) []Unmet {
	d := &v.Request.Decision
	switch {
	case d.Verdict != Deferred || d.Until == nil:
		return []Unmet{unmet("deferral-over", "the request is not deferred")}
	case v.Now.Before(*d.Until):
		return []Unmet{unmet("deferral-over", "it is deferred until %s", d.Until.Format(time.RFC3339))}
	}
	return nil
}
