package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/dir"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// withBlobs is an office that keeps uploads of up to limit bytes in a folder.
func withBlobs(tb testing.TB, limit int64) (o *office, folder string) {
	tb.Helper()
	folder = tb.TempDir()
	kept, err := blobs.Open(folder)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, kept.Close()) })
	return open(tb, func(c *httpapi.Config) {
		c.Limits = httpapi.Limits{Upload: limit, Stall: 50 * time.Millisecond}
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, Blobs: kept})
		require.NoError(tb, err)
		c.Desk = desk
	}), folder
}

func digestField(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

func hexDigest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// upload sends bytes; a header may be given.
func (o *office) upload(tb testing.TB, digest, content string, header ...string) answer {
	tb.Helper()
	return o.send(tb, "PUT", "/v1/contents/"+digest, content, append([]string{"Content-Type", "application/octet-stream"}, header...)...)
}

// filed uploads a content and files it.
func (o *office) filed(tb testing.TB, id, content string) {
	tb.Helper()
	require.Equal(tb, http.StatusOK, o.upload(tb, hexDigest(content), content).Status)
	a := o.send(tb, "POST", "/v1/records", `{"id":"`+id+`","kind":"plan","title":"t","name":"p.pdf","media_type":"m","digest":"`+hexDigest(content)+`"}`, "Idempotency-Key", id)
	require.Equal(tb, http.StatusCreated, a.Status, a.Body)
}

func TestUploadAndFile(t *testing.T) {
	t.Parallel()
	o, _ := withBlobs(t, 4<<20)
	large := strings.Repeat("0123456789abcdef", 2<<16) // 2 MiB: more than a record takes along
	first := o.upload(t, hexDigest(large), large, "Content-Digest", "sha-512=:YQ==:, "+digestField(large))
	require.Equal(t, http.StatusOK, first.Status, first.Body)
	require.EqualValues(t, len(large), first.Fields["size"])
	again := o.upload(t, hexDigest(large), large, "Repr-Digest", digestField(large)+";p=1")
	require.Equal(t, first.Fields, again.Fields, "whether it was there is not told")
	o.filed(t, "R1", large)
	got := o.send(t, "GET", "/v1/records/R1/content", "")
	require.Equal(t, http.StatusOK, got.Status)
	require.Equal(t, large, got.Body)
	require.Equal(t, digestField(large), got.Header.Get("Content-Digest"))
	require.Equal(t, digestField(large), got.Header.Get("Repr-Digest"))
	require.Equal(t, "bytes", got.Header.Get("Accept-Ranges"))

	none := o.send(t, "POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","digest":"`+hexDigest("nobody's")+`"}`, "Idempotency-Key", "x")
	none.problem(t, http.StatusUnprocessableEntity, "invalid")
	none.fault(t, "/digest", "unknown")
	neither := o.send(t, "POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m"}`, "Idempotency-Key", "y")
	neither.fault(t, "/content", "required")
	both := o.send(t, "POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":"aGk=","digest":"`+hexDigest(large)+`"}`, "Idempotency-Key", "z")
	both.fault(t, "/content", "invalid")
}

// TestUploadsThatAreRefused: each leaves nothing behind.
func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	o, folder := withBlobs(t, 1000)
	text, other := "the text", "another text"
	for name, c := range map[string]struct {
		digest, content string
		header          []string
		status          int
		code            string
	}{
		"another digest":           {hexDigest(other), text, nil, 400, "digest-mismatch"},
		"another Content-Digest":   {hexDigest(text), text, []string{"Content-Digest", digestField(other)}, 400, "digest-mismatch"},
		"another Repr-Digest":      {hexDigest(text), text, []string{"Repr-Digest", digestField(other)}, 400, "digest-mismatch"},
		"a digest that is none":    {hexDigest(text), text, []string{"Content-Digest", "sha-256=:aGk=:"}, 400, "malformed-request"},
		"a digest without colons":  {hexDigest(text), text, []string{"Content-Digest", "sha-256=" + hexDigest(text)}, 400, "malformed-request"},
		"a path that is no digest": {strings.ToUpper(hexDigest(text)), text, nil, 400, "malformed-request"},
		"too large":                {hexDigest(strings.Repeat("x", 1001)), strings.Repeat("x", 1001), nil, 413, "too-large"},
		"JSON":                     {hexDigest(text), text, []string{"Content-Type", "application/json"}, 415, "unsupported-media-type"},
		"packed":                   {hexDigest(text), text, []string{"Content-Encoding", "gzip"}, 415, "unsupported-media-type"},
		"of nobody":                {hexDigest(text), text, []string{"Authorization", ""}, 401, "unauthenticated"},
	} {
		o.upload(t, c.digest, c.content, c.header...).problem(t, c.status, c.code)
		require.Empty(t, contents(t, folder), name)
	}
	require.Equal(t, http.StatusOK, o.upload(t, hexDigest(strings.Repeat("x", 1000)), strings.Repeat("x", 1000)).Status)
	require.Len(t, contents(t, folder), 1)
	open(t).upload(t, hexDigest(text), text).problem(t, http.StatusConflict, "refused")
}

