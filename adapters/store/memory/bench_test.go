package memory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

const tenant = "acme"

func epoch() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// opened is a request as it stands before its decision.
func opened(id string) (changereq.Request, []changereq.Event) {
	ev := changereq.Event{Request: changereq.ID(id), Seq: 1, At: epoch(), Actor: "ann", Data: changereq.OpenedData{
		Number: "CR-2026-" + id, Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1},
		State: "assessing", Category: lifecycle.Assess, Applicant: "ann",
		Content: changereq.Content{
			Title: "Raise the hinge torque of the left door", Labels: []string{"door", "supplier"},
			Description:   "The hinge lets the door fall shut on slopes of more than five percent.",
			Justification: "Eleven customers complained in the first quarter.",
			Affected:      []changereq.AffectedItem{{Item: "spec-17", Action: changereq.ActionModify, Base: "C", Owner: "olga"}},
		},
	}}
	return changereq.Fold([]changereq.Event{ev}), []changereq.Event{ev}
}

func seed(tb testing.TB, n int) *memory.DB {
	tb.Helper()
	db := memory.New()
	for i := range n {
		r, events := opened(fmt.Sprintf("r%07d", i))
		require.NoError(tb, db.Update(tb.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			_, err := tx.PutChangeRequest(ctx, r, events...)
			return err
		}))
	}
	return db
}

// BenchmarkRead is a request read by id in a View of its own.
func BenchmarkRead(b *testing.B) {
	db := seed(b, 10_000)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		id := changereq.ID(fmt.Sprintf("r%07d", i%10_000))
		i++
		err := db.View(b.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			_, err := tx.ChangeRequest(ctx, id)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

// BenchmarkPage is a filtered first page of 50 requests.
func BenchmarkPage(b *testing.B) {
	db := seed(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		err := db.View(b.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			_, _, err := tx.ChangeRequests(ctx, changereq.Query{State: "assessing", Item: "spec-17"})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// unit is what the store is given to decide one request: everything but the
// deciding itself.
type unit struct {
	id      changereq.ID
	events  []changereq.Event
	files   []file
	owed    notice.Obligation
	owing   []notice.Event
	subject archive.Ref
}

type file struct {
	record  archive.Record
	events  []archive.Event
	content []byte
}

func decision(i int) unit {
	id := fmt.Sprintf("r%07d", i)
	u := unit{id: changereq.ID(id), subject: archive.Ref("changereq:" + id)}
	at := epoch().Add(time.Hour)
	for j, data := range []changereq.Data{
		changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, Brief: 1, By: "paul", At: &at}},
		changereq.MovedData{From: "assessing", Event: "approve", To: "approved", Category: lifecycle.Decide},
		changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: id + ".3.1", Recipient: "ann", About: 3, OwedBy: "paul", OwedAt: at, State: changereq.ObligationOwed,
		}},
	} {
		u.events = append(u.events, changereq.Event{Request: u.id, Seq: int64(j) + 2, At: at, Actor: "paul", Data: data})
	}
	brief := filing(u, id+".2.brief", archive.KindBrief, at,
		archive.Link{Type: archive.DerivesFrom, Target: archive.ToRef(u.subject)})
	copied := filing(u, id+".2.request", archive.KindChangeRequest, at,
		archive.Link{Type: archive.DerivesFrom, Target: archive.ToRef(u.subject)},
		archive.Link{Type: archive.DecidedIn, Target: archive.ToRecord(brief.record.ID)})
	u.files = []file{brief, copied}
	u.owing, _ = notice.DecideOwe(notice.Owe{
		ID: id + ".3.1", Recipient: "ann", About: string(u.subject) + "#3", Subject: "approved",
	}, "paul", at)
	u.owed = notice.Fold(u.owing)
	return u
}

func filing(u unit, id string, kind archive.Kind, at time.Time, links ...archive.Link) file {
	content := make([]byte, 2000)
	copy(content, id)
	events, _ := archive.DecideFile(archive.File{
		ID: archive.RecordID(id), Kind: kind, Title: "as it was approved", Subject: u.subject,
		MediaType: "application/json", Content: content, References: links,
	}, "paul", at)
	return file{record: archive.Fold(events), events: events, content: content}
}

func (u *unit) store(ctx context.Context, tx coordination.Tx) error {
	r, err := tx.ChangeRequest(ctx, u.id)
	if err != nil {
		return err
	}
	for _, ev := range u.events {
		r = changereq.Evolve(r, ev)
	}
	if _, err := tx.PutChangeRequest(ctx, r, u.events...); err != nil {
		return err
	}
	for _, f := range u.files {
		if err := tx.PutContent(ctx, f.record.Digest, f.content); err != nil {
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
	}
	_, err = tx.PutObligation(ctx, u.owed, u.owing...)
	return err
}

// BenchmarkDecisionUnit is the store's part of a decision: a request read and
// put with 3 events, 2 records with 5 events and their contents, 3 references
// and 1 obligation.
func BenchmarkDecisionUnit(b *testing.B) {
	const batch = 20_000
	units := make([]unit, batch)
	for i := range units {
		units[i] = decision(i)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var db *memory.DB
	for i := range b.N {
		if i%batch == 0 {
			b.StopTimer()
			db = seed(b, batch)
			b.StartTimer()
		}
		if err := db.Update(b.Context(), tenant, units[i%batch].store); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}
