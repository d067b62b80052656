package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// operation calls one method of coordination.Tx on what everyRoom("") stores
// and on what is not there, and gives back all that the method says.
type operation struct {
	writes bool
	silent bool // says the same whatever is stored
	call   func(context.Context, coordination.Tx) (any, error)
}

// operations has an operation for each method of coordination.Tx, by name.
func operations() map[string]operation {
	ops := map[string]operation{
		"ChangeRequests": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ChangeRequests(ctx, changereq.Query{Limit: 1}))
		}},
		"ChangeRequest": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.ChangeRequest(ctx, "request")
		}},
		"ChangeRequestEvents": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ChangeRequestEvents(ctx, "request", 0, 1))
		}},
		"PutChangeRequest": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			r, events := evolved(changereq.Request{}, "request", opened("of another tenant"), moved("open", lifecycle.Assess))
			return tx.PutChangeRequest(ctx, r, events...)
		}},
		"ChangeWindows": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ChangeWindows(ctx, changereq.WindowQuery{Window: between(0, 1000), Limit: 1}))
		}},
		"ChangeRequestsDue": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.ChangeRequestsDue(ctx, changereq.DueQuery{Kind: changereq.DueState, State: "submitted", Until: minute(1000), Limit: 9})
		}},
		"ChangeBundle": {call: func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.ChangeBundle(ctx, "bundle") }},
		"ChangeBundles": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ChangeBundles(ctx, bundle.Query{Limit: 1}))
		}},
		"ChangeBundleEvents": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ChangeBundleEvents(ctx, "bundle", 0, 1))
		}},
		"PutChangeBundle": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			b, events := bundleAfter(bundle.Bundle{}, "bundle", bundling(1)...)
			return tx.PutChangeBundle(ctx, b, events...)
		}},
		"NextChangeNumber": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.NextChangeNumber(ctx, "CR")
		}},
		"LockChangeItems": {writes: true, silent: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return nil, tx.LockChangeItems(ctx, "item", "other")
		}},
		"Obligations": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.Obligations(ctx, notice.Query{Limit: 1}))
		}},
		"Obligation": {call: func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.Obligation(ctx, "owed") }},
		"ObligationEvents": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.ObligationEvents(ctx, "owed", 0, 1))
		}},
		"PutObligation": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			o, events := obligationAfter(notice.Obligation{}, "owed", owed("bob"))
			return tx.PutObligation(ctx, o, events...)
		}},
		"ClaimObligations": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.ClaimObligations(ctx, minute(5), minute(9), 10)
		}},
		"JournalEntries": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.JournalEntries(ctx, coordination.JournalQuery{}))
		}},
		"RedactEntry": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return nil, tx.RedactEntry(ctx, 1, "of another tenant", json.RawMessage(`{}`))
		}},
		"IdempotentReply": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.IdempotentReply(ctx, "ann", "key")
		}},
		"PutIdempotentReply": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			r := reply("key")
			r.Digest = "of another tenant"
			return nil, tx.PutIdempotentReply(ctx, r)
		}},
		"DropIdempotentReplies": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.DropIdempotentReplies(ctx, minute(1000), 10)
		}},
	}
	maps.Copy(ops, archiveOperations())
	maps.Copy(ops, sheetOperations())
	return ops
}

func archiveOperations() map[string]operation {
	return map[string]operation{
		"Record": {call: func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.Record(ctx, "record") }},
		"RecordsOf": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.RecordsOf(ctx, []archive.RecordID{"record", "none"})
		}},
		"RecordHistories": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.RecordHistories(ctx, []archive.RecordID{"record", "none"})
		}},
		"ContentsOf": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			digest := archive.DigestOf([]byte("content"))
			contents, err := tx.ContentsOf(ctx, []archive.Digest{digest, "none"})
			return contents[digest], err
		}},
		"Records": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.Records(ctx, archive.Query{Limit: 1}))
		}},
		"RecordEvents": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return paged(tx.RecordEvents(ctx, "record", 0, 1))
		}},
		"PutRecord": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			r, events := recordAfter(archive.Record{}, "record", filed("of another tenant"))
			return tx.PutRecord(ctx, r, events...)
		}},
		"Content": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.Content(ctx, archive.DigestOf([]byte("content")))
		}},
		"PutContent": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			digest := archive.DigestOf([]byte("content"))
			if _, err := tx.PutContent(ctx, digest, []byte("of another tenant")); err != nil {
				return nil, err
			}
			return tx.Content(ctx, digest)
		}},
		"DropContent": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			digest := archive.DigestOf([]byte("content"))
			content, err := tx.Content(ctx, digest)
			if err != nil && !errors.Is(err, archive.ErrNotFound) {
				return nil, err
			}
			return string(content), tx.DropContent(ctx, digest)
		}},
		"Reference": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.Reference(ctx, archive.ToRecord("record"), "edge")
		}},
		"OpenReference": {call: func(ctx context.Context, tx coordination.Tx) (any, error) { return tx.OpenReference(ctx, "open") }},
		"References": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			q := archive.ReferenceQuery{End: archive.ToRecord("record"), Direction: archive.Outward, Limit: 1}
			return paged(tx.References(ctx, q))
		}},
		"RedactReference": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return nil, tx.RedactReference(ctx, archive.ToRecord("record"), "edge", "of another tenant", "bob")
		}},
		"Edges": {call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			return tx.Edges(ctx, archive.EdgeQuery{Records: []archive.RecordID{"record"}, Direction: archive.Outward, Types: []archive.ReferenceType{archive.References}})
		}},
		"PutReference": {writes: true, call: func(ctx context.Context, tx coordination.Tx) (any, error) {
			if err := tx.PutReference(ctx, edge("edge", archive.ToRecord("record"), archive.ToRef("of another tenant"))); err != nil {
				return nil, err
			}
			return tx.Reference(ctx, archive.ToRecord("record"), "edge")
		}},
	}
}

// paged puts a page and what goes on after it into one value.
func paged[T, N any](page []T, next N, err error) (any, error) {
	return struct {
		Page []T
		Next N
	}{page, next}, err
}
