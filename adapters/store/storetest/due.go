package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// awaited are events after which a request bears a deadline of the kind at that
// minute, but for DueState, which is the minute of the event.
func awaited(kind changereq.DueKind, at int64) []changereq.Data {
	then := minute(at)
	decided := changereq.Decision{Verdict: changereq.Deferred, Until: &then, At: &then}
	switch kind {
	case changereq.DueDecision:
		return []changereq.Data{
			changereq.BriefIssuedData{Brief: changereq.Brief{Number: 1, DecideBy: &then, At: minute(0)}}, moved("open", lifecycle.Decide),
		}
	case changereq.DueApproval:
		return []changereq.Data{changereq.ApprovalTimedData{Timing: changereq.Timing{Due: &then}}, moved("open", lifecycle.Decide)}
	case changereq.DueTurn:
		return []changereq.Data{changereq.ApprovalTimedData{Timing: changereq.Timing{Turns: &then}}, moved("open", lifecycle.Decide)}
	case changereq.DueResume:
	case changereq.DueExpiry:
		decided = changereq.Decision{Verdict: changereq.Approved, Expires: &then, At: &then}
	case changereq.DueNotice:
		return []changereq.Data{
			changereq.ObligationOwedData{Obligation: changereq.Obligation{ID: "o2", OwedAt: minute(at + 9), State: changereq.ObligationOwed}},
			changereq.ObligationOwedData{Obligation: changereq.Obligation{ID: "o1", OwedAt: then, State: changereq.ObligationOwed}},
		}
	case changereq.DueState:
		return []changereq.Data{moved("open", lifecycle.Assess)}
	}
	return []changereq.Data{changereq.DecidedData{Decision: decided}, moved("open", lifecycle.Decide)}
}

// dueIsListed: by the instant that requests bear, then by id, from any place and
// up to any time; what bears it no longer is gone.
func dueIsListed(h *harness) {
	stored := make(map[changereq.ID]changereq.Request)
	add := func(id changereq.ID, data ...changereq.Data) {
		h.do(func(ctx context.Context, tx coordination.Tx) error {
			r, err := addToRequest(ctx, tx, id, data...)
			stored[id] = r
			return err
		})
	}
	for _, kind := range changereq.DueKinds() {
		for i, id := range []string{"b", "B", "a", "ä", "Z"} {
			add(changereq.ID(fmt.Sprint(kind, id)), append([]changereq.Data{opened("door")}, awaited(kind, int64(10+i%3))...)...)
		}
	}
	add("plain", opened("door"))
	h.compareDue(stored)
	for _, kind := range changereq.DueKinds() {
		add(changereq.ID(fmt.Sprint(kind, "a")), moved("closed", lifecycle.Done))
		add(changereq.ID(fmt.Sprint(kind, "b")), changereq.HeldData{Reason: "wait"})
		add(changereq.ID(fmt.Sprint(kind, "B")), awaited(kind, 3)...)
		add(changereq.ID(fmt.Sprint(kind, "Z")), changereq.ObligationChangedData{Obligation: "o1", State: changereq.ObligationSent})
	}
	h.compareDue(stored)
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		rows, err := tx.ChangeRequestsDue(ctx, changereq.DueQuery{Kind: "of another house", Until: minute(1000), Limit: 9})
		require.NoError(h, err)
		require.Empty(h, rows)
		return nil
	})
}

func (h *harness) compareDue(stored map[changereq.ID]changereq.Request) {
	h.Helper()
	h.look(func(ctx context.Context, tx coordination.Tx) error {
		for _, kind := range changereq.DueKinds() {
			want := bearing(stored, kind, "open")
			for limit := 1; limit <= len(want)+1; limit++ {
				for from := range len(want) + 1 {
					q := changereq.DueQuery{Kind: kind, Until: minute(11), Limit: limit}
					if kind == changereq.DueState {
						q.State, q.Until = "open", minute(2)
					}
					if from > 0 {
						r := stored[want[from-1]]
						q.AfterAt, q.AfterID = *r.Deadline(kind), r.ID
					}
					rows, err := tx.ChangeRequestsDue(ctx, q)
					require.NoError(h, err)
					rest := slices.DeleteFunc(slices.Clone(want[from:]), func(id changereq.ID) bool {
						r := stored[id]
						return r.Deadline(kind).After(q.Until)
					})
					got := ids(rows, func(r changereq.Request) changereq.ID { return r.ID })
					require.Equal(h, slices.Clip(rest[:min(limit, len(rest))]), append([]changereq.ID{}, got...), "%d %s after %d", limit, kind, from)
				}
			}
		}
		return nil
	})
}

// bearing are the requests that bear a deadline of the kind, in the order of the
// list.
func bearing(stored map[changereq.ID]changereq.Request, kind changereq.DueKind, state string) []changereq.ID {
	var out []changereq.ID
	at := func(id changereq.ID) time.Time {
		r := stored[id]
		return *r.Deadline(kind)
	}
	for id, r := range stored {
		if r.Deadline(kind) != nil && (kind != changereq.DueState || r.State == state) {
			out = append(out, id)
		}
	}
	slices.SortFunc(out, func(a, b changereq.ID) int {
		return cmp.Or(at(a).Compare(at(b)), strings.Compare(string(a), string(b)))
	})
	return out
}
