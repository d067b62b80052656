package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/internal/pgtest"
)

// office is a running program.
type office struct {
	t    *testing.T
	base string
	errs *buffer
}

// buffer may be read while the program writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs the program until the test ends and checks that it ends well.
func start(t *testing.T, args ...string) *office {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, errs := &buffer{}, &buffer{}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), out, errs) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	line := regexp.MustCompile(`page +(http://\S+)/\n`)
	var base string
	require.Eventually(t, func() bool {
		select {
		case err := <-ended:
			ended <- err
			t.Errorf("the program did not start: %v\n%s", err, errs)
			return true
		default:
		}
		if m := line.FindStringSubmatch(out.String()); m != nil {
			base = m[1]
		}
		return base != ""
	}, time.Minute, 5*time.Millisecond)
	return &office{t: t, base: base, errs: errs}
}

// get asks as carol and returns status and body.
func (o *office) get(path string) (int, string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.base+path, nil)
	require.NoError(o.t, err)
	req.Header.Set("Authorization", "Bearer carol")
	res, err := http.DefaultClient.Do(req)
	require.NoError(o.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(o.t, err)
	return res.StatusCode, string(body)
}

// list reads every page of a list and counts its items.
func (o *office) count(path string) int {
	o.t.Helper()
	n := 0
	for token := ""; ; {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		status, body := o.get(path + sep + "page_size=200" + token)
		require.Equal(o.t, http.StatusOK, status, body)
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next_page_token"`
		}
		require.NoError(o.t, json.Unmarshal([]byte(body), &page))
		n += len(page.Items)
		if page.Next == "" {
			return n
		}
		token = "&page_token=" + page.Next
	}
}

func TestTheOfficeOfTheDemonstration(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "office.db")
	o := start(t, "-store", path)
	require.Equal(t, 10, o.count("/v1/change-requests"))
	require.Equal(t, 1, o.count("/v1/change-requests?state=Closed"))
	require.Equal(t, 1, o.count("/v1/change-requests?state=Rejected"))
	require.Equal(t, 1, o.count("/v1/change-requests?q=carton+packing"))
	require.NotZero(t, o.count("/v1/records?kind=decision-brief"))
	status, page := o.get("/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Wider hinge on the tall cabinet")
	require.Contains(t, page, "missing: ")
	status, contract := o.get("/openapi.yaml")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, contract, "openapi: 3.0.3")
	status, health := o.get("/healthz")
	require.Equal(t, http.StatusOK, status, health)

	again := start(t, "-store", path)
	require.Equal(t, 10, again.count("/v1/change-requests"), "an office that is open is not opened again")
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestAnOfficeInPostgreSQL(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, func(context.Context, string) error { return nil }) // the program migrates
	o := start(t, "-store", dsn)
	require.Equal(t, 10, o.count("/v1/change-requests"))
	again := start(t, "-store", dsn)
	require.Equal(t, 10, again.count("/v1/change-requests"))
	require.NotZero(t, again.count("/v1/records?kind=decision-brief"))
	status, journal := again.get("/v1/journal?after=0&limit=1")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, journal, `"position":1`)
}

func TestAnEmptyOffice(t *testing.T) {
	t.Parallel()
	o := start(t, "-empty")
	require.Zero(t, o.count("/v1/change-requests"))
	status, page := o.get("/")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Everybody has been told.")
}

