package changereq

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Realised is a benefit that came about after the change was closed.
type Realised struct {
	Claim      int       `json:"claim,omitempty"` // place in the list of claimed benefits, from 1; 0 is one that nobody claimed
	What       string    `json:"what,omitempty"`  // of a benefit that nobody claimed
	Amount     int64     `json:"amount"`          // minor units; a correction may be negative
	Currency   string    `json:"currency"`
	At         time.Time `json:"at"` // when it came about
	Evidence   []string  `json:"evidence"`
	RecordedBy string    `json:"recorded_by"`
	RecordedAt time.Time `json:"recorded_at"`
}

func (x Realised) clone() Realised {
	x.Evidence = slices.Clone(x.Evidence)
	return x
}

// RecordRealised records what a change that was implemented and closed has
// brought, to be held against what its assessment claimed.
type RecordRealised struct {
	Claim    int       `json:"claim,omitempty"`
	What     string    `json:"what,omitempty"`     // required without a claim
	Amount   int64     `json:"amount"`             // minor units
	Currency string    `json:"currency,omitempty"` // required without a claim; else that of the claim
	At       time.Time `json:"at"`
	Evidence []string  `json:"evidence"`
}

// Name of the command.
func (RecordRealised) Name() string { return "record-realised" }

// maxRealised is how many records of benefits a request keeps; their sum cannot
// overflow.
const maxRealised = 500

func (c RecordRealised) validate(f *fields) {
	f.within("/claim", c.Claim, 0, maxLines)
	f.text("/what", c.What, maxTitle)
	f.money("/amount", c.Amount)
	f.time("/at", &c.At)
	if len(c.Evidence) == 0 {
		f.add("/evidence", "required", "is empty: name what shows it, such as a report")
	}
	f.evidence("/evidence", c.Evidence)
	if c.Claim == 0 {
		f.require("/what", c.What)
	}
	if (c.Claim == 0 || c.Currency != "") && !isCurrency(c.Currency) {
		f.add("/currency", "invalid", "is not an ISO 4217 code of three capital letters, such as EUR")
	}
}

func (c RecordRealised) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator, RoleProductManager); err != nil {
		return err
	}
	r := &d.req
	if r.Category != lifecycle.Done || r.Outcome != OutcomeImplemented || r.Closed == nil {
		return refused(d.command, unmet("state", "a benefit is realised by a change that is implemented and closed; this one is in %s", r.State))
	}
	x := Realised{
		Claim: c.Claim, What: c.What, Amount: c.Amount, Currency: c.Currency, At: Instant(c.At),
		Evidence: slices.Clone(c.Evidence), RecordedBy: d.env.Actor.ID, RecordedAt: d.env.Now,
	}
	claims := r.claims()
	switch {
	case len(r.Realised) == maxRealised:
		return refused(d.command, unmet("realised", "the request has %d records of benefits: sum up before recording", maxRealised))
	case c.Claim > len(claims):
		return refused(d.command, unmet("realised", "the assessment claimed %d benefits: name one of them, or none", len(claims)))
	case c.Claim > 0 && c.Currency != "" && c.Currency != claims[c.Claim-1].Currency:
		return refused(d.command, unmet("realised", "the benefit was claimed in %s: record it in that currency", claims[c.Claim-1].Currency))
	case x.At.After(d.env.Now):
		return refused(d.command, unmet("realised", "the benefit would come about later than now: record it then"))
	}
	if c.Claim > 0 {
		x.Currency = claims[c.Claim-1].Currency
	}
	d.emit(BenefitRealisedData{Realised: x})
	return nil
}

// claims are the benefits of the assessment that the change was approved on, or,
// after an emergency, of the one it was closed with: nobody assesses again.
func (r *Request) claims() []Amount {
	if r.Assessment.Benefit == nil {
		return nil
	}
	return r.Assessment.Benefit.Amounts
}

// BenefitScore holds one claimed benefit against what was realised.
type BenefitScore struct {
	Claim    int          `json:"claim,omitempty"` // 0 sums what nobody had claimed
	What     string       `json:"what"`
	Currency string       `json:"currency"`
	Low      int64        `json:"low"`
	Likely   int64        `json:"likely"`
	High     int64        `json:"high"`
	Realised int64        `json:"realised"`
	Records  int          `json:"records"`
	Due      *time.Time   `json:"due,omitempty"` // when the horizon of the claim ends
	Verdict  ScoreVerdict `json:"verdict"`
}

// ScoreVerdict is how a claim turned out.
type ScoreVerdict string

// The verdicts on a claim. Before its horizon has ended a claim is open, unless
// it is exceeded already.
const (
	ScoreOpen       ScoreVerdict = "open"
	ScoreUnmeasured ScoreVerdict = "unmeasured" // the horizon ended and nobody recorded anything
	ScoreBelow      ScoreVerdict = "below"
	ScoreWithin     ScoreVerdict = "within"
	ScoreAbove      ScoreVerdict = "above"
	ScoreUnclaimed  ScoreVerdict = "unclaimed"
)

// ScoreBenefits holds what a closed change has brought until now against what
// was claimed: a score for each claim in the order of the assessment, then one
// for each currency of what nobody claimed. It is nil for a request that was not
// closed as implemented. Benefits and scores add up: every record is in exactly
// one score.
func ScoreBenefits(r *Request, now time.Time) []BenefitScore {
	if r.Closed == nil || r.Outcome != OutcomeImplemented {
		return nil
	}
	var out []BenefitScore
	for i, a := range r.claims() {
		due := r.Closed.AddDate(0, a.Horizon, 0)
		s := BenefitScore{Claim: i + 1, What: a.What, Currency: a.Currency, Low: a.Low, Likely: a.Likely, High: a.High, Due: &due}
		for _, x := range r.Realised {
			if x.Claim == s.Claim && !x.At.After(now) {
				s.Realised, s.Records = s.Realised+x.Amount, s.Records+1
			}
		}
		s.Verdict = s.verdict(now)
		out = append(out, s)
	}
	claimed := len(out)
	for _, x := range r.Realised {
		if x.Claim != 0 || x.At.After(now) {
			continue
		}
		i := slices.IndexFunc(out[claimed:], func(s BenefitScore) bool { return s.Currency == x.Currency }) + claimed
		if i < claimed {
			out = append(out, BenefitScore{What: "not claimed", Currency: x.Currency, Verdict: ScoreUnclaimed})
			i = len(out) - 1
		}
		out[i].Realised, out[i].Records = out[i].Realised+x.Amount, out[i].Records+1
	}
	return out
}

func (s *BenefitScore) verdict(now time.Time) ScoreVerdict {
	switch {
	case s.Realised > s.High:
		return ScoreAbove
	case now.Before(*s.Due):
		return ScoreOpen
	case s.Records == 0:
		return ScoreUnmeasured
	case s.Realised < s.Low:
		return ScoreBelow
	}
	return ScoreWithin
}
