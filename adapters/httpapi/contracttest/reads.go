package contracttest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// read reads a request and whatever hangs on it.
func (m *machine) read(t *rapid.T) {
	r := m.pick(t)
	at := "/v1/change-requests/" + r.id
	p := m.call("ann", http.MethodGet, at, nil)
	if p.header.Get("ETag") != r.tag() || p.text("state") != r.state {
		t.Fatalf("%s reads %s in %s, want %s in %s", r.id, p.header.Get("ETag"), p.text("state"), r.tag(), r.state)
	}
	same := m.call("ann", http.MethodGet, at, nil, "If-None-Match", `"0", `+r.tag())
	m.oneOf(same, "If-None-Match", http.StatusNotModified)
	rest := rapid.SampledFrom([]string{
		"/events", "/permissions", "/approval", "/references", "/references?direction=inward", "?as_of=9000-01-01T00:00:00Z",
		"/conflicts?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&implementer=ivo",
	}).Draw(t, "rest")
	m.oneOf(m.call("ann", http.MethodGet, at+rest, nil), rest, http.StatusOK)
	account := rapid.SampledFrom([]string{"/v1/accounting", "/v1/accounting.csv", "/v1/accounting?as_of=2000-01-01T00:00:00Z"}).Draw(t, "account")
	m.oneOf(m.call("carl", http.MethodGet, account, nil), account, http.StatusOK)
	process := rapid.SampledFrom([]string{"/v1/process", "/v1/process?room=changereq", "/v1/process?room=nowhere"}).Draw(t, "process")
	m.oneOf(m.call("carl", http.MethodGet, process, nil), process, http.StatusOK)
	if r.brief > 0 {
		kind := rapid.SampledFrom([]string{"application/json", "text/html", "text/markdown"}).Draw(t, "media type")
		p := m.call("ann", http.MethodGet, at+"/briefs/1", nil, "Accept", kind)
		m.oneOf(p, "a brief", http.StatusOK)
		if got := p.header.Get("Content-Type"); !strings.HasPrefix(got, kind) {
			t.Fatalf("asked for %s, got %s", kind, got)
		}
	}
}

// walk goes through every list in pages of drawn sizes while requests are
// opened, and compares with what was there at the beginning.
func (m *machine) walk(t *rapid.T) {
	for _, list := range []string{
		"/v1/change-requests", "/v1/records", "/v1/obligations", "/v1/change-requests?category=intake",
		"/v1/due", "/v1/bundles", "/v1/analyses", "/v1/measures", "/v1/engagements", "/v1/observations", "/v1/change-windows?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z",
	} {
		m.walkList(t, list)
	}
}

func (m *machine) walkList(t *rapid.T, list string) {
	before := m.pages(t, list, func() string { return "500" }, false)
	seen := m.pages(t, list, func() string {
		return strconv.Itoa(rapid.IntRange(1, 3).Draw(t, "page size"))
	}, true)
	for id, times := range seen {
		if times != 1 {
			t.Fatalf("walking %s gave %s %d times", list, id, times)
		}
	}
	for id := range before {
		if seen[id] == 0 {
			t.Fatalf("walking %s skipped %s", list, id)
		}
	}
}

// pages counts how often each id comes up on a walk.
func (m *machine) pages(t *rapid.T, list string, size func() string, inserts bool) map[string]int {
	seen := make(map[string]int)
	at, err := url.Parse(list)
	if err != nil {
		t.Fatalf("contracttest: %v", err)
	}
	filter := at.Query()
	for n := 0; ; n++ {
		filter.Set("page_size", size())
		p := m.call("carl", http.MethodGet, at.Path+"?"+filter.Encode(), nil)
		m.oneOf(p, "a page", http.StatusOK)
		for _, item := range m.items(p) {
			seen[fmt.Sprint(item["id"])]++
		}
		token := p.text("next_page_token")
		if token == "" {
			return seen
		}
		if inserts && n == 0 {
			m.open(t)
		}
		filter.Set("page_token", token)
	}
}

// walkJournal reads the journal in pages of drawn sizes and compares with
// reading it at once: the same entries, positions from 1 without gaps.
func (m *machine) walkJournal(t *rapid.T) {
	m.news()
	whole := m.entries(func() int { return 1000 })
	parts := m.entries(func() int { return rapid.IntRange(1, 7).Draw(t, "limit") })
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Fatalf("the journal in parts differs from the whole (-whole +parts):\n%s", diff)
	}
	if int64(len(whole)) != m.position {
		t.Fatalf("the journal has %d entries and goes to position %d", len(whole), m.position)
	}
	for i, id := range whole {
		if want := fmt.Sprintf("%d ", i+1); len(id) < len(want) || id[:len(want)] != want {
			t.Fatalf("entry %d of the journal is %s", i+1, id)
		}
	}
}

// entries lists position and id of the whole journal.
func (m *machine) entries(limit func() int) []string {
	var out []string
	for after := int64(0); ; {
		p := m.call("carl", http.MethodGet, fmt.Sprintf("/v1/journal?after=%d&limit=%d", after, limit()), nil)
		items := m.items(p)
		for _, e := range items {
			out = append(out, fmt.Sprintf("%d %v", number(e["position"]), e["id"]))
		}
		if len(items) == 0 {
			return out
		}
		after = number(p.fields["next"])
	}
}

// otherTenant looks for what belongs to the first tenant from the second.
func (m *machine) otherTenant(t *rapid.T) {
	r := m.pick(t)
	stranger := caller(m.cfg.Tenants[1], "carl")
	paths := []string{"/v1/change-requests/%s", "/v1/change-requests/%s/events", "/v1/change-requests/%s/permissions", "/v1/change-requests/%s/briefs/1"}
	path := rapid.SampledFrom(paths).Draw(t, "path")
	got := m.callAs(stranger, http.MethodGet, fmt.Sprintf(path, r.id), nil)
	unknown := m.callAs(stranger, http.MethodGet, fmt.Sprintf(path, "nobody"), nil)
	m.oneOf(got, "reading of another tenant", http.StatusNotFound)
	if diff := cmp.Diff(anonymous(unknown), anonymous(got)); diff != "" {
		t.Fatalf("a request of another tenant is answered otherwise than an unknown one:\n%s", diff)
	}
	wrote := m.callAs(stranger, http.MethodPut, "/v1/change-requests/"+r.id+"/content", encode(plainContent()), "If-Match", r.tag())
	m.oneOf(wrote, "writing of another tenant", http.StatusNotFound)
	m.note(r, wrote, "writing of another tenant")
	for _, list := range []string{"/v1/change-requests", "/v1/records", "/v1/obligations", "/v1/journal"} {
		if items := m.items(m.callAs(stranger, http.MethodGet, list, nil)); len(items) > 0 {
			t.Fatalf("%s of a tenant that did nothing: %v", list, items)
		}
	}
}

// anonymous is a problem without what tells two requests apart.
func anonymous(p reply) map[string]any {
	out := maps.Clone(p.fields)
	delete(out, "instance")
	return out
}
