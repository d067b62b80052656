package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/dir"
	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/adapters/format"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process/view"
)

// watching is an office that reads logs and draws maps.
func watching(t *testing.T) *office {
	t.Helper()
	return open(t, func(c *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, ReadLog: format.ForDesk, MaxLogEvents: 1000})
		require.NoError(t, err)
		c.Desk = desk
		c.DrawProcess = func(m view.Map, title, form string) string {
			if form == "dot" {
				return diagram.DOT(diagram.FromProcessMap(title, m))
			}
			return diagram.Mermaid(diagram.FromProcessMap(title, m))
		}
	})
}

// fileLog files a text as a record.
func (o *office) fileLog(t *testing.T, id, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{
		"id": id, "kind": "log", "title": id, "name": id + ".csv", "media_type": "text/csv", "content": base64.StdEncoding.EncodeToString([]byte(text)),
	})
	require.NoError(t, err)
	got := o.send(t, "POST", "/v1/records", string(body), "Idempotency-Key", id)
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
}

// days makes a log in which every case registers at nine, is checked by Ann at
// ten for half an hour, and is decided by Bob an hour later; cost 2.50 each.
func days(n int) string {
	var b strings.Builder
	b.WriteString("case;activity;start;end;resource;cost\n")
	begin := time.Date(2025, 9, 1, 9, 0, 0, 0, time.UTC)
	for i := range n {
		at := begin.AddDate(0, 0, i)
		row := func(what, who string, from, to time.Duration, cost string) {
			fmt.Fprintf(&b, "%d;%s;%s;%s;%s;%s\n", i, what, at.Add(from).Format(time.DateTime), at.Add(to).Format(time.DateTime), who, cost)
		}
		row("Register", "Ann", 0, 0, "")
		row("Check", "Ann", time.Hour, 90*time.Minute, "2,50")
		row("Decide", "Bob", 150*time.Minute, 160*time.Minute, "2,50")
	}
	return b.String()
}

const post = "POST"

// TestAnalyses goes from an uploaded log to all that is found in it.
func TestAnalyses(t *testing.T) {
	t.Parallel()
	o := watching(t)
	o.fileLog(t, "LOG1", days(20)+"20;;2025-09-21 09:00:00;2025-09-21 09:00:00;Ann;\n20;Late;x;y;Ann;\n")
	ask := `{"id":"A1","title":"Permits","source":{"record":"LOG1","zone":"Europe/Berlin"},"stages":[{"activity":"Register","stage":"desk"}],` +
		`"calendars":[{"resource":"Bob","zone":"Europe/Berlin","week":[{"from":0,"to":10080}],"off":[{"from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}]}]}`
	made := o.send(t, post, "/v1/analyses", ask, "Idempotency-Key", "a")
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.Equal(t, "/v1/analyses/A1", made.Header.Get("Location"))
	require.Contains(t, made.Fields["note"], `case = column 1 "case" (guessed)`)
	outline := object(t, made.Fields["outline"])
	require.Equal(t, []any{20., 60., 1., 2., true}, []any{outline["cases"], outline["events"], outline["variants"], outline["dropped"], outline["complete"]})
	problem := object(t, list(t, outline["problems"])[0])
	require.Equal(t, []any{"no-activity", "dropped", []any{62.}}, []any{problem["reason"], problem["effect"], problem["lines"]})

	again := o.send(t, post, "/v1/analyses", ask, "Idempotency-Key", "a")
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
	require.Equal(t, made.Body, again.Body)
	o.unchanged(t, func() {
		o.send(t, post, "/v1/analyses", ask, "Idempotency-Key", "b").problem(t, http.StatusConflict, "conflict")
	})

	require.Equal(t, made.Body, o.send(t, "GET", "/v1/analyses/A1", "").Body)
	require.Len(t, o.send(t, "GET", "/v1/analyses?page_size=5", "").Fields["items"], 1)

	figures := o.send(t, "GET", "/v1/analyses/A1/figures", "").Fields
	require.Len(t, figures["activities"], 3)
	require.Len(t, figures["edges"], 2)
	require.InDelta(t, 20*2*3600e6, figures["waiting_us"], 0)
	require.InDelta(t, 20*40*60e6, figures["worked_us"], 0)
	require.InDelta(t, 20, figures["handed_off"], 0)
	require.InDelta(t, 20*2.5e6, object(t, list(t, figures["costs"])[0])["total_micros"], 0)
	require.Equal(t, "desk", object(t, list(t, figures["stages"])[0])["name"])
	require.Len(t, object(t, figures["flow"])["windows"], 20, "by the day")

	waits := o.send(t, "GET", "/v1/analyses/A1/waits", "").Fields
	require.InDelta(t, 20*2*3600e6, waits["total_us"], 0)
	sum := 0.0
	for _, c := range list(t, waits["causes"]) {
		us, _ := object(t, c)["us"].(float64)
		sum += us
	}
	require.InDelta(t, waits["total_us"], sum, 0, "the causes sum to the waiting")
	require.Equal(t, "hand-off", object(t, list(t, waits["places"])[len(list(t, waits["places"]))-1])["kind"])
	require.NotEmpty(t, waits["recurrences"])

	pictures := o.send(t, "GET", "/v1/analyses/A1/pictures", "").Fields
	require.Len(t, object(t, pictures["map"])["nodes"], 3)
	require.Len(t, object(t, list(t, pictures["spectrum"])[0])["lines"], 20)
	require.InDelta(t, 60, object(t, pictures["dots"])["n"], 0)
	require.Contains(t, o.send(t, "GET", "/v1/analyses/A1/map", "").Body, "stateDiagram-v2")
	require.Contains(t, o.send(t, "GET", "/v1/analyses/A1/map?format=dot", "").Body, "digraph")
	require.Contains(t, o.send(t, "GET", "/v1/analyses/A1/brief", "").Fields["markdown"], "# Permits")

	entry := o.send(t, "GET", "/v1/journal?room=analysis", "").Fields
	require.Len(t, entry["items"], 1, "the journal tells of it")
	for _, path := range []string{"", "/figures", "/waits", "/pictures", "/map", "/brief"} {
		o.send(t, "GET", "/v1/analyses/none"+path, "").problem(t, http.StatusNotFound, "not-found")
	}
}

