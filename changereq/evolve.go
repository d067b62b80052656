package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Evolve returns the request after one event. It is total: it takes every
// event as a fact and refuses none. It leaves r and the event untouched and
// does not look at the clock.
func Evolve(r Request, ev Event) Request {
	r.Events, r.Updated = ev.Seq, ev.At
	switch d := ev.Data.(type) {
	case OpenedData:
		r.ID, r.Number, r.Lifecycle, r.State = ev.Request, d.Number, d.Lifecycle, d.State
		r.Category, r.Entered = d.Category, ev.At
		r.Applicant, r.Content, r.Opened, r.LastAmender = d.Applicant, d.Content.Clone(), ev.At, ev.Actor
		r.Digests = DigestsOf(r.Content, r.Assessment)
	case ImportedData:
		r = r.imported(ev, d)
	case FactRecordedData:
		r = r.factRecorded(ev, d)
	case AmendedData:
		r = r.amended(ev, d)
		r.Digests = DigestsOf(r.Content, r.Assessment)
	case MovedData:
		r = r.moved(ev, d)
	case AssessedData:
		r.Assessment = r.Assessment.with(d.Parts.clone())
		r.Digests = DigestsOf(r.Content, r.Assessment)
	case BriefIssuedData:
		r.Brief = d.Brief.clone()
	case DecidedData:
		r.Decision, r.Conditions = d.Decision.clone(), nil
		for _, c := range d.Conditions {
			r.Conditions = append(r.Conditions, Condition{Text: c})
		}
	case ApprovalLapsedData:
		r.Decision.Lapsed = d.Cause
	case ConditionMetData:
		r.Conditions = cloneEach(r.Conditions, Condition.clone)
		if d.Condition >= 0 && d.Condition < len(r.Conditions) {
			c := &r.Conditions[d.Condition]
			c.MetBy, c.MetAt, c.Evidence = ev.Actor, ev.at(), d.Evidence
		}
	case ResultRecordedData:
		r = r.withResult(d.Result.Item, func(x *Result) { *x = d.Result.clone() })
	case ResultVerifiedData:
		r = r.withResult(d.Item, func(x *Result) { x.VerifiedBy, x.VerifiedAt = ev.Actor, ev.at() })
	case RestoredData:
		r = r.withResult(d.Item, func(x *Result) { x.Restored = d.Revision })
	case ReviewedData:
		r.Review = &Review{Verdict: d.Verdict, Text: d.Text, By: ev.Actor, At: ev.At}
	case AuthorisedData:
		r.Authorisation = clonePtr(&d.Authorisation)
	case TemplateRetiredData:
		r.Retired = &Retirement{Reason: d.Reason, Successor: d.Successor, By: ev.Actor, At: ev.At}
	case MigratedData:
		if r.State != d.To {
			r.Entered = ev.At
		}
		r.Lifecycle, r.State, r.Category = d.After, d.To, d.Category
		if d.DecidedIn != "" {
			r.Decision.In = d.DecidedIn
		}
		if d.PolicyAfter != nil {
			r.Policy = *d.PolicyAfter
		}
	case BundledData:
		r.Bundle = &Membership{Bundle: d.Bundle, Atomic: d.Atomic}
	case UnbundledData:
		r.Bundle = nil
	case HeldData:
		r.Held = &Hold{Reason: d.Reason, By: ev.Actor, At: ev.At}
	case ReleasedData:
		r.Held = nil
	case ObligationOwedData:
		r.Obligations = append(slices.Clip(r.Obligations), d.Obligation.clone())
	case ObligationChangedData:
		r = r.obligationChanged(ev, d)
	case ItemAffectedData:
		r.WhereUsed = &WhereUsed{Uses: cloneEach(d.Uses, Use.clone), By: ev.Actor, At: ev.At}
	case BenefitRealisedData:
		r.Realised = append(slices.Clip(r.Realised), d.Realised.clone())
	case RebasedData:
		r = r.rebased(ev, d)
	case Unknown:
	default:
		r = r.voted(ev)
	}
	return r
}

