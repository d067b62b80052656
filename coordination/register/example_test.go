package register_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Tool is a thing that an embedder keeps beside the office's own.
type Tool struct {
	Name   string    `json:"name"`
	Holder string    `json:"holder"`
	Check  time.Time `json:"check"` // when it has to be checked again
}

// tools is the register of tools: found by whoever holds one, and by the time of
// the next check.
func tools() register.Register[Tool] {
	return register.Register[Tool]{Book: "tool", Keys: func(t Tool) []register.Key {
		return []register.Key{{Name: "holder", Value: t.Holder}, {Name: "check", Value: register.Sortable(t.Check)}}
	}}
}

func Example() {
	ctx, store := context.Background(), memory.New()
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	handedOut := register.Event{Kind: "handed-out", At: day(1), Actor: "ann", Data: json.RawMessage(`{}`)}
	err := coordination.Registers(store).Update(ctx, "acme", func(ctx context.Context, tx register.Tx) error {
		for id, t := range map[string]Tool{
			"T1": {Name: "torque wrench", Holder: "ida", Check: day(20)},
			"T2": {Name: "gauge", Holder: "otto", Check: day(9)},
			"T3": {Name: "gauge", Holder: "ida", Check: day(12)},
		} {
			if _, err := tools().Put(ctx, tx, register.Row[Tool]{ID: id, Value: t}, handedOut); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = store.View(ctx, "acme", func(ctx context.Context, tx coordination.Tx) error {
		for _, q := range []register.Query{
			register.Query{Key: "holder"}.Only("ida"),
			{Key: "check", To: register.Sortable(day(15))},
		} {
			page, _, err := tools().List(ctx, tx, q)
			if err != nil {
				return err
			}
			for _, row := range page {
				fmt.Println(row.ID, row.Value.Name, row.Value.Holder, row.Value.Check.Format(time.DateOnly))
			}
			fmt.Println("-")
		}
		entries, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{Room: "tool", Entity: "T2"})
		for _, e := range entries {
			fmt.Println(e.Room, e.Entity, e.Seq, e.Kind)
		}
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// T1 torque wrench ida 2026-03-20
	// T3 gauge ida 2026-03-12
	// -
	// T2 gauge otto 2026-03-09
	// T3 gauge ida 2026-03-12
	// -
	// tool T2 1 handed-out
}
