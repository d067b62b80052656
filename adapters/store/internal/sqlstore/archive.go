package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Record implements archive.Tx.
func (t *Tx) Record(ctx context.Context, id archive.RecordID) (archive.Record, error) {
	var r archive.Record
	k := key{kindRecord, string(id)}
	found, err := t.find(ctx, k, lookup{recordByID, lockRecord}, func(row Row) error {
		var err error
		r, err = recordReader()(row)
		return err
	}, string(id))
	if err != nil {
		return archive.Record{}, err
	}
	t.known[k] = standing{rev: r.Rev, events: r.Events}
	if !found {
		return archive.Record{}, fmt.Errorf("%w: record %q", archive.ErrNotFound, id)
	}
	return r, nil
}

// RecordsOf implements archive.Tx.
func (t *Tx) RecordsOf(ctx context.Context, ids []archive.RecordID) (out []archive.Record, err error) {
	if err := archive.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	keyOf := func(id string) key { return key{kindRecord, id} }
	some, read := storableOnes(ids), recordReader()
	err = t.findAll(ctx, several{recordsOf, recordsOfArray, lockRecords}, keyOf, some, func(row Row) (string, error) {
		r, err := read(row)
		out = append(out, r)
		return string(r.ID), err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range some {
		t.known[keyOf(id)] = standing{}
	}
	for i := range out {
		t.known[keyOf(string(out[i].ID))] = standing{rev: out[i].Rev, events: out[i].Events}
	}
	slices.SortFunc(out, func(a, b archive.Record) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func recordReader() func(Row) (archive.Record, error) {
	var (
		r                         archive.Record
		id, kind, subject, digest string
		dated, filed              int64
		to                        = []any{&id, &r.Rev, &r.Events, &kind, &r.Title, &subject, &r.Name, &r.MediaType, &digest, &r.Size, &dated, &filed, &r.FiledBy}
	)
	return func(row Row) (archive.Record, error) {
		err := row.Scan(to...)
		r.ID, r.Kind, r.Subject, r.Digest = archive.RecordID(id), archive.Kind(kind), archive.Ref(subject), archive.Digest(digest)
		r.Dated, r.Filed = instant(dated), instant(filed)
		return r, err
	}
}

// Records implements archive.Tx.
func (t *Tx) Records(ctx context.Context, q archive.Query) (out []archive.Record, next string, err error) {
	after, err := goOn(q.After, q.Filter(), newestFirst(), archive.ErrInvalid)
	if err != nil {
		return nil, "", err
	}
	kind, subject, digest := string(q.Kind), string(q.Subject), string(q.Digest)
	if !allStorable(kind, subject, digest) {
		return nil, "", nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	query, args := records, []any{t.tenant, after.at, after.id}
	switch {
	case digest != "":
		query, args = recordsByDigest, append(args, digest, kind, subject)
	case subject != "":
		query, args = recordsBySubject, append(args, subject, kind)
	case kind != "":
		query, args = recordsByKind, append(args, kind)
	}
	limit := archive.ClampLimit(q.Limit)
	read := recordReader()
	err = t.run.Query(ctx, query, append(args, limit+1), func(row Row) error {
		r, err := read(row)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(r archive.Record) string {
		return place{r.Filed.UnixMicro(), string(r.ID)}.token(q.Filter())
	})
	return out, next, nil
}

// PutRecord implements archive.Tx.
func (t *Tx) PutRecord(ctx context.Context, r archive.Record, ev ...archive.Event) (archive.Record, error) {
	if err := t.writable(); err != nil {
		return archive.Record{}, err
	}
	if err := r.Storable(); err != nil {
		return archive.Record{}, err
	}
	if !storable(string(r.Digest)) {
		return archive.Record{}, fmt.Errorf("%w: digest is no digest", archive.ErrInvalid)
	}
	entries, err := recordEntries(&r, ev)
	if err != nil {
		return archive.Record{}, err
	}
	k := key{kindRecord, string(r.ID)}
	had, err := t.stands(k, r.Rev == 0, func() error { return unlessAbsent(t.Record(ctx, r.ID)) })
	switch {
	case err != nil:
		return archive.Record{}, err
	case had.rev != r.Rev:
		return archive.Record{}, &archive.ConflictError{ID: r.ID, Have: had.rev, Want: r.Rev}
	case had.events+int64(len(ev)) != r.Events:
		return archive.Record{}, gap(archive.ErrInvalid, had.events, r.Events)
	}
	values := []any{
		r.Events, string(r.Kind), r.Title, string(r.Subject), r.Name, r.MediaType, string(r.Digest),
		r.Size, r.Dated.UnixMicro(), r.Filed.UnixMicro(), r.FiledBy,
	}
	w := Write{SQL: updateRecord, One: true, Args: append(values, t.tenant, string(r.ID), r.Rev)}
	if r.Rev == 0 {
		w = Write{
			SQL: insertRecord, Row: true, Taken: &archive.ConflictError{ID: r.ID, Have: 1},
			Args: append([]any{t.tenant, string(r.ID), 1}, values...),
		}
	}
	if err := t.write(ctx, k, w); err != nil {
		return archive.Record{}, err
	}
	r.Rev++
	t.known[k] = standing{rev: r.Rev, events: r.Events}
	return r, t.append(ctx, entries, archive.ErrConflict)
}

// PutContent implements archive.Tx.
func (t *Tx) PutContent(ctx context.Context, digest archive.Digest, content []byte) (fresh bool, err error) {
	if err := t.writable(); err != nil {
		return false, err
	}
	if !storable(string(digest)) {
		return false, fmt.Errorf("%w: digest is no digest", archive.ErrInvalid)
	}
	k := key{kindContent, string(digest)}
	t.guard(k)
	if t.unsent[k] {
		if err := t.flush(ctx); err != nil {
			return false, err
		}
	}
	return t.run.Insert(ctx, Write{SQL: insertContent, Args: []any{t.tenant, string(digest), bytesOf(content)}})
}

// DropContent implements archive.Tx.
func (t *Tx) DropContent(ctx context.Context, digest archive.Digest) error {
	if err := t.writable(); err != nil {
		return err
	}
	if !storable(string(digest)) {
		return nil // nothing is kept under it
	}
	k := key{kindContent, string(digest)}
	t.guard(k)
	return t.write(ctx, k, Write{SQL: deleteContent, Args: []any{t.tenant, string(digest)}})
}

// Content implements archive.Tx.
func (t *Tx) Content(ctx context.Context, digest archive.Digest) ([]byte, error) {
	var content []byte
	found, err := t.find(ctx, key{kindContent, string(digest)}, fixed(contentByDigest),
		func(row Row) error { return row.Scan(&content) }, string(digest))
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fmt.Errorf("%w: content %q", archive.ErrNotFound, digest)
	}
	return orNil(content), nil
}

// ContentsOf implements archive.Tx.
func (t *Tx) ContentsOf(ctx context.Context, digests []archive.Digest) (map[archive.Digest][]byte, error) {
	if err := archive.CheckSeveral(len(digests)); err != nil {
		return nil, err
	}
	out := make(map[archive.Digest][]byte, len(digests))
	keyOf := func(digest string) key { return key{kindContent, digest} }
	err := t.findAll(ctx, several{contentsOf, contentsOfArray, contentsOfArray}, keyOf, storableOnes(digests), func(row Row) (string, error) {
		var (
			digest  string
			content []byte
		)
		err := row.Scan(&digest, &content)
		out[archive.Digest(digest)] = orNil(content)
		return digest, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// orNil gives no bytes as nil.
func orNil(content []byte) []byte {
	if len(content) == 0 {
		return nil
	}
	return content
}

// bytesOf copies bytes that a runner may keep back; none of them are no NULL.
func bytesOf(content []byte) []byte { return append([]byte{}, content...) }
