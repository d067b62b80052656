package sqltest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
)

// Decision measures the unit of work in which a request is decided: read it,
// store the decision, file two copies with three references, owe two notices.
// writers of them run at a time.
func Decision(b *testing.B, s coordination.Store, writers int) {
	b.Helper()
	require.NoError(b, Submit(b.Context(), s, b.N))
	var next atomic.Int64
	work := make(chan error, writers)
	b.ResetTimer()
	for range writers {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					work <- nil
					return
				}
				err := s.Update(b.Context(), Tenant, func(ctx context.Context, tx coordination.Tx) error {
					return Decide(ctx, tx, RequestID(i))
				})
				if err != nil {
					work <- err
					return
				}
			}
		}()
	}
	for range writers {
		require.NoError(b, <-work)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}

// RequestID is the id of the i-th submitted request.
func RequestID(i int) string { return fmt.Sprintf("REQ%06d", i) }

// Submit stores n requests with an assessment and a brief, ready to be decided.
func Submit(ctx context.Context, s coordination.Store, n int) error {
	const batch = 500
	for from := 0; from < n; from += batch {
		err := s.Update(ctx, Tenant, func(ctx context.Context, tx coordination.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				r, events := submitted(RequestID(i))
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

func submitted(id string) (changereq.Request, []changereq.Event) {
	content := changereq.Content{
		Title: "Fit a larger pump in " + id, Labels: []string{"pump", "safety"},
		Description:   strings.Repeat("The pump in use does not keep up in winter. ", 10),
		Justification: strings.Repeat("Two stops a month. ", 5),
		BackOutPlan:   "Put the old pump back.",
		Affected: []changereq.AffectedItem{
			{Item: changereq.ItemID("pump-" + id), Action: changereq.ActionModify, Base: "A", Owner: "eve"},
			{Item: "manual", Action: changereq.ActionModify, Base: "3", Owner: "eve"},
		},
	}
	part := changereq.Part{By: "cora", At: At(2)}
	assessment := changereq.Assessment{
		Relevance: &changereq.Relevance{Part: part, Verdict: changereq.Relevant},
		Risk: &changereq.Risks{Part: part, Summary: "one", Risks: []changereq.Risk{{
			Title: "Too loud", Inherent: changereq.Rating{Likelihood: 3, Impact: 2}, Mitigation: "Dampers",
			Residual: changereq.Rating{Likelihood: 1, Impact: 2},
		}}},
		Benefit: &changereq.Estimate{Part: part, Summary: "fewer stops"},
		Cost: &changereq.Estimate{Part: part, Amounts: []changereq.Amount{
			{What: "pump", Low: 100_000, Likely: 120_000, High: 150_000, Currency: "EUR"},
		}},
	}
	return Next(changereq.Request{}, id,
		changereq.OpenedData{
			Number: "CR-2026-" + id, Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1},
			State: "draft", Category: lifecycle.Intake, Applicant: "ann", Content: content,
		},
		changereq.AssessedData{Parts: assessment},
		changereq.BriefIssuedData{Brief: changereq.Brief{
			Number: 1, Applicant: "ann", Content: content, Assessment: assessment, Recommendation: "Approve.", By: "cora", At: At(3),
			Options: []changereq.Option{{Title: "Approve"}, {Title: "Leave as it is"}},
		}},
		changereq.MovedData{From: "draft", Event: "brief", To: "briefed", Category: lifecycle.Decide},
	)
}

// Decide is the decision unit itself.
func Decide(ctx context.Context, tx coordination.Tx, id string) error {
	r, err := tx.ChangeRequest(ctx, changereq.ID(id))
	if err != nil {
		return err
	}
	at := At(9)
	r, events := Next(r, id,
		changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, Brief: 1, By: "pam", At: &at}},
		changereq.MovedData{From: "briefed", Event: "approve", To: "approved", Category: lifecycle.Build},
		changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: id + "#7#0", Recipient: "ann", About: 5, Subject: "decided", OwedBy: "pam", OwedAt: at, State: changereq.ObligationOwed,
		}},
		changereq.ObligationOwedData{Obligation: changereq.Obligation{
			ID: id + "#7#1", Recipient: "eve", About: 5, Subject: "decided", OwedBy: "pam", OwedAt: at, State: changereq.ObligationOwed,
		}},
	)
	if _, err := tx.PutChangeRequest(ctx, r, events...); err != nil {
		return err
	}
	about := archive.Link{Type: archive.DerivesFrom, Target: archive.ToRef(archive.Ref("changereq:" + id))}
	decided := archive.Link{Type: archive.DecidedIn, Target: archive.ToRecord(archive.RecordID(id + ".brief"))}
	if err := file(ctx, tx, id+".brief", 1800, about); err != nil {
		return err
	}
	if err := file(ctx, tx, id+".request", 3500, about, decided); err != nil {
		return err
	}
	for _, recipient := range []string{"ann", "eve"} {
		o, events := Owed(id+"."+recipient, recipient)
		if _, err := tx.PutObligation(ctx, o, events...); err != nil {
			return err
		}
	}
	return nil
}

func file(ctx context.Context, tx coordination.Tx, id string, size int, links ...archive.Link) error {
	r, events, content := Filed(id, size, links...)
	if _, err := tx.PutContent(ctx, r.Digest, content); err != nil {
		return err
	}
	if _, err := tx.PutRecord(ctx, r, events...); err != nil {
		return err
	}
	for _, ev := range events {
		if d, ok := ev.Data.(archive.ReferredData); ok {
			if err := tx.PutReference(ctx, d.Reference); err != nil {
				return err
			}
		}
	}
	return nil
}
