//go:build unix

package level_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

// TestFigures measures what docs/benchmarks-level.md states. It runs what
// COORDKIT_FIGURES asks for, as SET:LIMIT:STEP, for example "j120:5000:1" for
// 5,000 schedules on every instance or "j60:15s:3" for 15 seconds on every
// third one. Seconds are those of the process's own use of the processor, so
// that whatever else the machine does counts less; run it with GOMAXPROCS=1.
func TestFigures(t *testing.T) { //nolint:paralleltest // it measures
	spec := os.Getenv("COORDKIT_FIGURES")
	if spec == "" {
		t.Skip("set COORDKIT_FIGURES to SET:LIMIT:STEP to measure")
	}
	parts := strings.Split(spec, ":")
	require.Len(t, parts, 3)
	step, err := strconv.Atoi(parts[2])
	require.NoError(t, err)
	schedules, err := strconv.Atoi(parts[1])
	limit := 24 * time.Hour
	if err != nil {
		limit, err = time.ParseDuration(parts[1])
		require.NoError(t, err)
	}
	var sum figures
	for _, k := range library(t, parts[0], step) {
		p, err := psplib.ReadFile(k.file)
		require.NoError(t, err)
		begin := used(t)
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			for tick := time.NewTicker(5 * time.Millisecond); ctx.Err() == nil; <-tick.C {
				if used(t)-begin >= limit {
					cancel()
				}
			}
		}()
		r, err := level.Solve(ctx, p, level.Options{Schedules: schedules, Seed: 1})
		cancel()
		require.NoError(t, err)
		require.NoError(t, level.Check(p, r.Schedule), k.file)
		require.GreaterOrEqual(t, r.Cost, k.lower, k.file)
		require.LessOrEqual(t, r.LowerBound, k.upper, k.file)
		sum.add(k, r, used(t)-begin)
	}
	n := float64(sum.instances)
	t.Logf("%s: %d instances, %.3f %% over the critical path, %.3f %% over the best known, %d at it; %d proven, %d within 1 s; mean %.3f s, worst %.2f s",
		spec, sum.instances, 100*sum.overPath/n, 100*sum.overBest/n, sum.atBest, sum.proven, sum.soon, sum.total.Seconds()/n, sum.worst.Seconds())
}

// used is how long the process has used processors.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Error(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// figures adds up results.
type figures struct {
	instances, atBest, proven, soon int
	overPath, overBest              float64
	total, worst                    time.Duration
}

func (f *figures) add(k known, r level.Result, took time.Duration) {
	f.instances++
	f.overBest += float64(r.Cost-k.upper) / float64(k.upper)
	if k.criticalPath > 0 {
		f.overPath += float64(r.Cost-k.criticalPath) / float64(k.criticalPath)
	}
	if r.Cost <= k.upper {
		f.atBest++
	}
	if r.Status == level.Optimal {
		f.proven++
		if took <= time.Second {
			f.soon++
		}
	}
	f.total += took
	f.worst = max(f.worst, took)
}
