package storetest

import (
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
)

// everyEvent is a history with every kind of event and every field filled, so
// that a field that does not come back is seen.
func everyEvent() []changereq.Data {
	until, expires := minute(100), minute(200)
	content := everyContent()
	assessment := everyAssessment()
	brief := changereq.Brief{
		Number: 2, Applicant: "ann", Content: content, Assessment: assessment, Material: "m1", Request: "a", RequestNumber: "CR-1",
		WhereUsed:      &changereq.WhereUsed{Uses: everyUse(), By: "carl", At: minute(4)},
		PresentValues:  []changereq.PresentValue{{Currency: "EUR", Low: -1 << 63, Likely: 1, High: 1<<63 - 1, Rate: 450}},
		Missing:        []string{"cost", "risk"},
		Options:        []changereq.Option{{Title: "do it", Summary: "now"}, {Title: "leave it"}},
		Recommendation: "Do it.", DecideBy: &until, By: "carl", At: minute(4), Digest: "d2",
	}
	begin := opened("door")
	begin.Content = content
	return []changereq.Data{
		begin,
		changereq.ImportedData{
			Number: "CR-1", Lifecycle: changereq.LifecycleRef{ID: "old", Version: 3}, Applicant: "ann", Content: content,
			Source: "register", Digest: "d3", History: "d4", RecordedAt: minute(1),
		},
		changereq.FactRecordedData{
			From: "draft", To: "open", Category: lifecycle.Assess, Raw: "Open", Reference: "line 7", Violations: []string{"no edge", "dated back"},
		},
		changereq.AmendedData{Content: content, Changed: []changereq.Class{changereq.ClassEditorial, changereq.ClassScope}},
		changereq.AssessedData{Parts: assessment},
		changereq.ItemAffectedData{Uses: everyUse()},
		changereq.RebasedData{Item: "spec-17", From: "C", To: "C1", Reason: "another change came first"},
		changereq.BriefIssuedData{Brief: brief},
		changereq.MovedData{
			From: "opened", Event: "present", To: "open", Category: lifecycle.Decide, Policy: &changereq.PolicyRef{ID: "board", Version: 3},
		},
		changereq.DecidedData{
			Decision: changereq.Decision{
				Verdict: changereq.ApprovedWithConditions, Reason: changereq.ReasonObsolete, Text: "Go on.", Until: &until,
				Expires: &expires, Brief: 2, Document: "d2", Material: "m1", By: "paul", In: "open", At: &until,
				Without: []string{"benefit", "cost"},
			},
			Conditions: []string{"ask legal", "ask safety"},
		},
		changereq.VoteCastData{Vote: everyVote("v1")},
		changereq.VoteCastData{Vote: everyVote("v2")},
		changereq.VoteCastData{Vote: everyVote("v3")},
		changereq.VoteOutdatedData{
			Votes:     []changereq.Outdated{{ID: "v1", Changed: []changereq.Class{changereq.ClassScope, changereq.ClassRisk}}},
			Overrides: []changereq.Outdated{{ID: "o1", Changed: []changereq.Class{changereq.ClassCost}}},
		},
		changereq.VoteRevokedData{Vote: "v2"},
		changereq.VoteDismissedData{Vote: "v3", Reason: "answered"},
		changereq.DelegatedData{Delegation: approval.Delegation{
			ID: "d1", From: "otto", To: "vera", Scope: []string{"engineers", "owners"}, Start: minute(11), End: minute(900),
			Reason: "holiday", Roles: []string{"product-manager", "verifier"},
		}},
		changereq.DelegationRevokedData{Delegation: "d1"},
		changereq.OverrideProposedData{Override: approval.Override{
			ID: "o1", Requirement: "engineers", Reason: "fire", First: approval.Consent{By: "dora", Roles: []string{"duty"}, At: minute(13)},
			Brief: 2, Content: "m1", Digests: everyDigest(),
		}},
		changereq.OverriddenData{Override: "o1", By: approval.Consent{By: "dirk", Roles: []string{"duty"}, At: minute(14)}},
		changereq.ApprovalTimedData{Timing: changereq.Timing{Due: &until, Turns: &expires}},
		changereq.VoteOutdatedData{Overrides: []changereq.Outdated{{ID: "o1", Changed: []changereq.Class{changereq.ClassCost}}}},
		changereq.ConditionMetData{Condition: 1, Evidence: "memo 3"},
		changereq.ApprovalLapsedData{Cause: changereq.LapseContent, Changed: []changereq.Class{changereq.ClassCost}},
		changereq.ResultRecordedData{Result: changereq.Result{
			Item: "spec-17", Revision: "D", Predecessor: "C", Digest: "d5", Released: true, Cites: []changereq.ID{"a", "b"},
			Unchanged: true, RecordedBy: "ida", RecordedAt: minute(9),
		}},
		changereq.ResultVerifiedData{Item: "spec-17"},
		changereq.RestoredData{Item: "spec-17", Revision: "C"},
		changereq.ReviewedData{Verdict: changereq.ReviewWithIssues, Text: "Late."},
		changereq.AuthorisedData{Authorisation: changereq.Authorisation{Template: "t", Material: "m2", By: "carl", At: minute(12)}},
		changereq.TemplateRetiredData{Reason: "worn out", Successor: "u"},
		changereq.MigratedData{
			Before: changereq.LifecycleRef{ID: "normal", Version: 1}, After: changereq.LifecycleRef{ID: "normal", Version: 2},
			From: "open", To: "opened", Category: lifecycle.Intake, Reason: "a state was renamed", DecidedIn: "opened",
			PolicyBefore: &changereq.PolicyRef{ID: "board", Version: 3}, PolicyAfter: &changereq.PolicyRef{ID: "board", Version: 4},
		},
		changereq.BundledData{Bundle: "b0", Atomic: true},
		changereq.UnbundledData{Bundle: "b0", Reason: "late"},
		changereq.BundledData{Bundle: "b1", Atomic: true},
		changereq.HeldData{Reason: "strike"},
		changereq.ReleasedData{},
		changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: "a.1.1", Recipient: "ann", About: 1, Subject: "approved", OwedBy: "paul", OwedAt: minute(15), State: changereq.ObligationOwed,
			Digest: "d6", Due: &until, Acknowledge: true,
		}},
		changereq.ObligationChangedData{Obligation: "a.1.1", State: changereq.ObligationSent, AnswerBy: &expires},
		changereq.ObligationChangedData{Obligation: "a.1.1", State: changereq.ObligationDisputed, Evidence: "mail 1", Reason: "no"},
		changereq.MovedData{
			From: "open", Event: "close", To: "closed", Category: lifecycle.Done, Reason: "done", Outcome: changereq.OutcomeImplemented,
			EndsRound: true,
			Auto:      true, Window: &changereq.Window{Start: minute(20), End: minute(30)}, Successor: "b", Implementer: "ivo",
			Conflicts: []changereq.Conflict{{
				Kind: window.RelatedItem, Severity: window.Warn, With: "b", Number: "CR-2", Name: "fair", Item: "spec-17", Other: "spec-18",
				Implementer: "ivo", Window: changereq.Window{Start: minute(21), End: minute(22)},
			}},
		},
		changereq.HeldData{Reason: "audit"},
		changereq.BenefitRealisedData{Realised: changereq.Realised{
			Claim: 1, What: "returns", Amount: -1 << 63, Currency: "EUR", At: minute(40), Evidence: []string{"report 1", "report 2"},
			RecordedBy: "paul", RecordedAt: minute(41),
		}},
	}
}

