package staff_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

func ExampleTeam_Assign() {
	week := schedule.WorkWeek("week", "", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})
	roster := staff.Roster{
		Calendars: []schedule.Calendar{week},
		People: []staff.Person{
			{ID: "ann", Calendar: "week", Skills: []staff.Skill{{Name: "weld", Level: 2}}},
			{ID: "bob", Calendar: "week", Skills: []staff.Skill{{Name: "weld", Level: 1}}},
		},
		Remedies: []staff.Remedy{{Kind: schedule.ActBorrow, Skill: "weld", Level: 2, From: "hall 2", LeadDays: 5}},
	}
	team, err := staff.Compile(&roster)
	if err != nil {
		fmt.Println(err)
		return
	}
	hours, _ := week.Compile()
	start := time.Date(2026, time.March, 9, 8, 0, 0, 0, time.UTC)
	answers, err := team.Assign(start.AddDate(0, 0, -7), []schedule.Call{
		{ID: "1", Activity: "frame", Skill: "weld", Level: 1, Count: 1, Start: start, Finish: start.Add(8 * time.Hour), Hours: hours},
		{ID: "2", Activity: "door", Skill: "weld", Level: 2, Count: 2, Start: start, Finish: start.Add(8 * time.Hour), Hours: hours},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answers[0].Verdict, answers[0].Pegs[0].Ref)
	fmt.Println(answers[1].Verdict, answers[1].Cause)
	fmt.Println(answers[1].Actions[0].Text)
	// Output:
	// Ready bob
	// ReadyIf 1 short of weld of level 2 or more: door asks for 2 at 2026-03-09 08:00, only ann qualifies and is there
	// borrow 1 weld of level 2 or more from hall 2 by 2026-03-04 for door, needed 2026-03-09
}
