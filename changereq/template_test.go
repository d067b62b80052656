package changereq_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
)

const templateID = "TPL"

func bounds() *changereq.Template {
	return &changereq.Template{
		Items: []changereq.ItemID{"DRW-12", "MAN-3"}, Actions: []changereq.Action{changereq.ActionModify},
		MaxBand: changereq.BandMedium, MaxCost: &changereq.Money{Amount: 50_000, Currency: "EUR"},
	}
}

// templateRequest is a request that was carried out and closed and offers the
// bounds from then on.
func templateRequest(tb testing.TB) changereq.Request {
	tb.Helper()
	asked := content()
	asked.Template = bounds()
	return bring(tb, "Closed", templateID, asked).req
}

func fromTemplate() changereq.Content {
	c := content()
	c.FromTemplate = templateID
	return c
}

// standardOffice is an office with a standard change in Submitted.
func standardOffice(t *testing.T) (*office, *changereq.Request) {
	t.Helper()
	lc, findings := changereq.Compile(lifecycle.Standard())
	require.NotNil(t, lc, "%v", findings)
	offered := templateRequest(t)
	o := &office{t: t, lc: lc, now: offered.Updated, env: changereq.Env{Template: &offered}}
	o.do(ann, changereq.Open{ID: "CR1", Content: fromTemplate()})
	o.do(ann, changereq.Move{Event: "submit"})
	return o, &offered
}

func TestStandardChangeNeedsNoVote(t *testing.T) {
	t.Parallel()
	o, offered := standardOffice(t)
	o.do(carol, changereq.Move{Event: "authorise"})
	o.state("Approved")
	require.Equal(t, &changereq.Authorisation{Template: templateID, Material: offered.Digests.Material, By: "carol", At: o.now}, o.req.Authorisation)
	w := changereq.Window{Start: epoch.AddDate(0, 2, 0), End: epoch.AddDate(0, 2, 1)}
	o.do(carol, changereq.Move{Event: "schedule", Window: &w})
	o.do(ivo, changereq.Move{Event: "start"})
	o.do(ivo, changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}})
	o.do(changereq.Actor{ID: "olga"}, changereq.SignUnchanged{Item: "MAN-3"})
	o.do(ivo, changereq.Move{Event: "finish"})
	o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
	o.do(carol, changereq.RecordReview{Verdict: changereq.ReviewSuccessful, Text: "Fine."})
	o.tell()
	o.do(carol, changereq.Move{Event: "close"})
	o.state("Closed")
	require.Equal(t, changereq.OutcomeImplemented, o.req.Outcome)
}

// A standard change occupies its window like any other.
func TestStandardChangeOccupiesItsWindow(t *testing.T) {
	t.Parallel()
	o, _ := standardOffice(t)
	o.do(carol, changereq.Move{Event: "authorise"})
	w := changereq.Window{Start: epoch.AddDate(0, 2, 0), End: epoch.AddDate(0, 2, 1)}
	o.do(carol, changereq.Move{Event: "schedule", Window: &w})
	other := upTo(t, "Approved").req
	other.ID = "CR2"
	require.Len(t, changereq.Conflicts(window.Rules{}, &other, w, "", []changereq.Request{o.req}, nil), 1)
}

