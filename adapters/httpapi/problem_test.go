package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// failing is a store that fails with an error of its own.
type failing struct {
	coordination.Store

	err error
}

func (f failing) View(context.Context, string, func(context.Context, coordination.Tx) error) error {
	return f.err
}

func (f failing) Update(context.Context, string, func(context.Context, coordination.Tx) error) error {
	return f.err
}

const secret = "password=hush-4711"

func failWith(err error) func(*httpapi.Config) {
	return func(c *httpapi.Config) { c.Store = failing{memory.New(), err} }
}

// TestUnknownErrorsStayInside: the caller learns nothing, the log everything.
func TestUnknownErrorsStayInside(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ method, path, body string }{
		"read":    {"GET", "/v1/change-requests/CR7", ""},
		"list":    {"GET", "/v1/change-requests", ""},
		"journal": {"GET", "/v1/journal", ""},
		"write":   {"PUT", "/v1/change-requests/CR7/content", `{"title":"t"}`},
		"create":  {"POST", "/v1/change-requests", plain},
		"content": {"GET", "/v1/records/R1/content", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var written bytes.Buffer
			o := open(t, failWith(fmt.Errorf("dial tcp: %s", secret)), logTo(slog.NewJSONHandler(&written, nil)))
			a := o.send(t, c.method, c.path, c.body, "If-Match", `"1"`, "Idempotency-Key", "k")
			a.problem(t, http.StatusInternalServerError, "internal")
			require.NotContains(t, a.Body, secret)
			require.Contains(t, written.String(), secret)
			require.Contains(t, written.String(), a.Header.Get("Request-Id"))
		})
	}
}

// TestPassingErrors: what a later try may not meet is a 503.
func TestPassingErrors(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy " + secret)
	for name, err := range map[string]error{"busy": busy, "too late": context.DeadlineExceeded, "gone": context.Canceled} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t, failWith(err), func(c *httpapi.Config) {
				c.Transient = func(err error) bool { return errors.Is(err, busy) }
			})
			a := o.send(t, "GET", "/v1/change-requests/CR7", "")
			a.problem(t, http.StatusServiceUnavailable, "unavailable")
			require.NotEmpty(t, a.Header.Get("Retry-After"))
			require.NotContains(t, a.Body, secret)
		})
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	require.Equal(t, http.StatusOK, open(t).send(t, "GET", "/healthz", "", "Authorization", "").Status)
	sick := open(t, func(c *httpapi.Config) { c.Health = func(context.Context) error { return errors.New(secret) } })
	a := sick.send(t, "GET", "/healthz", "", "Authorization", "")
	a.problem(t, http.StatusServiceUnavailable, "unavailable")
	require.NotContains(t, a.Body, secret)
	sick.send(t, "GET", "/healthz?x=1", "").problem(t, http.StatusBadRequest, "malformed-request")
}

func TestContractIsServed(t *testing.T) {
	t.Parallel()
	o := open(t)
	a := o.send(t, "GET", "/openapi.yaml", "", "Authorization", "")
	require.Equal(t, string(httpapi.Contract()), a.Body)
	require.Equal(t, "application/yaml", a.Header.Get("Content-Type"))
	again := o.send(t, "GET", "/openapi.yaml", "", "If-None-Match", a.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.Status)
	require.Empty(t, again.Body)
}

