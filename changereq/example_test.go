package changereq_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// The rules alone, without a store: a command becomes events or a refusal.
func Example() {
	normal, _ := changereq.Compile(lifecycle.Normal())
	ann := changereq.Actor{ID: "ann"}
	env := changereq.Env{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Actor: ann, Number: "CR-2026-0001"}

	var request changereq.Request
	for _, cmd := range []changereq.Command{
		changereq.Open{ID: "CR1", Content: changereq.Content{Title: "Wider hinge", Description: "12 mm"}},
		changereq.Move{Event: "submit"},
	} {
		events, err := changereq.Decide(normal, request, cmd, env)
		if refused, ok := errors.AsType[*changereq.RefusedError](err); ok {
			for _, u := range refused.Unmet {
				fmt.Println(cmd.Name(), "refused:", u.Text)
			}
			continue
		}
		for _, ev := range events {
			request = changereq.Evolve(request, ev)
			fmt.Println(ev.Seq, ev.Kind(), request.State)
		}
	}
	// Output:
	// 1 opened Draft
	// submit refused: the justification is empty: amend the request and fill it in
}

func ExamplePermitted() {
	normal, _ := changereq.Compile(lifecycle.Normal())
	carol := changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	request := changereq.Request{Number: "CR-2026-0001", State: "Triage", Category: lifecycle.Intake, Applicant: "ann", Events: 3}
	for _, p := range changereq.Permitted(normal, &request, changereq.Env{Actor: carol}) {
		if len(p.Unmet) == 0 {
			fmt.Println(p.Event, "is possible")
		} else {
			fmt.Println(p.Event, "is not:", p.Unmet[0].Text)
		}
	}
	// Output:
	// admit is not: relevance is not assessed: the coordinator has to record it
	// dismiss is possible
	// withdraw is not: only applicant may withdraw
	// supersede is not: no existing request is named as the successor: name it
	// cancel is possible
}
