package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// acme is the tenant of most subtests.
const acme = "acme"

// errBoom is an error of the caller's own.
var errBoom = errors.New("boom")

// work is a unit of work.
type work = func(context.Context, coordination.Tx) error

// minute is the n-th minute of the time in which the suite plays.
func minute(n int64) time.Time {
	return time.Date(2026, 3, 2, 9, 0, 0, 123456000, time.UTC).Add(time.Duration(n) * time.Minute)
}

// do runs a unit of work that must commit.
func (h *harness) do(fn work) {
	h.Helper()
	require.NoError(h, h.store.Update(h.Context(), acme, fn))
}

// look runs a view that must succeed.
func (h *harness) look(fn work) {
	h.Helper()
	require.NoError(h, h.store.View(h.Context(), acme, fn))
}

// sequence gives every committed entry its position.
func (h *harness) sequence() {
	h.Helper()
	for {
		n, err := h.store.Sequence(h.Context(), coordination.MaxLimit)
		require.NoError(h, err)
		if n == 0 {
			return
		}
	}
}

// opened begins a request.
func opened(title string) changereq.OpenedData {
	return changereq.OpenedData{
		Number: "CR-1", Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1},
		State: "draft", Category: lifecycle.Intake, Applicant: "ann", Content: changereq.Content{Title: title},
	}
}

// moved moves a request to a state.
func moved(to string, category lifecycle.Category) changereq.MovedData {
	return changereq.MovedData{To: to, Category: category}
}

// between is the time between two minutes.
func between(from, to int64) changereq.Window {
	return changereq.Window{Start: minute(from), End: minute(to)}
}

// claimed makes a request claim time.
func claimed(w changereq.Window) []changereq.Data {
	at := minute(0)
	return []changereq.Data{
		changereq.DecidedData{Decision: changereq.Decision{Verdict: changereq.Approved, By: "paul", At: &at}},
		changereq.MovedData{To: "submitted", Category: lifecycle.Decide, Window: &w},
	}
}

// life is a history of a request with n events.
func life(n int64) []changereq.Data {
	return append([]changereq.Data{opened("door")}, slices.Repeat([]changereq.Data{moved("open", lifecycle.Assess)}, int(n-1))...)
}

// evolved is a request after what happens to it next, with the events of that.
func evolved(r changereq.Request, id changereq.ID, data ...changereq.Data) (changereq.Request, []changereq.Event) {
	var events []changereq.Event
	for _, d := range data {
		ev := changereq.Event{Request: id, Seq: r.Events + 1, At: minute(r.Events), Actor: "ann", Data: d}
		events = append(events, ev)
		r = changereq.Evolve(r, ev)
	}
	return r, events
}

// addToRequest stores what happens next to a request, which begins with it.
func addToRequest(ctx context.Context, tx changereq.Tx, id changereq.ID, data ...changereq.Data) (changereq.Request, error) {
	r, err := tx.ChangeRequest(ctx, id)
	if err != nil && !errors.Is(err, changereq.ErrNotFound) {
		return changereq.Request{}, err
	}
	r, events := evolved(r, id, data...)
	return tx.PutChangeRequest(ctx, r, events...)
}

// filed begins a record.
func filed(title string) archive.FiledData {
	return archive.FiledData{
		Kind: archive.KindBrief, Title: title, Subject: "changereq:a", MediaType: "text/plain",
		Digest: archive.DigestOf([]byte(title)), Size: int64(len(title)), Dated: minute(0),
	}
}

// filing is a history of a record with n events.
func filing(n int64) []archive.Data {
	ref := archive.ReferredData{Reference: edge("e", archive.ToRecord("a"), archive.ToRef("b"))}
	return append([]archive.Data{filed("brief")}, slices.Repeat([]archive.Data{ref}, int(n-1))...)
}

// edge is a reference with an id of its own.
func edge(id string, source, target archive.End) archive.Reference {
	return archive.Reference{ID: id, Type: archive.References, Source: source, Target: target, Author: "ann", At: minute(0)}
}

// recordAfter is a record after what happens to it next, with the events of that.
func recordAfter(r archive.Record, id archive.RecordID, data ...archive.Data) (archive.Record, []archive.Event) {
	var events []archive.Event
	for _, d := range data {
		ev := archive.Event{Record: id, Seq: r.Events + 1, At: minute(r.Events), Actor: "ann", Data: d}
		events = append(events, ev)
		r = archive.Evolve(r, ev)
	}
	return r, events
}

