package changereq

import (
	"strconv"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Assess records one or more parts of the assessment. A part that is nil stays
// as it was; author and time are the actor's and now, whatever the parts say.
type Assess struct {
	Parts Assessment `json:"parts"`
}

// Name of the command.
func (Assess) Name() string { return "assess" }

func (c Assess) validate(f *fields) {
	p := c.Parts
	if p.Relevance == nil && p.Risk == nil && p.Benefit == nil && p.Cost == nil {
		f.add("/parts", "required", "is empty: record at least one of relevance, risk, benefit and cost")
	}
	if x := p.Relevance; x != nil {
		f.oneOf("/parts/relevance/verdict", string(x.Verdict), string(Relevant), string(Duplicate), string(OutOfScope))
		f.text("/parts/relevance/reason", x.Reason, maxText)
		f.evidence("/parts/relevance/evidence", x.Evidence)
		if x.DuplicateOf != "" {
			f.id("/parts/relevance/duplicate_of", string(x.DuplicateOf))
		}
	}
	if x := p.Risk; x != nil {
		x.validate(f, "/parts/risk")
	}
	p.Benefit.validate(f, "/parts/benefit")
	p.Cost.validate(f, "/parts/cost")
}

func (r *Risks) validate(f *fields, at string) {
	f.text(at+"/summary", r.Summary, maxText)
	f.evidence(at+"/evidence", r.Evidence)
	f.atMost(at+"/risks", len(r.Risks), maxLines)
	if len(r.Risks) == 0 && r.Summary == "" {
		f.add(at, "required", "is empty: list the risks, or say in the summary that there are none")
	}
	for i, x := range r.Risks {
		at := at + "/risks/" + strconv.Itoa(i)
		f.require(at+"/title", x.Title)
		f.text(at+"/title", x.Title, maxTitle)
		f.text(at+"/mitigation", x.Mitigation, maxText)
		f.within(at+"/inherent/likelihood", x.Inherent.Likelihood, 1, 5)
		f.within(at+"/inherent/impact", x.Inherent.Impact, 1, 5)
		f.within(at+"/residual/likelihood", x.Residual.Likelihood, 1, 5)
		f.within(at+"/residual/impact", x.Residual.Impact, 1, 5)
	}
}

func (e *Estimate) validate(f *fields, at string) {
	if e == nil {
		return
	}
	f.text(at+"/summary", e.Summary, maxText)
	f.evidence(at+"/evidence", e.Evidence)
	f.atMost(at+"/amounts", len(e.Amounts), maxLines)
	if len(e.Amounts) == 0 && e.Summary == "" {
		f.add(at, "required", "is empty: list amounts, or say in the summary why there are none")
	}
	for i, x := range e.Amounts {
		at := at + "/amounts/" + strconv.Itoa(i)
		f.require(at+"/what", x.What)
		f.text(at+"/what", x.What, maxTitle)
		if x.Low > x.Likely || x.Likely > x.High {
			f.add(at, "out_of_range", "is not a range: low ≤ likely ≤ high must hold")
		}
		if !isCurrency(x.Currency) {
			f.add(at+"/currency", "invalid", "is not an ISO 4217 code of three capital letters, such as EUR")
		}
		f.within(at+"/horizon", x.Horizon, 0, 1200)
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
	by := Part{By: d.env.Actor.ID, At: d.env.Now}
	if x := parts.Relevance; x != nil {
		x.By, x.At = by.By, by.At
	}
	if x := parts.Risk; x != nil {
		x.By, x.At = by.By, by.At
	}
	if x := parts.Benefit; x != nil {
		x.By, x.At = by.By, by.At
	}
	if x := parts.Cost; x != nil {
		x.By, x.At = by.By, by.At
	}
	d.emit(AssessedData{Parts: parts})
	return nil
}