func everyUse() []changereq.Use {
	return []changereq.Use{
		{Item: "door-1", Path: []changereq.ItemID{"spec-17", "hinge-2", "door-1"}},
		{Item: "hinge-2", Path: []changereq.ItemID{"spec-17", "hinge-2"}},
	}
}

func everyDigest() approval.Digests {
	return approval.Digests{{Class: changereq.ClassScope, Digest: "s1"}, {Class: changereq.ClassCost, Digest: "c1"}}
}

func everyVote(id string) approval.Vote {
	return approval.Vote{
		ID: id, By: "vera", For: "otto", Kind: approval.RequestChanges, Comment: "Which supplier?", Roles: []string{"verifier", "coordinator"},
		Brief: 2, Content: "m1", Digests: everyDigest(), At: minute(10),
		Signature: &approval.Signature{Name: "Vera Ä.", Meaning: "technically sound", Key: "k7", Value: []byte{0, 1, 0xff}},
	}
}

func everyContent() changereq.Content {
	from, until := minute(6), minute(7000)
	return changereq.Content{
		Title: "Raise the torque", Labels: []string{"door", "supplier"}, Description: "The hinge lets the door fall shut.",
		Justification: "Eleven complaints.", BackOutPlan: "Refit revision C.",
		Window: &changereq.Window{Start: minute(10), End: minute(5000)},
		Affected: []changereq.AffectedItem{
			{Item: "spec-17", Action: changereq.ActionModify, Base: "C", Owner: "olga"},
			{Item: "drawing-4", Action: changereq.ActionAdd},
		},
		Supersedes: []changereq.ID{"x", "y"}, FromTemplate: "t",
		Template: &changereq.Template{
			Items: []changereq.ItemID{"spec-17", "spec-18"}, Actions: []changereq.Action{changereq.ActionAdd, changereq.ActionModify},
			MaxBand: changereq.BandMedium, MaxCost: &changereq.Money{Amount: 1<<63 - 1, Currency: "EUR"}, From: &from, Until: &until,
		},
	}
}

