package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRecords files, reads, downloads and refers.
func TestRecords(t *testing.T) {
	t.Parallel()
	o := open(t)
	body := `{"id":"R1","kind":"letter","title":"Complaint","subject":"changereq:CR7","name":"brief \"ä\".txt","media_type":"text/html",` +
		`"dated":"2025-12-31T23:00:00.123456789-01:00","content":"` + base64.StdEncoding.EncodeToString([]byte("<script>")) + `",` +
		`"references":[{"type":"evidences","target":{"kind":"ref","value":"changereq:CR7"}}]}`
	filed := o.send(t, "POST", "/v1/records", body, "Idempotency-Key", "1")
	require.Equal(t, http.StatusCreated, filed.Status, filed.Body)
	require.Equal(t, "/v1/records/R1", filed.Header.Get("Location"))
	require.Equal(t, "2026-01-01T00:00:00.123456Z", filed.Fields["dated"], "UTC and whole microseconds")

	read := o.send(t, "GET", "/v1/records/R1", "")
	require.Equal(t, filed.Fields, read.Fields)
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/records/R1", "", "If-None-Match", `"1"`).Status)

	content := o.send(t, "GET", "/v1/records/R1/content", "")
	sum := sha256.Sum256([]byte("<script>"))
	require.Equal(t, "<script>", content.Body)
	require.Equal(t, "application/octet-stream", content.Header.Get("Content-Type"), "a browser must not run it")
	require.Equal(t, "nosniff", content.Header.Get("X-Content-Type-Options"))
	require.Equal(t, `attachment; filename*=utf-8''brief%20%22%C3%A4%22.txt`, content.Header.Get("Content-Disposition"))
	require.Equal(t, "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":", content.Header.Get("Content-Digest"))
	require.Equal(t, fmt.Sprintf(`"%x"`, sum), content.Header.Get("ETag"))
	require.Contains(t, content.Header.Get("Cache-Control"), "immutable")
	same := o.send(t, "GET", "/v1/records/R1/content", "", "If-None-Match", content.Header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, same.Status)

	reply := strings.NewReplacer("R1", "R2", "evidences", "answers", `"ref"`, `"record"`, "changereq:CR7", "R1").Replace(body)
	require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/records", reply, "Idempotency-Key", "2").Status)
	require.Len(t, items(o.send(t, "GET", "/v1/records?kind=letter", "")), 2)
	require.Len(t, items(o.send(t, "GET", "/v1/records?subject=R1", "")), 1)
}

// TestEmptyContent: nothing is a content too.
func TestEmptyContent(t *testing.T) {
	t.Parallel()
	o := open(t)
	filed := o.send(t, "POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":""}`, "Idempotency-Key", "1")
	require.Equal(t, http.StatusCreated, filed.Status, filed.Body)
	a := o.send(t, "GET", filed.Header.Get("Location")+"/content", "")
	require.Equal(t, http.StatusOK, a.Status)
	require.Empty(t, a.Body)
	require.Equal(t, "attachment", a.Header.Get("Content-Disposition"))
}

// TestLargestContent: 1 MiB goes in and comes out, a byte more does not.
func TestLargestContent(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := func(size int) answer {
		content := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", size)))
		return o.send(t, "POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":"`+content+`"}`, "Idempotency-Key", strconv.Itoa(size))
	}
	filed := file(1 << 20)
	require.Equal(t, http.StatusCreated, filed.Status, filed.Body)
	require.Len(t, o.send(t, "GET", filed.Header.Get("Location")+"/content", "").Body, 1<<20)
	over := file(1<<20 + 1)
	over.problem(t, http.StatusUnprocessableEntity, "invalid")
	over.fault(t, "/content", "too_long")
	file(1<<20+3).problem(t, http.StatusBadRequest, "malformed-request")
	file(2<<20).problem(t, http.StatusRequestEntityTooLarge, "too-large")
}

// TestReferencesReadFromBothEnds: one edge, two names.
func TestReferencesReadFromBothEnds(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, id := range []string{"R1", "R2"} {
		a := o.send(t, "POST", "/v1/records", `{"id":"`+id+`","kind":"k","title":"t","media_type":"m","content":""}`, "Idempotency-Key", id)
		require.Equal(t, http.StatusCreated, a.Status, a.Body)
	}
	link := `{"type":"answers","target":{"kind":"record","value":"R1"},"reason":"The reply."}`
	added := o.send(t, "POST", "/v1/records/R2/references", link, "Idempotency-Key", "l1")
	require.Equal(t, http.StatusCreated, added.Status, added.Body)
	require.Equal(t, "outward", added.Fields["direction"])
	o.unchanged(t, func() {
		again := o.send(t, "POST", "/v1/records/R2/references", link, "Idempotency-Key", "l2")
		require.Equal(t, added.Fields, again.Fields, "the same edge is one edge")
	})
	from := items(o.send(t, "GET", "/v1/records/R2/references", ""))
	require.Equal(t, []any{added.Fields}, from)
	to := items(o.send(t, "GET", "/v1/records/R1/references?direction=inward", ""))
	require.Len(t, to, 1)
	edge := to[0].(map[string]any)
	require.Equal(t, "answeredBy", edge["type"])
	require.Equal(t, map[string]any{"kind": "record", "value": "R2"}, edge["other"])
	require.Empty(t, items(o.send(t, "GET", "/v1/records/R1/references", "")))

	o.send(t, "POST", "/v1/records/R9/references", link, "Idempotency-Key", "l3").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "POST", "/v1/records/R1/references", link, "Idempotency-Key", "l4").problem(t, http.StatusUnprocessableEntity, "invalid")
	unknown := o.send(t, "POST", "/v1/records/R1/references", strings.Replace(link, "answers", "likes", 1), "Idempotency-Key", "l5")
	unknown.problem(t, http.StatusUnprocessableEntity, "invalid")
	unknown.fault(t, "/type", "unknown")

	symmetric := `{"type":"seeAlso","target":{"kind":"record","value":"R1"}}`
	both := o.send(t, "POST", "/v1/records/R2/references", symmetric, "Idempotency-Key", "l6")
	require.Equal(t, map[string]any{"kind": "record", "value": "R1"}, both.Fields["other"], "seen from R2, whichever way it is kept")
}

func items(a answer) []any {
	list, _ := a.Fields["items"].([]any)
	return list
}
