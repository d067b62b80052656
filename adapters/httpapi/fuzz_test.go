package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzBody: whatever is sent as a body is answered as the contract describes,
// and what is refused changes nothing.
func FuzzBody(f *testing.F) {
	f.Add(`{"title":"t"}`)
	f.Add(`{"title":"t","window":{"start":"2026-01-01T00:00:00Z","end":"2026-01-02T00:00:00+01:00"}}`)
	f.Add(`{"title":"t","affected":[{"item":"i","action":"modify","base":"A"}],"labels":["a"],"supersedes":["CR1"]}`)
	f.Add(`{"title":"t","TITLE":"u"}`)
	f.Add("{\"title\":\"\xff\"}")
	f.Add(`{"title":"\ud800"}`)
	f.Add(`{"title":1e999}`)
	f.Add(`[]`)
	o := open(f)
	o.draft(f)
	f.Fuzz(func(t *testing.T, body string) {
		tag := o.send(t, http.MethodGet, "/v1/change-requests/CR7", "").Header.Get("ETag")
		before := o.journal(t)
		a := o.send(t, http.MethodPut, content, body, "If-Match", tag, "Content-Type", "application/json")
		require.Less(t, a.Status, http.StatusInternalServerError, a.Body)
		if a.Status != http.StatusOK {
			require.Contains(t, []int{400, 413, 422}, a.Status)
			require.Equal(t, before, o.journal(t))
		}
	})
}

// FuzzQuery: the same for a query; page tokens are among it.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "state=Draft", "q=a%20b&page_size=1", "page_token=AQ", "page_size=2147483647", "category=%00", "a=b&a=c", "%zz", ";", "=",
		"page_token=AYx-1LZ5tYqrEzIwMjYtMDEtMDVUMDk6MDA6MDAA",
	} {
		f.Add(seed)
	}
	o := open(f)
	o.draft(f)
	f.Fuzz(func(t *testing.T, query string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://desk/v1/change-requests", nil)
		require.NoError(t, err)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", as("carl"))
		if r.URL.RequestURI() == "" {
			return
		}
		a := o.do(t, r)
		require.Contains(t, []int{200, 400}, a.Status, a.Body)
	})
}
