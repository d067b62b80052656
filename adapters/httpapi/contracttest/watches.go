package contracttest

import (
	"net/http"

	"pgregory.net/rapid"
)

// watch lets the office look at itself: an analysis of its journal, a measure, an
// engagement and what somebody saw. What is refused changes nothing.
func (m *machine) watch(t *rapid.T) {
	room := rapid.SampledFrom([]string{"", "changereq", "nowhere"}).Draw(t, "room")
	made := m.create("carl", "/v1/analyses", encode(map[string]any{"title": "the office", "source": map[string]any{"room": room}}))
	if made.ok() {
		part := rapid.SampledFrom([]string{"", "/figures", "/waits", "/pictures", "/brief"}).Draw(t, "part")
		m.oneOf(m.call("ann", http.MethodGet, "/v1/analyses/"+made.text("id")+part, nil), part, http.StatusOK)
	}
	agreed := rapid.SampledFrom([]map[string]any{
		{"lifecycle": "normal"},
		{"tree": map[string]any{"seq": []any{map[string]any{"do": "opened"}, map[string]any{"and": []any{map[string]any{"do": "moved"}, map[string]any{"skip": true}}}}}},
		{"tree": map[string]any{"do": "opened", "skip": true}},
		{"rules": []any{map[string]any{"rule": "response", "a": "opened", "b": "moved"}}},
		{},
	}).Draw(t, "agreed")
	held := m.call("carl", http.MethodPost, "/v1/conformance", encode(map[string]any{"source": map[string]any{"room": "changereq"}, "agreed": agreed}))
	m.oneOf(held, "conformance", http.StatusOK, http.StatusUnprocessableEntity)
	m.refused(held, "conformance")

	id := m.key()
	formula := rapid.SampledFrom([]string{"mean-duration", "throughput", "on-time", "mean-waiting"}).Draw(t, "formula")
	measure := m.create("carl", "/v1/measures", encode(map[string]any{"id": id, "measure": map[string]any{"formula": formula, "lower": true}}))
	if measure.ok() && made.ok() {
		m.redefine(t, "/v1/measures/"+id, measure.header.Get("ETag"))
		m.engage(t, id, made.text("at"))
	}
	m.create("ann", "/v1/observations", encode(map[string]any{
		"method": "work-sampling", "window": map[string]any{"from": "2026-01-05T09:00:00Z", "to": "2026-01-05T10:00:00Z"},
		"places": []string{"desk"}, "looks": []any{map[string]any{"at": "2026-01-05T09:30:00Z", "place": rapid.SampledFrom([]string{"desk", "door"}).Draw(t, "place"), "seen": "busy"}},
	}))
}

// redefine gives a measure another version, by a tag that may be stale.
func (m *machine) redefine(t *rapid.T, at, tag string) {
	given := rapid.SampledFrom([]string{tag, `"99"`, "W/" + tag}).Draw(t, "tag of the measure")
	p := m.call("carl", http.MethodPut, at, encode(map[string]any{"formula": "mean-duration"}), "If-Match", given)
	m.oneOf(p, "a new version", http.StatusOK, http.StatusPreconditionFailed)
	if p.ok() != (given == tag) {
		t.Fatalf("a new version by %s of %s was answered %d", given, tag, p.status)
	}
	if p.ok() {
		m.news()
		return
	}
	m.refused(p, "a stale version")
}

// engage begins an engagement, as of now, on the office's own journal and steers
// it.
func (m *machine) engage(t *rapid.T, measure, now string) {
	window := func(to string) map[string]any {
		return map[string]any{"source": map[string]any{"room": "changereq"}, "window": map[string]any{"from": "2000-01-01T00:00:00Z", "to": to}}
	}
	made := m.create("carl", "/v1/engagements", encode(map[string]any{
		"aspect": "requests take long", "measure": measure, "version": 1, "goal": -1, "in_a_row": 1, "min_cases": 1, "end": "9000-01-01T00:00:00Z",
		"watch_until": "9001-01-01T00:00:00Z", "relapse": 0, "relapse_in_a_row": 1, "baseline": window(now),
	}))
	if !made.ok() {
		return
	}
	at, tag := "/v1/engagements/"+made.text("id"), made.header.Get("ETag")
	c := rapid.SampledFrom([]struct {
		path string
		body map[string]any
	}{
		{"/readings", window("2001-01-01T00:00:00Z")}, {"/withdrawal", map[string]any{"reason": "enough"}}, {"/refresh", nil},
	}).Draw(t, "to the engagement")
	var body []byte
	if c.body != nil {
		body = encode(c.body)
	}
	p := m.call("carl", http.MethodPost, at+c.path, body, "If-Match", tag)
	m.oneOf(p, c.path, http.StatusOK, http.StatusConflict)
	if !p.ok() {
		m.refused(p, c.path)
	}
	m.news()
	after := m.call("ann", http.MethodGet, at, nil)
	if p.ok() && after.header.Get("ETag") != p.header.Get("ETag") || !p.ok() && after.header.Get("ETag") != tag {
		t.Fatalf("%s was answered %d with %s; the engagement is at %s", c.path, p.status, p.header.Get("ETag"), after.header.Get("ETag"))
	}
}
