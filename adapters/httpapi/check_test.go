package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// checked posts a definition and returns the check as the contract gives it.
func (o *office) checked(t *testing.T, body any) (out httpapi.LifecycleCheck) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	got := o.send(t, http.MethodPost, "/v1/lifecycle-checks", string(text))
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NoError(t, json.Unmarshal([]byte(got.Body), &out))
	return out
}

func TestBuiltInsPassTheirCheck(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, def := range lifecycle.BuiltIn() {
		got := o.checked(t, map[string]any{"definition": def, "compare_with": map[string]any{"id": def.ID}})
		require.True(t, got.Compiles)
		require.Empty(t, got.Findings)
		require.Nil(t, got.Picture)
		ref := httpapi.LifecycleRef{ID: def.ID, Version: 1}
		require.Equal(t, &httpapi.LifecycleComparison{
			From: ref, To: ref, Migrates: true, Changes: []httpapi.LifecycleChange{}, Migration: []httpapi.LifecycleFinding{},
		}, got.Comparison)
	}
}

// A team's own lifecycle: every finding at once, each where it is, drawn, and
// held against the version that requests live by.
func TestCheckingALifecycleOfOnesOwn(t *testing.T) {
	t.Parallel()
	var drawn []lifecycle.Finding
	o := open(t, func(c *httpapi.Config) {
		c.Draw = func(_ lifecycle.Definition, findings []lifecycle.Finding, format string) string {
			drawn = findings
			return "a picture in " + format
		}
	})
	def := lifecycle.Normal()
	def.Version = 2
	for i := range def.Edges {
		if e := &def.Edges[i]; e.From == "Approved" && e.Event == "schedule" {
			e.To = "Shceduled"
		}
	}
	def.States[2].Category = "triage"
	got := o.checked(t, map[string]any{"definition": def, "compare_with": map[string]any{"id": "normal", "version": 1}, "picture": "dot"})
	require.False(t, got.Compiles)
	require.Equal(t, "a picture in dot", *got.Picture)
	_, want := changereq.Compile(def)
	require.Equal(t, want, drawn)
	require.Len(t, got.Findings, len(want), "all at once")
	require.Greater(t, len(want), 1)
	for _, f := range got.Findings {
		require.NotNil(t, f.Pointer, "%+v", f)
	}
	require.Equal(t, "/definition/states/2", *got.Findings[0].Pointer)
	require.Equal(t, "undeclared-name", got.Findings[0].Code)
	require.False(t, got.Comparison.Migrates, "nobody migrates to what does not compile")
	var fields []string
	for _, c := range got.Comparison.Changes {
		fields = append(fields, c.Kind+" "+*c.Field)
	}
	require.Equal(t, []string{"changed version", "changed category", "changed to"}, fields)
}

// A version that compiles may still leave requests without a place, or let them
// past a gate.
func TestCheckingAMigration(t *testing.T) {
	t.Parallel()
	o := open(t)
	def := lifecycle.Normal()
	def.Version = 2
	for i := range def.States {
		if def.States[i].Name == "Triage" {
			def.States[i].Name = "Sorting"
		}
	}
	for i := range def.Edges {
		for _, end := range []*string{&def.Edges[i].From, &def.Edges[i].To} {
			if *end == "Triage" {
				*end = "Sorting"
			}
		}
	}
	body := map[string]any{"definition": def, "compare_with": map[string]any{"id": "normal"}}
	got := o.checked(t, body)
	require.True(t, got.Compiles)
	require.False(t, got.Comparison.Migrates)
	require.Equal(t, "unmapped-state", got.Comparison.Migration[0].Code)
	require.Equal(t, "Triage", *got.Comparison.Migration[0].State)
	body["states"] = map[string]string{"Triage": "Sorting"}
	got = o.checked(t, body)
	require.True(t, got.Comparison.Migrates)
	require.Empty(t, got.Comparison.Migration)
	body["states"] = map[string]string{"Triage": "Implementing"}
	got = o.checked(t, body)
	require.False(t, got.Comparison.Migrates)
	require.Equal(t, "gate-bypassed", got.Comparison.Migration[0].Code)
	require.NotEmpty(t, got.Comparison.Migration[0].Path)

	def.ID = "ours"
	body["definition"] = def
	got = o.checked(t, body)
	require.False(t, got.Comparison.Migrates, "requests do not go from one lifecycle to another on their way")
	require.NotEmpty(t, got.Comparison.Changes)
}

