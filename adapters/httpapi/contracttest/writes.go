package contracttest

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"pgregory.net/rapid"
)

// open opens a request with a drawn body, which may be refused for its meaning
// but never for its shape.
func (m *machine) open(t *rapid.T) {
	body := m.drawBody(t, "OpenInput")
	delete(body, "lifecycle")
	p := m.create("ann", "/v1/change-requests", encode(body))
	if p.ok() {
		m.learn(t, p)
	}
}

// learn takes over a request that was opened.
func (m *machine) learn(t *rapid.T, p reply) {
	id := p.text("id")
	if m.known[id] != nil {
		t.Fatalf("%s was opened twice", id)
	}
	m.known[id] = &request{id: id, tags: []string{p.header.Get("ETag")}, state: p.text("state")}
	m.order = append(m.order, id)
}

func (m *machine) file(t *rapid.T) {
	p := m.create("carl", "/v1/records", encode(m.drawBody(t, "FileInput")))
	if p.ok() {
		m.records = append(m.records, p.text("id"))
	}
}

func (m *machine) refer(t *rapid.T) {
	if len(m.records) == 0 {
		m.file(t)
	}
	if len(m.records) == 0 {
		t.Skip("nothing was filed")
	}
	path := "/v1/records/" + rapid.SampledFrom(m.records).Draw(t, "record") + "/references"
	m.create("carl", path, encode(m.drawBody(t, "ReferenceInput")))
}

