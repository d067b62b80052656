package coordination_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// TestDueListIsWhatIsDueOfEach walks the list of what is due in pages of any
// size and compares with asking every request and sorting.
func TestDueListIsWhatIsDueOfEach(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	at := func(n int) time.Time { return begin.Add(time.Duration(n) * time.Hour) }
	rapid.Check(t, func(t *rapid.T) {
		store, now := memory.New(), at(rapid.IntRange(0, 12).Draw(t, "now"))
		hours := func(name string) time.Duration { return time.Duration(rapid.IntRange(0, 4).Draw(t, name)) * time.Hour }
		limits := changereq.Deadlines{Expiry: hours("expiry"), Notice: hours("notice"), States: map[string]time.Duration{}}
		for _, state := range []string{"Deferred", "Approved", "ForDecision"} {
			if rapid.Bool().Draw(t, state) {
				limits.States[state] = hours("in " + state)
			}
		}
		desk, err := coordination.NewDesk(coordination.Config{
			Store: store, Now: func() time.Time { return now },
			Deadlines: func(context.Context, string) (changereq.Deadlines, error) { return limits, nil },
		})
		require.NoError(t, err)
		var want []changereq.Escalation
		for i := range rapid.IntRange(0, 9).Draw(t, "requests") {
			r := drawWaiting(t, changereq.ID(fmt.Sprint("CR", i)), at)
			require.NoError(t, putRequest(store, r))
			want = append(want, changereq.Due(&r.req, limits, now)...)
		}
		slices.SortStableFunc(want, func(a, b changereq.Escalation) int {
			kinds := changereq.DueKinds()
			if c := a.Due.Compare(b.Due); c != 0 {
				return c
			}
			return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
		})
		var got []changereq.Escalation
		for after := ""; ; {
			page, next, err := desk.Due(context.Background(), tenant, after, rapid.IntRange(1, 4).Draw(t, "limit"))
			require.NoError(t, err)
			got = append(got, page...)
			if after = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("want - got +\n%s", diff)
		}
	})
}

// waiting is a request that somebody waits for, with its events.
type waiting struct {
	req    changereq.Request
	events []changereq.Event
}

func (w *waiting) happen(id changereq.ID, at time.Time, d changereq.Data) {
	ev := changereq.Event{Request: id, Seq: w.req.Events + 1, At: at, Actor: "ann", Data: d}
	w.req, w.events = changereq.Evolve(w.req, ev), append(w.events, ev)
}

func drawWaiting(t *rapid.T, id changereq.ID, at func(int) time.Time) waiting {
	var w waiting
	some := func(name string) time.Time { return at(rapid.IntRange(0, 12).Draw(t, name)) }
	entered := some("entered")
	w.happen(id, entered, changereq.OpenedData{Number: "N" + string(id), State: "ForDecision", Category: lifecycle.Decide, Applicant: "ann"})
	if rapid.Bool().Draw(t, "brief") {
		by := some("by")
		w.happen(id, entered, changereq.BriefIssuedData{Brief: changereq.Brief{Number: 1, DecideBy: &by, At: entered}})
	}
	if rapid.Bool().Draw(t, "timed") {
		due, turns := some("due"), some("turns")
		w.happen(id, entered, changereq.ApprovalTimedData{Timing: changereq.Timing{Due: &due, Turns: &turns}})
	}
	if rapid.Bool().Draw(t, "decided") {
		until, expires := some("until"), some("expires")
		d, to := changereq.Decision{Verdict: changereq.Deferred, Until: &until}, "Deferred"
		if rapid.Bool().Draw(t, "approved") {
			d, to = changereq.Decision{Verdict: changereq.Approved, Expires: &expires}, "Approved"
		}
		w.happen(id, entered, changereq.DecidedData{Decision: d})
		w.happen(id, entered, changereq.MovedData{To: to, Category: lifecycle.Decide})
	}
	if rapid.Bool().Draw(t, "owes") {
		w.happen(id, entered, changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: string(id) + ".1.1", Recipient: "ann", OwedAt: some("owed"), State: changereq.ObligationOwed,
		}})
	}
	if rapid.Bool().Draw(t, "held") {
		w.happen(id, entered, changereq.HeldData{Reason: "strike"})
	}
	return w
}

func putRequest(store coordination.Store, w waiting) error {
	return store.Update(context.Background(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		_, err := tx.PutChangeRequest(ctx, w.req, w.events...)
		return err
	})
}

func TestDueTokensOfOtherListsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, token := range []string{"x", "ZHVlIDE", "ZHVlIDEgeCBDUjE"} {
		_, _, err := b.Due(t.Context(), tenant, token, 0)
		require.ErrorIs(t, err, changereq.ErrInvalid)
	}
}

// Two that would close a circle between them: one of them sees the other.
func TestNoCircleIsClosedByTwoAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for round := range 20 {
		ids := []changereq.ID{changereq.ID(fmt.Sprint("A", round)), changereq.ID(fmt.Sprint("B", round))}
		for _, id := range ids {
			b.do(ann, "", changereq.Open{ID: id, Content: changereq.Content{Title: "one of two"}})
		}
		errs := make(chan error, len(ids))
		for i, id := range ids {
			go func() {
				_, err := b.Do(context.Background(), tenant, ann, id, 0, changereq.Amend{
					Content: changereq.Content{Title: "one of two", Requires: []changereq.ID{ids[1-i]}},
				})
				errs <- err
			}()
		}
		failed := 0
		for range ids {
			if err := <-errs; err != nil {
				require.ErrorIs(t, err, changereq.ErrRefused)
				failed++
			}
		}
		require.Equal(t, 1, failed, "round %d", round)
	}
}
