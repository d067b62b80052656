package httpapi_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/coordination"
)

// archiveOffice is an office with uploads and a clock that can be put forward.
func archiveOffice(tb testing.TB) (*office, *clock) {
	tb.Helper()
	c := newClock()
	return open(tb, func(cfg *httpapi.Config) {
		cfg.Now = c.tick
		desk, err := coordination.NewDesk(coordination.Config{Store: cfg.Store, Now: c.tick, Blobs: blobs.New()})
		require.NoError(tb, err)
		cfg.Desk = desk
	}), c
}

// create creates something; the key is the body.
func (o *office) create(tb testing.TB, path string, body map[string]any, header ...string) answer {
	tb.Helper()
	raw, err := json.Marshal(body)
	require.NoError(tb, err)
	return o.send(tb, http.MethodPost, path, string(raw), append([]string{"Idempotency-Key", hexDigest(path + string(raw))}, header...)...)
}

// made is create of something that has to work.
func (o *office) made(tb testing.TB, path string, body map[string]any, header ...string) answer {
	tb.Helper()
	a := o.create(tb, path, body, header...)
	require.Equal(tb, http.StatusCreated, a.Status, a.Body)
	return a
}

// command does something to what is at path, with the tag that is read from it.
func (o *office) command(tb testing.TB, at, command string, body map[string]any, header ...string) answer {
	tb.Helper()
	read := o.send(tb, http.MethodGet, at, "")
	require.Equal(tb, http.StatusOK, read.Status, read.Body)
	raw := ""
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(tb, err)
		raw = string(b)
	}
	return o.send(tb, http.MethodPost, command, raw, append([]string{"If-Match", read.Header.Get("ETag")}, header...)...)
}

// filingPlan has a class of which records are destroyed a year after they were filed.
func (o *office) filingPlan(tb testing.TB) {
	tb.Helper()
	o.made(tb, "/v1/schedules", map[string]any{"id": "S", "from": "2026-01-01", "phases": []any{map[string]any{
		"trigger": "filed", "period": map[string]any{"years": 1}, "action": "destroy", "approvals": 1, "authority": "Act 1",
	}}})
	o.made(tb, "/v1/classes", map[string]any{"id": "letters", "title": "Letters", "schedule": "S", "from": "2026-01-01T00:00:00Z"})
	o.made(tb, "/v1/record-kinds", map[string]any{"kind": "letter", "mandatory": []string{"sender"}})
	o.made(tb, "/v1/aggregations", map[string]any{"id": "F1", "title": "Complaints"})
}

// declaredLetter files R1 and brings it to its declaration.
func (o *office) declaredLetter(tb testing.TB) {
	tb.Helper()
	o.made(tb, "/v1/records", map[string]any{"id": "R1", "kind": "letter", "title": "Complaint", "subject": "matter:1", "media_type": "text/plain", "content": "b25l"})
	for _, c := range []struct {
		path string
		body map[string]any
	}{
		{"classifications", map[string]any{"class": "letters"}},
		{"fields", map[string]any{"fields": []any{map[string]any{"name": "sender", "value": "ann"}}}},
		{"placements", map[string]any{"aggregation": "F1"}},
		{"aliases", map[string]any{"alias": "LET-7"}},
		{"facets", map[string]any{"facet": "product", "values": []string{"hinge"}}},
		{"completion", nil},
		{"declaration", nil},
	} {
		a := o.command(tb, "/v1/records/R1/filing", "/v1/records/R1/"+c.path, c.body)
		require.Equal(tb, http.StatusOK, a.Status, "%s: %s", c.path, a.Body)
	}
}

func (a answer) unmet() (out []string) {
	list, _ := a.Fields["unmet"].([]any)
	for _, each := range list {
		out = append(out, each.(map[string]any)["condition"].(string))
	}
	return out
}

