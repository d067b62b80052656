package changereq

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// AuditFinding is a revision in force that no approved change accounts for.
type AuditFinding struct {
	RevisionRef

	Request ID        `json:"request,omitempty"` // the request it cites; none if it cites none
	Code    AuditCode `json:"code"`
	Text    string    `json:"text"`
}

// AuditCode classes an audit finding, for ever.
type AuditCode string

// The ways in which a released revision can lack its authority.
const (
	AuditNoChange      AuditCode = "no-change"      // it cites no request
	AuditUnknownChange AuditCode = "unknown-change" // the request did not exist at that instant
	AuditNotListed     AuditCode = "not-listed"     // the request did not list the item
	AuditNotToChange   AuditCode = "not-to-change"  // the request left the item as it was
	AuditNotApproved   AuditCode = "not-approved"   // no approval of what stood there held
	AuditNotStarted    AuditCode = "not-started"    // approved, but the work had not begun
	AuditEnded         AuditCode = "ended"          // the request had been called off or backed out
	AuditWrongBase     AuditCode = "wrong-base"     // it grew from another revision than the assessed one
	AuditWrongContent  AuditCode = "wrong-content"  // its content is not that of the recorded result
)

// Unauthorised is the reverse audit: of the released revisions it lists those
// that came into force without a change, or under one that did not allow them
// at that very instant, with each reason. A revision that cites several
// requests needs one that allows it; if none does, the reasons are given for
// each. histories holds the events of the requests, oldest first.
//
// The order is that of revisions, then of the requests' ids. Nothing is looked
// up and no clock is read: the same histories give the same findings for ever.
func Unauthorised(revisions []Revision, histories map[ID][]Event) []AuditFinding {
	var out []AuditFinding
	for i := range revisions {
		if rev := &revisions[i]; rev.Released {
			out = append(out, rev.findings(histories)...)
		}
	}
	return out
}

func (rev *Revision) findings(histories map[ID][]Event) []AuditFinding {
	if len(rev.Cites) == 0 {
		return []AuditFinding{rev.finding("", AuditNoChange, "it names no change request as its reason")}
	}
	cites := slices.Clone(rev.Cites)
	slices.SortFunc(cites, cmp.Compare[ID])
	var out []AuditFinding
	for _, id := range slices.Compact(cites) {
		found := rev.against(id, histories[id])
		if len(found) == 0 {
			return nil
		}
		out = append(out, found...)
	}
	return out
}

func (rev *Revision) finding(id ID, code AuditCode, format string, args ...any) AuditFinding {
	return AuditFinding{RevisionRef: rev.RevisionRef, Request: id, Code: code, Text: fmt.Sprintf(format, args...)}
}

// against judges the revision by the request as it stood when the revision
// came into force.
func (rev *Revision) against(id ID, history []Event) []AuditFinding {
	known, _ := slices.BinarySearchFunc(history, rev, func(ev Event, rev *Revision) int {
		if ev.At.After(rev.ReleasedAt) {
			return 1
		}
		return -1
	})
	if known == 0 {
		return []AuditFinding{rev.finding(id, AuditUnknownChange, "there was no such request then")}
	}
	r := Fold(history[:known])
	var out []AuditFinding
	a := r.Content.affected(rev.Item)
	switch {
	case a == nil:
		out = append(out, rev.finding(id, AuditNotListed, "%s did not list the item then", r.Number))
	case a.Action == ActionNone:
		out = append(out, rev.finding(id, AuditNotToChange, "%s said that the item stays as it is", r.Number))
	case a.Action == ActionModify && rev.Predecessor != a.Base:
		out = append(out, rev.finding(id, AuditWrongBase, "it grew from %s, but %s assessed %s", quoted(rev.Predecessor), r.Number, a.Base))
	}
	if code, text := r.withoutAuthority(); code != "" {
		out = append(out, rev.finding(id, code, "%s %s", r.Number, text))
	}
	for _, ev := range history { // results are recorded after the release
		if d, ok := ev.Data.(ResultRecordedData); ok && rev.is(&d.Result) {
			r = Evolve(r, ev)
		}
	}
	if x := r.result(rev.Item); x != nil && rev.is(x) && x.Digest != "" && rev.Digest != "" && x.Digest != rev.Digest {
		out = append(out, rev.finding(id, AuditWrongContent, "its content is not what %s recorded as its result", r.Number))
	}
	return out
}

func (rev *Revision) is(x *Result) bool {
	return x.Item == rev.Item && x.Revision == rev.Revision && !x.Unchanged
}

// withoutAuthority says why the request, as it stands, allows nobody to release
// anything; it is empty while it does.
func (r *Request) withoutAuthority() (code AuditCode, text string) {
	d := &r.Decision
	switch {
	case r.Outcome != "" && r.Outcome != OutcomeImplemented:
		return AuditEnded, "was " + string(r.Outcome) + " by then"
	case !d.Verdict.Approves():
		return AuditNotApproved, "was not approved then"
	case d.Lapsed != "" || !d.covers(r):
		return AuditNotApproved, "had an approval that held no longer"
	case r.Category != lifecycle.Build && r.Category != lifecycle.Verify && r.Category != lifecycle.Done:
		return AuditNotStarted, "was approved, but the work had not begun"
	}
	return "", ""
}
