//go:build unix

package process_test

import (
	"fmt"
	"testing"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/cputime"
)

// BenchmarkObserve takes events of 130,000 open cases in random turns.
func BenchmarkObserve(b *testing.B) {
	const cases, activities = 130_000, 30
	names, ids := &process.Names{}, &process.Names{}
	for i := range activities {
		names.Add(fmt.Sprint("activity ", i))
	}
	for i := range cases {
		ids.Add(fmt.Sprint("case ", i))
	}
	o := process.NewObserver(process.ObserverConfig{Activities: names, Cases: ids, Keep: 0})
	seed, at, seq := uint64(1), int64(0), uint32(0)
	done := make([]uint32, cases+1)
	next := func() process.Event {
		seed = seed*6364136223846793005 + 1442695040888963407
		at += int64(seed >> 44)
		seq++
		id := uint32(seed>>33)%cases + 1
		done[id]++
		return process.Event{Start: at, End: at, Case: id, Activity: done[id]%activities + 1, Seq: seq}
	}
	for range 3 * cases {
		o.Observe(next())
	}
	b.ReportAllocs()
	before := cputime.Used()
	for b.Loop() {
		o.Observe(next())
	}
	b.ReportMetric(float64(cputime.Used()-before)/float64(b.N), "cpu-ns/op")
}
