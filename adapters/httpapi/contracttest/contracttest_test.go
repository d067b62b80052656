package contracttest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// TestMain keeps the planted bugs from leaving files behind.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.nofailfile", "true")
	_ = flag.Set("rapid.shrinktime", "300ms") // a flag on the command line wins
	os.Exit(m.Run())
}

// office is a handler over an empty store in memory, with a clock that goes on
// by a second whenever it is looked at.
func office(tb testing.TB) http.Handler {
	tb.Helper()
	var (
		mu  sync.Mutex
		now = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
	store := memory.New()
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: clock})
	require.NoError(tb, err)
	h, err := httpapi.New(httpapi.Config{Desk: desk, Store: store, Now: clock, Authenticator: httpapi.AuthenticatorFunc(who)})
	require.NoError(tb, err)
	return h
}

func sign(r *http.Request, c Caller) {
	r.Header.Set("Authorization", "Test "+c.Tenant+" "+c.Actor+" "+strings.Join(c.Roles, ","))
}

func who(r *http.Request) (httpapi.Principal, error) {
	f := strings.Split(r.Header.Get("Authorization"), " ")
	if len(f) != 4 {
		return httpapi.Principal{}, httpapi.ErrUnauthenticated
	}
	return httpapi.Principal{Tenant: f[1], Actor: changereq.Actor{ID: f[2], Roles: strings.Split(f[3], ",")}}, nil
}

func TestContract(t *testing.T) {
	t.Parallel()
	Run(t, func() http.Handler { return office(t) }, Config{Sign: sign})
}

// verdict stands in for a test and remembers whether it failed.
type verdict struct {
	testing.TB

	failed bool
	log    strings.Builder
}

func (v *verdict) Helper()                        {}
func (v *verdict) Name() string                   { return "planted" }
func (v *verdict) Logf(format string, a ...any)   { fmt.Fprintf(&v.log, format+"\n", a...) }
func (v *verdict) Log(a ...any)                   { fmt.Fprintln(&v.log, a...) }
func (v *verdict) Errorf(format string, a ...any) { v.failed = true; v.Logf(format, a...) }
func (v *verdict) Error(a ...any)                 { v.failed = true; v.Log(a...) }
func (v *verdict) Fail()                          { v.failed = true }
func (v *verdict) Failed() bool                   { return v.failed }
func (v *verdict) FailNow()                       { v.failed = true; panic(v) }
func (v *verdict) Fatal(a ...any)                 { v.Error(a...); v.FailNow() }
func (v *verdict) Fatalf(format string, a ...any) { v.Errorf(format, a...); v.FailNow() }