// TestHooks: who may call and who may not is for the embedder to say.
func TestHooks(t *testing.T) {
	t.Parallel()
	var asked []string
	o := open(t, func(c *httpapi.Config) {
		c.Challenge = `Bearer realm="desk"`
		c.Authorizer = httpapi.AuthorizerFunc(func(_ context.Context, p httpapi.Principal, operation, resource string) error {
			asked = append(asked, p.Actor.ID+" "+operation+" "+resource)
			switch resource {
			case "secret":
				return fmt.Errorf("hidden: %w", changereq.ErrNotFound)
			case "broken":
				return errors.New(secret)
			}
			if p.Actor.ID == "eve" {
				return fmt.Errorf("%w: %s", httpapi.ErrForbidden, secret)
			}
			return nil
		})
	})
	o.draft(t)
	require.Equal(t, http.StatusOK, o.send(t, "GET", "/v1/change-requests/CR7", "").Status)
	a := o.send(t, "GET", "/v1/change-requests/CR7", "", "Authorization", as("eve"))
	a.problem(t, http.StatusForbidden, "forbidden")
	require.NotContains(t, a.Body, secret)
	o.send(t, "GET", "/v1/change-requests/secret", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/change-requests/broken", "").problem(t, http.StatusInternalServerError, "internal")
	require.Equal(t, []string{
		"ann openChangeRequest ", "carl getChangeRequest CR7", "eve getChangeRequest CR7",
		"carl getChangeRequest secret", "carl getChangeRequest broken",
	}, asked)
	before := len(asked)
	o.send(t, "GET", "/v1/change-requests/CR7?x=1", "").problem(t, http.StatusBadRequest, "malformed-request")
	o.send(t, "GET", "/healthz", "")
	require.Len(t, asked, before, "only what is in order and needs a caller is put to the hook")

	refused := o.send(t, "GET", "/v1/change-requests/CR7", "", "Authorization", "")
	refused.problem(t, http.StatusUnauthorized, "unauthenticated")
	require.Equal(t, `Bearer realm="desk"`, refused.Header.Get("WWW-Authenticate"))
	down := open(t, func(c *httpapi.Config) {
		c.Authenticator = httpapi.AuthenticatorFunc(func(*http.Request) (httpapi.Principal, error) {
			return httpapi.Principal{}, errors.New("directory: " + secret)
		})
	})
	d := down.send(t, "GET", "/v1/change-requests", "")
	d.problem(t, http.StatusInternalServerError, "internal")
	require.NotContains(t, d.Body, secret)
}

func TestNewRefusesToBeIncomplete(t *testing.T) {
	t.Parallel()
	o := open(t)
	who := httpapi.AuthenticatorFunc(authenticate)
	for name, cfg := range map[string]httpapi.Config{
		"nothing":          {},
		"no desk":          {Store: o.store, Authenticator: who},
		"no store":         {Desk: o.desk, Authenticator: who},
		"no authenticator": {Desk: o.desk, Store: o.store},
		"negative limit":   {Desk: o.desk, Store: o.store, Authenticator: who, Limits: httpapi.Limits{Body: -1}},
	} {
		_, err := httpapi.New(cfg)
		require.ErrorIs(t, err, httpapi.ErrConfig, name)
	}
}

// TestPanicsAreAnswered: a panic is an internal error, logged with its stack.
func TestPanicsAreAnswered(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	o := open(t, logTo(slog.NewJSONHandler(&written, nil)), func(c *httpapi.Config) {
		c.Authenticator = httpapi.AuthenticatorFunc(func(r *http.Request) (httpapi.Principal, error) {
			if r.Header.Get("Authorization") == "abort" {
				panic(http.ErrAbortHandler)
			}
			panic(secret)
		})
	})
	a := o.send(t, "GET", "/v1/journal", "")
	a.problem(t, http.StatusInternalServerError, "internal")
	require.NotContains(t, a.Body, secret)
	require.Contains(t, written.String(), secret)
	require.Contains(t, written.String(), "problem_test.go")
	require.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { o.send(t, "GET", "/v1/journal", "", "Authorization", "abort") })
}

// TestEveryRequestIsLoggedOnce: one line with what is needed to find it again.
func TestEveryRequestIsLoggedOnce(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	o := open(t, logTo(slog.NewTextHandler(&written, nil)))
	o.draft(t)
	written.Reset()
	a := o.send(t, "GET", "/v1/change-requests/CR7", "")
	line := written.String()
	require.Equal(t, 1, strings.Count(line, "\n"), line)
	for _, want := range []string{
		"msg=request", "request_id=" + a.Header.Get("Request-Id"), "method=GET", "operation=getChangeRequest", "status=200",
		fmt.Sprintf("bytes=%d", len(a.Body)), "tenant=a", "actor=carl", "took=",
	} {
		require.Contains(t, line, want)
	}
	written.Reset()
	o.send(t, "GET", "/v1/nowhere", "")
	require.Contains(t, written.String(), "status=404")
}

func TestHeadersOfEveryReply(t *testing.T) {
	t.Parallel()
	o := open(t)
	seen := make(map[string]bool)
	for _, path := range []string{"/healthz", "/v1/journal", "/v1/nowhere", "/v1/change-requests?x=1", "/openapi.yaml"} {
		a := o.send(t, "GET", path, "")
		require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"), path)
		require.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.Equal(t, "private, no-cache", a.Header.Get("Cache-Control"), path)
		id := a.Header.Get("Request-Id")
		require.False(t, seen[id], "ids are unique")
		seen[id] = true
	}
}

// TestHead answers like GET on every path that has one.
func TestHead(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.draft(t)
	a := o.send(t, "HEAD", "/v1/change-requests/CR7", "")
	require.Equal(t, http.StatusOK, a.Status)
	require.Equal(t, `"1"`, a.Header.Get("ETag"))
	o.send(t, "HEAD", "/v1/change-requests/CR8", "").problem(t, http.StatusNotFound, "not-found")
}

