package httpapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// hiddenPrefix is what the names of records begin with that carl may not see.
const hiddenPrefix = "S"

// step is a command of the story of an archive, at its own time. Without what is secret
// it is another one, or none.
type step struct {
	path, body string
	without    string // "-": nothing is done
	patch      bool   // with the tag of the thing
	as         string
}

// told is an archive that the steps made: the whole of it, or without what is secret.
func told(t *testing.T, whole bool, steps []step) *office {
	t.Helper()
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	o, _ := wholeArchive(t, func(c *httpapi.Config, d *coordination.Config) {
		c.Now = func() time.Time { return now }
		d.Now = c.Now
		d.Sight = func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
			return func(id archive.RecordID) bool {
				return reader != "carl" || !strings.HasPrefix(string(id), hiddenPrefix)
			}, nil
		}
	})
	for i, s := range steps {
		now = now.Add(time.Hour)
		if s.path == "" { // time goes by
			now = now.Add(800 * 24 * time.Hour)
			continue
		}
		body := s.body
		if !whole && s.without != "" {
			body = s.without
		}
		if body == "-" {
			continue
		}
		who := []string{"Authorization", as("pia")}
		if s.as != "" {
			who[1] = as(s.as)
		}
		if s.patch {
			thing := s.path[:strings.LastIndex(s.path, "/")]
			if strings.HasPrefix(thing, "/v1/records/") {
				thing += "/filing"
			}
			read := o.send(t, "GET", thing, "", who...)
			require.Equal(t, http.StatusOK, read.Status, "%s: %s", s.path, read.Body)
			who = append(who, "If-Match", read.Header.Get("ETag"))
		} else {
			who = append(who, "Idempotency-Key", strconv.Itoa(i))
		}
		a := o.send(t, "POST", s.path, body, who...)
		require.Less(t, a.Status, 300, "%s %s: %s", s.path, body, a.Body)
	}
	_, _, err := o.desk.Journal(t.Context(), "a", coordination.JournalQuery{})
	require.NoError(t, err)
	_, err = o.desk.Index(t.Context(), "a")
	require.NoError(t, err)
	return o
}