func TestTemplatesThatAllowNothing(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(o *office, tpl *changereq.Request){
		"named none":        func(o *office, _ *changereq.Request) { o.req.Content.FromTemplate = "" },
		"not there":         func(o *office, _ *changereq.Request) { o.env.Template = nil },
		"another one":       func(_ *office, tpl *changereq.Request) { tpl.ID = "OTHER" },
		"a plain request":   func(_ *office, tpl *changereq.Request) { tpl.Content.Template = nil },
		"not carried out":   func(_ *office, tpl *changereq.Request) { tpl.Outcome = changereq.OutcomeBackedOut },
		"still being built": func(_ *office, tpl *changereq.Request) { tpl.Category = lifecycle.Build },
		"not incorporated":  func(_ *office, tpl *changereq.Request) { tpl.Results = tpl.Results[:1] },
		"retired": func(_ *office, tpl *changereq.Request) {
			tpl.Retired = &changereq.Retirement{Reason: "worn", Successor: "T2"}
		},
		"not good yet":     func(o *office, tpl *changereq.Request) { tpl.Content.Template.From = after(o, 48) },
		"good no more":     func(o *office, tpl *changereq.Request) { tpl.Content.Template.Until = after(o, 1) },
		"item not covered": func(_ *office, tpl *changereq.Request) { tpl.Content.Template.Items = []changereq.ItemID{"MAN-3"} },
		"action not allowed": func(_ *office, tpl *changereq.Request) {
			tpl.Content.Template.Actions = []changereq.Action{changereq.ActionAdd}
		},
		"action not said": func(o *office, _ *changereq.Request) { o.req.Content.Affected[0].Action = "" },
		"too risky": func(o *office, _ *changereq.Request) {
			o.req.Assessment = changereq.Assessment{Risk: &changereq.Risks{Band: changereq.BandHigh, Risks: []changereq.Risk{{Residual: changereq.Rating{Likelihood: 2, Impact: 5}}}}}
		},
		"too dear":           func(o *office, _ *changereq.Request) { o.cost(amount(30_000, "EUR"), amount(20_001, "EUR")) },
		"dear beyond count":  func(o *office, _ *changereq.Request) { o.cost(amount(1, "EUR"), amount(math.MaxInt64, "EUR")) },
		"savings do not pay": func(o *office, _ *changereq.Request) { o.cost(amount(-10_000, "EUR"), amount(50_001, "EUR")) },
		"another currency":   func(o *office, _ *changereq.Request) { o.cost(amount(1, "USD")) },
		"no cost allowed": func(o *office, tpl *changereq.Request) {
			tpl.Content.Template.MaxCost = nil
			o.cost(amount(1, "EUR"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, tpl := standardOffice(t)
			spoil(o, tpl)
			o.refuses(carol, changereq.Move{Event: "authorise"}, "template")
		})
	}
}

func (o *office) cost(amounts ...changereq.Amount) {
	o.req.Assessment.Cost = &changereq.Estimate{Amounts: amounts}
}

func amount(high int64, currency string) changereq.Amount {
	return changereq.Amount{What: "tool", Low: min(high, 0), Likely: min(high, 0), High: high, Currency: currency}
}

func after(o *office, hours int) *time.Time {
	at := o.now.Add(time.Duration(hours) * time.Hour)
	return &at
}

func TestTemplatesAtTheirBounds(t *testing.T) {
	t.Parallel()
	o, tpl := standardOffice(t)
	o.req.Assessment.Risk = &changereq.Risks{Risks: []changereq.Risk{{Residual: changereq.Rating{Likelihood: 3, Impact: 3}}}}
	o.cost(amount(20_000, "EUR"), amount(30_000, "EUR"), amount(-5, "USD"))
	tpl.Content.Template.From, tpl.Content.Template.Until = after(o, 1), after(o, 2)
	o.do(carol, changereq.Move{Event: "authorise"})
}

// When the template holds no longer, the request falls back by itself; being
// authorised again needs a template that holds.
func TestTemplateLapses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(o *office, tpl *changereq.Request)
		cmd   changereq.Command
	}{
		"retired":        {func(_ *office, tpl *changereq.Request) { tpl.Retired = &changereq.Retirement{Reason: "worn"} }, changereq.Refresh{}},
		"expired":        {func(o *office, tpl *changereq.Request) { tpl.Content.Template.Until = after(o, 1) }, changereq.Refresh{}},
		"says otherwise": {func(_ *office, tpl *changereq.Request) { tpl.Digests.Material = "other" }, changereq.Refresh{}},
		"outgrown": {func(*office, *changereq.Request) {}, func() changereq.Command {
			c := fromTemplate()
			c.Affected = append(c.Affected, changereq.AffectedItem{Item: "DRW-13", Action: changereq.ActionModify, Base: "A"})
			return changereq.Amend{Content: c}
		}()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, tpl := standardOffice(t)
			o.do(carol, changereq.Move{Event: "authorise"})
			owed := len(o.req.Obligations)
			c.spoil(o, tpl)
			o.do(carol, c.cmd)
			o.state("Submitted")
			require.Nil(t, o.req.Authorisation)
			require.Greater(t, len(o.req.Obligations), owed, "the applicant is told")
			if name == "says otherwise" {
				o.do(carol, changereq.Move{Event: "authorise"})
				return
			}
			o.refuses(carol, changereq.Move{Event: "authorise"}, "template")
		})
	}
}

// What is amended within the bounds stays authorised.
func TestTemplateAllowsAmendmentsWithinIt(t *testing.T) {
	t.Parallel()
	o, _ := standardOffice(t)
	o.do(carol, changereq.Move{Event: "authorise"})
	c := o.req.Content.Clone()
	c.Description, c.Affected = "Widen it to 13 mm.", c.Affected[:1]
	o.do(ann, changereq.Amend{Content: c})
	o.state("Approved")
}