func addToRecord(ctx context.Context, tx archive.Tx, id archive.RecordID, data ...archive.Data) (archive.Record, error) {
	r, err := tx.Record(ctx, id)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return archive.Record{}, err
	}
	r, events := recordAfter(r, id, data...)
	return tx.PutRecord(ctx, r, events...)
}

// owed begins an obligation.
func owed(recipient string) notice.OwedData {
	return notice.OwedData{Recipient: recipient, About: "changereq:a#1", Subject: "approved", Digest: "d1", Due: new(minute(500)), Acknowledge: true}
}

// owing is a history of an obligation with n events.
func owing(n int64) []notice.Data {
	settled := notice.SettledData{State: notice.Sent, Evidence: "mail"}
	return append([]notice.Data{owed("ann")}, slices.Repeat([]notice.Data{settled}, int(n-1))...)
}

// obligationAfter is an obligation after what happens to it next, with the
// events of that.
func obligationAfter(o notice.Obligation, id string, data ...notice.Data) (notice.Obligation, []notice.Event) {
	var events []notice.Event
	for _, d := range data {
		ev := notice.Event{Obligation: id, Seq: o.Events + 1, At: minute(o.Events), Actor: "ann", Data: d}
		events = append(events, ev)
		o = notice.Evolve(o, ev)
	}
	return o, events
}

func addToObligation(ctx context.Context, tx notice.Tx, id string, data ...notice.Data) (notice.Obligation, error) {
	o, err := tx.Obligation(ctx, id)
	if err != nil && !errors.Is(err, notice.ErrNotFound) {
		return notice.Obligation{}, err
	}
	o, events := obligationAfter(o, id, data...)
	return tx.PutObligation(ctx, o, events...)
}

// reply is kept under a key for an hour.
func reply(key string) coordination.Reply {
	return coordination.Reply{
		Principal: "ann", Key: key, Operation: "open", Digest: "d1", Status: 201, Header: `{"ETag":"\"1\""}`,
		Body: []byte(`{"id":"a"}`), Created: minute(0), Expires: minute(60),
	}
}

// everyRoom writes something into every room under ids with that prefix.
func everyRoom(prefix string) work {
	return func(ctx context.Context, tx coordination.Tx) error {
		id := changereq.ID(prefix + "request")
		if err := tx.LockChangeItems(ctx, "item"); err != nil {
			return err
		}
		if _, err := tx.NextChangeNumber(ctx, "CR"); err != nil {
			return err
		}
		data := append([]changereq.Data{opened("door")}, claimed(between(1, 5))...)
		if _, err := addToRequest(ctx, tx, id, data...); err != nil {
			return err
		}
		if _, err := addToBundle(ctx, tx, prefix+"bundle", bundling(2)...); err != nil {
			return err
		}
		ref := edge(prefix+"edge", archive.ToRecord(archive.RecordID(prefix+"record")), archive.ToRef("changereq:a"))
		if err := fileEvery(ctx, tx, prefix, ref); err != nil {
			return err
		}
		open := edge(prefix+"open", ref.Source, archive.End{Kind: archive.EndText, Value: "the plan"})
		if err := tx.PutReference(ctx, open); err != nil {
			return err
		}
		if _, err := addToObligation(ctx, tx, prefix+"owed", owed("ann")); err != nil {
			return err
		}
		if _, err := addToSheet(ctx, tx, issues, prefix+"sheet", "door", "hinge"); err != nil {
			return err
		}
		return tx.PutIdempotentReply(ctx, reply(prefix+"key"))
	}
}

func fileEvery(ctx context.Context, tx archive.Tx, prefix string, ref archive.Reference) error {
	content := []byte(prefix + "content")
	if _, err := tx.PutContent(ctx, archive.DigestOf(content), content); err != nil {
		return err
	}
	data := filed(string(content))
	if _, err := addToRecord(ctx, tx, archive.RecordID(prefix+"record"), data, archive.ReferredData{Reference: ref}); err != nil {
		return err
	}
	return tx.PutReference(ctx, ref)
}
