//go:build unix

package waiting_test

import (
	"strconv"
	"testing"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
	"github.com/coordkit/coordkit/internal/cputime"
)

// BenchmarkAnalyse explains the waits of 500,000 instances for 40 busy
// resources with long queues.
func BenchmarkAnalyse(b *testing.B) {
	const cases, steps, resources = 50_000, 10, 40
	build := process.NewBuilder(process.BuilderConfig{})
	seed, free := uint64(1), make([]int64, resources)
	next := func(n int64) int64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed>>33) % n
	}
	done := make([]int64, cases)
	for i := range int64(cases * steps) {
		id, who := i%cases, next(resources)
		start := max(free[who], done[id], id*1000)
		end := start + next(800)
		free[who], done[id] = end, end
		raw := &process.Raw{
			Case: strconv.AppendInt(nil, id, 10), Activity: strconv.AppendInt(nil, i/cases, 10), Resource: strconv.AppendInt(nil, who, 10),
			Start: process.Stamp{Micros: start * 1e6}, End: process.Stamp{Micros: end * 1e6}, HasStart: true, HasEnd: true,
		}
		if err := build.Event(raw); err != nil {
			b.Fatal(err)
		}
	}
	log := build.Log()
	before := cputime.Used()
	for b.Loop() {
		waiting.Analyse(log, waiting.Config{})
	}
	b.ReportMetric(cases*steps*float64(b.N)/(cputime.Used()-before).Seconds(), "instances/cpu-s")
}
