package changereq_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	far := time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(change func(*changereq.Content)) changereq.Command {
		c := content()
		change(&c)
		return changereq.Open{Content: c}
	}
	for name, tc := range map[string]struct {
		cmd     changereq.Command
		pointer string
		code    string
	}{
		"no title":           {with(func(c *changereq.Content) { c.Title = " " }), "/content/title", "required"},
		"long title":         {with(func(c *changereq.Content) { c.Title = strings.Repeat("ä", 301) }), "/content/title", "too_long"},
		"not UTF-8":          {with(func(c *changereq.Content) { c.Description = "\xff" }), "/content/description", "invalid"},
		"NUL":                {with(func(c *changereq.Content) { c.Justification = "a\x00b" }), "/content/justification", "invalid"},
		"label twice":        {with(func(c *changereq.Content) { c.Labels = []string{"a", "a"} }), "/content/labels/1", "duplicate"},
		"empty label":        {with(func(c *changereq.Content) { c.Labels = []string{""} }), "/content/labels/0", "required"},
		"control character":  {with(func(c *changereq.Content) { c.Labels = []string{"a\nb"} }), "/content/labels/0", "invalid"},
		"too many labels":    {with(func(c *changereq.Content) { c.Labels = strings.Split(strings.Repeat("x,", 40), ",") }), "/content/labels", "too_long"},
		"item twice":         {with(func(c *changereq.Content) { c.Affected[1] = c.Affected[0] }), "/content/affected/1/item", "duplicate"},
		"unknown action":     {with(func(c *changereq.Content) { c.Affected[0].Action = "burn" }), "/content/affected/0/action", "unknown"},
		"no base":            {with(func(c *changereq.Content) { c.Affected[0].Base = "" }), "/content/affected/0/base", "required"},
		"base of a new item": {with(func(c *changereq.Content) { c.Affected[0].Action = changereq.ActionAdd }), "/content/affected/0/base", "invalid"},
		"empty window":       {with(func(c *changereq.Content) { c.Window = &changereq.Window{Start: epoch, End: epoch} }), "/content/window", "out_of_range"},
		"absurd year":        {with(func(c *changereq.Content) { c.Window = &changereq.Window{Start: epoch, End: far} }), "/content/window/end", "out_of_range"},
		"bad reference":      {with(func(c *changereq.Content) { c.Supersedes = []changereq.ID{"a/b"} }), "/content/supersedes/0", "invalid"},
		"bad id":             {changereq.Open{ID: "../etc", Content: content()}, "/id", "invalid"},
		"no event":           {changereq.Move{}, "/event", "required"},
		"bad successor":      {changereq.Move{Event: "supersede", Successor: "~"}, "/successor", "invalid"},
		"nothing assessed":   {changereq.Assess{}, "/parts", "required"},
		"relevance":          {changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{Verdict: "?"}}}, "/parts/relevance/verdict", "unknown"},
		"no risks said":      {changereq.Assess{Parts: changereq.Assessment{Risk: &changereq.Risks{}}}, "/parts/risk", "required"},
		"rating": {changereq.Assess{Parts: changereq.Assessment{Risk: &changereq.Risks{Risks: []changereq.Risk{{
			Title: "x", Inherent: changereq.Rating{Likelihood: 11, Impact: 1}, Residual: changereq.Rating{Likelihood: 1, Impact: 1},
		}}}}}, "/parts/risk/risks/0/inherent/likelihood", "out_of_range"},
		"range": {changereq.Assess{Parts: changereq.Assessment{Cost: &changereq.Estimate{Amounts: []changereq.Amount{
			{What: "x", Low: 3, Likely: 2, High: 4, Currency: "EUR"},
		}}}}, "/parts/cost/amounts/0", "out_of_range"},
		"currency": {changereq.Assess{Parts: changereq.Assessment{Benefit: &changereq.Estimate{Amounts: []changereq.Amount{
			{What: "x", Currency: "euro"},
		}}}}, "/parts/benefit/amounts/0/currency", "invalid"},
		"too much money": {changereq.Assess{Parts: changereq.Assessment{Cost: &changereq.Estimate{Amounts: []changereq.Amount{
			{What: "x", High: 1e16 + 1, Currency: "EUR"},
		}}}}, "/parts/cost/amounts/0/high", "out_of_range"},
		"confidence": {changereq.Assess{Parts: changereq.Assessment{Cost: &changereq.Estimate{
			Part: changereq.Part{Confidence: "sure"}, Summary: "x",
		}}}, "/parts/cost/confidence", "unknown"},
		"opinions of others": {changereq.Assess{Parts: changereq.Assessment{
			Risk: &changereq.Risks{Summary: "x"}, Opinions: []changereq.Risks{{}},
		}}, "/parts/opinions", "invalid"},
		"empty plan":           {changereq.Assess{Parts: changereq.Assessment{Plan: &changereq.PlanEffect{AsOf: epoch}}}, "/parts/plan", "required"},
		"plan of no time":      {changereq.Assess{Parts: changereq.Assessment{Plan: &changereq.PlanEffect{Summary: "x"}}}, "/parts/plan/as_of", "out_of_range"},
		"nothing short":        {planned(func(e *changereq.PlanEffect) { e.Shortages[0].Short = 0 }), "/parts/plan/shortages/0/short", "out_of_range"},
		"nobody affected":      {planned(func(e *changereq.PlanEffect) { e.People[0] = "" }), "/parts/plan/people/0", "required"},
		"nothing delayed":      {planned(func(e *changereq.PlanEffect) { e.Delays[0].What = "" }), "/parts/plan/delays/0/what", "required"},
		"realised without end": {changereq.RecordRealised{What: "x", Currency: "EUR", At: epoch}, "/evidence", "required"},
		"realised nothing":     {changereq.RecordRealised{Currency: "EUR", At: epoch, Evidence: []string{"x"}}, "/what", "required"},
		"realised in no money": {changereq.RecordRealised{What: "x", At: epoch, Evidence: []string{"x"}}, "/currency", "invalid"},
		"no recommendation":    {changereq.IssueBrief{}, "/recommendation", "required"},
		"no verdict":           {changereq.RecordDecision{Brief: 1}, "/verdict", "unknown"},
		"no brief":             {changereq.RecordDecision{Verdict: changereq.Approved}, "/brief", "required"},
		"brief of a dismissal": {changereq.RecordDecision{Brief: 1, Verdict: changereq.Dismissed, Reason: changereq.ReasonDuplicate}, "/brief", "invalid"},
		"no reason":            {changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected}, "/reason", "unknown"},
		"reason to approve":    {changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Reason: changereq.ReasonObsolete}, "/reason", "invalid"},
		"no conditions":        {changereq.RecordDecision{Brief: 1, Verdict: changereq.ApprovedWithConditions}, "/conditions", "required"},
		"stray conditions":     {changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Conditions: []string{"x"}}, "/conditions", "invalid"},
		"no until":             {changereq.RecordDecision{Brief: 1, Verdict: changereq.Deferred}, "/until", "required"},
		"stray expiry":         {changereq.RecordDecision{Brief: 1, Verdict: changereq.Rejected, Reason: changereq.ReasonObsolete, Expires: &epoch}, "/expires", "invalid"},
		"condition number":     {changereq.MeetCondition{Evidence: "x"}, "/condition", "out_of_range"},
		"digest":               {changereq.RecordResult{Item: "A", Revision: "1", Digest: "abc"}, "/digest", "invalid"},
		"citation":             {changereq.RecordResult{Item: "A", Revision: "1", Cites: []changereq.ID{""}}, "/cites/0", "invalid"},
		"no evidence":          {changereq.RecordSent{Obligation: "x"}, "/evidence", "required"},
		"silence of nothing":   {changereq.RecordSilence{Obligation: "x"}, "/evidence", "required"},
		"no dispute":           {changereq.Dispute{Obligation: "x"}, "/reason", "required"},
		"no waiver":            {changereq.Waive{Obligation: "x"}, "/reason", "required"},
		"rebase to nothing":    {changereq.Rebase{Item: "A", Reason: "x"}, "/to", "required"},
		"rebase, no reason":    {changereq.Rebase{Item: "A", To: "2"}, "/reason", "required"},
		"no hold":              {changereq.PutOnHold{}, "/reason", "required"},
		"review":               {changereq.RecordReview{Text: "x"}, "/verdict", "unknown"},
		"bad template":         {with(func(c *changereq.Content) { c.FromTemplate = "a/b" }), "/content/from_template", "invalid"},
		"template item twice": {with(func(c *changereq.Content) {
			c.Template = &changereq.Template{Items: []changereq.ItemID{"A", "A"}, MaxBand: changereq.BandLow}
		}), "/content/template/items/1", "duplicate"},
		"template action": {with(func(c *changereq.Content) {
			c.Template = &changereq.Template{Actions: []changereq.Action{changereq.ActionNone}, MaxBand: changereq.BandLow}
		}), "/content/template/actions/0", "unknown"},
		"template cost": {with(func(c *changereq.Content) {
			c.Template = &changereq.Template{MaxBand: changereq.BandLow, MaxCost: &changereq.Money{Amount: -1, Currency: "EUR"}}
		}), "/content/template/max_cost/amount", "out_of_range"},
		"template currency": {with(func(c *changereq.Content) {
			c.Template = &changereq.Template{MaxBand: changereq.BandLow, MaxCost: &changereq.Money{Currency: "eur"}}
		}), "/content/template/max_cost/currency", "invalid"},
		"template never good": {with(func(c *changereq.Content) {
			c.Template = &changereq.Template{MaxBand: changereq.BandLow, From: &epoch, Until: &epoch}
		}), "/content/template/until", "out_of_range"},
		"no retirement":       {changereq.RetireTemplate{}, "/reason", "required"},
		"no target":           {changereq.Migrate{Reason: "x"}, "/to/id", "required"},
		"no target version":   {changereq.Migrate{Reason: "x", To: changereq.LifecycleRef{ID: "a"}}, "/to/version", "out_of_range"},
		"no policy version":   {changereq.Migrate{Reason: "x", To: changereq.LifecycleRef{ID: "a", Version: 1}, Policy: &changereq.PolicyRef{ID: "b"}}, "/policy/version", "out_of_range"},
		"no migration reason": {changereq.Migrate{To: changereq.LifecycleRef{ID: "a", Version: 1}}, "/reason", "required"},
		"no facts":            {changereq.Import{ID: "A", Number: "A", Source: "s", Applicant: "a", Content: content()}, "/facts", "required"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := changereq.Validate(tc.cmd)
			require.ErrorIs(t, err, changereq.ErrInvalid)
			var invalid *changereq.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Contains(t, codes(invalid), tc.pointer+" "+tc.code)
			require.Contains(t, invalid.Error(), tc.pointer)
		})
	}
}

