package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/schedule"
)

func TestSizeOfTheLaunch(t *testing.T) {
	t.Parallel()
	o, err := open(settings{asOf: "2026-03-02", runs: 10, seed: 1})
	require.NoError(t, err)
	require.Len(t, o.network.Plan().Activities, 122)
	require.Len(t, launchRoster(o.asOf).People, 40)
	require.Len(t, launchBook(o.asOf).Items, 200)
	require.Len(t, plants(), 3)
	require.NoError(t, schedule.Check(o.network, o.asOf, o.table.Dates()))
}

func TestReport(t *testing.T) {
	t.Parallel()
	var out, again bytes.Buffer
	require.ErrorIs(t, run([]string{"-runs", "200"}, &out, io.Discard), errFound)
	require.ErrorIs(t, run([]string{"-runs", "200"}, &again, io.Discard), errFound)
	require.Equal(t, out.String(), again.String())
	for _, want := range []string{"Gates\n  G1", "To order", "People to get", "Most urgent\n   1. ", "  10. ", "P80 2026-"} {
		require.Contains(t, out.String(), want)
	}
}

// TestLinesAddUp reads -json back and checks that activities add up to the plan.
func TestLinesAddUp(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	picture := filepath.Join(t.TempDir(), "gantt.svg")
	require.ErrorIs(t, run([]string{"-json", "-all", "-runs", "200", "-svg", picture}, &out, io.Discard), errFound)
	kinds := make(map[string]int)
	met, total := 0.0, 0.0
	for d := json.NewDecoder(&out); ; {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		kinds[line["kind"].(string)]++
		switch line["kind"] {
		case "plan":
			met, total = line["met"].(float64), line["total"].(float64)
		case "gate":
			met, total = met-line["met"].(float64), total-line["total"].(float64)
			require.NotEmpty(t, line["p80"])
		}
	}
	require.Zero(t, met, "every requirement is counted at one gate")
	require.Zero(t, total)
	require.Equal(t, 122, kinds["activity"])
	require.Equal(t, 6, kinds["gate"])
	require.Equal(t, 10, kinds["fact"])
	require.NotZero(t, kinds["order"])
	require.NotZero(t, kinds["staff"])
	svg, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(svg), "requirements are in place")
}

func TestLevelled(t *testing.T) {
	t.Parallel()
	o, err := open(settings{asOf: "2026-03-02", runs: 10, seed: 1, level: true})
	require.NoError(t, err)
	require.NoError(t, schedule.Check(o.network, o.asOf, o.levelled.Dates))
	after, err := schedule.AssessAt(o.network, o.asOf, schedule.Facts{Staff: o.team}, o.levelled.Dates)
	require.NoError(t, err)
	short := func(r *schedule.Readiness) (n int) {
		for _, p := range r.Plan().Parts {
			if p.Part == schedule.People {
				n = p.Total - p.Met
			}
		}
		return n
	}
	require.Less(t, short(after), short(o.readiness)/2, "most of the clashes are gone")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-as-of", "soon"}, {"file"}, {"-no"}, {"-runs", "-5"}} {
		err := run(args, io.Discard, io.Discard)
		require.Error(t, err)
		require.NotErrorIs(t, err, errFound)
	}
}
