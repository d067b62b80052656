package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestProcess asks how the office runs, by what it wrote down.
func TestProcess(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, id := range []string{"R1", "R2"} {
		body := `{"id":"` + id + `","kind":"letter","title":"t","media_type":"m","content":""}`
		require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/records", body, "Idempotency-Key", id).Status)
	}
	got := o.send(t, "GET", "/v1/process?room=archive", "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.InDelta(t, 2, got.Fields["cases"], 0)
	require.InDelta(t, 2, got.Fields["events"], 0)
	require.InDelta(t, 1, got.Fields["variants"], 0)
	require.Len(t, got.Fields["activities"], 1)
	require.Len(t, got.Fields["starts"], 1)
	require.Empty(t, got.Fields["edges"])
	require.InDelta(t, 0, o.send(t, "GET", "/v1/process?room=notice", "").Fields["cases"], 0)
}