// TestLogsThatCannotBeRead: why is said, with file and line, and nothing is kept.
func TestLogsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	o := watching(t)
	for id, c := range map[string]struct{ text, source, says string }{
		"nothing": {"", "", "the file is empty"},
		"binary":  {"\x7fELF\x00", "", "the file is binary"},
		"columns": {"a,b\n1,2\n", "", "no column looks like the case"},
		"zone":    {"case,activity,time\n1,A,2020-01-01\n", "", "no event of record"},
		"bomb":    {`<!DOCTYPE log [<!ENTITY a "aa">]><log/>`, "", "bomb.csv:1: stopped: refused: DOCTYPE"},
		"large":   {"case,activity,time\n" + strings.Repeat("1,A,2020-01-01Z\n", 1001), "", "limit of 1000 events"},
	} {
		o.fileLog(t, id, c.text)
		o.unchanged(t, func() {
			got := o.send(t, post, "/v1/analyses", `{"source":{"record":"`+id+`"`+c.source+`}}`, "Idempotency-Key", "k"+id)
			got.problem(t, http.StatusUnprocessableEntity, "invalid")
			require.Contains(t, got.Body, c.says, id)
		})
	}
	o.fileLog(t, "cut", "case,activity,time\n1,A,2020-01-01T10:00:00Z\n1,B,2020-01-01T1")
	got := o.send(t, post, "/v1/analyses", `{"source":{"record":"cut"}}`, "Idempotency-Key", "short")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.Equal(t, false, object(t, got.Fields["outline"])["complete"])
	o.send(t, post, "/v1/analyses", `{"source":{"record":"none"}}`, "Idempotency-Key", "n").problem(t, http.StatusNotFound, "not-found")
	for _, wrong := range []string{
		`{"source":{"record":"cut","zone":"Atlantis/Town"}}`,
		`{"source":{"record":"cut"},"calendars":[{"resource":"x","zone":"Atlantis/Town","week":[]}]}`,
		`{"source":{"record":"cut"},"calendars":[{"resource":"x","zone":"UTC","week":[{"from":9,"to":9}]}]}`,
	} {
		o.send(t, post, "/v1/analyses", wrong, "Idempotency-Key", "w").problem(t, http.StatusUnprocessableEntity, "invalid")
	}
	blind := open(t)
	blind.fileLog(t, "L", days(1))
	blind.send(t, post, "/v1/analyses", `{"source":{"record":"L"}}`, "Idempotency-Key", "l").problem(t, http.StatusUnprocessableEntity, "invalid")
	require.Equal(t, http.StatusCreated, blind.send(t, post, "/v1/analyses", `{"id":"J","source":{"room":"archive"}}`, "Idempotency-Key", "j").Status)
	blind.send(t, "GET", "/v1/analyses/J/map", "").problem(t, http.StatusNotFound, "not-found")
}

