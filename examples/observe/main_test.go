package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/internal/sampledata"
)

// outcome is what one call of the program gave.
type outcome struct {
	code           int
	stdout, stderr string
}

func call(args ...string) outcome {
	var stdout, stderr bytes.Buffer

	code := run(args, &stdout, &stderr)

	return outcome{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

// file writes a file of the test.
func file(t *testing.T, name, text string) string {
	t.Helper()

	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))

	return path
}

// sample gives the path of real data, or skips.
func sample(t *testing.T, elements ...string) string {
	t.Helper()

	path, err := sampledata.Find(append([]string{"logs"}, elements...)...)
	if err != nil {
		t.Skip(err)
	}

	return path
}

// reference is what an independent program found in a log.
type reference struct {
	Cases           int            `json:"cases"`
	Events          int            `json:"events"`
	Activities      []count        `json:"activities"`
	Start           map[string]int `json:"start"`
	End             map[string]int `json:"end"`
	Variants        int            `json:"variants"`
	CaseDuration    figures        `json:"case_duration"`
	DirectlyFollows []struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Count int64  `json:"count"`
		figures
	} `json:"directly_follows"`
}

type figures struct {
	Mean   float64 `json:"mean_s"`
	Median float64 `json:"median_s"`
	P95    float64 `json:"p95_s"`
}

// microsecond is the precision to which times must agree, in seconds; the references round means to it.
const microsecond = 0.5e-6

func (f figures) near(t *testing.T, got duration, what string) {
	t.Helper()
	require.InDelta(t, f.Mean, got.Mean, microsecond, what)
	require.InDelta(t, f.Median, got.Median, microsecond, what)
	require.InDelta(t, f.P95, got.P95, microsecond, what)
}

func TestAgreesWithIndependentRecounts(t *testing.T) {
	t.Parallel()

	paths, err := filepath.Glob(filepath.Join(sample(t, "reference"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)

	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			text, err := os.ReadFile(path)
			require.NoError(t, err)

			var want reference
			require.NoError(t, json.Unmarshal(text, &want))

			out := call("-json", sample(t, name))
			require.Equal(t, exitDone, out.code, out.stderr)

			var got report
			require.NoError(t, json.Unmarshal([]byte(out.stdout), &got))
			require.Equal(t, want.Cases, got.Cases)
			require.Equal(t, want.Events, got.Events)
			require.Equal(t, want.Variants, got.Variants)
			require.Equal(t, want.Start, got.Start)
			require.Equal(t, want.End, got.End)
			require.ElementsMatch(t, want.Activities, got.Activities)
			want.CaseDuration.near(t, got.CaseDuration, "case duration")
			require.Zero(t, got.Dropped+got.Repaired)

			edges := make(map[[2]string]edge)
			for _, e := range got.DirectlyFollows {
				edges[[2]string{e.From, e.To}] = e
			}

			require.Len(t, edges, len(want.DirectlyFollows))

			for _, e := range want.DirectlyFollows {
				mine := edges[[2]string{e.From, e.To}]
				require.Equal(t, e.Count, mine.Count, "%s→%s", e.From, e.To)
				e.near(t, mine.duration, e.From+"→"+e.To)
			}
		})
	}
}

// TestTopEdges checks the ranking against the edges with the most waiting, recounted by hand.
func TestTopEdges(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]jam{
		"running-example.xes":   {From: "decide", To: "pay compensation", Count: 3, duration: duration{Total: 1542480}},
		"receipt.xes.gz":        {From: "T05 Print and send confirmation of receipt", To: "T06 Determine necessity of stop advice", Count: 791, duration: duration{Total: 209272873.44}},
		"PurchasingExample.csv": {From: "Amend Request for Quotation", To: "Analyze Request for Quotation", Count: 563, duration: duration{Total: 422923140}},
		"Production.csv":        {From: "Laser Marking", To: "Lapping", Count: 82, duration: duration{Total: 30651840}},
	} {
		var got report

		require.NoError(t, json.Unmarshal([]byte(call("-json", sample(t, name)).stdout), &got))

		top := got.Bottlenecks[0]
		require.Equal(t, 1, top.Rank)
		require.Equal(t, want, jam{From: top.From, To: top.To, Count: top.Count, duration: duration{Total: top.Total}}, name)

		total := 0.0
		for _, b := range got.Bottlenecks {
			total += b.Share
		}

		require.InDelta(t, 1, total, 1e-9)
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"ocel20_example.jsonocel", "ocel20_example.xmlocel"} {
		var got report

		require.NoError(t, json.Unmarshal([]byte(call("-json", sample(t, name)).stdout), &got))
		require.Equal(t, []int{3, 9, 5}, []int{got.Cases, got.Events, len(got.DirectlyFollows)}) // of invoices
		require.Contains(t, got.Notes[0], `"Invoice"`)

		require.NoError(t, json.Unmarshal([]byte(call("-json", "-type", "Payment", "-format", "ocel", sample(t, name)).stdout), &got))
		require.Equal(t, []int{3, 3, 0}, []int{got.Cases, got.Events, len(got.DirectlyFollows)})
	}
}