func TestOnlyPeopleOfTheOffice(t *testing.T) {
	t.Parallel()
	o := start(t, "-empty")
	for _, token := range []string{"", "Bearer nobody", "Basic carol"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.base+"/v1/change-requests", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", token)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	}
}

const histories = `{"id":"H-1","source":"a list","title":"First","type":"Process","authors":["ada"],"transitions":[{"at":"2001-02-03T04:05:06Z","to":"Draft","by":"ada"},{"at":"2002-02-03T04:05:06Z","to":"Final","by":"bo"}],"extra":{"kept":true}}

not json
{"id":"H-2","title":"","transitions":[{"at":"2001-02-03T04:05:06Z","to":"Draft"}]}
{"id":"H/3","title":"Third","transitions":[{"at":"2001-02-03T04:05:06Z","to":"Draft"}]}
{"id":"H-4","title":"Fourth","transitions":[]}
{"id":"H-5","title":"Fifth","transitions":[{"at":"2001-02-03T04:05:06Z","to":"Postponed","by":"cy"}]}
`

func TestImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, store := filepath.Join(dir, "h.jsonl"), filepath.Join(dir, "office.db")
	require.NoError(t, os.WriteFile(file, []byte(histories), 0o600))
	o := start(t, "-store", store, "-import", file)
	said := o.errs.String()
	require.Contains(t, said, "6 lines: 2 imported, 0 extended, 0 unchanged, 4 not taken; 3 steps, 2 violations on record")
	for _, line := range []string{"line 3 not taken", "line 4 not taken", "line 5 not taken", "line 6 not taken"} {
		require.Contains(t, said, line)
	}
	require.Contains(t, said, "/content/title", "the reason names the field")
	require.Equal(t, 2, o.count("/v1/change-requests"))
	status, body := o.get("/v1/change-requests/H-5")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `"state":"Deferred"`, "an alias is folded")
	require.Equal(t, 1, o.count("/v1/records?subject=changereq:H-1"))

	longer := strings.Replace(histories, `,"by":"cy"}]`, `,"by":"cy"},{"at":"2003-01-01T00:00:00Z","to":"Draft","by":"cy"}]`, 1)
	longer = strings.Replace(longer, `"by":"bo"`, `"by":"eve"`, 1)
	require.NoError(t, os.WriteFile(file, []byte(longer), 0o600))
	again := start(t, "-store", store, "-import", file)
	require.Contains(t, again.errs.String(), "6 lines: 0 imported, 1 extended, 0 unchanged, 5 not taken")
	require.Contains(t, again.errs.String(), "line 1 not taken", "a recorded history is not rewritten")
	require.Equal(t, 2, again.count("/v1/change-requests"))
}

// TestImportOfPEPs takes in the real histories, if they are there.
func TestImportOfPEPs(t *testing.T) {
	t.Parallel()
	data := os.Getenv("COORDKIT_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	file := filepath.Join(data, "changes", "peps.jsonl")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no change histories: %v (COORDKIT_DATA names their folder)", err)
	}
	store := filepath.Join(t.TempDir(), "office.db")
	o := start(t, "-store", store, "-import", file)
	require.Contains(t, o.errs.String(), "741 lines: 741 imported, 0 extended, 0 unchanged, 0 not taken; 1804 steps, 333 violations on record")
	require.Equal(t, 741, o.count("/v1/change-requests"))
	require.Equal(t, 741, o.count("/v1/records?kind=import-source"))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, bytes.Count(content, []byte(`"status_norm": "Final"`)), o.count("/v1/change-requests?state=Final"))
	status, body := o.get("/v1/change-requests/PEP-8?as_of=2001-01-01T00:00:00Z")
	require.Equal(t, http.StatusNotFound, status, body)

	again := start(t, "-store", store, "-import", file)
	require.Contains(t, again.errs.String(), "741 lines: 0 imported, 0 extended, 741 unchanged, 0 not taken")
}

func TestLifecycleOfImportsIsTheOneOfReplay(t *testing.T) {
	t.Parallel()
	other, err := os.ReadFile(filepath.Join("..", "replay", "pep1.json"))
	require.NoError(t, err)
	require.Equal(t, string(other), string(importedLifecycle))
}

func TestBadCommandLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-nonsense"},
		{"stray"},
		{"-import", "/does/not/exist"},
		{"-addr", "nowhere:x:y"},
		{"-store", filepath.Join(t.TempDir(), "no", "such", "folder.db")},
	} {
		require.Error(t, run(t.Context(), args, io.Discard, io.Discard), args)
	}
}
