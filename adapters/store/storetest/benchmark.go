package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// stock is how many requests a store holds while it is measured.
const stock = 10_000

// Benchmark measures a backend: Read is a request read by id in a View of its
// own, Page a filtered first page of 50, Journal a page of 100 entries, and
// DecisionUnit the store's part of a decision: a request read and put with 3
// events, 2 records with 5 events and their contents, 3 references and 1
// obligation. LongHistory loads a request with 10,000 events and builds it again
// from them.
func Benchmark(b *testing.B, open func(testing.TB) coordination.Store) {
	b.Helper()
	b.Run("Read", func(b *testing.B) {
		s := stocked(b, open, stock)
		i := 0
		measure(b, "reads/s", s.View, func() work {
			id := stockID(i % stock)
			i++
			return func(ctx context.Context, tx coordination.Tx) error {
				_, err := tx.ChangeRequest(ctx, id)
				return err
			}
		})
	})
	b.Run("Page", func(b *testing.B) {
		q := changereq.Query{State: "assessing", Item: "spec-17"}
		measure(b, "pages/s", stocked(b, open, stock).View, func() work {
			return func(ctx context.Context, tx coordination.Tx) error {
				_, _, err := tx.ChangeRequests(ctx, q)
				return err
			}
		})
	})
	b.Run("Journal", func(b *testing.B) {
		measure(b, "pages/s", stocked(b, open, stock).View, func() work {
			return func(ctx context.Context, tx coordination.Tx) error {
				_, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: stock / 2})
				return err
			}
		})
	})
	b.Run("LongHistory", func(b *testing.B) { BenchmarkLongHistory(b, open) })
	b.Run("DecisionUnit", func(b *testing.B) { benchmarkDecisions(b, open) })
}

// measure runs units of work one after another.
func measure(b *testing.B, metric string, run func(context.Context, string, work) error, next func() work) {
	b.Helper()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := run(b.Context(), acme, next()); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), metric)
}

func stockID(i int) changereq.ID { return changereq.ID(fmt.Sprintf("r%07d", i)) }

// stocked opens a store with n requests that wait for their decision.
func stocked(tb testing.TB, open func(testing.TB) coordination.Store, n int) coordination.Store {
	tb.Helper()
	s := open(tb)
	const batch = 500
	for from := 0; from < n; from += batch {
		require.NoError(tb, s.Update(tb.Context(), acme, func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				data := opened("Raise the hinge torque of the left door")
				data.State, data.Category, data.Content.Labels = "assessing", lifecycle.Assess, []string{"door", "supplier"}
				data.Content.Description = "The hinge lets the door fall shut on slopes of more than five percent."
				data.Content.Justification = "Eleven customers complained in the first quarter."
				data.Content.Affected = []changereq.AffectedItem{{Item: "spec-17", Action: changereq.ActionModify, Base: "C", Owner: "olga"}}
				if _, err := addToRequest(ctx, tx, stockID(i), data); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for given := 1; given > 0; {
		var err error
		given, err = s.Sequence(tb.Context(), coordination.MaxLimit)
		require.NoError(tb, err)
	}
	return s
}

// decision is what a store is given to decide one request.
type decision struct {
	id     changereq.ID
	events []changereq.Event
	files  []deposit
	owed   notice.Obligation
	owing  []notice.Event
}

type deposit struct {
	record  archive.Record
	events  []archive.Event
	content []byte
}

func benchmarkDecisions(b *testing.B, open func(testing.TB) coordination.Store) {
	b.Helper()
	units := make([]decision, stock)
	for i := range units {
		units[i] = decisionOf(stockID(i))
	}
	var s coordination.Store
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i%stock == 0 {
			b.StopTimer()
			s = stocked(b, open, stock)
			b.StartTimer()
		}
		if err := s.Update(b.Context(), acme, units[i%stock].store); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}

func decisionOf(id changereq.ID) decision {
	at := minute(60)
	d := decision{id: id}
	for i, data := range []changereq.Data{
		changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, Brief: 1, By: "paul", At: &at}},
		changereq.MovedData{From: "assessing", Event: "approve", To: "approved", Category: lifecycle.Decide},
		changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: string(id) + ".3.1", Recipient: "ann", About: 3, OwedBy: "paul", OwedAt: at, State: changereq.ObligationOwed,
		}},
	} {
		d.events = append(d.events, changereq.Event{Request: id, Seq: int64(i) + 2, At: at, Actor: "paul", Data: data})
	}
	subject := coordination.ChangeRequestRef(id)
	derived := archive.Link{Type: archive.DerivesFrom, Target: archive.ToRef(subject)}
	brief := copyOf(subject, archive.RecordID(id)+".2.brief", at, derived)
	request := copyOf(subject, archive.RecordID(id)+".2.request", at, derived,
		archive.Link{Type: archive.DecidedIn, Target: archive.ToRecord(brief.record.ID)})
	d.files = []deposit{brief, request}
	d.owing = []notice.Event{{Obligation: string(id) + ".3.1", Seq: 1, At: at, Actor: "paul", Data: owed("ann")}}
	d.owed = notice.Fold(d.owing)
	return d
}

func copyOf(subject archive.Ref, id archive.RecordID, at time.Time, links ...archive.Link) deposit {
	content := make([]byte, 2000)
	copy(content, id)
	events, _ := archive.DecideFile(archive.File{
		ID: id, Kind: archive.KindBrief, Title: "as it was approved", Subject: subject,
		MediaType: "application/json", Content: content, References: links,
	}, "paul", at)
	return deposit{record: archive.Fold(events), events: events, content: content}
}

func (d *decision) store(ctx context.Context, tx coordination.Tx) error {
	r, err := tx.ChangeRequest(ctx, d.id)
	if err != nil {
		return err
	}
	for _, ev := range d.events {
		r = changereq.Evolve(r, ev)
	}
	if _, err := tx.PutChangeRequest(ctx, r, d.events...); err != nil {
		return err
	}
	for _, f := range d.files {
		if err := f.store(ctx, tx); err != nil {
			return err
		}
	}
	_, err = tx.PutObligation(ctx, d.owed, d.owing...)
	return err
}

func (f *deposit) store(ctx context.Context, tx archive.Tx) error {
	if _, err := tx.PutContent(ctx, f.record.Digest, f.content); err != nil {
		return err
	}
	if _, err := tx.PutRecord(ctx, f.record, f.events...); err != nil {
		return err
	}
	for _, ev := range f.events {
		if d, ok := ev.Data.(archive.ReferredData); ok {
			if err := tx.PutReference(ctx, d.Reference); err != nil {
				return err
			}
		}
	}
	return nil
}
