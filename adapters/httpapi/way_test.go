package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi/client"
	"github.com/coordkit/coordkit/adapters/httpapi/contracttest"
)

// walker goes the way with the generated client: it keeps the tag it last read
// and says who acts.
type walker struct {
	t   *testing.T
	api *client.ClientWithResponses
	tag string
	now *client.ChangeRequest
}

func newWalker(t *testing.T, o *office) *walker {
	t.Helper()
	api, err := client.NewClientWithResponses("http://desk", client.WithHTTPClient(contracttest.NewTransport(t, o.handler).Client()))
	require.NoError(t, err)
	return &walker{t: t, api: api}
}

// by makes a request come from an actor.
func by(actor string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", as(actor))
		return nil
	}
}

// took notes what a command answered.
func (w *walker) took(res *http.Response, now *client.ChangeRequest, problem []byte, err error) {
	w.t.Helper()
	require.NoError(w.t, err)
	require.Less(w.t, res.StatusCode, 300, string(problem))
	w.tag, w.now = res.Header.Get("ETag"), now
}

// unmet reads the conditions of a refusal.
func unmet(t *testing.T, status int, body []byte) []string {
	t.Helper()
	var p client.Problem
	require.NoError(t, json.Unmarshal(body, &p), string(body))
	require.Equal(t, http.StatusConflict, status, string(body))
	require.Equal(t, "refused", p.Code)
	var out []string
	for _, u := range p.Unmet {
		out = append(out, u.Condition)
		require.NotEmpty(t, u.Text)
	}
	return out
}

func (w *walker) move(who, event string, more ...func(*client.MoveInput)) {
	w.t.Helper()
	in := client.MoveInput{Event: event}
	for _, m := range more {
		m(&in)
	}
	p, err := w.api.MoveChangeRequestWithResponse(context.Background(), "CR7", &client.MoveChangeRequestParams{IfMatch: w.tag}, in, by(who))
	require.NoError(w.t, err)
	w.took(p.HTTPResponse, p.JSON200, p.Body, err)
}

// refuses tries a move that must not be possible yet.
func (w *walker) refuses(who, event string, conditions ...string) {
	w.t.Helper()
	p, err := w.api.MoveChangeRequestWithResponse(context.Background(), "CR7",
		&client.MoveChangeRequestParams{IfMatch: w.tag}, client.MoveInput{Event: event}, by(who))
	require.NoError(w.t, err)
	require.Equal(w.t, conditions, unmet(w.t, p.StatusCode(), p.Body))
}

