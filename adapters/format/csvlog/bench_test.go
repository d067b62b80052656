//go:build unix

package csvlog_test

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/cputime"
)

// generate writes a table of so many events, 20 a case, of mixed cases.
func generate(events int) []byte {
	var out bytes.Buffer
	out.WriteString("case_id,activity,resource,time\n")
	seed := uint64(1)
	next := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
	begin := time.Date(2011, 10, 1, 0, 0, 0, 0, time.UTC)
	row := []byte(nil)
	for i := range events {
		row = strconv.AppendInt(row[:0], int64(173688+i/200*10+i%10), 10)
		row = fmt.Appendf(row, ",Complete application %d,%d,", next(24), 11000+next(69))
		row = begin.Add(time.Duration(i)*time.Minute+time.Duration(next(86_400_000))*time.Millisecond).AppendFormat(row, "2006-01-02 15:04:05.000000Z07:00")
		out.Write(append(row, '\n'))
	}
	return out.Bytes()
}

// BenchmarkStatistics reads tables to the last figure. The time of an event
// must stay the same as tables grow.
func BenchmarkStatistics(b *testing.B) {
	for _, events := range []int{262_200, 2_622_000} {
		text := generate(events)
		b.Run(strconv.Itoa(events), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			before := cputime.Used()
			for b.Loop() {
				builder := process.NewBuilder(process.BuilderConfig{})
				if _, err := csvlog.Read(bytes.NewReader(text), builder, csvlog.Options{}); err != nil {
					b.Fatal(err)
				}
				if s := process.Measure(builder.Log()); s.Events != events {
					b.Fatalf("got %d events", s.Events)
				}
			}
			used := float64(cputime.Used() - before)
			b.ReportMetric(used/float64(b.N)/1e6, "cpu-ms/op")
			b.ReportMetric(used/float64(b.N)/float64(events), "cpu-ns/event")
		})
	}
}
