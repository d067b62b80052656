package coordination_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/cputime"
	"github.com/coordkit/coordkit/internal/everystore"
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

// BenchmarkClosure is the closure of 1,000 records that are parts of one another,
// ten deep, as the standard policy takes it in, among 20,000 others.
func BenchmarkClosure(b *testing.B) {
	for name, open := range map[string]func(testing.TB) coordination.Store{"memory": everystore.Memory, "sqlite": everystore.SQLite} {
		b.Run(name, func(b *testing.B) {
			const n, all = 1000, 21_000
			id := func(i int) archive.RecordID { return archive.RecordID(fmt.Sprintf("R%05d", i)) }
			desk, err := coordination.NewDesk(coordination.Config{Store: open(b)})
			require.NoError(b, err)
			_, err = desk.FileAll(b.Context(), tenant, "carol", func(yield func(archive.File, error) bool) {
				for i := all; i > 0; i-- {
					f := archive.File{ID: id(i), Kind: "note", Title: "Note", MediaType: "text/plain", Content: []byte(id(i))}
					for _, part := range []int{2 * i, 2*i + 1} {
						if part <= n || i > n && part <= all {
							f.References = append(f.References, archive.Link{Type: archive.HasPart, Target: archive.ToRecord(id(part))})
						}
					}
					f.References = append(f.References, archive.Link{Type: archive.References, Target: archive.ToRecord(id(1 + i*7919%all))})
					if !yield(f, nil) {
						return
					}
				}
			}, nil)
			require.NoError(b, err)
			began, runs := cputime.Used(), 0
			for b.Loop() {
				runs++
				c, err := desk.Closure(b.Context(), tenant, "carol", reference.Standard(time.Time{}), id(1))
				if err != nil || len(c.Items) != n {
					b.Fatal(len(c.Items), err)
				}
			}
			b.ReportMetric(float64((cputime.Used()-began).Microseconds())/float64(runs)/1000, "cpu-ms/op")
		})
	}
}

// BenchmarkChain files 10,000 records of which each supersedes the one before: the
// search for a circle is to cost what lies around a record, not what lies behind it.
func BenchmarkChain(b *testing.B) {
	for name, open := range map[string]func(testing.TB) coordination.Store{"memory": everystore.Memory, "sqlite": everystore.SQLite} {
		b.Run(name, func(b *testing.B) {
			const n = 10_000
			for b.Loop() {
				desk, err := coordination.NewDesk(coordination.Config{Store: open(b)})
				require.NoError(b, err)
				began := cputime.Used()
				in, err := desk.FileAll(b.Context(), tenant, "carol", chain(n), nil)
				if err != nil || in.Filed != n {
					b.Fatal(in, err)
				}
				b.ReportMetric(float64(n)/(cputime.Used()-began).Seconds(), "records/cpu-s")
			}
		})
	}
}

// BenchmarkDestroy destroys records of which each has a content of its own, among 20,000.
func BenchmarkDestroy(b *testing.B) {
	for name, open := range map[string]func(testing.TB) coordination.Store{"memory": everystore.Memory, "sqlite": everystore.SQLite} {
		b.Run(name, func(b *testing.B) {
			const n, going = 20_000, 40
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			desk, err := coordination.NewDesk(coordination.Config{Store: open(b), Now: func() time.Time { return now }})
			require.NoError(b, err)
			_, err = desk.FileAll(b.Context(), tenant, "carol", chain(n), nil)
			require.NoError(b, err)
			_, err = desk.AddSchedule(b.Context(), tenant, "carol", retention.Schedule{ID: "S", From: retention.DateOf(now, time.UTC), Phases: []retention.Phase{{
				Trigger: coordination.TriggerFiled, Period: retention.Period{Days: 1}, Action: retention.Destroy, Approvals: 1, Authority: "Act 1",
			}}})
			require.NoError(b, err)
			_, err = desk.AddClass(b.Context(), tenant, "carol", fileplan.Class{ID: "C", Title: "C", Schedule: "S", From: now})
			require.NoError(b, err)
			var records []archive.RecordID
			for i := range going {
				records = append(records, archive.RecordID(fmt.Sprintf("R%05d", i)))
				_, err := desk.Arrange(b.Context(), tenant, "carol", records[i], 0, fileplan.Classify{Class: "C"})
				require.NoError(b, err)
			}
			now = now.AddDate(0, 0, 9)
			batch, err := desk.AskDisposal(b.Context(), tenant, "rita", retention.Ask{Action: retention.Destroy, Reason: "due"}, records)
			require.NoError(b, err)
			_, err = desk.ApproveDisposal(b.Context(), tenant, "anna", batch.ID, 0, batch.Value.Scope)
			require.NoError(b, err)
			began, gone := cputime.Used(), 0
			for b.Loop() {
				if gone == going {
					break
				}
				if _, err := desk.Destroy(b.Context(), tenant, "rita", batch.ID, 0, records[gone]); err != nil {
					b.Fatal(err)
				}
				gone++
			}
			b.ReportMetric(float64((cputime.Used()-began).Microseconds())/float64(gone)/1000, "cpu-ms/record")
		})
	}
}

// chain gives records of which each supersedes the one before.
func chain(n int) iter.Seq2[archive.File, error] {
	return func(yield func(archive.File, error) bool) {
		for i := range n {
			f := archive.File{ID: archive.RecordID(fmt.Sprintf("R%05d", i)), Kind: "note", Title: "Note", MediaType: "text/plain", Content: fmt.Append(nil, i)}
			if i > 0 {
				f.References = []archive.Link{{Type: archive.Supersedes, Target: archive.ToRecord(archive.RecordID(fmt.Sprintf("R%05d", i-1)))}}
			}
			if !yield(f, nil) {
				return
			}
		}
	}
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
