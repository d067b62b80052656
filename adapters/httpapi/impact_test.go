package httpapi_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/httpapi/client"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/briefpage"
	"github.com/coordkit/coordkit/coordination"
)

// openWith opens an office over a desk of the test's own making.
func openWith(t *testing.T, change func(*coordination.Config)) *office {
	t.Helper()
	return open(t, func(c *httpapi.Config) {
		cfg := coordination.Config{Store: c.Store, Now: c.Now}
		change(&cfg)
		desk, err := coordination.NewDesk(cfg)
		require.NoError(t, err)
		c.Desk = desk
	})
}

// TestImpact: what uses a changed item is listed with its path and stands in
// the way, a moved base is rebased, and the release is held against the change.
func TestImpact(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	head := "A"
	o := openWith(t, func(c *coordination.Config) {
		c.WhereUsed = func(_ context.Context, _ string, _ []changereq.ItemID) (map[changereq.ItemID][]changereq.ItemID, error) {
			return map[changereq.ItemID][]changereq.ItemID{"SPEC-1": {"SPEC-2", "BOILER"}}, nil
		}
		c.Heads = func(context.Context, string, []changereq.ItemID) (map[changereq.ItemID]string, error) {
			return map[changereq.ItemID]string{"SPEC-1": head}, nil
		}
	})
	w := newWalker(t, o)
	w.goTo("Assessing")
	traced, err := w.api.TraceUsesWithResponse(ctx, "CR7", &client.TraceUsesParams{IfMatch: w.tag}, by("carl"))
	w.took(traced.HTTPResponse, traced.JSON200, traced.Body, err)
	require.Equal(t, []client.Use{
		{Item: "BOILER", Path: []string{"SPEC-1", "BOILER"}}, {Item: "SPEC-2", Path: []string{"SPEC-1", "SPEC-2"}},
	}, w.now.WhereUsed.Uses)
	brief, err := w.api.IssueBriefWithResponse(ctx, "CR7", &client.IssueBriefParams{IfMatch: w.tag}, client.BriefInput{Recommendation: "Do it."}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, []string{"dispositioned"}, unmet(t, brief.StatusCode(), brief.Body))
	w.amend("BOILER")
	w.goTo("Scheduled")

	head = "B"
	start, err := w.api.MoveChangeRequestWithResponse(ctx, "CR7", &client.MoveChangeRequestParams{IfMatch: w.tag}, client.MoveInput{Event: "start"}, by("ivan"))
	require.NoError(t, err)
	require.Equal(t, http.StatusConflict, start.StatusCode())
	require.Contains(t, string(start.Body), "base-moved")
	require.Contains(t, string(start.Body), "rebase it to B")
	rebased, err := w.api.RebaseItemWithResponse(ctx, "CR7", &client.RebaseItemParams{IfMatch: w.tag},
		client.RebaseInput{Item: "SPEC-1", To: "B", Reason: "ours stands"}, by("ivan"))
	w.took(rebased.HTTPResponse, rebased.JSON200, rebased.Body, err)
	require.Equal(t, "ForDecision", w.now.State)
	require.Equal(t, new("B"), w.now.Content.Affected[0].Base)

	audit, err := w.api.AuditRevisionsWithResponse(ctx, client.RevisionAuditInput{Revisions: []client.ReleasedRevisionInput{
		{Item: "SPEC-1", Revision: "C", Predecessor: new("B"), ReleasedAt: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Cites: []string{"CR7"}},
		{Item: "SPEC-9", Revision: "C", ReleasedAt: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)},
	}}, by("vera"))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, audit.StatusCode(), string(audit.Body))
	require.Len(t, audit.JSON200.Items, 2)
	require.Equal(t, [2]string{"not-approved", "no-change"}, [2]string{audit.JSON200.Items[0].Code, audit.JSON200.Items[1].Code})
}

