package httpapi_test

import (
	"archive/tar"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/coordination"
)

func (o *office) examine(tb testing.TB, file string, header ...string) answer {
	tb.Helper()
	return o.send(tb, "POST", "/v1/bag-examinations", file, append([]string{"Content-Type", "application/octet-stream"}, header...)...)
}

// TestBagsAreExamined: our own dossiers fit, the second continues the first, and what is
// changed in one is named.
func TestBagsAreExamined(t *testing.T) {
	t.Parallel()
	o, _ := wholeArchive(t)
	o.made(t, "/v1/records", map[string]any{"id": "R1", "kind": "letter", "title": "One", "media_type": "text/plain", "name": "one.txt", "content": "b25l"})
	o.sign(t)
	o.made(t, "/v1/dossiers", map[string]any{"id": "D1", "matter": "R1"})
	first := o.send(t, "GET", "/v1/dossier.tar?matter=R1", "").Body
	before := o.journal(t)
	got := o.examine(t, first)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, before, o.journal(t), "nothing is kept")
	require.Equal(t, "valid", got.Fields["verdict"])
	require.Equal(t, "tar", got.Fields["format"])
	require.Equal(t, "dossier_R1", got.Fields["folder"])
	require.Empty(t, got.Fields["findings"])
	payload := got.Fields["payload"].([]any)[0].(map[string]any)
	require.Equal(t, "data/00001_R1/r01/one.txt", payload["path"])
	require.Equal(t, map[string]any{"algorithm": "sha256", "digest": hexDigest("one")}, payload["digests"].([]any)[0])
	require.Contains(t, got.Body, `{"name":"External-Description","value":"Dossier on R1, policy standard"}`)
	checked := got.Fields["dossier"].(map[string]any)
	require.Equal(t, true, checked["fits"], got.Body)
	require.Equal(t, true, checked["ours"])

	o.made(t, "/v1/records", map[string]any{"id": "R2", "kind": "letter", "title": "Two", "media_type": "m", "content": "dHdv", "references": []any{map[string]any{"type": "amends", "target": map[string]any{"kind": "record", "value": "R1"}}}})
	o.sign(t)
	second := o.examine(t, o.send(t, "GET", "/v1/dossier.zip?matter=R1&continues=D1", "").Body)
	require.Equal(t, "zip", second.Fields["format"])
	again := second.Fields["dossier"].(map[string]any)
	require.Equal(t, true, again["fits"], second.Body)
	require.Equal(t, checked["checkpoint"], again["before"])

	forged := o.examine(t, strings.Replace(first, `"title":"One"`, `"title":"Two"`, 1))
	require.Equal(t, "invalid", forged.Fields["verdict"])
	require.Contains(t, forged.Body, `"code":"digest"`)
	misfit := forged.Fields["dossier"].(map[string]any)
	require.Equal(t, false, misfit["fits"])
	require.Equal(t, "metadata/records.jsonl", misfit["misfit"].(map[string]any)["file"])
}

// TestBagsThatAreRefused: each is said by name, and nothing stays.
func TestBagsThatAreRefused(t *testing.T) {
	t.Parallel()
	o, _ := wholeArchive(t, func(c *httpapi.Config, _ *coordination.Config) { c.Limits = httpapi.Limits{Upload: 20_000} })
	var hostile bytes.Buffer
	w := tar.NewWriter(&hostile)
	for _, h := range []tar.Header{
		{Typeflag: tar.TypeSymlink, Name: "bag/data/link", Linkname: "/etc/passwd"},
		{Typeflag: tar.TypeFifo, Name: "bag/data/pipe"},
		{Typeflag: tar.TypeReg, Name: "bag/../../outside"},
	} {
		require.NoError(t, w.WriteHeader(&h))
	}
	require.NoError(t, w.Close())
	got := o.examine(t, hostile.String())
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, "invalid", got.Fields["verdict"])
	for _, want := range []string{
		`"code":"link","file":"bag/data/link"`, `"code":"special-file","file":"bag/data/pipe"`, `"code":"unsafe-path","file":"bag/../../outside"`, `"code":"declaration","file":"bagit.txt"`,
	} {
		require.Contains(t, got.Body, want)
	}
	require.NotContains(t, got.Body, "/etc/passwd")
	require.NotContains(t, got.Fields, "dossier")
	o.examine(t, "this is neither tar nor zip").problem(t, http.StatusUnprocessableEntity, "invalid")
	o.examine(t, strings.Repeat("x", 20_001)).problem(t, http.StatusRequestEntityTooLarge, "too-large")
	o.examine(t, "x", "Content-Type", "application/zip").problem(t, http.StatusUnsupportedMediaType, "unsupported-media-type")
	o.examine(t, "x", "Authorization", "").problem(t, http.StatusUnauthorized, "unauthenticated")
	open(t).examine(t, "x").problem(t, http.StatusNotFound, "not-found")
	bare, _, _ := proving(t)
	bare.examine(t, "x").problem(t, http.StatusNotFound, "not-found")
}
