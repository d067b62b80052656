package httpapi_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
)

// serve runs Serve on a free port and returns its address and its end.
func serve(t *testing.T, ctx context.Context, h http.Handler, grace time.Duration) (string, <-chan error) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- httpapi.Serve(ctx, l, h, grace, nil) }()
	return "http://" + l.Addr().String(), done
}

func fetch(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	require.NoError(t, err)
	return http.DefaultClient.Do(r)
}

// TestServeFinishesWhatRuns: the end of the context stops the listener, and a
// request that is under way is still answered.
func TestServeFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	began, finish := make(chan struct{}), make(chan struct{})
	url, done := serve(t, ctx, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-finish
		_, _ = io.WriteString(w, "done")
	}), time.Minute)
	answered := make(chan string, 1)
	go func() {
		res, err := http.Get(url)
		if err != nil {
			answered <- err.Error()
			return
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		answered <- string(body)
	}()
	<-began
	cancel()
	require.Eventually(t, func() bool {
		res, err := fetch(t, url)
		if err == nil {
			_ = res.Body.Close()
		}
		return err != nil
	}, 10*time.Second, time.Millisecond, "no new request is taken")
	close(finish)
	require.Equal(t, "done", <-answered)
	require.NoError(t, <-done)
}

// TestServeCutsOffWhatLasts: beyond the grace nothing is waited for.
func TestServeCutsOffWhatLasts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{})
	url, done := serve(t, ctx, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
	}), time.Millisecond)
	failed := make(chan error, 1)
	go func() {
		_, err := http.Get(url) //nolint:bodyclose // it fails
		failed <- err
	}()
	<-began
	cancel()
	require.ErrorIs(t, <-done, context.DeadlineExceeded)
	require.Error(t, <-failed)
}

func TestServeOnABrokenListener(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	var written bytes.Buffer
	err = httpapi.Serve(t.Context(), l, http.NotFoundHandler(), time.Second, slog.New(slog.NewTextHandler(&written, nil)))
	require.ErrorIs(t, err, net.ErrClosed)
}

// TestOverARealConnection: what only net/http does: chunked bodies without a
// length, HEAD without a body, and 413 on a stream.
func TestOverARealConnection(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.draft(t)
	ctx, cancel := context.WithCancel(t.Context())
	url, done := serve(t, ctx, o.handler, time.Minute)
	call := func(method, path, tag string, body io.Reader) answer {
		r, err := http.NewRequestWithContext(t.Context(), method, url+path, body)
		require.NoError(t, err)
		r.Header.Set("Authorization", as("carl"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("If-Match", tag)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return answer{Status: res.StatusCode, Header: res.Header, Body: string(raw)}
	}
	stream := func(s string) io.Reader { return struct{ io.Reader }{bytes.NewBufferString(s)} } // no length
	require.Equal(t, http.StatusOK, call("PUT", content, `"1"`, stream(`{"title":"streamed"}`)).Status)
	require.Equal(t, http.StatusBadRequest, call("DELETE", "/v1/change-requests/CR7/hold", `"2"`, stream(`{}`)).Status)
	require.Equal(t, http.StatusRequestEntityTooLarge, call("PUT", content, `"2"`, stream(`{"title":"`+string(make([]byte, 2<<20)))).Status)
	head := call("HEAD", "/v1/change-requests/CR7", `"2"`, nil)
	require.Equal(t, `"2"`, head.Header.Get("ETag"))
	require.Empty(t, head.Body)
	cancel()
	http.DefaultClient.CloseIdleConnections()
	require.NoError(t, <-done)
}