// amend gives further items a disposition: they stay as they are.
func (w *walker) amend(items ...string) {
	w.t.Helper()
	in := client.ContentInput{
		Title: w.now.Content.Title, Description: w.now.Content.Description, Justification: w.now.Content.Justification, Affected: affected(),
	}
	for _, item := range items {
		in.Affected = append(in.Affected, client.AffectedItemInput{Item: item, Action: new("none-after-review"), Base: new("1"), Owner: new("bob")})
	}
	p, err := w.api.AmendChangeRequestWithResponse(context.Background(), "CR7", &client.AmendChangeRequestParams{IfMatch: w.tag}, in, by("ann"))
	w.took(p.HTTPResponse, p.JSON200, p.Body, err)
}

func affected() []client.AffectedItemInput {
	return []client.AffectedItemInput{
		{Item: "SPEC-1", Action: new("modify"), Base: new("A"), Owner: new("bea")},
		{Item: "SPEC-2", Action: new("none-after-review"), Base: new("C"), Owner: new("bob")},
	}
}

// goTo takes the steps of the usual way that are left until a state.
func (w *walker) goTo(state string) {
	w.t.Helper()
	ctx := context.Background()
	if w.now == nil {
		p, err := w.api.OpenChangeRequestWithResponse(ctx, &client.OpenChangeRequestParams{IdempotencyKey: "k1"}, client.OpenInput{
			ID: new("CR7"), Content: client.ContentInput{
				Title: "Raise the boiler limit", Description: new("The limit is too low."), Justification: new("Complaints."), Affected: affected(),
			},
		}, by("ann"))
		w.took(p.HTTPResponse, p.JSON201, p.Body, err)
	}
	for w.now.State != state {
		switch w.now.State {
		case "Draft":
			w.move("ann", "submit")
		case "Submitted":
			w.move("carl", "receive")
		case "Triage":
			p, err := w.api.AssessChangeRequestWithResponse(ctx, "CR7", &client.AssessChangeRequestParams{IfMatch: w.tag}, client.AssessmentInput{
				Relevance: &client.RelevanceInput{Verdict: "relevant"}, Risk: &client.RisksInput{Summary: new("none")},
				Benefit: &client.EstimateInput{Amounts: []client.AmountInput{{What: "fewer calls", Low: 100, Likely: 200, High: 300, Currency: "EUR"}}},
				Cost:    &client.EstimateInput{Summary: new("none")},
			}, by("carl"))
			w.took(p.HTTPResponse, p.JSON200, p.Body, err)
			w.move("carl", "admit")
		case "Assessing":
			p, err := w.api.IssueBriefWithResponse(ctx, "CR7", &client.IssueBriefParams{IfMatch: w.tag}, client.BriefInput{Recommendation: "Do it."}, by("carl"))
			w.took(p.HTTPResponse, p.JSON201, p.Body, err)
			w.move("carl", "present")
		case "ForDecision":
			p, err := w.api.DecideChangeRequestWithResponse(ctx, "CR7", &client.DecideChangeRequestParams{IfMatch: w.tag},
				client.DecisionInput{Brief: &w.now.Brief.Number, Verdict: "approved"}, by("pia"))
			w.took(p.HTTPResponse, p.JSON200, p.Body, err)
		case "Approved":
			w.move("carl", "schedule")
		case "Scheduled":
			w.move("ivan", "start")
		default:
			w.t.Fatalf("the usual way to %s does not pass %s", state, w.now.State)
		}
	}
}