func codes(e *changereq.ValidationError) []string {
	out := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		out[i] = f.Pointer + " " + f.Code
	}
	return out
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a", "PEP-1", "0192f0c1-7c1e-7aaa-8000-000000000001", "a.b_c~d", strings.Repeat("x", 64)} {
		require.True(t, changereq.ValidID(id), id)
	}
	for _, id := range []string{"", "-a", ".", "a b", "ä", "a/b", "a\x00", strings.Repeat("x", 65)} {
		require.False(t, changereq.ValidID(id), id)
	}
}

func TestStorable(t *testing.T) {
	t.Parallel()
	good := upTo(t, "Closed").req
	require.NoError(t, good.Storable())
	for name, spoil := range map[string]func(*changereq.Request){
		"NUL":         func(r *changereq.Request) { r.Content.Affected[0].Owner = "\x00" },
		"not UTF-8":   func(r *changereq.Request) { r.Obligations[0].Evidence = "\xc3\x28" },
		"nanoseconds": func(r *changereq.Request) { r.Results[0].RecordedAt = r.Opened.Add(1) },
		"zone":        func(r *changereq.Request) { r.Updated = r.Updated.In(time.FixedZone("", 3600)) },
	} {
		r := good.Clone()
		spoil(&r)
		require.ErrorIs(t, r.Storable(), changereq.ErrInvalid, name)
	}
}