func TestFilingOverHTTP(t *testing.T) {
	t.Parallel()
	o, _ := archiveOffice(t)
	o.filingPlan(t)
	o.made(t, "/v1/records", map[string]any{"id": "R0", "kind": "letter", "title": "t", "media_type": "m", "content": ""})
	early := o.command(t, "/v1/records/R0/filing", "/v1/records/R0/completion", nil)
	early.problem(t, http.StatusConflict, "refused")
	require.Equal(t, []string{"field", "class"}, early.unmet())
	o.declaredLetter(t)
	f := o.send(t, "GET", "/v1/records/R1/filing", "")
	require.Equal(t, "declared", f.Fields["state"])
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/records/R1/filing", "", "If-None-Match", f.Header.Get("ETag")).Status)
	require.Len(t, items(o.send(t, "GET", "/v1/filings?by=alias&value=LET-7", "")), 1)
	require.Empty(t, items(o.send(t, "GET", "/v1/filings?by=class&value=none", "")))
	o.send(t, "GET", "/v1/filings?by=colour&value=x", "").problem(t, http.StatusBadRequest, "malformed-request")
	o.send(t, "POST", "/v1/records/R1/aliases", `{"alias":"LET-8"}`, "If-Match", `"1"`).problem(t, http.StatusPreconditionFailed, "stale")
	o.send(t, "POST", "/v1/records/R1/aliases", `{"alias":"LET-8"}`).problem(t, http.StatusPreconditionRequired, "precondition-required")
	o.command(t, "/v1/records/R1/filing", "/v1/records/R0/aliases", map[string]any{"alias": "LET-7"}).problem(t, http.StatusPreconditionFailed, "stale")
	taken := o.send(t, "POST", "/v1/records/R0/aliases", `{"alias":"LET-7"}`, "If-Match", `"1"`)
	require.Equal(t, []string{"alias"}, taken.unmet(), taken.Body)
	frozen := o.command(t, "/v1/records/R1/filing", "/v1/records/R1/fields", map[string]any{"fields": []any{map[string]any{"name": "sender", "value": "bob"}}})
	require.Equal(t, []string{"declared"}, frozen.unmet())

	scan := "scan of the letter"
	require.Equal(t, http.StatusOK, o.upload(t, hexDigest(scan), scan).Status)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/records/R1/filing", "/v1/records/R1/renditions", map[string]any{"purpose": "scan", "derived_from": hexDigest("one"), "digest": hexDigest(scan)}).Status)
	part := o.send(t, "GET", "/v1/records/R1/contents/"+hexDigest(scan), "", "Range", "bytes=0-3")
	require.Equal(t, http.StatusPartialContent, part.Status)
	require.Equal(t, "scan", part.Body)
	o.send(t, "GET", "/v1/records/R0/contents/"+hexDigest(scan), "").problem(t, http.StatusNotFound, "not-found")
	require.Equal(t, http.StatusOK, o.command(t, "/v1/records/R1/filing", "/v1/records/R1/dropped-renditions", map[string]any{"digest": hexDigest(scan), "reason": "blurred"}).Status)
	o.send(t, "GET", "/v1/records/R1/contents/"+hexDigest(scan), "").problem(t, http.StatusNotFound, "not-found")
	require.Equal(t, http.StatusOK, o.command(t, "/v1/records/R1/filing", "/v1/records/R1/annotations", map[string]any{"field": "sender", "text": "It was Bob."}).Status)
	require.Equal(t, http.StatusOK, o.upload(t, hexDigest("two"), "two").Status)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/records/R0/filing", "/v1/records/R0/revisions", map[string]any{"digest": hexDigest("two"), "media_type": "m"}).Status)
	require.Equal(t, hexDigest("two"), o.send(t, "GET", "/v1/records/R0/filing", "").Fields["digest"])

	closed := o.send(t, "POST", "/v1/aggregations/F1/closure", "", "If-Match", `"1"`)
	require.Equal(t, http.StatusOK, closed.Status, closed.Body)
	full := o.command(t, "/v1/records/R0/filing", "/v1/records/R0/placements", map[string]any{"aggregation": "F1"})
	require.Equal(t, []string{"closed"}, full.unmet())
	again := o.send(t, "POST", "/v1/aggregations/F1/reopening", `{"authority":"court","reason":"case 7"}`, "If-Match", `"2"`)
	require.Equal(t, http.StatusOK, again.Status, again.Body)
	for _, list := range []string{"/v1/classes", "/v1/aggregations", "/v1/record-kinds", "/v1/schedules"} {
		require.Len(t, items(o.send(t, "GET", list, "")), 1, list)
	}
	o.create(t, "/v1/classes", map[string]any{"id": "x", "title": "X", "parent": "none", "from": "2026-01-01T00:00:00Z"}).problem(t, http.StatusUnprocessableEntity, "invalid")
	o.create(t, "/v1/classes", map[string]any{"id": "x", "title": "X", "schedule": "none", "from": "2026-01-01T00:00:00Z"}).fault(t, "/schedule", "unknown")
	o.create(t, "/v1/aggregations", map[string]any{"id": "F1", "title": "again"}).problem(t, http.StatusConflict, "conflict")
}

