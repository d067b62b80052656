package storetest_test

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// router sends each call to the transaction that route chooses by the name of
// the method. Most mutants look or write in the wrong place.
type router struct {
	route func(method string) coordination.Tx
}

var _ coordination.Tx = router{}

// divert routes some methods to another transaction.
func divert(own coordination.Tx, other func() coordination.Tx, methods ...string) router {
	return router{func(method string) coordination.Tx {
		if slices.Contains(methods, method) {
			return other()
		}
		return own
	}}
}

// readsByID and readsOfLists are the reading methods of coordination.Tx.
func readsByID() []string {
	return []string{"ChangeRequest", "ChangeBundle", "Record", "RecordsOf", "Content", "ContentsOf", "Reference", "OpenReference", "Obligation", "Sheet", "SheetsOf", "IdempotentReply"}
}

func readsOfLists() []string {
	return []string{
		"ChangeRequests", "ChangeRequestEvents", "ChangeWindows", "ChangeRequestsDue", "ChangeBundles", "ChangeBundleEvents", "Records", "RecordEvents", "RecordHistories", "References", "Edges", "Obligations", "ObligationEvents", "Sheets", "SheetEvents", "SheetHistories", "JournalEntries",
	}
}

func (r router) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	return r.route("ChangeRequest").ChangeRequest(ctx, id)
}

func (r router) ChangeRequests(ctx context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	return r.route("ChangeRequests").ChangeRequests(ctx, q)
}

func (r router) PutChangeRequest(ctx context.Context, x changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	return r.route("PutChangeRequest").PutChangeRequest(ctx, x, ev...)
}

func (r router) ChangeRequestEvents(ctx context.Context, id changereq.ID, after int64, limit int) ([]changereq.Event, int64, error) {
	return r.route("ChangeRequestEvents").ChangeRequestEvents(ctx, id, after, limit)
}

func (r router) NextChangeNumber(ctx context.Context, series string) (int64, error) {
	return r.route("NextChangeNumber").NextChangeNumber(ctx, series)
}

func (r router) ChangeWindows(ctx context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	return r.route("ChangeWindows").ChangeWindows(ctx, q)
}

func (r router) ChangeRequestsDue(ctx context.Context, q changereq.DueQuery) ([]changereq.Request, error) {
	return r.route("ChangeRequestsDue").ChangeRequestsDue(ctx, q)
}

func (r router) ChangeBundle(ctx context.Context, id string) (bundle.Bundle, error) {
	return r.route("ChangeBundle").ChangeBundle(ctx, id)
}

func (r router) ChangeBundles(ctx context.Context, q bundle.Query) ([]bundle.Bundle, string, error) {
	return r.route("ChangeBundles").ChangeBundles(ctx, q)
}

func (r router) PutChangeBundle(ctx context.Context, b bundle.Bundle, ev ...bundle.Event) (bundle.Bundle, error) {
	return r.route("PutChangeBundle").PutChangeBundle(ctx, b, ev...)
}

func (r router) ChangeBundleEvents(ctx context.Context, id string, after int64, limit int) ([]bundle.Event, int64, error) {
	return r.route("ChangeBundleEvents").ChangeBundleEvents(ctx, id, after, limit)
}

func (r router) Sheet(ctx context.Context, book, id string) (register.Sheet, error) {
	return r.route("Sheet").Sheet(ctx, book, id)
}

func (r router) Sheets(ctx context.Context, q register.Query) ([]register.Sheet, string, error) {
	return r.route("Sheets").Sheets(ctx, q)
}

func (r router) PutSheet(ctx context.Context, s register.Sheet, ev ...register.Event) (register.Sheet, error) {
	return r.route("PutSheet").PutSheet(ctx, s, ev...)
}

func (r router) SheetEvents(ctx context.Context, book, id string, after int64, limit int) ([]register.Event, int64, error) {
	return r.route("SheetEvents").SheetEvents(ctx, book, id, after, limit)
}

func (r router) LockChangeItems(ctx context.Context, items ...changereq.ItemID) error {
	return r.route("LockChangeItems").LockChangeItems(ctx, items...)
}

func (r router) Record(ctx context.Context, id archive.RecordID) (archive.Record, error) {
	return r.route("Record").Record(ctx, id)
}