func TestWhatIsNoLifecycle(t *testing.T) {
	t.Parallel()
	o := open(t)
	send := func(body string) answer { return o.send(t, http.MethodPost, "/v1/lifecycle-checks", body) }
	const tiny = `{"definition":{"id":"tiny","version":1,"mode":"observe","initial":["Open"],"states":[{"name":"Open","category":"intake"}],"edges":[]}}`
	require.Equal(t, http.StatusOK, send(tiny).Status)
	a := send(strings.NewReplacer(`"id":"tiny"`, `"id":""`, `"version":1`, `"version":0`, "observe", "watch").Replace(tiny))
	a.problem(t, http.StatusUnprocessableEntity, "invalid")
	for _, pointer := range []string{"/definition/id", "/definition/version", "/definition/mode"} {
		require.Contains(t, a.Body, `"`+pointer+`"`, "all at once")
	}
	a = send(strings.Replace(tiny, `"category":"intake"`, `"categroy":"intake"`, 1))
	a.problem(t, http.StatusBadRequest, "malformed-request")
	require.Contains(t, a.Body, "/definition/states/0/categroy")
	send(strings.Replace(tiny, `{"definition"`, `{"compare_with":{"id":"nowhere"},"definition"`, 1)).problem(t, http.StatusUnprocessableEntity, "invalid")
	send(strings.Replace(tiny, `{"definition"`, `{"picture":"png","definition"`, 1)).problem(t, http.StatusBadRequest, "malformed-request")
}

func TestComparingVersionsOfALifecycle(t *testing.T) {
	t.Parallel()
	second := lifecycle.Normal()
	second.Version = 2
	second.Edges = append(second.Edges, lifecycle.Edge{From: "Submitted", Event: "return", To: "Draft", Roles: []string{"coordinator"}, ReasonRequired: true})
	lc, findings := changereq.Compile(second)
	require.NotNil(t, lc, "%v", findings)
	o := open(t, func(c *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, Lifecycles: append(changereq.BuiltIn(), lc)})
		require.NoError(t, err)
		c.Desk = desk
	})
	got := o.send(t, http.MethodGet, "/v1/lifecycles/normal/changes?from=1&to=2", "")
	require.JSONEq(t, `{"from":{"id":"normal","version":1},"to":{"id":"normal","version":2},"migrates":true,"migration":[],"changes":[
		{"kind":"changed","field":"version","old":["1"],"new":["2"]},
		{"kind":"added","edge":{"from":"Submitted","event":"return","to":"Draft"}}]}`, got.Body)
	for _, query := range []string{"from=1&to=3", "from=3&to=1"} {
		o.send(t, http.MethodGet, "/v1/lifecycles/normal/changes?"+query, "").problem(t, http.StatusNotFound, "not-found")
	}
	o.send(t, http.MethodGet, "/v1/lifecycles/normal/changes?from=1", "").problem(t, http.StatusBadRequest, "malformed-request")
}

// A mapping of states is a map: its names are the lifecycle's, not the contract's.
func TestMigratingWithAMapping(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(lifecycle.Normal())
	require.NoError(t, err)
	second, err := lifecycle.Parse([]byte(strings.NewReplacer(`"Draft"`, `"Sketch"`, `"version":1`, `"version":2`).Replace(string(text))))
	require.NoError(t, err)
	lc, findings := changereq.Compile(second)
	require.NotNil(t, lc, "%v", findings)
	o := open(t, func(c *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, Lifecycles: append(changereq.BuiltIn(), lc)})
		require.NoError(t, err)
		c.Desk = desk
	})
	o.draft(t)
	refused := o.post(t, "carl", "migrations", `{"to":{"id":"normal","version":2},"reason":"renamed"}`)
	refused.problem(t, http.StatusConflict, "refused")
	require.Contains(t, refused.Body, "unmapped-state")
	moved := o.must(t, "carl", "migrations", `{"to":{"id":"normal","version":2},"states":{"Draft":"Sketch"},"reason":"renamed"}`)
	require.Equal(t, "Sketch", moved.Fields["state"])
}

// checkedPolicy posts a policy and returns the check as the contract gives it.
func (o *office) checkedPolicy(t *testing.T, body string) (out httpapi.PolicyCheck) {
	t.Helper()
	got := o.send(t, http.MethodPost, "/v1/policy-checks", body)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NoError(t, json.Unmarshal([]byte(got.Body), &out))
	return out
}