func TestRetentionOverHTTP(t *testing.T) {
	t.Parallel()
	o, c := archiveOffice(t)
	o.filingPlan(t)
	o.declaredLetter(t)
	where := o.send(t, "GET", "/v1/records/R1/retention", "")
	require.Equal(t, "2027-01-06", where.Fields["due"], where.Body)
	require.Empty(t, items(o.send(t, "GET", "/v1/due-records", "")))
	batch := map[string]any{"id": "B1", "action": "destroy", "reason": "due", "records": []string{"R1"}}
	require.Equal(t, []string{"due"}, o.create(t, "/v1/disposals", batch).unmet())
	c.advance(370 * 24 * time.Hour)
	require.Len(t, items(o.send(t, "GET", "/v1/due-records", "")), 1)
	preview := o.send(t, "POST", "/v1/disposal-previews", `{"action":"destroy","records":["R1"]}`)
	require.Equal(t, http.StatusOK, preview.Status, preview.Body)
	asked := o.made(t, "/v1/disposals", batch)
	require.Equal(t, preview.Fields["scope"], asked.Fields["scope"])
	scope := map[string]any{"scope": asked.Fields["scope"]}
	require.Equal(t, []string{"separation"}, o.command(t, "/v1/disposals/B1", "/v1/disposals/B1/approvals", scope).unmet())
	approved := o.command(t, "/v1/disposals/B1", "/v1/disposals/B1/approvals", scope, "Authorization", as("pia"))
	require.Equal(t, http.StatusOK, approved.Status, approved.Body)

	hold := o.made(t, "/v1/holds", map[string]any{"id": "H1", "matter": "M", "reason": "claim", "scope": map[string]any{"records": []string{"R1"}}, "carry": "references"})
	require.Equal(t, "carl", hold.Fields["issuer"])
	held := o.command(t, "/v1/disposals/B1", "/v1/disposals/B1/destructions", map[string]any{"record": "R1"})
	require.Equal(t, []string{"lapsed", "held"}, held.unmet())
	require.Len(t, items(o.send(t, "GET", "/v1/holds?by=state&value=in-force", "")), 1)
	standing := o.send(t, "GET", "/v1/records/R1/retention", "")
	require.Len(t, standing.Fields["holds"], 1)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/holds/H1", "/v1/holds/H1/release", map[string]any{"reason": "settled"}).Status)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/disposals/B1", "/v1/disposals/B1/withdrawal", map[string]any{"reason": "lapsed"}).Status)

	batch["id"] = "B2"
	o.made(t, "/v1/disposals", batch)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/disposals/B2", "/v1/disposals/B2/approvals", scope, "Authorization", as("pia")).Status)
	gone := o.command(t, "/v1/disposals/B2", "/v1/disposals/B2/destructions", map[string]any{"record": "R1"})
	require.Equal(t, http.StatusOK, gone.Status, gone.Body)
	left := o.send(t, "GET", "/v1/records/R1/content", "")
	left.problem(t, http.StatusGone, "gone")
	stone := left.Fields["gone"].(map[string]any)
	require.Equal(t, "B2", stone["batch"])
	require.Equal(t, "destroyed", stone["state"])
	require.Equal(t, "carl", stone["tombstone"].(map[string]any)["by"])
	require.Equal(t, hexDigest("one"), stone["tombstone"].(map[string]any)["digest"])
	o.send(t, "GET", "/v1/records/R1/contents/"+hexDigest("one"), "").problem(t, http.StatusGone, "gone")
	require.Equal(t, "destroyed", o.send(t, "GET", "/v1/records/R1/retention", "").Fields["fate"])
	certificate := o.send(t, "GET", "/v1/disposals/B2/certificate", "")
	require.Len(t, certificate.Fields["done"], 1)
	require.Len(t, items(o.send(t, "GET", "/v1/disposals?by=state&value=done", "")), 1)
	late := o.create(t, "/v1/holds", map[string]any{"matter": "M", "reason": "claim", "scope": map[string]any{"records": []string{"R1"}}})
	require.Equal(t, []string{"gone"}, late.unmet())
	o.create(t, "/v1/holds", map[string]any{"matter": "M", "reason": "claim", "scope": map[string]any{}}).fault(t, "/scope", "required")
	require.Equal(t, []string{"gone"}, o.create(t, "/v1/records/R1/triggers", map[string]any{"trigger": "settled", "at": "2026-01-01T00:00:00Z"}).unmet())

	o.made(t, "/v1/records", map[string]any{"id": "R2", "kind": "k", "title": "t", "media_type": "m", "content": "dHdv"})
	told := o.made(t, "/v1/records/R2/triggers", map[string]any{"trigger": "settled", "at": "2026-01-01T00:00:00Z"})
	require.Len(t, told.Fields["triggers"], 1)
	require.Equal(t, []string{"due"}, o.create(t, "/v1/records/R2/retention-reviews", map[string]any{"reason": "x"}).unmet())
	over := o.made(t, "/v1/holds", map[string]any{"id": "H2", "matter": "M", "reason": "claim", "scope": map[string]any{"records": []string{"R2"}}, "carry": "optional"})
	require.Equal(t, "optional", over.Fields["carry"])
	o.made(t, "/v1/records", map[string]any{
		"id": "R3", "kind": "k", "title": "t", "media_type": "m", "content": "dGhyZWU=",
		"references": []map[string]any{{"type": "attachmentOf", "target": map[string]any{"kind": "record", "value": "R2"}}},
	})
	hung := o.send(t, "GET", "/v1/records/R3/retention", "")
	require.Len(t, hung.Fields["holds"], 1)
	way := hung.Fields["carried"].([]any)[0].(map[string]any)
	require.Equal(t, "H2", way["hold"])
	step := way["path"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"attachmentOf", "R3", "R2"}, []any{step["type"], step["source"], step["target"]})
	o.send(t, "GET", "/v1/holds/none", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/disposals/none", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/disposals/none/certificate", "").problem(t, http.StatusNotFound, "not-found")
}

