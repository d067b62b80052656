package httpapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// A handler over a store in memory, for a service in which everybody is ann.
// She drafts a request, and a second look with a stale tag is refused.
func Example() {
	store := memory.New()
	desk, err := coordination.NewDesk(coordination.Config{Store: store})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := httpapi.New(httpapi.Config{
		Desk: desk, Store: store,
		Authenticator: httpapi.AuthenticatorFunc(func(*http.Request) (httpapi.Principal, error) {
			return httpapi.Principal{Tenant: "house", Actor: changereq.Actor{ID: "ann"}}, nil
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := func(method, path, body, header, value string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header, value)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Get("Content-Type"), w.Header().Get("ETag"))
	}
	call("POST", "/v1/change-requests", `{"id":"CR7","content":{"title":"Raise the limit"}}`, "Idempotency-Key", "k1")
	call("PUT", "/v1/change-requests/CR7/content", `{"title":"Raise the boiler limit"}`, "If-Match", `"1"`)
	call("PUT", "/v1/change-requests/CR7/content", `{"title":"Lower the limit"}`, "If-Match", `"1"`)
	// Output:
	// 201 application/json "1"
	// 200 application/json "2"
	// 412 application/problem+json
}
