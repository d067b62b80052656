package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
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

// golden reads what is expected.
func golden(t *testing.T, name string) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)

	return string(text)
}

func TestReplayPermits(t *testing.T) {
	t.Parallel()

	got := call("-lifecycle", "testdata/permits.json", "testdata/permits.jsonl")
	require.Equal(t, outcome{exitDone, golden(t, "permits.txt"), ""}, got)

	got = call("-json", "-lifecycle", "testdata/permits.json", "testdata/permits.jsonl")
	require.Equal(t, outcome{exitDone, golden(t, "permits.out.jsonl"), ""}, got)
}

func TestBadLinesAreReportedAndTheRestIsReplayed(t *testing.T) {
	t.Parallel()

	const good = `{"id": "good", "transitions": [{"to": "Asked"}]}`

	long := `{"id": "long", "title": "` + strings.Repeat("x", jsonl.MaxLine) + `"}`
	traces := file(t, "traces.jsonl", strings.Join([]string{
		good, `{"id": "cut`, ` `, long, `{"transitions": [{"to": "Asked"}]}`, `{"id": "bare"}`,
		`{"id": "hole", "transitions": [{"to": "Asked"}, {"at": "2025-01-01T00:00:00Z"}]}`,
		`{"id": "when", "transitions": [{"to": "Asked", "at": "yesterday"}]}`, "{\"id\": \"\xff\"}", `[1]`, strings.Replace(good, "good", "better", 1),
	}, "\n"))

	got := call("-json", "-lifecycle", "testdata/permits.json", traces)
	require.Equal(t, exitUnreadable, got.code)
	//nolint:testifylint // the bytes are the contract
	require.Equal(t, `{"id":"good","conforms":true,"violations":[]}
{"id":"better","conforms":true,"violations":[]}
{"summary":{"traces":2,"conforming":2,"transitions":0,"lawful":0,"unlawful":0,"bad_lines":8}}
`, got.stdout)

	lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
	require.Len(t, lines, 8)

	for i, want := range []string{
		"line 2: unexpected end of JSON input", "line 4: the line is longer than 1048576 bytes", "line 5: no trace: id is missing",
		"line 6: no trace: transitions of bare are missing", "line 7: no trace: transitions/1/to of hole is missing", "line 8: parsing time",
		"line 9: the line is not valid UTF-8", "line 10: json: cannot unmarshal array",
	} {
		require.Contains(t, lines[i], want)
	}

	got = call("-lifecycle", "testdata/permits.json", traces)
	require.Equal(t, exitUnreadable, got.code)
	require.Contains(t, got.stdout, "8 lines are no traces and are not counted")
}

// What is odd about a trace is said with its line; the trace is judged as it stands there, and nothing is dropped.
func TestOddTracesAreJudgedAndTold(t *testing.T) {
	t.Parallel()

	traces := file(t, "odd.jsonl", "\ufeff"+strings.Join([]string{
		`{"id": "a", "transitions": [{"to": "provisional", "at": "2021-05-03"}, {"to": "implementable", "at": "2020-01-01T00:00:00+02:00"}]}`,
		`{"id": 17, "transitions": [{"to": "provisional", "at": null, "by": null}, {"to": "implemented", "at": "2020-01-01"}], "title": null}`,
		``,
		`{"id": "a", "transitions": [{"to": "provisional"}, {"to": "Beta"}, {"to": "implemented"}, {"to": "implemented"}]}`,
		`{"id": "b", "transitions": [{"to": "alpha"}, {"to": "implementable"}]}`,
		`{"id": "c", "transitions": []}`,
		`{"id": "d", "transitions": null}`,
		`{"id": null, "transitions": [{"to": "provisional"}]}`,
		`{"id": "e", "transitions": [{"to": "provisional", "at": 5}]}`,
		`{"id": "f", "transitions": [{"to": null}]}`,
		`{"id": ["g"], "transitions": [{"to": "provisional"}]}`,
	}, "\r\n"))

	got := call("-json", "-lifecycle", "kep.json", traces)
	require.Equal(t, exitUnreadable, got.code)

	out := strings.Split(strings.TrimSpace(got.stdout), "\n")
	require.Len(t, out, 5)
	require.JSONEq(t, `{"id":"a","conforms":true,"violations":[]}`, out[0])
	require.Contains(t, out[1], `"id":"17","conforms":false`)
	require.Contains(t, out[2], `\"Beta\" is no state of kep; from provisional`)
	require.Contains(t, out[2], `\"Beta\" is no state of kep, so nothing is known to leave it`)
	require.Contains(t, out[3], "nothing opens in implementable")
	//nolint:testifylint // the bytes are the contract
	require.Equal(t, `{"summary":{"traces":4,"conforming":1,"transitions":4,"lawful":1,"unlawful":3,"bad_lines":6,"stepping_back":1,"repeated":1}}`, out[4])

	said := strings.Split(strings.TrimSpace(got.stderr), "\n")
	require.Len(t, said, 8)

	for i, want := range []string{
		"line 1: a, transitions/1: judged in the order of the line", "line 4: a, as on line 1: judged by itself",
		"line 6: no trace: transitions of c are missing", "line 7: no trace: transitions of d", "line 8: no trace: id is missing",
		"line 9: json: cannot unmarshal number", "line 10: no trace: transitions/0/to of f is missing", "line 11: json: cannot unmarshal array",
	} {
		require.Contains(t, said[i], want)
	}

	got = call("-lifecycle", "kep.json", traces)
	require.Contains(t, got.stdout, "1 traces have times that step back; they are judged in the order given\n1 traces repeat an id; each is judged by itself\n")
}

