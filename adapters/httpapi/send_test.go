package httpapi_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi/contracttest"
	"github.com/coordkit/coordkit/coordination"
)

// answer is what came back, its body decoded where it is JSON.
type answer struct {
	Status int
	Header http.Header
	Body   string
	Fields map[string]any
}

// send sends a request of carl, unless a header says otherwise; every reply is
// held against the contract.
func (o *office) send(tb testing.TB, method, path, body string, header ...string) answer {
	tb.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://desk"+path, strings.NewReader(body))
	require.NoError(tb, err)
	r.Header.Set("Authorization", as("carl"))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header[http.CanonicalHeaderKey(header[i])] = []string{header[i+1]}
		}
	}
	return o.do(tb, r)
}

// do sends a request as it is.
func (o *office) do(tb testing.TB, r *http.Request) answer {
	tb.Helper()
	res, err := contracttest.NewTransport(tb, o.handler).RoundTrip(r)
	require.NoError(tb, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	out := answer{Status: res.StatusCode, Header: res.Header, Body: string(raw)}
	_ = json.Unmarshal(raw, &out.Fields)
	return out
}

// problem checks that the answer is that problem.
func (a answer) problem(tb testing.TB, status int, code string) {
	tb.Helper()
	require.Equal(tb, status, a.Status, a.Body)
	require.Equal(tb, code, a.Fields["code"], a.Body)
}

// fault checks that the answer names a fault of that code at that place: a JSON
// pointer, or "query name".
func (a answer) fault(tb testing.TB, place, code string) {
	tb.Helper()
	list, _ := a.Fields["errors"].([]any)
	for _, each := range list {
		f, _ := each.(map[string]any)
		at, inBody := f["pointer"].(string)
		if !inBody {
			at = f["in"].(string) + " " + name(f)
		}
		if at == place && f["code"] == code {
			return
		}
	}
	tb.Fatalf("no fault %s at %q in %s", code, place, a.Body)
}

func name(fault map[string]any) string {
	s, _ := fault["name"].(string)
	return s
}

// journal is how many events the first office has recorded.
func (o *office) journal(tb testing.TB) int64 {
	tb.Helper()
	var last int64
	for {
		page, next, err := o.desk.Journal(context.Background(), "a", coordination.JournalQuery{After: last})
		require.NoError(tb, err)
		if len(page) == 0 {
			return last
		}
		last = next
	}
}

// unchanged runs something that must leave no trace.
func (o *office) unchanged(tb testing.TB, do func()) {
	tb.Helper()
	before := o.journal(tb)
	do()
	require.Equal(tb, before, o.journal(tb), "something was recorded")
}

// plain is a body that opens a request.
const plain = `{"id":"CR7","content":{"title":"Raise the limit","description":"Too low.","justification":"Complaints.",` +
	`"affected":[{"item":"SPEC-1","action":"modify","base":"A","owner":"bea"}]}}`

// draft opens CR7 for ann.
func (o *office) draft(tb testing.TB) {
	tb.Helper()
	a := o.send(tb, http.MethodPost, "/v1/change-requests", plain, "Idempotency-Key", "draft", "Authorization", as("ann"))
	require.Equal(tb, http.StatusCreated, a.Status, a.Body)
}