// Gerrit issue 14744: a vote was kept though the files had changed. No two
// different contents may share a digest, wherever the boundary of a field lies.
func TestDigestsTellContentsApart(t *testing.T) {
	t.Parallel()
	a := changereq.DigestsOf(changereq.Content{Description: "ab", Justification: "c"}, changereq.Assessment{})
	b := changereq.DigestsOf(changereq.Content{Description: "a", Justification: "bc"}, changereq.Assessment{})
	require.Equal(t, []changereq.Class{changereq.ClassScope}, a.Changed(b))
	require.NotEqual(t, a.Material, b.Material)

	c := content()
	d := content()
	d.Affected[0], d.Affected[1] = d.Affected[1], d.Affected[0]
	require.Empty(t, changereq.DigestsOf(c, assessment()).Changed(changereq.DigestsOf(d, assessment())), "the order of items is no matter")
}

func TestTermsOfRequests(t *testing.T) {
	t.Parallel()
	r := changereq.Request{ID: "CR7", Number: "CR-2026-0007", Content: changereq.Content{Title: "Größere Türen, größere Öfen", Labels: []string{"x-ray"}}}
	require.Equal(t, []string{"0007", "2026", "cr", "cr7", "größere", "ray", "türen", "x", "öfen"}, r.Terms())
	require.True(t, changereq.Query{Text: "TÜREN 0007"}.Matches(&r))
	require.False(t, changereq.Query{Text: "tür"}.Matches(&r), "whole words only")
	require.Len(t, changereq.Query{Text: "a b c d e f"}.Terms(), 4)
	require.NotEqual(t, changereq.Query{Text: "a"}.Filter(), changereq.Query{State: "a"}.Filter())
}

