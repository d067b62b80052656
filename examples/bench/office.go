package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

const tenant = "acme"

var (
	ann   = changereq.Actor{ID: "ann"}
	carol = changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	paul  = changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}
)

// pattern is the id of the request that all others are copies of. Every id has
// the same length, so that replayed rows are as long as our own.
const pattern = "REQ-00000000"

func requestID(lot, i int) changereq.ID { return changereq.ID(fmt.Sprintf("REQ-%02d%06d", lot, i)) }

// newDesk is a desk over a store.
func newDesk(store coordination.Store) (*coordination.Desk, error) {
	return coordination.NewDesk(coordination.Config{Store: store})
}

// decision is the command that is measured.
func decision() changereq.RecordDecision {
	return changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved, Text: "It pays within the year."}
}

// present brings the pattern before the product manager.
func present(ctx context.Context, desk *coordination.Desk) error {
	money := func(what string) *changereq.Estimate {
		return &changereq.Estimate{Amounts: []changereq.Amount{{What: what, Low: 900_00, Likely: 1_200_00, High: 1_500_00, Currency: "EUR", Horizon: 12}}}
	}
	for _, step := range []struct {
		who changereq.Actor
		cmd changereq.Command
	}{
		{ann, changereq.Open{ID: pattern, Content: changereq.Content{
			Title: "Wider hinge on the tall cabinet", Labels: []string{"cabinet", "returns"},
			Description:   "Widen the door hinge from 10 mm to 12 mm and move its upper screw by 4 mm.",
			Justification: "Three cabinets came back in May with the door hanging.",
			Affected:      []changereq.AffectedItem{{Item: "DRW-1204", Action: changereq.ActionModify, Base: "B", Owner: "otto"}},
		}}},
		{ann, changereq.Move{Event: "submit"}},
		{carol, changereq.Move{Event: "receive"}},
		{carol, changereq.Assess{Parts: changereq.Assessment{
			Relevance: &changereq.Relevance{Verdict: changereq.Relevant},
			Risk:      &changereq.Risks{Summary: "Old and new parts could be mixed; a mark on the new part prevents it."},
			Benefit:   money("fewer returns"), Cost: money("tool and drawings"),
		}}},
		{carol, changereq.Move{Event: "admit"}},
		{carol, changereq.IssueBrief{Recommendation: "Approve, with the new part from the next quarter on."}},
		{carol, changereq.Move{Event: "present"}},
	} {
		if _, err := desk.Do(ctx, tenant, step.who, pattern, 0, step.cmd); err != nil {
			return err
		}
	}
	return nil
}

// copyPattern stores n copies of the pattern under the ids of a lot.
func copyPattern(ctx context.Context, store coordination.Store, desk *coordination.Desk, lot, n int) error {
	request, err := desk.ChangeRequest(ctx, tenant, pattern)
	if err != nil {
		return err
	}
	history, _, err := desk.ChangeRequestHistory(ctx, tenant, pattern, 0, changereq.MaxLimit)
	if err != nil {
		return err
	}
	const batch = 500
	for from := 0; from < n; from += batch {
		err := store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				r := request.Clone()
				r.ID, r.Rev, r.Events = requestID(lot, i), 0, int64(len(history))
				r.Brief.Recommendation += " (" + string(r.ID) + ")" // every request has a brief of its own
				events := make([]changereq.Event, len(history))
				for k, ev := range history {
					ev.Request = r.ID
					events[k] = ev
				}
				if _, err := tx.PutChangeRequest(ctx, r, events...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rate runs work for i in [0, n) by some workers and returns how many it did a
// second.
func rate(n, workers int, work func(i int) error) (float64, error) {
	var next atomic.Int64
	errs := make([]error, workers)
	begun := time.Now()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if errs[w] = work(i); errs[w] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(begun).Seconds(), errors.Join(errs...)
}
