package httpapi

import (
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
)

func dateFrom(in openapi_types.Date) retention.Date { return retention.DateOf(in.Time, time.UTC) }

func dateTo(d retention.Date) openapi_types.Date {
	return openapi_types.Date{Time: time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)}
}

// someDate leaves a day out that there is not.
func someDate(d retention.Date) *openapi_types.Date {
	if d == (retention.Date{}) {
		return nil
	}
	return new(dateTo(d))
}

func periodFrom(in *RetentionPeriodInput) retention.Period {
	if in == nil {
		return retention.Period{}
	}
	return retention.Period{Years: int(value(in.Years)), Months: int(value(in.Months)), Days: int(value(in.Days))}
}

func periodTo(p retention.Period) *RetentionPeriod {
	if p == (retention.Period{}) {
		return nil
	}
	return &RetentionPeriod{Years: optional(narrow(p.Years)), Months: optional(narrow(p.Months)), Days: optional(narrow(p.Days))}
}

func scheduleFrom(in RetentionScheduleInput) retention.Schedule {
	return retention.Schedule{
		ID: in.ID, Version: int(value(in.Version)), From: dateFrom(in.From), Shortens: value(in.Shortens),
		Phases: eachOf(in.Phases, func(p RetentionPhaseInput) retention.Phase {
			return retention.Phase{
				Trigger: value(p.Trigger), AfterLast: value(p.AfterLast), Offset: periodFrom(p.Offset), Period: periodFrom(p.Period),
				Rounding: retention.Rounding(value(p.Rounding)), Action: retention.Action(p.Action), Confirmation: periodFrom(p.Confirmation),
				Approvals: int(value(p.Approvals)), Authority: p.Authority,
			}
		}),
	}
}

func scheduleTo(row coordination.Schedule) RetentionSchedule {
	return RetentionSchedule{ID: row.ID, Rev: row.Rev, Versions: listed(row.Value.Versions, func(s retention.Schedule) RetentionScheduleVersion {
		return RetentionScheduleVersion{Version: narrow(s.Version), From: dateTo(s.From), Shortens: text(s.Shortens), Phases: listed(s.Phases, phaseTo)}
	})}
}

func phaseTo(p retention.Phase) RetentionPhase {
	return RetentionPhase{
		Trigger: text(p.Trigger), AfterLast: optional(p.AfterLast), Offset: periodTo(p.Offset), Period: periodTo(p.Period), Rounding: text(p.Rounding),
		Action: string(p.Action), Confirmation: periodTo(p.Confirmation), Approvals: narrow(p.Approvals), Authority: p.Authority,
	}
}

func recordHoldFrom(in RecordHoldInput) retention.Hold {
	return retention.Hold{
		ID: value(in.ID), Matter: in.Matter, Custodian: value(in.Custodian), Reason: in.Reason, StopClock: value(in.StopClock), Carry: carryFrom(value(in.Carry)),
		Scope: retention.Scope{
			Records: eachOf(in.Scope.Records, plain[string, archive.RecordID]), Classes: in.Scope.Classes, Aggregations: in.Scope.Aggregations,
			Conditions: eachOf(in.Scope.Conditions, func(c RecordHoldConditionInput) retention.Condition { return retention.Condition(c) }),
		},
	}
}

func carryFrom(how RecordHoldInputCarry) retention.Carry {
	return retention.Carry{References: how == "references" || how == "optional", Optional: how == "optional"}
}

func carryTo(c retention.Carry) *string {
	switch {
	case c.Optional:
		return new("optional")
	case c.References:
		return new("references")
	}
	return nil
}

func recordHoldTo(row coordination.Hold) RecordHold {
	h := row.Value
	return RecordHold{
		ID: row.ID, Rev: row.Rev, Matter: h.Matter, Custodian: text(h.Custodian), Issuer: h.Issuer, Reason: h.Reason, StopClock: optional(h.StopClock),
		Issued: h.Issued, Released: optional(h.Released), Carry: carryTo(h.Carry),
		Scope: RecordHoldScope{
			Records: eachOf(h.Scope.Records, plain[archive.RecordID, string]), Classes: h.Scope.Classes, Aggregations: h.Scope.Aggregations,
			Conditions: eachOf(h.Scope.Conditions, func(c retention.Condition) RecordHoldCondition { return RecordHoldCondition(c) }),
		},
	}
}

