package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

func TestJSONLines(t *testing.T) {
	t.Parallel()
	files := []string{"testdata/house.rcp", "testdata/shed.mm"}
	var out, errs bytes.Buffer
	require.NoError(t, run(t.Context(), append([]string{"-json", "-schedules", "2000"}, files...), &out, &errs))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, len(files))
	for k, text := range lines {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &fields))
		for _, name := range []string{"instance", "makespan", "lower_bound", "status", "schedules", "seconds", "start", "mode"} {
			require.Contains(t, fields, name)
		}
		var l line
		require.NoError(t, json.Unmarshal([]byte(text), &l))
		require.Equal(t, "optimal", l.Status)
		require.Equal(t, l.LowerBound, *l.Makespan)
		p, err := psplib.ReadFile(files[k])
		require.NoError(t, err)
		s := level.Schedule{Start: l.Start}
		for _, m := range l.Mode {
			s.Mode = append(s.Mode, m-1)
		}
		require.NoError(t, level.Check(p, s))
		require.Equal(t, *l.Makespan, p.Cost(s))
	}
	require.Contains(t, lines[0], `"instance":"house","makespan":10,`)
	require.Contains(t, lines[1], `"instance":"shed","makespan":5,`)
}

func TestForPeople(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-schedules", "500", "testdata/house.rcp"}, &out, &errs))
	require.Regexp(t, `^house +optimal +makespan 10, at least 10; \d+ schedules in`, out.String())
}

func TestWithoutFile(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	require.ErrorContains(t, run(t.Context(), nil, &out, &errs), "no file given")
	require.ErrorContains(t, run(t.Context(), []string{"-schedules", "-1", "testdata/house.rcp"}, &out, &errs), "negative")
	require.Empty(t, out.String())
	require.ErrorIs(t, run(t.Context(), []string{"-schedules", "50", "main_test.go", "testdata/house.rcp"}, &out, &errs), psplib.ErrFormat)
	require.Contains(t, out.String(), "house", "the other file has its turn")
}
