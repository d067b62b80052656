package risk_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/risk"
)

func ExampleSimulate() {
	plan := &schedule.Plan{
		ID:         "launch",
		Activities: []schedule.Activity{{ID: "build", Duration: 40 * time.Hour}, {ID: "test", Duration: 20 * time.Hour}, {ID: "release", Kind: schedule.Gate}},
		Relations:  []schedule.Relation{{From: "build", To: "test"}, {From: "test", To: "release"}},
	}
	network, err := schedule.Compile(plan)
	if err != nil {
		fmt.Println(err)
		return
	}
	table, err := network.CriticalPath(time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := risk.Simulate(table, risk.Model{Durations: map[string]risk.Dist{
		"build": risk.PERT(30*time.Hour, 40*time.Hour, 80*time.Hour),
	}}, risk.Options{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("wanted", table.Finish().Format(time.DateTime))
	fmt.Println("P80   ", result.Gates[0].P80.Truncate(time.Hour).Format(time.DateTime))
	// Output:
	// wanted 2026-03-04 20:00:00
	// P80    2026-03-05 08:00:00
}
