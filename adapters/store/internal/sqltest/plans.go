package sqltest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/cursor"
)

// Scale is how much the plans are looked at with: a little, or with
// COORDKIT_SCALE=1 as much as the library promises to be quick with.
func Scale() (tenants, requests int, full bool) {
	if os.Getenv("COORDKIT_SCALE") == "1" {
		return 10, 100_000, true
	}
	return 2, 300, false
}

// ListCase is a statement that reads a list, with arguments from the middle of
// what Load has stored.
type ListCase struct {
	Name string // of the statement
	Args []any
	Few  bool // it sorts, but only the few rows of one entity
	JSON bool // its lists are arrays of JSON, which SQLite alone is given
}

// ListCases are all statements that read lists.
func ListCases(requests int) []ListCase {
	mid, at, id := requests/2, At(requests/2).UnixMicro(), RequestID(requests/2)
	start := []any{tenant(1), at, id}
	from := func(args ...any) []any { return append(slices.Clone(start), args...) }
	none := []any{"", "", "", ""}
	return []ListCase{
		{Name: "changeRequests", Args: from(51)},
		{Name: "changeRequestsByCategory", Args: from("assess", 51)},
		{Name: "changeRequestsByState", Args: from("rare", "", 51)},
		{Name: "changeRequestsByApplicant", Args: from("applicant7", "", "", 51)},
		{Name: "changeRequestsByTerm", Args: append(from("word7", "", "", ""), append(slices.Clone(none), 51)...)},
		{Name: "changeRequestsByItem", Args: append(from("item7", "", "", ""), append(slices.Clone(none), 51)...)},
		{Name: "changeWindows", Args: []any{
			tenant(1), At(requests / 2).UnixMicro(), At(requests/2 + 60).UnixMicro(), int64(-1 << 62), "", 51,
		}, Few: true},
		{Name: "changeRequestsDueDecision", Args: from(At(requests).UnixMicro(), 51)},
		{Name: "changeRequestsDueResume", Args: from(At(requests).UnixMicro(), 51)},
		{Name: "changeRequestsDueExpiry", Args: from(At(requests).UnixMicro(), 51)},
		{Name: "changeRequestsDueNotice", Args: from(At(requests).UnixMicro(), 51)},
		{Name: "changeRequestsDueState", Args: from(At(requests).UnixMicro(), "approved", 51)},
		{Name: "changeBundles", Args: from(51)},
		{Name: "countTerm", Args: []any{tenant(1), "change", 500}},
		{Name: "records", Args: from(51)},
		{Name: "recordsByKind", Args: from("decision-brief", 51)},
		{Name: "recordsBySubject", Args: from("changereq:1", "", 51)},
		{Name: "referencesOutward", Args: []any{tenant(1), "record", id, "", 51}},
		{Name: "referencesInward", Args: []any{tenant(1), "ref", "changereq:1", "", 51}},
		{Name: "referencesOpen", Args: []any{tenant(1), "", 51}},
		{Name: "referenceByID", Args: []any{tenant(1), "record", id, id}},
		{Name: "openReferenceByID", Args: []any{tenant(1), id}},
		{Name: "edgesOutward", Args: []any{tenant(1), `["1","2"]`, `["derivesFrom"]`, 51}, JSON: true},
		{Name: "edgesInward", Args: []any{tenant(1), `["1","2"]`, `["derivesFrom"]`, 51}, JSON: true},
		{Name: "recordsOf", Args: []any{tenant(1), `["1","2"]`}, JSON: true},
		{Name: "contentsOf", Args: []any{tenant(1), `["1","2"]`}, JSON: true},
		{Name: "sheetsOf", Args: []any{tenant(1), "issue", `["1","2"]`}, JSON: true},
		{Name: "histories", Args: []any{tenant(1), "archive", `["1","2"]`, 501}, JSON: true},
		{Name: "obligations", Args: from(51)},
		{Name: "obligationsByState", Args: from("owed", 51)},
		{Name: "obligationsByRecipient", Args: from("recipient7", 51)},
		{Name: "obligationsByRecipientState", Args: from("recipient7", "owed", 51)},
		{Name: "sheets", Args: []any{tenant(1), "issue", id, "beyond", 51}},
		{Name: "sheetsByKey", Args: []any{tenant(1), "issue", "owner", "owner7", id, "owner8", 51}},
		{Name: "sheetsByKeyLateral", Args: []any{tenant(1), "issue", "owner", "owner7", id, "owner8", 51}},
		{Name: "dropReplies", Args: []any{tenant(1), At(requests).UnixMicro(), 500}},
		{Name: "entityEvents", Args: []any{tenant(1), id, "changereq", 0, 51}},
		{Name: "lastPosition", Args: []any{tenant(1)}},
		{Name: "journalEntries", Args: []any{tenant(1), mid, 2 * requests, 100}},
		{Name: "journalEntriesOfRoom", Args: []any{tenant(1), mid, mid + 10_000, "changereq", 100}},
		{Name: "journalEntriesOfEntity", Args: []any{tenant(1), id, "", 0, 2 * requests, 100}, Few: true},
	}
}

func tenant(n int) string { return "tenant" + strconv.Itoa(n) }

