package changereq

import (
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// View is what the guards of a lifecycle look at: the request and what was
// looked up for this command. A guard changes nothing.
type View struct {
	Request   *Request
	Now       time.Time
	Actor     Actor
	Brief     int               // the brief a decision names; 0 asks whether one could be named
	Window    *Window           // the window a schedule asks for
	Heads     map[ItemID]string // newest released revision of each item; nil when nobody keeps them
	Conflicts []Conflict
	Matrix    *Matrix  // of the office; nil is StandardMatrix
	Uses      *Uses    // what uses the items that change; nil when nobody knows or nobody asked
	Successor *Request // the request that is to take this one's place
	Template  *Request // the request that this one names as its template

	Policy        *approval.Judge    // what the approval is judged by
	People        approval.Directory // who holds the roles and groups that it names
	Standing      []Standing         // delegations for all requests, that may be used on this one
	BadSignatures []string           // votes whose signature does not verify
}

const (
	guardApproved      = "approved"
	guardBase          = "base"
	guardClear         = "clear"
	guardDispositioned = "dispositioned"
	guardDuties        = "separation-of-duties"
)

// Guards returns the guards that lifecycles of change requests may name. A
// guard whose gate is not GateNone is one that the kernel insists on.
func Guards() []lifecycle.Guard[*View] {
	plain := func(name string, check func(*View) []Unmet) lifecycle.Guard[*View] {
		return lifecycle.Guard[*View]{Name: name, Check: func(v *View, _ string) []Unmet { return check(v) }}
	}
	gate := func(g lifecycle.Guard[*View], kind lifecycle.Gate) lifecycle.Guard[*View] {
		g.Gate = kind
		return g
	}
	return []lifecycle.Guard[*View]{
		plain("complete", complete),
		plain("relevant", relevant),
		plain("assessed", assessed),
		plain(guardDispositioned, dispositioned),
		plain("briefed", briefed),
		gate(plain(guardApproved, approved), lifecycle.GateApproval),
		gate(plain(guardTemplate, withinTemplate), lifecycle.GateApproval),
		plain(guardTemplateLapsed, templateLapsed),
		plain("planned", planned),
		plain("lapsed", lapsed),
		plain("outdated", outdated),
		plain("deferral-over", deferralOver),
		plain(guardClear, unobstructed),
		plain("backout", backOutPlanned),
		plain(guardBase, baseCurrent),
		plain("resulted", resulted),
		plain("conditions", conditionsMet),
		plain("reviewed", reviewed),
		plain("successor", successorLinked),
		gate(plain("settled", settled), lifecycle.GateSettled),
		gate(plain("told", told), lifecycle.GateTold),
		{Name: "outcome", Exclusive: true, OnOutcome: true, Check: outcomeIs},
	}
}

func complete(v *View) []Unmet {
	var out []Unmet
	c := &v.Request.Content
	for _, f := range []struct{ name, value string }{
		{"title", c.Title},
		{"description", c.Description},
		{"justification", c.Justification},
	} {
		if strings.TrimSpace(f.value) == "" {
			out = append(out, unmet("complete", "the %s is empty: amend the request and fill it in", f.name))
		}
	}
	return out
}

func relevant(v *View) []Unmet {
	switch rel := v.Request.Assessment.Relevance; {
	case rel == nil:
		return []Unmet{unmet("relevant", "relevance is not assessed: the coordinator has to record it")}
	case rel.Verdict != Relevant:
		return []Unmet{unmet("relevant", "the request was assessed as %s: dismiss it, or assess its relevance again", rel.Verdict)}
	}
	return nil
}

func assessed(v *View) []Unmet {
	var out []Unmet
	for _, part := range v.Request.Assessment.Missing() {
		out = append(out, unmet("assessed", "the %s part of the assessment is missing: the coordinator has to record it", part))
	}
	return out
}

func dispositioned(v *View) []Unmet {
	var out []Unmet
	for _, a := range v.Request.Content.Affected {
		if a.Action == "" {
			u := unmet(guardDispositioned, "nobody has said what happens to %s: amend the request with an action for it", a.Item)
			u.Ref = string(a.Item)
			out = append(out, u)
		}
	}
	return append(out, v.undispositionedUses()...)
}

func briefed(v *View) []Unmet {
	r := v.Request
	switch b := r.Brief; {
	case b == nil:
		return []Unmet{unmet("briefed", "no brief was issued: the coordinator has to issue one")}
	case b.Material != r.Digests.Material:
		return []Unmet{unmet("briefed", "brief %d shows what has been changed since: the coordinator has to issue a new one", b.Number)}
	case v.Brief != 0 && v.Brief != b.Number:
		return []Unmet{unmet("briefed", "brief %d is not the current one: read brief %d and name it", v.Brief, b.Number)}
	}
	return nil
}

func approved(v *View) []Unmet {
	r := v.Request
	d := &r.Decision
	switch {
	case !d.Verdict.Approves():
		return []Unmet{unmet(guardApproved, "the change is not approved: a product manager has to approve the current brief")}
	case d.Lapsed != "":
		return []Unmet{unmet(guardApproved, "the approval on brief %d holds no longer: it has to be decided again", d.Brief)}
	case d.Expires != nil && !v.Now.Before(*d.Expires):
		return []Unmet{unmet(guardApproved, "the approval expired on %s: it has to be decided again", d.Expires.Format(time.RFC3339))}
	case d.By == r.Applicant:
		return []Unmet{unmet(guardDuties, "%s asked for the change and cannot approve it: another product manager has to", d.By)}
	case d.By == r.LastAmender:
		return []Unmet{unmet(guardDuties, "%s wrote what is to be approved: another product manager has to approve it", d.By)}
	case r.Brief != nil && r.Brief.Number == d.Brief && d.By == r.Brief.By:
		return []Unmet{unmet(guardDuties, "%s wrote the recommendation of brief %d: somebody else has to decide", d.By, d.Brief)}
	}
	return v.unapproved()
}

func lapsed(v *View) []Unmet {
	if v.Request.Decision.Lapsed == "" {
		return []Unmet{unmet("lapsed", "no approval has lapsed")}
	}
	return nil
}

func outdated(v *View) []Unmet {
	if v.Request.Decision.Lapsed != LapseContent {
		return []Unmet{unmet("outdated", "what was approved has not been changed")}
	}
	return nil
}

func backOutPlanned(v *View) []Unmet {
	r := v.Request
	if r.Assessment.needsBackOut() && strings.TrimSpace(r.Content.BackOutPlan) == "" {
		return []Unmet{unmet("backout", "the residual risk is %s and there is no back-out plan: amend the request with one", r.Assessment.Risk.Band)}
	}
	return nil
}

func planned(v *View) []Unmet {
	if v.Request.Content.Window == nil {
		return []Unmet{unmet("planned", "the order does not say when it takes effect: amend the request with a window")}
	}
	return nil
}

// baseCurrent lets pass what this request itself released: work that was begun,
// was sent back for a decision and begins again finds its own revision.
func baseCurrent(v *View) []Unmet {
	var out []Unmet
	for _, a := range v.Request.Content.Affected {
		head, known := v.Heads[a.Item]
		if !known || a.Action != ActionModify && a.Action != ActionRemove || head == a.Base || v.Request.ownHead(a, head) {
			continue
		}
		u := unmet(guardBase, "%s is at revision %s, but %s was assessed: rebase it to %s, then have it decided again", a.Item, head, a.Base, head)
		u.Ref = string(a.Item)
		out = append(out, u)
	}
	return out
}

// ownHead reports whether the head is the recorded result of this request, grown
// from the assessed base.
func (r *Request) ownHead(a AffectedItem, head string) bool {
	x := r.result(a.Item)
	return x != nil && x.Released && x.Revision == head && x.Predecessor == a.Base
}

func resulted(v *View) []Unmet {
	var out []Unmet
	for _, a := range v.Request.Content.Affected {
		if v.Request.result(a.Item) != nil {
			continue
		}
		u := unmet("resulted", "no resulting revision of %s is recorded: the implementer has to name it", a.Item)
		if a.Action == ActionNone {
			u = unmet("resulted", "that %s needs no change is not signed: its owner has to sign it", a.Item)
		}
		u.Ref = string(a.Item)
		out = append(out, u)
	}
	return out
}

func conditionsMet(v *View) []Unmet {
	var out []Unmet
	for i, c := range v.Request.Conditions {
		if c.MetAt == nil {
			out = append(out, unmet("conditions", "condition %d of the approval is not met: %s", i+1, c.Text))
		}
	}
	return out
}

func reviewed(v *View) []Unmet {
	if v.Request.Review == nil {
		return []Unmet{unmet("reviewed", "nobody has looked back at the work: the coordinator has to record a review")}
	}
	return nil
}

func successorLinked(v *View) []Unmet {
	s := v.Successor
	switch {
	case s == nil:
		return []Unmet{unmet("successor", "no existing request is named as the successor: name it")}
	case s.ID == v.Request.ID:
		return []Unmet{unmet("successor", "a request cannot supersede itself: name another one")}
	}
	if slices.Contains(s.Content.Supersedes, v.Request.ID) {
		return nil
	}
	u := unmet("successor", "%s does not say that it supersedes %s: amend it so that the link goes both ways", s.Number, v.Request.Number)
	u.Ref = string(s.ID)
	return []Unmet{u}
}

// settled: after implementation every item is incorporated; after any other end
// nothing that was released under this request stays in force.
func settled(v *View) []Unmet {
	r := v.Request
	var out []Unmet
	for _, a := range r.Content.Affected {
		var text string
		if x := r.result(a.Item); r.Outcome == "" || r.Outcome == OutcomeImplemented {
			text = unincorporated(r, a, x)
		} else if x != nil && x.Released && x.Restored == "" {
			text = "revision " + x.Revision + " of it is still in force: record which revision was restored"
		}
		if text != "" {
			u := unmet("settled", "%s is not settled: %s", a.Item, text)
			u.Ref = string(a.Item)
			out = append(out, u)
		}
	}
	return out
}

// unincorporated says what keeps an item from reflecting the change, or "".
func unincorporated(r *Request, a AffectedItem, x *Result) string {
	switch {
	case x == nil:
		return "no result is recorded"
	case x.Unchanged:
		if a.Action != ActionNone {
			return "it was signed as unchanged, but the change calls for " + string(a.Action)
		}
		return ""
	case x.Restored != "":
		return "revision " + x.Restored + " was restored"
	case a.Action == ActionModify && x.Predecessor != a.Base:
		return "revision " + x.Revision + " grew from " + x.Predecessor + ", not from the assessed " + a.Base
	case a.Action != ActionRemove && !x.Released:
		return "revision " + x.Revision + " is not released"
	case a.Action != ActionRemove && !slices.Contains(x.Cites, r.ID):
		return "revision " + x.Revision + " does not cite this request"
	case x.VerifiedAt == nil:
		return "nobody has verified the result"
	}
	return ""
}

func told(v *View) []Unmet {
	var out []Unmet
	for _, o := range v.Request.Obligations {
		if why := o.silent(); why != "" && o.Recipient == v.Request.Applicant {
			u := unmet("told", "%s %s: %s", o.Recipient, why, o.Subject)
			u.Ref = o.ID
			out = append(out, u)
		}
	}
	return out
}

func outcomeIs(v *View, want string) []Unmet {
	if got := v.Request.Outcome; string(got) != want {
		return []Unmet{unmet("outcome", "the outcome is %q, not %q", got, want)}
	}
	return nil
}