// contents are the files below a folder.
func contents(tb testing.TB, folder string) []string {
	tb.Helper()
	var out []string
	require.NoError(tb, filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, path)
		}
		return err
	}))
	return out
}

// TestEndlessAndBrokenUploads goes over a real connection: a body without end is
// cut at the limit, one that stops coming is broken off, one that breaks is not
// kept.
func TestEndlessAndBrokenUploads(t *testing.T) {
	t.Parallel()
	o, folder := withBlobs(t, 100_000)
	ctx, cancel := context.WithCancel(t.Context())
	url, done := serve(t, ctx, o.handler, time.Minute)
	raw := func(head string, body io.Reader) string {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "PUT /v1/contents/%s HTTP/1.1\r\nHost: desk\r\nAuthorization: %s\r\nContent-Type: application/octet-stream\r\n%s\r\n\r\n", hexDigest("x"), as("carl"), head)
		require.NoError(t, err)
		go func() { _, _ = io.Copy(conn, body) }()
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		reply, err := io.ReadAll(res.Body)
		require.NoError(t, errors.Join(err, res.Body.Close()))
		return string(reply)
	}
	chunk := fmt.Sprintf("%x\r\n%s\r\n", 50_000, strings.Repeat("y", 50_000))
	require.Contains(t, raw("Transfer-Encoding: chunked", io.MultiReader(strings.NewReader(chunk), strings.NewReader(chunk), strings.NewReader(chunk))), "too-large")
	require.Contains(t, raw("Content-Length: 100001", strings.NewReader("")), "too-large")
	require.Contains(t, raw("Content-Length: 10", strings.NewReader("12345")), "incomplete")
	require.Contains(t, raw("Transfer-Encoding: chunked", strings.NewReader("5\r\n123")), "incomplete")
	require.Contains(t, raw("Transfer-Encoding: chunked", strings.NewReader("zz\r\n")), "incomplete")
	require.Empty(t, contents(t, folder))
	cancel()
	require.NoError(t, <-done)
}

