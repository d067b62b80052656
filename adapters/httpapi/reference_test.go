package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
)

// TestHeadsAsOfADate: a succession splits and merges, and is asked about as of a date.
func TestHeadsAsOfADate(t *testing.T) {
	t.Parallel()
	o, _ := archiveOffice(t)
	for _, id := range []string{"R1", "R2", "R3", "R4"} {
		o.made(t, "/v1/records", map[string]any{"id": id, "kind": "plan", "title": id, "media_type": "m", "content": ""})
	}
	supersedes := func(by, what, from string) {
		o.made(t, "/v1/records/"+by+"/references", map[string]any{
			"type": "supersedes", "target": map[string]any{"kind": "record", "value": what}, "valid_from": from,
		})
	}
	supersedes("R2", "R1", "2010-01-01T00:00:00Z")
	supersedes("R3", "R1", "2012-01-01T00:00:00Z")
	supersedes("R4", "R2", "2014-01-01T00:00:00Z")
	supersedes("R4", "R3", "2016-01-01T00:00:00Z")
	heads := func(query string) []any { return items(o.send(t, "GET", "/v1/records/R1/heads"+query, "")) }
	require.Equal(t, []any{"R1"}, heads("?as_of=2009-12-31T23:59:59Z"))
	require.Equal(t, []any{"R2"}, heads("?as_of=2010-01-01T00:00:00Z"))
	require.Equal(t, []any{"R2", "R3"}, heads("?as_of=2013-01-01T00:00:00Z"))
	require.Equal(t, []any{"R3", "R4"}, heads("?as_of=2015-01-01T00:00:00Z"))
	require.Equal(t, []any{"R4"}, heads(""))
	o.send(t, "GET", "/v1/records/R9/heads", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/records/R1/heads?as_of=soon", "").problem(t, http.StatusBadRequest, "malformed-request")
}

// TestOpenReferences: a text that nobody is called by waits in a list until somebody is, and stays as it was filed.
func TestOpenReferences(t *testing.T) {
	t.Parallel()
	o, _ := archiveOffice(t)
	for _, id := range []string{"R1", "R2"} {
		o.made(t, "/v1/records", map[string]any{"id": id, "kind": "plan", "title": id, "media_type": "m", "content": ""})
	}
	open := o.made(t, "/v1/records/R1/references", map[string]any{
		"type": "references", "target": map[string]any{"kind": "text", "value": "BCP 14"}, "evidence": "extracted", "rule": "bcp 1",
	})
	at := "/v1/open-references/" + open.Fields["id"].(string) + "/resolution"
	listed := func() []any { return items(o.send(t, "GET", "/v1/open-references", "")) }
	require.Len(t, listed(), 1)
	require.NotContains(t, listed()[0], "called")
	require.Equal(t, []string{"called"}, o.create(t, at, map[string]any{}).unmet())
	named := o.command(t, "/v1/records/R2/filing", "/v1/records/R2/aliases", map[string]any{"alias": "BCP 14"})
	require.Equal(t, http.StatusOK, named.Status, named.Body)
	row := listed()[0].(map[string]any)
	require.Equal(t, "R2", row["called"])
	require.Equal(t, "bcp 1", row["rule"])
	o.create(t, at, map[string]any{"record": "R9"}).problem(t, http.StatusNotFound, "not-found")
	added := o.create(t, at, map[string]any{}, "Idempotency-Key", "now")
	require.Equal(t, http.StatusCreated, added.Status, added.Body)
	require.Equal(t, map[string]any{"kind": "record", "value": "R2"}, added.Fields["other"])
	require.Equal(t, "bcp 1", added.Fields["rule"], "on the same terms")
	require.Empty(t, listed())
	require.Len(t, items(o.send(t, "GET", "/v1/records/R2/references?direction=inward", "")), 1)
	require.Len(t, items(o.send(t, "GET", "/v1/records/R1/references", "")), 2, "the open one stays")
	again := o.create(t, at, map[string]any{}, "Idempotency-Key", "later")
	require.Equal(t, added.Fields, again.Fields)
	require.Equal(t, []string{"resolved"}, o.create(t, at, map[string]any{"record": "R1"}).unmet())
	known := "/v1/open-references/" + added.Fields["id"].(string) + "/resolution"
	o.create(t, known, map[string]any{"record": "R2"}).problem(t, http.StatusNotFound, "not-found")
	o.create(t, "/v1/open-references/00000000000000000000000000000000/resolution", map[string]any{}).problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/open-references?page_token=x", "").problem(t, http.StatusBadRequest, "malformed-request")
}

// TestReferenceTypes: the table is that of the office, whole.
func TestReferenceTypes(t *testing.T) {
	t.Parallel()
	o := open(t)
	rows := items(o.send(t, "GET", "/v1/reference-types", ""))
	require.Len(t, rows, len(archive.ReferenceTypes()))
	require.Equal(t, map[string]any{
		"type": "supersedes", "inverse": "supersededBy", "symmetric": false, "acyclic": true, "later": true, "family": false, "hold": "option",
		"outward": -1.0, "inward": -1.0, "dcmi": "replaces", "datacite": "Obsoletes",
	}, rows[0])
	require.Equal(t, []any{"seeAlso", "none"}, []any{rows[len(rows)-2].(map[string]any)["type"], rows[len(rows)-2].(map[string]any)["hold"]})
}

// Invariant 13: no list tells of a record that the caller may not see, nor of a reference to it.
func TestInvariant13ListsHideRecords(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t) // R3 supersedes R2 and is hidden from carl
	carl := []string{"Authorization", as("carl")}
	vera := []string{"Authorization", as("vera")}
	ids := func(who []string) (out []any) {
		for _, r := range items(o.send(t, "GET", "/v1/records", "", who...)) {
			out = append(out, r.(map[string]any)["id"])
		}
		return out
	}
	require.ElementsMatch(t, []any{"R1", "R2"}, ids(carl))
	require.ElementsMatch(t, []any{"R1", "R2", "R3"}, ids(vera))
	require.Empty(t, items(o.send(t, "GET", "/v1/records/R2/references?direction=inward", "", carl...)))
	require.Len(t, items(o.send(t, "GET", "/v1/records/R2/references?direction=inward", "", vera...)), 1)
	require.Equal(t, []any{"R2"}, items(o.send(t, "GET", "/v1/records/R1/heads", "", carl...)))
	require.Equal(t, []any{"R3"}, items(o.send(t, "GET", "/v1/records/R1/heads", "", vera...)))
	o.send(t, "GET", "/v1/records/R3/heads", "", carl...).problem(t, http.StatusNotFound, "not-found")
	at := o.made(t, "/v1/records/R3/references", map[string]any{"type": "references", "target": map[string]any{"kind": "text", "value": "R3"}}, vera...)
	require.Empty(t, items(o.send(t, "GET", "/v1/open-references", "", carl...)))
	require.Len(t, items(o.send(t, "GET", "/v1/open-references", "", vera...)), 1)
	o.create(t, "/v1/open-references/"+at.Fields["id"].(string)+"/resolution", map[string]any{"record": "R1"}, carl...).problem(t, http.StatusNotFound, "not-found")
	named := o.made(t, "/v1/records/R1/references", map[string]any{"type": "references", "target": map[string]any{"kind": "text", "value": "R3"}}, vera...)
	row := items(o.send(t, "GET", "/v1/open-references", "", carl...))[0].(map[string]any)
	require.NotContains(t, row, "called", "who is called so is hidden")
	to := "/v1/open-references/" + named.Fields["id"].(string) + "/resolution"
	o.create(t, to, map[string]any{}, carl...).problem(t, http.StatusConflict, "refused")
	o.create(t, to, map[string]any{"record": "R3"}, carl...).problem(t, http.StatusNotFound, "not-found")
}

