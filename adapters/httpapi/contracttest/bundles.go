package contracttest

import (
	"net/http"

	"pgregory.net/rapid"
)

// bundle makes a bundle of a request and gives it a drawn command. What is
// refused changes nothing, of the bundle and of the request.
func (m *machine) bundle(t *rapid.T) {
	r := m.complete(t)
	mode := rapid.SampledFrom([]string{"atomic", "memberwise"}).Draw(t, "mode")
	made := m.create("carl", "/v1/bundles", encode(map[string]any{"title": "together", "mode": mode, "members": []string{r.id}}))
	if !made.ok() {
		return
	}
	m.catchUp(r, "a bundle")
	at := "/v1/bundles/" + made.text("id")
	tag := made.header.Get("ETag")
	c := rapid.SampledFrom([]struct {
		who, path string
		body      map[string]any
	}{
		{"carl", "/moves", map[string]any{"event": "submit"}},
		{"carl", "/moves", map[string]any{"event": "receive", "reason": "why"}},
		{"pia", "/decisions", map[string]any{"verdict": "approved", "briefs": []any{map[string]any{"request": r.id, "brief": 1}}}},
		{"carl", "/removals", map[string]any{"request": r.id, "reason": "enough"}},
		{"ann", "/removals", map[string]any{"request": r.id, "reason": "enough"}},
		{"carl", "/members", map[string]any{"request": r.id}},
	}).Draw(t, "to the bundle")
	p := m.call(c.who, http.MethodPost, at+c.path, encode(c.body), "If-Match", tag)
	m.oneOf(p, c.path, http.StatusOK, http.StatusConflict)
	if !p.ok() {
		m.refused(p, c.path)
	}
	now := m.call("ann", http.MethodGet, at, nil)
	if !p.ok() && now.header.Get("ETag") != tag {
		t.Fatalf("%s was refused and yet moved the bundle", c.path)
	}
	m.catchUp(r, c.path)
}

// catchUp takes over what something else than a command did to a request.
func (m *machine) catchUp(r *request, what string) {
	m.news()
	m.note(r, m.call("carl", http.MethodGet, "/v1/change-requests/"+r.id, nil), what)
}