// TestPlantedBugs shows that each promise is really looked at: a handler with
// one bug in front of it must be caught.
func TestPlantedBugs(t *testing.T) {
	t.Parallel()
	for name, bug := range map[string]func(next http.Handler) http.Handler{
		"a 500 on the second amendment": func(next http.Handler) http.Handler {
			amended := 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/content") && r.Method == http.MethodPut {
					if amended++; amended == 2 {
						http.Error(w, "broken", http.StatusInternalServerError)
						return
					}
				}
				next.ServeHTTP(w, r)
			})
		},
		"a reply that the contract does not describe": edited(func(r *http.Request, rec *httptest.ResponseRecorder) {
			if r.Method == http.MethodGet {
				replace(rec, `"applicant"`, `"aplicant"`)
			}
		}),
		"an error that is no problem": edited(func(_ *http.Request, rec *httptest.ResponseRecorder) {
			if rec.Code == http.StatusNotFound {
				rec.Header().Set("Content-Type", "text/plain")
			}
		}),
		"a text that is repeated": edited(func(r *http.Request, rec *httptest.ResponseRecorder) {
			if rec.Code == http.StatusBadRequest {
				sent, _ := io.ReadAll(r.Body)
				if bytes.Contains(sent, []byte(marker)) {
					replace(rec, `"title":"`, `"title":"`+marker)
				}
			}
		}),
		"a refusal that writes": func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tag := r.Header.Get("If-Match")
				if tag == `"999999"` {
					current := httptest.NewRecorder()
					read := r.Clone(r.Context())
					read.Method, read.Body, read.ContentLength, read.URL.Path = http.MethodGet, http.NoBody, 0, strings.TrimSuffix(r.URL.Path, "/content")
					read.Header = http.Header{"Authorization": r.Header["Authorization"]}
					next.ServeHTTP(current, read)
					r.Header.Set("If-Match", current.Header().Get("ETag"))
					next.ServeHTTP(httptest.NewRecorder(), r)
					r = r.Clone(r.Context())
					r.Header.Set("If-Match", tag)
					r.Body = io.NopCloser(strings.NewReader(`{"title":"again"}`))
				}
				next.ServeHTTP(w, r)
			})
		},
		"a tag that is not looked at": func(next http.Handler) http.Handler {
			current := make(map[string]string)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/change-requests/"), "/")
				if r.Header.Get("If-Match") != "" && current[id] != "" && !strings.Contains(r.Header.Get("Authorization"), " b ") {
					r.Header.Set("If-Match", current[id])
				}
				next.ServeHTTP(w, r)
				if tag := w.Header().Get("ETag"); tag != "" && r.Method != http.MethodPost {
					current[id] = tag
				}
			})
		},
		"a key that is not kept": func(next http.Handler) http.Handler {
			n := 0
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Idempotency-Key") != "" {
					n++
					r.Header.Set("Idempotency-Key", strconv.Itoa(n))
				}
				next.ServeHTTP(w, r)
			})
		},
		"a page that skips": edited(func(r *http.Request, rec *httptest.ResponseRecorder) {
			if r.URL.Query().Get("page_token") != "" && rec.Code == http.StatusOK {
				rec.Body = bytes.NewBufferString(`{"items":[]}`)
			}
		}),
		"one office for everybody": func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Test b ", "Test a ", 1))
				next.ServeHTTP(w, r)
			})
		},
		"a stranger is told that it exists": func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.Header.Get("Authorization"), "Test b ") && !strings.Contains(r.URL.Path, "nobody") {
					r.Header.Del("Authorization")
				}
				next.ServeHTTP(w, r)
			})
		},
		"a journal with a gap": edited(func(r *http.Request, rec *httptest.ResponseRecorder) {
			if strings.HasPrefix(r.URL.Path, "/v1/journal") {
				replace(rec, `"position":2,`, `"position":3,`)
			}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &verdict{TB: t}
			func() {
				defer func() {
					if cause := recover(); cause != nil && cause != any(v) {
						panic(cause)
					}
				}()
				run(v, func() http.Handler { return bug(office(t)) }, Config{Sign: sign})
			}()
			require.True(t, v.failed, "the bug was not caught")
		})
	}
}

// edited changes replies on their way out.
func edited(change func(*http.Request, *httptest.ResponseRecorder)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			change(r, rec)
			maps.Copy(w.Header(), rec.Header())
			w.Header().Del("Content-Length")
			w.WriteHeader(rec.Code)
			_, _ = w.Write(rec.Body.Bytes())
		})
	}
}

func replace(rec *httptest.ResponseRecorder, from, to string) {
	rec.Body = bytes.NewBuffer(bytes.ReplaceAll(rec.Body.Bytes(), []byte(from), []byte(to)))
}

// complaints collects what a transport reports.
type complaints struct{ all []string }

func (c *complaints) Helper() {}
func (c *complaints) Errorf(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func TestTransportReportsBrokenReplies(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"no request id": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"status":"ok"}`) },
		"other body": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Request-Id", "1")
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":7}`)
		},
		"text error": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Request-Id", "1")
			http.Error(w, "no", http.StatusNotFound)
		},
		"other instance": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Request-Id", "1")
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"type":"x#unavailable","title":"t","status":503,"code":"unavailable","instance":"2"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c complaints
			res, err := NewTransport(&c, h).Client().Get("http://desk/healthz")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.NotEmpty(t, c.all)
		})
	}
	var c complaints
	res, err := NewTransport(&c, office(t)).Client().Get("http://desk/healthz")
	require.NoError(t, errors.Join(err, res.Body.Close()))
	require.Empty(t, c.all)
}