const table = "case_id,activity,start,end\n1,A,,2020-01-01 10:00:00\n1,B,,2020-01-01 11:00:00\n"

func TestDirtyFilesAreReported(t *testing.T) {
	t.Parallel()

	path := file(t, "dirty.csv", table+"1,C,,soon\nNA,C,2020-01-02,2020-01-01 12:00:00\n2,D\n,E,,2020-01-01\n2,D,,2020-01-0")
	got := call("-json", path)
	require.Equal(t, exitUnreadable, got.code, "the last row is cut")

	var told report

	require.NoError(t, json.Unmarshal([]byte(got.stdout), &told))
	require.Equal(t, 3, told.Events)
	require.Equal(t, 2, told.Cases)
	require.Equal(t, 3, told.Dropped)
	require.Equal(t, 1, told.Repaired)
	require.False(t, told.Complete)

	for _, want := range []string{
		"dirty.csv:4: dropped: bad-time", "dirty.csv:5: repaired: end-before-start", "dirty.csv:6: dropped: ragged-row",
		"dirty.csv:7: dropped: no-case", "dirty.csv:2: kept: zone-assumed", "dirty.csv:8: stopped: truncated",
	} {
		require.Contains(t, got.stderr, want)
	}

	got = call("-strict", path)
	require.Equal(t, exitUnreadable, got.code)
	require.Contains(t, got.stderr, "dirty.csv:4: dropped: bad-time")
	require.Empty(t, got.stdout)
}

func TestCutFileIsReportedAsFarAsItGoes(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile(sample(t, "receipt.xes.gz"))
	require.NoError(t, err)

	got := call("-json", file(t, "cut.xes.gz", string(text[:len(text)/2])))
	require.Equal(t, exitUnreadable, got.code)
	require.Contains(t, got.stderr, "truncated")

	var told report

	require.NoError(t, json.Unmarshal([]byte(got.stdout), &told))
	require.False(t, told.Complete)
	require.Greater(t, told.Events, 3000)
}

// TestCutObjectsAreReportedAsFarAsTheyGo flattens what came before the end, too.
func TestCutObjectsAreReportedAsFarAsTheyGo(t *testing.T) {
	t.Parallel()

	const text = `{"objects": [{"id": "o", "type": "T"}], "events": [
{"id": "e", "type": "A", "time": "2020-01-01T00:00:00Z", "relationships": [{"objectId": "o", "qualifier": ""}]},
{"id": "e", "type": "B", "time": "2020-01-01T00:00:00Z", "relationships": [{"objectId": "o", "qualifier": ""}]}, {`

	got := call("-json", file(t, "cut.json", text))
	require.Equal(t, exitUnreadable, got.code)

	var told report

	require.NoError(t, json.Unmarshal([]byte(got.stdout), &told))
	require.Equal(t, []int{1, 2}, []int{told.Cases, told.Events})
	require.Equal(t, "event-twice", told.Problems[1].Reason)
	require.Equal(t, []int{3}, told.Problems[1].Lines)
}

func TestCostsAndLines(t *testing.T) {
	t.Parallel()

	path := file(t, "cost.csv", "case;activity;time;cost\n1;A;2020-01-01Z;1,5\n1;A;2020-01-01Z;2\n1;B;x;1\n1;B;y;1\n1;B;2020-01-02Z;1\n1;B;2020-01-02Z;1\n")

	var told report

	require.NoError(t, json.Unmarshal([]byte(call("-json", path).stdout), &told))
	require.Equal(t, []cost{{Activity: "A", Events: 2, Total: 3.5}, {Activity: "B", Events: 2, Total: 2}}, told.Costs)
	require.Equal(t, []int{4, 5}, told.Problems[0].Lines)
	require.Equal(t, "duplicate", told.Problems[1].Reason)
	require.Equal(t, []int{3, 7}, told.Problems[1].Lines)
}

