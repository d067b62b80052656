package retention_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
)

func Example() {
	office := retention.Office{Zone: time.UTC}
	schedule := retention.Schedule{ID: "complaints", Version: 1, Phases: []retention.Phase{{
		Trigger: "closed", Period: retention.Period{Years: 10}, Rounding: retention.EndOfYear, Action: retention.Destroy, Approvals: 1, Authority: "Product Liability Act",
	}}}
	standing := schedule.Assess(office, []retention.Fact{{Trigger: "closed", At: time.Date(2024, 3, 15, 9, 0, 0, 0, time.UTC)}}, nil, 0)
	fmt.Println("kept until", standing.Until, "and due on", standing.Due)

	// Somebody asks too early, while a hold stands.
	_, err := retention.Decide(retention.Batch{}, retention.Ask{ID: "B1", Action: retention.Destroy, Reason: "full shelves"}, retention.Env{
		Now: time.Date(2030, 1, 1, 9, 0, 0, 0, time.UTC), Actor: "rita", Office: office,
		Facts: []retention.Facts{{Record: "R1", Standing: standing, Holds: []retention.Hold{{
			ID: "H1", Matter: "Smith v. Acme", Issuer: "carol", Scope: retention.Scope{Records: []archive.RecordID{"R1"}},
		}}}},
	})
	fmt.Println(err)
	// Output:
	// kept until 2034-12-31 and due on 2035-01-01
	// archive: ask refused: "R1" is kept until 2034-12-31; "R1" is held by H1 for Smith v. Acme: carol may release it
}
