package main

import (
	"context"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// step is one command of the story, given by somebody some hours after the one
// before.
type step struct {
	hours int
	who   changereq.Actor
	cmd   changereq.Command
}

// openOffice writes the demonstration into an office that is empty: a maker of
// kitchen furniture in its last weeks. Every command goes over the desk like
// anybody's, at its own time in the past.
func openOffice(ctx context.Context, store coordination.Store) error {
	now := time.Now().Add(-60 * 24 * time.Hour)
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	page, _, err := desk.ChangeRequests(ctx, tenant, changereq.Query{Limit: 1})
	if err != nil || len(page) > 0 {
		return err
	}
	for _, story := range stories(now) {
		now = story.begins
		cr, err := desk.Open(ctx, tenant, story.applicant, changereq.Open{Content: story.content})
		if err != nil {
			return err
		}
		for _, s := range story.steps {
			now = now.Add(time.Duration(s.hours) * time.Hour)
			cmd := s.cmd
			if r, ok := cmd.(changereq.RecordResult); ok {
				r.Cites = []changereq.ID{cr.ID}
				cmd = r
			}
			if cr, err = desk.Do(ctx, tenant, s.who, cr.ID, cr.Rev, cmd); err != nil {
				return err
			}
			if _, all := s.cmd.(changereq.Refresh); all {
				if err := tellAll(ctx, desk); err != nil {
					return err
				}
				if cr, err = desk.ChangeRequest(ctx, tenant, cr.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// told stands in a story where everybody is told what they are owed; the
// command itself does nothing.
var told = changereq.Refresh{}

func tellAll(ctx context.Context, desk *coordination.Desk) error {
	owed, _, err := desk.Obligations(ctx, tenant, notice.Query{State: notice.Owed, Limit: notice.MaxLimit})
	if err != nil {
		return err
	}
	for _, o := range owed {
		if _, err := desk.Answer(ctx, tenant, carol, o.ID, o.Rev, changereq.RecordSent{Obligation: o.ID, Evidence: "mail to " + o.Recipient}); err != nil {
			return err
		}
	}
	return nil
}

// story is one change request and how far it has come.
type story struct {
	begins    time.Time
	applicant changereq.Actor
	content   changereq.Content
	steps     []step
}

func stories(start time.Time) []story {
	day := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
	window := changereq.Window{Start: day(40), End: day(47)}
	hinge := changereq.Content{
		Title: "Wider hinge on the tall cabinet", Labels: []string{"cabinet", "returns"},
		Description:   "Widen the door hinge from 10 mm to 12 mm and move its upper screw by 4 mm.",
		Justification: "Three cabinets came back in May with the door hanging.",
		BackOutPlan:   "Keep 200 of the old hinges until the end of the quarter.",
		Affected: []changereq.AffectedItem{
			{Item: "DRW-1204", Action: changereq.ActionModify, Base: "B", Owner: otto.ID},
			{Item: "MAN-77", Action: changereq.ActionModify, Base: "4", Owner: bob.ID},
		},
	}
	closing := []step{
		{20, carol, changereq.Move{Event: "schedule", Window: &window}},
		{30, ivo, changereq.Move{Event: "start"}},
		{50, ivo, changereq.RecordResult{Item: "DRW-1204", Revision: "C", Predecessor: "B", Released: true}},
		{4, ivo, changereq.RecordResult{Item: "MAN-77", Revision: "5", Predecessor: "4", Released: true}},
		{1, ivo, changereq.Move{Event: "finish"}},
		{6, vera, changereq.VerifyResult{Item: "DRW-1204"}},
		{1, vera, changereq.VerifyResult{Item: "MAN-77"}},
		{2, carol, told},
		{90, carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "No cabinet has come back since."}},
		{1, carol, changereq.Move{Event: "close"}},
	}
	approve := step{30, paula, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Text: "It pays within the year."}}
	reject := step{26, paula, changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonNotWorth, Text: "Six customers asked for it in two years."}}
	until := day(120)
	postpone := step{22, paula, changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred, Until: &until, Text: "When the new oven is in."}}
	started := []step{
		{20, carol, changereq.Move{Event: "schedule"}},
		{16, ivo, changereq.Move{Event: "start"}},
	}
	finished := slices.Concat(started, []step{{70, ivo, changereq.Move{Event: "finish"}}})
	return []story{
		{day(0), ann, hinge, slices.Concat(presented(9_000, 24_000), []step{approve}, closing)},
		{day(8), bob, simple("Handle in brushed steel", "Customers ask for it."), slices.Concat(presented(4_000, 6_000), []step{reject, {3, carol, told}})},
		{day(15), ann, simple("Powder coat instead of paint", "Half the scratches come from transport."), slices.Concat(presented(60_000, 75_000), []step{postpone})},
		{day(22), bob, simple("Thicker back panel", "It bends when it is carried."), slices.Concat(presented(2_000, 9_000), []step{approve, {4, carol, told}})},
		{day(24), ann, simple("Rubber feet under the sink unit", "The floor gets wet."), slices.Concat(presented(700, 3_000), []step{approve}, finished)},
		{day(27), bob, simple("One drill template for all sizes", "Setting up takes half a shift."), slices.Concat(presented(1_500, 12_000), []step{approve}, started)},
		{day(30), ann, simple("Packing list inside the carton", "The hand-over to packaging waits for the printed list."), presented(500, 8_000)},
		{day(41), bob, simple("Fewer screws in the base", "Nine screws where six hold."), []step{{2, bob, changereq.Move{Event: "submit"}}, {5, carol, changereq.Move{Event: "receive"}}}},
		{day(52), ann, simple("Soft-close runners as standard", "Competitors have them."), []step{{1, ann, changereq.Move{Event: "submit"}}}},
		{day(57), bob, changereq.Content{Title: "Recycled cartons", Labels: []string{"packaging"}}, nil},
	}
}

func simple(title, why string) changereq.Content {
	return changereq.Content{Title: title, Description: title + ", in all sizes.", Justification: why}
}

// presented are the steps that bring a draft before the product manager; the
// amounts are whole euros.
func presented(cost, benefit int64) []step {
	euros := func(what string, n int64) *changereq.Estimate {
		return &changereq.Estimate{Amounts: []changereq.Amount{{
			What: what, Low: n * 80, Likely: n * 100, High: n * 130, Currency: "EUR", Horizon: 12,
		}}}
	}
	return []step{
		{2, carol, changereq.Move{Event: "submit"}},
		{4, carol, changereq.Move{Event: "receive"}},
		{3, carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}}},
		{1, carol, changereq.Move{Event: "admit"}},
		{20, carol, changereq.Assess{Parts: changereq.Assessment{
			Risk: &changereq.Risks{Risks: []changereq.Risk{{
				Title: "Old and new parts are mixed in the line", Inherent: changereq.Rating{Likelihood: 3, Impact: 3},
				Mitigation: "A mark on the new part", Residual: changereq.Rating{Likelihood: 1, Impact: 3},
			}}},
			Benefit: euros("fewer returns and claims", benefit),
			Cost:    euros("tool, drawings, stock", cost),
		}}},
		{4, carol, changereq.IssueBrief{
			Recommendation: "Approve, with the new part from the next quarter on.",
			Options:        []changereq.Option{{Title: "Do nothing", Summary: "Returns go on as they are."}, {Title: "Do it", Summary: "From the next quarter on."}},
		}},
		{1, carol, changereq.Move{Event: "present"}},
	}
}
