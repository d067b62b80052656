package httpapi

import "github.com/coordkit/coordkit/changereq"

func openFrom(in OpenInput) changereq.Open {
	c := changereq.Open{
		ID: word[changereq.ID](in.ID), Applicant: value(in.Applicant), State: value(in.State), Content: contentFrom(in.Content),
	}
	if lc := in.Lifecycle; lc != nil {
		c.Lifecycle = changereq.LifecycleRef{ID: lc.ID, Version: int(value(lc.Version))}
	}
	return c
}

func moveFrom(in MoveInput) changereq.Move {
	return changereq.Move{
		Event: in.Event, Reason: value(in.Reason), Window: windowFrom(in.Window), Implementer: value(in.Implementer),
		Successor: word[changereq.ID](in.Successor),
	}
}

func briefFrom(in BriefInput) changereq.IssueBrief {
	return changereq.IssueBrief{
		Recommendation: in.Recommendation, DecideBy: instantFrom(in.DecideBy),
		Options: eachOf(in.Options, func(o OptionInput) changereq.Option {
			return changereq.Option{Title: o.Title, Summary: value(o.Summary)}
		}),
	}
}

func decisionFrom(in DecisionInput) changereq.RecordDecision {
	return changereq.RecordDecision{
		Brief: int(value(in.Brief)), Verdict: changereq.Verdict(in.Verdict), Reason: word[changereq.ReasonCode](in.Reason),
		Text: value(in.Text), Conditions: in.Conditions, Until: instantFrom(in.Until), Expires: instantFrom(in.Expires),
		Sign: value(in.Sign),
	}
}

func metConditionFrom(in MetConditionInput) changereq.MeetCondition {
	return changereq.MeetCondition{Condition: int(in.Condition), Evidence: in.Evidence}
}

func resultFrom(in ResultInput) changereq.RecordResult {
	return changereq.RecordResult{
		Item: changereq.ItemID(in.Item), Revision: in.Revision, Predecessor: value(in.Predecessor),
		Digest: word[changereq.Digest](in.Digest), Released: value(in.Released), Cites: eachOf(in.Cites, plain[string, changereq.ID]),
	}
}

func restorationFrom(in RestorationInput) changereq.RecordRestored {
	return changereq.RecordRestored{Item: changereq.ItemID(in.Item), Revision: in.Revision}
}

func retirementFrom(in RetirementInput) changereq.RetireTemplate {
	return changereq.RetireTemplate{Reason: in.Reason, Successor: word[changereq.ID](in.Successor)}
}

func migrationFrom(in MigrationInput) changereq.Migrate {
	c := changereq.Migrate{
		To: changereq.LifecycleRef{ID: in.To.ID, Version: int(in.To.Version)}, States: in.States, Reason: in.Reason,
	}
	if p := in.Policy; p != nil {
		c.Policy = &changereq.PolicyRef{ID: p.ID, Version: int(p.Version)}
	}
	return c
}

func reviewFrom(in ReviewInput) changereq.RecordReview {
	return changereq.RecordReview{Verdict: changereq.ReviewVerdict(in.Verdict), Text: in.Text}
}
