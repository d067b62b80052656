package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// send sends a body as carol and returns status and body of the reply.
func (o *office) send(method, path, mediaType, body string) (int, string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.base+path, strings.NewReader(body))
	require.NoError(o.t, err)
	req.Header.Set("Authorization", "Bearer carol")
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("Idempotency-Key", "once")
	res, err := http.DefaultClient.Do(req)
	require.NoError(o.t, err)
	defer res.Body.Close()
	reply, err := io.ReadAll(res.Body)
	require.NoError(o.t, err)
	return res.StatusCode, string(reply)
}

// TestUploadedContents: what is uploaded can be filed, and stands in the folder
// beside the store when the program is gone.
func TestUploadedContents(t *testing.T) { //nolint:paralleltest // its second part follows the first
	store := filepath.Join(t.TempDir(), "office.db")
	const text = "Minutes of the first meeting"
	sum := sha256.Sum256([]byte(text))
	digest := hex.EncodeToString(sum[:])
	t.Run("first", func(t *testing.T) { //nolint:paralleltest // the second follows it
		o := start(t, "-empty", "-store", store)
		status, reply := o.send(http.MethodPut, "/v1/contents/"+digest, "application/octet-stream", text)
		require.Equal(t, http.StatusOK, status, reply)
		status, reply = o.send(http.MethodPost, "/v1/records", "application/json",
			`{"id":"M1","kind":"minutes","title":"First meeting","media_type":"text/plain","digest":"`+digest+`"}`)
		require.Equal(t, http.StatusCreated, status, reply)
	})
	t.Run("again", func(t *testing.T) { //nolint:paralleltest // it follows the first
		status, body := start(t, "-empty", "-store", store).get("/v1/records/M1/content")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, text, body)
	})
	found, err := filepath.Glob(store + ".contents/*/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, found)
}