// TestTheWholeWay goes from draft to file over HTTP, tries the wrong order at
// each gate, and then reads everything that was left behind.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWalker(t, open(t))

	opened, err := w.api.OpenChangeRequestWithResponse(ctx, &client.OpenChangeRequestParams{IdempotencyKey: "k1"}, client.OpenInput{
		ID: new("CR7"), Content: client.ContentInput{
			Title: "Raise the boiler limit", Description: new("The limit is too low."),
			Affected: []client.AffectedItemInput{
				{Item: "SPEC-1", Action: new("modify"), Base: new("A"), Owner: new("bea")},
				{Item: "SPEC-2", Action: new("none-after-review"), Base: new("C"), Owner: new("bob")},
			},
		},
	}, by("ann"))
	require.NoError(t, err)
	w.took(opened.HTTPResponse, opened.JSON201, opened.Body, err)
	require.Equal(t, "/v1/change-requests/CR7", opened.HTTPResponse.Header.Get("Location"))
	require.Equal(t, "CR-2026-0001", w.now.Number)

	w.refuses("ann", "submit", "complete")
	drafted := w.now.Content
	amended, err := w.api.AmendChangeRequestWithResponse(ctx, "CR7", &client.AmendChangeRequestParams{IfMatch: w.tag}, client.ContentInput{
		Title: drafted.Title, Description: drafted.Description, Justification: new("Complaints every winter."),
		Affected: []client.AffectedItemInput{
			{Item: "SPEC-1", Action: new("modify"), Base: new("A"), Owner: new("bea")},
			{Item: "SPEC-2", Action: new("none-after-review"), Base: new("C"), Owner: new("bob")},
		},
	}, by("ann"))
	w.took(amended.HTTPResponse, amended.JSON200, amended.Body, err)

	w.move("ann", "submit")
	w.refuses("ann", "receive", "role")
	w.move("carl", "receive")
	w.refuses("carl", "admit", "relevant")
	assess := func(parts client.AssessmentInput) {
		p, err := w.api.AssessChangeRequestWithResponse(ctx, "CR7", &client.AssessChangeRequestParams{IfMatch: w.tag}, parts, by("carl"))
		w.took(p.HTTPResponse, p.JSON200, p.Body, err)
	}
	assess(client.AssessmentInput{Relevance: &client.RelevanceInput{Verdict: "relevant", Evidence: []string{"letter:1"}}})
	w.move("carl", "admit")
	w.refuses("carl", "present", "assessed", "assessed", "assessed", "briefed")
	assess(client.AssessmentInput{
		Risk: &client.RisksInput{Risks: []client.RiskInput{{
			Title: "Overheating", Inherent: client.RatingInput{Likelihood: 3, Impact: 4}, Residual: client.RatingInput{Likelihood: 1, Impact: 4},
		}}},
		Benefit: &client.EstimateInput{Summary: new("Fewer complaints.")},
		Cost:    &client.EstimateInput{Amounts: []client.AmountInput{{What: "Work", Low: 100, Likely: 150, High: 9_007_199_254_740_993, Currency: "EUR"}}},
	})
	require.EqualValues(t, 9_007_199_254_740_993, w.now.Assessment.Cost.Amounts[0].High, "no digit is lost")
	require.Equal(t, "high", w.now.Assessment.Risk.Risks[0].Inherent.Band)

	issued, err := w.api.IssueBriefWithResponse(ctx, "CR7", &client.IssueBriefParams{IfMatch: w.tag}, client.BriefInput{
		Recommendation: "Approve.", Options: []client.OptionInput{{Title: "Approve"}, {Title: "Reject"}},
	}, by("carl"))
	w.took(issued.HTTPResponse, issued.JSON201, issued.Body, err)
	require.Equal(t, "/v1/change-requests/CR7/briefs/1", issued.HTTPResponse.Header.Get("Location"))
	w.refuses("carl", "schedule", "event")
	w.move("carl", "present")

	decide := func(who string) *client.DecideChangeRequestResponse {
		brief := int32(1)
		p, err := w.api.DecideChangeRequestWithResponse(ctx, "CR7", &client.DecideChangeRequestParams{IfMatch: w.tag},
			client.DecisionInput{Brief: &brief, Verdict: "approved-with-conditions", Conditions: []string{"Test at the limit."}}, by(who))
		require.NoError(t, err)
		return p
	}
	early := decide("carl")
	require.Contains(t, unmet(t, early.StatusCode(), early.Body), "role")
	w.refuses("pia", "approve", "decision")
	approved := decide("pia")
	w.took(approved.HTTPResponse, approved.JSON200, approved.Body, nil)
	require.Equal(t, "Approved", w.now.State)

	w.refuses("ivan", "start", "event")
	w.move("carl", "schedule", func(m *client.MoveInput) {
		m.Window = &client.WindowInput{
			Start: time.Date(2026, 2, 1, 8, 0, 0, 123, time.FixedZone("", 3600)), End: time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC),
		}
		m.Implementer = new("ivan")
	})
	claims, err := w.api.ListChangeWindowsWithResponse(ctx, &client.ListChangeWindowsParams{
		From: w.now.Window.End.Add(-time.Second), To: w.now.Window.End,
	}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, []client.ChangeWindow{{
		ID: "CR7", Number: w.now.Number, Title: w.now.Content.Title, State: "Scheduled", Window: *w.now.Window,
		Implementer: new("ivan"), Items: []string{"SPEC-1"},
	}}, claims.JSON200.Items)
	require.Equal(t, time.Date(2026, 2, 1, 7, 0, 0, 0, time.UTC), w.now.Window.Start, "UTC and whole microseconds")
	w.move("ivan", "start")
	w.refuses("ivan", "finish", "resulted", "resulted")
	recorded, err := w.api.RecordResultWithResponse(ctx, "CR7", &client.RecordResultParams{IfMatch: w.tag}, client.ResultInput{
		Item: "SPEC-1", Revision: "B", Predecessor: new("A"), Released: new(true), Cites: []string{"CR7"},
	}, by("ivan"))
	w.took(recorded.HTTPResponse, recorded.JSON200, recorded.Body, err)
	signed, err := w.api.SignUnchangedWithResponse(ctx, "CR7", &client.SignUnchangedParams{IfMatch: w.tag}, client.ItemInput{Item: "SPEC-2"}, by("bob"))
	w.took(signed.HTTPResponse, signed.JSON200, signed.Body, err)
	w.move("ivan", "finish")
	// ann and the two owners are still owed notices; nobody has verified or reviewed.
	w.refuses("carl", "close", "settled", "told", "told", "told", "reviewed", "conditions")
	verified, err := w.api.VerifyResultWithResponse(ctx, "CR7", &client.VerifyResultParams{IfMatch: w.tag}, client.ItemInput{Item: "SPEC-1"}, by("vera"))
	w.took(verified.HTTPResponse, verified.JSON200, verified.Body, err)
	met, err := w.api.RecordMetConditionWithResponse(ctx, "CR7", &client.RecordMetConditionParams{IfMatch: w.tag},
		client.MetConditionInput{Condition: 1, Evidence: "report:42"}, by("vera"))
	w.took(met.HTTPResponse, met.JSON200, met.Body, err)
	reviewed, err := w.api.RecordReviewWithResponse(ctx, "CR7", &client.RecordReviewParams{IfMatch: w.tag},
		client.ReviewInput{Verdict: "successful", Text: "No complaint since."}, by("carl"))
	w.took(reviewed.HTTPResponse, reviewed.JSON200, reviewed.Body, err)
	w.refuses("carl", "close", "told", "told", "told")

	w.dispatchAll()
	w.move("carl", "close")
	require.Equal(t, "Closed", w.now.State)
	require.Equal(t, "implemented", *w.now.Outcome)
	w.readBack()
}

