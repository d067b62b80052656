package httpapi_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/coordination"
)

const boardJSON = `{"id":"board","version":2,"title":"Board","last_call":"1s","override":{"users":["dora","dirk"]},"stages":[
{"name":"technical","matching":"shared","requirements":[{"id":"engineers","meaning":"technically sound","from":{"users":["quinn","quade"]},
"need":{"kind":"percent","basis_points":5000,"rounding":"half-up"},"expires":"720h0m0s","sticky":["schedule"],"due":"48h0m0s"},
{"id":"safety","optional":true,"when":[{"fact":"risk","in":["critical"]},{"fact":"cost","at_least":5}],"from":{"owners":true},"need":{"kind":"count","count":1},
"veto":"listed","vetoers":{"groups":["safety"]},"signed":true}]},
{"name":"decision","requirements":[{"id":"pm","from":{"roles":["product-manager"]},"need":{"kind":"any"},"allow":["assessor"]}]}]}`

// underBoard opens an office whose requests are judged by the policy above.
func underBoard(t *testing.T) *office {
	t.Helper()
	p, err := approval.Parse([]byte(boardJSON))
	require.NoError(t, err)
	judge, findings := changereq.CompilePolicy(p)
	require.NotNil(t, judge, "%v", findings)
	return open(t, func(c *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, Policies: []*approval.Judge{judge}})
		require.NoError(t, err)
		c.Desk = desk
	})
}

// post gives a command about CR7 with the tag that is current.
func (o *office) post(t *testing.T, who, path, body string) answer {
	t.Helper()
	tag := o.send(t, http.MethodGet, "/v1/change-requests/CR7", "").Header.Get("ETag")
	return o.send(t, http.MethodPost, "/v1/change-requests/CR7/"+path, body, "Authorization", as(who), "If-Match", tag)
}

func (o *office) must(t *testing.T, who, path, body string) answer {
	t.Helper()
	a := o.post(t, who, path, body)
	require.Less(t, a.Status, 300, "%s %s: %s", path, body, a.Body)
	return a
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	o := underBoard(t)
	got := o.send(t, http.MethodGet, "/v1/policies/board?version=2", "")
	require.Equal(t, http.StatusOK, got.Status)
	require.JSONEq(t, boardJSON, got.Body, "the contract says what the policy says")
	list := o.send(t, http.MethodGet, "/v1/policies", "")
	require.JSONEq(t, `{"items":[`+boardJSON+`]}`, list.Body)
	o.send(t, http.MethodGet, "/v1/policies/board?version=3", "").problem(t, http.StatusNotFound, "not-found")
	want, err := json.Marshal(changereq.DefaultPolicy())
	require.NoError(t, err)
	require.JSONEq(t, string(want), open(t).send(t, http.MethodGet, "/v1/policies/product-manager", "").Body)
}

func TestVotingOverHTTP(t *testing.T) {
	t.Parallel()
	o := underBoard(t)
	a := o.send(t, http.MethodPost, "/v1/change-requests", plain, "Authorization", as("ann"), "Idempotency-Key", "k")
	require.Equal(t, http.StatusCreated, a.Status, a.Body)
	o.must(t, "ann", "moves", `{"event":"submit"}`)
	o.must(t, "carl", "moves", `{"event":"receive"}`)
	o.must(t, "carl", "assessments", `{"relevance":{"verdict":"relevant"},"risk":{"summary":"none"},"benefit":{"summary":"some"},"cost":{"summary":"none"}}`)
	o.must(t, "carl", "moves", `{"event":"admit"}`)
	o.must(t, "carl", "briefs", `{"recommendation":"Do it."}`)
	o.must(t, "carl", "moves", `{"event":"present"}`)

	refused := o.post(t, "pia", "decisions", `{"brief":1,"verdict":"approved"}`)
	refused.problem(t, http.StatusConflict, "refused")
	require.Contains(t, refused.Body, "waits for quinn, quade")

	o.post(t, "eve", "votes", `{"brief":1,"kind":"approve"}`).problem(t, http.StatusConflict, "refused")
	o.post(t, "quinn", "votes", `{"brief":1,"kind":"reject"}`).problem(t, http.StatusUnprocessableEntity, "invalid")
	o.must(t, "quinn", "delegations", `{"to":"vera","start":"2026-01-01T00:00:00Z","end":"2026-02-01T00:00:00Z","reason":"away"}`)
	voted := o.must(t, "vera", "votes", `{"brief":1,"kind":"approve","for":"quinn"}`)
	votes := voted.Fields["votes"].([]any)
	first := votes[0].(map[string]any)
	require.Equal(t, "vera", first["by"])
	require.Equal(t, "quinn", first["for"])
	voted = o.must(t, "quade", "votes", `{"brief":1,"kind":"request-changes","comment":"which supplier?"}`)
	second := voted.Fields["votes"].([]any)[1].(map[string]any)
	o.must(t, "carl", "votes/"+second["id"].(string)+"/dismissal", `{"reason":"answered"}`)

	seen := o.send(t, http.MethodGet, "/v1/change-requests/CR7/approval", "")
	require.Equal(t, http.StatusOK, seen.Status, seen.Body)
	require.Equal(t, map[string]any{"id": "board", "version": 2.0}, seen.Fields["policy"])
	require.Equal(t, "waiting", seen.Fields["state"])
	require.Equal(t, "decision", seen.Fields["stage"])
	require.Contains(t, seen.Body, "vera for quinn")
	require.Equal(t, "none", seen.Fields["votes"].([]any)[0].(map[string]any)["signed"])
	o.send(t, http.MethodGet, "/v1/change-requests/CR8/approval", "").problem(t, http.StatusNotFound, "not-found")

	o.must(t, "vera", "votes/"+first["id"].(string)+"/revocation", "")
	proposed := o.must(t, "dora", "overrides", `{"requirement":"engineers","brief":1,"reason":"the line stands still"}`)
	id := proposed.Fields["overrides"].([]any)[0].(map[string]any)["id"].(string)
	o.post(t, "dora", "overrides/"+id+"/consent", `{"brief":1}`).problem(t, http.StatusConflict, "refused")
	o.must(t, "dirk", "overrides/"+id+"/consent", `{"brief":1}`)
	delegation := proposed.Fields["delegations"].([]any)[0].(map[string]any)["id"].(string)
	o.must(t, "quinn", "delegations/"+delegation+"/revocation", "")
	o.must(t, "pia", "votes", `{"brief":1,"kind":"approve"}`)
	decided := o.must(t, "pia", "decisions", `{"brief":1,"verdict":"approved"}`)
	require.Equal(t, "Approved", decided.Fields["state"])
	o.post(t, "quinn", "votes/no-number/revocation", "").problem(t, http.StatusBadRequest, "malformed-request")
}
