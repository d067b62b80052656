package httpapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func TestLifecycles(t *testing.T) {
	t.Parallel()
	o := open(t)
	list := o.send(t, http.MethodGet, "/v1/lifecycles", "")
	require.Equal(t, http.StatusOK, list.Status)
	items := list.Fields["items"].([]any)
	require.Len(t, items, len(lifecycle.BuiltIn()))
	require.Equal(t, map[string]any{
		"id": "normal", "version": 1.0, "title": "Normal change", "mode": "govern", "default": true,
	}, items[0])
	require.Equal(t, false, items[1].(map[string]any)["default"])
	for _, def := range lifecycle.BuiltIn() {
		for _, query := range []string{"", "?version=1"} {
			got := o.send(t, http.MethodGet, "/v1/lifecycles/"+def.ID+query, "")
			require.Equal(t, http.StatusOK, got.Status)
			want, err := json.Marshal(def)
			require.NoError(t, err)
			require.JSONEq(t, string(want), got.Body, "the contract says what the definition says")
		}
	}
	o.send(t, http.MethodGet, "/v1/lifecycles/normal?version=2", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, http.MethodGet, "/v1/lifecycles/nowhere", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, http.MethodGet, "/v1/lifecycles/normal?version=0", "").problem(t, http.StatusBadRequest, "malformed-request")
}

func TestPicturesOfLifecycles(t *testing.T) {
	t.Parallel()
	plain := open(t)
	plain.send(t, http.MethodGet, "/v1/lifecycles/normal?format=dot", "").problem(t, http.StatusNotFound, "not-found")
	require.Equal(t, http.StatusOK, plain.send(t, http.MethodGet, "/v1/lifecycles/normal?format=json", "").Status)

	o := open(t, func(c *httpapi.Config) {
		c.Draw = named
	})
	for _, format := range []string{"mermaid", "dot"} {
		got := o.send(t, http.MethodGet, "/v1/lifecycles/standard?format="+format, "")
		require.Equal(t, http.StatusOK, got.Status)
		require.Equal(t, "text/plain", got.Header.Get("Content-Type"))
		require.Equal(t, "standard in "+format, got.Body)
	}
	o.send(t, http.MethodGet, "/v1/lifecycles/nowhere?format=dot", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, http.MethodGet, "/v1/lifecycles/normal?format=png", "").problem(t, http.StatusBadRequest, "malformed-request")
}

func TestOpeningUnderALifecycle(t *testing.T) {
	t.Parallel()
	o := open(t)
	body := `{"id":"CR7","lifecycle":{"id":"standard"},"content":{"title":"t","from_template":"TPL"}}`
	got := o.send(t, http.MethodPost, "/v1/change-requests", body, "Idempotency-Key", "k1")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.Equal(t, map[string]any{"id": "standard", "version": 1.0}, got.Fields["lifecycle"])
	unknown := strings.Replace(body, "standard", "other", 1)
	o.send(t, http.MethodPost, "/v1/change-requests", unknown, "Idempotency-Key", "k2").problem(t, http.StatusUnprocessableEntity, "invalid")
}

func TestRetiringOverHTTP(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.draft(t)
	o.send(t, http.MethodPost, "/v1/change-requests/CR7/template-retirement", `{"reason":"worn out","successor":"CR9"}`, "If-Match", `"1"`).
		problem(t, http.StatusConflict, "refused")
}