// story is an archive with secret things between all others, and secret ends of what
// else is not secret.
func story() []step {
	steps := []step{
		{path: "/v1/schedules", body: `{"id":"S","from":"2026-01-01","phases":[{"trigger":"filed","period":{"years":1},"action":"destroy","approvals":1,"authority":"Act 1"}]}`},
		{path: "/v1/classes", body: `{"id":"letters","title":"Letters","schedule":"S","from":"2026-01-01T00:00:00Z"}`},
		{path: "/v1/aggregations", body: `{"id":"F1","title":"File"}`},
	}
	hide := func(id string) string {
		if strings.HasPrefix(id, hiddenPrefix) {
			return "-"
		}
		return ""
	}
	records := []string{"S1", "R1", "S2", "S3", "R2", "R3", "S4", "R4", "R5", "S5"}
	for _, id := range records {
		steps = append(steps,
			step{path: "/v1/records", without: hide(id), body: `{"id":"` + id + `","kind":"letter","title":"Letter ` + id + `","subject":"matter:1","media_type":"text/plain","content":"` + "b25l" + `"}`},
			step{path: "/v1/records/" + id + "/classifications", without: hide(id), body: `{"class":"letters"}`, patch: true},
		)
	}
	end := func(kind, value string) string { return `{"kind":"` + kind + `","value":"` + value + `"}` }
	refer := func(from, kind, to, without string) step {
		return step{path: "/v1/records/" + from + "/references", body: `{"type":"` + kind + `","target":` + to + `}`, without: without}
	}
	steps = append(steps,
		refer("R2", "amends", end("record", "R1"), ""), refer("R3", "amends", end("record", "S1"), "-"), refer("S2", "amends", end("record", "R1"), "-"),
		refer("R4", "amends", end("record", "R1"), ""), refer("R1", "derivesFrom", end("text", "X-1"), ""), refer("S1", "derivesFrom", end("text", "X-1"), "-"),
		refer("R2", "derivesFrom", end("text", "X-1"), ""), refer("R5", "derivesFrom", end("text", "X-2"), ""), refer("S5", "supersedes", end("record", "R5"), "-"),
		refer("R5", "evidences", end("ref", "changereq:CR7"), ""), refer("S5", "evidences", end("ref", "changereq:CR7"), "-"),
		step{path: "/v1/records/S2/aliases", body: `{"alias":"X-1"}`, without: "-", patch: true},
		step{path: "/v1/change-requests", body: plain, as: "ann"},
	)
	box, paper := "CK000000021", []string{"CK000000037", "CK000000045", "CK000000059", "CK000000068"}
	steps = append(steps, step{path: "/v1/paper-items", body: `{"barcode":"` + box + `","title":"Box","kind":"container","home":"A"}`})
	for i, id := range []string{"R1", "S1", "R2", ""} {
		body := `{"barcode":"` + paper[i] + `","title":"Paper of ` + id + `","kind":"document","home":"A","copy":"original"`
		if id != "" {
			body += `,"record":"` + id + `"`
		}
		without := hide(id)
		if id == "" {
			without = "-" // it is found to be the same as a secret record
		}
		steps = append(steps, step{path: "/v1/paper-items", body: body + "}", without: without})
	}
	digest := hexDigest("one")
	steps = append(steps,
		step{path: "/v1/paper-items/" + paper[3] + "/twins", body: `{"record":"S2","digest":"` + digest + `"}`, without: "-", patch: true},
		step{path: "/v1/paper-items/" + paper[1] + "/loans", body: `{"to":"dora","purpose":"p","due":"2026-02-01T00:00:00Z"}`, without: "-", patch: true},
		step{path: "/v1/paper-items/" + paper[0] + "/loans", body: `{"to":"dora","purpose":"p","due":"2026-02-02T00:00:00Z"}`, patch: true},
		step{path: "/v1/paper-items/" + paper[2] + "/containers", body: `{"container":"` + box + `"}`, patch: true},
		step{path: "/v1/holds", body: `{"id":"H1","matter":"M","reason":"r","scope":{"records":["S1","R1","S2"]}}`, without: `{"id":"H1","matter":"M","reason":"r","scope":{"records":["R1"]}}`},
		step{path: "/v1/holds", body: `{"id":"H0","matter":"M","reason":"r","scope":{"records":["S2"]}}`, without: "-"},
		step{path: "/v1/holds", body: `{"id":"H2","matter":"M","reason":"r","scope":{"records":["S5"],"aggregations":["F1"]}}`, without: `{"id":"H2","matter":"M","reason":"r","scope":{"aggregations":["F1"]}}`},
		step{path: "/v1/outcomes", body: `{"id":"O1","subject":"matter:1","verdict":"failed","causes":["torque"],"evidence":[` + end("record", "S1") + `,` + end("record", "R1") + `]}`, without: `{"id":"O1","subject":"matter:1","verdict":"failed","causes":["torque"],"evidence":[` + end("record", "R1") + `]}`},
		step{path: "/v1/outcomes", body: `{"id":"O0","subject":"record:S1","verdict":"failed","causes":["torque"],"evidence":[` + end("record", "R1") + `]}`, without: "-"},
		step{path: "/v1/outcomes", body: `{"id":"O2","subject":"matter:1","verdict":"succeeded","evidence":[` + end("record", "S3") + `],"supersedes":"O1"}`, without: "-"},
		step{path: "/v1/outcomes", body: `{"id":"O3","subject":"matter:2","verdict":"failed","causes":["torque"],"evidence":[` + end("uri", "https://example.org/x") + `]}`},
		step{},
		step{path: "/v1/disposals", body: `{"id":"B0","action":"destroy","reason":"due","records":["S3"]}`, without: "-"},
		step{path: "/v1/disposals", body: `{"id":"B1","action":"destroy","reason":"due","records":["R2"]}`},
		step{path: "/v1/disposals", body: `{"id":"B2","action":"destroy","reason":"due","records":["R3","S4"]}`, without: "-"},
		step{path: "/v1/disposals", body: `{"id":"B3","action":"destroy","reason":"due","records":["R4"]}`},
	)
	return steps
}

// open resolves the open reference of R5 to a secret record.
func (o *office) resolveToSecret(t *testing.T) {
	t.Helper()
	for _, each := range items(o.send(t, "GET", "/v1/open-references?page_size=500", "", "Authorization", as("pia"))) {
		ref := each.(map[string]any)
		if ref["target"].(map[string]any)["value"] == "X-2" {
			a := o.create(t, "/v1/open-references/"+ref["id"].(string)+"/resolution", map[string]any{"record": "S3"}, "Authorization", as("pia"))
			require.Equal(t, http.StatusCreated, a.Status, a.Body)
		}
	}
}

// revs are the revisions of things: they count what is written, and a reference to a
// secret record is written with what it leads from.
var revs = regexp.MustCompile(`"rev":[0-9]+,?`)

// walk reads a list to its end in pages of a size: every page as it is.
func (o *office) walk(t *testing.T, path string, size int) []string {
	t.Helper()
	var out []string
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	for token := ""; ; {
		at := fmt.Sprintf("%s%spage_size=%d", path, sign, size)
		if token != "" {
			at += "&page_token=" + url.QueryEscape(token)
		}
		a := o.send(t, "GET", at, "")
		require.Equal(t, http.StatusOK, a.Status, a.Body)
		out = append(out, revs.ReplaceAllString(a.Body, ""))
		next, more := a.Fields["next_page_token"].(string)
		if !more {
			return out
		}
		token = next
		require.Less(t, len(out), 100)
	}
}

