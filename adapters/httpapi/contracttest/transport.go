package contracttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/coordkit/coordkit/adapters/httpapi"
)

// Reporter is what a Transport tells about a reply that breaks the contract; a
// testing.TB is one.
type Reporter interface {
	Helper()
	Errorf(format string, args ...any)
}

// Transport is an http.RoundTripper that answers from a handler in the same
// process and validates every reply against the contract. It is safe for
// concurrent use if the handler and the reporter are.
type Transport struct {
	handler  http.Handler
	report   Reporter
	contract *contract
}

// NewTransport returns a transport to a handler that httpapi.New made or that
// behaves like one.
func NewTransport(report Reporter, h http.Handler) *Transport {
	report.Helper()
	c, err := loaded()
	if err != nil {
		report.Errorf("contracttest: %v", err)
	}
	return &Transport{handler: h, report: report, contract: c}
}

// Client returns an http.Client over the transport that follows no redirect.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip serves the request and validates the reply.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.RequestURI = r.URL.RequestURI()
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	t.handler.ServeHTTP(rec, sent)
	reply := rec.Result()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return nil, fmt.Errorf("contracttest: read reply: %w", err)
	}
	if err := t.contract.check(r, reply, body); err != nil {
		t.report.Helper()
		t.report.Errorf("%s %s: reply %d breaks the contract: %v\n%s", r.Method, r.URL, reply.StatusCode, err, body)
	}
	reply.Body, reply.Request = io.NopCloser(bytes.NewReader(body)), r
	return reply, nil
}

// contract finds the operation of a request and checks replies.
type contract struct {
	spec   *openapi3.T
	mux    *http.ServeMux
	routes map[string]*routers.Route
}

// loaded is the contract, read once: nothing changes it.
var loaded = sync.OnceValues(loadContract) //nolint:gochecknoglobals // a constant in spirit

func loadContract() (*contract, error) {
	spec, err := openapi3.NewLoader().LoadFromData(httpapi.Contract())
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	spec.Servers = nil
	c := &contract{spec: spec, mux: http.NewServeMux(), routes: make(map[string]*routers.Route)}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			pattern := method + " " + path
			c.mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
			c.routes[pattern] = &routers.Route{Spec: spec, Path: path, PathItem: item, Method: method, Operation: op}
		}
	}
	return c, nil
}

// check validates a reply: as the contract describes it for the operation, or as
// a problem where there is no operation.
func (c *contract) check(r *http.Request, reply *http.Response, body []byte) error {
	if id := reply.Header.Get("Request-Id"); id == "" {
		return fmt.Errorf("%w: no Request-Id", errReply)
	}
	_, pattern := c.mux.Handler(r)
	route := c.routes[pattern]
	if route == nil {
		return c.checkProblem(reply, body)
	}
	if r.Method == http.MethodHead {
		return nil // has no body to check
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Route: route},
		Status:                 reply.StatusCode, Header: reply.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if kind := reply.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/") { // a page, which has no schema to hold it against
		described := route.Operation.Responses.Status(reply.StatusCode)
		if described == nil || described.Value.Content.Get(kind) == nil {
			return fmt.Errorf("%w: a page of type %q", errReply, kind)
		}
		input.Options.ExcludeResponseBody = true
	}
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.WithoutCancel(r.Context()), input); err != nil {
		return fmt.Errorf("%w: %w", errReply, err)
	}
	if reply.StatusCode >= http.StatusBadRequest {
		return c.checkProblem(reply, body)
	}
	return nil
}

func (c *contract) checkProblem(reply *http.Response, body []byte) error {
	if kind := reply.Header.Get("Content-Type"); kind != "application/problem+json" {
		return fmt.Errorf("%w: an error of type %q", errReply, kind)
	}
	problem, err := decode(body)
	if err != nil {
		return err
	}
	if err := c.spec.Components.Schemas["Problem"].Value.VisitJSON(problem); err != nil {
		return fmt.Errorf("%w: %w", errReply, err)
	}
	fields, _ := problem.(map[string]any)
	switch {
	case fmt.Sprint(fields["status"]) != strconv.Itoa(reply.StatusCode):
		return fmt.Errorf("%w: problem says status %v", errReply, fields["status"])
	case fields["instance"] != reply.Header.Get("Request-Id"):
		return fmt.Errorf("%w: instance is not the Request-Id", errReply)
	case !strings.HasSuffix(fmt.Sprint(fields["type"]), "#"+fmt.Sprint(fields["code"])):
		return fmt.Errorf("%w: type does not lead to the code", errReply)
	}
	return nil
}