func everyAssessment() changereq.Assessment {
	part := changereq.Part{By: "carl", At: minute(3), Confidence: changereq.ConfidenceLow, Evidence: []string{"test 12", "call of 3 May"}}
	rating := changereq.Rating{Likelihood: 5, Impact: 4, Band: changereq.BandVeryHigh}
	returns := changereq.Amount{What: "returns", Low: -1 << 63, Likely: 0, High: 1<<63 - 1, Currency: "EUR", Horizon: 24}
	tool := changereq.Amount{What: "tool", Low: 1, Likely: 2, High: 3, Currency: "USD"}
	return changereq.Assessment{
		Relevance: &changereq.Relevance{Part: part, Verdict: changereq.Duplicate, DuplicateOf: "z", Reason: "same door"},
		Risk: &changereq.Risks{
			Part: part, Summary: "Some.", OnParts: "hinge", InProcess: "batch 7", OnDelivered: "none",
			Matrix: "plant", Band: changereq.BandLow, Level: 1, BackOut: true,
			Risks: []changereq.Risk{{
				Title: "wear", Inherent: rating, Mitigation: "grease",
				Residual: changereq.Rating{Likelihood: 1, Impact: 2, Band: changereq.BandLow},
			}},
		},
		Benefit: &changereq.Estimate{Part: part, Summary: "Fewer returns.", Amounts: []changereq.Amount{returns}},
		Cost:    &changereq.Estimate{Part: part, Summary: "Tooling.", Amounts: []changereq.Amount{tool}},
		Plan: &changereq.PlanEffect{
			Part: part, AsOf: minute(2), Source: "plan 7", Summary: "Nine days.", Cost: []changereq.Amount{tool},
			Delays:    []changereq.Delay{{What: "delivery", Before: minute(500), After: minute(900)}},
			Shortages: []changereq.Shortage{{Item: "bolt", Short: 40, Unit: "pcs", NeedBy: minute(400)}},
			People:    []string{"ida", "otto"},
		},
	}
}