// Invariant 13 over every list of the archive: what somebody reads who may not see
// everything is, page by page and token by token, what he would read of an archive
// without the rest; and what he is refused is refused in the same words.
func TestInvariant13ListsAreThoseOfTheArchiveThatOneMaySee(t *testing.T) {
	t.Parallel()
	whole, part := told(t, true, story()), told(t, false, story())
	whole.resolveToSecret(t)
	for _, path := range []string{
		"/v1/records", "/v1/records?kind=letter", "/v1/records?subject=matter:1", "/v1/filings", "/v1/filings?by=class&value=letters",
		"/v1/filings?by=state&value=captured", "/v1/filings?by=kind&value=letter", "/v1/filings?by=alias&value=X-1", "/v1/due-records",
		"/v1/holds", "/v1/holds?by=matter&value=M", "/v1/holds?by=state&value=in-force", "/v1/disposals", "/v1/disposals?by=state&value=open",
		"/v1/disposals?by=requester&value=pia", "/v1/paper-items", "/v1/paper-items?by=at&value=A", "/v1/paper-items?by=home&value=A",
		"/v1/paper-items?by=in&value=CK000000021", "/v1/paper-items?by=borrower&value=dora", "/v1/paper-items?by=record&value=S1", "/v1/paper-items?overdue=true",
		"/v1/open-references", "/v1/records/R1/references?direction=inward", "/v1/records/R1/references", "/v1/records/R3/references",
		"/v1/change-requests/CR7/references?direction=inward", "/v1/outcomes", "/v1/outcomes?subject=matter:1", "/v1/outcomes?subject=record:S1",
		"/v1/outcomes?verdict=failed", "/v1/outcomes?cause=torque", "/v1/outcomes?in_force=true", "/v1/outcomes?subject=matter:1&in_force=true",
		"/v1/search?q=letter", "/v1/classes", "/v1/aggregations", "/v1/record-kinds", "/v1/schedules",
	} {
		for _, size := range []int{1, 2, 3, 50} {
			require.Equal(t, part.walk(t, path, size), whole.walk(t, path, size), "%s in pages of %d", path, size)
		}
	}
	for _, path := range []string{"/v1/records/R5/heads", "/v1/outcome-report", "/v1/outcome-report?cause=torque", "/v1/records/R1/retention", "/v1/outcomes/O1", "/v1/holds/H1"} {
		require.Equal(t, part.send(t, "GET", path, "").Body, whole.send(t, "GET", path, "").Body, path)
	}
	whole.send(t, "GET", "/v1/archive.tar", "").problem(t, http.StatusForbidden, "forbidden")
	type request struct{ method, path, body string }
	for _, r := range []request{
		{"GET", "/v1/records/S1", ""},
		{"GET", "/v1/holds/H0", ""},
		{"GET", "/v1/disposals/B0", ""},
		{"GET", "/v1/disposals/B2", ""},
		{"GET", "/v1/disposals/B2/certificate", ""},
		{"GET", "/v1/outcomes/O0", ""},
		{"GET", "/v1/outcomes/O2", ""},
		{"GET", "/v1/paper-items/CK000000045", ""},
		{"GET", "/v1/dossier?matter=S1", ""},
		{"POST", "/v1/disposals/B0/approvals", `{"scope":"` + hexDigest("x") + `"}`},
		{"POST", "/v1/holds/H0/release", `{"reason":"x"}`},
		{"POST", "/v1/paper-items/CK000000045/moves", `{"shelf":"B"}`},
		{"POST", "/v1/disposal-previews", `{"action":"destroy","records":["R4","S5"]}`},
		{"POST", "/v1/disposals", `{"action":"destroy","reason":"x","records":["S5"]}`},
		{"POST", "/v1/holds", `{"matter":"M","reason":"x","scope":{"records":["S1"]}}`},
		{"POST", "/v1/paper-items", `{"prefix":"CK","title":"x","kind":"document","home":"A","record":"S1"}`},
		{"POST", "/v1/paper-items/CK000000021/twins", `{"record":"S1","digest":"` + hexDigest("one") + `"}`},
		{"POST", "/v1/outcomes", `{"subject":"matter:1","verdict":"succeeded","evidence":[{"kind":"record","value":"S1"}]}`},
		{"POST", "/v1/inventories", `{"shelf":"A","scanned":["CK000000045","CK000000037"]}`},
	} {
		ask := func(o *office) map[string]any {
			a := o.send(t, r.method, r.path, r.body, "If-Match", `"1"`, "Idempotency-Key", "x"+hexDigest(r.path+r.body))
			delete(a.Fields, "instance")
			return a.Fields
		}
		require.Equal(t, ask(part), ask(whole), "%s %s", r.path, r.body)
	}
	happened := func(o *office) (out []string) {
		for _, each := range items(o.send(t, "GET", "/v1/journal?limit=1000", "")) {
			e := each.(map[string]any)
			if e["subject"] == "H1" || e["subject"] == "H2" || e["subject"] == "O1" {
				continue // these name what is secret beside what is not
			}
			raw, err := json.Marshal(map[string]any{"id": e["id"], "time": e["time"], "data": e["data"]})
			require.NoError(t, err)
			out = append(out, string(raw))
		}
		return out
	}
	require.Equal(t, happened(part), happened(whole))
	require.NotContains(t, whole.send(t, "GET", "/v1/journal?limit=1000", "").Body, `"S1"`)
}
