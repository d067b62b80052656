package process_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
)

func Example() {
	table := `case,activity,start,end,resource
1,take in,2026-03-02 08:00,2026-03-02 08:10,Ada
1,check,2026-03-02 11:00,2026-03-02 11:30,Bo
2,take in,2026-03-02 08:10,2026-03-02 08:20,Ada
2,check,2026-03-02 11:30,2026-03-02 12:00,Bo
3,take in,2026-03-02 09:00,,Ada
`
	b := process.NewBuilder(process.BuilderConfig{})
	if _, err := csvlog.Read(strings.NewReader(table), b, csvlog.Options{File: "orders.csv", Zone: time.UTC}); err != nil {
		fmt.Println(err)
		return
	}
	log := b.Log()
	for _, t := range log.Report.Tallies() {
		fmt.Println(t.First[0].Position, t.Effect, t.Reason, t.Count)
	}
	s := process.Measure(log)
	edge, _ := s.Edge("take in", "check")
	fmt.Println(s.Cases, "cases; from take in to check", edge.Time.Mean()/60, "minutes in the mean")
	found := bottleneck.Find(log, bottleneck.Config{})
	fmt.Println(found.HandOffs[0].Place, "waits by", found.Analysis.Shares.Total()/60_000_000, "minutes")
	// Output:
	// orders.csv:6 dropped no-time 1
	// orders.csv:2 kept zone-assumed 5
	// 2 cases; from take in to check 180 minutes in the mean
	// hand-off Ada → Bo waits by 360 minutes
}
