package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// BenchmarkGet compares a GET of a request through the whole handler, check
// included, with a bare handler that writes the same bytes; both over a real
// loopback connection. cpu-ns/op is the time of the process, client included.
func BenchmarkGet(b *testing.B) {
	o := open(b)
	seed(b, o)
	sample := get(b, o.handler)
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(sample)
	})
	b.Run("bare", func(b *testing.B) { overLoopback(b, bare, len(sample)) })
	b.Run("desk", func(b *testing.B) { overLoopback(b, o.handler, len(sample)) })
}

// seed opens one request as people write them.
func seed(tb testing.TB, o *office) {
	tb.Helper()
	_, err := o.desk.Open(context.Background(), "a", changereq.Actor{ID: "ann"}, changereq.Open{ID: "CR7", Content: changereq.Content{
		Title: "Raise the boiler limit", Labels: []string{"boiler", "safety"},
		Description: "The limit of the boiler is too low for cold days.", Justification: "Complaints every winter.",
		Affected: []changereq.AffectedItem{
			{Item: "SPEC-1", Action: changereq.ActionModify, Base: "A", Owner: "bea"},
			{Item: "SPEC-2", Action: changereq.ActionNone, Owner: "bob"},
		},
	}})
	require.NoError(tb, err)
}

func get(tb testing.TB, h http.Handler) []byte {
	tb.Helper()
	r := httptest.NewRequest(http.MethodGet, "/v1/change-requests/CR7", nil)
	r.Header.Set("Authorization", as("ann"))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	require.Equal(tb, http.StatusOK, rec.Code, rec.Body.String())
	return bytes.Clone(rec.Body.Bytes())
}

func overLoopback(b *testing.B, h http.Handler, want int) {
	b.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, srv.URL+"/v1/change-requests/CR7", nil)
	require.NoError(b, err)
	r.Header.Set("Authorization", as("ann"))
	client := srv.Client()
	b.ReportAllocs()
	begun := cpu(b)
	for b.Loop() {
		res, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, res.Body)
		if err != nil || int(n) != want {
			b.Fatalf("%d bytes, want %d: %v", n, want, err)
		}
		_ = res.Body.Close()
	}
	b.ReportMetric(float64(cpu(b)-begun)/float64(b.N), "cpu-ns/op")
}

// cpu is the processor time of this process.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Skip("no processor time on this system")
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkHandler is the handler alone, without a connection.
func BenchmarkHandler(b *testing.B) {
	o := open(b)
	seed(b, o)
	for name, path := range map[string]string{"get": "/v1/change-requests/CR7", "not found": "/v1/change-requests/none"} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", as("ann"))
			b.ReportAllocs()
			for b.Loop() {
				o.handler.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
