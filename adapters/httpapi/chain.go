package httpapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"time"
)

// chain is what every request goes through: request id, headers, log, recovery,
// then the multiplexer.
type chain struct {
	api  *api
	next http.Handler
}

func (c *chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	at := &call{id: c.api.cfg.NewID(), accept: strings.Join(r.Header.Values("Accept"), ","), head: r.Method == http.MethodHead}
	rec := &recorder{ResponseWriter: w, call: at}
	setHeaders(w.Header(), at.id)
	r = withCall(r, at)
	defer c.log(rec, r, begun)
	defer c.recover(rec, r)
	if path.Clean(r.URL.Path) != r.URL.Path {
		c.api.fail(rec, r, errNoPath) // ServeMux would redirect
		return
	}
	c.next.ServeHTTP(rec, r)
	if rec.unrouted != 0 {
		c.unrouted(rec, r)
	}
}

// setHeaders sets what every reply carries; an API page runs and embeds nothing.
func setHeaders(h http.Header, id string) {
	h["Request-Id"] = []string{id}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Content-Security-Policy"] = []string{"default-src 'none'; frame-ancestors 'none'"}
	h["Referrer-Policy"] = []string{"no-referrer"}
	h["Cache-Control"] = []string{"private, no-cache"}
}

// unrouted answers for the multiplexer, whose own words are no problem+json.
func (c *chain) unrouted(rec *recorder, r *http.Request) {
	err := errNoPath
	if rec.unrouted == http.StatusMethodNotAllowed {
		err = errMethod // Allow is set already
	}
	rec.unrouted = 0
	c.api.fail(rec, r, err)
}

func (c *chain) recover(rec *recorder, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause) //nolint:forbidigo // net/http asks for it: the reply is to be cut off
	}
	c.api.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "panic",
		slog.String("request_id", rec.call.id), slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
	if rec.status == 0 {
		c.api.write(rec, r, fmt.Errorf("httpapi: panic: %v", cause)) //nolint:err113 // only its being unknown matters
	}
}

func (c *chain) log(rec *recorder, r *http.Request, begun time.Time) {
	logger := c.api.cfg.Log
	if !logger.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	at := rec.call
	operation := ""
	if at.op != nil {
		operation = at.op.id
	}
	logger.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request_id", at.id), slog.String("method", r.Method), slog.String("operation", operation),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", time.Since(begun)),
		slog.String("tenant", at.principal.Tenant), slog.String("actor", at.principal.Actor.ID))
}

// recorder notes what is sent, and holds back what the multiplexer itself
// would say: nothing else writes before the call has its operation.
type recorder struct {
	http.ResponseWriter

	call     *call
	status   int
	bytes    int64
	unrouted int // the status that the multiplexer chose
	problem  bool
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.call.op == nil && !r.problem {
		r.unrouted = status
		return
	}
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (r *recorder) Write(b []byte) (int, error) {
	if r.unrouted != 0 {
		return len(b), nil
	}
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err //nolint:wrapcheck // a writer passes on
}

// Unwrap lets http.ResponseController reach the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
