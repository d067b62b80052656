package contracttest

import (
	"net/http"

	"pgregory.net/rapid"
)

// spoilBody sends a body with one thing wrong.
func (m *machine) spoilBody(t *rapid.T) {
	r := m.pick(t)
	c := rapid.SampledFrom(m.commands).Draw(t, "command")
	if c.schema == nil {
		p := m.call("carl", c.method, r.at(c), []byte(`{"x":"`+marker+`"}`), "If-Match", r.tag())
		m.oneOf(p, "a body where there is none", http.StatusBadRequest)
		m.note(r, p, "a body where there is none")
		return
	}
	drawn, _ := draw(t, "body", c.schema).(map[string]any)
	s := spoil(t, c.schema, drawn)
	p := m.call("carl", c.method, r.at(c), s.body, "If-Match", r.tag())
	m.oneOf(p, c.id+" with "+s.how, http.StatusBadRequest)
	m.note(r, p, c.id+" with "+s.how)
}

// spoilRest sends a request with something wrong beside the body.
func (m *machine) spoilRest(t *rapid.T) {
	r := m.pick(t)
	at := "/v1/change-requests/" + r.id
	amend := encode(plainContent())
	type wrong struct {
		how, method, path string
		body              []byte
		header            []string
		status            int
	}
	w := rapid.SampledFrom([]wrong{
		{"an unknown query parameter", http.MethodGet, at + "?x-unknown=" + marker, nil, nil, http.StatusBadRequest},
		{"a query parameter twice", http.MethodGet, "/v1/change-requests?state=" + marker + "&state=b", nil, nil, http.StatusBadRequest},
		{"a query that is no UTF-8", http.MethodGet, "/v1/change-requests?q=" + marker + "%ff", nil, nil, http.StatusBadRequest},
		{"a query with NUL", http.MethodGet, "/v1/change-requests?q=" + marker + "%00", nil, nil, http.StatusBadRequest},
		{"a query that does not parse", http.MethodGet, "/v1/change-requests?q=%zz" + marker, nil, nil, http.StatusBadRequest},
		{"a page size that is no number", http.MethodGet, "/v1/change-requests?page_size=" + marker, nil, nil, http.StatusBadRequest},
		{"a negative page size", http.MethodGet, "/v1/change-requests?page_size=-1", nil, nil, http.StatusBadRequest},
		{"a page token of nowhere", http.MethodGet, "/v1/change-requests?page_token=" + marker, nil, nil, http.StatusBadRequest},
		{"an id that is none", http.MethodGet, "/v1/change-requests/%00" + marker, nil, nil, http.StatusBadRequest},
		{"an unknown id", http.MethodGet, "/v1/change-requests/nobody", nil, nil, http.StatusNotFound},
		{"an unknown path", http.MethodGet, "/v1/" + marker, nil, nil, http.StatusNotFound},
		{"a path that climbs", http.MethodGet, "/v1/../" + marker, nil, nil, http.StatusNotFound},
		{"another method", http.MethodPatch, at, nil, nil, http.StatusMethodNotAllowed},
		{"no If-Match", http.MethodPut, at + "/content", amend, nil, http.StatusPreconditionRequired},
		{"If-Match of all", http.MethodPut, at + "/content", amend, []string{"If-Match", "*"}, http.StatusBadRequest},
		{"another media type", http.MethodPut, at + "/content", amend, []string{"If-Match", r.tag(), "Content-Type", "text/plain"}, http.StatusUnsupportedMediaType},
		{"an encoded body", http.MethodPut, at + "/content", amend, []string{"If-Match", r.tag(), "Content-Encoding", "gzip"}, http.StatusUnsupportedMediaType},
		{"no Idempotency-Key", http.MethodPost, "/v1/change-requests", encode(map[string]any{"content": plainContent()}), nil, http.StatusBadRequest},
	}).Draw(t, "wrong")
	p := m.call("carl", w.method, w.path, w.body, w.header...)
	m.oneOf(p, w.how, w.status)
	m.note(r, p, w.how)
}
