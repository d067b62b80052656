package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/internal/cursor"
)

// Reference implements archive.Tx.
func (t *Tx) Reference(ctx context.Context, id string) (archive.Reference, error) {
	var ref archive.Reference
	found, err := t.find(ctx, key{kindReference, id}, fixed(referenceByID), func(row Row) error {
		var err error
		ref, err = readReference(row)
		return err
	}, id)
	if err != nil {
		return archive.Reference{}, err
	}
	if !found {
		return archive.Reference{}, fmt.Errorf("%w: reference %q", archive.ErrNotFound, id)
	}
	return ref, nil
}

func readReference(row Row) (archive.Reference, error) {
	var (
		ref              archive.Reference
		kind, from, into string
		at               int64
		terms            []byte
	)
	err := row.Scan(&ref.ID, &kind, &from, &ref.Source.Value, &into, &ref.Target.Value, &ref.Reason, &ref.Author, &at, &terms)
	if err == nil && len(terms) > 0 {
		err = json.Unmarshal(terms, &ref.Terms)
	}
	ref.Type, ref.Source.Kind, ref.Target.Kind = archive.ReferenceType(kind), archive.EndKind(from), archive.EndKind(into)
	ref.At = instant(at)
	return ref, err
}

// PutReference implements archive.Tx.
func (t *Tx) PutReference(ctx context.Context, ref archive.Reference) error {
	if err := t.writable(); err != nil {
		return err
	}
	if err := ref.Storable(); err != nil {
		return err
	}
	if !allStorable(string(ref.Source.Kind), string(ref.Target.Kind)) {
		return fmt.Errorf("%w: the kind of an end is no kind", archive.ErrInvalid)
	}
	terms, err := writeTerms(ref.Terms)
	if err != nil {
		return err
	}
	k := key{kindReference, ref.ID}
	t.guard(k)
	return t.write(ctx, k, Write{SQL: insertReference, Row: true, Args: []any{
		t.tenant, ref.ID, string(ref.Type), string(ref.Source.Kind), ref.Source.Value,
		string(ref.Target.Kind), ref.Target.Value, ref.Reason, ref.Author, ref.At.UnixMicro(), terms,
	}})
}

// writeTerms gives the terms as they are stored: most edges have none, and an
// empty text says so.
func writeTerms(terms archive.Terms) (string, error) {
	if terms == (archive.Terms{}) {
		return "", nil
	}
	text, err := json.Marshal(terms)
	return string(text), err
}

// RedactReference implements archive.Tx.
func (t *Tx) RedactReference(ctx context.Context, id, reason, author string) error {
	if err := t.writable(); err != nil {
		return err
	}
	ref, err := t.Reference(ctx, id)
	if err != nil {
		return err
	}
	ref.Reason, ref.Author = reason, author
	if err := ref.Storable(); err != nil {
		return err
	}
	return t.write(ctx, key{kindReference, id}, Write{SQL: redactReference, One: true, Args: []any{reason, author, t.tenant, id}})
}

// References implements archive.Tx.
func (t *Tx) References(ctx context.Context, q archive.ReferenceQuery) (out []archive.Reference, next string, err error) {
	var query string
	args := []any{t.tenant, string(q.End.Kind), q.End.Value}
	switch q.Direction {
	case archive.Outward:
		query = referencesOutward
	case archive.Inward:
		query = referencesInward
	case archive.Open:
		query, args = referencesOpen, args[:1]
	default:
		return nil, "", fmt.Errorf("%w: direction is not outward, inward or open", archive.ErrInvalid)
	}
	after := ""
	if q.After != "" {
		key, err := cursor.Decode(q.After, q.Filter(), 1)
		if err == nil && !storable(key[0]) {
			err = cursor.ErrMalformed
		}
		if err != nil {
			return nil, "", badCursor(archive.ErrInvalid, err)
		}
		after = key[0]
	}
	if !allStorable(string(q.End.Kind), q.End.Value) {
		return nil, "", nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	limit := archive.ClampLimit(q.Limit)
	err = t.run.Query(ctx, query, append(args, after, limit+1), func(row Row) error {
		ref, err := readReference(row)
		out = append(out, ref)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(ref archive.Reference) string { return cursor.Encode(q.Filter(), ref.ID) })
	return out, next, nil
}
