//go:build unix

package process_test

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"unsafe"

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

// generate hands over so many events, 20 a case of which 1,000 are open at a
// time, in order of times.
func generate(b *testing.B, events int) *process.Log {
	b.Helper()
	builder := process.NewBuilder(process.BuilderConfig{})
	seed, at := uint64(1), int64(0)
	next := func(n uint64) uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return seed >> 33 % n
	}
	activities, resources := make([][]byte, 30), make([][]byte, 100)
	for i := range activities {
		activities[i] = fmt.Append(nil, "activity ", i)
	}
	for i := range resources {
		resources[i] = fmt.Append(nil, "resource ", i)
	}
	raw := &process.Raw{HasStart: true, HasEnd: true}
	name := make([]byte, 0, 20)
	for i := range events {
		at += int64(next(20_000_000))
		name = fmt.Appendf(name[:0], "case %d", i/20_000*1000+i%1000)
		raw.Case, raw.Activity, raw.Resource = name, activities[uint64(i/1000%20)+next(2)], resources[next(100)]
		raw.Start.Micros = at
		raw.End.Micros = at + int64(next(10_000_000))
		if err := builder.Event(raw); err != nil {
			b.Fatal(err)
		}
	}
	return builder.Log()
}

// BenchmarkGrowth measures logs of growing size: the time of an event must not
// grow. The largest is left out unless COORDKIT_LARGE is set; it takes 6 GB.
func BenchmarkGrowth(b *testing.B) {
	sizes := []int{100_000, 1_000_000, 5_000_000}
	if os.Getenv("COORDKIT_LARGE") != "" {
		sizes = append(sizes, 50_000_000)
	}
	for _, events := range sizes {
		b.Run(strconv.Itoa(events), func(b *testing.B) {
			log := generate(b, events)
			var before, after runtime.MemStats
			b.ResetTimer()
			used := cputime.Used()
			for b.Loop() {
				runtime.ReadMemStats(&before)
				process.Measure(log)
				runtime.ReadMemStats(&after)
			}
			b.ReportMetric(float64(cputime.Used()-used)/float64(b.N)/float64(events), "cpu-ns/event")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(events), "B/event")
			b.ReportMetric(float64(unsafe.Sizeof(process.Event{})), "B/record")
		})
	}
}
