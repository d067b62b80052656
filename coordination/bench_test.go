package coordination_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// BenchmarkDecision is the decision unit of work in memory: load, decide, row
// and events, copies of request and brief, references, notices, journal.
func BenchmarkDecision(b *testing.B) {
	office := newBench(b)
	office.forDecision("CR0")
	pattern, err := office.ChangeRequest(b.Context(), tenant, "CR0")
	if err != nil {
		b.Fatal(err)
	}
	history, _, err := office.ChangeRequestHistory(b.Context(), tenant, "CR0", 0, changereq.MaxLimit)
	if err != nil {
		b.Fatal(err)
	}
	const lot = 2_000
	made, left := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		if left == 0 {
			b.StopTimer()
			copies(b, office.store, pattern, history, made, lot)
			left = lot
			b.StartTimer()
		}
		id := changereq.ID(fmt.Sprintf("N%d", made))
		if _, err := office.Do(b.Context(), tenant, paul, id, 0, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}); err != nil {
			b.Fatal(err)
		}
		made, left = made+1, left-1
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}

// copies stores n requests like the pattern under ids of their own.
func copies(tb testing.TB, store coordination.Store, pattern changereq.Request, history []changereq.Event, from, n int) {
	tb.Helper()
	err := store.Update(tb.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
		for i := from; i < from+n; i++ {
			r := pattern.Clone()
			r.ID, r.Rev, r.Number = changereq.ID(fmt.Sprintf("N%d", i)), 0, fmt.Sprintf("CR-2026-%06d", i)
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
		tb.Fatal(err)
	}
}

// BenchmarkRead is one request by id from memory.
func BenchmarkRead(b *testing.B) {
	office := newBench(b)
	office.forDecision("CR0")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := office.ChangeRequest(b.Context(), tenant, "CR0"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}