func TestCheckingAPolicyOfOnesOwn(t *testing.T) {
	t.Parallel()
	o := open(t, func(c *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{
			Store: c.Store, Now: c.Now,
			People: func(context.Context, string, []string, []string) (approval.Directory, error) {
				return approval.Directory{Roles: map[string][]string{"product-manager": {"pia", "ann"}}, Groups: map[string][]string{"safety": {"sam"}}}, nil
			},
		})
		require.NoError(t, err)
		c.Desk = desk
	})
	o.draft(t)
	require.Equal(t, httpapi.PolicyCheck{Compiles: true, Findings: []httpapi.PolicyFinding{}, Unmet: []httpapi.Unmet{}},
		o.checkedPolicy(t, `{"policy":`+boardJSON+`,"change_request":"CR7"}`))

	words := strings.NewReplacer(`"need":{"kind":"any"}`, `"need":{"kind":"any","rounding":"ceil"},"veto":"any"`, `"name":"decision"`, `"name":"decision","matching":"distinct"`)
	require.True(t, o.checkedPolicy(t, `{"policy":`+words.Replace(boardJSON)+`}`).Compiles, "the words of the defaults may be given")

	three := strings.Replace(boardJSON, `{"kind":"any"}`, `{"kind":"count","count":3}`, 1)
	got := o.checkedPolicy(t, `{"policy":`+three+`}`)
	require.False(t, got.Compiles, "two people are product managers")
	require.Equal(t, "quorum-unreachable", got.Findings[0].Code)
	require.Equal(t, "/policy/stages/1/requirements/0", *got.Findings[0].Pointer)

	both := strings.Replace(boardJSON, `{"kind":"any"}`, `{"kind":"all"}`, 1)
	got = o.checkedPolicy(t, `{"policy":`+both+`}`)
	require.True(t, got.Compiles)
	got = o.checkedPolicy(t, `{"policy":`+strings.Replace(boardJSON, `"roles":["product-manager"]`, `"users":["ann"]`, 1)+`,"change_request":"CR7"}`)
	require.True(t, got.Compiles)
	require.Len(t, got.Unmet, 1, "ann asked for it")
	require.Equal(t, "pm", *got.Unmet[0].Ref)

	wrong := strings.NewReplacer(`"basis_points":5000,"rounding":"half-up"`, `"basis_points":12000`, `"allow":["assessor"]`, `"allow":["applicant"]`)
	got = o.checkedPolicy(t, `{"policy":`+wrong.Replace(boardJSON)+`}`)
	require.Equal(t, []string{"percent-range", "self-approval"}, []string{got.Findings[0].Code, got.Findings[1].Code}, "all at once")

	a := o.send(t, http.MethodPost, "/v1/policy-checks", `{"policy":`+strings.NewReplacer("720h0m0s", "long", "48h0m0s", "soon", `"version":2`, `"version":0`).Replace(boardJSON)+`}`)
	a.problem(t, http.StatusUnprocessableEntity, "invalid")
	for _, pointer := range []string{"/policy/version", "/policy/stages/0/requirements/0/expires", "/policy/stages/0/requirements/0/due"} {
		require.Contains(t, a.Body, `"`+pointer+`"`)
	}
	o.send(t, http.MethodPost, "/v1/policy-checks", `{"policy":`+boardJSON+`,"change_request":"CR8"}`).problem(t, http.StatusUnprocessableEntity, "invalid")
}

// What is on offer in several media types is refused where none of them is wanted.
func TestNothingAcceptable(t *testing.T) {
	t.Parallel()
	o := open(t, func(c *httpapi.Config) {
		c.Draw = named
	})
	for accept, want := range map[string]struct{ kind, body string }{
		"text/vnd.mermaid":                     {"text/vnd.mermaid", "normal in mermaid"},
		"image/*, text/vnd.graphviz;q=0.5":     {"text/vnd.graphviz", "normal in dot"},
		"text/*;q=0.9, application/json;q=0.2": {"text/vnd.mermaid", "normal in mermaid"},
	} {
		got := o.send(t, http.MethodGet, "/v1/lifecycles/normal", "", "Accept", accept)
		require.Equal(t, want.kind, got.Header.Get("Content-Type"))
		require.Equal(t, want.body, got.Body)
		require.Equal(t, "Accept", got.Header.Get("Vary"))
	}
	require.Equal(t, "application/json", o.send(t, http.MethodGet, "/v1/lifecycles/normal", "", "Accept", "*/*").Header.Get("Content-Type"))
	o.send(t, http.MethodGet, "/v1/lifecycles/normal", "", "Accept", "image/png").problem(t, http.StatusNotAcceptable, "not-acceptable")
	open(t).send(t, http.MethodGet, "/v1/lifecycles/normal", "", "Accept", "text/vnd.mermaid").problem(t, http.StatusNotAcceptable, "not-acceptable")
	o.draft(t)
	o.send(t, http.MethodGet, "/v1/change-requests/CR7/briefs/1", "", "Accept", "application/pdf").problem(t, http.StatusNotAcceptable, "not-acceptable")
}

// named says what would be drawn.
func named(def lifecycle.Definition, _ []lifecycle.Finding, format string) string {
	return def.ID + " in " + format
}