// TestPlanAndBenefits: the plan is asked before the decision, and after closing
// what came about is held against what was claimed.
func TestPlanAndBenefits(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	day := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	o := openWith(t, func(c *coordination.Config) {
		c.PlanEffect = func(context.Context, string, changereq.Proposal) (changereq.PlanEffect, error) {
			return changereq.PlanEffect{
				AsOf: day, Source: "plan P-7", People: []string{"ivan"},
				Delays:    []changereq.Delay{{What: "delivery", Before: day, After: day.AddDate(0, 0, 5)}},
				Shortages: []changereq.Shortage{{Item: "VALVE", Short: 4, NeedBy: day}},
			}, nil
		}
	})
	w := newWalker(t, o)
	w.goTo("Assessing")
	asked, err := w.api.AskPlanWithResponse(ctx, "CR7", &client.AskPlanParams{IfMatch: w.tag}, by("carl"))
	w.took(asked.HTTPResponse, asked.JSON200, asked.Body, err)
	require.Equal(t, int64(4), w.now.Assessment.Plan.Shortages[0].Short)
	second, err := w.api.AssessChangeRequestWithResponse(ctx, "CR7", &client.AssessChangeRequestParams{IfMatch: w.tag}, client.AssessmentInput{
		Risk: &client.RisksInput{Confidence: new("low"), OnDelivered: new("none"), Risks: []client.RiskInput{{
			Title: "Overheating", Inherent: client.RatingInput{Likelihood: 3, Impact: 3}, Residual: client.RatingInput{Likelihood: 2, Impact: 3},
		}}},
	}, by("vera"), func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", "a|vera|coordinator")
		return nil
	})
	w.took(second.HTTPResponse, second.JSON200, second.Body, err)
	require.Len(t, w.now.Assessment.Opinions, 2)
	require.Equal(t, [2]string{"vera", "medium"}, [2]string{w.now.Assessment.Risk.By, *w.now.Assessment.Risk.Band})

	w.goTo("Implementing")
	early, err := w.api.RecordRealisedWithResponse(ctx, "CR7", &client.RecordRealisedParams{IfMatch: w.tag},
		client.RealisedInput{Claim: new(int32(1)), Amount: 1, At: day, Evidence: []string{"r"}}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, []string{"state"}, unmet(t, early.StatusCode(), early.Body))
	none, err := w.api.ScoreBenefitsWithResponse(ctx, "CR7", by("ann"))
	require.NoError(t, err)
	require.Empty(t, none.JSON200.Items)
	w.close()
	brought, err := w.api.RecordRealisedWithResponse(ctx, "CR7", &client.RecordRealisedParams{IfMatch: w.tag},
		client.RealisedInput{Claim: new(int32(1)), Amount: 250, At: day.AddDate(0, -1, 0), Evidence: []string{"calls-q1"}}, by("carl"))
	w.took(brought.HTTPResponse, brought.JSON200, brought.Body, err)
	scores, err := w.api.ScoreBenefitsWithResponse(ctx, "CR7", by("ann"))
	require.NoError(t, err)
	require.Equal(t, [2]any{int64(250), "within"}, [2]any{scores.JSON200.Items[0].Realised, scores.JSON200.Items[0].Verdict})
	missing, err := w.api.ScoreBenefitsWithResponse(ctx, "nobody", by("ann"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, missing.StatusCode())
}

// close takes the request from building to its end.
func (w *walker) close() {
	w.t.Helper()
	ctx := context.Background()
	result, err := w.api.RecordResultWithResponse(ctx, "CR7", &client.RecordResultParams{IfMatch: w.tag}, client.ResultInput{
		Item: "SPEC-1", Revision: "B", Predecessor: new("A"), Released: new(true), Cites: []string{"CR7"},
	}, by("ivan"))
	w.took(result.HTTPResponse, result.JSON200, result.Body, err)
	signed, err := w.api.SignUnchangedWithResponse(ctx, "CR7", &client.SignUnchangedParams{IfMatch: w.tag}, client.ItemInput{Item: "SPEC-2"}, by("bob"))
	w.took(signed.HTTPResponse, signed.JSON200, signed.Body, err)
	w.move("ivan", "finish")
	verified, err := w.api.VerifyResultWithResponse(ctx, "CR7", &client.VerifyResultParams{IfMatch: w.tag}, client.ItemInput{Item: "SPEC-1"}, by("vera"))
	w.took(verified.HTTPResponse, verified.JSON200, verified.Body, err)
	reviewed, err := w.api.RecordReviewWithResponse(ctx, "CR7", &client.RecordReviewParams{IfMatch: w.tag},
		client.ReviewInput{Verdict: "successful", Text: "Fine."}, by("carl"))
	w.took(reviewed.HTTPResponse, reviewed.JSON200, reviewed.Body, err)
	for _, n := range w.now.Obligations {
		sent, err := w.api.DispatchObligationWithResponse(ctx, n.ID, &client.DispatchObligationParams{IfMatch: `"1"`},
			client.DispatchInput{Evidence: "mail"}, by("carl"))
		require.NoError(w.t, err)
		require.Equal(w.t, http.StatusOK, sent.StatusCode(), string(sent.Body))
	}
	now, err := w.api.GetChangeRequestWithResponse(ctx, "CR7", nil, by("carl"))
	w.took(now.HTTPResponse, now.JSON200, now.Body, err)
	w.move("carl", "close")
}