func TestBaseMoved(t *testing.T) {
	t.Parallel()
	store := memory.New()
	head := "A"
	c := newClock()
	desk, err := coordination.NewDesk(coordination.Config{
		Store: store, Now: c.tick,
		Heads: func(_ context.Context, _ string, items []changereq.ItemID) (map[changereq.ItemID]string, error) {
			return map[changereq.ItemID]string{items[0]: head}, nil
		},
	})
	require.NoError(t, err)
	h, err := httpapi.New(httpapi.Config{Desk: desk, Store: store, Now: c.tick, Authenticator: httpapi.AuthenticatorFunc(authenticate)})
	require.NoError(t, err)
	o := &office{handler: h, store: store, desk: desk}
	o.draft(t)
	steps := []struct{ who, path, body string }{
		{"ann", "moves", `{"event":"submit"}`},
		{"carl", "moves", `{"event":"receive"}`},
		{"carl", "assessments", `{"relevance":{"verdict":"relevant"},"risk":{"summary":"-"},"benefit":{"summary":"-"},"cost":{"summary":"-"}}`},
		{"carl", "moves", `{"event":"admit"}`},
		{"carl", "briefs", `{"recommendation":"Approve."}`},
		{"carl", "moves", `{"event":"present"}`},
		{"pia", "decisions", `{"brief":1,"verdict":"approved"}`},
		{"carl", "moves", `{"event":"schedule","window":{"start":"2026-02-01T00:00:00Z","end":"2026-02-02T00:00:00Z"}}`},
	}
	for i, s := range steps {
		a := o.send(t, "POST", "/v1/change-requests/CR7/"+s.path, s.body, "Authorization", as(s.who), "If-Match", fmt.Sprintf(`"%d"`, i+1))
		require.Less(t, a.Status, 300, a.Body)
	}
	head = "B"
	a := o.send(t, "POST", "/v1/change-requests/CR7/moves", `{"event":"start"}`, "Authorization", as("ivan"), "If-Match", `"9"`)
	a.problem(t, http.StatusConflict, "base-moved")
	require.Contains(t, a.Body, `"ref":"SPEC-1"`)
}

// TestHoldAndWaiver goes beside the way: a hold, and a notice let go.
func TestHoldAndWaiver(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.draft(t)
	at := "/v1/change-requests/CR7"
	held := o.send(t, "PUT", at+"/hold", `{"reason":"Waiting."}`, "If-Match", `"1"`)
	require.Equal(t, http.StatusOK, held.Status, held.Body)
	o.send(t, "POST", at+"/moves", `{"event":"submit"}`, "Authorization", as("ann"), "If-Match", `"2"`).
		problem(t, http.StatusConflict, "refused")
	list := o.send(t, "GET", "/v1/change-requests?q=limit", "")
	require.Contains(t, list.Body, `"held":true`)
	require.Equal(t, http.StatusOK, o.send(t, "DELETE", at+"/hold", "", "If-Match", `"2"`).Status)
	o.send(t, "DELETE", at+"/hold", "", "If-Match", `"3"`).problem(t, http.StatusConflict, "refused")

	gone := o.send(t, "POST", at+"/moves", `{"event":"withdraw"}`, "Authorization", as("ann"), "If-Match", `"3"`)
	require.Equal(t, "Informing", gone.Fields["state"], gone.Body)
	owed := o.send(t, "GET", "/v1/obligations?recipient=bea&state=owed", "")
	items, _ := owed.Fields["items"].([]any)
	require.Len(t, items, 1)
	id := items[0].(map[string]any)["id"].(string)
	waived := o.send(t, "POST", "/v1/obligations/"+id+"/waiver", `{"reason":"She has left."}`, "If-Match", `"1"`)
	require.Equal(t, "waived", waived.Fields["state"], waived.Body)
	o.send(t, "POST", "/v1/obligations/"+id+"/dispute", `{"reason":"No."}`, "Authorization", as("bea"), "If-Match", `"2"`).
		problem(t, http.StatusConflict, "refused")
	read := o.send(t, "GET", "/v1/obligations/"+id, "")
	require.Equal(t, `"2"`, read.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/obligations/"+id, "", "If-None-Match", `W/"2"`).Status)
}

// TestAcrossTenants: what another office has is as unknown as what nobody has.
func TestAcrossTenants(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.draft(t)
	other := "b|carl|coordinator"
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/v1/change-requests/%s", ""},
		{"GET", "/v1/change-requests/%s?as_of=2030-01-01T00:00:00Z", ""},
		{"GET", "/v1/change-requests/%s/permissions", ""},
		{"PUT", "/v1/change-requests/%s/content", `{"title":"t"}`},
		{"PUT", "/v1/change-requests/%s/hold", `{"reason":"r"}`},
	} {
		o.unchanged(t, func() {
			known := o.send(t, c.method, fmt.Sprintf(c.path, "CR7"), c.body, "Authorization", other, "If-Match", `"1"`)
			unknown := o.send(t, c.method, fmt.Sprintf(c.path, "CR8"), c.body, "Authorization", other, "If-Match", `"1"`)
			known.problem(t, http.StatusNotFound, "not-found")
			delete(known.Fields, "instance")
			delete(unknown.Fields, "instance")
			require.Equal(t, unknown.Fields, known.Fields)
		})
	}
	mine := o.send(t, "POST", "/v1/change-requests", plain, "Authorization", other, "Idempotency-Key", "draft")
	require.Equal(t, http.StatusCreated, mine.Status, "the same id and key in another office: %s", mine.Body)
	require.Empty(t, mine.Header.Get("Idempotency-Replayed"))
}