func TestWhatIsNoLog(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct{ text, reason string }{
		"empty.csv":  {"", "the file is empty"},
		"a.sqlite":   {"SQLite format 3\x00", "a SQLite database"},
		"a.xlsx":     {"PK\x03\x04\x00", "a spreadsheet"},
		"binary":     {"\x7fELF\x00\x00", "binary"},
		"a.html":     {"<html></html>", "the root is"},
		"no-columns": {"a,b\n1,2\n", "no column looks like the case"},
		"bomb.xes":   {"<!DOCTYPE log [<!ENTITY a \"aaaa\">]><log/>", "DOCTYPE"},
		"half.gz":    {"\x1f\x8b\x08", "gzip"},
		"old.json":   {`{"ocel:events": {}}`, "no OCEL 2.0"},
		"none.csv":   {"case,activity,time\n", ""},
	} {
		got := call("-json", file(t, name, c.text))
		if c.reason == "" {
			require.Equal(t, exitDone, got.code, name)
			require.Contains(t, got.stdout, `"events":0`)

			continue
		}

		require.Equal(t, exitUnreadable, got.code, name)
		require.Contains(t, got.stderr, c.reason, name)
		require.Contains(t, got.stderr, name)
		require.Empty(t, got.stdout, name)
	}

	german := file(t, "german.csv", "Vorgang;Schritt;Zeit\n1;A;31/12/2019 23:30\n")
	got := call("-json", "-case", "Vorgang", "-activity", "Schritt", "-end", "Zeit", german)
	require.Equal(t, exitUnreadable, got.code)
	require.Contains(t, got.stderr, "no event of it could be used")
	require.Contains(t, got.stdout, `"dropped":1`)
	got = call("-json", "-case", "Vorgang", "-activity", "#2", "-end", "Zeit", "-layout", "02/01/2006 15:04", german)
	require.Equal(t, exitDone, got.code, got.stderr)

	got = call("/nowhere/at/all")
	require.Equal(t, exitUnreadable, got.code)
}

func TestReportForPeople(t *testing.T) {
	t.Parallel()

	lines := file(t, "log.jsonl", `{"case":"1","activity":"A","time":"2020-01-01T00:00:00Z","lifecycle":"start"}
{"case":"1","activity":"A","time":"2020-01-01T01:00:00Z","lifecycle":"complete"}
{"case":"1","activity":"B","time":"2020-01-03T01:30:00Z","lifecycle":"complete"}
`)
	got := call("-pair", lines)
	require.Equal(t, exitDone, got.code, got.stderr)
	require.Equal(t, lines+` (jsonl)
  pairs: 1 instances from start and complete, 1 complete alone, 0 start alone, 0 other events
  2 events in 1 cases, 2 activities, 1 variants; 0 events dropped, 0 repaired
  a case takes 2.1 days in the mean, half take up to 2.1 days, 95 % up to 2.1 days

activity  count  first  last
A         1      1      0
B         1      0      1

where cases wait  count  share    mean      median    95 %
1. A → B          1      100.0 %  2.0 days  2.0 days  2.0 days
`, got.stdout)
}

func TestBriefAndMap(t *testing.T) {
	t.Parallel()

	path := sample(t, "running-example.xes")
	got := call("-brief", path)
	require.Equal(t, exitDone, got.code, got.stderr)
	require.Contains(t, got.stdout, "6 cases with 42 events of 8 activities go 6 ways")
	require.Contains(t, got.stdout, "## Why work waits")

	require.Contains(t, call("-map", "mermaid", path).stdout, `state "register request (6)"`)
	require.Contains(t, call("-map", "dot", path).stdout, `label="register request (6)"`)
}

func TestUsage(t *testing.T) {
	t.Parallel()

	require.Equal(t, exitUsage, call("-map", "svg", "x").code)

	require.Equal(t, exitUsage, call().code)
	require.Equal(t, exitUsage, call("-format", "bpmn", "x").code)
	require.Equal(t, exitUsage, call("-zone", "Nowhere", "x").code)
	require.Equal(t, exitUsage, call("-unknown").code)
	require.Equal(t, exitDone, call("-help").code)
}

func TestProgressIsShownOnTerminals(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer

	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &progress{in: strings.NewReader("12345678"), out: &out, name: "log.csv", size: 8, begun: begun}
	_, err := p.Read(make([]byte, 4))
	require.NoError(t, err)

	out.Reset()
	p.shown = time.Time{}
	p.show(begun.Add(quietFor - 1))
	require.Empty(t, out.String(), "too early")
	p.show(begun.Add(quietFor))
	require.Equal(t, "\rlog.csv [###############...............]  50 %", out.String())
	p.show(begun.Add(quietFor + 1))
	require.Len(t, out.String(), 47, "too soon after")
	p.done()
	require.True(t, strings.HasSuffix(out.String(), "\r\033[K"))
	require.False(t, isTerminal(&out))
}
