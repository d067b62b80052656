package httpapi

import "github.com/coordkit/coordkit/changereq"

func requestTo(r changereq.Request) ChangeRequest {
	return ChangeRequest{
		ID: string(r.ID), Rev: r.Rev, Number: r.Number, State: r.State, Category: string(r.Category), Applicant: r.Applicant,
		Lifecycle: lifecycleRefTo(r.Lifecycle),
		Content:   contentTo(r.Content), Digests: digestsTo(r.Digests), Assessment: assessmentTo(r.Assessment),
		WhereUsed: via(r.WhereUsed, whereUsedTo), Brief: via(r.Brief, briefSummaryTo), Decision: decisionTo(r.Decision), Asked: r.Asked,
		Policy: policyPinned(r.Policy), Votes: eachOf(r.Votes, voteTo), Delegations: eachOf(r.Delegations, delegationTo),
		Overrides: eachOf(r.Overrides, overrideTo), Timing: timingTo(r.Timing), Conditions: eachOf(r.Conditions, conditionTo),
		Window: via(r.Window, windowTo), Implementer: text(r.Implementer), Bundle: via(r.Bundle, membershipTo), Conflicts: eachOf(r.Conflicts, conflictTo),
		Results: eachOf(r.Results, resultTo), Review: via(r.Review, reviewTo),
		Successor: text(r.Successor), Outcome: text(r.Outcome), Closed: r.Closed, Realised: eachOf(r.Realised, realisedTo), Held: via(r.Held, holdTo),
		Authorisation: via(r.Authorisation, authorisationTo), Retired: via(r.Retired, retirementTo),
		Obligations: eachOf(r.Obligations, owedTo), Origin: via(r.Origin, originTo), LastAmender: text(r.LastAmender),
		Opened: r.Opened, Entered: optional(r.Entered), Updated: r.Updated, Events: r.Events,
	}
}

// timingTo leaves an approval on which time does not bear out.
func timingTo(t changereq.Timing) *Timing {
	if t == (changereq.Timing{}) {
		return nil
	}
	return &Timing{Due: t.Due, Turns: t.Turns}
}

func summaryTo(r changereq.Request) ChangeRequestSummary {
	return ChangeRequestSummary{
		ID: string(r.ID), Rev: r.Rev, Number: r.Number, State: r.State, Category: string(r.Category), Applicant: r.Applicant,
		Title: r.Content.Title, Labels: r.Content.Labels, Outcome: text(r.Outcome), Held: r.Held != nil,
		Opened: r.Opened, Updated: r.Updated,
	}
}

func digestsTo(d changereq.Digests) Digests {
	return Digests{
		Editorial: string(d.Editorial), Schedule: string(d.Schedule), Scope: string(d.Scope), Risk: string(d.Risk),
		Cost: string(d.Cost), Affected: string(d.Affected), Material: string(d.Material),
	}
}

func briefTo(b changereq.Brief) Brief {
	return Brief{
		Number: narrow(b.Number), Request: string(b.Request), RequestNumber: b.RequestNumber, Applicant: b.Applicant,
		WhereUsed: via(b.WhereUsed, whereUsedTo), PresentValues: eachOf(b.PresentValues, presentValueTo),
		Content: contentTo(b.Content), Assessment: assessmentTo(b.Assessment),
		Material: string(b.Material), Recommendation: b.Recommendation, DecideBy: b.DecideBy, By: b.By, At: b.At,
		Digest: string(b.Digest), Missing: b.Missing, Options: eachOf(b.Options, func(o changereq.Option) Option {
			return Option{Title: o.Title, Summary: text(o.Summary)}
		}),
	}
}

func briefSummaryTo(b changereq.Brief) BriefSummary {
	return BriefSummary{
		Number: narrow(b.Number), Material: string(b.Material), Missing: b.Missing, DecideBy: b.DecideBy, By: b.By, At: b.At,
		Digest: string(b.Digest),
	}
}

// decisionTo leaves a pending decision out.
func decisionTo(d changereq.Decision) *Decision {
	if d.Verdict == changereq.Pending && d.At == nil {
		return nil
	}
	return &Decision{
		Verdict: string(d.Verdict), Reason: text(d.Reason), Text: text(d.Text), Until: d.Until, Expires: d.Expires,
		Brief: optional(narrow(d.Brief)), Document: text(d.Document), Material: text(d.Material), By: text(d.By), In: text(d.In), At: d.At,
		Lapsed: text(d.Lapsed), Without: d.Without,
	}
}

func conditionTo(c changereq.Condition) Condition {
	return Condition{Text: c.Text, MetBy: text(c.MetBy), MetAt: c.MetAt, Evidence: text(c.Evidence)}
}

func resultTo(x changereq.Result) Result {
	return Result{
		Item: string(x.Item), Revision: text(x.Revision), Predecessor: text(x.Predecessor), Digest: text(x.Digest),
		Released: x.Released, Cites: eachOf(x.Cites, plain[changereq.ID, string]), Unchanged: x.Unchanged,
		RecordedBy: x.RecordedBy, RecordedAt: x.RecordedAt, VerifiedBy: text(x.VerifiedBy), VerifiedAt: x.VerifiedAt,
		Restored: text(x.Restored),
	}
}

func reviewTo(x changereq.Review) Review {
	return Review{Verdict: string(x.Verdict), Text: x.Text, By: x.By, At: x.At}
}

func authorisationTo(x changereq.Authorisation) Authorisation {
	return Authorisation{Template: string(x.Template), Material: string(x.Material), By: x.By, At: x.At}
}

func retirementTo(x changereq.Retirement) Retirement {
	return Retirement{Reason: x.Reason, Successor: text(x.Successor), By: x.By, At: x.At}
}

func holdTo(x changereq.Hold) Hold { return Hold{Reason: x.Reason, By: x.By, At: x.At} }

func owedTo(o changereq.Obligation) OwedNotice {
	return OwedNotice{ID: o.ID, Recipient: o.Recipient, Subject: o.Subject, State: string(o.State)}
}

func originTo(o changereq.Origin) Origin {
	return Origin{Source: o.Source, Facts: narrow(o.Facts), Violations: narrow(o.Violations)}
}

func unmetTo(u changereq.Unmet) Unmet {
	return Unmet{Condition: u.Condition, Status: u.Status.String(), Text: u.Text, Ref: text(u.Ref)}
}

func permissionTo(p changereq.Permission) Permission {
	return Permission{
		Event: p.Event, To: p.To, Outcome: text(p.Outcome), ReasonRequired: optional(p.ReasonRequired), Reopen: optional(p.Reopen),
		Unmet: eachOf(p.Unmet, unmetTo),
	}
}

// eventTo shows the data of an event as the office keeps it.
func eventTo(ev changereq.Event) (Event, error) {
	raw, err := changereq.MarshalData(ev.Data)
	if err != nil {
		return Event{}, err
	}
	data, err := object(raw)
	return Event{Seq: ev.Seq, Kind: string(ev.Kind()), At: ev.At, Actor: ev.Actor, Data: data}, err
}
