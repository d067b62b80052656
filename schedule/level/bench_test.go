package level_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

// BenchmarkSchedules measures passes of the population method, all its work
// included, on one core.
func BenchmarkSchedules(b *testing.B) {
	for _, set := range []string{"j30", "j60", "j120"} {
		b.Run(set, func(b *testing.B) {
			const passes = 5000
			var problems []*level.Problem
			for _, k := range library(b, set, 3) {
				p, err := psplib.ReadFile(k.file)
				require.NoError(b, err)
				problems = append(problems, p)
			}
			next := 0
			for b.Loop() {
				level.Breed(problems[next%len(problems)], passes, 60)
				next++
			}
			b.ReportMetric(float64(passes)*float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
		})
	}
}

// BenchmarkPass measures one pass of the generator; it must not allocate.
func BenchmarkPass(b *testing.B) {
	pass := level.Pass(generated(120, 4, 1))
	b.ReportAllocs()
	for b.Loop() {
		pass()
	}
}

// BenchmarkFirstSchedule measures how long a plan of 10,000 activities and 50
// resources waits for its first schedule.
func BenchmarkFirstSchedule(b *testing.B) {
	p := generated(10_000, 50, 1)
	for b.Loop() {
		ctx, cancel := context.WithCancel(context.Background())
		begin := time.Now()
		var first, stopped time.Duration
		_, err := level.Solve(ctx, p, level.Options{Improved: func(level.Result) {
			if first == 0 {
				first = time.Since(begin)
				cancel()
			}
		}})
		require.NoError(b, err)
		stopped = time.Since(begin)
		b.ReportMetric(first.Seconds(), "s-to-first")
		b.ReportMetric((stopped - first).Seconds(), "s-to-stop")
	}
}

// generated returns a plan of n activities in a layered network with short and
// long chains; the same for the same arguments.
func generated(n, resources int, seed uint64) *level.Problem {
	state := seed
	next := func(below int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % below
	}
	p := &level.Problem{}
	for r := range resources {
		p.Resources = append(p.Resources, level.Resource{ID: fmt.Sprint("R", r), Capacity: 6 + next(10)})
	}
	for i := range n {
		m := level.Mode{Duration: 1 + next(10), Uses: make([]int, resources)}
		for range 1 + next(3) {
			m.Uses[next(resources)] = 1 + next(5)
		}
		p.Activities = append(p.Activities, level.Activity{ID: strconv.Itoa(i), Modes: []level.Mode{m}})
		for range next(3) {
			if i > 0 {
				p.Relations = append(p.Relations, level.Relation{From: max(0, i-1-next(30)), To: i})
			}
		}
	}
	return p
}
