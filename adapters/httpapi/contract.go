package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// contract stands between the generated routes and http.ServeMux: each
// operation is looked up once, when it is registered, and every request is held
// against it before the generated code sees it.
type contract struct {
	api     *api
	mux     *http.ServeMux
	spec    *openapi3.T
	options *openapi3filter.Options
	unread  *openapi3filter.Options // of operations whose body is a stream
	err     error                   // of the first registration that failed
}

// operation is what the check needs of one operation.
type operation struct {
	id      string
	secured bool
	path    []string        // names of the path parameters
	query   map[string]bool // names of the query parameters
	ifMatch bool
	body    bool
	stream  bool // the body is bytes, which the operation reads itself
	file    bool // the body is a file that is read whole and not looked into here
	limit   int64
	route   routers.Route
}

// loaded is the contract as requests are held against it, read once: nothing
// changes it afterwards.
var loaded = sync.OnceValues(loadContract) //nolint:gochecknoglobals // a constant in spirit

func loadContract() (*openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromData(contractFile)
	if err != nil {
		return nil, fmt.Errorf("httpapi: contract: %w", err)
	}
	spec.Servers = nil // the mount point is the embedder's
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			closeObjects(bodySchema(op))
		}
	}
	return spec, nil
}

// bodySchema is the schema of the JSON that an operation takes; nil if it takes none.
func bodySchema(op *openapi3.Operation) *openapi3.SchemaRef {
	if op.RequestBody == nil {
		return nil
	}
	kind := op.RequestBody.Value.Content["application/json"]
	if kind == nil {
		return nil
	}
	return kind.Schema
}

// isBulk reports whether a body brings a plan or a list.
func isBulk(ref string) bool {
	switch strings.TrimPrefix(ref, "#/components/schemas/") {
	case "PlanInput", "PlanRevisionInput", "ProgressInput", "ProposalInput", "AcceptanceInput", "SupplyTermsInput", "StaffTermsInput",
		"StockItemListInput", "PersonListInput", "StockCountInput", "AttendanceListInput":
		return true
	}
	return false
}

func newContract(a *api, spec *openapi3.T) *contract {
	options := openapi3filter.Options{
		MultiError: true, SkipSettingDefaults: true, KeepValidatedValue: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // the check has asked before
		SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(validTime)),
			openapi3.WithStringFormatValidator("byte", openapi3.NewCallbackValidator(validBase64)),
		},
	}
	unread := options
	unread.ExcludeRequestBody = true
	return &contract{api: a, mux: http.NewServeMux(), spec: spec, options: &options, unread: &unread}
}

// ServeHTTP hands the request to the multiplexer.
func (c *contract) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// HandleFunc registers a generated route behind its check.
func (c *contract) HandleFunc(pattern string, next func(http.ResponseWriter, *http.Request)) {
	op, err := c.operation(pattern)
	if err != nil {
		c.err = errors.Join(c.err, err)
		return
	}
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		at := callOf(r.Context())
		at.op = op
		if err := c.admit(w, r, at); err != nil {
			c.api.fail(w, r, err)
			return
		}
		next(w, r)
	})
}

func (c *contract) operation(pattern string) (*operation, error) {
	method, route, _ := strings.Cut(pattern, " ")
	item := c.spec.Paths.Value(route)
	if item == nil || item.GetOperation(method) == nil {
		return nil, fmt.Errorf("%w: the contract has no operation %q", ErrConfig, pattern)
	}
	def := item.GetOperation(method)
	op := &operation{
		id: def.OperationID, secured: len(c.spec.Security) > 0, query: make(map[string]bool), limit: c.api.cfg.Limits.Body,
		route: routers.Route{Spec: c.spec, Path: route, PathItem: item, Method: method, Operation: def},
	}
	if def.Security != nil {
		op.secured = len(*def.Security) > 0
	}
	for _, ref := range append(append(openapi3.Parameters{}, item.Parameters...), def.Parameters...) {
		switch p := ref.Value; p.In {
		case openapi3.ParameterInPath:
			op.path = append(op.path, p.Name)
		case openapi3.ParameterInQuery:
			op.query[p.Name] = true
		case openapi3.ParameterInHeader:
			op.ifMatch = op.ifMatch || p.Name == "If-Match"
		}
	}
	op.body = def.RequestBody != nil
	switch schema := bodySchema(def); {
	case op.id == "importPlan" || op.id == "importTable":
		op.file, op.limit = true, c.api.cfg.Limits.Bulk
	case op.body && schema == nil:
		op.stream, op.limit = true, c.api.cfg.Limits.Upload
	case op.body && isBulk(schema.Ref):
		op.limit = c.api.cfg.Limits.Bulk
	case op.body && schema.Ref == "#/components/schemas/FileInput":
		op.limit = c.api.cfg.Limits.Filing
	}
	return op, nil
}

