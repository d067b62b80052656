package changereq

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// IssueBrief freezes content and assessment as they stand into the next
// numbered brief, with the coordinator's recommendation. In an emergency it may
// be issued before the assessment is complete, and names what is missing.
type IssueBrief struct {
	Recommendation string     `json:"recommendation"`
	Options        []Option   `json:"options,omitempty"`
	DecideBy       *time.Time `json:"decide_by,omitempty"`
}

// Name of the command.
func (IssueBrief) Name() string { return "issue-brief" }

func (c IssueBrief) validate(f *fields) {
	f.require("/recommendation", c.Recommendation)
	f.text("/recommendation", c.Recommendation, maxText)
	f.atMost("/options", len(c.Options), maxLines)
	for i, o := range c.Options {
		at := element("", "options", i)
		f.require(at+"/title", o.Title)
		f.text(at+"/title", o.Title, maxTitle)
		f.text(at+"/summary", o.Summary, maxText)
	}
	f.time("/decide_by", c.DecideBy)
}

func (c IssueBrief) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	in := []lifecycle.Category{lifecycle.Assess, lifecycle.Decide}
	if d.lc.def.Emergency {
		in = append(in, lifecycle.Intake)
	}
	if err := d.requireCategory("issuing a brief", in...); err != nil {
		return err
	}
	v := d.view()
	if open := slices.Concat(assessed(v), dispositioned(v)); len(open) > 0 && !d.lc.def.Emergency {
		return refused(d.command, open...)
	}
	d.noteUses()
	r := &d.req
	b := Brief{
		Number: 1, Request: r.ID, RequestNumber: r.Number, Applicant: r.Applicant,
		Content: r.Content.Clone(), Assessment: r.Assessment.clone(), WhereUsed: r.WhereUsed.clone(),
		PresentValues: PresentValues(r.Assessment.Benefit, r.Assessment.Cost, d.env.Discount),
		Material:      r.Digests.Material, Missing: r.Assessment.Missing(), Options: slices.Clone(c.Options), Recommendation: c.Recommendation,
		DecideBy: instant(c.DecideBy), By: d.env.Actor.ID, At: d.env.Now,
	}
	if r.Brief != nil {
		b.Number = r.Brief.Number + 1
	}
	b.Digest = b.digest()
	d.emit(BriefIssuedData{Brief: b})
	return nil
}
