package supply_test

import (
	"cmp"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

func ExamplePosition_Cover() {
	book := supply.Book{
		Calendar:  "office",
		Calendars: []schedule.Calendar{schedule.WorkWeek("office", "Europe/Berlin", schedule.Shift{From: schedule.At(8, 0), To: schedule.At(16, 0)})},
		Items:     []supply.Item{{ID: "valve"}},
		Lots:      []supply.Lot{{ID: "L1", Item: "valve", Quantity: 30}},
		Sources:   []supply.Source{{Item: "valve", Supplier: "ACME", LeadDays: 10, Calendar: "office", AdminDays: 1}},
	}
	position, err := supply.Compile(&book)
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := time.Date(2026, time.March, 2, 7, 0, 0, 0, time.UTC)
	answers, err := position.Cover(monday, []schedule.Demand{
		{ID: "pilot run", Item: "valve", Quantity: 20, Need: monday.AddDate(0, 0, 7)},
		{ID: "first lot", Item: "valve", Quantity: 25, Need: monday.AddDate(0, 0, 28)},
		{ID: "too soon", Item: "valve", Quantity: 5, Need: monday.AddDate(0, 0, 8), Priority: 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range answers {
		fmt.Printf("%v, %d of %d: %s\n", a.Verdict, a.Covered, a.Wanted, cmp.Or(a.Cause, "in place"))
	}
	// Output:
	// Ready, 20 of 20: in place
	// ReadyIf, 5 of 25: order 20 of valve from ACME by 2026-03-13, needed 2026-03-30
	// Ready, 5 of 5: in place
}