// closeObjects forbids members that a schema does not name, on our copy of the
// contract: the published one stays open, so that it can grow.
func closeObjects(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value.AdditionalProperties.Has != nil {
		return
	}
	if members := ref.Value.AdditionalProperties.Schema; members != nil {
		closeObjects(members) // a map: any name, each with such a value
		return
	}
	if schema := ref.Value; schema.Type.Is(openapi3.TypeObject) {
		closed := false
		schema.AdditionalProperties.Has = &closed
		for _, property := range schema.Properties {
			closeObjects(property)
		}
	}
	closeObjects(ref.Value.Items)
}

// admit holds a request against its operation: who calls, parameters, body,
// and whether the caller may.
func (c *contract) admit(w http.ResponseWriter, r *http.Request, at *call) error {
	op := at.op
	if op.secured {
		var err error
		if at.principal, err = c.api.authenticate(r); err != nil {
			return err
		}
	}
	at.matched = op.ifMatch && r.Header.Get("If-Match") != ""
	query, err := op.parseQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	var body io.ReadCloser
	options := c.options
	if op.stream || op.file {
		options = c.unread
	}
	if op.stream {
		body, err = c.api.limitStream(w, r, op.limit)
		r.Body = http.NoBody // the validation would read all of it into memory
	} else {
		err = c.readBody(w, r, at)
	}
	if err != nil {
		return err
	}
	params := make(map[string]string, len(op.path))
	for _, name := range op.path {
		params[name] = r.PathValue(name)
	}
	if err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, QueryParams: query, Route: &op.route, Options: options,
	}); err != nil {
		return violation(err)
	}
	if op.stream {
		r.Body = body
	}
	if err := c.api.authorize(r, at); err != nil {
		return err
	}
	return c.api.show(r, at)
}

// parseQuery refuses what url.Values would swallow: unknown and repeated names,
// text that is no UTF-8, and what does not parse at all.
func (op *operation) parseQuery(raw string) (url.Values, error) {
	if raw == "" {
		return url.Values{}, nil
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, malformed(Fault{In: new("query"), Code: codeSyntax})
	}
	var faults []Fault
	for _, name := range sortedKeys(query) {
		if code := op.queryFault(name, query[name]); code != "" {
			faults = append(faults, Fault{In: new("query"), Name: new(shortened(name)), Code: code})
		}
	}
	if len(faults) > 0 {
		return nil, malformed(faults...)
	}
	return query, nil
}

// queryFault is the code of what is wrong with a query parameter, or empty.
func (op *operation) queryFault(name string, values []string) string {
	switch {
	case !op.query[name]:
		return codeUnknown
	case len(values) > 1:
		return codeDuplicate
	case !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
		return codeEncoding
	}
	return ""
}

// readBody reads and walks the body of an operation that has one, and refuses
// any where there should be none.
func (c *contract) readBody(w http.ResponseWriter, r *http.Request, at *call) error {
	if !at.op.body {
		if r.ContentLength == 0 {
			return nil
		}
		if n, _ := io.ReadFull(r.Body, make([]byte, 1)); n > 0 {
			return malformed(Fault{Pointer: new(""), Code: codeNotAllowed})
		}
		return nil
	}
	want := "application/json"
	if at.op.file {
		want = "application/octet-stream"
	}
	if !isKind(r.Header, want) {
		return errMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, at.op.limit))
	if err != nil {
		return unreadable(err)
	}
	if !at.op.file {
		if fault := checkJSON(body); fault != nil {
			return malformed(*fault)
		}
	}
	at.body = body
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	return nil
}

// unreadable says why a body could not be read.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return errTooLarge
	}
	return malformed(Fault{Pointer: new(""), Code: codeSyntax})
}

// isKind reports whether the body is plainly of a media type, text of it in UTF-8.
func isKind(h http.Header, want string) bool {
	if len(h["Content-Type"]) != 1 || len(h["Content-Encoding"]) > 0 {
		return false
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, given := params["charset"]
	return err == nil && kind == want && (!given || strings.EqualFold(charset, "utf-8"))
}

// validTime reports what encoding/json could not read back or the office could
// not write again.
func validTime(s string) error {
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return errFormat
	}
	if year := t.UTC().Year(); year < 1 || year > 9999 {
		return errFormat
	}
	return nil
}

// validBase64 checks the alphabet and the length; decoding checks the rest.
func validBase64(s string) error {
	if len(s)%4 != 0 {
		return errFormat
	}
	digits := strings.TrimRight(s, "=")
	if len(s)-len(digits) > 2 {
		return errFormat
	}
	for i := range len(digits) {
		b := digits[i]
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '+' && b != '/' {
			return errFormat
		}
	}
	return nil
}
