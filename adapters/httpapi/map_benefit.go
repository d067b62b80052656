package httpapi

import "github.com/coordkit/coordkit/changereq"

func realisedFrom(in RealisedInput) changereq.RecordRealised {
	return changereq.RecordRealised{
		Claim: int(value(in.Claim)), What: value(in.What), Amount: in.Amount, Currency: value(in.Currency),
		At: changereq.Instant(in.At), Evidence: in.Evidence,
	}
}

func realisedTo(x changereq.Realised) Realised {
	return Realised{
		Claim: optional(narrow(x.Claim)), What: text(x.What), Amount: x.Amount, Currency: x.Currency, At: x.At,
		Evidence: x.Evidence, RecordedBy: x.RecordedBy, RecordedAt: x.RecordedAt,
	}
}

func scoreTo(s changereq.BenefitScore) BenefitScore {
	return BenefitScore{
		Claim: optional(narrow(s.Claim)), What: s.What, Currency: s.Currency, Low: s.Low, Likely: s.Likely, High: s.High,
		Realised: s.Realised, Records: narrow(s.Records), Due: s.Due, Verdict: string(s.Verdict),
	}
}

func planFrom(in PlanEffectInput) changereq.PlanEffect {
	return changereq.PlanEffect{
		Part: partFrom(in.Confidence, in.Evidence),
		AsOf: changereq.Instant(in.AsOf), Source: value(in.Source), Summary: value(in.Summary),
		Cost: eachOf(in.Cost, amountFrom), People: in.People,
		Delays: eachOf(in.Delays, func(x DelayInput) changereq.Delay {
			return changereq.Delay{What: x.What, Before: changereq.Instant(x.Before), After: changereq.Instant(x.After)}
		}),
		Shortages: eachOf(in.Shortages, func(x ShortageInput) changereq.Shortage {
			return changereq.Shortage{
				Item: changereq.ItemID(x.Item), Short: x.Short, Unit: value(x.Unit), NeedBy: changereq.Instant(x.NeedBy),
			}
		}),
	}
}

func planTo(x changereq.PlanEffect) PlanEffect {
	return PlanEffect{
		By: x.By, At: x.At, Confidence: text(x.Confidence), Evidence: x.Evidence, AsOf: x.AsOf, Source: text(x.Source),
		Summary: text(x.Summary), Cost: eachOf(x.Cost, amountTo), People: x.People,
		Delays: eachOf(x.Delays, func(d changereq.Delay) Delay { return Delay{What: d.What, Before: d.Before, After: d.After} }),
		Shortages: eachOf(x.Shortages, func(s changereq.Shortage) Shortage {
			return Shortage{Item: string(s.Item), Short: s.Short, Unit: text(s.Unit), NeedBy: s.NeedBy}
		}),
	}
}

func presentValueTo(x changereq.PresentValue) PresentValue {
	return PresentValue{Currency: x.Currency, Low: x.Low, Likely: x.Likely, High: x.High, Rate: narrow(x.Rate)}
}
