package summary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/summary"
)

type row struct {
	name, activity, resource string
	from, to                 time.Duration
}

var begin = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC) // a Monday

func build(t require.TestingT, rows []row) *process.Log {
	b := process.NewBuilder(process.BuilderConfig{Lines: true})
	for i, r := range rows {
		require.NoError(t, b.Event(&process.Raw{
			Case: []byte(r.name), Activity: []byte(r.activity), Resource: []byte(r.resource), HasStart: true, HasEnd: true,
			Start: process.Stamp{Micros: begin.Add(r.from).UnixMicro()}, End: process.Stamp{Micros: begin.Add(r.to).UnixMicro()},
			At: process.Position{File: "f", Line: i + 1},
		}))
	}
	return b.Log()
}

// weekly waits on Monday mornings alone.
func weekly() []row {
	var rows []row
	for week := range 20 {
		at := time.Duration(week) * 7 * 24 * time.Hour
		for n := range 3 {
			name := fmt.Sprintf("%d.%d", week, n)
			rows = append(rows, row{name, "A", "x", at + 8*time.Hour, at + 8*time.Hour}, row{name, "B", "y", at + 12*time.Hour, at + 13*time.Hour})
		}
	}
	return rows
}

func TestSummary(t *testing.T) {
	t.Parallel()
	log := build(t, append(weekly(), row{"0.0", "A", "x", 8 * time.Hour, 8 * time.Hour}))
	got, err := summary.Of(log, summary.Config{Title: "Weekly", Complete: true, Stages: map[string]string{"A": "in"}})
	require.NoError(t, err)
	s := process.Measure(log)

	require.Equal(t, []int64{60, 121, 2, 2}, []int64{got.Outline.Cases, got.Outline.Events, got.Outline.Activities, got.Outline.Variants})
	require.Equal(t, []summary.Problem{{
		Reason: "duplicate", Effect: "kept", N: 1, Lines: []int64{121}, Detail: got.Outline.Problems[0].Detail,
	}}, got.Outline.Problems)
	require.Empty(t, log.Report.Tallies(), "the log is not changed")

	require.Equal(t, int64(s.Hops()), got.Figures.Pairs)
	var waiting, events int64
	for _, e := range got.Figures.Edges {
		waiting += e.TotalUs
	}
	for _, stage := range got.Figures.Stages {
		events += stage.Events
	}
	require.Equal(t, got.Figures.WaitingUs, waiting)
	require.Equal(t, got.Outline.Events, events, "stages sum to the log")
	require.Zero(t, got.Figures.Omitted+got.Waits.Omitted+got.Pictures.Omitted)

	var us int64
	for _, c := range got.Waits.Causes {
		us += c.Us
	}
	require.Equal(t, got.Waits.TotalUs, us)
	patterns := got.Waits.Recurrences[0].Patterns
	require.NotEmpty(t, patterns)
	for _, p := range patterns {
		require.Equal(t, "Monday", p.Weekday)
	}
	require.NotEmpty(t, got.Waits.Recurrences[0].Warnings, "next Monday")

	view := got.Pictures.Map.View()
	require.Len(t, view.Nodes, 2)
	require.InDelta(t, 4*3600, view.Edges[0].Median, 0)
	require.Len(t, got.Pictures.Spectrum[0].Lines, 60)
	require.Len(t, got.Pictures.Dots.Dots, 121)
	require.Contains(t, got.Brief, "# Weekly")

	again, err := summary.Of(log, summary.Config{Title: "Weekly", Complete: true, Stages: map[string]string{"A": "in"}})
	require.NoError(t, err)
	require.Equal(t, got, again)
}

func TestEmptyLog(t *testing.T) {
	t.Parallel()
	got, err := summary.Of(process.NewBuilder(process.BuilderConfig{}).Log(), summary.Config{})
	require.NoError(t, err)
	require.Zero(t, got.Outline.Events)
	for _, part := range []any{got.Outline, got.Figures, got.Waits, got.Pictures} {
		text, err := json.Marshal(part)
		require.NoError(t, err)
		require.NotContains(t, string(text), "null", "lists are there, if empty")
	}
}

// TestBounded: whatever the names, no part grows beyond its bound, every part
// comes back from JSON as it went in, and what is left out is counted.
func TestBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word      string
		length, n int
	}{
		{"a", 1, 1}, {"\xff", 1, 2}, {"é", 5000, 8}, {"<", 100, 900}, {"\x01", 5000, 300}, {"\"", 300, 1500},
	} {
		var rows []row
		for i := range 2 * c.n {
			name := fmt.Sprintf("%d%s", i%c.n, strings.Repeat(c.word, c.length))
			at := time.Duration(i) * time.Minute
			rows = append(rows, row{strconv.Itoa(i % 7), name, name, at, at + time.Second})
		}
		got, err := summary.Of(build(t, rows), summary.Config{Stages: map[string]string{}})
		require.NoError(t, err)
		var figures summary.Figures
		var waits summary.Waits
		var pictures summary.Pictures
		for _, part := range []struct{ from, to any }{{got.Figures, &figures}, {got.Waits, &waits}, {got.Pictures, &pictures}} {
			text, err := json.Marshal(part.from)
			require.NoError(t, err)
			require.Less(t, len(text), 1<<20)
			require.NoError(t, json.Unmarshal(text, part.to))
			again, err := json.Marshal(part.to)
			require.NoError(t, err)
			require.True(t, bytes.Equal(text, again))
		}
		require.Equal(t, c.n > 100, got.Figures.Omitted > 0, "%q", c.word)
	}
}
