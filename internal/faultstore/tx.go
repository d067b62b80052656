package faultstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// tx passes every call on, or fails.
type tx struct {
	store *Store
	inner coordination.Tx
}

var _ coordination.Tx = (*tx)(nil)

func only(t *tx, call func() error) error {
	_, err := one(t, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func one[A any](t *tx, call func() (A, error)) (A, error) {
	a, _, err := two(t, func() (A, struct{}, error) {
		a, err := call()
		return a, struct{}{}, err
	})
	return a, err
}

func two[A, B any](t *tx, call func() (A, B, error)) (a A, b B, err error) {
	moment := t.store.count()
	if moment == BeforeCall {
		return a, b, ErrFault
	}
	gotA, gotB, err := call()
	if moment == AfterCall {
		return a, b, ErrFault
	}
	return gotA, gotB, err
}

func (t *tx) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	return one(t, func() (changereq.Request, error) { return t.inner.ChangeRequest(ctx, id) })
}

func (t *tx) ChangeRequests(ctx context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	return two(t, func() ([]changereq.Request, string, error) { return t.inner.ChangeRequests(ctx, q) })
}

func (t *tx) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	return one(t, func() (changereq.Request, error) { return t.inner.PutChangeRequest(ctx, r, ev...) })
}

func (t *tx) ChangeRequestEvents(ctx context.Context, id changereq.ID, after int64, limit int) ([]changereq.Event, int64, error) {
	return two(t, func() ([]changereq.Event, int64, error) { return t.inner.ChangeRequestEvents(ctx, id, after, limit) })
}

func (t *tx) NextChangeNumber(ctx context.Context, series string) (int64, error) {
	return one(t, func() (int64, error) { return t.inner.NextChangeNumber(ctx, series) })
}

func (t *tx) ChangeWindows(ctx context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	return two(t, func() ([]changereq.Request, string, error) { return t.inner.ChangeWindows(ctx, q) })
}

func (t *tx) ChangeRequestsDue(ctx context.Context, q changereq.DueQuery) ([]changereq.Request, error) {
	return one(t, func() ([]changereq.Request, error) { return t.inner.ChangeRequestsDue(ctx, q) })
}

func (t *tx) ChangeBundle(ctx context.Context, id string) (bundle.Bundle, error) {
	return one(t, func() (bundle.Bundle, error) { return t.inner.ChangeBundle(ctx, id) })
}

func (t *tx) ChangeBundles(ctx context.Context, q bundle.Query) ([]bundle.Bundle, string, error) {
	return two(t, func() ([]bundle.Bundle, string, error) { return t.inner.ChangeBundles(ctx, q) })
}

func (t *tx) PutChangeBundle(ctx context.Context, b bundle.Bundle, ev ...bundle.Event) (bundle.Bundle, error) {
	return one(t, func() (bundle.Bundle, error) { return t.inner.PutChangeBundle(ctx, b, ev...) })
}

func (t *tx) ChangeBundleEvents(ctx context.Context, id string, after int64, limit int) ([]bundle.Event, int64, error) {
	return two(t, func() ([]bundle.Event, int64, error) { return t.inner.ChangeBundleEvents(ctx, id, after, limit) })
}

func (t *tx) LockChangeItems(ctx context.Context, items ...changereq.ItemID) error {
	return only(t, func() error { return t.inner.LockChangeItems(ctx, items...) })
}

func (t *tx) Record(ctx context.Context, id archive.RecordID) (archive.Record, error) {
	return one(t, func() (archive.Record, error) { return t.inner.Record(ctx, id) })
}

func (t *tx) RecordsOf(ctx context.Context, ids []archive.RecordID) ([]archive.Record, error) {
	return one(t, func() ([]archive.Record, error) { return t.inner.RecordsOf(ctx, ids) })
}

func (t *tx) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	return two(t, func() ([]archive.Record, string, error) { return t.inner.Records(ctx, q) })
}

func (t *tx) PutRecord(ctx context.Context, r archive.Record, ev ...archive.Event) (archive.Record, error) {
	return one(t, func() (archive.Record, error) { return t.inner.PutRecord(ctx, r, ev...) })
}

func (t *tx) RecordEvents(ctx context.Context, id archive.RecordID, after int64, limit int) ([]archive.Event, int64, error) {
	return two(t, func() ([]archive.Event, int64, error) { return t.inner.RecordEvents(ctx, id, after, limit) })
}

func (t *tx) RecordHistories(ctx context.Context, ids []archive.RecordID) ([]archive.Event, error) {
	return one(t, func() ([]archive.Event, error) { return t.inner.RecordHistories(ctx, ids) })
}

func (t *tx) PutContent(ctx context.Context, digest archive.Digest, content []byte) (bool, error) {
	return one(t, func() (bool, error) { return t.inner.PutContent(ctx, digest, content) })
}

func (t *tx) DropContent(ctx context.Context, digest archive.Digest) error {
	return only(t, func() error { return t.inner.DropContent(ctx, digest) })
}

