package httpapi

import "github.com/coordkit/coordkit/changereq"

func assessmentFrom(in AssessmentInput) changereq.Assessment {
	return changereq.Assessment{
		Relevance: via(in.Relevance, relevanceFrom), Risk: via(in.Risk, risksFrom),
		Benefit: via(in.Benefit, estimateFrom), Cost: via(in.Cost, estimateFrom), Plan: via(in.Plan, planFrom),
	}
}

func assessmentTo(a changereq.Assessment) Assessment {
	return Assessment{
		Relevance: via(a.Relevance, relevanceTo), Risk: via(a.Risk, risksTo), Opinions: eachOf(a.Opinions, risksTo),
		Benefit: via(a.Benefit, estimateTo), Cost: via(a.Cost, estimateTo), Plan: via(a.Plan, planTo),
	}
}

func partFrom(confidence *string, evidence []string) changereq.Part {
	return changereq.Part{Confidence: word[changereq.Confidence](confidence), Evidence: evidence}
}

func relevanceFrom(in RelevanceInput) changereq.Relevance {
	return changereq.Relevance{
		Part: partFrom(in.Confidence, in.Evidence), Verdict: changereq.RelevanceVerdict(in.Verdict),
		DuplicateOf: word[changereq.ID](in.DuplicateOf), Reason: value(in.Reason),
	}
}

func relevanceTo(x changereq.Relevance) Relevance {
	return Relevance{
		By: x.By, At: x.At, Confidence: text(x.Confidence), Evidence: x.Evidence, Verdict: string(x.Verdict), DuplicateOf: text(x.DuplicateOf), Reason: text(x.Reason),
	}
}

func risksFrom(in RisksInput) changereq.Risks {
	return changereq.Risks{
		Part: partFrom(in.Confidence, in.Evidence), Summary: value(in.Summary), Risks: eachOf(in.Risks, riskFrom),
		OnParts: value(in.OnParts), InProcess: value(in.InProcess), OnDelivered: value(in.OnDelivered),
	}
}

func risksTo(x changereq.Risks) Risks {
	return Risks{
		By: x.By, At: x.At, Confidence: text(x.Confidence), Evidence: x.Evidence, Summary: text(x.Summary),
		Risks: eachOf(x.Risks, riskTo), OnParts: text(x.OnParts), InProcess: text(x.InProcess), OnDelivered: text(x.OnDelivered),
		Matrix: text(x.Matrix), Band: text(x.Band), Level: optional(narrow(x.Level)), BackOut: optional(x.BackOut),
	}
}

func riskFrom(in RiskInput) changereq.Risk {
	return changereq.Risk{
		Title: in.Title, Inherent: ratingFrom(in.Inherent), Mitigation: value(in.Mitigation), Residual: ratingFrom(in.Residual),
	}
}

func riskTo(x changereq.Risk) Risk {
	return Risk{Title: x.Title, Inherent: ratingTo(x.Inherent), Mitigation: text(x.Mitigation), Residual: ratingTo(x.Residual)}
}

func ratingFrom(in RatingInput) changereq.Rating {
	return changereq.Rating{Likelihood: int(in.Likelihood), Impact: int(in.Impact)}
}

func ratingTo(x changereq.Rating) Rating {
	return Rating{Likelihood: narrow(x.Likelihood), Impact: narrow(x.Impact), Band: string(x.Band)}
}

func estimateFrom(in EstimateInput) changereq.Estimate {
	return changereq.Estimate{
		Part: partFrom(in.Confidence, in.Evidence), Summary: value(in.Summary), Amounts: eachOf(in.Amounts, amountFrom),
	}
}

func estimateTo(x changereq.Estimate) Estimate {
	return Estimate{By: x.By, At: x.At, Confidence: text(x.Confidence), Evidence: x.Evidence, Summary: text(x.Summary), Amounts: eachOf(x.Amounts, amountTo)}
}

func amountFrom(in AmountInput) changereq.Amount {
	return changereq.Amount{
		What: in.What, Low: in.Low, Likely: in.Likely, High: in.High, Currency: in.Currency, Horizon: int(value(in.Horizon)),
	}
}

func amountTo(x changereq.Amount) Amount {
	return Amount{
		What: x.What, Low: x.Low, Likely: x.Likely, High: x.High, Currency: x.Currency, Horizon: narrow(x.Horizon),
	}
}

// narrow is a count of the office as the contract's int32; the rules keep all
// of them far below.
func narrow(n int) int32 { return int32(n) }