func TestClonesShareNothing(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Closed")
	before, err := json.Marshal(o.req)
	require.NoError(t, err)
	c := o.req.Clone()
	c.Content.Labels[0] = "changed"
	c.Content.Affected[0].Base = "changed"
	c.Assessment.Risk.Risks[0].Title = "changed"
	c.Assessment.Cost.Summary = "changed"
	c.Brief.Content.Labels[0] = "changed"
	c.Results[0].Cites[0] = "changed"
	*c.Results[0].VerifiedAt = epoch
	*c.Decision.At = time.Time{}
	c.Window.End = epoch
	c.Review.Text = "changed"
	*c.Obligations[0].At = time.Time{}
	after, err := json.Marshal(o.req)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
}

func FuzzUnmarshalData(f *testing.F) {
	for _, kind := range []string{
		"opened", "amended", "moved", "assessed", "brief-issued", "decided", "approval-lapsed", "condition-met",
		"result-recorded", "result-verified", "restored", "reviewed", "held", "released", "obligation-owed",
		"obligation-changed", "imported", "fact-recorded", "authorised", "template-retired", "migrated", "unheard-of",
	} {
		f.Add(kind, []byte(`{"number":"CR-1","content":{"title":"x"},"obligation":{"id":"o"}}`))
	}
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		data, err := changereq.UnmarshalData(changereq.Kind(kind), raw)
		if err != nil {
			return
		}
		ev := changereq.Event{Request: "CR1", Seq: 1, Data: data}
		r := changereq.Evolve(changereq.Request{}, ev.Clone())
		if r.Events != 1 {
			t.Fatal("the event did not count")
		}
		once, err := changereq.MarshalData(data)
		if err != nil {
			t.Fatalf("%s was read and cannot be written: %v", kind, err)
		}
		if _, err := changereq.UnmarshalData(changereq.Kind(kind), once); err != nil && !errors.Is(err, changereq.ErrInvalid) {
			t.Fatalf("%s was written and cannot be read: %v", kind, err)
		}
	})
}