// create posts a body under a new key and keeps what was answered.
func (m *machine) create(who, path string, body []byte) reply {
	c := create{path: path, key: m.key(), who: who, body: body}
	p := m.call(who, http.MethodPost, path, body, "Idempotency-Key", c.key)
	m.oneOf(p, "create at "+path, http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
	if !p.ok() {
		m.refused(p, "create at "+path)
		return p
	}
	m.news()
	c.reply = p.body
	m.creates = append(m.creates, c)
	return p
}

// replay repeats a create: the same reply and nothing new; another body under
// the key is refused.
func (m *machine) replay(t *rapid.T) {
	if len(m.creates) == 0 {
		m.open(t)
	}
	if len(m.creates) == 0 {
		t.Skip("nothing was created")
	}
	c := rapid.SampledFrom(m.creates).Draw(t, "create")
	p := m.call(c.who, http.MethodPost, c.path, c.body, "Idempotency-Key", c.key)
	if !p.ok() || !bytes.Equal(p.body, c.reply) || p.header.Get("Idempotency-Replayed") != "true" {
		t.Fatalf("the same key and body at %s: %d %v\n%s\nfirst it was\n%s", c.path, p.status, p.header, p.body, c.reply)
	}
	m.refused(p, "a repeated create")
	other := m.call(c.who, http.MethodPost, c.path, append(bytes.Clone(c.body), ' '), "Idempotency-Key", c.key)
	m.oneOf(other, "the same key with another body", http.StatusUnprocessableEntity)
	m.refused(other, "the same key with another body")
}

// command gives a drawn command with a drawn body.
func (m *machine) command(t *rapid.T) {
	r := m.pick(t)
	c := rapid.SampledFrom(m.commands).Draw(t, "command")
	who := rapid.SampledFrom(everybody()).Draw(t, "who")
	var body []byte
	if c.schema != nil {
		drawn, _ := draw(t, "body", c.schema).(map[string]any)
		body = encode(drawn)
	}
	p := m.call(who, c.method, r.at(c), body, "If-Match", r.tag())
	m.oneOf(p, c.id, http.StatusOK, http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
	m.note(r, p, c.id)
}

// at is the path of a command about the request, and about the newest of its
// votes, delegations and overrides.
func (r *request) at(c command) string {
	path := strings.ReplaceAll(c.path, "{id}", r.id)
	for _, part := range parts() {
		path = strings.ReplaceAll(path, "{"+part+"}", r.latest(part))
	}
	return path
}

// parts are the things of a request that commands name by an id.
func parts() []string { return []string{"vote", "delegation", "override"} }

// stale gives a command that would do, with every kind of tag that is not
// current: each would be drawn too seldom.
func (m *machine) stale(t *rapid.T) {
	r := m.pick(t)
	tags := []string{`"999999"`, `"0"`, `"-1"`, `"x"`, `"01"`, "W/" + r.tag()}
	if old := r.tags[:len(r.tags)-1]; len(old) > 0 {
		tags = append(tags, rapid.SampledFrom(old).Draw(t, "tag"))
	}
	content := plainContent()
	content["title"] = "amended"
	for _, tag := range tags {
		p := m.call("carl", http.MethodPut, "/v1/change-requests/"+r.id+"/content", encode(content), "If-Match", tag)
		m.oneOf(p, "the stale tag "+tag, http.StatusPreconditionFailed)
		m.note(r, p, "the stale tag "+tag)
	}
}

// advance takes some steps of the normal way, so that the walk gets somewhere.
// Which of the possible steps, and in which order, is drawn: many are refused.
func (m *machine) advance(t *rapid.T) {
	r := m.complete(t)
	for range rapid.IntRange(1, 2*maxDrawn).Draw(t, "steps") {
		s := rapid.SampledFrom(steps(r)).Draw(t, "step")
		if s.path == "dispatch" {
			m.dispatch(r)
			continue
		}
		p := m.call(s.who, http.MethodPost, "/v1/change-requests/"+r.id+"/"+s.path, []byte(s.body), "If-Match", r.tag())
		m.oneOf(p, s.path, http.StatusOK, http.StatusCreated, http.StatusConflict)
		m.note(r, p, s.path)
	}
}

// complete draws a request that can be submitted, opening the first.
func (m *machine) complete(t *rapid.T) *request {
	if len(m.ready) == 0 {
		p := m.create("ann", "/v1/change-requests", encode(map[string]any{"content": plainContent()}))
		if !p.ok() {
			t.Fatalf("a plain request was refused: %d\n%s", p.status, p.body)
		}
		m.learn(t, p)
		m.ready = append(m.ready, m.order[len(m.order)-1])
	}
	return m.known[rapid.SampledFrom(m.ready).Draw(t, "request")]
}

// dispatch tells whoever the request owes a notice.
func (m *machine) dispatch(r *request) {
	p := m.call("carl", http.MethodGet, "/v1/obligations?state=owed&page_size=500", nil)
	for _, o := range m.items(p) {
		if !strings.HasPrefix(fmt.Sprint(o["about"]), "changereq:"+r.id+"#") {
			continue
		}
		tag := fmt.Sprintf(`"%d"`, number(o["rev"]))
		done := m.call("carl", http.MethodPost, "/v1/obligations/"+fmt.Sprint(o["id"])+"/dispatch", []byte(`{"evidence":"mail"}`), "If-Match", tag)
		m.oneOf(done, "dispatch", http.StatusOK)
	}
	m.news()
	now := m.call("carl", http.MethodGet, "/v1/change-requests/"+r.id, nil)
	m.note(r, now, "dispatch")
}

// latest is the id of the newest vote, delegation or override of the request.
func (r *request) latest(part string) string {
	if id := r.newest[part]; id != "" {
		return id
	}
	return "1"
}

type step struct{ who, path, body string }

// steps are steps that may be next on the normal way.
func steps(r *request) []step {
	move := func(who, event string) step {
		return step{who, "moves", fmt.Sprintf(`{"event":%q,"reason":"why"}`, event)}
	}
	switch r.state {
	case "Draft":
		return []step{move("ann", "submit")}
	case "Submitted":
		return []step{move("carl", "receive")}
	case "Triage":
		return []step{{"carl", "assessments", `{"relevance":{"verdict":"relevant"}}`}, move("carl", "admit")}
	case "Assessing":
		return []step{
			{"carl", "assessments", `{"risk":{"summary":"none"},"benefit":{"summary":"some"},"cost":{"summary":"none"}}`},
			{"carl", "briefs", `{"recommendation":"do it"}`},
			move("carl", "present"),
		}
	case "ForDecision":
		return []step{
			{"pia", "votes", fmt.Sprintf(`{"brief":%d,"kind":"approve"}`, max(r.brief, 1))},
			{"pia", "votes/" + r.latest("vote") + "/revocation", ""},
			{"pia", "delegations", `{"to":"vera","start":"2020-01-01T00:00:00Z","end":"2100-01-01T00:00:00Z","reason":"away"}`},
			{"vera", "votes", fmt.Sprintf(`{"brief":%d,"kind":"request-changes","comment":"why","for":"pia"}`, max(r.brief, 1))},
			{"carl", "votes/" + r.latest("vote") + "/dismissal", `{"reason":"answered"}`},
			{"pia", "decisions", fmt.Sprintf(`{"brief":%d,"verdict":"approved"}`, max(r.brief, 1))},
			{"pia", "decisions", fmt.Sprintf(`{"brief":%d,"verdict":"rejected","reason":"obsolete"}`, max(r.brief, 1))},
		}
	case "Approved":
		return []step{{"carl", "moves", `{"event":"schedule","window":{"start":"2026-02-01T00:00:00Z","end":"2026-02-02T00:00:00Z"}}`}}
	case "Scheduled":
		return []step{move("ivan", "start"), move("carl", "replan")}
	case "Implementing":
		return []step{
			{"ivan", "results", fmt.Sprintf(`{"item":"SPEC-1","revision":"B","predecessor":"A","released":true,"cites":[%q]}`, r.id)},
			move("ivan", "finish"),
		}
	case "Verifying":
		return []step{
			{"vera", "verifications", `{"item":"SPEC-1"}`},
			{"carl", "reviews", `{"verdict":"successful","text":"fine"}`},
			{"carl", "dispatch", ""},
			move("carl", "close"),
		}
	}
	return []step{{"carl", "dispatch", ""}, move("carl", "reopen")}
}

func (m *machine) drawBody(t *rapid.T, schema string) map[string]any {
	body, _ := draw(t, schema, m.contract.spec.Components.Schemas[schema].Value).(map[string]any)
	return body
}

func plainContent() map[string]any {
	return map[string]any{
		"title": "Raise the limit", "description": "It is too low.", "justification": "Complaints.",
		"affected": []any{map[string]any{"item": "SPEC-1", "action": "modify", "base": "A", "owner": "bea"}},
	}
}