// dispatchAll sends every notice owed and lets ann acknowledge one of hers.
func (w *walker) dispatchAll() {
	t, ctx := w.t, context.Background()
	t.Helper()
	owed, err := w.api.ListObligationsWithResponse(ctx, &client.ListObligationsParams{State: new("owed")}, by("carl"))
	require.NoError(t, err)
	require.Len(t, owed.JSON200.Items, 9, "three moves told ann, bea and bob")
	for i, o := range owed.JSON200.Items {
		tag := fmt.Sprintf(`"%d"`, o.Rev)
		sent, err := w.api.DispatchObligationWithResponse(ctx, o.ID, &client.DispatchObligationParams{IfMatch: tag},
			client.DispatchInput{Evidence: "mail:1"}, by("carl"))
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, sent.StatusCode(), string(sent.Body))
		require.Equal(t, "sent", sent.JSON200.State)
		again, err := w.api.DispatchObligationWithResponse(ctx, o.ID, &client.DispatchObligationParams{IfMatch: tag},
			client.DispatchInput{Evidence: "mail:1"}, by("carl"))
		require.NoError(t, err)
		require.Equal(t, http.StatusPreconditionFailed, again.StatusCode())
		if i > 0 {
			continue
		}
		got, err := w.api.AcknowledgeObligationWithResponse(ctx, o.ID,
			&client.AcknowledgeObligationParams{IfMatch: sent.HTTPResponse.Header.Get("ETag")}, by(o.Recipient))
		require.NoError(t, err)
		require.Equal(t, "acknowledged", got.JSON200.State)
	}
	now, err := w.api.GetChangeRequestWithResponse(ctx, "CR7", nil, by("carl"))
	w.took(now.HTTPResponse, now.JSON200, now.Body, err)
}

