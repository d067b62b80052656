package coordination_test

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

func Example() {
	ctx := context.Background()
	desk, err := coordination.NewDesk(coordination.Config{
		Store: memory.New(),
		Now:   func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := desk.Open(ctx, "acme", changereq.Actor{ID: "ann"}, changereq.Open{
		ID: "CR1", Content: changereq.Content{Title: "Wider hinge", Description: "12 mm", Justification: "Returns in May."},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err = desk.Do(ctx, "acme", changereq.Actor{ID: "ann"}, "CR1", request.Rev, changereq.Move{Event: "submit"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Number, request.State)
	entries, _, err := desk.Journal(ctx, "acme", coordination.JournalQuery{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range entries {
		fmt.Println(e.Position, e.Room, e.Entity, e.Kind)
	}
	// Output:
	// CR-2026-0001 Submitted
	// 1 changereq CR1 opened
	// 2 changereq CR1 moved
}
