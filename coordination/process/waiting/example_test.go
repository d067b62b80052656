package waiting_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// Bo is at lunch and then on another order while order 1 waits.
func ExampleAnalyse() {
	const table = `case,activity,start,end,resource
1,take in,2026-03-02 11:00,2026-03-02 11:30,Ada
1,check,2026-03-02 14:30,2026-03-02 15:00,Bo
2,take in,2026-03-02 11:30,2026-03-02 11:45,Ada
2,check,2026-03-02 13:00,2026-03-02 14:00,Bo
`
	b := process.NewBuilder(process.BuilderConfig{})
	if _, err := csvlog.Read(strings.NewReader(table), b, csvlog.Options{Zone: time.UTC}); err != nil {
		fmt.Println(err)
		return
	}
	monday := func(hour int) int { return 60 * hour }
	lunch, err := process.NewCalendar(time.UTC, []process.Shift{{From: monday(8), To: monday(12)}, {From: monday(13), To: monday(17)}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := b.Log()
	a := waiting.Analyse(log, waiting.Config{Calendars: map[string]*process.Calendar{"Bo": lunch}})
	for _, w := range a.Waits {
		if w.Start == w.Enabled {
			continue
		}
		fmt.Printf("%s of order %s waits %d minutes:", log.Activity(w.Event), log.Case(w.Event), w.Shares.Total()/60_000_000)
		for c, share := range w.Shares {
			if share > 0 {
				fmt.Printf(" %v %d", waiting.Cause(c), share/60_000_000)
			}
		}
		fmt.Println()
	}
	// Output:
	// check of order 1 waits 180 minutes: prioritisation 60 unavailability 60 extraneous 60
	// check of order 2 waits 75 minutes: unavailability 60 extraneous 15
}