// Load stores, for each tenant, that many requests and a tenth as many records,
// references, sheets, obligations and kept replies.
func Load(ctx context.Context, s coordination.Store, tenants, requests int) error {
	const batch = 1000
	for n := range tenants {
		for from := 0; from < requests; from += batch {
			err := s.Update(ctx, tenant(n), func(ctx context.Context, tx coordination.Tx) error {
				for i := from; i < min(from+batch, requests); i++ {
					if err := loadOne(ctx, tx, i); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	for {
		n, err := s.Sequence(ctx, coordination.MaxLimit)
		if err != nil || n == 0 {
			return err
		}
	}
}

func loadOne(ctx context.Context, tx coordination.Tx, i int) error {
	ev := changereq.Event{Request: changereq.ID(RequestID(i)), Seq: 1, At: At(i), Actor: "ann", Data: changereq.OpenedData{
		Number: fmt.Sprintf("CR-2026-%06d", i), Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1},
		State: state(i), Category: []lifecycle.Category{lifecycle.Intake, lifecycle.Assess, lifecycle.Decide, lifecycle.Build}[i%4],
		Applicant: fmt.Sprint("applicant", i%100),
		Content: changereq.Content{
			Title: fmt.Sprintf("change of word%d", i%500), Description: "The pump in use does not keep up in winter.",
			Affected: []changereq.AffectedItem{{Item: changereq.ItemID(fmt.Sprint("item", i%1000)), Action: changereq.ActionModify}},
		},
	}}
	r, events := changereq.Evolve(changereq.Request{}, ev), []changereq.Event{ev}
	if i%5 == 0 {
		r, events = claiming(r, events, i)
	}
	if _, err := tx.PutChangeRequest(ctx, r, events...); err != nil {
		return err
	}
	if i%10 != 0 {
		return nil
	}
	made := bundle.Event{Bundle: RequestID(i), Seq: 1, At: At(i), Actor: "ann", Data: bundle.CreatedData{Title: "spring", Mode: bundle.Atomic}}
	if _, err := tx.PutChangeBundle(ctx, bundle.Evolve(bundle.Bundle{}, made), made); err != nil {
		return err
	}
	filing, err := archive.DecideFile(archive.File{
		ID: archive.RecordID(RequestID(i)), Kind: archive.KindBrief, Title: "Brief", MediaType: "text/plain",
		Subject:    archive.Ref(fmt.Sprint("changereq:", i%1000)),
		References: []archive.Link{{Type: archive.DerivesFrom, Target: archive.ToRef(archive.Ref(fmt.Sprint("changereq:", i%1000)))}},
	}, "ann", At(i))
	if err != nil {
		return err
	}
	if _, err := tx.PutRecord(ctx, archive.Fold(filing), filing...); err != nil {
		return err
	}
	if d, ok := filing[1].Data.(archive.ReferredData); ok {
		if err := tx.PutReference(ctx, d.Reference); err != nil {
			return err
		}
	}
	sheet := register.Sheet{
		Book: "issue", ID: RequestID(i), Body: []byte(`{}`),
		Keys: []register.Key{{Name: "owner", Value: fmt.Sprint("owner", i%100)}, {Name: "raised", Value: register.Sortable(At(i))}},
	}
	if _, err := tx.PutSheet(ctx, sheet); err != nil {
		return err
	}
	kept := coordination.Reply{Principal: "ann", Key: RequestID(i), Status: 200, Created: At(i), Expires: At(i)}
	if err := tx.PutIdempotentReply(ctx, kept); err != nil {
		return err
	}
	owed := []notice.Event{{Obligation: RequestID(i), Seq: 1, At: At(i), Actor: "ann", Data: notice.OwedData{
		Recipient: fmt.Sprint("recipient", i%100), About: "changereq:1", Subject: "decided",
	}}}
	_, err = tx.PutObligation(ctx, notice.Fold(owed), owed...)
	return err
}

// claiming makes the i-th request claim an hour, or sometimes half a year.
func claiming(r changereq.Request, events []changereq.Event, i int) (changereq.Request, []changereq.Event) {
	at, w := At(i), changereq.Window{Start: At(i), End: At(i + 3600)}
	if i%1000 == 0 {
		w.End = At(i + 15_000_000)
	}
	for _, d := range []changereq.Data{
		changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, By: "paul", At: &at}},
		changereq.MovedData{To: r.State, Category: lifecycle.Decide, Window: &w},
	} {
		ev := changereq.Event{Request: r.ID, Seq: r.Events + 1, At: at, Actor: "paul", Data: d}
		r, events = changereq.Evolve(r, ev), append(events, ev)
	}
	return r, events
}

func state(i int) string {
	if i%1000 == 7 {
		return "rare"
	}
	return []string{"draft", "submitted", "briefed", "approved", "closed"}[i%5]
}

// Time logs how long the first page and one from the middle of each list take,
// the best of five.
func Time(t *testing.T, s coordination.Store, requests int) {
	t.Helper()
	for _, q := range []changereq.Query{
		{},
		{State: "rare"},
		{State: "approved"},
		{Category: lifecycle.Assess},
		{Applicant: "applicant7"},
		{Applicant: "applicant7", State: "briefed"},
		{Item: "item7"},
		{Text: "word7"},
		{Text: "change word7"},
		{Text: "change", State: "approved"},
	} {
		first := fastest(t, s, q)
		q.After = cursor.Encode(q.Filter(), strconv.FormatInt(At(requests/2).UnixMicro(), 10), RequestID(requests/2))
		t.Logf("%-60s first page %8s, middle %8s", q.Filter(), first, fastest(t, s, q))
	}
}

func fastest(t *testing.T, s coordination.Store, q changereq.Query) time.Duration {
	t.Helper()
	best := time.Hour
	for range 5 {
		begin := time.Now()
		require.NoError(t, s.View(t.Context(), tenant(1), func(ctx context.Context, tx coordination.Tx) error {
			_, _, err := tx.ChangeRequests(ctx, q)
			return err
		}))
		best = min(best, time.Since(begin))
	}
	return best.Round(time.Microsecond)
}
