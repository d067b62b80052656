package level_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

// known is what is published about one instance; it names the columns of
// bks.csv and bks_mm.csv.
type known struct {
	file         string
	lower, upper int
	criticalPath int // 0 for multi-mode instances
}

// library returns the given instances, every step-th one of each set. It skips
// the test without them.
func library(tb testing.TB, set string, step int) []known {
	tb.Helper()
	dir := filepath.Join(dataDir(tb), "psplib")
	table, name, lower, upper := "bks.csv", "*.sm", 2, 3
	pattern := filepath.Join(dir, set, name)
	if strings.HasPrefix(set, "mm/") {
		table, lower, upper = "bks_mm.csv", 2, 2
		pattern = filepath.Join(dir, set, "*.mm")
	}
	f, err := os.Open(filepath.Join(dir, table))
	if err != nil {
		tb.Skipf("no PSPLIB instances: %v; set COORDKIT_DATA to the folder that holds psplib", err)
	}
	defer func() { require.NoError(tb, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(tb, err)
	number := func(s string) int {
		v, err := strconv.Atoi(s)
		require.NoError(tb, err)
		return v
	}
	byName := map[string][]string{}
	for _, r := range rows[1:] {
		byName[r[0]] = r
	}
	files, err := filepath.Glob(pattern)
	require.NoError(tb, err)
	require.NotEmpty(tb, files)
	slices.Sort(files)
	var out []known
	for k := 0; k < len(files); k += step {
		row := byName[strings.TrimSuffix(filepath.Base(files[k]), filepath.Ext(files[k]))]
		require.NotNil(tb, row, files[k])
		entry := known{file: files[k], lower: number(row[lower]), upper: number(row[upper])}
		if len(row) > 5 {
			entry.criticalPath = number(row[5])
		}
		out = append(out, entry)
	}
	return out
}

// dataDir returns COORDKIT_DATA, or ../shared/data beside the module.
func dataDir(tb testing.TB) string {
	tb.Helper()
	if dir := os.Getenv("COORDKIT_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "data")
		}
		dir = filepath.Dir(dir)
	}
}

// TestGivenInstances levels every given instance with few schedules: a makespan
// below a published lower bound, a bound above a best known makespan or an
// optimum that is none is a bug.
func TestGivenInstances(t *testing.T) {
	t.Parallel()
	for set, schedules := range map[string]int{
		"j30": 200, "j60": 100, "j90": 100, "j120": 60, "mm/j10": 300, "mm/j20": 300,
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			for _, k := range library(t, set, 1) {
				p, err := psplib.ReadFile(k.file)
				require.NoError(t, err)
				r, err := level.Solve(context.Background(), p, level.Options{Schedules: schedules})
				require.NoError(t, err)
				require.NotEqual(t, level.Infeasible, r.Status, k.file)
				require.LessOrEqual(t, r.Schedules, schedules, k.file)
				require.LessOrEqual(t, r.LowerBound, k.upper, k.file)
				require.GreaterOrEqual(t, r.LowerBound, k.criticalPath, k.file)
				if r.Status == level.Unknown {
					require.True(t, strings.HasPrefix(set, "mm/"), k.file)
					continue
				}
				require.NoError(t, level.Check(p, r.Schedule), k.file)
				require.Equal(t, p.Cost(r.Schedule), r.Cost, k.file)
				require.GreaterOrEqual(t, r.Cost, k.lower, k.file)
				if r.Status == level.Optimal {
					require.LessOrEqual(t, r.Cost, k.upper, k.file)
					require.Equal(t, r.Cost, r.LowerBound, k.file)
				}
			}
		})
	}
}

// TestWorkersChangeNothing runs the same search with 1, 2 and 8 workers.
func TestWorkersChangeNothing(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"j30", "j60", "mm/j20"} {
		for _, k := range library(t, set, 48) {
			p, err := psplib.ReadFile(k.file)
			require.NoError(t, err)
			var first level.Result
			for _, workers := range []int{1, 2, 8} {
				r, err := level.Solve(context.Background(), p, level.Options{Schedules: 800, Seed: 7, Workers: workers})
				require.NoError(t, err)
				require.LessOrEqual(t, r.Schedules, 800, k.file)
				if workers == 1 {
					first = r
				}
				require.Equal(t, first, r, k.file)
			}
		}
	}
}