// amended leaves the digests to the caller: Evolve itself reads none.
func (r Request) amended(ev Event, d AmendedData) Request {
	r.Content = d.Content.Clone()
	if material(d.Changed) {
		r.LastAmender = ev.Actor
	}
	return r
}

func (r Request) moved(ev Event, d MovedData) Request {
	if r.State != d.To {
		r.Entered = ev.At
	}
	if d.Category == lifecycle.Decide && (r.Category != lifecycle.Decide || d.ClearsDecision) {
		r.Asked = ev.at()
	}
	if d.Policy != nil {
		r.Policy = *d.Policy
	}
	r.State, r.Category = d.To, d.Category
	if r.Closed = nil; d.Category == lifecycle.Done {
		r.Closed = ev.at()
	}
	if d.ClearsDecision {
		r.Decision, r.Conditions, r.Authorisation = Decision{}, nil, nil
	}
	if d.EndsRound || d.ClearsOutcome { // decided on as something else, or reopened
		r = r.roundEnds(ev, d.ClearsOutcome)
	}
	if d.ClearsOutcome {
		r.Outcome = ""
	}
	if d.Outcome != "" {
		r.Outcome = d.Outcome
	}
	if d.Outcome == OutcomeWithdrawn {
		r.Decision.Verdict = Withdrawn
	}
	if d.Outcome == OutcomeCancelled {
		r.Held = nil
	}
	r = r.booked(d)
	if d.Successor != "" {
		r.Successor = d.Successor
	}
	return r
}

func (r Request) imported(ev Event, d ImportedData) Request {
	if r.Origin == nil {
		r.ID, r.Opened, r.Origin = ev.Request, ev.At, &Origin{}
	}
	r.Number, r.Lifecycle, r.Applicant, r.Content = d.Number, d.Lifecycle, d.Applicant, d.Content.Clone()
	r.Digests = DigestsOf(r.Content, r.Assessment)
	o := *r.Origin
	o.Source, o.Digest, o.History = d.Source, d.Digest, d.History
	r.Origin = &o
	return r
}

func (r Request) factRecorded(ev Event, d FactRecordedData) Request {
	if r.State != d.To {
		r.Entered = ev.At
	}
	r.State, r.Category = d.To, d.Category
	if r.Origin != nil {
		o := *r.Origin
		o.Facts++
		o.Violations += len(d.Violations)
		r.Origin = &o
	}
	return r
}

func (r Request) withResult(item ItemID, change func(*Result)) Request {
	r.Results = cloneEach(r.Results, Result.clone)
	x := r.result(item)
	if x == nil {
		r.Results = append(r.Results, Result{Item: item})
		x = &r.Results[len(r.Results)-1]
	}
	change(x)
	return r
}

func (r Request) obligationChanged(ev Event, d ObligationChangedData) Request {
	r.Obligations = cloneEach(r.Obligations, Obligation.clone)
	if o := r.obligation(d.Obligation); o != nil {
		o.change(ev, d)
	}
	return r
}

func (o *Obligation) change(ev Event, d ObligationChangedData) {
	o.State, o.By, o.At = d.State, ev.Actor, ev.at()
	if d.Evidence != "" {
		o.Evidence = d.Evidence
	}
	if d.Reason != "" {
		o.Reason = d.Reason
	}
	if d.AnswerBy != nil {
		o.AnswerBy = clonePtr(d.AnswerBy)
	}
}

func (a Assessment) with(parts Assessment) Assessment {
	if parts.Relevance != nil {
		a.Relevance = parts.Relevance
	}
	if parts.Risk != nil {
		a = a.hearing(parts.Risk)
	}
	if parts.Benefit != nil {
		a.Benefit = parts.Benefit
	}
	if parts.Cost != nil {
		a.Cost = parts.Cost
	}
	if parts.Plan != nil {
		a.Plan = parts.Plan
	}
	return a
}