func (t *tx) ContentsOf(ctx context.Context, digests []archive.Digest) (map[archive.Digest][]byte, error) {
	return one(t, func() (map[archive.Digest][]byte, error) { return t.inner.ContentsOf(ctx, digests) })
}

func (t *tx) Content(ctx context.Context, digest archive.Digest) ([]byte, error) {
	return one(t, func() ([]byte, error) { return t.inner.Content(ctx, digest) })
}

func (t *tx) PutReference(ctx context.Context, ref archive.Reference) error {
	return only(t, func() error { return t.inner.PutReference(ctx, ref) })
}

func (t *tx) RedactReference(ctx context.Context, source archive.End, id, reason, author string) error {
	return only(t, func() error { return t.inner.RedactReference(ctx, source, id, reason, author) })
}

func (t *tx) RedactEntry(ctx context.Context, position int64, actor string, data json.RawMessage) error {
	return only(t, func() error { return t.inner.RedactEntry(ctx, position, actor, data) })
}

func (t *tx) Reference(ctx context.Context, source archive.End, id string) (archive.Reference, error) {
	return one(t, func() (archive.Reference, error) { return t.inner.Reference(ctx, source, id) })
}

func (t *tx) OpenReference(ctx context.Context, id string) (archive.Reference, error) {
	return one(t, func() (archive.Reference, error) { return t.inner.OpenReference(ctx, id) })
}

func (t *tx) Edges(ctx context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	return one(t, func() ([]archive.Edge, error) { return t.inner.Edges(ctx, q) })
}

func (t *tx) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	return two(t, func() ([]archive.Reference, string, error) { return t.inner.References(ctx, q) })
}

func (t *tx) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	return one(t, func() (notice.Obligation, error) { return t.inner.Obligation(ctx, id) })
}

func (t *tx) Obligations(ctx context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	return two(t, func() ([]notice.Obligation, string, error) { return t.inner.Obligations(ctx, q) })
}

func (t *tx) PutObligation(ctx context.Context, o notice.Obligation, ev ...notice.Event) (notice.Obligation, error) {
	return one(t, func() (notice.Obligation, error) { return t.inner.PutObligation(ctx, o, ev...) })
}

func (t *tx) ObligationEvents(ctx context.Context, id string, after int64, limit int) ([]notice.Event, int64, error) {
	return two(t, func() ([]notice.Event, int64, error) { return t.inner.ObligationEvents(ctx, id, after, limit) })
}

func (t *tx) ClaimObligations(ctx context.Context, now, until time.Time, limit int) ([]notice.Obligation, error) {
	return one(t, func() ([]notice.Obligation, error) { return t.inner.ClaimObligations(ctx, now, until, limit) })
}

func (t *tx) Sheet(ctx context.Context, book, id string) (register.Sheet, error) {
	return one(t, func() (register.Sheet, error) { return t.inner.Sheet(ctx, book, id) })
}

func (t *tx) SheetsOf(ctx context.Context, book string, ids []string) ([]register.Sheet, error) {
	return one(t, func() ([]register.Sheet, error) { return t.inner.SheetsOf(ctx, book, ids) })
}

func (t *tx) Sheets(ctx context.Context, q register.Query) ([]register.Sheet, string, error) {
	return two(t, func() ([]register.Sheet, string, error) { return t.inner.Sheets(ctx, q) })
}

func (t *tx) PutSheet(ctx context.Context, s register.Sheet, ev ...register.Event) (register.Sheet, error) {
	return one(t, func() (register.Sheet, error) { return t.inner.PutSheet(ctx, s, ev...) })
}

func (t *tx) SheetEvents(ctx context.Context, book, id string, after int64, limit int) ([]register.Event, int64, error) {
	return two(t, func() ([]register.Event, int64, error) { return t.inner.SheetEvents(ctx, book, id, after, limit) })
}

func (t *tx) SheetHistories(ctx context.Context, book string, ids []string) ([]register.Event, error) {
	return one(t, func() ([]register.Event, error) { return t.inner.SheetHistories(ctx, book, ids) })
}

func (t *tx) JournalEntries(ctx context.Context, q coordination.JournalQuery) ([]coordination.Entry, int64, error) {
	return two(t, func() ([]coordination.Entry, int64, error) { return t.inner.JournalEntries(ctx, q) })
}

func (t *tx) IdempotentReply(ctx context.Context, principal, key string) (coordination.Reply, error) {
	return one(t, func() (coordination.Reply, error) { return t.inner.IdempotentReply(ctx, principal, key) })
}

func (t *tx) PutIdempotentReply(ctx context.Context, r coordination.Reply) error {
	return only(t, func() error { return t.inner.PutIdempotentReply(ctx, r) })
}

func (t *tx) DropIdempotentReplies(ctx context.Context, before time.Time, limit int) (int, error) {
	return one(t, func() (int, error) { return t.inner.DropIdempotentReplies(ctx, before, limit) })
}