func TestPaperOverHTTP(t *testing.T) {
	t.Parallel()
	o, c := archiveOffice(t)
	o.made(t, "/v1/records", map[string]any{"id": "R1", "kind": "contract", "title": "t", "media_type": "m", "content": "b25l"})
	box := o.made(t, "/v1/paper-items", map[string]any{"prefix": "CK", "title": "Box 1", "kind": "container", "home": "A1"}).Fields["barcode"].(string)
	doc := o.made(t, "/v1/paper-items", map[string]any{"prefix": "CK", "title": "Contract", "kind": "document", "home": "A1", "copy": "original", "record": "R1"}).Fields["barcode"].(string)
	require.NotEqual(t, box, doc, "numbers count on")
	at := func(code string) string { return "/v1/paper-items/" + code }
	do := func(code, path string, body map[string]any) answer {
		a := o.command(t, at(code), at(code)+"/"+path, body)
		require.Equal(t, http.StatusOK, a.Status, a.Body)
		return a
	}
	require.Equal(t, box, do(doc, "containers", map[string]any{"container": box}).Fields["container"])
	require.Equal(t, "B2", do(box, "moves", map[string]any{"shelf": "B2"}).Fields["shelf"])
	require.Equal(t, "B2", o.send(t, "GET", at(doc), "").Fields["shelf"], "what is in the box moved along")
	require.Equal(t, []string{"content"}, o.command(t, at(box), at(box)+"/removals", map[string]any{"reason": "damp"}).unmet())
	do(doc, "twins", map[string]any{"record": "R1", "digest": hexDigest("one")})
	require.Equal(t, []string{"content"}, o.command(t, at(doc), at(doc)+"/twins", map[string]any{"record": "R1", "digest": hexDigest("two")}).unmet())
	lent := do(box, "loans", map[string]any{"to": "dora", "purpose": "hearing", "due": "2026-02-01T00:00:00Z"})
	require.Equal(t, "A1", lent.Fields["home"], "a loan never changes it")
	require.Equal(t, "dora", o.send(t, "GET", at(doc), "").Fields["borrower"])
	require.Equal(t, []string{"on-loan"}, o.command(t, at(doc), at(doc)+"/moves", map[string]any{"shelf": "A1"}).unmet())
	require.Empty(t, items(o.send(t, "GET", "/v1/paper-items?overdue=true", "")))
	c.advance(60 * 24 * time.Hour)
	require.Len(t, items(o.send(t, "GET", "/v1/paper-items?overdue=true", "")), 1)
	require.Len(t, items(o.send(t, "GET", "/v1/paper-items?by=borrower&value=dora", "")), 1)
	do(box, "returns", map[string]any{"condition": "good", "pages": 0})
	do(doc, "moves", map[string]any{"shelf": "A1"})
	do(doc, "homes", map[string]any{"shelf": "B2"})
	do(doc, "losses", nil)
	found := o.send(t, "POST", "/v1/inventories", `{"shelf":"A1","scanned":["`+doc+`","CK 00000003-3"]}`)
	found.problem(t, http.StatusUnprocessableEntity, "invalid")
	found.fault(t, "/scanned/1", "invalid")
	inventory := o.send(t, "POST", "/v1/inventories", `{"shelf":"A1","scanned":["`+doc+`"]}`)
	require.Equal(t, http.StatusOK, inventory.Status, inventory.Body)
	var kinds []string
	for _, d := range items(inventory) {
		kinds = append(kinds, d.(map[string]any)["kind"].(string))
	}
	require.Equal(t, []string{"not-scanned", "not-missing"}, kinds)
	do(doc, "finds", map[string]any{"shelf": "A1"})
	require.NotEmpty(t, do(doc, "removals", map[string]any{"reason": "batch B1"}).Fields["gone"])
	taken := o.create(t, "/v1/paper-items", map[string]any{"barcode": doc, "title": "x", "kind": "document", "home": "A1"})
	require.Equal(t, []string{"barcode"}, taken.unmet(), taken.Body)
	o.create(t, "/v1/paper-items", map[string]any{"title": "x", "kind": "document", "home": "A1"}).fault(t, "/prefix", "required")
	o.command(t, at(box), at(box)+"/loans", map[string]any{"to": "d", "purpose": "p", "due": "2020-01-01T00:00:00Z"}).fault(t, "/due", "out_of_range")
	o.send(t, "GET", "/v1/paper-items/CK999999999", "").problem(t, http.StatusNotFound, "not-found")
}

