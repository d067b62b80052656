package approval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Explain puts the verdict in sentences for people, the whole first, then a
// sentence for each requirement that is not simply done.
func (v Verdict) Explain() []string {
	out := []string{v.headline()}
	for i := range v.Stages {
		for k := range v.Stages[i].Requirements {
			if r := &v.Stages[i].Requirements[k]; r.State != NotOpen && r.State != NotApplicable {
				out = append(out, r.Explain(v))
			}
		}
	}
	return out
}

func (v Verdict) headline() string {
	switch v.State {
	case Satisfied:
		return "approved"
	case LastCall:
		return "all approvals are given; the last call for objections runs until " + v.Next.Format("2006-01-02 15:04 MST")
	case Vetoed:
		return "stopped by a veto in stage " + v.Stage
	case Blocked:
		return "changes were requested in stage " + v.Stage
	case Unreachable:
		return "stage " + v.Stage + " can no longer be satisfied by those who may approve"
	case Overridden, NotApplicable, NotOpen, Waiting, Expired, Outdated:
	}
	return "stage " + v.Stage + " is waiting for approval"
}

// Explain says how the requirement stands and, from the verdict it belongs to,
// whom it waits for.
func (r RequirementVerdict) Explain(v Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of %d approvals", r.ID, r.Have, r.Need)
	for _, group := range []struct {
		word string
		fits func(Standing) bool
	}{
		{"given by", func(s Standing) bool { return s.Kind == Approve && s.Status == Counts }},
		{"vetoed by", func(s Standing) bool { return s.Kind == Reject && s.Status == Counts }},
		{"changes requested by", func(s Standing) bool { return s.Kind == RequestChanges && s.Status == Counts }},
		{"outdated by an amendment:", func(s Standing) bool { return s.Status == VoteOutdated }},
		{"given for an earlier decision:", func(s Standing) bool { return s.Kind == Approve && s.Status == EarlierRound }},
		{"expired:", func(s Standing) bool { return s.Status == VoteExpired }},
		{"not signed:", func(s Standing) bool { return s.Status == Unsigned }},
		{"signature does not verify:", func(s Standing) bool { return s.Status == BadSignature }},
	} {
		var who []string
		for _, s := range r.Voices {
			if group.fits(s) {
				who = append(who, s.String())
			}
		}
		list(&b, group.word, who)
	}
	switch {
	case r.State == Overridden:
		b.WriteString("; set aside by override " + r.Override)
	case r.State == Unreachable:
		b.WriteString("; too few are left who may approve")
	case !r.State.Done() && r.State != Vetoed:
		var who []string
		for _, a := range v.Asked {
			if a.Requirement == r.ID {
				who = append(who, a.String())
			}
		}
		if len(who) == 0 && r.Eligible < 0 {
			who = []string{"somebody whom the policy lists"}
		}
		list(&b, "waits for", who)
		if r.Overdue {
			b.WriteString("; overdue since " + r.Due.Format("2006-01-02 15:04 MST"))
		}
	}
	var barred []string
	for _, x := range v.Barred {
		if s := x.Person + " (" + string(x.Duty) + ")"; x.Requirement == r.ID && !slices.Contains(barred, s) {
			barred = append(barred, s)
		}
	}
	list(&b, "barred:", barred)
	return b.String()
}

// list writes names after a word, of a long list only the first.
func list(b *strings.Builder, word string, names []string) {
	const most = 10
	if len(names) == 0 {
		return
	}
	b.WriteString("; " + word + " ")
	if len(names) > most {
		b.WriteString(strings.Join(names[:most], ", ") + " and " + strconv.Itoa(len(names)-most) + " more")
		return
	}
	b.WriteString(strings.Join(names, ", "))
}