// carriedHoldTo is how a hold came to a record, without its way where that leads over what
// is hidden from the reader.
func carriedHoldTo(c retention.Carried, reading coordination.Reading) CarriedHold {
	out := CarriedHold{Hold: c.Hold, Path: []CarriedHoldStep{}}
	for i := range c.Path {
		step := &c.Path[i]
		if !reading.SeesEnd(step.Source) || !reading.SeesEnd(step.Target) {
			return CarriedHold{Hold: c.Hold, Path: []CarriedHoldStep{}}
		}
		out.Path = append(out.Path, CarriedHoldStep{Reference: step.ID, Type: string(step.Type), Source: step.Source.Value, Target: step.Target.Value})
	}
	return out
}

func retentionTo(r coordination.Retention, reading coordination.Reading) RetentionStanding {
	out := RetentionStanding{
		Record: string(r.Record), Rev: r.Rev, Fate: text(r.Keeping.Fate), Batch: text(r.Keeping.Batch), Tombstone: via(r.Keeping.Stone, tombstoneTo),
		Holds:   listed(reading.ShownHolds(r.Holds), func(h retention.Hold) RecordHold { return recordHoldTo(coordination.Hold{ID: h.ID, Value: h}) }),
		Carried: eachOf(r.Carried, func(c retention.Carried) CarriedHold { return carriedHoldTo(c, reading) }),
		Triggers: eachOf(r.Keeping.Facts, func(f retention.Fact) TriggerFact {
			return TriggerFact{Trigger: f.Trigger, At: f.At}
		}),
	}
	if !r.Ruled {
		return out
	}
	s := r.Standing
	out.Action, out.Phase, out.Waiting = text(s.Action), new(narrow(s.Phase+1)), text(s.Waiting)
	out.Anchor, out.Until, out.Due, out.Confirm = someDate(s.Anchor), someDate(s.Until), someDate(s.Due), someDate(s.Confirm)
	return out
}

func tombstoneTo(t retention.Tombstone) Tombstone {
	return Tombstone{
		Record: text(t.Record), Batch: t.Batch, Scope: t.Scope, Action: string(t.Action), By: t.By, At: t.At, Digest: string(t.Digest), Receiver: text(t.Receiver),
	}
}

func disposalItemTo(i retention.BatchItem) DisposalItem {
	return DisposalItem{Record: string(i.Record), Digest: string(i.Digest), Due: dateTo(i.Due), State: string(i.State)}
}

func disposalApprovalTo(a retention.Approval) DisposalApproval {
	return DisposalApproval{By: a.By, At: a.At}
}

func disposalTo(row coordination.Disposal) Disposal {
	b := row.Value
	return Disposal{
		ID: row.ID, Rev: row.Rev, Action: string(b.Action), Requester: b.Requester, Reason: b.Reason, Requested: b.Requested, Needed: narrow(b.Needed),
		Scope: b.Scope, Items: listed(b.Items, disposalItemTo), Approvals: listed(b.Approvals, disposalApprovalTo), Withdrawn: b.Withdrawn,
		Receipt: via(b.Receipt, disposalReceiptTo),
	}
}

func certificateTo(c retention.Certificate) Certificate {
	return Certificate{
		Batch: c.Batch, Action: string(c.Action), Scope: c.Scope, Requester: c.Requester, Approvals: listed(c.Approvals, disposalApprovalTo),
		Done: listed(c.Done, tombstoneTo), Open: listed(c.Open, disposalItemTo), Receipt: via(c.Receipt, disposalReceiptTo),
	}
}

func disposalReceiptTo(r retention.Receipt) DisposalReceipt {
	return DisposalReceipt{Receiver: r.Receiver, By: r.By, At: r.At, Items: listed(r.Items, func(i retention.Received) ReceivedItem {
		return ReceivedItem{Record: string(i.Record), Digests: listed(i.Digests, plain[archive.Digest, string])}
	})}
}
