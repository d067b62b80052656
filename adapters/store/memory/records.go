package memory

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

func recordKind() *kind[archive.Event] {
	return &kind[archive.Event]{
		room: func(archive.Event) coordination.Room { return coordination.RoomArchive }, entry: coordination.RecordEntry, event: coordination.Entry.RecordEvent, clone: archive.Event.Clone,
		head: func(ev archive.Event) head { return head{string(ev.Record), ev.Seq, ev.At, ev.Actor, ev.Data != nil} },
	}
}

func placeRecord() layout[archive.Record] {
	return layout[archive.Record]{
		at: func(r *archive.Record) int64 { return r.Filed.UnixMicro() },
		key: func(r *archive.Record, i int) (key, bool) {
			switch i {
			case 0:
				return key{}, true
			case 1:
				return key{byKind, string(r.Kind)}, true
			case 2:
				return key{bySubject, string(r.Subject)}, r.Subject != "" // most have none
			}
			return key{}, false
		},
	}
}

func recordKeys(q archive.Query) []key {
	var want []key
	if q.Kind != "" {
		want = append(want, key{byKind, string(q.Kind)})
	}
	if q.Subject != "" {
		want = append(want, key{bySubject, string(q.Subject)})
	}
	return want
}

// Record of archive.Tx.
func (x *tx) Record(_ context.Context, id archive.RecordID) (archive.Record, error) {
	r := x.records.get(string(id))
	if r == nil {
		return archive.Record{}, archive.ErrNotFound
	}
	return *r, nil
}

// Records of archive.Tx.
func (x *tx) Records(_ context.Context, q archive.Query) ([]archive.Record, string, error) {
	clone := func(r *archive.Record) archive.Record { return *r }
	page, next, err := x.records.page(recordKeys(q), q.Filter(), q.After, descending, archive.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", archive.ErrInvalid, err)
	}
	return page, next, nil
}

// PutRecord of archive.Tx.
func (x *tx) PutRecord(_ context.Context, r archive.Record, events ...archive.Event) (archive.Record, error) {
	if err := x.writable(); err != nil {
		return archive.Record{}, err
	}
	if err := r.Storable(); err != nil {
		return archive.Record{}, err
	}
	if !storable(string(r.Digest)) {
		return archive.Record{}, unstorable(archive.ErrInvalid, "digest")
	}
	if !x.records.table.kind.lead(string(r.ID), r.Events, events) {
		return archive.Record{}, unled(archive.ErrInvalid, r.Events)
	}
	w := x.records.touch(string(r.ID))
	var have int64
	if stored := w.current(); stored != nil {
		have = stored.Rev
	}
	if have != r.Rev {
		return archive.Record{}, &archive.ConflictError{ID: r.ID, Have: have, Want: r.Rev}
	}
	if w.history()+int64(len(events)) != r.Events {
		return archive.Record{}, gap(archive.ErrInvalid, w.history(), r.Events)
	}
	r.Rev++
	x.records.put(w, r, events...)
	return r, nil
}

// RecordEvents of archive.Tx.
func (x *tx) RecordEvents(
	_ context.Context, id archive.RecordID, after int64, limit int,
) ([]archive.Event, int64, error) {
	page, next := x.records.events(string(id), after, archive.ClampLimit(limit))
	return page, next, nil
}

// PutContent of archive.Tx.
func (x *tx) PutContent(_ context.Context, digest archive.Digest, content []byte) (fresh bool, err error) {
	if err := x.writable(); err != nil {
		return false, err
	}
	if !storable(string(digest)) {
		return false, unstorable(archive.ErrInvalid, "digest")
	}
	w := x.contents.touch(string(digest))
	if w.current() != nil {
		return false, nil
	}
	x.contents.put(w, append([]byte(nil), content...))
	return true, nil
}

// DropContent of archive.Tx.
func (x *tx) DropContent(_ context.Context, digest archive.Digest) error {
	if err := x.writable(); err != nil {
		return err
	}
	if w := x.contents.touch(string(digest)); w.current() != nil {
		x.contents.remove(w)
	}
	return nil
}

// Content of archive.Tx.
func (x *tx) Content(_ context.Context, digest archive.Digest) ([]byte, error) {
	content := x.contents.get(string(digest))
	if content == nil {
		return nil, archive.ErrNotFound
	}
	return append([]byte(nil), *content...), nil
}
