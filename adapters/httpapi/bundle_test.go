package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi/client"
)

func TestBundlesOverHTTP(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWalker(t, open(t))
	for _, id := range []string{"CR1", "CR2"} {
		opened, err := w.api.OpenChangeRequestWithResponse(ctx, &client.OpenChangeRequestParams{IdempotencyKey: id},
			client.OpenInput{ID: new(id), Content: client.ContentInput{Title: "one of two"}}, by("ann"))
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, opened.StatusCode(), string(opened.Body))
	}
	create := client.BundleInput{ID: new("B1"), Title: "spring", Mode: client.BundleInputModeAtomic, Members: []string{"CR1"}}
	made, err := w.api.CreateBundleWithResponse(ctx, &client.CreateBundleParams{IdempotencyKey: "b"}, create, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, made.StatusCode(), string(made.Body))
	require.Equal(t, "/v1/bundles/B1", made.HTTPResponse.Header.Get("Location"))
	again, err := w.api.CreateBundleWithResponse(ctx, &client.CreateBundleParams{IdempotencyKey: "b"}, create, by("carl"))
	require.NoError(t, err)
	require.Equal(t, made.Body, again.Body, "the same key gives the same reply")

	tag := made.HTTPResponse.Header.Get("ETag")
	added, err := w.api.AddMemberWithResponse(ctx, "B1", &client.AddMemberParams{IfMatch: tag}, client.MemberInput{Request: "CR2"}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, []string{"CR1", "CR2"}, added.JSON200.Members)
	stale, err := w.api.AddMemberWithResponse(ctx, "B1", &client.AddMemberParams{IfMatch: tag}, client.MemberInput{Request: "CR2"}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusPreconditionFailed, stale.StatusCode())
	tag = added.HTTPResponse.Header.Get("ETag")
	got, err := w.api.GetBundleWithResponse(ctx, "B1", &client.GetBundleParams{}, by("ann"))
	require.NoError(t, err)
	require.Equal(t, *added.JSON200, *got.JSON200)
	member, err := w.api.GetChangeRequestWithResponse(ctx, "CR2", &client.GetChangeRequestParams{}, by("ann"))
	require.NoError(t, err)
	require.Equal(t, client.Membership{Bundle: "B1", Atomic: true}, *member.JSON200.Bundle)

	moved, err := w.api.MoveBundleWithResponse(ctx, "B1", &client.MoveBundleParams{IfMatch: tag}, client.MoveInput{Event: "submit"}, by("carl"))
	require.NoError(t, err)
	require.Contains(t, unmet(t, moved.StatusCode(), moved.Body), "complete", "a draft without a description")
	decided, err := w.api.DecideBundleWithResponse(ctx, "B1", &client.DecideBundleParams{IfMatch: tag}, client.BundleDecisionInput{
		Verdict: "approved", Briefs: []client.MemberBriefInput{{Request: "CR1", Brief: 1}, {Request: "CR2", Brief: 1}},
	}, by("pia"))
	require.NoError(t, err)
	require.NotEmpty(t, unmet(t, decided.StatusCode(), decided.Body))
	removed, err := w.api.RemoveMemberWithResponse(ctx, "B1", &client.RemoveMemberParams{IfMatch: tag},
		client.RemovalInput{Request: "CR1", Reason: "it waits"}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, []string{"CR2"}, removed.JSON200.Members)
	unnamed, err := w.api.CreateBundleWithResponse(ctx, &client.CreateBundleParams{IdempotencyKey: "u"},
		client.BundleInput{Title: "  ", Mode: client.BundleInputModeMemberwise}, by("carl"))
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, unnamed.StatusCode())
	page, err := w.api.ListBundlesWithResponse(ctx, &client.ListBundlesParams{}, by("ann"))
	require.NoError(t, err)
	require.Len(t, page.JSON200.Items, 1)
}
