package window_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq/window"
)

func Example() {
	day := func(d int) time.Time { return time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC) }
	rules := window.Rules{Freezes: []window.Freeze{{Name: "year end", Window: window.Window{Start: day(20), End: day(31)}}}}
	others := []window.Booking{{
		ID: "CR8", Number: "CR-2026-0008", Window: window.Window{Start: day(10), End: day(18)}, Items: []string{"DRW-12"},
	}}
	asked := window.Booking{ID: "CR9", Window: window.Window{Start: day(17), End: day(21)}, Items: []string{"DRW-12"}}
	for _, c := range rules.Conflicts(asked, others, nil) {
		fmt.Println(c.Severity, c.Kind, c.Name+c.Number)
	}
	// Output:
	// block freeze year end
	// block same-item CR-2026-0008
}
