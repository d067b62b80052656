package changereq

import (
	"slices"
	"time"
)

// Assessment is what the coordinator worked out about a request, in four parts
// that are recorded independently. A part that is nil was not assessed.
type Assessment struct {
	Relevance *Relevance `json:"relevance,omitempty"`
	Risk      *Risks     `json:"risk,omitempty"`
	Benefit   *Estimate  `json:"benefit,omitempty"`
	Cost      *Estimate  `json:"cost,omitempty"`
}

// Part says who assessed a part of an assessment, when, and on what evidence.
type Part struct {
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Evidence []string  `json:"evidence,omitempty"` // references to documents, opaque here
}

// Relevance says whether the request concerns the product at all.
type Relevance struct {
	Part

	Verdict     RelevanceVerdict `json:"verdict"`
	DuplicateOf ID               `json:"duplicate_of,omitempty"`
	Reason      string           `json:"reason,omitempty"`
}

// RelevanceVerdict is the result of assessing relevance.
type RelevanceVerdict string

// The verdicts on relevance.
const (
	Relevant   RelevanceVerdict = "relevant"
	Duplicate  RelevanceVerdict = "duplicate"
	OutOfScope RelevanceVerdict = "out-of-scope"
)

// Risks are the risks found; none found is a statement too, so an empty list
// with a Summary is a complete part.
type Risks struct {
	Part

	Summary string `json:"summary,omitempty"`
	Risks   []Risk `json:"risks,omitempty"`
}

// Risk is one risk, before (inherent) and after (residual) its mitigation.
type Risk struct {
	Title      string `json:"title"`
	Inherent   Rating `json:"inherent"`
	Mitigation string `json:"mitigation,omitempty"`
	Residual   Rating `json:"residual"`
}

// Rating places a risk on a matrix of likelihood and impact, each 1 to 5.
type Rating struct {
	Likelihood int `json:"likelihood"`
	Impact     int `json:"impact"`
}

// Band is a class of risk.
type Band string

// The bands, lowest first.
const (
	BandLow      Band = "low"
	BandMedium   Band = "medium"
	BandHigh     Band = "high"
	BandVeryHigh Band = "very-high"
	BandCritical Band = "critical"
)

// Band classes the product of likelihood and impact: up to 4 low, 9 medium, 15
// high, 20 very high, else critical. It never falls when either factor rises.
func (r Rating) Band() Band {
	switch score := r.Likelihood * r.Impact; {
	case score <= 4:
		return BandLow
	case score <= 9:
		return BandMedium
	case score <= 15:
		return BandHigh
	case score <= 20:
		return BandVeryHigh
	}
	return BandCritical
}

// rank is the place of the band, lowest 0; -1 for a word that is no band.
func (b Band) rank() int {
	return slices.Index([]Band{BandLow, BandMedium, BandHigh, BandVeryHigh, BandCritical}, b)
}

// highest is the residual rating with the largest likelihood × impact; the zero
// rating without risks.
func (r *Risks) highest() Rating {
	var top Rating
	if r == nil {
		return top
	}
	for _, x := range r.Risks {
		if x.Residual.Likelihood*x.Residual.Impact > top.Likelihood*top.Impact {
			top = x.Residual
		}
	}
	return top
}

// Estimate is a list of amounts with what was meant by them. An empty list with
// a Summary ("none expected") is a complete part.
type Estimate struct {
	Part

	Summary string   `json:"summary,omitempty"`
	Amounts []Amount `json:"amounts,omitempty"`
}

// Amount is a range of money in minor units of a currency over a horizon.
type Amount struct {
	What     string `json:"what"`
	Low      int64  `json:"low"`
	Likely   int64  `json:"likely"`
	High     int64  `json:"high"`
	Currency string `json:"currency"`          // ISO 4217
	Horizon  int    `json:"horizon,omitempty"` // months; 0 is once
}

// Missing lists the parts that nobody has assessed, in the order relevance,
// risk, benefit, cost.
func (a Assessment) Missing() []string {
	var out []string
	if a.Relevance == nil {
		out = append(out, "relevance")
	}
	if a.Risk == nil {
		out = append(out, "risk")
	}
	if a.Benefit == nil {
		out = append(out, "benefit")
	}
	if a.Cost == nil {
		out = append(out, "cost")
	}
	return out
}

// without is the assessment as it was before anybody recorded those parts.
func (a Assessment) without(parts []string) Assessment {
	for _, part := range parts {
		switch part {
		case "relevance":
			a.Relevance = nil
		case "risk":
			a.Risk = nil
		case "benefit":
			a.Benefit = nil
		case "cost":
			a.Cost = nil
		}
	}
	return a
}

// clone gives the four parts, which mostly stand together, one piece of memory.
func (a Assessment) clone() Assessment {
	if a == (Assessment{}) {
		return a
	}
	var room struct {
		relevance     Relevance
		risk          Risks
		benefit, cost Estimate
	}
	if a.Relevance != nil {
		room.relevance = *a.Relevance
		room.relevance.Evidence = slices.Clone(room.relevance.Evidence)
		a.Relevance = &room.relevance
	}
	if a.Risk != nil {
		room.risk = *a.Risk
		room.risk.Evidence, room.risk.Risks = slices.Clone(room.risk.Evidence), slices.Clone(room.risk.Risks)
		a.Risk = &room.risk
	}
	a.Benefit, a.Cost = a.Benefit.cloneTo(&room.benefit), a.Cost.cloneTo(&room.cost)
	return a
}

func (e *Estimate) cloneTo(room *Estimate) *Estimate {
	if e == nil {
		return nil
	}
	*room = *e
	room.Evidence, room.Amounts = slices.Clone(e.Evidence), slices.Clone(e.Amounts)
	return room
}

// The writeTo methods write what was judged, not who judged it when: repeating
// the same judgement outdates nothing.

func (r *Relevance) writeTo(w writer) {
	if r == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(string(r.Verdict))
	w.text(string(r.DuplicateOf))
}

func (r *Risks) writeTo(w writer) {
	if r == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(r.Summary)
	w.count(len(r.Risks))
	for _, x := range r.Risks {
		w.text(x.Title)
		w.text(x.Mitigation)
		for _, n := range []int{x.Inherent.Likelihood, x.Inherent.Impact, x.Residual.Likelihood, x.Residual.Impact} {
			w.count(n)
		}
	}
}

func (e *Estimate) writeTo(w writer) {
	if e == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(e.Summary)
	w.count(len(e.Amounts))
	for _, x := range e.Amounts {
		w.text(x.What)
		w.text(x.Currency)
		for _, n := range []int64{x.Low, x.Likely, x.High, int64(x.Horizon)} {
			w.number(n)
		}
	}
}
