package contracttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// machine is the model: what the calls so far must have left in the office of
// the first tenant.
type machine struct {
	contract *contract
	commands []command
	cfg      Config
	handler  http.Handler

	t        *rapid.T // of the action that runs
	known    map[string]*request
	order    []string // ids of known, as they were opened
	ready    []string // ids of those that can be submitted
	records  []string
	creates  []create
	position int64 // of the journal
	keys     int
}

// request is what the model knows of a change request.
type request struct {
	id    string
	tags  []string // every ETag it had, the current one last
	state string
	brief int

	newest map[string]string // ids of the newest vote, delegation and override
}

func (r *request) tag() string { return r.tags[len(r.tags)-1] }

// create is a call that created something, to be repeated.
type create struct {
	path, key, who string
	body, reply    []byte
}

// reporter stops the action at a reply that breaks the contract.
type reporter struct{ t *rapid.T }

func (r reporter) Helper() { r.t.Helper() }

func (r reporter) Errorf(format string, args ...any) { r.t.Helper(); r.t.Fatalf(format, args...) }

func (m *machine) on(action func(*rapid.T)) func(*rapid.T) {
	return func(t *rapid.T) {
		m.t = t
		action(t)
	}
}

// reply is an answer, its body decoded where it is JSON.
type reply struct {
	status int
	header http.Header
	body   []byte
	fields map[string]any
}

func (p reply) text(name string) string {
	s, _ := p.fields[name].(string)
	return s
}

func (p reply) ok() bool { return p.status < http.StatusBadRequest }

// call sends a request of an actor and checks what holds for every reply.
func (m *machine) call(who, method, path string, body []byte, header ...string) reply {
	return m.callAs(caller(m.cfg.Tenants[0], who), method, path, body, header...)
}

func (m *machine) callAs(who Caller, method, path string, body []byte, header ...string) reply {
	r, err := http.NewRequestWithContext(context.Background(), method, "http://desk"+path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatalf("contracttest: %v", err)
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	m.cfg.Sign(r, who)
	return m.send(r)
}

func (m *machine) send(r *http.Request) reply {
	transport := &Transport{handler: m.handler, report: reporter{m.t}, contract: m.contract}
	res, err := transport.RoundTrip(r)
	if err != nil {
		m.t.Fatalf("contracttest: %v", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		m.t.Fatalf("contracttest: %v", err)
	}
	out := reply{status: res.StatusCode, header: res.Header, body: body}
	if strings.HasSuffix(res.Header.Get("Content-Type"), "json") && len(body) > 0 {
		v, _ := decode(body)
		out.fields, _ = v.(map[string]any)
	}
	if out.status >= http.StatusInternalServerError {
		m.t.Fatalf("%s %s: %d\n%s", r.Method, r.URL, out.status, body)
	}
	return out
}

// news counts the journal entries since the last look.
func (m *machine) news() int {
	count := 0
	for {
		page := m.call("carl", http.MethodGet, fmt.Sprintf("/v1/journal?after=%d&limit=1000", m.position), nil)
		items := m.items(page)
		count += len(items)
		next := number(page.fields["next"])
		if len(items) == 0 {
			return count
		}
		m.position = next
	}
}

// refused checks that a call with that answer has changed nothing.
func (m *machine) refused(p reply, what string) {
	if n := m.news(); n > 0 {
		m.t.Fatalf("%s was answered %d and yet wrote %d journal entries\n%s", what, p.status, n, p.body)
	}
	if bytes.Contains(p.body, []byte(marker)) {
		m.t.Fatalf("%s: the reply repeats what was sent\n%s", what, p.body)
	}
}

// oneOf fails unless the status is one of those.
func (m *machine) oneOf(p reply, what string, statuses ...int) {
	if !slices.Contains(statuses, p.status) {
		m.t.Fatalf("%s: status %d, want one of %v\n%s", what, p.status, statuses, p.body)
	}
}

// note takes over what a reply says about a request, or checks that a refusal
// left it alone.
func (m *machine) note(r *request, p reply, what string) {
	if !p.ok() {
		m.refused(p, what)
		if again := m.call("carl", http.MethodGet, "/v1/change-requests/"+r.id, nil); again.header.Get("ETag") != r.tag() {
			m.t.Fatalf("%s was answered %d and yet moved %s from %s to %s", what, p.status, r.id, r.tag(), again.header.Get("ETag"))
		}
		return
	}
	m.news()
	if p.text("id") != r.id {
		return // an answer that is not the request, such as what a check found
	}
	if tag := p.header.Get("ETag"); tag != r.tag() {
		r.tags = append(r.tags, tag)
	}
	r.state = p.text("state")
	for _, part := range parts() {
		if list, ok := p.fields[part+"s"].([]any); ok && len(list) > 0 {
			last, _ := list[len(list)-1].(map[string]any)
			if r.newest == nil {
				r.newest = make(map[string]string)
			}
			r.newest[part] = fmt.Sprint(last["id"])
		}
	}
	if brief, ok := p.fields["brief"].(map[string]any); ok {
		r.brief = int(number(brief["number"]))
	}
}

func (m *machine) items(p reply) []map[string]any {
	list, _ := p.fields["items"].([]any)
	out := make([]map[string]any, len(list))
	for i, v := range list {
		out[i], _ = v.(map[string]any)
	}
	return out
}

// pick draws one of the known requests, opening the first if there is none.
func (m *machine) pick(t *rapid.T) *request {
	if len(m.order) == 0 {
		m.open(t)
	}
	if len(m.order) == 0 {
		t.Skip("nothing was opened")
	}
	return m.known[rapid.SampledFrom(m.order).Draw(t, "request")]
}

func (m *machine) key() string {
	m.keys++
	return fmt.Sprintf("key-%d", m.keys)
}

// caller gives an actor the roles that the normal lifecycle asks for.
func caller(tenant, who string) Caller {
	c := Caller{Tenant: tenant, Actor: who}
	switch who {
	case "carl":
		c.Roles = []string{"coordinator"}
	case "pia":
		c.Roles = []string{"product-manager"}
	case "ivan":
		c.Roles = []string{"implementer"}
	case "vera":
		c.Roles = []string{"verifier", "coordinator"}
	}
	return c
}

func everybody() []string { return []string{"ann", "carl", "pia", "ivan", "vera", "bea"} }

func number(v any) int64 {
	var n int64
	_, _ = fmt.Sscan(fmt.Sprint(v), &n)
	return n
}