// Invariant 13: what was merged into a record that the caller may not see is as hidden as that, and what was merged into
// one that he sees stays hidden beside it.
func TestInvariant13MergesHideRecords(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t) // R3 is hidden from carl
	carl, vera := []string{"Authorization", as("carl")}, []string{"Authorization", as("vera")}
	for _, id := range []string{"R4", "R5"} {
		o.made(t, "/v1/records", map[string]any{"id": id, "kind": "letter", "title": id, "media_type": "text/plain", "content": "b25l"}, vera...)
	}
	etag := func(id string) []string {
		return append([]string{"If-Match", o.send(t, "GET", "/v1/records/"+id, "", vera...).Header.Get("ETag")}, vera...)
	}
	byCarl := append([]string{"If-Match", o.send(t, "GET", "/v1/records/R5", "", carl...).Header.Get("ETag")}, carl...)
	o.send(t, "POST", "/v1/records/R5/merge", `{"into":"R3","reason":"x"}`, byCarl...).fault(t, "/into", "unknown")
	o.send(t, "POST", "/v1/records/R5/merge", `{"into":"nobody","reason":"x"}`, byCarl...).fault(t, "/into", "unknown")
	require.Equal(t, http.StatusOK, o.send(t, "POST", "/v1/records/R5/merge", `{"into":"R3","reason":"x"}`, etag("R5")...).Status)
	for _, of := range []string{"", "/content", "/references", "/merged", "/filing", "/retention", "/heads", "/contents/" + hexDigest("one")} {
		o.send(t, "GET", "/v1/records/R5"+of, "", carl...).problem(t, http.StatusNotFound, "not-found")
	}
	require.Equal(t, "R3", o.send(t, "GET", "/v1/records/R5", "", vera...).Fields["id"])
	require.Equal(t, http.StatusOK, o.send(t, "POST", "/v1/records/R3/merge", `{"into":"R4","reason":"x"}`, etag("R3")...).Status)
	require.Equal(t, []any{"R4", "R5"}, idsOf(items(o.send(t, "GET", "/v1/records/R4/merged", "", carl...))))
	require.Equal(t, []any{"R3", "R4", "R5"}, idsOf(items(o.send(t, "GET", "/v1/records/R4/merged", "", vera...))))
	o.send(t, "GET", "/v1/records/R4/contents/"+hexDigest("hinge, secret"), "", carl...).problem(t, http.StatusNotFound, "not-found")
	require.Equal(t, "hinge, secret", o.send(t, "GET", "/v1/records/R4/contents/"+hexDigest("hinge, secret"), "", vera...).Body)
	require.NotContains(t, o.send(t, "GET", "/v1/records/R4/references?direction=inward", "", carl...).Body, "R3")
	require.Contains(t, o.send(t, "GET", "/v1/records/R4/references?direction=inward", "", vera...).Body, "R3")
}

func idsOf(rows []any) (out []any) {
	for _, r := range rows {
		out = append(out, r.(map[string]any)["id"])
	}
	return out
}