// TestAnonymousAnalysis keeps no name of a person anywhere.
func TestAnonymousAnalysis(t *testing.T) {
	t.Parallel()
	o := watching(t)
	o.fileLog(t, "LOG1", days(5))
	ask := `{"id":"A1","source":{"record":"LOG1","zone":"UTC","least":2,"roles":[{"resource":"Ann","role":"clerk"},{"resource":"Bob","role":"clerk"}]}}`
	got := o.send(t, post, "/v1/analyses", ask, "Idempotency-Key", "a")
	require.Equal(t, true, object(t, got.Fields["source"])["anonymous"])
	all := []string{got.Body}
	for _, path := range []string{"", "/figures", "/waits", "/pictures", "/brief"} {
		all = append(all, o.send(t, "GET", "/v1/analyses/A1"+path, "").Body)
	}
	told := strings.Join(all, "\n")
	require.Contains(t, told, "clerk")
	require.NotContains(t, told, "Ann")
	require.NotContains(t, told, "Bob")
}

// TestUploadedLog analyses a log that was uploaded beside the records, gzipped,
// and larger than a record takes along.
func TestUploadedLog(t *testing.T) {
	t.Parallel()
	kept, err := blobs.Open(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	o := open(t, func(c *httpapi.Config) {
		c.Limits = httpapi.Limits{Upload: 8 << 20}
		desk, err := coordination.NewDesk(coordination.Config{Store: c.Store, Now: c.Now, ReadLog: format.ForDesk, Blobs: kept})
		require.NoError(t, err)
		c.Desk = desk
	})
	plain := days(12_000)
	require.Greater(t, len(plain), 1<<20)
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, err = w.Write([]byte(plain))
	require.NoError(t, errors.Join(err, w.Close()))
	for id, text := range map[string]string{"PLAIN": plain, "ZIP": zip.String()} {
		o.filed(t, id, text)
		got := o.send(t, post, "/v1/analyses", `{"id":"`+id+`","source":{"record":"`+id+`","zone":"UTC"}}`, "Idempotency-Key", "a"+id)
		require.Equal(t, http.StatusCreated, got.Status, got.Body)
		require.InDelta(t, 36_000, object(t, got.Fields["outline"])["events"], 0)
		windows := list(t, object(t, o.send(t, "GET", "/v1/analyses/"+id+"/figures", "").Fields["flow"])["windows"])
		require.LessOrEqual(t, len(windows), 500, "longer windows for longer logs")
	}
}

// TestHandJoinsTheLog: what was timed by hand stands in the same analysis under
// its own name.
func TestHandJoinsTheLog(t *testing.T) {
	t.Parallel()
	o := watching(t)
	o.fileLog(t, "LOG1", days(5))
	session := `{"id":"S1","method":"stopwatch","window":{"from":"2025-09-01T08:00:00Z","to":"2025-09-01T12:00:00Z"},` +
		`"timings":[{"case":"0","activity":"Check","resource":"Ann","start":"2025-09-01T10:05:00Z","end":"2025-09-01T10:25:00Z"}]}`
	require.Equal(t, http.StatusCreated, o.send(t, post, "/v1/observations", session, "Idempotency-Key", "s").Status)
	got := o.send(t, post, "/v1/analyses", `{"id":"A1","source":{"record":"LOG1","zone":"UTC","observations":["S1"]}}`, "Idempotency-Key", "a")
	require.Equal(t, http.StatusCreated, got.Status, got.Body)
	require.InDelta(t, 16, object(t, got.Fields["outline"])["events"], 0)
	service := make(map[any]any)
	for _, a := range list(t, o.send(t, "GET", "/v1/analyses/A1/figures", "").Fields["activities"]) {
		service[object(t, a)["name"]] = object(t, object(t, a)["service"])["mean_us"]
	}
	require.Equal(t, map[any]any{"Register": 0., "Check": 30 * 60e6, "Decide": 10 * 60e6, "Check (by hand)": 20 * 60e6}, service)
	o.send(t, post, "/v1/analyses", `{"source":{"record":"LOG1","zone":"UTC","observations":["none"]}}`, "Idempotency-Key", "n").problem(t, http.StatusNotFound, "not-found")
}

func TestConformance(t *testing.T) {
	t.Parallel()
	o := watching(t)
	o.fileLog(t, "LOG1", days(3)+"9;Decide;2025-09-21 09:00:00;2025-09-21 09:00:00;Bob;\n")
	check := func(agreed string) answer {
		return o.send(t, post, "/v1/conformance", `{"source":{"record":"LOG1","zone":"UTC"},"agreed":`+agreed+`}`)
	}
	got := check(`{"tree":{"seq":[{"do":"Register"},{"and":[{"do":"Check"},{"xor":[{"skip":true},{"do":"Ask"}]}]},{"loop":[{"do":"Decide"},{"do":"Again"}]}]},` +
		`"rules":[{"rule":"precedence","a":"Register","b":"Decide"},{"rule":"response","a":"Register","b":"Decide","within_us":1},{"rule":"not-together","a":"Check","b":"Ask"}]}`)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Equal(t, []any{4., 3., 2.}, []any{got.Fields["cases"], got.Fields["fitting"], got.Fields["cost"]})
	deviation := object(t, list(t, got.Fields["deviations"])[0])
	require.Equal(t, []any{"model", "Check", 1.}, []any{deviation["kind"], deviation["activity"], deviation["times"]})
	require.Len(t, got.Fields["breaches"], 2)

	got = check(`{"machine":{"initial":"new","final":["done"],"steps":[{"from":"new","activity":"Register","to":"in"},{"from":"in","activity":"Check","to":"ok"},{"from":"ok","activity":"Decide","to":"done"}]}}`)
	require.InDelta(t, 3, got.Fields["fitting"], 0)
	got = check(`{"rules":[{"rule":"precedence","a":"Register","b":"Decide"}]}`)
	require.Equal(t, []any{4., 3., 0.75}, []any{got.Fields["cases"], got.Fields["fitting"], got.Fields["fitness"]})

	for _, wrong := range []string{`{}`, `{"tree":{}}`, `{"tree":{"do":"A","skip":true}}`, `{"tree":{"do":"A"},"lifecycle":"normal"}`, `{"machine":{"initial":"a","final":["b"],"steps":[]}}`} {
		check(wrong).problem(t, http.StatusUnprocessableEntity, "invalid")
	}
	check(`{"lifecycle":"none"}`).problem(t, http.StatusNotFound, "not-found")

	// The office itself keeps to its own journal's order.
	o.draft(t)
	got = o.send(t, post, "/v1/conformance", `{"source":{"room":"changereq"},"agreed":{"rules":[{"rule":"not-together","a":"opened","b":"closed"}]}}`)
	require.Equal(t, []any{1., 1.}, []any{got.Fields["cases"], got.Fields["fitting"]})
	got = o.send(t, post, "/v1/conformance", `{"source":{},"agreed":{"lifecycle":"normal"}}`)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.InDelta(t, 1, got.Fields["cases"], 0)
	for _, d := range list(t, got.Fields["deviations"]) {
		require.Equal(t, "model", object(t, d)["kind"], "the request is not at its end, and was in no state it should not be in")
	}
	got = o.send(t, post, "/v1/conformance", `{"source":{},"agreed":{"lifecycle":"emergency"}}`)
	require.InDelta(t, 0, got.Fields["cases"], 0, "no request lives by it")
}

func object(t *testing.T, v any) map[string]any {
	t.Helper()
	out, ok := v.(map[string]any)
	require.True(t, ok, "%v is no object", v)
	return out
}

func list(t *testing.T, v any) []any {
	t.Helper()
	out, ok := v.([]any)
	require.True(t, ok, "%v is no list", v)
	return out
}