func TestLongestLine(t *testing.T) {
	t.Parallel()

	const frame = `{"id":"x","transitions":[{"to":"Asked"}],"title":""}`

	for extra, good := range map[int]int{0: 2, 1: 1} {
		padding := strings.Repeat("x", jsonl.MaxLine-len(frame)+extra)
		text := strings.Replace(frame, `""`, `"`+padding+`"`, 1)
		traces := 0

		for _, err := range readTraces(strings.NewReader(text + "\n" + frame)) {
			if err == nil {
				traces++
			}
		}

		require.Equal(t, good, traces, "%d bytes too many", extra)
	}
}

// broken is a reader that fails after its text.
type broken struct{ text *strings.Reader }

var errBroken = errors.New("the disk is gone")

func (b broken) Read(p []byte) (int, error) {
	if b.text.Len() == 0 {
		return 0, errBroken
	}

	return b.text.Read(p)
}

func TestReaderFailsHalfway(t *testing.T) {
	t.Parallel()

	var ids []string

	last := error(nil)

	for read, err := range readTraces(broken{strings.NewReader(`{"id":"x","transitions":[{"to":"A"}]}` + "\n{")}) {
		if last = err; err == nil {
			ids = append(ids, read.id)
		}
	}

	require.Equal(t, []string{"x"}, ids)
	require.ErrorIs(t, last, errBroken)
	require.Contains(t, last.Error(), "after line 1")
}

func TestReadingStopsWhenAsked(t *testing.T) {
	t.Parallel()

	seen := 0

	for _, err := range readTraces(strings.NewReader("{}\n{}\n{}\n")) {
		require.ErrorIs(t, err, errNoTrace)

		seen++

		break
	}

	require.Equal(t, 1, seen)
}

func TestUnreadable(t *testing.T) {
	t.Parallel()

	dead := golden(t, "permits.json")
	dead = strings.Replace(dead, `, "terminal": true`, "", 1)

	for name, c := range map[string]struct{ lifecycle, traces, stderr string }{
		"no lifecycle": {"testdata/none.json", "testdata/permits.jsonl", "testdata/none.json"},
		"no traces":    {"testdata/permits.json", "testdata/none.jsonl", "testdata/none.jsonl"},
		"no JSON":      {file(t, "l.json", "{"), "testdata/permits.jsonl", "unexpected end"},
		"too long":     {file(t, "l.json", strings.Repeat(" ", 2*lifecycle.MaxSize)), "testdata/permits.jsonl", "longer than"},
		"not sound":    {file(t, "l.json", dead), "testdata/permits.jsonl", "error dead-end: nothing leaves Granted"},
		"a folder":     {"testdata/permits.json", "testdata", "testdata"},
	} {
		got := call("-json", "-lifecycle", c.lifecycle, c.traces)
		require.Equal(t, exitUnreadable, got.code, name)
		require.Contains(t, got.stderr, c.stderr, name)
		require.Empty(t, got.stdout, name)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()

	for _, args := range [][]string{
		{}, {"traces.jsonl"}, {"-lifecycle", "testdata/permits.json"}, {"-lifecycle", "a", "b", "c"}, {"-nonsense"},
	} {
		got := call(args...)
		require.Equal(t, exitUsage, got.code, "%v", args)
		require.Contains(t, got.stderr, "usage: replay")
		require.Empty(t, got.stdout)
	}

	require.Equal(t, exitDone, call("-h").code)
}

// Whatever a line holds, it gives a trace with an id and named states, or a reason.
func FuzzParseTrace(f *testing.F) {
	text, err := os.ReadFile("testdata/permits.jsonl")
	require.NoError(f, err)

	for line := range bytes.Lines(text) {
		f.Add(line)
	}

	f.Add([]byte(`{"id": "x", "transitions": [{"to": null}]}`))

	f.Fuzz(func(t *testing.T, line []byte) {
		read, err := parseTrace(line)
		if err != nil {
			return
		}

		require.NotEmpty(t, read.id)
		require.NotEmpty(t, read.steps)

		for _, step := range read.steps {
			require.NotEmpty(t, step.State)
		}

		_, err = json.Marshal(verdict{ID: read.id, Violations: permits(t).Judge(read.steps).Violations})
		require.NoError(t, err)
	})
}

// permits compiles the lifecycle of the tests.
func permits(t *testing.T) *lifecycle.Shape {
	t.Helper()

	def, err := lifecycle.Parse([]byte(golden(t, "permits.json")))
	require.NoError(t, err)

	shape, findings := lifecycle.CompileShape(def)
	require.Empty(t, findings)

	return shape
}
