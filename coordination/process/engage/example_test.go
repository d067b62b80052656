package engage_test

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/engage"
)

func Example() {
	const day = int64(86_400_000_000)
	duration := engage.Measure{Name: "days to decide", Version: 1, Formula: engage.MeanDuration, Lower: true}
	week := func(n int64, value float64) engage.Reading {
		return engage.Reading{Measure: duration, Window: process.Interval{From: 7 * n * day, To: 7 * (n + 1) * day}, Cases: 20, Value: value}
	}
	e, err := engage.Propose(engage.Plan{
		ID: "E-1", Aspect: "decisions take too long", Measure: duration, Goal: 10 * 86400, Exit: engage.ExitTest{InARow: 2, MinCases: 10},
		End: 90 * day, Watch: engage.Watch{Until: 180 * day, Relapse: 12 * 86400, InARow: 2},
	}, week(0, 16*86400), 8*day)
	if err != nil {
		fmt.Println(err)
		return
	}
	for n, days := range []float64{14, 9.5, 9} {
		r := week(int64(n)+2, days*86400)
		events, err := engage.Decide(e, engage.Command{Reading: &r}, r.Window.To)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, event := range events {
			e = engage.Evolve(e, event)
		}
		fmt.Println(e.State, e.Streak)
	}
	// Output:
	// measuring 0
	// measuring 1
	// watching 0
}
