package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/internal/cursor"
)

// Reference implements archive.Tx.
func (t *Tx) Reference(ctx context.Context, source archive.End, id string) (archive.Reference, error) {
	if !allStorable(string(source.Kind), source.Value) {
		return archive.Reference{}, noReference(id)
	}
	return t.reference(ctx, id, referenceByID, string(source.Kind), source.Value, id)
}

// OpenReference implements archive.Tx.
func (t *Tx) OpenReference(ctx context.Context, id string) (archive.Reference, error) {
	return t.reference(ctx, id, openReferenceByID, id)
}

// reference is the edge that a query finds, which has that id.
func (t *Tx) reference(ctx context.Context, id, query string, by ...any) (archive.Reference, error) {
	var ref archive.Reference
	found, err := t.find(ctx, key{kindReference, id}, fixed(query), func(row Row) error {
		var err error
		ref, err = referenceReader()(row)
		return err
	}, by...)
	if err != nil {
		return archive.Reference{}, err
	}
	if !found {
		return archive.Reference{}, noReference(id)
	}
	return ref, nil
}

func noReference(id string) error { return fmt.Errorf("%w: reference %q", archive.ErrNotFound, id) }

// referenceReader reads the columns of a reference, and those behind them into more.
func referenceReader(more ...any) func(Row) (archive.Reference, error) {
	var (
		ref              archive.Reference
		kind, from, into string
		at               int64
		terms            []byte
		to               = append([]any{
			&ref.ID, &kind, &from, &ref.Source.Value, &into, &ref.Target.Value, &ref.Reason, &ref.Author, &at, &terms,
		}, more...)
	)
	return func(row Row) (archive.Reference, error) {
		terms, ref.Terms = nil, archive.Terms{}
		err := row.Scan(to...)
		if err == nil && len(terms) > 0 {
			if err = json.Unmarshal(terms, &ref.Terms); err != nil {
				err = fmt.Errorf("sqlstore: read terms of reference %s of %q: %w", ref.ID, ref.Source.Value, err)
			}
		}
		ref.Type, ref.Source.Kind, ref.Target.Kind = archive.ReferenceType(kind), archive.EndKind(from), archive.EndKind(into)
		ref.At = instant(at)
		return ref, err
	}
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
	if err := t.holdEnds(ctx, &ref); err != nil {
		return err
	}
	k := key{kindReference, ref.ID}
	t.guard(k)
	return t.write(ctx, k, Write{SQL: insertReference, Row: true, Args: []any{
		t.tenant, ref.ID, string(ref.Type), string(ref.Source.Kind), ref.Source.Value,
		string(ref.Target.Kind), ref.Target.Value, ref.Reason, ref.Author, ref.At.UnixMicro(), terms,
	}})
}

// holdEnds locks the records at an edge on which others may rest until this unit ends:
// who has read one of them by id waits here, or is waited for.
func (t *Tx) holdEnds(ctx context.Context, ref *archive.Reference) error {
	if info, _ := ref.Type.Info(); !info.Acyclic || !t.locks() {
		return nil
	}
	for _, end := range []archive.End{ref.Source, ref.Target} {
		if end.Kind != archive.EndRecord {
			continue
		}
		if _, held := t.known[key{kindRecord, end.Value}]; held && t.mode != Joined {
			continue
		}
		if err := unlessAbsent(t.Record(ctx, archive.RecordID(end.Value))); err != nil {
			return err
		}
	}
	return nil
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
func (t *Tx) RedactReference(ctx context.Context, source archive.End, id, reason, author string) error {
	if err := t.writable(); err != nil {
		return err
	}
	ref, err := t.Reference(ctx, source, id)
	if err != nil {
		return err
	}
	ref.Reason, ref.Author = reason, author
	if err := ref.Storable(); err != nil {
		return err
	}
	return t.write(ctx, key{kindReference, id}, Write{
		SQL: redactReference, One: true, Args: []any{reason, author, t.tenant, string(source.Kind), source.Value, id},
	})
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
	read := referenceReader()
	err = t.run.Query(ctx, query, append(args, after, limit+1), func(row Row) error {
		ref, err := read(row)
		out = append(out, ref)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(ref archive.Reference) string { return cursor.Encode(q.Filter(), ref.ID) })
	return out, next, nil
}

// Edges implements archive.Tx.
func (t *Tx) Edges(ctx context.Context, q archive.EdgeQuery) (out []archive.Edge, err error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	records := storableOnes(q.Records)
	if len(records) == 0 || len(q.Types) == 0 {
		return nil, nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	query, args, err := t.edgeList(q.Direction, records, storableOnes(q.Types))
	if err != nil {
		return nil, err
	}
	var dated *int64
	read := referenceReader(&dated)
	err = t.run.Query(ctx, query, args, func(row Row) error {
		dated = nil
		ref, err := read(row)
		e := archive.Edge{Reference: ref, Held: dated != nil}
		if e.Held {
			e.Dated = instant(*dated)
		}
		out = append(out, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(out) > archive.MaxEdges {
		return nil, q.TooMany()
	}
	slices.SortFunc(out, func(a, b archive.Edge) int {
		x, y := a.Source.Value, b.Source.Value
		if q.Direction == archive.Inward {
			x, y = a.Target.Value, b.Target.Value
		}
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// edgeList is the statement of Edges with its arguments.
func (t *Tx) edgeList(d archive.Direction, records, types []string) (string, []any, error) {
	var query string
	switch inward := d == archive.Inward; {
	case t.dialect.OneWriter && inward:
		query = edgesInward
	case t.dialect.OneWriter:
		query = edgesOutward
	case inward:
		query = edgesInwardArray
	default:
		query = edgesOutwardArray
	}
	ends, err := t.list(records)
	if err != nil {
		return "", nil, err
	}
	wanted, err := t.list(types)
	return query, []any{t.tenant, ends, wanted, archive.MaxEdges + 1}, err
}
