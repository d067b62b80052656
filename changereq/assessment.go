package changereq

import (
	"slices"
	"time"
)

// Assessment is what was worked out about a request, in four parts that are
// recorded independently, and the effect on plan and stock beside them. A part
// that is nil was not assessed.
//
// Several people may assess the risks, each for himself. Opinions holds what
// each said last, by author; Risk is the most severe of them, and it is what
// counts.
type Assessment struct {
	Relevance *Relevance  `json:"relevance,omitempty"`
	Risk      *Risks      `json:"risk,omitempty"`
	Opinions  []Risks     `json:"opinions,omitempty"`
	Benefit   *Estimate   `json:"benefit,omitempty"`
	Cost      *Estimate   `json:"cost,omitempty"`
	Plan      *PlanEffect `json:"plan,omitempty"`
}

// Part says who assessed a part of an assessment, when, how sure of it, and on
// what evidence.
type Part struct {
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	Confidence Confidence `json:"confidence,omitempty"`
	Evidence   []string   `json:"evidence,omitempty"` // references to documents, opaque here
}

// Confidence is how sure an assessor is; empty says that nobody asked.
type Confidence string

// The degrees of confidence.
const (
	ConfidenceLow    Confidence = "low"
	ConfidenceMedium Confidence = "medium"
	ConfidenceHigh   Confidence = "high"
)

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

// Risks are the risks that one assessor found; none found is a statement too, so
// an empty list with a Summary is a complete part.
//
// The three effects are what ISO 13485, 7.3.9 asks to be evaluated beside the
// risks themselves.
type Risks struct {
	Part

	Summary     string `json:"summary,omitempty"`
	Risks       []Risk `json:"risks,omitempty"`
	OnParts     string `json:"on_parts,omitempty"`     // effect on constituent parts
	InProcess   string `json:"in_process,omitempty"`   // effect on product being made
	OnDelivered string `json:"on_delivered,omitempty"` // effect on product already delivered

	// What the matrix of the office made of it, set when it is recorded.
	Matrix  string `json:"matrix,omitempty"`
	Band    Band   `json:"band,omitempty"`     // the highest residual one
	Level   int    `json:"level,omitempty"`    // its place from the lowest, 1
	BackOut bool   `json:"back_out,omitempty"` // it asks for a back-out plan
}

// Risk is one risk, before (inherent) and after (residual) its mitigation.
type Risk struct {
	Title      string `json:"title"`
	Inherent   Rating `json:"inherent"`
	Mitigation string `json:"mitigation,omitempty"`
	Residual   Rating `json:"residual"`
}

// Estimate is a list of amounts with what was meant by them. An empty list with
// a Summary ("none expected") is a complete part.
type Estimate struct {
	Part

	Summary string   `json:"summary,omitempty"`
	Amounts []Amount `json:"amounts,omitempty"`
}

// Amount is a range of money in minor units of a currency: the total over its
// horizon.
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
			a.Risk, a.Opinions = nil, nil
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
	if a.Relevance == nil && a.Risk == nil && a.Benefit == nil && a.Cost == nil && a.Plan == nil && a.Opinions == nil {
		return a
	}
	var room struct {
		relevance     Relevance
		risk          Risks
		benefit, cost Estimate
	}
	if a.Relevance != nil {
		room.relevance = *a.Relevance
		room.relevance.Part = clonePart(room.relevance.Part)
		a.Relevance = &room.relevance
	}
	if a.Risk != nil {
		room.risk = a.Risk.clone()
		a.Risk = &room.risk
	}
	a.Opinions = cloneEach(a.Opinions, Risks.clone)
	a.Benefit, a.Cost = a.Benefit.cloneTo(&room.benefit), a.Cost.cloneTo(&room.cost)
	a.Plan = a.Plan.clone()
	return a
}

func (e *Estimate) cloneTo(room *Estimate) *Estimate {
	if e == nil {
		return nil
	}
	*room = *e
	room.Part, room.Amounts = clonePart(e.Part), slices.Clone(e.Amounts)
	return room
}

// The methods below write what was judged, not who judged it when: repeating the
// same judgement outdates nothing. Lines are a set: their order says nothing.

func (r *Relevance) writeTo(w writer) {
	if r == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(string(r.Verdict))
	w.text(string(r.DuplicateOf))
	w.text(string(r.Confidence))
}

// writeRisks writes what all assessors said; two who say the same are one voice.
func (a *Assessment) writeRisks(w writer) {
	var said []Digest
	for _, o := range a.everyOpinion() {
		said = append(said, sum(o.writeTo))
	}
	slices.Sort(said)
	said = slices.Compact(said)
	w.count(len(said))
	for _, d := range said {
		w.text(string(d))
	}
}

func (r *Risks) writeTo(w writer) {
	for _, s := range []string{r.Summary, r.OnParts, r.InProcess, r.OnDelivered, string(r.Confidence)} {
		w.text(s)
	}
	writeSet(w, r.Risks, func(w writer, x Risk) {
		w.text(x.Title)
		w.text(x.Mitigation)
		for _, side := range []Rating{x.Inherent, x.Residual} {
			w.count(side.Likelihood)
			w.count(side.Impact)
			w.text(string(side.Band))
		}
	})
}

func (e *Estimate) writeTo(w writer) {
	if e == nil {
		w.count(0)
		return
	}
	w.count(1)
	w.text(e.Summary)
	w.text(string(e.Confidence))
	writeSet(w, e.Amounts, writeAmount)
}

func writeAmount(w writer, x Amount) {
	w.text(x.What)
	w.text(x.Currency)
	for _, n := range []int64{x.Low, x.Likely, x.High, int64(x.Horizon)} {
		w.number(n)
	}
}

// writeSet writes lines in an order of their own content: putting them in
// another order is no change, and two equal lines stay two.
func writeSet[T any](w writer, lines []T, write func(writer, T)) {
	digests := make([]Digest, len(lines))
	for i, x := range lines {
		digests[i] = sum(func(w writer) { write(w, x) })
	}
	slices.Sort(digests)
	w.count(len(digests))
	for _, d := range digests {
		w.text(string(d))
	}
}
