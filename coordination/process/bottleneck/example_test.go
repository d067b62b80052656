package bottleneck_test

import (
	"fmt"
	"strconv"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
)

// Each Monday work that is released at nine waits for the check until noon.
func ExampleReport_Recur() {
	b := process.NewBuilder(process.BuilderConfig{})
	for day := range 70 {
		nine := time.Date(2026, 1, 5+day, 9, 0, 0, 0, time.UTC)
		check := nine.Add(5 * time.Minute)
		if nine.Weekday() == time.Monday {
			check = nine.Add(3 * time.Hour)
		}
		for _, e := range []struct {
			activity, who string
			start         time.Time
		}{{"release", "Ada", nine.Add(-time.Hour)}, {"check", "Bo", check}} {
			err := b.Event(&process.Raw{
				Case: strconv.AppendInt(nil, int64(day), 10), Activity: []byte(e.activity), Resource: []byte(e.who), HasStart: true, HasEnd: true,
				Start: process.Stamp{Micros: e.start.UnixMicro()}, End: process.Stamp{Micros: e.start.Add(time.Hour).UnixMicro()},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	log := b.Log()
	found := bottleneck.Find(log, bottleneck.Config{})
	top := found.HandOffs[0]
	recurrence, err := found.Recur(log, top.Place, nil, bottleneck.RecurConfig{Grain: bottleneck.Shift})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, slot := range recurrence.Patterns() {
		fmt.Printf("%v waits on %v in %d of %d weeks\n", top.Place, slot, slot.Hits.Hits, slot.Hits.Of)
	}
	now := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)
	for _, w := range recurrence.Warn(now.UnixMicro(), (7 * 24 * time.Hour).Microseconds()) {
		fmt.Println("expect it on", process.Time(w.From).Format("Monday 2 January, 15:04"))
	}
	// Output:
	// hand-off Ada → Bo waits on Monday 08:00 in 10 of 10 weeks
	// expect it on Monday 23 March, 08:00
}