// During the work there is no falling back: an amendment beyond the template is
// refused, and the words may still be mended.
func TestWorkStaysWithinTheTemplate(t *testing.T) {
	t.Parallel()
	o, tpl := standardOffice(t)
	o.do(carol, changereq.Move{Event: "authorise"})
	o.do(carol, changereq.Move{Event: "schedule"})
	o.do(ivo, changereq.Move{Event: "start"})
	c := o.req.Content.Clone()
	c.Affected = append(c.Affected, changereq.AffectedItem{Item: "DRW-13", Action: changereq.ActionModify, Base: "A"})
	o.refuses(ann, changereq.Amend{Content: c}, "template")
	tpl.Retired = &changereq.Retirement{Reason: "worn"}
	c = o.req.Content.Clone()
	c.Title = "Wider hinge, again"
	o.do(ann, changereq.Amend{Content: c})
	o.state("Implementing")
}

// A template stands for an approval only where the request was authorised from
// it: that the lifecycle knows templates, and that one would fit, is not enough.
func TestTemplatesCountOnlyForWhatWasAuthorisedFromThem(t *testing.T) {
	t.Parallel()
	def := lifecycle.Normal()
	for i := range def.Edges {
		if def.Edges[i].Auto && def.Edges[i].Event == "lapse" || def.Edges[i].Event == "start" {
			def.Edges[i].Guards = []string{"outdated"} // the lapse comes too late, the start forgets the approval
			def.Edges[i].Auto = false
		}
	}
	def.Edges = append(def.Edges, lifecycle.Edge{From: "Triage", Event: "skip", To: "Assessing", Guards: []string{"template"}})
	lc, findings := changereq.Compile(def)
	require.NotNil(t, lc, "%v", findings)
	for event, authorised := range map[string]bool{"admit": false, "skip": true} {
		tpl := templateRequest(t)
		o := bring(t, "Triage", "CR1", fromTemplate())
		o.lc, o.env.Template = lc, &tpl
		o.do(carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: changereq.Relevant}}})
		o.do(carol, changereq.Move{Event: event})
		o.do(carol, changereq.Assess{Parts: assessment()})
		o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
		o.do(carol, changereq.Move{Event: "present"})
		o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
		o.do(carol, changereq.Move{Event: "schedule"})
		c := o.req.Content.Clone()
		c.Description = "Widen it to 14 mm."
		o.do(ann, changereq.Amend{Content: c})
		o.state("Scheduled")
		require.Equal(t, authorised, o.req.Authorisation != nil)
		if !authorised {
			o.refuses(ivo, changereq.Move{Event: "start"}, "approved")
			continue
		}
		o.do(ivo, changereq.Move{Event: "start"})
	}
}

func TestRetiringATemplate(t *testing.T) {
	t.Parallel()
	asked := content()
	asked.Template = bounds()
	o := bring(t, "Verifying", templateID, asked)
	retire := changereq.RetireTemplate{Reason: "The drawing is void.", Successor: "T2"}
	o.refuses(paul, retire, "state")
	o = bring(t, "Closed", templateID, asked)
	o.refuses(ann, retire, "role")
	o.refuses(paul, changereq.RetireTemplate{Reason: "x", Successor: templateID}, "successor")
	o.do(paul, retire)
	require.Equal(t, &changereq.Retirement{Reason: "The drawing is void.", Successor: "T2", By: "paul", At: o.now}, o.req.Retired)
	o.refuses(paul, retire, "template")
	upTo(t, "Closed").refuses(paul, retire, "template")
}

func TestTemplateIsBoundToTheDigest(t *testing.T) {
	t.Parallel()
	plain := changereq.DigestsOf(content(), changereq.Assessment{})
	asked := content()
	asked.Template = bounds()
	with := changereq.DigestsOf(asked, changereq.Assessment{})
	require.Equal(t, []changereq.Class{changereq.ClassScope}, plain.Changed(with))
	require.Equal(t, []changereq.Class{changereq.ClassScope}, plain.Changed(changereq.DigestsOf(fromTemplate(), changereq.Assessment{})))
	for name, change := range map[string]func(*changereq.Template){
		"items":    func(x *changereq.Template) { x.Items = x.Items[:1] },
		"actions":  func(x *changereq.Template) { x.Actions = nil },
		"band":     func(x *changereq.Template) { x.MaxBand = changereq.BandHigh },
		"ceiling":  func(x *changereq.Template) { x.MaxCost.Amount++ },
		"currency": func(x *changereq.Template) { x.MaxCost.Currency = "USD" },
		"no cost":  func(x *changereq.Template) { x.MaxCost = nil },
		"from":     func(x *changereq.Template) { x.From = &epoch },
		"until":    func(x *changereq.Template) { x.Until = &epoch },
	} {
		other := asked.Clone()
		change(other.Template)
		require.NotEqual(t, with.Material, changereq.DigestsOf(other, changereq.Assessment{}).Material, name)
	}
}