// TestBriefAsAPage: the same brief as data, as a page to print and as Markdown.
func TestBriefAsAPage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWalker(t, open(t))
	w.goTo("ForDecision")
	get := func(accept string) *client.GetBriefResponse {
		p, err := w.api.GetBriefWithResponse(ctx, "CR7", 1, by("pia"), func(_ context.Context, r *http.Request) error {
			r.Header.Set("Accept", accept)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, p.StatusCode(), string(p.Body))
		require.Equal(t, "Accept", p.HTTPResponse.Header.Get("Vary"))
		return p
	}
	require.Equal(t, "CR-2026-0001", get("application/json").JSON200.RequestNumber)
	page := get("text/html,*/*;q=0.8")
	require.Equal(t, "text/html; charset=utf-8", page.HTTPResponse.Header.Get("Content-Type"))
	require.Equal(t, briefpage.ContentSecurityPolicy(), page.HTTPResponse.Header.Get("Content-Security-Policy"))
	require.Contains(t, string(page.Body), "<h1 dir=\"auto\">Raise the boiler limit</h1>")
	text := get("text/markdown")
	require.Equal(t, "text/markdown; charset=utf-8", text.HTTPResponse.Header.Get("Content-Type"))
	require.Contains(t, string(text.Body), "# Raise the boiler limit\n")
	missing, err := w.api.GetBriefWithResponse(ctx, "CR7", 2, by("pia"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, missing.StatusCode())
}

// TestSilence: where notices have to be acknowledged, a request does not end
// before there was an answer or evidence that none came.
func TestSilence(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	at := newClock()
	w := newWalker(t, openWith(t, func(c *coordination.Config) {
		c.Now, c.Telling = at.tick, changereq.Telling{Within: time.Hour, Acknowledge: true, Patience: 24 * time.Hour}
	}))
	w.goTo("Triage")
	w.move("carl", "cancel", func(in *client.MoveInput) { in.Reason = new("the plant closes") })
	id := w.now.Obligations[0].ID
	silence := func(tag string) *client.RecordSilenceResponse {
		p, err := w.api.RecordSilenceWithResponse(ctx, id, &client.RecordSilenceParams{IfMatch: tag}, client.DispatchInput{Evidence: "reminded"}, by("carl"))
		require.NoError(t, err)
		return p
	}
	early := silence(`"1"`)
	require.Equal(t, []string{"obligation"}, unmet(t, early.StatusCode(), early.Body))
	for _, n := range w.now.Obligations {
		sent, err := w.api.DispatchObligationWithResponse(ctx, n.ID, &client.DispatchObligationParams{IfMatch: `"1"`}, client.DispatchInput{Evidence: "mail"}, by("carl"))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, sent.StatusCode(), string(sent.Body))
		require.Equal(t, sent.JSON200.Acknowledge != nil, sent.JSON200.AnswerBy != nil)
		require.NotNil(t, sent.JSON200.Due)
	}
	early = silence(`"2"`)
	require.Equal(t, []string{"obligation"}, unmet(t, early.StatusCode(), early.Body), "there is time to answer")
	at.advance(24 * time.Hour)
	done := silence(`"2"`)
	require.Equal(t, http.StatusOK, done.StatusCode(), string(done.Body))
	require.Equal(t, "unanswered", done.JSON200.State)
	now, err := w.api.GetChangeRequestWithResponse(ctx, "CR7", nil, by("carl"))
	w.took(now.HTTPResponse, now.JSON200, now.Body, err)
	require.Equal(t, "Cancelled", w.now.State)
}
