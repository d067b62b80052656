package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

func placeReference() layout[archive.Reference] {
	return layout[archive.Reference]{
		at: func(*archive.Reference) int64 { return 0 },
		key: func(r *archive.Reference, i int) (key, bool) {
			switch i {
			case 0:
				return endKey(bySource, r.Source), true
			case 1:
				return endKey(byTarget, r.Target), true
			case 2:
				if r.IsOpen() {
					return openEnd(), true
				}
			}
			return key{}, false
		},
	}
}

// endKey makes the key of an end; side is bySource or byTarget. The two usual
// kinds of end have fields of their own, which saves making a string.
func endKey(side field, e archive.End) key {
	switch e.Kind {
	case archive.EndRecord:
		return key{side + recordEnd, e.Value}
	case archive.EndRef:
		return key{side + refEnd, e.Value}
	default:
		return key{side, string(e.Kind) + "\x00" + e.Value}
	}
}

// openEnd is the key of the edges that have an open end.
func openEnd() key { return key{byOpenEnd, ""} }

// PutReference of archive.Tx.
func (x *tx) PutReference(_ context.Context, ref archive.Reference) error {
	if err := x.writable(); err != nil {
		return err
	}
	if err := ref.Storable(); err != nil {
		return err
	}
	if !storable(string(ref.Source.Kind), string(ref.Target.Kind)) {
		return unstorable(archive.ErrInvalid, "kind of an end")
	}
	w := x.references.absent(ref.ID)
	if w == nil {
		return nil
	}
	x.references.put(w, ref)
	if info, _ := ref.Type.Info(); info.Acyclic {
		for _, end := range []archive.End{ref.Source, ref.Target} {
			if end.Kind == archive.EndRecord {
				x.joined = append(x.joined, end.Value)
			}
		}
	}
	return nil
}

// RedactReference of archive.Tx.
func (x *tx) RedactReference(_ context.Context, source archive.End, id, reason, author string) error {
	if err := x.writable(); err != nil {
		return err
	}
	w := x.references.touch(id)
	if w.current() == nil || w.current().Source != source {
		return archive.ErrNotFound
	}
	ref := *w.current()
	ref.Reason, ref.Author = reason, author
	if err := ref.Storable(); err != nil {
		return err
	}
	x.references.put(w, ref)
	return nil
}

// Reference of archive.Tx.
func (x *tx) Reference(_ context.Context, source archive.End, id string) (archive.Reference, error) {
	r := x.references.get(id)
	if r == nil || r.Source != source {
		return archive.Reference{}, archive.ErrNotFound
	}
	return *r, nil
}

// OpenReference of archive.Tx.
func (x *tx) OpenReference(_ context.Context, id string) (archive.Reference, error) {
	r := x.references.get(id)
	if r == nil || !r.IsOpen() {
		return archive.Reference{}, archive.ErrNotFound
	}
	return *r, nil
}

// References of archive.Tx.
func (x *tx) References(_ context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	var want key
	switch q.Direction {
	case archive.Outward:
		want = endKey(bySource, q.End)
	case archive.Inward:
		want = endKey(byTarget, q.End)
	case archive.Open:
		want = openEnd()
	default:
		return nil, "", fmt.Errorf("%w: direction is neither outward, inward nor open", archive.ErrInvalid)
	}
	clone := func(r *archive.Reference) archive.Reference { return *r }
	page, next, err := x.references.page([]key{want}, q.Filter(), q.After, ascending, archive.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", archive.ErrInvalid, err)
	}
	return page, next, nil
}

// Edges of archive.Tx.
func (x *tx) Edges(_ context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	records := slices.Clone(q.Records)
	slices.Sort(records)
	records = slices.Compact(records)
	e := edges{x: x, q: &q, side: byTarget, some: 2 * len(records)}
	if q.Direction == archive.Outward {
		e.side = bySource
	}
	if len(x.references.touched.list) > 0 || len(x.records.touched.list) > 0 {
		e.staged(records)
	} else {
		e.stored(records)
	}
	switch {
	case len(e.out) > archive.MaxEdges:
		return nil, q.TooMany()
	case len(e.out) == 0:
		return nil, nil
	}
	return e.out, nil
}

// edges is a call of Edges under way.
type edges struct {
	x    *tx
	q    *archive.EdgeQuery
	side field
	some int // edges that there may be, if there are any
	out  []archive.Edge
}

// take adds an edge, if its type is wanted, with what look knows of its other end.
func (e *edges) take(r *archive.Reference, look func(id string) **filed) bool {
	if !slices.Contains(e.q.Types, r.Type) {
		return true
	}
	other := &r.Source
	if e.side == bySource {
		other = &r.Target
	}
	if e.out == nil {
		e.out = make([]archive.Edge, 0, e.some)
	}
	e.out = append(e.out, archive.Edge{Reference: *r})
	if other.Kind == archive.EndRecord {
		if held := look(other.Value); held != nil {
			last := &e.out[len(e.out)-1]
			last.Held, last.Dated = true, instant((*held).dated)
		}
	}
	return len(e.out) <= archive.MaxEdges
}

// staged reads what the transaction sees that has put something itself.
func (e *edges) staged(records []archive.RecordID) {
	for _, id := range records {
		want := []key{endKey(e.side, archive.ToRecord(id))}
		for _, f := range e.x.references.list(want, nil, ascending, archive.MaxEdges+1) {
			if !e.take(f.value, e.x.records.see) {
				return
			}
		}
	}
}

// stored reads what is committed, all of it at once.
func (e *edges) stored(records []archive.RecordID) {
	t := e.x.tenant
	t.mu.RLock()
	defer t.mu.RUnlock()
	look := func(id string) **filed {
		if v := t.records.rows[id].asOf(e.x.commit); v != nil {
			return &v.value
		}
		return nil
	}
	for _, id := range records {
		k := endKey(e.side, archive.ToRecord(id))
		rows := t.references.under[k.field][k.value]
		if rows == nil {
			continue
		}
		more := true
		rows.ascend(nil, func(s spot) bool {
			if v := t.references.rows[s.id].asOf(e.x.commit); v != nil {
				more = e.take(&v.value, look)
			}
			return more
		})
		if !more {
			return
		}
	}
}
