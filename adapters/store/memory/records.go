package memory

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/archive"
)

func placeRecord() layout[*filed] {
	return layout[*filed]{
		at: func(r **filed) int64 { return (*r).recorded },
		key: func(r **filed, i int) (key, bool) {
			switch i {
			case 0:
				return key{}, true
			case 1:
				return key{byKind, string((*r).kind.Value())}, true
			case 2:
				return key{bySubject, string((*r).subject)}, (*r).subject != "" // most have none
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
	return (*r).record(), nil
}

// Records of archive.Tx.
func (x *tx) Records(_ context.Context, q archive.Query) ([]archive.Record, string, error) {
	after, err := goOn(q.After, q.Filter())
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", archive.ErrInvalid, err)
	}
	limit := archive.ClampLimit(q.Limit)
	rows := x.recordsAfter(q, after, limit+1)
	some, next := cut(rows, q.Filter(), limit, func(r **filed) *filed { return *r })
	var page []archive.Record
	for _, r := range some {
		page = append(page, r.record())
	}
	return page, next, nil
}

// looked is how many records are looked at at a time for those of a content.
const looked = 1024

// recordsAfter are the first records that match q after a place. Those of a content are
// looked for among all that match else.
func (x *tx) recordsAfter(q archive.Query, after *spot, limit int) []found[*filed] {
	if q.Digest == "" {
		return x.records.list(recordKeys(q), after, descending, limit)
	}
	var out []found[*filed]
	for len(out) < limit {
		some := x.records.list(recordKeys(q), after, descending, looked)
		for _, r := range some {
			if (*r.value).digest == q.Digest {
				out = append(out, r)
			}
		}
		if len(some) < looked {
			break
		}
		after = &some[looked-1].spot
	}
	return out[:min(len(out), limit)]
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
	row := fileOf(&r)
	kept := historyOf(row, events)
	if !x.records.table.kind.lead(string(r.ID), r.Events, kept) {
		return archive.Record{}, unled(archive.ErrInvalid, r.Events)
	}
	w := x.records.touch(string(r.ID))
	var have int64
	if stored := w.current(); stored != nil {
		have = (*stored).rev
	}
	if have != r.Rev {
		return archive.Record{}, &archive.ConflictError{ID: r.ID, Have: have, Want: r.Rev}
	}
	if w.history()+int64(len(events)) != r.Events {
		return archive.Record{}, gap(archive.ErrInvalid, w.history(), r.Events)
	}
	r.Rev++
	row.rev++
	x.records.put(w, row, kept...)
	return r, nil
}

// RecordEvents of archive.Tx.
func (x *tx) RecordEvents(
	_ context.Context, id archive.RecordID, after int64, limit int,
) ([]archive.Event, int64, error) {
	kept, next := x.records.events(string(id), after, archive.ClampLimit(limit))
	var page []archive.Event
	for _, ev := range kept {
		page = append(page, ev.event())
	}
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