// TestRanges holds the answers against RFC 9110, section 14.
func TestRanges(t *testing.T) {
	t.Parallel()
	o, _ := withBlobs(t, 1000)
	const text = "0123456789"
	o.filed(t, "R1", text)
	tag := `"` + hexDigest(text) + `"`
	for asked, want := range map[string]string{
		"bytes=0-0": "0", "bytes=2-4": "234", "bytes=7-": "789", "bytes=-3": "789", "bytes=-100": text, "bytes=0-99": text, "bytes= 3-3": "3",
		"bytes=9-99999999999999999999": "9",
	} {
		a := o.send(t, "GET", "/v1/records/R1/content", "", "Range", asked)
		require.Equal(t, http.StatusPartialContent, a.Status, asked)
		require.Equal(t, want, a.Body, asked)
		first := strings.Index(text, want)
		require.Equal(t, fmt.Sprintf("bytes %d-%d/10", first, first+len(want)-1), a.Header.Get("Content-Range"))
		require.Equal(t, digestField(text), a.Header.Get("Repr-Digest"), "of the whole")
		require.Empty(t, a.Header.Get("Content-Digest"))
		require.Equal(t, tag, a.Header.Get("ETag"))
	}
	for _, asked := range []string{"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"} {
		a := o.send(t, "GET", "/v1/records/R1/content", "", "Range", asked)
		a.problem(t, http.StatusRequestedRangeNotSatisfiable, "range-not-satisfiable")
		require.Equal(t, "bytes */10", a.Header.Get("Content-Range"))
	}
	for _, asked := range []string{"lines=1-2", "bytes=4-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=", "bytes=-", "bytes=+1-2", "bytes=1", "1-2"} {
		a := o.send(t, "GET", "/v1/records/R1/content", "", "Range", asked)
		require.Equal(t, http.StatusOK, a.Status, "%s is to be ignored", asked)
		require.Equal(t, text, a.Body)
	}
	for ifRange, status := range map[string]int{tag: 206, `W/` + tag: 200, `"x"`: 200, "Wed, 21 Oct 2015 07:28:00 GMT": 200} {
		a := o.send(t, "GET", "/v1/records/R1/content", "", "Range", "bytes=1-2", "If-Range", ifRange)
		require.Equal(t, status, a.Status, ifRange)
	}
	same := o.send(t, "GET", "/v1/records/R1/content", "", "Range", "bytes=1-2", "If-None-Match", tag)
	require.Equal(t, http.StatusNotModified, same.Status)
	for asked, status := range map[string]int{"": 200, "bytes=1-2": 206} {
		head := o.send(t, "HEAD", "/v1/records/R1/content", "", "Range", asked)
		require.Equal(t, status, head.Status)
		require.Empty(t, head.Body)
		require.NotEmpty(t, head.Header.Get("Content-Length"))
	}
	o.filed(t, "R0", "")
	o.send(t, "GET", "/v1/records/R0/content", "", "Range", "bytes=0-").problem(t, http.StatusRequestedRangeNotSatisfiable, "range-not-satisfiable")
}

// TestSpoiledContents: a file that was cut short is an error at once; one that was
// changed is found while it is sent, and the reply is cut off before its end.
func TestSpoiledContents(t *testing.T) {
	t.Parallel()
	o, folder := withBlobs(t, 1<<20)
	large := strings.Repeat("x", 300_000)
	o.filed(t, "R1", large)
	file := contents(t, folder)[0]
	bad := []byte(large)
	bad[299_999] = 'y'
	require.NoError(t, os.WriteFile(file, bad, 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	url, done := serve(t, ctx, o.handler, time.Minute)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/records/R1/content", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", as("carl"))
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	var got bytes.Buffer
	_, err = got.ReadFrom(res.Body)
	require.ErrorIs(t, errors.Join(err, res.Body.Close()), io.ErrUnexpectedEOF)
	require.Less(t, got.Len(), len(large), "nobody takes it for whole")
	cancel()
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, <-done)

	require.NoError(t, os.Truncate(file, 10))
	o.send(t, "GET", "/v1/records/R1/content", "").problem(t, http.StatusInternalServerError, "internal")
	o.send(t, "GET", "/v1/records/R1/content", "", "Range", "bytes=0-3").problem(t, http.StatusInternalServerError, "internal")
	_, _, err = o.desk.OpenContent(t.Context(), "a", archive.RecordID("R1"))
	require.ErrorIs(t, err, archive.ErrAltered)
	require.NoError(t, os.Remove(file))
	o.send(t, "GET", "/v1/records/R1/content", "").problem(t, http.StatusNotFound, "not-found")
}