func (r router) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	return r.route("Records").Records(ctx, q)
}

func (r router) PutRecord(ctx context.Context, x archive.Record, ev ...archive.Event) (archive.Record, error) {
	return r.route("PutRecord").PutRecord(ctx, x, ev...)
}

func (r router) RecordEvents(ctx context.Context, id archive.RecordID, after int64, limit int) ([]archive.Event, int64, error) {
	return r.route("RecordEvents").RecordEvents(ctx, id, after, limit)
}

func (r router) RecordsOf(ctx context.Context, ids []archive.RecordID) ([]archive.Record, error) {
	return r.route("RecordsOf").RecordsOf(ctx, ids)
}

func (r router) RecordHistories(ctx context.Context, ids []archive.RecordID) ([]archive.Event, error) {
	return r.route("RecordHistories").RecordHistories(ctx, ids)
}

func (r router) ContentsOf(ctx context.Context, digests []archive.Digest) (map[archive.Digest][]byte, error) {
	return r.route("ContentsOf").ContentsOf(ctx, digests)
}

func (r router) SheetsOf(ctx context.Context, book string, ids []string) ([]register.Sheet, error) {
	return r.route("SheetsOf").SheetsOf(ctx, book, ids)
}

func (r router) SheetHistories(ctx context.Context, book string, ids []string) ([]register.Event, error) {
	return r.route("SheetHistories").SheetHistories(ctx, book, ids)
}

func (r router) PutContent(ctx context.Context, digest archive.Digest, content []byte) (bool, error) {
	return r.route("PutContent").PutContent(ctx, digest, content)
}

func (r router) RedactReference(ctx context.Context, source archive.End, id, reason, author string) error {
	return r.route("RedactReference").RedactReference(ctx, source, id, reason, author)
}

func (r router) RedactEntry(ctx context.Context, position int64, actor string, data json.RawMessage) error {
	return r.route("RedactEntry").RedactEntry(ctx, position, actor, data)
}

func (r router) DropContent(ctx context.Context, digest archive.Digest) error {
	return r.route("DropContent").DropContent(ctx, digest)
}

func (r router) Content(ctx context.Context, digest archive.Digest) ([]byte, error) {
	return r.route("Content").Content(ctx, digest)
}

func (r router) PutReference(ctx context.Context, ref archive.Reference) error {
	return r.route("PutReference").PutReference(ctx, ref)
}

func (r router) OpenReference(ctx context.Context, id string) (archive.Reference, error) {
	return r.route("OpenReference").OpenReference(ctx, id)
}

func (r router) Reference(ctx context.Context, source archive.End, id string) (archive.Reference, error) {
	return r.route("Reference").Reference(ctx, source, id)
}

func (r router) Edges(ctx context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	return r.route("Edges").Edges(ctx, q)
}

func (r router) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	return r.route("References").References(ctx, q)
}

func (r router) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	return r.route("Obligation").Obligation(ctx, id)
}

func (r router) Obligations(ctx context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	return r.route("Obligations").Obligations(ctx, q)
}

func (r router) PutObligation(ctx context.Context, o notice.Obligation, ev ...notice.Event) (notice.Obligation, error) {
	return r.route("PutObligation").PutObligation(ctx, o, ev...)
}

func (r router) ObligationEvents(ctx context.Context, id string, after int64, limit int) ([]notice.Event, int64, error) {
	return r.route("ObligationEvents").ObligationEvents(ctx, id, after, limit)
}

func (r router) ClaimObligations(ctx context.Context, now, until time.Time, limit int) ([]notice.Obligation, error) {
	return r.route("ClaimObligations").ClaimObligations(ctx, now, until, limit)
}

func (r router) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	return r.route("JournalEntries").JournalEntries(ctx, q)
}

func (r router) IdempotentReply(ctx context.Context, principal, key string) (coordination.Reply, error) {
	return r.route("IdempotentReply").IdempotentReply(ctx, principal, key)
}

func (r router) PutIdempotentReply(ctx context.Context, x coordination.Reply) error {
	return r.route("PutIdempotentReply").PutIdempotentReply(ctx, x)
}

func (r router) DropIdempotentReplies(ctx context.Context, before time.Time, limit int) (int, error) {
	return r.route("DropIdempotentReplies").DropIdempotentReplies(ctx, before, limit)
}
