// Quickstart takes one change request from draft to decision, in memory.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

func main() {
	ctx := context.Background()
	desk, err := coordination.NewDesk(coordination.Config{Store: memory.New(), Now: clock})
	check(err)

	ann := changereq.Actor{ID: "ann"} // the applicant needs no role
	carol := changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	paul := changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}

	cr, err := desk.Open(ctx, "acme", ann, changereq.Open{Content: changereq.Content{
		Title: "Wider hinge", Description: "Widen the hinge to 12 mm.", Justification: "Three returns in May.",
	}})
	check(err)
	do := func(who changereq.Actor, cmd changereq.Command) {
		cr, err = desk.Do(ctx, "acme", who, cr.ID, cr.Rev, cmd)
		check(err)
		fmt.Printf("%-6s %-12s → %s\n", who.ID, cmd.Name(), cr.State)
	}
	do(ann, changereq.Move{Event: "submit"})
	do(carol, changereq.Move{Event: "receive"})
	do(carol, changereq.Assess{Parts: changereq.Assessment{
		Relevance: &changereq.Relevance{Verdict: changereq.Relevant},
		Risk:      &changereq.Risks{Summary: "none found"},
		Benefit:   &changereq.Estimate{Summary: "fewer returns"},
		Cost:      &changereq.Estimate{Summary: "one new tool"},
	}})
	do(carol, changereq.Move{Event: "admit"})
	do(carol, changereq.IssueBrief{Recommendation: "Approve: it pays within the year."})
	do(carol, changereq.Move{Event: "present"})

	_, err = desk.Do(ctx, "acme", carol, cr.ID, cr.Rev, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	fmt.Println("carol may not decide:", err)
	do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Text: "Go ahead."})

	filed, _, err := desk.Records(ctx, "acme", archive.Query{Subject: coordination.ChangeRequestRef(cr.ID)})
	check(err)
	owed, _, err := desk.Obligations(ctx, "acme", notice.Query{Recipient: "ann"})
	check(err)
	fmt.Printf("filed %d records; ann is owed %d notice: %s\n", len(filed), len(owed), owed[0].Subject)
}

// clock stands still, so that the output is the same every time. Leave Now out to
// use the real one.
func clock() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