// A record that was filed twice is merged into the other, whose id the one leads to.
func TestMergingRecords(t *testing.T) {
	t.Parallel()
	o, _ := archiveOffice(t)
	one := o.made(t, "/v1/records", map[string]any{"id": "R1", "kind": "k", "title": "first", "media_type": "m", "content": "b25l"})
	two := o.made(t, "/v1/records", map[string]any{"id": "R2", "kind": "k", "title": "second", "media_type": "m", "content": "dHdv"})
	body := `{"into":"R1","reason":"filed twice"}`
	o.send(t, "POST", "/v1/records/R2/merge", body).problem(t, http.StatusPreconditionRequired, "precondition-required")
	o.send(t, "POST", "/v1/records/R2/merge", body, "If-Match", `"7"`).problem(t, http.StatusPreconditionFailed, "stale")
	o.send(t, "POST", "/v1/records/R2/merge", `{"into":"R2","reason":"filed twice"}`, "If-Match", two.Header.Get("ETag")).fault(t, "/into", "invalid")
	o.send(t, "POST", "/v1/records/R2/merge", `{"into":"R9","reason":"filed twice"}`, "If-Match", two.Header.Get("ETag")).fault(t, "/into", "unknown")
	o.send(t, "POST", "/v1/records/R9/merge", body, "If-Match", two.Header.Get("ETag")).problem(t, http.StatusNotFound, "not-found")
	merged := o.send(t, "POST", "/v1/records/R2/merge", body, "If-Match", two.Header.Get("ETag"))
	require.Equal(t, http.StatusOK, merged.Status, merged.Body)
	require.Equal(t, "R1", merged.Fields["id"])
	require.NotEqual(t, one.Header.Get("ETag"), merged.Header.Get("ETag"), "its history says so too")
	require.Equal(t, "R1", o.send(t, "GET", "/v1/records/R2", "").Fields["id"])
	all := o.send(t, "GET", "/v1/records/R1/merged", "")
	require.Equal(t, "R1", all.Fields["stands"])
	require.Len(t, items(all), 2)
	require.Len(t, items(o.send(t, "GET", "/v1/records", "")), 1)
	again := o.send(t, "POST", "/v1/records/R2/merge", body, "If-Match", `"2"`)
	require.Equal(t, []string{"merged"}, again.unmet())
	refs := items(o.send(t, "GET", "/v1/records/R1/references?direction=inward", ""))
	require.Equal(t, "mergedFrom", refs[0].(map[string]any)["type"])
	o.create(t, "/v1/records/R1/references", map[string]any{"type": "mergedInto", "target": map[string]any{"kind": "record", "value": "R3"}}).fault(t, "/type", "invalid")
	require.Equal(t, "one", o.send(t, "GET", "/v1/records/R2/content", "").Body)
	require.Equal(t, "two", o.send(t, "GET", "/v1/records/R1/contents/"+hexDigest("two"), "").Body)
}
