package changereq

import (
	"strconv"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Assess records one or more parts of the assessment. A part that is nil stays
// as it was; author, time and the bands of risk are the office's, whatever the
// parts say. Risks are recorded beside those of other assessors.
type Assess struct {
	Parts Assessment `json:"parts"`
}

// Name of the command.
func (Assess) Name() string { return "assess" }

func (c Assess) validate(f *fields) {
	p := c.Parts
	if p.Relevance == nil && p.Risk == nil && p.Benefit == nil && p.Cost == nil && p.Plan == nil {
		f.add("/parts", "required", "is empty: record at least one of relevance, risk, benefit, cost and plan")
	}
	f.only("/parts/opinions", len(p.Opinions) > 0, "are gathered by the office: give your own risks")
	if x := p.Relevance; x != nil {
		f.part("/parts/relevance", &x.Part)
		f.oneOf("/parts/relevance/verdict", string(x.Verdict), string(Relevant), string(Duplicate), string(OutOfScope))
		f.text("/parts/relevance/reason", x.Reason, maxText)
		if x.DuplicateOf != "" {
			f.id("/parts/relevance/duplicate_of", string(x.DuplicateOf))
		}
	}
	if x := p.Risk; x != nil {
		x.validate(f, "/parts/risk")
	}
	p.Benefit.validate(f, "/parts/benefit")
	p.Cost.validate(f, "/parts/cost")
	p.Plan.validate(f, "/parts/plan")
}

func (f *fields) part(at string, p *Part) {
	f.evidence(at+"/evidence", p.Evidence)
	if p.Confidence != "" {
		f.oneOf(at+"/confidence", string(p.Confidence), string(ConfidenceLow), string(ConfidenceMedium), string(ConfidenceHigh))
	}
}

func (r *Risks) validate(f *fields, at string) {
	f.part(at, &r.Part)
	f.text(at+"/summary", r.Summary, maxText)
	f.text(at+"/on_parts", r.OnParts, maxText)
	f.text(at+"/in_process", r.InProcess, maxText)
	f.text(at+"/on_delivered", r.OnDelivered, maxText)
	f.atMost(at+"/risks", len(r.Risks), maxLines)
	if len(r.Risks) == 0 && r.Summary == "" {
		f.add(at, "required", "is empty: list the risks, or say in the summary that there are none")
	}
	for i, x := range r.Risks {
		at := element(at, "risks", i)
		f.require(at+"/title", x.Title)
		f.text(at+"/title", x.Title, maxTitle)
		f.text(at+"/mitigation", x.Mitigation, maxText)
		f.within(at+"/inherent/likelihood", x.Inherent.Likelihood, 1, maxAxis)
		f.within(at+"/inherent/impact", x.Inherent.Impact, 1, maxAxis)
		f.within(at+"/residual/likelihood", x.Residual.Likelihood, 1, maxAxis)
		f.within(at+"/residual/impact", x.Residual.Impact, 1, maxAxis)
	}
}

func (e *Estimate) validate(f *fields, at string) {
	if e == nil {
		return
	}
	f.part(at, &e.Part)
	f.text(at+"/summary", e.Summary, maxText)
	if len(e.Amounts) == 0 && e.Summary == "" {
		f.add(at, "required", "is empty: list amounts, or say in the summary why there are none")
	}
	amounts(f, at+"/amounts", e.Amounts)
}

func amounts(f *fields, at string, list []Amount) {
	f.atMost(at, len(list), maxLines)
	for i, x := range list {
		at := at + "/" + strconv.Itoa(i)
		f.require(at+"/what", x.What)
		f.text(at+"/what", x.What, maxTitle)
		f.money(at+"/low", x.Low)
		f.money(at+"/likely", x.Likely)
		f.money(at+"/high", x.High)
		if x.Low > x.Likely || x.Likely > x.High {
			f.add(at, "out_of_range", "is not a range: low ≤ likely ≤ high must hold")
		}
		if !isCurrency(x.Currency) {
			f.add(at+"/currency", "invalid", "is not an ISO 4217 code of three capital letters, such as EUR")
		}
		f.within(at+"/horizon", x.Horizon, 0, 1200)
	}
}

// maxMoney bounds an amount in minor units, so that sums cannot overflow.
const maxMoney = 10_000_000_000_000_000

func (f *fields) money(pointer string, n int64) {
	if n < -maxMoney || n > maxMoney {
		f.add(pointer, "out_of_range", "is more money than 10 to the 16th minor units")
	}
}

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return true
}

func (c Assess) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	in := []lifecycle.Category{lifecycle.Intake, lifecycle.Assess, lifecycle.Decide}
	if d.lc.def.Emergency { // what was missing at the decision is supplied before the end
		in = append(in, lifecycle.Build, lifecycle.Verify)
	}
	if err := d.requireCategory("assessing", in...); err != nil {
		return err
	}
	parts := c.Parts.clone()
	stamp := func(p *Part) { p.By, p.At = d.env.Actor.ID, d.env.Now }
	if x := parts.Relevance; x != nil {
		stamp(&x.Part)
	}
	if x := parts.Risk; x != nil {
		stamp(&x.Part)
		if faults := d.env.Matrix.orStandard().rate(x); len(faults) > 0 {
			return &ValidationError{Fields: faults}
		}
	}
	if x := parts.Benefit; x != nil {
		stamp(&x.Part)
	}
	if x := parts.Cost; x != nil {
		stamp(&x.Part)
	}
	if parts.Plan != nil {
		parts.Plan = parts.Plan.normal()
		stamp(&parts.Plan.Part)
	}
	d.emit(AssessedData{Parts: parts})
	return nil
}
