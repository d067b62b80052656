package schedule_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// plan is three days of work before a gate.
func plan() *schedule.Plan {
	shift := schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)}
	return &schedule.Plan{
		ID: "launch", Calendar: "plant",
		Calendars: []schedule.Calendar{schedule.WorkWeek("plant", "Europe/Berlin", shift)},
		Activities: []schedule.Activity{
			{ID: "build", Duration: 16 * time.Hour},
			{ID: "label", Duration: 8 * time.Hour},
			{ID: "release", Kind: schedule.Gate},
		},
		Relations: []schedule.Relation{
			{From: "build", To: "release"},
			{From: "label", To: "release", Lag: schedule.Lag{Time: 4 * time.Hour, In: schedule.Working}},
		},
	}
}

func ExampleNetwork_CriticalPath() {
	network, err := schedule.Compile(plan())
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := time.Date(2026, time.March, 2, 7, 0, 0, 0, time.UTC)
	table, err := network.CriticalPath(monday)
	if err != nil {
		fmt.Println(err)
		return
	}
	for d := range table.All() {
		fmt.Printf("%-8s %s  float %v\n", d.Activity, d.Finish.Format(time.DateTime), d.TotalFloat)
	}
	// Output:
	// build    2026-03-03 15:00:00  float 0s
	// label    2026-03-02 15:00:00  float 4h0m0s
	// release  2026-03-03 15:00:00  float 0s
}

func ExamplePropose() {
	asOf := time.Date(2026, time.March, 2, 7, 0, 0, 0, time.UTC)
	p := *plan()
	network, _ := schedule.Compile(&p)
	first, _ := schedule.Propose(network, asOf, schedule.ProposeOptions{})
	events, _ := schedule.Accept(&p, first, "ada", asOf)
	p = schedule.Evolve(p, events[0])

	p.Activities[0].Duration = 20 * time.Hour
	network, _ = schedule.Compile(&p)
	change, _ := schedule.Propose(network, asOf, schedule.ProposeOptions{})
	for _, m := range change.Moves {
		fmt.Println(m.Activity, m.New.Finish.Format(time.DateTime), "because", m.Cause.Text)
	}
	// Output:
	// build 2026-03-04 11:00:00 because build now takes 20h0m0s of open time and finishes 2026-03-04 11:00
	// release 2026-03-04 11:00:00 because build now takes 20h0m0s of open time and finishes 2026-03-04 11:00
}