// readBack reads what the way has left in every room.
func (w *walker) readBack() {
	t, ctx := w.t, context.Background()
	t.Helper()
	past, err := w.api.GetChangeRequestWithResponse(ctx, "CR7", &client.GetChangeRequestParams{AsOf: &w.now.Opened}, by("ann"))
	require.NoError(t, err)
	require.Equal(t, "Draft", past.JSON200.State)
	require.Zero(t, past.JSON200.Rev)
	require.Empty(t, past.HTTPResponse.Header.Get("ETag"))

	brief, err := w.api.GetBriefWithResponse(ctx, "CR7", 1, by("pia"))
	require.NoError(t, err)
	require.Equal(t, w.now.Brief.Digest, brief.JSON200.Digest)
	require.Equal(t, "Overheating", brief.JSON200.Assessment.Risk.Risks[0].Title)

	var kinds []string
	for after := (*int64)(nil); ; {
		page, err := w.api.ListChangeRequestEventsWithResponse(ctx, "CR7", &client.ListChangeRequestEventsParams{After: after, Limit: new(int32(7))}, by("ann"))
		require.NoError(t, err)
		for _, ev := range page.JSON200.Items {
			kinds = append(kinds, ev.Kind)
		}
		if after = page.JSON200.Next; after == nil {
			break
		}
	}
	require.EqualValues(t, len(kinds), w.now.Events)
	require.Equal(t, "opened", kinds[0])

	records, err := w.api.ListRecordsWithResponse(ctx, &client.ListRecordsParams{Subject: new("changereq:CR7")}, by("carl"))
	require.NoError(t, err)
	require.Len(t, records.JSON200.Items, 2)
	inward := client.ListChangeRequestReferencesParams{Direction: new(client.ListChangeRequestReferencesParamsDirection("inward"))}
	refs, err := w.api.ListChangeRequestReferencesWithResponse(ctx, "CR7", &inward, by("carl"))
	require.NoError(t, err)
	require.Len(t, refs.JSON200.Items, 2)
	for _, ref := range refs.JSON200.Items {
		require.Equal(t, "sourceOf", ref.Type, "derivesFrom, read from the other end")
		require.Equal(t, "record", ref.Other.Kind)
	}
	for _, r := range records.JSON200.Items {
		content, err := w.api.GetRecordContentWithResponse(ctx, r.ID, nil, by("carl"))
		require.NoError(t, err)
		require.Len(t, content.Body, int(r.Size))
		require.Equal(t, `"`+r.Digest+`"`, content.HTTPResponse.Header.Get("ETag"))
		require.Equal(t, "attachment", content.HTTPResponse.Header.Get("Content-Disposition"))
	}

	journal, err := w.api.ReadJournalWithResponse(ctx, &client.ReadJournalParams{Room: new("changereq"), Entity: new("CR7"), Limit: new(int32(1000))}, by("carl"))
	require.NoError(t, err)
	require.Len(t, journal.JSON200.Items, len(kinds))
	for i, e := range journal.JSON200.Items {
		require.Equal(t, "coordkit.changereq."+kinds[i], e.Type)
		require.Equal(t, fmt.Sprintf("changereq/CR7/%d", i+1), e.ID)
	}
	next, err := w.api.ListPermissionsWithResponse(ctx, "CR7", by("carl"))
	require.NoError(t, err)
	require.Empty(t, next.JSON200.Items, "nothing leads out of Closed")
}

// The calendar of an office over HTTP: who claims time, and what stands in the
// way of a window.
func TestWindowsOverHTTP(t *testing.T) {
	t.Parallel()
	w := newWalker(t, open(t))
	from, to := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 8, 0, 0, 0, 0, time.UTC)
	page, err := w.api.ListChangeWindowsWithResponse(t.Context(), &client.ListChangeWindowsParams{From: from, To: to}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.StatusCode(), string(page.Body))
	require.Empty(t, page.JSON200.Items)
	page, err = w.api.ListChangeWindowsWithResponse(t.Context(), &client.ListChangeWindowsParams{From: to, To: from}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, page.StatusCode(), "a window that ends before it begins")
	list, err := w.api.ListConflictsWithResponse(t.Context(), "none", &client.ListConflictsParams{From: from, To: to}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, list.StatusCode())
}
